from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import MailboxCase, a_mail


class TestComparison(MailboxCase):
    """Each night every folder is compared with the server, and what is wrong can be repaired."""

    def setUp(self):
        super().setUp()
        for number in range(6):
            self.sandbox.append(self.address, [(self.mail(number), [], None)])
        self.receive()
        self.inbox = self.account._folder("inbox")

    def mail(self, number):
        return a_mail(
            "eve@x.example", self.address, f"m{number}", message_id=f"<m{number}@x.example>"
        )

    def night(self):
        with self.job_env() as env:
            env["mail.center.folder"]._cron_compare()
        self.receive()
        self.env.invalidate_all()

    def repair(self):
        self.inbox.with_user(self.user).action_repair()
        self.receive()
        self.env.invalidate_all()

    def lose(self, table, *ids):
        """Remove rows as somebody does who works on the database itself."""
        self.env.flush_all()
        self.env.cr.execute(f"DELETE FROM {table} WHERE id IN %s", [ids])
        self.env.invalidate_all()

    def ids_here(self):
        return sorted(self.messages().mapped("message_id"))

    def everything(self):
        return sorted(f"<m{number}@x.example>" for number in range(6))

    def test_a_folder_that_is_whole_says_so(self):
        self.night()
        self.assertEqual(self.inbox.comparison_text, "server 6 · here 6 · quarantine 0")
        self.assertFalse(self.inbox.comparison_differs)
        self.assertFalse(self.inbox.comparison_wanted)

    def test_mail_that_vanished_from_the_database_is_noticed_and_fetched_again(self):
        lost = self.messages()[1:3]
        places = lost.location_ids.ids
        self.lose("mail_center_message_location", *places)
        self.lose("mail_center_message", *lost.ids)
        self.receive()
        self.assertEqual(len(self.messages()), 4, "an ordinary run trusts its counter")
        self.night()
        self.assertEqual(
            self.inbox.comparison_text, "server 6 · here 4 · quarantine 0 · missing 2"
        )
        self.assertTrue(self.inbox.comparison_differs)
        self.assertEqual(len(self.messages()), 4, "looking changes nothing")
        self.repair()
        self.assertEqual(self.ids_here(), self.everything())
        self.assertEqual(self.inbox.comparison_text, "server 6 · here 6 · quarantine 0")
        self.assertEqual(self.inbox.known_uids, 6)

    def test_a_mail_of_which_only_the_place_vanished_is_not_stored_twice(self):
        before = self.messages()
        self.lose("mail_center_message_location", *before[:2].location_ids.ids)
        self.repair()
        self.assertEqual(self.messages(), before)
        self.assertEqual(len(before.location_ids), 6)

    def test_what_the_server_never_had_is_forgotten_and_the_mail_itself_stays(self):
        before = self.messages()
        self.env["mail.center.message.location"].create(
            {"folder_id": self.inbox.id, "message_id": before[0].id, "uid": 3 * 10**9}
        )
        self.night()
        self.assertIn("gone from the server 1", self.inbox.comparison_text)
        self.repair()
        self.assertFalse(self.inbox.comparison_differs)
        self.assertEqual(self.messages(), before)
        self.assertEqual(len(self.inbox.location_ids), 6)

    def test_mail_left_out_on_purpose_is_neither_missing_nor_fetched(self):
        self.lose("mail_center_message", self.messages()[0].id)  # its place stays, empty
        self.night()
        self.assertEqual(
            self.inbox.comparison_text, "server 6 · here 5 · quarantine 0 · left out 1"
        )
        self.repair()
        self.assertEqual(len(self.messages()), 5)

    def test_mail_in_quarantine_is_counted_as_such(self):
        nested = "".join(
            f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(400)
        )
        poison = b"From: eve@x.example\r\nMIME-Version: 1.0\r\n" + nested.encode() + b"\r\nend\r\n"
        self.sandbox.append(self.address, [(poison, [], None)])
        self.receive()
        self.night()
        self.assertEqual(self.inbox.comparison_text, "server 7 · here 6 · quarantine 1")
        self.assertFalse(self.inbox.comparison_differs)

    def test_the_log_tells_of_a_difference_and_of_its_repair(self):
        self.lose("mail_center_message_location", self.messages()[0].location_ids.id)
        self.night()
        self.repair()
        events = self.env["mail.center.log"].search(
            [("account_id", "=", self.account.id)]
        ).mapped("event")
        self.assertIn("folder_differs", events)
        self.assertIn("folder_repaired", events)

    def test_only_who_manages_the_account_repairs_it(self):
        stranger = new_test_user(
            self.env, login="mc_stranger", groups="base.group_user,mail_center.group_user"
        )
        with self.assertRaises(AccessError):
            self.inbox.with_user(stranger).action_repair()
        reader = new_test_user(
            self.env, login="mc_reader", groups="base.group_user,mail_center.group_user"
        )
        self.env["mail.center.account.permission"].create(
            {"account_id": self.account.id, "user_id": reader.id, "can_read": True}
        )
        with self.assertRaises(AccessError):
            self.inbox.with_user(reader).action_compare()

    def test_a_folder_deleted_meanwhile_stops_nothing(self):
        self.sandbox.append(self.address, [(self.mail(9), [], None)], "Old")
        self.receive()
        old = self.account.folder_ids.filtered(lambda folder: folder.path == "Old")
        (old | self.inbox).with_user(self.user).action_compare()
        self.sandbox.delete_folder(self.address, "Old")
        self.receive()
        self.env.invalidate_all()
        self.assertEqual(self.account.sync_state, "ok")
        self.assertFalse(old.comparison_wanted)
        self.assertIn("server 6", self.inbox.comparison_text)
