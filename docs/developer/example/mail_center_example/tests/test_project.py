from odoo.addons.mail_center.tests.email_button import EmailButtonCase
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestProject(EmailButtonCase, TransactionCase):
    view = "project.edit_project"

    def make(self):
        return self.env["project.project"].create(
            {"name": "House", "partner_id": self.partner.id}
        )
