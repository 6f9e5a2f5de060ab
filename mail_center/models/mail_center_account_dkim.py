from dataclasses import replace

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.deliverability import KeyProblem, dns_record, examine, new_key, sign

SELECTOR = "odoo"
KIND = HOST = "dkim"
COLOURS = {"ok": "success", "warning": "warning", "problem": "danger", "unknown": "secondary"}
LINE = Markup(
    '<p><span class="badge text-bg-%s">%s</span> %s</p>'
)
RECORD = Markup('<p class="font-monospace small text-break text-muted">%s</p>')


class MailCenterAccount(models.Model):
    """Whether other servers believe this account's mail, and a DKIM key of its own."""

    _inherit = "mail.center.account"

    deliverability = fields.Html(readonly=True, copy=False)
    deliverability_date = fields.Datetime(string="Checked", readonly=True, copy=False)
    dkim_sign = fields.Boolean(
        string="Sign mail (DKIM)", copy=False,
        help="Only where the provider does not sign. Publish the record below first.",
    )
    dkim_selector = fields.Char(string="Selector", readonly=True, copy=False)
    dkim_record = fields.Char(string="Record to publish", readonly=True, copy=False)
    dkim_name = fields.Char(string="Under the name", compute="_compute_dkim_name")

    @api.depends("dkim_selector", "email")
    def _compute_dkim_name(self):
        for account in self:
            domain = account._domain_in_dns()
            selector = account.dkim_selector
            account.dkim_name = selector and domain and f"{selector}._domainkey.{domain}"

    def _domain_in_dns(self):
        """The domain of the address as A-labels, which is how the DNS knows it."""
        domain = (self.email or "").rpartition("@")[2]
        try:
            return domain.encode("idna").decode()
        except UnicodeError:
            return domain

    # ---- looking ------------------------------------------------------------

    def action_check_deliverability(self):
        """Ask the DNS what the domain publishes, and say what it means."""
        self.ensure_one()
        self._require("manage")
        account = self.sudo()
        own = ("", "")
        if account.dkim_sign and account.dkim_selector:
            own = account.dkim_selector, (account.dkim_record or "").partition("p=")[2]
        findings = examine(account._domain_in_dns(), account.smtp_host or "", own)
        account.write(
            {
                "deliverability": Markup().join(self._finding(one) for one in findings),
                "deliverability_date": fields.Datetime.now(),
            }
        )
        return True

    @api.model
    def _finding(self, finding):
        text = self.env._(finding.text)
        if finding.value:
            text = text.replace("{value}", finding.value)
        line = LINE % (COLOURS[finding.level], finding.kind.upper(), text)
        return line + (RECORD % finding.record if finding.record else Markup())

    # ---- signing ------------------------------------------------------------

    def action_new_dkim_key(self):
        """Make a key. Mail is signed with it when *Sign mail* is ticked."""
        self.ensure_one()
        self._require("manage")
        account = self.sudo()
        pem = new_key()
        self.env["mail.center.account.secret"]._put(account, KIND, pem, [HOST])
        # Another name than the last key's: mail that is on its way was signed with that one.
        number = (account.dkim_selector or "").removeprefix(SELECTOR)
        following = f"{SELECTOR}{int(number or 1) + 1}" if account.dkim_selector else SELECTOR
        account.write(
            {"dkim_selector": following, "dkim_record": dns_record(pem), "dkim_sign": False}
        )
        return True

    @api.constrains("dkim_sign")
    def _check_dkim_sign(self):
        for account in self:
            if account.dkim_sign and not account.sudo().dkim_record:
                raise UserError(self.env._("Make a key first, and publish its record."))

    def _signed(self, raw):
        """The bytes of a mail with a signature before them, where this account signs."""
        self.ensure_one()
        account = self.sudo()
        if not account.dkim_sign:
            return raw
        pem = self.env["mail.center.account.secret"]._get(account, KIND, HOST)
        try:
            return sign(raw, account._domain_in_dns(), account.dkim_selector or "", pem)
        except KeyProblem as error:
            raise UserError(
                self.env._(
                    "The mail can't be signed with the DKIM key of “%(account)s”: %(problem)s "
                    "Make a new key in the account, or untick “Sign mail”.",
                    account=account.name, problem=self.env._(str(error)),
                )
            ) from error


def signed(account, built):
    """A :class:`core.mime.BuiltMail` with its signature."""
    return replace(built, raw=account._signed(built.raw))
