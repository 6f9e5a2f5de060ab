import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ..models.mail_center_health import FAILURES_MIN
from ..models.mail_center_receiver import REFUSED_LOGINS_MAX
from .common import MailboxCase


class TestHealth(MailboxCase):
    def watch(self):
        self.account.invalidate_recordset()
        self.env["mail.center.health"]._watch(self.account)

    def events(self):
        lines = self.env["mail.center.log"].search(
            [("account_id", "=", self.account.id), ("kind", "=", "health")], order="id"
        )
        return lines.mapped("event")

    def notified(self, user):
        return self.env["mail.message"].search(
            [("partner_ids", "in", user.partner_id.ids), ("subject", "like", self.account.name)],
            order="id",
        ).mapped("subject")

    def fail(self, times):
        port, self.account.imap_port = self.account.imap_port, 1
        for _number in range(times):
            self.account.next_sync = False
            self.receive()
        return port

    def test_points_are_explained(self):
        self.receive()
        self.account.invalidate_recordset()
        self.assertEqual((self.account.health, self.account.health_light), (100, "green"))
        self.assertFalse(self.account.health_reasons)
        self.fail(2)
        self.account.invalidate_recordset()
        self.assertLess(self.account.health, 60)
        self.assertIn("2 times in a row", self.account.health_reasons)

    def test_people_are_told_once_that_it_is_down_and_once_that_it_works_again(self):
        helper = new_test_user(self.env, login="helper", groups="base.group_user",
                               email="helper@mc.example")
        self.account.alert_user_ids = helper
        self.receive()
        self.watch()
        self.assertEqual(self.events(), [])
        port = self.fail(FAILURES_MIN)
        self.watch()
        self.watch()
        self.assertEqual(self.events(), ["health_down"])
        self.account.imap_port = port
        self.receive()
        self.watch()
        self.watch()
        self.assertEqual(self.events(), ["health_down", "health_recovered"])
        subjects = self.notified(helper)
        self.assertEqual(len(subjects), 2)
        self.assertIn("needs a person", subjects[0])
        self.assertIn("works again", subjects[1])

    def test_an_account_that_is_switched_off_while_it_is_down_does_not_work_again(self):
        port = self.fail(FAILURES_MIN)
        self.watch()
        self.account.sync_enabled = False
        self.watch()
        self.assertEqual(self.events(), ["health_down"])
        self.account.write({"imap_port": port, "sync_enabled": True})
        self.receive()
        self.watch()
        self.assertEqual(self.events(), ["health_down"], "nobody waits to hear of it")

    def test_one_failure_is_no_alarm(self):
        self.fail(FAILURES_MIN - 1)
        self.watch()
        self.assertEqual(self.events(), [])

    def test_another_account_sends_the_alert_by_mail(self):
        sender = self.make_account(self.user)
        self.env["ir.config_parameter"].set_param("mail_center.alert_account_id", sender.id)
        port = self.fail(FAILURES_MIN)
        self.watch()
        mail = self.env["mail.center.outbox"].search([("account_id", "=", sender.id)])
        self.assertEqual(mail.recipient_ids.mapped("email"), ["anna@mc.example"])
        self.assertIn("needs a person", mail.subject)
        self.account.imap_port = port
        self.receive()
        self.watch()
        again = self.env["mail.center.outbox"].search([("account_id", "=", sender.id)]) - mail
        self.assertEqual(again.recipient_ids.mapped("email"), ["anna@mc.example"])
        self.assertIn("works again", again.subject)

    def arrive(self, *hours_ago):
        now = fields.Datetime.now()
        self.env["mail.center.message"].create(
            [
                {"account_id": self.account.id, "direction": "in",
                 "date": now - timedelta(hours=hours), "message_id": f"<{hours}@quiet.example>"}
                for hours in hours_ago
            ]
        )

    def test_a_busy_mailbox_that_went_quiet_raises_the_alarm_until_mail_comes(self):
        week = 7 * 24
        self.arrive(6, *(n * week + hour / 2 for n in range(1, 5) for hour in range(1, 12)))
        self.receive()
        self.watch()
        self.assertTrue(self.account.silent_since)
        self.assertEqual(self.events(), ["health_down"])
        self.account.last_sync -= timedelta(minutes=10)
        self.watch()
        self.assertEqual(self.account.status, "late")
        self.assertEqual(self.events(), ["health_down"], "where nobody looks there is no news")
        self.arrive(0.01)
        self.watch()
        self.assertFalse(self.account.silent_since)
        self.assertEqual(self.events(), ["health_down", "health_recovered"])

    def test_a_mailbox_that_is_always_quiet_at_this_time_raises_none(self):
        self.arrive(6, *(n * 7 * 24 + 12 + hour for n in range(1, 5) for hour in range(1, 12)))
        self.receive()
        self.watch()
        self.assertFalse(self.account.silent_since)

    def test_sending_stops_after_some_refused_logins_and_goes_on_with_a_new_password(self):
        self.account.smtp_password = "wrong"
        self.write_mail(self.address, subject="Waits")
        outbox = self.env["mail.center.outbox"].search([("account_id", "=", self.account.id)])
        for _number in range(REFUSED_LOGINS_MAX):
            self.assertFalse(self.account.send_blocked)
            outbox.next_attempt = self.account.send_retry_at = False
            self.send()
            self.account.invalidate_recordset()
        self.assertTrue(self.account.send_blocked)
        attempts = outbox.attempts
        outbox.next_attempt = self.account.send_retry_at = False
        self.send()
        outbox.invalidate_recordset()
        self.assertEqual(outbox.attempts, attempts, "nothing was tried")
        self.account.smtp_password = "correct horse"
        self.send()
        outbox.invalidate_recordset()
        self.assertEqual(outbox.state, "sent")
        self.assertFalse(self.account.send_blocked)


@tagged("post_install", "-at_install")
class TestMonitoring(HttpCase):
    def setUp(self):
        super().setUp()
        self.account = self.env["mail.center.account"].create(
            {"name": 'Box "one"', "email": "box@monitor.example", "user_id": self.env.user.id}
        )

    def ask(self, token="", **headers):
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.url_open("/mail_center/health", headers=headers)

    def test_without_a_token_there_is_no_such_page_and_with_a_wrong_one_nothing_is_told(self):
        self.assertEqual(self.ask("").status_code, 404)
        self.env["ir.config_parameter"].set_param("mail_center.health_token", "right")
        for token in ("", "wrong", "right2"):
            answer = self.ask(token)
            self.assertEqual(answer.status_code, 401)
            self.assertNotIn("monitor", answer.text)

    def test_json_and_openmetrics_tell_the_same(self):
        self.env["ir.config_parameter"].set_param("mail_center.health_token", "right")
        overview = json.loads(self.ask("right").text)
        (row,) = [row for row in overview["accounts"] if row["id"] == self.account.id]
        self.assertEqual((row["status"], row["light"]), ("paused", "green"))
        text = self.ask("right", Accept="application/openmetrics-text").text
        self.assertTrue(text.endswith("# EOF\n"))
        self.assertIn(
            f'mail_center_account_health{{id="{self.account.id}",account="Box \\"one\\""}} 100',
            text,
        )
        self.assertIn('mail_center_account_status="paused"} 1', text)
