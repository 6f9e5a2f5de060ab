from datetime import datetime, timedelta, timezone

from odoo import fields
from odoo.tests import new_test_user

from ..models.mail_center_receiver import REFUSED_LOGINS_MAX
from .common import MailboxCase, a_mail


class TestStatus(MailboxCase):
    """What the list of accounts tells about each of them."""

    def status(self, account=None):
        account = account or self.account
        account.invalidate_recordset()
        return account.status

    def try_at_once(self):
        """As if the waiting time after a failure were over."""
        self.account.next_sync = False
        self.receive()

    def set_back(self, minutes):
        self.account.last_sync = fields.Datetime.now() - timedelta(minutes=minutes)

    def test_an_account_is_new_then_up_to_date_then_late(self):
        self.assertEqual(self.status(), "never")
        self.receive()
        self.assertEqual(self.status(), "ok")
        self.assertEqual(self.account.lag, 0)
        self.set_back(30)
        self.assertEqual(self.status(), "late")
        planned = 2 * self.account.poll_seconds
        self.assertAlmostEqual(self.account.lag, 30 * 60 - planned, delta=60)

    def test_a_paused_account_is_left_alone_and_goes_on_when_it_is_switched_on(self):
        account = self.account.with_user(self.user)
        account.action_sync_off()
        self.assertEqual(self.status(), "paused")
        self.sandbox.deliver(self.address, a_mail("eve@x.example", self.address, "waits"))
        self.receive()
        self.assertFalse(self.messages())
        account.action_sync_on()
        self.receive()
        self.assertEqual(self.messages().subject, "waits")

    def test_after_some_refused_logins_nothing_is_tried_until_the_password_is_typed(self):
        self.account.imap_password = "wrong"
        for _number in range(REFUSED_LOGINS_MAX):
            self.assertNotEqual(self.status(), "blocked")
            self.try_at_once()
        self.assertEqual(self.status(), "blocked")
        failures = self.account.sync_failures
        self.try_at_once()
        self.assertEqual(self.account.sync_failures, failures, "nothing was tried")
        self.account.imap_password = "correct horse"
        self.receive()
        self.assertEqual(self.status(), "ok")
        self.assertEqual(self.account.auth_failures, 0)

    def test_a_server_that_does_not_answer_is_tried_again_and_never_blocked(self):
        self.account.imap_port = 1
        for _number in range(REFUSED_LOGINS_MAX + 2):
            self.try_at_once()
        self.assertEqual(self.status(), "failing")

    def test_accounts_are_found_and_grouped_by_what_they_do(self):
        other = self.make_account(self.user)
        other.sync_enabled = False
        both = [("id", "in", (self.account | other).ids)]
        accounts = self.env["mail.center.account"]
        self.assertEqual(accounts.search([*both, ("status", "=", "paused")]), other)
        self.assertEqual(accounts.search([*both, ("status", "!=", "paused")]), self.account)
        groups = accounts._read_group(both, ["status"], ["__count"])
        self.assertEqual(sorted(groups), [("never", 1), ("paused", 1)])

    def test_accounts_are_grouped_by_their_server_whatever_it_speaks(self):
        legacy = self.env["mail.center.account"]._create_legacy(
            {"name": "Old", "email": "old@mc.example", "user_id": self.user.id,
             "pop3_host": "pop.mc.example"}
        )
        both = [("id", "in", (self.account | legacy).ids)]
        accounts = self.env["mail.center.account"]
        groups = dict(accounts._read_group(both, ["server"], ["id:recordset"]))
        self.assertEqual(
            groups, {self.account.imap_host: self.account, "pop.mc.example": legacy}
        )
        for host, account in groups.items():
            self.assertEqual(accounts.search([*both, ("server", "=", host)]), account)
            self.assertEqual(account.server, host)

    def test_a_large_import_tells_how_far_it_is(self):
        for number in range(30):
            self.sandbox.deliver(self.address, a_mail("eve@x.example", self.address, f"m{number}"))
        channel = self.env.ref("mail_center.group_manager")
        seen = []
        bus = type(self.env["bus.bus"])
        original = bus._sendone

        def listen(model, target, kind, news):
            if kind == "mail_center/status" and target == channel:
                seen.append((news.get("done"), news.get("total")))
            return original(model, target, kind, news)

        self.patch(bus, "_sendone", listen)
        self.receive()
        self.assertEqual(seen[0], (0, 30))
        self.assertIn((30, 30), seen)
        self.assertEqual(seen[-1], (None, None), "the bar goes away at the end")
        self.assertEqual(self.status(), "ok")

    def test_switched_off_in_the_middle_of_an_import_the_rest_is_not_stored(self):
        for number in range(250):
            self.sandbox.append(
                self.address, [(a_mail("eve@x.example", self.address, f"m{number}"), [], None)]
            )
        receiver = type(self.env["mail.center.receiver"])
        original = receiver._store
        account = self.account.with_user(self.user)

        def store(model, *arguments, **options):
            result = original(model, *arguments, **options)
            account.with_env(model.with_user(self.user).env).action_sync_off()
            return result

        self.patch(receiver, "_store", store)
        self.receive()
        self.assertEqual(self.status(), "paused")
        self.assertGreater(len(self.messages()), 0)
        self.assertLess(len(self.messages()), 250)
        self.patch(receiver, "_store", original)
        account.action_sync_on()
        self.receive()
        self.assertEqual(len(self.messages()), 250)

    def test_the_figures_count_what_came_and_what_waits(self):
        self.sandbox.deliver(self.address, a_mail("eve@x.example", self.address, "today"))
        later = datetime.now(timezone.utc) + timedelta(minutes=1)
        self.sandbox.deliver(
            self.address,
            a_mail("list@x.example", self.address, "robot", precedence="bulk", date=later),
        )
        self.receive()
        self.account.invalidate_recordset()
        self.assertEqual(self.account.received_today, 2)
        person = self.messages().filtered(lambda mail: mail.subject == "today")
        self.assertEqual(self.account.last_mail, person.date)
        self.assertEqual(self.account.queue_count, 0)

    def test_a_manager_wakes_an_account_whose_mail_she_may_not_read(self):
        manager = new_test_user(
            self.env, login="mc_manager", groups="base.group_user,mail_center.group_manager"
        )
        self.receive()
        account = self.account.with_user(manager)
        self.assertFalse(account.can_read)
        account.action_sync_now()
        self.assertFalse(self.account.next_sync)
        self.assertIn(("account_id", "in", account.ids), account.action_open_log()["domain"])

    def in_days(self, days):
        return fields.Datetime.now() + timedelta(days=days, hours=1)

    def test_until_when_the_servers_are_trusted_is_known_after_the_first_connection(self):
        self.assertFalse(self.account.expiry_text)
        self.receive()
        self.account.invalidate_recordset()
        self.assertGreater(self.account.fetch_certificate_until, fields.Datetime.now())
        self.assertIn(str(self.account.expiry_days), self.account.expiry_text)
        self.write_mail("eve@x.example")
        self.send()
        self.account.invalidate_recordset()
        self.assertGreater(self.account.smtp_certificate_until, fields.Datetime.now())

    def test_who_runs_the_server_is_told_in_time_and_once_a_day(self):
        self.receive()
        self.account.verify_certificate = True

        def told():
            return self.env["mail.center.log"].search(
                [("account_id", "=", self.account.id), ("event", "=", "health_expiry")]
            )

        self.account.fetch_certificate_until = self.in_days(15)
        self.account._tell_expiry()
        self.assertFalse(told())
        self.assertEqual(self.account.health, 100)
        self.account.fetch_certificate_until = self.in_days(5)
        for _again in range(2):
            self.account._tell_expiry()
        self.account.invalidate_recordset()
        self.assertEqual((told().level, told().repeats), ("warning", 1))
        self.assertIn(self.account.imap_host, told().message)
        self.assertLess(self.account.health, 100)
        self.assertIn("5", self.account.expiry_text)
        self.account.verify_certificate = False
        self.assertFalse(self.account.expiry_text, "nobody looks at it")

    def test_an_access_that_was_granted_for_some_time_expires_too(self):
        self.patch(
            type(self.account), "_token_expiry", lambda account: self.in_days(3)
        )
        self.account.invalidate_recordset()
        self.assertEqual(self.account.expiry_days, 3)
        self.account._tell_expiry()
        line = self.env["mail.center.log"].search([("event", "=", "health_expiry")])
        self.assertIn("log in to the provider again", line.message)

    def test_the_folders_of_an_account_are_counted_together(self):
        for number in range(3):
            self.sandbox.deliver(self.address, a_mail("eve@x.example", self.address, f"m{number}"))
        self.receive()
        self.account.invalidate_recordset()
        folders = self.account.folder_ids
        self.assertEqual(self.account.mails_here, sum(folders.mapped("known_uids")))
        self.assertEqual(self.account.mails_here, 3)
        self.assertEqual(self.account.mails_on_server, 3)
