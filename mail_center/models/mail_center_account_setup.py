import json

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date
from odoo.tools.sql import escape_psql

from ..core.probe import AuthorityError, Certificate, authorities
from ..core.providers import domain_of, login_for, lookup

KINDS = ("imap", "smtp")
SERVER_FIELDS = ("host", "port", "security")
USUAL_PORTS = {
    "imap": {"none": 143, "starttls": 143, "tls": 993},
    "smtp": {"none": 25, "starttls": 587, "tls": 465},
}


class MailCenterAccount(models.Model):
    """What helps a person to set an account up; nothing here is stored."""

    _inherit = "mail.center.account"

    # What was filled in for the person, as JSON {field: value}: only that may be replaced when
    # the address changes. It travels with the form and is never stored.
    autofilled = fields.Char(store=False)
    # What "Find settings" has found, from the browser, as JSON; see _onchange_found_settings.
    found_settings = fields.Char(store=False)
    may_configure = fields.Boolean(compute="_compute_may_configure")
    can_test = fields.Boolean(compute="_compute_may_configure")
    domain_known = fields.Boolean(compute="_compute_provider")
    domain_name = fields.Char(compute="_compute_provider")
    provider_name = fields.Char(compute="_compute_provider")
    provider_note = fields.Char(compute="_compute_provider")
    duplicate_warning = fields.Text(compute="_compute_duplicate_warning")
    ca_summary = fields.Text(compute="_compute_ca_summary")
    ca_problem = fields.Char(compute="_compute_ca_summary")

    @api.depends_context("uid")
    @api.depends("can_manage")
    def _compute_may_configure(self):
        manager = self.env.user.has_group("mail_center.group_manager")
        for account in self:
            account.may_configure = manager
            account.can_test = manager or account.can_manage

    # ---- the provider -------------------------------------------------------

    @api.depends_context("lang")
    @api.depends("email")
    def _compute_provider(self):
        for account in self:
            provider = lookup(account.email or "")
            account.domain_name = domain_of(account.email or "") or False
            account.domain_known = bool(provider)
            account.provider_name = provider.name if provider else False
            note = provider.note if provider else ""
            account.provider_note = self.env._(note) if note else False

    @api.onchange("email")
    def _onchange_email(self):
        """Fill in what the address tells, and nothing over what a person has typed."""
        for account in self:
            address = (account.email or "").strip()
            if not address:
                continue
            provider = lookup(address)
            login = login_for(provider, address) if provider else address
            settings = {"name": address, "imap_login": login, "smtp_login": login}
            for kind in KINDS:
                server = getattr(provider, kind, None)
                settings[f"{kind}_host"] = server.host if server else False
                settings[f"{kind}_port"] = server.port if server else False
                settings[f"{kind}_security"] = server.security if server else False
            account._autofill(settings)

    @api.onchange("found_settings")
    def _onchange_found_settings(self):
        for account in self.filtered("found_settings"):
            account._autofill(json.loads(account.found_settings))
            account.found_settings = False

    def _autofill(self, settings):
        """Set those of *settings* (field → value, False for the default) that nobody typed."""
        self.ensure_one()
        before = json.loads(self.autofilled or "{}")
        after = {}

        def is_free(name):
            value = self[name]
            return not value or value == self._default_of(name) or value == before.get(name)

        def fill(name):
            value = settings[name] or self._default_of(name)
            self[name] = value
            after[name] = value

        for name in ("name", "imap_login", "smtp_login"):
            if settings.get(name) and is_free(name):
                fill(name)
        for kind in KINDS:
            names = [f"{kind}_{part}" for part in SERVER_FIELDS]
            # Host, port and security make sense only together.
            if (
                self.may_configure
                and all(name in settings for name in names)
                and all(is_free(name) for name in names)
            ):
                for name in names:
                    fill(name)
        self.autofilled = json.dumps({**before, **after})

    def _default_of(self, name):
        field = self._fields[name]
        return field.default(self) if field.default else False

    @api.onchange("imap_security")
    def _onchange_imap_security(self):
        self._set_usual_port("imap")

    @api.onchange("smtp_security")
    def _onchange_smtp_security(self):
        self._set_usual_port("smtp")

    def _set_usual_port(self, kind):
        ports = USUAL_PORTS[kind]
        for account in self:
            security, port = account[f"{kind}_security"], account[f"{kind}_port"]
            filled = json.loads(account.autofilled or "{}")
            if filled.get(f"{kind}_security") == security and filled.get(f"{kind}_port") == port:
                continue  # the provider says so, however unusual it is
            if security in ports and (not port or port in ports.values()):
                account[f"{kind}_port"] = ports[security]

    # ---- duplicates ---------------------------------------------------------

    @api.depends_context("uid", "allowed_company_ids", "lang")
    @api.depends("email", "imap_host", "imap_login")
    def _compute_duplicate_warning(self):
        for account in self:
            account.duplicate_warning = "\n".join(account._duplicate_sentences()) or False

    def _duplicate_sentences(self):
        """What to know about other accounts on the same mailbox, of those that one may see.

        Of others nothing is said, not even that there are any: who can type an address here could
        ask for each whether somebody has connected it.
        """
        self.ensure_one()
        same_address = same_mailbox = Domain.FALSE
        if self.email:
            same_address = Domain("email", "=ilike", escape_psql(self.email.strip()))
        if self.imap_host and self.imap_login:
            same_mailbox = Domain("imap_host", "=ilike", escape_psql(self.imap_host)) & Domain(
                "imap_login", "=ilike", escape_psql(self.imap_login)
            )
        visible = self.with_context(active_test=False)
        others = Domain("id", "!=", self._origin.id)
        twins = visible.search(others & same_address)
        readers = visible.search(others & same_mailbox) - twins
        return [
            self.env._("The account “%s” has the same address already.", account.name)
            for account in twins
        ] + [
            self.env._("The account “%s” reads the same mailbox already.", account.name)
            for account in readers
        ]

    # ---- the pinned authority -----------------------------------------------

    @api.depends_context("lang")
    @api.depends("ca_pem")
    def _compute_ca_summary(self):
        for account in self:
            account.ca_summary = account.ca_problem = False
            if not (account.ca_pem or "").strip():
                continue
            try:
                found = authorities(account.ca_pem)
            except AuthorityError as error:
                account.ca_problem = self.env._(str(error))
            else:
                account.ca_summary = "\n".join(map(self._certificate_line, found))

    @api.model
    def _certificate_line(self, certificate: Certificate):
        values = {
            "subject": certificate.subject or "?",
            "date": format_date(self.env, certificate.not_after.date()),
        }
        if certificate.days_left < 0:
            return self.env._("%(subject)s, expired on %(date)s", **values)
        return self.env._("%(subject)s, valid until %(date)s", **values)

    @api.constrains("ca_pem")
    def _check_ca_pem(self):
        for account in self.filtered("ca_pem"):
            try:
                authorities(account.ca_pem)
            except AuthorityError as error:
                raise ValidationError(self.env._(str(error))) from None

    # ---- the rest -----------------------------------------------------------

    def action_test_connection(self):
        """Open the window that tests the account while one looks on."""
        self.ensure_one()
        self._require_test()
        return {
            "type": "ir.actions.client",
            "tag": "mail_center_test_connection",
            "params": {
                "account_id": self.id,
                "name": self.name,
                "can_fetch": self.can_read and self.sync_enabled,
            },
        }

    def _require_test(self):
        """Raise AccessError unless the current user may test this account."""
        self.check_access("read")
        if not self.can_test:
            raise AccessError(
                self.env._(
                    "Only who manages the account “%s” may test its connection.", self.sudo().name
                )
            )

    @api.model
    def get_empty_list_help(self, help_message):
        if self.env.user.has_group("mail_center.group_manager"):
            return super().get_empty_list_help(help_message)
        title = self.env._("No mailbox is connected for you yet")
        text = self.env._(
            "Ask an email manager to connect your mailbox or to share one with you. "
            "It then appears here."
        )
        return Markup('<p class="o_view_nocontent_smiling_face">{}</p><p>{}</p>').format(
            title, text
        )
