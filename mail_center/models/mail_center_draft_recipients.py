import re

from odoo import api, models
from odoo.fields import Domain

from ..core.mime import not_addresses, parse_addresses

LIMIT = 10
_SURROUNDED = re.compile(r"^\s*[\"'<(]*(.*?)[\"'>)]*\s*$")


class MailCenterDraft(models.Model):
    _inherit = "mail.center.draft"

    @api.model
    @api.readonly
    def parse_recipients(self, text):
        """What a person typed as recipients: a list of ``{"name", "email", "partner_id"}``.

        Takes names with commas, groups and international domains (RFC 5322, 3.4). What is no
        address comes back as it is, for the person to correct.
        """
        self.browse().check_access("read")
        text = (text or "")[:20_000]
        addresses = [address for address in parse_addresses(text)[:200] if address.valid]
        partners = self._partners_of(address.key for address in addresses)
        found = [
            self._entry(address.name, address.email, partners.get(address.key))
            for address in addresses
        ]
        wrong = [self._entry("", token[:200], valid=False) for token in not_addresses(text)]
        return found + wrong

    @api.model
    def _partners_of(self, keys):
        """``{address: contact}`` of those that we know and may read."""
        found = self.env["res.partner"].search(
            [("email_normalized", "in", list(keys))], order="id desc"
        )
        return {partner.email_normalized: partner for partner in found}

    @api.model
    def _entry(self, name, email, partner=None, valid=True, **more):
        return {
            "name": name or (partner.name if partner else "") or "",
            "email": email,
            "partner_id": partner.id if partner else False,
            "valid": bool(valid),
            **more,
        }

    @api.model
    @api.readonly
    def search_recipients(self, term=""):
        """Whom a mail may go to: employees, contacts and recent correspondents, best first.

        Each is ``{"name", "email", "partner_id", "valid", "kind", "detail"}``.
        """
        self.browse().check_access("read")
        term = _SURROUNDED.match(term or "")[1][:100]
        found = [*self._recent(term)] if not term else []
        found += self._employees(term)
        found += self._contacts(term)
        if term:
            found += self._recent(term)
        unique = {}
        for entry in found:
            unique.setdefault(entry["email"].casefold(), entry)
        return list(unique.values())[:LIMIT]

    @api.model
    def _matching(self, term, *fields):
        domain = Domain.TRUE
        for word in term.split():
            domain &= Domain.OR(Domain(field, "ilike", word) for field in fields)
        return domain

    @api.model
    def _employees(self, term):
        if "hr.employee.public" in self.env:
            employees = self.env["hr.employee.public"].search(
                self._matching(term, "name", "work_email") & Domain("work_email", "!=", False),
                limit=LIMIT,
            )
            known = self._partners_of(
                address.key for one in employees for address in parse_addresses(one.work_email)
            )
            found = [(one.name, one.work_email, one.job_title) for one in employees]
        else:
            users = self.env["res.users"].search(
                self._matching(term, "name", "email")
                & Domain("share", "=", False) & Domain("email", "!=", False),
                limit=LIMIT,
            )
            known = {address.key: user.partner_id for user in users
                     for address in parse_addresses(user.email)}  # fmt: skip
            found = [(user.name, user.email, "") for user in users]
        for name, email, job in found:
            for address in parse_addresses(email)[:1]:
                yield self._entry(
                    name, address.email, known.get(address.key), address.valid,
                    kind="employee", detail=job or self.env._("Employee"),
                )

    @api.model
    def _contacts(self, term):
        partners = self.env["res.partner"].search(
            self._matching(term, "complete_name", "email") & Domain("email", "!=", False),
            limit=LIMIT,
        )
        for partner in partners:
            for address in parse_addresses(partner.email)[:1]:
                yield self._entry(
                    partner.name or partner.display_name, address.email, partner, address.valid,
                    kind="contact", detail=partner.parent_id.name or partner.city or "",
                )

    @api.model
    def _recent(self, term):
        """Correspondents of the mail that the user may read, those of late first."""
        messages = self.env["mail.center.message"].search_fetch(
            self._matching(term, "from_display", "to_display") & Domain("is_automatic", "=", False),
            ["direction", "from_display", "to_display"],
            limit=60,
        )
        accounts = self.env["mail.center.account"].search([("email", "!=", False)])
        mine = {account.email.casefold() for account in accounts}
        words = term.casefold().split()
        addresses = {}
        for message in messages:
            outgoing = message.direction == "out"
            text = message.to_display if outgoing else message.from_display
            for address in parse_addresses(text or ""):
                label = f"{address.name} {address.email}".casefold()
                if address.key not in mine and all(word in label for word in words):
                    addresses.setdefault(address.key, address)
        partners = self._partners_of(addresses)
        for key, address in list(addresses.items())[:LIMIT]:
            yield self._entry(
                address.name, address.email, partners.get(key), address.valid,
                kind="recent", detail=self.env._("Recent"),
            )
