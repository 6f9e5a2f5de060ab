from odoo.addons.mail_center.tests.email_button import EmailButtonCase
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestEmailButton(EmailButtonCase, TransactionCase):
    view = "account.view_move_form"

    def make(self):
        return self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.partner.id}
        )
