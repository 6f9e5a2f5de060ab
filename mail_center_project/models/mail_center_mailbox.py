from odoo import api, models


class MailCenterMailbox(models.AbstractModel):
    _inherit = "mail.center.mailbox"

    @api.model
    def _creatable(self, message):
        found = super()._creatable(message)
        defaults = self._correspondent_defaults(message)
        wanted = ("name", "partner_id", "description")
        return {**found, "project.task": {name: defaults[name] for name in wanted}}
