"""What mail servers and clocks get up to: full mailboxes, folders that go, a clock that jumps."""

from datetime import timedelta

from odoo import fields

from .common import MailboxCase, a_mail
from .plain_server import OwnServer

KILOBYTES = 60
QUOTA = f"""
mail_plugins = zlib quota
protocol imap {{
  mail_plugins = zlib quota imap_zlib imap_quota
}}
plugin {{
  quota = count:Mailbox
  quota_vsizes = yes
  quota_rule = *:storage={KILOBYTES}K
  quota_grace = 0
}}
"""


class TestFullMailbox(OwnServer, MailboxCase):
    EXTRA = QUOTA

    def setUp(self):
        super().setUp()
        self.fill()
        self.sandbox.create_folder(self.address, "Drafts")
        self.receive()

    def fill(self):
        """Until hardly anything fits any more."""
        room = KILOBYTES * 1024 - 3000
        raw = a_mail("eve@x.example", self.address, "Large", "x" * 76 + "\n")
        filler = b"x" * 76 + b"\r\n"
        raw += filler * ((room - len(raw)) // len(filler))
        self.sandbox.append(self.address, [(raw, [], None)])

    def make_room(self):
        for uid, _flags, _raw in self.sandbox.messages(self.address):
            self.sandbox.expunge(self.address, uid)

    def on_server(self, folder):
        if folder not in self.sandbox.folders(self.address):
            return []
        return [raw for _uid, _flags, raw in self.sandbox.messages(self.address, folder)]

    def log(self, event):
        return self.env["mail.center.log"].search(
            [("account_id", "=", self.account.id), ("event", "=", event)]
        )

    def test_a_sent_mail_leaves_and_its_copy_follows_when_there_is_room(self):
        self.sandbox.add_mailbox("bob@mc.example", "x")
        message = self.write_mail("bob@mc.example", subject="Offer", body_html="y" * 9000)
        self.send()
        outbox = message.outbox_ids
        self.assertEqual((outbox.state, outbox.copy_state), ("sent", "pending"))
        self.assertFalse(self.on_server("Sent"))
        self.assertIn("The mailbox is full on the server", self.log("copy_failed").message)
        self.make_room()
        for _pass in range(2):
            outbox.next_attempt = False
            self.send()
        self.assertEqual(outbox.copy_state, "done")
        self.receive()
        self.assertEqual(len(self.on_server("Sent")), 1)
        self.assertEqual(len(self.messages().filtered(lambda one: one.subject == "Offer")), 1)

    def test_a_draft_stays_here_and_is_stored_there_when_there_is_room(self):
        self.account.with_user(self.user).action_two_way()
        draft = self.env["mail.center.draft"].with_user(self.user).create(
            {"account_id": self.account.id, "subject": "Half", "body_html": "y" * 9000,
             "is_touched": True}
        )
        copies = self.env["mail.center.draft.copy"].sudo()
        for _pass in range(2):
            self.keep_drafts()
        self.assertTrue(draft.exists())
        self.assertFalse(self.on_server("Drafts"))
        (told,) = self.log("draft_failed")
        self.assertIn("The mailbox is full on the server", told.message)
        self.assertTrue(copies.search([("draft_id", "=", draft.id)]).store_after)
        self.make_room()
        for _pass in range(2):
            self.keep_drafts()
        self.assertEqual(len(self.on_server("Drafts")), 1)
        self.assertTrue(draft.exists())

    def keep_drafts(self):
        copies = self.env["mail.center.draft.copy"].sudo().search([("store_after", "!=", False)])
        copies.store_after = "2020-01-01"
        with self.job_env() as env:
            env["mail.center.draft.keeper"]._cron_keep_drafts()

    def test_a_full_mailbox_is_read_all_the_same(self):
        self.assertEqual(self.messages().mapped("subject"), ["Large"])
        self.assertEqual(self.account.sync_state, "ok")


class TestFoldersThatGo(MailboxCase):
    def setUp(self):
        super().setUp()
        for number in range(3):
            raw = a_mail("eve@x.example", self.address, f"m{number}")
            self.sandbox.append(self.address, [(raw, [], None)], "Klienci")
        self.receive()

    def places(self):
        self.env.invalidate_all()
        return {
            (place.folder_id.path, place.message_id.subject)
            for place in self.messages().location_ids
        }

    def test_a_renamed_folder_holds_the_same_mail_under_its_new_name(self):
        before = self.messages()
        self.sandbox.rename_folder(self.address, "Klienci", "Kunden")
        for _pass in range(2):
            self.receive()
        self.assertEqual(self.places(), {("Kunden", f"m{number}") for number in range(3)})
        self.assertEqual(self.messages(), before)

    def test_the_mail_of_a_deleted_folder_is_kept_and_lies_nowhere(self):
        self.sandbox.delete_folder(self.address, "Klienci")
        for _pass in range(2):
            self.receive()
        self.assertEqual(self.places(), set())
        self.assertEqual(sorted(self.messages().mapped("subject")), ["m0", "m1", "m2"])

    def test_a_folder_that_comes_back_brings_nothing_twice(self):
        before = self.messages()
        self.sandbox.rename_folder(self.address, "Klienci", "Elsewhere")
        for _pass in range(2):
            self.receive()
        self.sandbox.rename_folder(self.address, "Elsewhere", "Klienci")
        for _pass in range(2):
            self.receive()
        self.assertEqual(self.places(), {("Klienci", f"m{number}") for number in range(3)})
        self.assertEqual(self.messages(), before)


class TestClock(MailboxCase):
    """The clock of the database was wrong for a while; what it wrote then is still there."""

    def setUp(self):
        super().setUp()
        self.arrive(0)
        self.receive()

    def arrive(self, number):
        raw = a_mail("eve@x.example", self.address, f"m{number}")
        self.sandbox.append(self.address, [(raw, [], None)])

    def look(self):
        """Run the fetching job as it runs by itself: for what is due alone."""
        with self.job_env() as env:
            env["mail.center.receiver"]._cron_receive()
        self.env.invalidate_all()

    def test_mail_comes_after_the_clock_was_years_ahead(self):
        future = fields.Datetime.now() + timedelta(days=3000)
        self.account.write(
            {"next_sync": future, "claim_until": future, "claim_token": "x",
             "claim_worker": "another-machine:1:1", "last_sync": future,
             "listening_until": future}
        )
        self.account._folder("inbox").last_check = future
        self.arrive(1)
        self.look()
        self.assertEqual(sorted(self.messages().mapped("subject")), ["m0", "m1"])
        self.assertLess(self.account.next_sync, fields.Datetime.now() + timedelta(hours=1))

    def test_mail_comes_after_the_clock_was_years_behind(self):
        past = fields.Datetime.now() - timedelta(days=3000)
        self.account.write({"next_sync": past, "claim_until": past, "last_sync": past})
        self.account._folder("inbox").last_check = past
        self.arrive(1)
        self.look()
        self.assertEqual(sorted(self.messages().mapped("subject")), ["m0", "m1"])

    def test_mail_leaves_after_the_clock_was_years_ahead(self):
        message = self.write_mail(self.address, subject="Offer")
        future = fields.Datetime.now() + timedelta(days=3000)
        message.outbox_ids.sudo().next_attempt = future
        self.account.send_retry_at = future
        self.send()
        self.assertEqual(message.outbox_ids.state, "sent")

    def test_mail_that_is_to_leave_in_a_year_waits(self):
        message = self.write_mail(self.address, subject="Anniversary")
        message.outbox_ids.sudo().send_after = fields.Datetime.now() + timedelta(days=365)
        self.send()
        self.assertEqual(message.outbox_ids.state, "queued")
