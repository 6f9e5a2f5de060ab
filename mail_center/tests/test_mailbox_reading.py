"""A shared mailbox in which each person has his own read state, or all have one."""

from datetime import timedelta

from odoo import fields

from ..core.intake import Intake, take_in
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
