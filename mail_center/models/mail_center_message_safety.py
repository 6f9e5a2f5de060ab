from odoo import api, fields, models

from ..core import lookalike
from ..core.mime import dmarc_result, parse_addresses
from ..core.providers import domain_of, lookup


class MailCenterMessage(models.Model):
    """What a reader should know before believing a mail."""

    _inherit = "mail.center.message"

    tracker_count = fields.Integer(
        string="Trackers",
        readonly=True,
        aggregator=None,
        help="Invisible remote images, which tell the sender that the mail is read: removed.",
    )
    dmarc = fields.Char(
        string="DMARC",
        readonly=True,
        help="Whether the receiving server found the mail to come from its sender's domain.",
    )

    @api.model
    def _safety_vals(self, account, intake):
        return {
            "tracker_count": intake.trackers,
            "dmarc": dmarc_result(intake.mail.headers, account._own_servers()) or False,
        }

    def _warnings(self):
        """``[{"level": "warning" | "info", "text"}]`` for whoever reads the mail."""
        self.ensure_one()
        if self.direction != "in":
            return []
        warnings = [
            text
            for check in (self._warn_failed, self._warn_domain, self._warn_name, self._warn_answer)
            if (text := check())
        ]
        found = [{"level": "warning", "text": text} for text in warnings]
        if self._is_first_of_sender():
            text = self.env._("The first mail that this account has of this sender.")
            found.append({"level": "info", "text": text})
        return found

    @api.model
    def _own_domains(self):
        """The domains of our own accounts; those of public providers are everybody's."""
        emails = self.env["mail.center.account"].sudo().search([("active", "=", True)]).mapped(
            "email"
        )
        domains = {domain_of(email) for email in emails}
        return {domain for domain in domains if domain and not lookup(f"x@{domain}")}

    def _warn_failed(self):
        if self.dmarc == "fail":
            return self.env._(
                "The mail server found that this mail does not come from the domain of its sender "
                "(DMARC). The sender may be forged."
            )
        return None

    def _warn_domain(self):
        domain = domain_of(self.email_from or "")
        if not domain or lookup(f"x@{domain}"):
            return None
        own = self._own_domains()
        meant = lookalike.taken_for(domain, own)
        if not meant and not any(domain == name or domain.endswith(f".{name}") for name in own):
            Partners = self.env["res.partner"].sudo()
            if not Partners._mail_center_known_domains([domain]):
                near = sorted(lookalike.neighbours(domain))
                meant = next(iter(Partners._mail_center_known_domains(near)), "")
        if not meant:
            return None
        return self.env._(
            "The sender's domain %(domain)s looks like %(meant)s, but is another one.",
            domain=domain, meant=meant,
        )

    def _warn_name(self):
        """A name that promises somebody else than the address is."""
        address = next(iter(parse_addresses(self.from_display or "")), None)
        if not address or not address.name or not self.email_from:
            return None
        promised = [
            other.email for other in parse_addresses(address.name)
            if "@" in other.email and other.email.casefold() != self.email_from.casefold()
        ]
        if promised:
            return self.env._(
                "The sender's name is the address %(promised)s, but the mail is from %(address)s.",
                promised=promised[0], address=self.email_from,
            )
        domain = domain_of(self.email_from)
        colleague = self.env["res.users"].sudo().search(
            [("share", "=", False), ("name", "=ilike", address.name.replace("%", r"\%"))], limit=1
        )
        if not colleague or domain in self._own_domains():
            return None
        known = self.env["res.partner"].sudo().search_count(
            [("email_normalized", "=", self.email_from.casefold()),
             ("user_ids.share", "=", False)], limit=1,
        ) or self.env["mail.center.account"].sudo().search_count(
            [("email", "=ilike", self.email_from)], limit=1
        )
        if known:
            return None
        return self.env._(
            "The sender has the name of your colleague %(name)s, but the address %(address)s is "
            "not known to belong to that person.",
            name=colleague.name, address=self.email_from,
        )

    def _warn_answer(self):
        own = (self.email_from or "").rpartition("@")[2].casefold()
        answers = [address.email for address in parse_addresses(self.reply_to_display or "")]
        elsewhere = [a for a in answers if a.rpartition("@")[2].casefold() != own]
        if own and elsewhere:
            return self.env._(
                "An answer goes to another domain than the mail came from: %s",
                ", ".join(elsewhere),
            )
        return None

    def _is_first_of_sender(self):
        if not self.email_from or self.partner_id or self.is_automatic:
            return False
        return not self.sudo().search_count(
            [("account_id", "=", self.account_id.id), ("email_from", "=", self.email_from),
             ("id", "!=", self.id), ("date", "<", self.date)],
            limit=1,
        )
