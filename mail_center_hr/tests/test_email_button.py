from odoo.addons.mail_center.tests.email_button import EmailButtonCase
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestEmailButton(EmailButtonCase, TransactionCase):
    view = "hr.view_employee_form"

    def make(self):
        return self.env["hr.employee"].create({"name": "Ola", "work_email": "eve@x.example"})
