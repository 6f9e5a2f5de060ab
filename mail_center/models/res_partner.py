from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    _mail_center_domain = models.Index(
        "(split_part(email_normalized, '@', 2)) WHERE email_normalized IS NOT NULL"
    )

    @api.model
    def _mail_center_known_domains(self, domains):
        """Those of *domains* that a contact has an address in, answered from an index."""
        if not domains:
            return []
        self.env["res.partner"].flush_model(["email_normalized"])
        self.env.cr.execute(
            "SELECT DISTINCT split_part(email_normalized, '@', 2) FROM res_partner"
            " WHERE email_normalized IS NOT NULL AND active"
            " AND split_part(email_normalized, '@', 2) = ANY(%s) LIMIT 10",
            [list(domains)],
        )
        return sorted(domain for (domain,) in self.env.cr.fetchall())
