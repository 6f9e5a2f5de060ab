from odoo.addons.mail_center.tests.email_button import EmailButtonCase
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestEmailButton(EmailButtonCase, TransactionCase):
    view = "purchase.purchase_order_form"

    def make(self):
        return self.env["purchase.order"].create({"partner_id": self.partner.id})
