from odoo import api, models


class MailCenterMailbox(models.AbstractModel):
    """Records that a mail may be about, for its reader to say yes."""

    _inherit = "mail.center.mailbox"

    @api.model
    @api.readonly
    def conversation(self, message_id):
        """More keys: ``suggestions`` of the open mail, ``[{model, id, kind, name, why}]``."""
        found = super().conversation(message_id)
        message = self.env["mail.center.message"].browse(int(message_id))
        found["suggestions"] = self._suggestions(message)
        return found

    @api.model
    def _suggestions(self, message):
        if not message.account_id.can_read:
            return []
        shown = []
        for model, res_id, why in self.env["mail.center.linking"]._suggested(message):
            record = self.env[model].browse(res_id)
            # With the user's own rights: what he may not read is not suggested to him.
            if record.has_access("read"):
                kind = self.env["ir.model"].sudo()._get(model).name
                shown.append({"model": model, "id": res_id, "kind": kind,
                              "name": record.display_name, "why": why})
        return shown
