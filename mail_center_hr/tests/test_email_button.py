from lxml import etree
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestEmailButton(TransactionCase):
    def setUp(self):
        super().setUp()
        self.partner = self.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        self.record = self.env["hr.employee"].create({"name": "Ola", "work_email": "eve@x.example"})

    def test_the_form_has_an_email_button_in_its_header(self):
        form = self.env["hr.employee"].get_view(
            self.env.ref("hr.view_employee_form").id, "form"
        )["arch"]
        buttons = etree.fromstring(form).xpath(
            "//header/button[@name='action_mail_center_compose']"
        )
        self.assertEqual(len(buttons), 1)

    def test_a_mail_written_from_it_goes_to_its_contact(self):
        partners, emails = self.record._mail_center_recipients()
        addresses = [*partners.mapped("email"), *emails]
        self.assertEqual(len(addresses), 1)
        self.assertIn("eve@x.example", addresses[0])

    def test_it_carries_emails(self):
        self.assertIn("hr.employee", self.env["mail.center.linkable"]._models())
