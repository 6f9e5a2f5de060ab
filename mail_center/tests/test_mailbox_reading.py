"""A shared mailbox in which each person has his own read state, or all have one."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from ..core.intake import Intake, take_in
from ..models import mail_center_mailbox
from .mailbox_common import StoredMailCase


class TestReading(StoredMailCase):
    def raw(self, subject, number, answers=""):
        return (
            f"From: Eve <eve@brick.example>\r\nSubject: {subject}\r\nMessage-ID: <{number}@b>\r\n"
            f"{answers and f'In-Reply-To: {answers}'}\r\n\r\nText"
        ).replace("\r\n\r\n\r\n", "\r\n\r\n").encode()

    def arrive(self, subject, number, answers=""):
        """A mail comes to the inbox as the receiver files it."""
        raw = self.raw(subject, number, answers)
        messages, _failed = self.env["mail.center.filing"].sudo()._file(
            self.inbox, [take_in(raw, uid=number)]
        )
        return messages

    def state(self, user):
        """What *user* sees: unread rows, unread of single mails, the counter, the systray."""
        box = self.mailbox(user)
        return {
            "rows": {row["subject"] for row in box.page(self.here())["rows"] if row["unread"]},
            "counter": box.sidebar()["inbox"],
            "search": len(self.ids({"view": "all"}, user, query="is:unread")),
            "read": len(self.ids({"view": "all"}, user, query="is:read")),
            "menu": self.env["mail.center.message"].with_user(user).menu()["unread"],
        }

    def test_each_has_his_own_where_the_account_says_so(self):
        old = self.arrive("Old", 1)
        self.account.personal_read = True
        new = self.arrive("New", 2)
        both = {"rows": {"Old", "New"}, "counter": 2, "search": 2, "read": 0, "menu": 2}
        for user in (self.owner, self.reader):
            self.assertEqual(self.state(user), both, user.login)
        new.with_user(self.reader).mark_read()
        self.assertEqual(
            self.state(self.reader),
            {"rows": {"Old"}, "counter": 1, "search": 1, "read": 1, "menu": 1},
        )
        self.assertEqual(self.state(self.owner), both)
        (shown,) = self.mailbox(self.owner).conversation(new.id)["messages"]
        self.assertTrue(shown["unread"])
        (shown,) = self.mailbox(self.reader).conversation(new.id)["messages"]
        self.assertFalse(shown["unread"])
        new.with_user(self.reader).mark_read(False)
        self.assertEqual(self.state(self.reader), both)
        self.assertFalse((old | new).filtered("is_read"), "on the server nobody has read them")

    def retry(self, subject, number, answers=""):
        """A mail that was not understood when it came is understood now."""
        intake = Intake(self.raw(subject, number, answers), uid=number, error="planted")
        self.env["mail.center.filing"].sudo()._file(self.inbox, [intake])
        line = self.env["mail.center.quarantine"].search(
            [("account_id", "=", self.account.id), ("state", "=", "waiting")]
        )
        self.assertEqual(len(line), 1)
        line.with_user(self.owner).action_retry()
        self.assertEqual(line.state, "solved")
        return line.message_id

    def test_what_is_understood_out_of_quarantine_is_unread_for_each(self):
        self.account.personal_read = True
        late = self.retry("Late", 1)
        both = {"rows": {"Late"}, "counter": 1, "search": 1, "read": 0, "menu": 1}
        for user in (self.owner, self.reader):
            self.assertEqual(self.state(user), both, user.login)
        late.with_user(self.reader).mark_read()
        self.assertEqual(self.state(self.reader)["counter"], 0)
        self.assertEqual(self.state(self.owner), both)

    def test_an_answer_out_of_quarantine_ends_the_reminder_that_waits_for_it(self):
        asked = self.arrive("Roof", 1)
        later = str(fields.Datetime.now() + timedelta(days=3))
        self.mailbox(self.reader).remind(asked.ids, later)
        waiting = self.env["mail.activity"].search([("user_id", "=", self.reader.id)])
        self.assertTrue(waiting)
        waiting.sudo().write({"mail_center_waits_for": "in"})
        self.env.flush_all()  # it was set before the answer came
        self.env.cr.execute(
            "UPDATE mail_activity SET create_date = create_date - interval '1 hour' WHERE id = %s",
            [waiting.id],
        )
        self.env.invalidate_all()
        answer = self.retry("Re: Roof", 2, answers="<1@b>")
        self.assertEqual(answer.thread_id, asked.thread_id)
        self.assertFalse(waiting.exists().filtered("active"))

    def test_a_whole_conversation_is_read_for_oneself(self):
        self.account.personal_read = True
        first = self.arrive("Roof", 1)
        answer = self.arrive("Re: Roof", 2, answers="<1@b>")
        self.assertEqual(first.thread_id, answer.thread_id)
        self.assertEqual(self.state(self.reader)["rows"], {"Re: Roof"})
        answer.with_user(self.reader).mark_read(True, whole=True)
        self.assertFalse(self.state(self.reader)["rows"])
        self.assertEqual(self.state(self.reader)["counter"], 0)
        self.assertEqual(self.state(self.owner)["counter"], 2)

    def test_without_it_one_has_read_it_for_all_and_back_again(self):
        self.account.personal_read = True
        mail = self.arrive("New", 1)
        mail.with_user(self.reader).mark_read()
        self.account.personal_read = False
        self.assertEqual(self.state(self.reader)["counter"], 1)
        mail.with_user(self.owner).mark_read()
        self.assertEqual(self.state(self.reader)["counter"], 0)

    def test_what_was_there_before_is_no_news_to_a_new_reader(self):
        self.account.personal_read = True
        self.arrive("Old", 1)
        self.account.permission_ids.filtered(
            lambda one: one.user_id == self.sender).can_read = True
        self.arrive("New", 2)
        self.assertEqual(self.state(self.sender)["rows"], {"New"})


class TestCounters(StoredMailCase):
    """What is unread in a folder is told by a column of the places: it has to follow the mail."""

    def count(self, folder=None):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT count(*) FROM mail_center_message_location place"
            " LEFT JOIN mail_center_message mail ON mail.id = place.message_id"
            " WHERE coalesce(place.is_unread, false)"
            " <> coalesce(mail.direction = 'in' AND mail.is_read IS NOT TRUE, false)"
        )
        self.assertEqual(self.env.cr.fetchone(), (0,), "a place says what its mail does not")
        accounts = self.mailbox().sidebar()["accounts"]
        unread = {one["id"]: one["unread"] for account in accounts for one in account["folders"]}
        return unread[(folder or self.inbox).id]

    def file(self, number, folder=None, flags=()):
        raw = f"From: e@b.example\r\nSubject: {number}\r\nMessage-ID: <{number}@b>\r\n\r\nText"
        intake = take_in(raw.encode(), uid=number, flags=flags)
        messages, _failed = self.env["mail.center.filing"].sudo()._file(
            folder or self.inbox, [intake]
        )
        return messages

    def test_mail_that_comes_is_counted_unless_it_was_read_elsewhere(self):
        self.file(1)
        self.file(2, flags=("\\Seen",))
        self.assertEqual(self.count(), 1)
        self.assertFalse(self.file(1, self.folder), "the same mail in another folder")
        self.assertEqual((self.count(), self.count(self.folder)), (1, 1))

    def test_what_is_read_counts_no_longer_in_any_of_its_folders(self):
        mail = self.file(1)
        self.file(1, self.folder)
        mail.with_user(self.owner).mark_read()
        self.assertEqual((self.count(), self.count(self.folder)), (0, 0))
        mail.with_user(self.owner).mark_read(False)
        self.assertEqual((self.count(), self.count(self.folder)), (1, 1))
        mail.write({"is_read": True})
        self.assertEqual(self.count(), 0, "as another program marked it")

    def test_what_we_sent_and_what_is_gone_counts_nothing(self):
        self.mail("Sent", direction="out")
        self.assertEqual(self.count(), 0)
        mail = self.mail("A draft of another program's", state="draft")
        self.assertEqual(self.count(), 1)
        place = mail.location_ids
        mail.unlink()
        self.assertEqual(self.count(), 0)
        self.assertFalse(place.is_unread)

    def test_a_mail_counts_where_it_lies(self):
        place = self.mail("Moves").location_ids
        place.folder_id = self.folder
        self.assertEqual((self.count(), self.count(self.folder)), (0, 1))
        place.message_id = False
        self.assertEqual(self.count(self.folder), 0)

    def test_beyond_so_many_a_folder_is_not_counted_and_the_others_are(self):
        for number in range(1, 6):
            self.file(number)
        self.file(6, self.folder)
        with patch.object(mail_center_mailbox, "COUNTED", 3):
            self.assertEqual((self.count(), self.count(self.folder)), (3, 1))
