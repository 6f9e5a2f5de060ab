"""Mail that is deleted for good: gone from the server, and nothing brings it back."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import MailboxCase, a_mail
from .cutting_proxy import CuttingProxy


class TestDelete(MailboxCase):
    def setUp(self):
        super().setUp()
        self.sources = [
            a_mail("eve@x.example", self.address, f"m{number}", "secret words")
            for number in range(3)
        ]
        self.sandbox.create_folder(self.address, "Trash")
        for raw in self.sources:
            self.sandbox.append(self.address, [(raw, [], None)], "Trash")
        self.sandbox.append(
            self.address, [(a_mail("eve@x.example", self.address, "kept"), [], None)]
        )
        self.receive()
        self.account.with_user(self.user).action_two_way()
        self.trash = self.account._folder("trash")
        self.mails = self.trash.location_ids.message_id.sorted("id").with_user(self.user)

    def on_server(self, folder="Trash"):
        return sorted(
            raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode()
            for _uid, _flags, raw in self.sandbox.messages(self.address, folder)
        )

    def shown(self, place=None):
        mailbox = self.env["mail.center.mailbox"].with_user(self.user)
        return sorted(row["subject"] for row in mailbox.page(place or {"view": "all"})["rows"])

    def passes(self, count=2):
        for _pass in range(count):
            self.receive()
        self.env.invalidate_all()

    def test_it_is_out_of_sight_at_once_gone_from_the_server_soon_and_never_comes_back(self):
        self.mails[:2].delete_for_good()
        self.assertEqual(self.shown({"folder": self.trash.id}), ["m2"])
        self.passes()
        self.assertEqual(self.on_server(), ["m2"])
        self.assertEqual(self.shown(), ["kept", "m2"])
        gone = self.mails[:2].sudo()
        self.assertFalse(gone.attachment_ids or gone[0].body_text or gone[1].email_from)
        self.assertEqual(self.trash.known_uids, 1)
        self.assertFalse(self.env["mail.center.change"].search([]))
        # Another program puts a copy back: it is known, and stays deleted.
        self.sandbox.append(self.address, [(self.sources[0], [], None)], "Trash")
        stored = self.messages()
        self.passes()
        self.assertEqual(self.messages(), stored)
        self.assertEqual(self.shown(), ["kept", "m2"])
        self.assertFalse(gone[0].body_text)

    def test_what_is_linked_to_a_record_stays_with_the_record(self):
        partner = self.env["res.partner"].create({"name": "Eve"})
        mailbox = self.env["mail.center.mailbox"].with_user(self.user)
        mailbox.link(self.mails[:1].ids, "res.partner", partner.id)
        self.mails[:1].delete_for_good()
        self.passes()
        self.assertEqual(self.on_server(), ["m1", "m2"])
        self.assertIn("secret words", self.mails[0].body_text)
        self.assertEqual(self.shown({"record": ["res.partner", partner.id]}), ["m0"])

    def test_a_mail_that_lies_elsewhere_too_is_deleted_there_alone(self):
        self.sandbox.append(self.address, [(self.sources[0], [], None)])
        self.passes()
        self.mails[:1].delete_for_good({self.mails[0].id: self.trash.id})
        self.passes()
        self.assertEqual(self.on_server(), ["m1", "m2"])
        self.assertEqual(self.on_server("INBOX"), ["kept", "m0"])
        self.assertIn("secret words", self.mails[0].body_text)
        self.assertEqual(self.mails[0].location_ids.folder_id, self.account._folder("inbox"))

    def test_only_the_trash_is_emptied_and_only_by_who_manages_the_account(self):
        kept = (self.messages() - self.mails.sudo()).with_user(self.user)
        with self.assertRaisesRegex(UserError, "to the trash first"):
            kept.delete_for_good()
        colleague = new_test_user(
            self.env, login="mc_del", groups="base.group_user,mail_center.group_user"
        )
        self.account.permission_ids = [
            (0, 0, {"user_id": colleague.id, "can_read": True, "can_send": True})
        ]
        with self.assertRaises(AccessError):
            self.mails.with_user(colleague).delete_for_good()
        self.trash.policy = "read"
        with self.assertRaisesRegex(UserError, "read-only"):
            self.mails.delete_for_good()
        self.passes()
        self.assertEqual(self.on_server(), ["m0", "m1", "m2"])

    def test_what_another_program_rescues_meanwhile_is_kept_and_shown_where_it_lies(self):
        self.mails[:2].delete_for_good()
        self.sandbox.doveadm(
            "move", "-u", self.address, "INBOX", "mailbox", "Trash", "subject", "m0"
        )
        self.passes()
        self.assertEqual(self.on_server("INBOX"), ["kept", "m0"])
        self.assertEqual(self.on_server(), ["m2"])
        self.assertEqual(self.shown(), ["kept", "m0", "m2"])
        self.assertIn("secret words", self.mails[0].body_text)
        self.assertEqual(self.mails[0].location_ids.folder_id, self.account._folder("inbox"))
        self.assertEqual(self.mails.mapped("is_deleted"), [False, True, False])
        self.assertFalse(self.env["mail.center.change"].search([]))

    def test_what_another_program_deletes_meanwhile_is_deleted_here_too(self):
        self.mails[:1].delete_for_good()
        self.sandbox.doveadm("expunge", "-u", self.address, "mailbox", "Trash", "subject", "m0")
        self.passes()
        self.assertEqual(self.shown(), ["kept", "m1", "m2"])
        self.assertTrue(self.mails[0].is_deleted)
        self.assertFalse(self.mails[0].body_text)

    def test_a_line_that_breaks_in_between_deletes_what_was_meant_and_nothing_else(self):
        proxy = CuttingProxy(self.sandbox.ports["imap"])
        self.addCleanup(proxy.close)
        self.account.write(
            {"imap_port": proxy.port, "imap_security": "none", "imap_password": "correct horse"}
        )
        for mail, word in zip(self.mails[:2], (b"Store completed", b"Expunge completed"),
                              strict=True):
            mail.delete_for_good()
            cuts = proxy.cuts
            proxy.cut_before = word
            self.receive()
            self.assertEqual(proxy.cuts, cuts + 1, word)
            proxy.cut_before = None
            self.passes()
            self.assertNotIn(mail.subject, self.on_server())
            self.assertTrue(mail.is_deleted)
        self.assertEqual(self.on_server(), ["m2"])
        self.assertEqual(self.shown(), ["kept", "m2"])

    def test_a_trash_renumbered_meanwhile_deletes_what_was_meant(self):
        self.mails[:1].delete_for_good()
        self.sandbox.doveadm(
            "mailbox", "update", "-u", self.address,
            "--uid-validity", str(self.trash.uidvalidity + 7), "Trash",
        )
        self.passes(3)
        self.assertEqual(self.on_server(), ["m1", "m2"])
        self.assertEqual(self.shown(), ["kept", "m1", "m2"])
