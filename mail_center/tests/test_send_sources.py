import os

from odoo.addons.mail_center import loads
from odoo.addons.mail_center.models import mail_center_outbox

from .send_common import SendCase, SmtpScript


class TestSendSources(SendCase):
    """The bytes that were frozen leave, or nothing does; each is read when it is needed."""

    def setUp(self):
        super().setUp()
        self.server = SmtpScript()
        self.send_by(self.server)
        self.names = ["one", "two", "three", "four", "five"]
        self.rows = [
            self.outbox(self.write_mail(f"{name}@x.example", subject=name)) for name in self.names
        ]

    def states(self):
        self.env.invalidate_all()
        return [row.state for row in self.rows]

    def path(self, row):
        source = self.env["ir.attachment"]._mail_source(row.message_id)
        # Shared with nothing that an earlier test has left.
        return source._full_path(source.store_fname)

    def test_a_mail_whose_file_is_gone_or_damaged_waits_and_the_others_leave(self):
        kept = {}
        for row in (self.rows[0], self.rows[2], self.rows[4]):
            with open(self.path(row), "rb") as file:
                kept[row] = file.read()
            os.unlink(self.path(row))
        with open(self.path(self.rows[4]), "wb") as file:
            file.write(kept[self.rows[4]].replace(b"five", b"fife"))
        self.send()
        self.assertEqual(self.states(), ["deferred", "sent", "deferred", "sent", "deferred"])
        self.assertEqual(self.server.subjects, ["two", "four"])
        for row, content in kept.items():
            self.assertIn("restore the file store", row.error)
            self.assertFalse(row.claim_token or row.phase)
            with open(self.path(row), "wb") as file:
                file.write(content)
            row.with_user(self.user).action_retry()
        self.send()
        self.assertEqual(self.states(), ["sent"] * 5)
        self.assertEqual(sorted(self.server.subjects), sorted(self.names))

    def test_a_mail_is_read_while_the_server_is_busy_with_one_before(self):
        seen = []
        whole = loads.whole

        def look(read, checksum):
            seen.append(len(self.server.mails))
            return whole(read, checksum)

        self.patch(mail_center_outbox, "whole", look)
        self.send()
        self.assertEqual(self.states(), ["sent"] * 5)
        # Once to be sent, and once for the copy in Sent.
        self.assertEqual(len(seen), 10)
        self.assertEqual(seen[5:], [5] * 5)
        # The first two are needed at once; the third when the first is out, and so on.
        self.assertEqual(seen[:2], [0, 0])
        self.assertTrue(all(seen[number] >= number - 2 for number in (3, 4)), seen)
        self.assertLess(max(seen[:5]), 5)

    def test_where_another_addon_keeps_the_files_all_is_read_before_the_network_is_used(self):
        self.patch(
            type(self.env["ir.attachment"]), "_needs_no_database", lambda _attachments: False
        )
        os.unlink(self.path(self.rows[3]))
        with self.job_env() as env:
            account = self.rows[0].account_id.id
            rows = env["mail.center.sender"]._claim_some("token", account, False)
            taken, left = env["mail.center.sender"]._load(rows)
            self.assertEqual(left.ids, [row.id for row in self.rows if row != self.rows[3]])
            self.assertTrue(all(load._raw for load in taken))
        self.assertEqual(self.states()[3], "deferred")
