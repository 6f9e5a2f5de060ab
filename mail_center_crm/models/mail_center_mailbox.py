from odoo import api, models


class MailCenterMailbox(models.AbstractModel):
    _inherit = "mail.center.mailbox"

    @api.model
    def _creatable(self, message):
        found = super()._creatable(message)
        defaults = self._correspondent_defaults(message)
        if message.partner_id:
            # The contact says how he is reached.
            defaults.update(email_from="", contact_name="")
        return {**found, "crm.lead": {**defaults, "type": "opportunity"}}
