import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user

from .common import MailboxCase, a_mail

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)


class TestCompose(MailboxCase):
    def compose(self, user=None, **context):
        model = self.env["mail.center.compose"].with_user(user or self.user)
        return Form(model.with_context(**context))

    def incoming(self, **headers):
        self.sandbox.deliver(
            self.address,
            a_mail("Eve Example <eve@x.example>", f"{self.address}, carol@x.example",
                   "Re: Chairs", text="How much?", **headers),
        )
        self.receive()
        return self.messages()[-1]

    def test_from_a_record_the_mail_goes_to_its_contact(self):
        partner = self.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        form = self.compose(default_res_model="res.partner", default_res_id=partner.id)
        self.assertEqual(form.to_partner_ids[:], partner)
        self.assertEqual(form.account_id, self.account)
        self.assertEqual(form.record_name, "Eve")

    def test_reply_goes_to_the_sender_and_quotes_him(self):
        message = self.incoming()
        form = self.compose(default_parent_id=message.id, default_mode="reply")
        self.assertEqual(form.subject, "Re: Chairs")
        self.assertEqual(form.to_emails, "Eve Example <eve@x.example>")
        self.assertFalse(form.cc_emails)
        self.assertIn("How much?", form.body_html)
        self.assertIn("blockquote", form.body_html)

    def test_reply_goes_where_reply_to_says(self):
        message = self.incoming(reply_to="sales@x.example")
        form = self.compose(default_parent_id=message.id, default_mode="reply")
        self.assertEqual(form.to_emails, "sales@x.example")

    def test_reply_all_leaves_oneself_out(self):
        message = self.incoming()
        form = self.compose(default_parent_id=message.id, default_mode="reply_all")
        self.assertEqual(form.cc_emails, "carol@x.example")

    def test_an_answer_stays_in_the_conversation_for_both_sides(self):
        other = self.make_account(self.user)
        self.sandbox.deliver(
            self.address, a_mail(other.email, self.address, "Q", message_id="<q@x.example>")
        )
        self.receive()
        message = self.messages()
        form = self.compose(default_parent_id=message.id, default_mode="reply")
        form.save().action_send()
        self.send()
        answer = self.messages()[-1]
        self.assertEqual(answer.in_reply_to, "<q@x.example>")
        self.assertEqual(answer.thread_id, message.thread_id)
        ((_uid, _flags, raw),) = self.sandbox.messages(other.email)
        self.assertIn(b"In-Reply-To: <q@x.example>", raw)

    def test_forward_takes_the_files_along(self):
        message = self.incoming()
        self.env["ir.attachment"].create(
            {"name": "plan.pdf", "raw": b"%PDF", "res_model": message._name,
             "res_id": message.id}
        )
        form = self.compose(default_parent_id=message.id, default_mode="forward")
        self.assertEqual(form.subject, "Fwd: Chairs")
        self.assertEqual(form.attachment_ids[:].mapped("name"), ["plan.pdf"])
        self.assertFalse(form.to_emails)

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

    def test_without_recipient_nothing_is_queued(self):
        with self.assertRaisesRegex(UserError, "recipient"):
            self.write_mail("", subject="nobody")

    def test_what_is_no_address_is_said_plainly(self):
        with self.assertRaises(UserError):
            self.write_mail("not an address")

    def test_a_line_break_in_the_subject_adds_no_header(self):
        try:
            message = self.write_mail("eve@x.example", subject="Hi\r\nBcc: spy@x.example")
        except UserError:
            return
        raw = self.env["mail.center.outbox"].search([("message_id", "=", message.id)])._raw()
        self.assertNotIn(b"\nBcc:", raw)

    def test_unsent_mail_of_a_colleague_cannot_be_read(self):
        form = self.compose()
        form.to_emails = "eve@x.example"
        draft = form.save()
        colleague = new_test_user(
            self.env, login="mc_jan", groups="base.group_user,mail_center.group_user"
        )
        with self.assertRaises(AccessError):
            draft.with_user(colleague).read(["to_emails"])

    def test_the_account_last_used_for_a_record_is_offered_again(self):
        second = self.make_account(self.user)
        record = self.env["res.partner"].create({"name": "Deal"})
        self.write_mail(
            "eve@x.example", account_id=second.id, res_model="res.partner", res_id=record.id
        )
        form = self.compose(default_res_model="res.partner", default_res_id=record.id)
        self.assertEqual(form.account_id, second)
