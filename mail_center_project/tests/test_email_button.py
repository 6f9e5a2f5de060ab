from odoo.addons.mail_center.tests.email_button import EmailButtonCase
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestEmailButton(EmailButtonCase, TransactionCase):
    view = "project.view_task_form2"

    def make(self):
        return self.env["project.task"].create(
            {
                "name": "Assemble",
                "partner_id": self.partner.id,
                "project_id": self.env["project.project"].create({"name": "P"}).id,
            }
        )
