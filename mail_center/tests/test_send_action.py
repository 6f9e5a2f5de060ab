"""A server action that writes mail by a template."""

from odoo.exceptions import AccessError, UserError, ValidationError
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

    def test_the_files_and_the_reports_of_the_template_go_along(self):
        self.env["ir.ui.view"].create(
            {"name": "card", "key": "mail_center.send_card", "type": "qweb",
             "arch": "<t t-name='mail_center.send_card'><t t-foreach='docs' t-as='doc'>"
             "Card of <t t-out='doc.name'/></t></t>"}
        )
        report = self.env["ir.actions.report"].create(
            {"name": "Card", "model": "res.partner", "report_type": "qweb-text",
             "report_name": "mail_center.send_card"}
        )
        self.template.write(
            {"report_ids": [(6, 0, report.ids)],
             "attachment_ids": [(0, 0, {"name": "terms.txt", "raw": b"Terms"})]}
        )
        files = self.run_action().attachment_ids
        self.assertEqual(sorted(files.mapped("name")), ["Card.txt", "terms.txt"])
        card = files.filtered(lambda file: file.name == "Card.txt")
        self.assertIn(b"Card of Eve", b" ".join(card.raw.split()))
        report.group_ids = self.env.ref("base.group_system")
        with self.assertRaisesRegex(UserError, "could not be made"):
            self.run_action()

    def test_a_type_that_is_kept_for_others_is_not_taken(self):
        others = self.env["mail.center.profile"].create({"name": "Others"})
        self.template.type_id = self.env["mail.center.type"].create({"name": "Letter"})
        self.assertEqual(self.run_action().type_id.name, "Letter")
        self.template.type_id.profile_ids = others
        self.assertFalse(self.run_action().type_id)

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
