import os
from email.message import EmailMessage

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import MailboxCase, a_mail


class TestPartial(MailboxCase):
    """Mail above the account's limit comes by its structure, and whole when somebody asks."""

    def setUp(self):
        super().setUp()
        self.account.whole_megabytes = 1
        self.content = os.urandom(2 * 1024**2)
        self.raw = self.large_mail()

    def large_mail(self):
        mail = EmailMessage()
        mail["From"], mail["To"] = "Eve <eve@x.example>", self.address
        mail["Subject"], mail["Message-ID"] = "Rysunki – wersja 2", "<large@x.example>"
        mail["Date"] = "Mon, 02 Nov 2026 10:00:00 +0100"
        mail.set_content("Dzień dobry, w załączeniu rysunki.\n")
        mail.add_alternative("<p>Dzień dobry, w <b>załączeniu</b> rysunki.</p>", subtype="html")
        mail.add_attachment(
            self.content, maintype="application", subtype="pdf", filename="Źródło.pdf"
        )
        return mail.as_bytes()

    def files(self, message):
        return self.env["ir.attachment"].search(
            [("res_model", "=", message._name), ("res_id", "=", message.id),
             ("res_field", "in", (False, "raw_source"))]
        )

    def deliver(self, folder="INBOX"):
        self.sandbox.append(self.address, [(self.raw, [], None)], folder)
        self.receive()
        return self.messages()

    def opened(self, message):
        mailbox = self.env["mail.center.mailbox"].with_user(self.user)
        return mailbox.conversation(message.id)["messages"][0]

    def test_its_text_and_the_list_of_its_files_are_here_without_the_files(self):
        message = self.deliver()
        self.assertEqual(message.subject, "Rysunki – wersja 2")
        self.assertEqual(message.email_from, "eve@x.example")
        self.assertIn("w załączeniu rysunki", message.body_text)
        self.assertIn("<b>załączeniu</b>", message.body_html)
        self.assertTrue(message.is_partial)
        self.assertFalse(self.files(message))
        self.assertEqual(message.attachment_count, 1)
        ((_uid, flags, raw),) = self.sandbox.messages(self.address)
        self.assertEqual(message.size, len(raw))
        self.assertNotIn("\\Seen", flags)
        left = self.opened(message)["left"]
        self.assertEqual([file["name"] for file in left["files"]], ["Źródło.pdf"])
        self.assertAlmostEqual(left["files"][0]["size"], len(self.content), delta=100)

    def test_small_mail_beside_it_comes_whole(self):
        small = a_mail("eve@x.example", self.address, "small")
        self.sandbox.append(self.address, [(small, [], None), (self.raw, [], None)])
        self.receive()
        partial = self.messages().filtered("is_partial")
        self.assertEqual(partial.message_id, "<large@x.example>")
        self.assertEqual((self.messages() - partial).subject, "small")
        self.assertTrue(self.files(self.messages() - partial))

    def test_asked_for_it_comes_whole_byte_for_byte(self):
        message = self.deliver()
        self.env["mail.center.mailbox"].with_user(self.user).download(message.id)
        self.assertTrue(self.opened(message)["left"]["wanted"])
        self.receive()
        self.env.invalidate_all()
        self.assertFalse(message.is_partial)
        self.assertFalse(message.download_wanted)
        self.assertEqual(message.file_ids.mapped("name"), ["Źródło.pdf"])
        self.assertEqual(message.file_ids.raw, self.content)
        ((_uid, _flags, raw),) = self.sandbox.messages(self.address)
        self.assertEqual(self.env["ir.attachment"]._mail_source(message).raw, raw)
        self.assertFalse(self.opened(message)["left"])
        with self.assertRaises(UserError):
            message.with_user(self.user).action_download_whole()

    def test_in_a_second_folder_it_is_the_same_mail_before_and_after_its_download(self):
        message = self.deliver()
        self.assertEqual(self.deliver("Klienci"), message)
        message.with_user(self.user).action_download_whole()
        self.receive()
        self.assertEqual(self.deliver("Archive"), message)
        self.account.whole_megabytes = 0
        self.assertEqual(self.deliver("Dawne"), message)
        self.assertEqual(len(message.location_ids), 4)

    def test_a_mail_that_the_server_lost_says_so_and_keeps_its_text(self):
        message = self.deliver()
        message.with_user(self.user).action_download_whole()
        ((uid, _flags, _raw),) = self.sandbox.messages(self.address)
        self.sandbox.expunge(self.address, uid)
        self.receive()
        self.env.invalidate_all()
        left = self.opened(message)["left"]
        self.assertIn("no longer has this mail", left["error"])
        self.assertFalse(left["wanted"])
        self.assertIn("rysunki", message.body_text)

    def test_without_a_limit_everything_comes_whole(self):
        self.account.whole_megabytes = 0
        message = self.deliver()
        self.assertFalse(message.is_partial)
        self.assertEqual(message.file_ids.raw, self.content)

    def test_who_may_not_read_the_account_downloads_nothing(self):
        message = self.deliver()
        stranger = new_test_user(
            self.env, login="mc_stranger", groups="base.group_user,mail_center.group_user"
        )
        with self.assertRaises(AccessError):
            self.env["mail.center.mailbox"].with_user(stranger).download(message.id)
        with self.assertRaises(AccessError):
            message.with_user(stranger).action_download_whole()
        self.assertFalse(message.download_wanted)
