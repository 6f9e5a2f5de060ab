from odoo import models

from ..core.providers import PROVIDERS, domain_of, lookup


class MailCenterAccount(models.Model):
    _inherit = "mail.center.account"

    def _own_servers(self):
        """Names under which the server that receives for this account signs what it checked."""
        self.ensure_one()
        names = {domain_of(self.email)}
        for host in (self.imap_host, self.pop3_host):
            host = (host or "").lower()
            names.add(host)
            if host.count(".") > 1:
                names.add(host.partition(".")[2])
        for provider in (lookup(self.email), *PROVIDERS):
            if provider and (provider.imap and provider.imap.host in names or
                             domain_of(self.email) in provider.domains):
                names.update(suffix.lstrip(".") for suffix in provider.mx_suffixes)
        return names - {""}
