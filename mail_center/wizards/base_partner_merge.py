from odoo import models


class BasePartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_reference_fields(self, src_partners, dst_partner):
        """The emails of merged contacts belong to the contact that stays."""
        links = self.env["mail.center.link"].sudo()
        kept = links.search(
            [("res_model", "=", "res.partner"), ("res_id", "=", dst_partner.id)]
        ).message_id
        for link in links.search(
            [("res_model", "=", "res.partner"), ("res_id", "in", src_partners.ids)]
        ):
            if link.message_id in kept:
                link.unlink()
            else:
                kept |= link.message_id
                link.res_id = dst_partner.id
        return super()._update_reference_fields(src_partners, dst_partner)
