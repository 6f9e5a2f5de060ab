"""What is done here to mail in two-way folders is done on the server, once and for all."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import MailboxCase, a_mail
from .cutting_proxy import CuttingProxy


class TestTwoWay(MailboxCase):
    # Answers of the server that are cut off: each comes in the course of a move.
    ANSWERS = (b"Store completed", b"COPYUID", b"Move completed")
    # Whether the server can remove what was moved.
    REMOVES = True

    def setUp(self):
        super().setUp()
        for number in range(3):
            self.sandbox.append(
                self.address, [(a_mail("eve@x.example", self.address, f"m{number}"), [], None)]
            )
        for folder in ("Archive", "Trash"):
            self.sandbox.create_folder(self.address, folder)
        self.receive()
        self.inbox = self.account._folder("inbox")
        self.archive = self.account._folder("archive")
        self.trash = self.account._folder("trash")
        (self.inbox | self.archive | self.trash).with_user(self.user).policy = "two_way"
        self.mails = self.messages().with_user(self.user)

    def subjects(self, folder="INBOX"):
        """Subject → flags of what lies in a folder on the server."""
        return {
            raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode(): flags - {"\\Recent"}
            for _uid, flags, raw in self.sandbox.messages(self.address, folder)
            if "\\Deleted" not in flags
        }

    def here(self, folder):
        return sorted(folder.location_ids.message_id.mapped("subject"))

    def changes(self):
        return self.env["mail.center.change"].search([])

    # ---- marks --------------------------------------------------------------

    def test_marks_made_here_are_on_the_server_after_the_next_pass(self):
        self.mails[0].mark_read()
        self.mails[1].star()
        self.receive()
        self.assertEqual(
            self.subjects(), {"m0": {"\\Seen"}, "m1": {"\\Flagged"}, "m2": set()}
        )
        self.mails[0].mark_read(False)
        self.receive()
        self.assertEqual(self.subjects()["m0"], set())
        self.assertFalse(self.changes())

    def test_in_a_read_only_folder_marks_stay_here(self):
        self.inbox.policy = "read"
        self.mails[0].mark_read()
        self.receive()
        self.assertEqual(self.subjects()["m0"], set())
        self.assertTrue(self.mails[0].is_read)

    def test_a_mark_made_here_survives_what_another_program_marks_meanwhile(self):
        uid = self.mails[0].location_ids.uid
        self.account.sync_enabled = False
        self.mails[0].star()
        self.sandbox.store_flags(self.address, uid, "+FLAGS (\\Seen)")
        change = self.changes()
        # The server says first what it has, as in a pass that was cut off before it was told.
        with self.job_env() as env:
            receiver = env["mail.center.receiver"]
            account = env["mail.center.account"].browse(self.account.id)
            account.claim_token = "t"
            env.flush_all()
            folder = env["mail.center.folder"].browse(self.inbox.id)
            receiver._apply_flags(account, "t", folder, {uid: frozenset(["\\Seen"])})
        self.env.invalidate_all()
        self.assertTrue(self.mails[0].is_starred)
        self.assertTrue(self.mails[0].is_read)
        self.assertTrue(change.exists())
        self.account.write({"sync_enabled": True, "claim_until": False})
        self.receive()
        self.assertEqual(self.subjects()["m0"], {"\\Seen", "\\Flagged"})

    def test_marking_to_and_fro_tells_the_server_the_last_word_only(self):
        for read in (True, False, True):
            self.mails[0].mark_read(read)
        self.assertEqual(len(self.changes()), 1)
        self.receive()
        self.assertEqual(self.subjects()["m0"], {"\\Seen"})

    def test_answered_and_forwarded_mail_is_marked_so_in_other_programs(self):
        self.write_mail(self.address, parent_id=self.mails[0].id, mode="reply", subject="Re: m0")
        self.write_mail(self.address, parent_id=self.mails[1].id, mode="forward", subject="Fwd")
        self.receive()
        self.assertEqual(self.subjects()["m0"], set())
        self.send()
        self.receive()
        self.assertEqual(self.subjects()["m0"], {"\\Answered"})
        self.assertEqual(self.subjects()["m1"], {"$Forwarded"})

    # ---- moves --------------------------------------------------------------

    def test_an_archived_mail_has_left_the_inbox_here_at_once_and_there_soon(self):
        moved = self.mails[0].move_to("archive")
        self.assertEqual(moved, [[self.mails[0].id, self.inbox.id, self.archive.id]])
        self.assertEqual(self.here(self.inbox), ["m1", "m2"])
        self.assertEqual(self.here(self.archive), ["m0"])
        self.receive()
        self.assertEqual(set(self.subjects()), {"m1", "m2"})
        self.assertEqual(set(self.subjects("Archive")), {"m0"})
        self.assertEqual(self.here(self.archive), ["m0"])
        self.assertGreater(self.mails[0].location_ids.uid, 0)
        self.assertFalse(self.changes())
        stored = self.messages()
        self.receive()
        self.assertEqual(self.messages(), stored)
        self.assertEqual(self.inbox.known_uids, 2 if self.REMOVES else 3)
        self.assertEqual(self.archive.known_uids, 1)

    def test_a_move_is_undone_before_and_after_the_server_knows(self):
        for tell in (False, True):
            moved = self.mails.move_to("trash")
            if tell:
                self.receive()
            self.mails.undo_move(moved)
            self.assertEqual(self.here(self.inbox), ["m0", "m1", "m2"])
            self.assertEqual(self.here(self.trash), [])
            self.receive()
            self.assertEqual(set(self.subjects()), {"m0", "m1", "m2"})
            self.assertEqual(self.subjects("Trash"), {})
            self.assertFalse(self.changes())

    def test_marks_travel_with_a_mail_that_moves_and_moves_again(self):
        self.mails[0].move_to("archive")
        self.mails[0].star()
        self.mails[0].move_to("trash", {self.mails[0].id: self.archive.id})
        self.mails[0].mark_read()
        self.assertEqual(self.here(self.trash), ["m0"])
        self.receive()
        self.assertEqual(self.subjects("Trash"), {"m0": {"\\Seen", "\\Flagged"}})
        self.assertEqual(self.subjects("Archive"), {})
        self.assertTrue(self.mails[0].is_starred)

    def test_a_conversation_is_archived_as_a_whole(self):
        for number in range(2):
            raw = a_mail(
                "eve@x.example", self.address, f"re{number}",
                in_reply_to=self.mails[0].message_id, references=self.mails[0].message_id,
            )
            self.sandbox.append(self.address, [(raw, [], None)])
        self.receive()
        self.mails[0].move_to("archive", whole=True)
        self.assertEqual(self.here(self.inbox), ["m1", "m2"])
        self.receive()
        self.assertEqual(set(self.subjects("Archive")), {"m0", "re0", "re1"})

    def test_a_mail_that_another_program_moved_first_is_where_that_put_it(self):
        self.account.sync_enabled = False
        self.mails[0].move_to("archive")
        self.sandbox.doveadm(
            "move", "-u", self.address, "Trash", "mailbox", "INBOX", "subject", "m0"
        )
        self.account.sync_enabled = True
        self.receive()
        self.receive()
        self.assertEqual(self.here(self.inbox), ["m1", "m2"])
        self.assertEqual(self.here(self.archive), [])
        self.assertEqual(self.here(self.trash), ["m0"])
        self.assertEqual(len(self.messages()), 3)

    def test_a_folder_renumbered_meanwhile_still_loses_no_change(self):
        self.mails[0].move_to("archive")
        self.mails[1].star()
        self.sandbox.doveadm(
            "mailbox", "update", "-u", self.address,
            "--uid-validity", str(self.inbox.uidvalidity + 7), "INBOX",
        )
        for _pass in range(3):
            self.receive()
        self.assertEqual(self.subjects(), {"m1": {"\\Flagged"}, "m2": set()})
        self.assertEqual(set(self.subjects("Archive")), {"m0"})
        self.assertEqual(self.here(self.inbox), ["m1", "m2"])
        self.assertEqual(len(self.messages()), 3)
        self.assertFalse(self.changes())

    def test_a_line_cut_at_any_answer_loses_nothing_and_doubles_nothing(self):
        proxy = CuttingProxy(self.sandbox.ports["imap"])
        self.addCleanup(proxy.close)
        self.account.write(
            {"imap_port": proxy.port, "imap_security": "none", "imap_password": "correct horse"}
        )
        for mail, word in zip(self.mails, self.ANSWERS, strict=True):
            mail.star()
            mail.move_to("archive")
            cuts = proxy.cuts
            proxy.cut_before = word
            self.receive()
            self.assertEqual(proxy.cuts, cuts + 1, word)
            proxy.cut_before = None
            self.receive()
            self.receive()
            self.assertEqual(self.subjects("Archive").get(mail.subject), {"\\Flagged"}, word)
            self.assertNotIn(mail.subject, self.subjects())
            self.assertIn(mail.subject, self.here(self.archive))
            self.assertNotIn(mail.subject, self.here(self.inbox))
            self.assertFalse(self.changes())
        self.assertEqual(len(self.messages()), 3)
        self.assertEqual(len(self.sandbox.messages(self.address, "Archive")), 3)

    def test_what_the_server_refuses_again_and_again_is_taken_back_and_told(self):
        self.sandbox.create_folder(self.address, "Klienci")
        self.receive()
        folder = self.account.folder_ids.filtered(lambda one: one.path == "Klienci")
        folder.policy = "two_way"
        self.mails[0].move_to(folder.id)
        self.assertEqual(self.here(folder), ["m0"])
        self.sandbox.delete_folder(self.address, "Klienci")
        for _pass in range(6):
            self.receive()
        self.assertEqual(self.here(self.inbox), ["m0", "m1", "m2"])
        self.assertFalse(self.changes())
        self.assertEqual(set(self.subjects()), {"m0", "m1", "m2"})
        log = self.env["mail.center.log"].search([("event", "=", "change_refused")])
        self.assertEqual(len(log), 1)

    # ---- who and where ------------------------------------------------------

    def test_one_button_makes_an_account_two_way_with_its_drafts_and_new_folders(self):
        account = self.account.with_user(self.user)
        account.action_read_only()
        self.assertFalse(account.is_two_way)
        account.action_two_way()
        self.assertTrue(account.is_two_way)
        self.sandbox.create_folder(self.address, "Nowy")
        self.receive()
        self.assertEqual(set(account.folder_ids.mapped("policy")), {"two_way"})
        account.action_read_only()
        self.assertEqual(set(account.folder_ids.mapped("policy")), {"read", "off"})
        self.account.permission_ids = [
            (0, 0, {"user_id": self.env.ref("base.user_admin").id, "can_read": True})
        ]
        with self.assertRaises(AccessError):
            account.with_user(self.env.ref("base.user_admin")).action_two_way()

    def test_who_may_only_read_moves_nothing(self):
        reader = new_test_user(
            self.env, login="mc_ro", groups="base.group_user,mail_center.group_user"
        )
        with self.assertRaises(AccessError):
            self.mails.with_user(reader).move_to("trash")
        self.account.permission_ids = [(0, 0, {"user_id": reader.id, "can_read": True})]
        with self.assertRaises(AccessError):
            self.mails.with_user(reader).move_to("trash")
        self.assertFalse(self.changes())

    def test_a_read_only_folder_says_how_to_change_that(self):
        self.inbox.policy = "read"
        with self.assertRaisesRegex(UserError, "read-only"):
            self.mails.move_to("archive")
        self.assertEqual(self.here(self.inbox), ["m0", "m1", "m2"])

    def test_a_mail_does_not_move_into_another_account(self):
        other = self.make_account(self.user)
        self.receive()
        with self.assertRaisesRegex(UserError, "its own account"):
            self.mails.move_to(other._folder("inbox").id)
