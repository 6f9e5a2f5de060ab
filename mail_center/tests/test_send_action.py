"""A server action that writes mail by a template."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, new_test_user


class TestSendAction(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, login="mc_anna",
            groups="base.group_user,mail_center.group_user,base.group_partner_manager",
        )
        cls.account = cls.env["mail.center.account"].create(
            {"name": "Office", "email": "office@mc.example", "user_id": cls.user.id,
             "smtp_host": "smtp.mc.example", "use_for_integration": True}
        )
        cls.template = cls.env["mail.center.template"].create(
            {"name": "Hello", "model_id": cls.env["ir.model"]._get_id("res.partner"),
             "subject": "Hello {{ recipient.name }}",
             "body_html": "<p>Dear {{ document.name }}</p>"}
        )
        cls.partner = cls.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        cls.action = cls.env["ir.actions.server"].create(
            {"name": "Greet", "model_id": cls.env["ir.model"]._get_id("res.partner"),
             "state": "mail_center_send", "mail_center_account_id": cls.account.id,
             "mail_center_template_id": cls.template.id}
        )

    def run_action(self, user=None, **vals):
        self.action.write(vals)
        self.action.with_user(user or self.user).with_context(
            active_model="res.partner", active_ids=self.partner.ids, active_id=self.partner.id
        ).run()
        return self.env["mail.center.message"].search(
            [("account_id", "=", self.account.id)], order="id desc", limit=1
        )

    def test_it_writes_a_mail_for_each_record_by_the_template(self):
        mail = self.run_action()
        self.assertEqual((mail.subject, mail.state), ("Hello Eve", "queued"))
        self.assertIn("Dear Eve", mail.body_html)
        self.assertIn("eve@x.example", mail.to_display)
        self.assertEqual(mail.user_id, self.user)

    def test_typed_recipients_come_first(self):
        mail = self.run_action(mail_center_to="boss@x.example, Ola <ola@x.example>")
        self.assertEqual(mail.outbox_ids.recipient_ids.mapped("email"),
                         ["boss@x.example", "ola@x.example"])

    def test_the_mark_and_the_right_to_send_are_needed(self):
        stranger = new_test_user(self.env, "mc_eve", groups="base.group_user,"
                                 "mail_center.group_user,base.group_partner_manager")
        with self.assertRaises(AccessError):
            self.run_action(stranger)
        self.account.use_for_integration = False
        with self.assertRaisesRegex(Exception, "Use for integration"):
            self.run_action()

    def test_a_template_of_another_document_is_refused(self):
        with self.assertRaises(ValidationError):
            self.action.model_id = self.env["ir.model"]._get_id("res.users")
