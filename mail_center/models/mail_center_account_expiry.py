from datetime import timezone

from odoo import api, fields, models
from odoo.tools.misc import format_date

from ..core.health import EXPIRY_DAYS
from ..core.probe import Certificate

CERTIFICATES = ("fetch_certificate_until", "smtp_certificate_until")


class MailCenterAccount(models.Model):
    """What ends by itself some day: the certificates of the servers, the access by OAuth."""

    _inherit = "mail.center.account"

    fetch_certificate_until = fields.Datetime(
        string="Certificate of the incoming server valid until", readonly=True, copy=False
    )
    smtp_certificate_until = fields.Datetime(
        string="Certificate of the outgoing server valid until", readonly=True, copy=False
    )
    token_expires_at = fields.Datetime(
        string="Access valid until", compute="_compute_expiry",
        help="Until then the provider accepts the login that was granted (OAuth).",
    )
    expiry_days = fields.Integer(
        string="Days until expiry", compute="_compute_expiry", aggregator=None
    )
    expiry_text = fields.Char(string="Expires", compute="_compute_expiry")
    # The day on which the log was last told that something expires.
    expiry_told = fields.Date(readonly=True, copy=False)

    def _token_expiry(self):
        """When the access to the mailbox ends unless somebody logs in anew: a datetime in UTC
        without a zone, or False where nothing ends. For addons that log in by OAuth."""
        self.ensure_one()
        return False

    def _expiries(self):
        """``[(datetime, what)]`` of what is in use, the soonest first; *what*: ``token`` or the
        name of the field that holds a certificate's end."""
        self.ensure_one()
        kind = self.protocol or "imap"
        found = [(self._token_expiry(), "token")]
        if self.verify_certificate:
            used = {
                "fetch_certificate_until": self.sync_enabled and self[f"{kind}_host"]
                and self[f"{kind}_security"] != "none",
                "smtp_certificate_until": self.send_enabled and self.smtp_host
                and self.smtp_security != "none",
            }
            found += [(self[name], name) for name in CERTIFICATES if used[name]]
        return sorted(one for one in found if one[0])

    @api.depends(*CERTIFICATES, "protocol", "verify_certificate", "sync_enabled", "send_enabled")
    @api.depends_context("lang")
    def _compute_expiry(self):
        now = fields.Datetime.now()
        for account in self:
            account.token_expires_at = account._token_expiry()
            account.expiry_days, account.expiry_text = 0, False
            for moment, what in account._expiries()[:1]:
                days = (moment - now).days
                account.expiry_days = days
                account.expiry_text = account._expiry_label(days, what)

    def _expiry_label(self, days, what):
        if what == "token":
            if days < 0:
                return self.env._("Access expired")
            if days == 1:
                return self.env._("Access: 1 day")
            return self.env._("Access: %s days", days)
        if days < 0:
            return self.env._("Certificate expired")
        if days == 1:
            return self.env._("Certificate: 1 day")
        return self.env._("Certificate: %s days", days)

    # ---- remembered, and told in time ---------------------------------------

    def _remember_certificate(self, name, session):
        """Note until when the certificate is valid with which *session* was opened.

        *name*: one of CERTIFICATES. Leaves no transaction open.
        """
        self.ensure_one()
        jobs = self.env["mail.center.transaction"]
        certificate = Certificate.from_der(session.peer_certificate())
        until = certificate and certificate.not_after.astimezone(timezone.utc).replace(
            tzinfo=None, microsecond=0
        )
        account = self.sudo()
        if account[name] != (until or False):
            jobs._transaction(lambda: account.write({name: until}))
        else:
            jobs._commit()

    def _tell_expiry(self):
        """Say in the log, once a day, what expires within two weeks. Part of a transaction."""
        today = fields.Date.context_today(self)
        for account in self.sudo():
            ending = [
                (moment, what) for moment, what in account._expiries()
                if (moment - fields.Datetime.now()).days < EXPIRY_DAYS
            ]
            if not ending:
                if account.expiry_told:
                    account.expiry_told = False
                continue
            if account.expiry_told == today:
                continue
            account.expiry_told = today
            for moment, what in ending:
                self.env["mail.center.log"]._add(
                    account, "health_expiry", account._expiry_sentence(moment, what),
                    level="warning",
                )

    def _expiry_sentence(self, moment, what):
        day = format_date(self.env, moment.date())
        if what == "token":
            return self.env._(
                "The access to the mailbox expires on %s: log in to the provider again in the "
                "account.", day,
            )
        kind = "smtp" if what == "smtp_certificate_until" else self.protocol
        return self.env._(
            "The certificate of the server “%(host)s” expires on %(day)s. Then it is trusted no "
            "more: whoever runs the server has to renew it.",
            host=self[f"{kind}_host"], day=day,
        )
