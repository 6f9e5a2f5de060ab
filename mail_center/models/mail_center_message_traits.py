from odoo import fields, models


class MailCenterMessage(models.Model):
    """What kind of mail it is; see :func:`core.mime.traits.traits`."""

    _inherit = "mail.center.message"

    traits = fields.Char(readonly=True, help="Words such as bounce, auto-reply, list, smime.")

    def _has_trait(self, trait):
        self.ensure_one()
        return trait in (self.traits or "").split()

    def _may_machine_answer(self):
        """Whether a program may answer it (RFC 3834): no robot, no list, no report, not our own."""
        self.ensure_one()
        return (
            self.direction == "in"
            and not self.is_automatic
            and not self._has_trait("no-answer")
            and (self.email_from or "").casefold() != self.account_id.sudo().email.casefold()
        )
