import base64
import json
from datetime import timedelta
from email import message_from_bytes, policy

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user

from .common import a_mail
from .test_draft import DraftCase

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)


class TestDraftSend(DraftCase):
    def test_a_picture_in_the_text_travels_inside_the_mail(self):
        data = base64.b64encode(PIXEL).decode()
        message = self.write_mail(
            "eve@x.example", body_html=f'<p>Look: <img src="data:image/png;base64,{data}"></p>'
        )
        raw = self.env["mail.center.outbox"].search([("message_id", "=", message.id)])._raw()
        self.assertIn(b"multipart/related", raw)
        self.assertIn(b"Content-ID:", raw)
        self.assertEqual(message.attachment_ids.raw, PIXEL)
        self.assertEqual(message.attachment_count, 0)

    def test_a_picture_that_one_may_not_read_does_not_leak_into_the_mail(self):
        account = self.make_account(new_test_user(self.env, login="mc_jan"))
        private = self.env["ir.attachment"].create(
            {"name": "p.png", "raw": PIXEL, "res_model": "mail.center.account",
             "res_id": account.id}
        )
        message = self.write_mail(
            "eve@x.example", body_html=f'<p><img src="/web/image/{private.id}"></p>'
        )
        self.assertFalse(message.attachment_ids)

    def test_a_line_break_in_the_subject_adds_no_header(self):
        try:
            message = self.write_mail("eve@x.example", subject="Hi\r\nBcc: spy@x.example")
        except UserError:
            return
        raw = self.env["mail.center.outbox"].search([("message_id", "=", message.id)])._raw()
        self.assertNotIn(b"\nBcc:", raw)

    def test_an_answer_stays_in_the_conversation_for_both_sides(self):
        other = self.make_account(self.user)
        self.sandbox.deliver(
            self.address, a_mail(other.email, self.address, "Q", message_id="<q@x.example>")
        )
        self.receive()
        message = self.messages()
        self.start(parent_id=message.id, mode="reply").send(undo_seconds=0)
        self.send()
        answer = self.messages()[-1]
        self.assertEqual(answer.in_reply_to, "<q@x.example>")
        self.assertEqual(answer.thread_id, message.thread_id)
        ((_uid, _flags, raw),) = self.sandbox.messages(other.email)
        self.assertIn(b"In-Reply-To: <q@x.example>", raw)

    def test_the_preview_is_the_mail_that_arrives(self):
        other = self.make_account(self.user)
        data = base64.b64encode(PIXEL).decode()
        draft = self.start(
            to=f'"Nowak, Anna" <{other.email}>', cc="carol@x.example", bcc="boss@x.example",
            subject="Zażółć", body_html=f'<p>gęślą <img src="data:image/png;base64,{data}"></p>',
        )
        draft._add_file("plan.pdf", b"%PDF")
        preview = draft.preview()
        self.assertTrue(draft.send(undo_seconds=0)["outbox_id"])
        self.send()
        ((_uid, _flags, raw),) = self.sandbox.messages(other.email)
        arrived = message_from_bytes(raw, policy=policy.default)
        self.assertEqual(arrived["Message-ID"], preview["message_id"])
        self.assertEqual(arrived["Subject"], preview["subject"])
        self.assertEqual(str(arrived["From"]), preview["from"])
        self.assertEqual(str(arrived["To"]), preview["to"])
        self.assertEqual(str(arrived["Cc"]), preview["cc"])
        self.assertIsNone(arrived["Bcc"])
        self.assertEqual(preview["bcc"], "boss@x.example")
        text = arrived.get_body(("plain",)).get_content()
        self.assertEqual(text.split(), preview["text"].split())
        self.assertEqual([file["name"] for file in preview["files"]], ["plan.pdf"])
        self.assertIn(f"data:image/png;base64,{data}", preview["pages"]["blocked"])

    def test_a_preview_without_recipients_shows_none(self):
        preview = self.start(subject="x").preview()
        self.assertEqual((preview["cc"], preview["bcc"]), ("", ""))
        self.assertNotIn(self.address, preview["to"])

    def test_nothing_leaves_while_it_can_be_undone(self):
        other = self.make_account(self.user)
        draft = self.start(to=other.email, subject="Oops")
        answer = draft.send(undo_seconds=30)
        self.assertGreaterEqual(answer["seconds"], 30)
        self.send()
        self.assertFalse(self.sandbox.messages(other.email))
        window = draft.undo()
        self.assertEqual(window["subject"], "Oops")
        self.assertEqual((draft.state, draft.is_open), ("draft", True))
        self.send()
        self.assertFalse(self.sandbox.messages(other.email))
        self.assertFalse(self.messages())

    def test_the_time_to_undo_is_what_the_settings_say(self):
        other = self.make_account(self.user)
        for seconds in ("0", "20"):
            self.env["res.config.settings"].create({"mail_center_undo_seconds": seconds}).execute()
            shown = self.env["res.config.settings"].create({}).mail_center_undo_seconds
            self.assertEqual(shown, seconds)
            answer = self.start(to=other.email, subject="Hello").send()
            self.assertLessEqual(abs(answer["seconds"] - int(seconds)), 1)

    def test_undone_mail_can_be_changed_and_sent_after_all(self):
        other = self.make_account(self.user)
        draft = self.start(to=other.email, subject="Oops")
        draft.send(undo_seconds=30)
        draft.undo()
        draft.save({"subject": "Better"})
        draft.send(undo_seconds=0)
        self.send()
        ((_uid, _flags, raw),) = self.sandbox.messages(other.email)
        self.assertIn(b"Subject: Better", raw)
        self.assertFalse(draft.exists(), "the draft of a sent mail is gone")

    def test_mail_that_has_left_can_not_be_undone(self):
        other = self.make_account(self.user)
        draft = self.start(to=other.email, subject="Gone")
        draft.send(undo_seconds=0)
        self.outbox(draft).write({"attempts": 1, "state": "sending"})
        with self.assertRaisesRegex(UserError, "has left"):
            draft.undo()

    def test_a_scheduled_mail_waits_and_can_be_edited_or_sent_at_once(self):
        other = self.make_account(self.user)
        draft = self.start(to=other.email, subject="Later")
        later = fields.Datetime.to_string(fields.Datetime.now() + timedelta(hours=2))
        draft.send(at=later)
        outbox = self.outbox(draft).with_user(self.user)
        self.assertTrue(outbox.is_scheduled)
        self.send()
        self.assertFalse(self.sandbox.messages(other.email))
        outbox.action_edit()
        self.assertEqual(draft.state, "draft")
        draft.send(at=later)
        self.outbox(draft).with_user(self.user).action_send_now()
        self.send()
        self.assertEqual(len(self.sandbox.messages(other.email)), 1)

    def test_a_cancelled_scheduled_mail_is_a_draft_again(self):
        draft = self.start(to="eve@x.example", subject="Later")
        draft.send(at=fields.Datetime.to_string(fields.Datetime.now() + timedelta(hours=2)))
        self.outbox(draft).with_user(self.user).action_cancel()
        self.assertEqual(draft.state, "draft")

    def test_a_time_that_is_past_is_refused(self):
        draft = self.start(to="eve@x.example", subject="Later")
        with self.assertRaisesRegex(UserError, "time"):
            draft.send(at="2020-01-01 00:00:00")

    def test_the_window_is_plain_json(self):
        partner = self.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        window = self.drafts.open_new({"res_model": "res.partner", "res_id": partner.id})
        self.assertEqual(json.loads(json.dumps(window))["record"]["name"], "Eve")
