from odoo.addons.mail_center.tests.email_button import EmailButtonCase
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestEmailButton(EmailButtonCase, TransactionCase):
    view = "crm.crm_lead_view_form"

    def make(self):
        return self.env["crm.lead"].create({"name": "Deal", "partner_id": self.partner.id})
