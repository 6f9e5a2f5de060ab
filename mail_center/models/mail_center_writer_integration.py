from odoo import api, fields, models


class MailCenterMessage(models.Model):
    _inherit = "mail.center.message"

    integration_reference = fields.Char(
        readonly=True, copy=False, help="What a program calls the mail, so that it is sent once."
    )

    _integration_reference_unique = models.UniqueIndex(
        "(account_id, user_id, integration_reference) WHERE integration_reference IS NOT NULL",
        "A mail with this reference is being sent already.",
    )


class MailCenterWriter(models.AbstractModel):
    _inherit = "mail.center.writer"

    @api.model
    def _write_mail(self, account, **mail):
        # Here, where all mail is written, so that no other way leads around the mark.
        account._require_integration()
        return super()._write_mail(account, **mail)
