from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import mute_logger

from ..models.mail_center_log_retention import BATCH
from .common import MailboxCase, a_mail, foreign_authority


class TestLogLines(TransactionCase):
    """The log's own ways, without any mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, login="log_owner", groups="base.group_user,mail_center.group_user"
        )
        cls.account = cls.env["mail.center.account"].create(
            {"name": "Box", "email": "box@log.example", "user_id": cls.user.id}
        )
        cls.log = cls.env["mail.center.log"]

    def lines(self, **criteria):
        criteria.setdefault("account_id", self.account.id)
        return self.log.search([(name, "=", value) for name, value in criteria.items()])

    def test_the_same_trouble_again_counts_up_one_line(self):
        for _number in range(312):
            self.log._add(self.account, "sync_failed", "The server is away.", level="error",
                          duration=2.0)
        (line,) = self.lines(event="sync_failed")
        self.assertEqual((line.repeats, line.times, line.duration), (312, "×312", 2.0))
        self.log._add(self.account, "sync_failed", "The password is wrong.", level="error")
        self.assertEqual(len(self.lines(event="sync_failed")), 2)

    def test_after_an_hour_a_new_line_begins(self):
        line = self.log._add(self.account, "sync_failed", "The server is away.", level="error")
        line.date -= timedelta(hours=1)
        self.env.flush_all()
        self.log._add(self.account, "sync_failed", "The server is away.", level="error")
        self.assertEqual(len(self.lines(event="sync_failed")), 2)

    def test_mail_and_what_people_do_stay_lines_of_their_own(self):
        for _number in range(2):
            self.log._add(self.account, "stored", "One mail.", mails=1)
            self.log._add(self.account, "setting_changed", "Something.", user=self.user)
        self.assertEqual(len(self.lines(event="stored")), 2)
        self.assertEqual(len(self.lines(event="setting_changed")), 2)

    def test_passwords_do_not_get_into_the_log(self):
        line = self.log._add(
            self.account, "x", "PASS hunter2", detail="a1 LOGIN anna hunter2\0\npassword=hunter2"
        )
        self.assertNotIn("hunter2", f"{line.message} {line.detail}")

    def test_a_log_that_cannot_be_written_harms_nothing(self):
        self.account.name = "changed before"
        with mute_logger("odoo.addons.mail_center.models.mail_center_log", "odoo.sql_db"):
            line = self.log._add(self.account, None, "no event: refused by the database")
        self.assertFalse(line)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.account.name, "changed before")

    def test_old_lines_go_by_level_and_age_however_many_they_are(self):
        self.env.cr.execute(
            """
            INSERT INTO mail_center_log (date, event, kind, level, message, repeats)
            SELECT now() - interval '10 days', 'old', 'other', 'debug', 'old', 1
              FROM generate_series(1, %s)
            """,
            [BATCH + 100],
        )
        kept = self.log._add(self.account, "kept", "An error of ten days ago.", level="error")
        kept.date -= timedelta(days=10)
        self.env.flush_all()
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=60):
            self.log._cron_prune()
        self.assertFalse(self.log.search([("event", "=", "old")]))
        self.assertTrue(kept.exists())
        self.env["ir.config_parameter"].set_param("mail_center.log_days_error", "5")
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=60):
            self.log._cron_prune()
        self.assertFalse(kept.exists())

    def test_half_and_95_of_100_are_told_for_groups(self):
        for number in range(1, 101):
            self.log._add(self.account, f"e{number}", "Took a while.", duration=float(number))
        ((median, slow),) = self.log._read_group(
            [("account_id", "=", self.account.id), ("duration", "!=", False)], [],
            ["duration_median:avg", "duration_95:avg"],
        )
        self.assertAlmostEqual(median, 50.5)
        self.assertAlmostEqual(slow, 95.05)
        measures = self.log.fields_get(["duration_median", "duration_95"])
        self.assertEqual({one["aggregator"] for one in measures.values()}, {"avg"})

    def test_a_graph_tells_the_hours_of_morning_and_afternoon_apart(self):
        lines = self.log.browse()
        for hour in (1, 13):
            self.log._add(self.account, f"e{hour}", "Mail stored.", mails=hour)
            line = self.lines(event=f"e{hour}")
            lines |= line
            line.sudo().date = f"2026-11-24 {hour:02}:20:00"
        for lang, zone, names in (
            ("en_US", "UTC", ["24 Nov, 01:00", "24 Nov, 13:00"]),
            ("pl_PL", "Europe/Warsaw", ["24 lis, 02:00", "24 lis, 14:00"]),
        ):
            self.env["res.lang"]._activate_lang(lang)
            groups = self.log.with_context(lang=lang, tz=zone).formatted_read_group(
                [("id", "in", lines.ids)], ["date:hour"], ["mails:sum"]
            )
            self.assertEqual([group["date:hour"][1] for group in groups], names)
            self.assertEqual([group["mails:sum"] for group in groups], [1, 13])

    def test_what_went_wrong_is_counted_as_often_as_it_happened(self):
        for _number in range(3):
            self.log._add(self.account, "sync_failed", "The server is away.", level="error")
        self.log._add(self.account, "send_deferred", "Later.", level="warning")
        self.log._add(self.account, "stored", "One mail.", mails=1)
        lines = [("account_id", "=", self.account.id), ("kind", "in", ("fetching", "sending"))]
        self.assertEqual(
            self.log._read_group(lines, ["kind"], ["failures:sum", "mails:sum"]),
            [("fetching", 3, 1), ("sending", 1, 0)],
        )
        self.assertEqual(sum(self.log.search(lines).mapped("failures")), 4)

    def test_protocol_detail_is_for_managers(self):
        line = self.log._add(self.account, "x", "A sentence.", detail="a1 NO really")
        owner = line.with_user(self.user)
        self.assertEqual(owner.message, "A sentence.")
        with self.assertRaises(AccessError):
            owner.read(["detail"])
        manager = new_test_user(
            self.env, login="log_manager", groups="base.group_user,mail_center.group_manager"
        )
        self.assertEqual(line.with_user(manager).detail, "a1 NO really")

    def test_who_changed_what_is_written_down_and_passwords_are_not(self):
        self.account.with_user(self.user).write(
            {"name": "Box two", "imap_login": "box", "imap_password": "hunter2"}
        )
        lines = self.lines(event="setting_changed")
        self.assertEqual(lines.user_id, self.user)
        text = " ".join(lines.mapped("message"))
        self.assertIn("“Box” became “Box two”", text)
        self.assertIn("“IMAP password” was typed anew", text)
        self.assertNotIn("hunter2", text)

    def test_that_an_authority_is_trusted_no_more_is_written_down_without_its_text(self):
        self.account.ca_pem = foreign_authority()
        self.assertIn("was typed anew", self.lines(event="setting_changed").message)
        for empty in (False, False):  # the second time there is none to remove
            self.account.ca_pem = empty
        lines = self.lines(event="setting_changed")
        removed = lines.filtered(lambda line: "was removed" in line.message)
        self.assertIn("“Trusted certificate (PEM)”", removed.message)
        self.assertEqual(removed.repeats, 1)
        self.account.imap_password = False
        self.assertEqual(self.lines(event="setting_changed"), lines, "an empty one is none")

    def test_whatever_people_decide_about_an_account_is_written_down(self):
        manager = self.env.ref("base.user_admin")
        manager.group_ids += self.env.ref("mail_center.group_manager")
        account = self.account.with_user(manager)
        folder = self.env["mail.center.folder"].create(
            {"account_id": self.account.id, "path": "Sales"}
        )
        changes = {
            "audit_reading": True, "retention_days": 30, "send_per_hour": 7, "listen": False,
            "personal_read": True, "signature": "<p>Yours</p>",
            "alert_user_ids": [(6, 0, manager.ids)],
        }
        for name, value in changes.items():
            account[name] = value
        self.assertEqual(len(self.lines(event="setting_changed")), len(changes))
        texts = "\n".join(self.lines(event="setting_changed").mapped("message"))
        for word in ("Record who reads", "30", "Yours", manager.name):
            self.assertIn(word, texts)
        folder.with_user(self.user).policy = "two_way"
        rule = self.env["mail.center.rule"].with_user(self.user).create(
            {"name": "Away", "account_id": self.account.id, "senders": "a@b.example",
             "star": True}
        )
        rule.senders = "c@d.example"
        rule.sequence = 9
        rule.unlink()
        added = self.lines(event="setting_changed").filtered(
            lambda line: line.user_id == self.user
        )
        self.assertEqual(len(added), 4)
        self.assertIn("c@d.example", "\n".join(added.mapped("message")))

    def test_who_let_whom_in_is_written_down(self):
        other = new_test_user(self.env, login="log_other", name="Other",
                              groups="base.group_user,mail_center.group_user")
        permission = self.env["mail.center.account.permission"].with_user(self.user).create(
            {"account_id": self.account.id, "user_id": other.id}
        )
        permission.can_send = True
        permission.unlink()
        messages = self.lines(event="permission_changed").sorted("id").mapped("message")
        self.assertEqual(
            messages,
            ["“Other: Read” was given.", "“Other: Read” became “Other: Read, Send”.",
             "“Other: Read, Send” was taken away."],
        )

    def test_the_times_are_those_of_now(self):
        line = self.log._add(self.account, "x", "Now.")
        self.assertAlmostEqual(line.date, fields.Datetime.now(), delta=timedelta(minutes=5))


class TestLogOfAMailbox(MailboxCase):
    def test_a_run_can_be_followed_from_the_connection_to_the_last_mail(self):
        self.sandbox.deliver(self.address, a_mail("eve@x.example", self.address, "one"))
        self.receive()
        lines = self.env["mail.center.log"].search([("account_id", "=", self.account.id)])
        run = lines.filtered(lambda line: line.event == "stored").correlation
        self.assertTrue(run)
        self.assertEqual(
            lines.filtered(lambda line: line.correlation == run).sorted("id").mapped("event"),
            ["connected", "stored", "folder_pass", "sync_pass"],
        )
        stored = lines.filtered(lambda line: line.event == "stored")
        self.assertEqual((stored.kind, stored.mails), ("fetching", 1))
        self.receive()
        self.receive()
        again = self.env["mail.center.log"].search(
            [("account_id", "=", self.account.id), ("event", "=", "sync_pass")]
        )
        self.assertEqual(sum(again.mapped("repeats")), 3)
        self.assertLessEqual(len(again), 2)

    def test_sent_mail_is_told_with_its_connection(self):
        self.write_mail(self.address, subject="Hello")
        self.send()
        lines = self.env["mail.center.log"].search([("account_id", "=", self.account.id)])
        sent = lines.filtered(lambda line: line.event == "send_sent")
        self.assertEqual((sent.kind, sent.mails), ("sending", 1))
        connected = lines.filtered(lambda line: line.event == "connected")
        self.assertIn("to send mail", connected.message)
