from odoo import api, models

from .mail_center_log_audit import LONGEST


class MailCenterRule(models.Model):
    """Rules act on everybody's mail of the account: who wrote them is written down."""

    _inherit = "mail.center.rule"

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        for rule in rules:
            rule._audit(self.env._("The rule “%s” was added.", rule._in_words()))
        return rules

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() - {"sequence", "user_id"}:
            for rule in self:
                rule._audit(self.env._("The rule was changed, and is “%s” now.", rule._in_words()))
        return result

    def unlink(self):
        for rule in self:
            rule._audit(self.env._("The rule “%s” was deleted.", rule._in_words()))
        return super().unlink()

    def _in_words(self):
        """Its name, when it acts and what it does."""
        self.ensure_one()
        text = f"{self.name}: {self.condition_text} → {self.action_text}"
        if not self.active:
            text = self.env._("%s (switched off)", text)
        return text if len(text) <= 4 * LONGEST else text[: 4 * LONGEST - 1] + "…"

    def _audit(self, message):
        self.account_id._audit("setting_changed", message)
