from odoo import api, models

from ..mailer_fields import filled, refuse_mailer_fields
from ..readable import require_readable

# A manager chooses it once, through what guards it itself: see mail_center_pop3_account.
BESIDES = ("protocol",)


class MailCenterAccount(models.Model):
    """State, claims, counters and findings of an account: see :mod:`..mailer_fields`.

    An owner who could write them would have two workers fetch at once, wake an account that its
    provider is about to lock, or tell the others whatever he likes.
    """

    _inherit = "mail.center.account"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            refuse_mailer_fields(self, filled(self, vals), BESIDES)
            require_readable(self, filled(self, vals))
        return super().create(vals_list)

    def write(self, vals):
        refuse_mailer_fields(self, vals, BESIDES)
        return super().write(vals)
