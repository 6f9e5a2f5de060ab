from functools import lru_cache

from odoo import models

from ..core.providers import PROVIDERS, domain_of, lookup


class MailCenterAccount(models.Model):
    _inherit = "mail.center.account"

    def _own_servers(self):
        """Names under which the server that receives for this account signs what it checked."""
        self.ensure_one()
        return _names(self.email, self.imap_host or "", self.pop3_host or "")


@lru_cache(maxsize=256)  # asked for each mail that comes
def _names(email, *hosts):
    names = {domain_of(email)}
    for host in hosts:
        host = host.lower()
        names.add(host)
        if host.count(".") > 1:
            names.add(host.partition(".")[2])
    for provider in (lookup(email), *PROVIDERS):
        if provider and (provider.imap and provider.imap.host in names or
                         domain_of(email) in provider.domains):
            names.update(suffix.lstrip(".") for suffix in provider.mx_suffixes)
    return frozenset(names - {""})
