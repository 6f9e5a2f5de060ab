from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..core.mime import Address, parse_addresses
from ..core.net import Endpoint
from ..readable import require_readable

SECURITY = [("none", "None"), ("starttls", "STARTTLS"), ("tls", "SSL/TLS")]

# A first import touches many records: an open page of one beyond learns of it when it reloads.
NOTIFIED_RECORDS = 500
# A first import brings years of mail, which is no news.
ANNOUNCED_HOURS = 24

# What decides to whom we connect and what we trust: an owner may change a password,
# but only a manager may point the server at another host.
MANAGER_FIELDS = frozenset(
    {
        "user_id",
        "company_id",
        "protocol",
        "imap_host",
        "imap_port",
        "imap_security",
        "pop3_host",
        "pop3_port",
        "pop3_security",
        "smtp_host",
        "smtp_port",
        "smtp_security",
        "verify_certificate",
        "ca_pem",
        "use_for_integration",
        "loop_limit",
        # Who reads must not be the one who says whether it is noted, nor for how long mail is kept.
        "audit_reading",
        "retention_days",
    }
)
TRIED_AT_ONCE = frozenset(
    {"imap_host", "imap_port", "imap_security", "imap_login", "imap_password",
     "verify_certificate", "ca_pem", "sync_enabled"}
)


class MailCenterAccount(models.Model):
    _name = "mail.center.account"
    _inherit = "mail.center.named"
    _description = "Email account"
    _order = "sequence, name, id"
    _rec_names_search = ["name", "email"]

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="The owner reads, sends and manages without further permission.",
    )
    company_id = fields.Many2one("res.company", help="Empty: usable in every company.")
    email = fields.Char(string="Address", required=True, index=True)
    sender_name = fields.Char(
        string="Sender display name", help="Shown before the address in the recipient's mailbox."
    )
    protocol = fields.Selection(
        [("imap", "IMAP"), ("pop3", "POP3 (legacy)")], required=True, default="imap", readonly=True
    )
    imap_host = fields.Char(string="IMAP server")
    imap_port = fields.Integer(string="IMAP port", default=993, aggregator=None)
    imap_security = fields.Selection(
        SECURITY, string="IMAP security", required=True, default="tls"
    )
    imap_login = fields.Char(string="IMAP login")
    smtp_host = fields.Char(string="SMTP server")
    smtp_port = fields.Integer(string="SMTP port", default=465, aggregator=None)
    smtp_security = fields.Selection(
        SECURITY, string="SMTP security", required=True, default="tls"
    )
    smtp_login = fields.Char(string="SMTP login", help="Empty: send without logging in.")
    verify_certificate = fields.Boolean(
        string="Verify server certificate",
        default=True,
        help="Without it anyone on the way can read the mail and the password.",
    )
    ca_pem = fields.Text(
        string="Trusted certificate (PEM)",
        help="Trust only servers whose certificate was issued by this authority.",
    )
    use_for_integration = fields.Boolean(
        help="Automation rules, server actions and the external API may use this account."
    )
    share_linked = fields.Boolean(
        string="Share linked mail",
        help="Whoever may read a record may read this account's mail that is linked to it. "
        "Otherwise they only see that there is a mail.",
    )
    incoming_type_id = fields.Many2one("mail.center.type", string="Type of incoming mail")
    outgoing_type_id = fields.Many2one("mail.center.type", string="Type of outgoing mail")
    permission_ids = fields.One2many("mail.center.account.permission", "account_id")
    folder_ids = fields.One2many("mail.center.folder", "account_id")

    sync_enabled = fields.Boolean(string="Synchronise", default=True)
    sync_state = fields.Selection(
        [
            ("never", "Never synchronised"),
            ("running", "Synchronising"),
            ("ok", "Up to date"),
            ("failing", "Failing"),
        ],
        string="State",
        default="never",
        required=True,
        readonly=True,
        copy=False,
    )
    sync_error = fields.Char(readonly=True, copy=False)
    sync_failures = fields.Integer(
        string="Failures in a row", readonly=True, copy=False, aggregator=None
    )
    last_sync = fields.Datetime(string="Last success", readonly=True, copy=False)
    next_sync = fields.Datetime(string="Next run", readonly=True, copy=False, index=True)
    send_enabled = fields.Boolean(string="Send", default=True)
    send_error = fields.Char(readonly=True, copy=False)
    # The claim of the worker that synchronises the account just now.
    claim_token = fields.Char(readonly=True, copy=False)
    claim_worker = fields.Char(readonly=True, copy=False)
    claim_until = fields.Datetime(readonly=True, copy=False)

    # ---- access -------------------------------------------------------------

    def _readers(self):
        """The users who may read mail of these accounts.

        Not those whom a permission is left to although they have lost the right on email, or who
        work for another company: what is told here holds senders and subjects.
        """
        by_right = self.env.ref("mail_center.group_user").sudo().all_user_ids
        readers = self.env["res.users"].sudo()
        for account in self.sudo():
            permissions = account.permission_ids.filtered(lambda p: p.can_read or p.can_manage)
            users = account.user_id | permissions.user_id | permissions.profile_id.member_ids
            readers |= (users & by_right).filtered(
                lambda user, company=account.company_id: user.active
                and (not company or company in user.company_ids)
            )
        return readers

    def _notify_readers(self, messages):
        """Tell the open browsers of those who may read these accounts that mail changed."""
        if not messages:
            return
        records = sorted({(link.res_model, link.res_id) for link in messages.link_ids})
        for account in self:
            account._readers()._bus_send(
                "mail_center/changed",
                {"account_id": account.id, "records": records[:NOTIFIED_RECORDS]},
            )

    def _announce(self, messages):
        """Tell those who read these accounts what has just come, for desktop notifications."""
        since = fields.Datetime.subtract(fields.Datetime.now(), hours=ANNOUNCED_HOURS)
        for account in self:
            fresh = messages.filtered(
                lambda mail, a=account: mail.account_id == a and mail.direction == "in"
                and not mail.is_read and not mail.is_automatic and mail.date > since
                and "inbox" in mail.location_ids.folder_id.mapped("special_use")
            )
            if fresh:
                newest = fresh.sorted("date")[-1]
                account._readers()._bus_send(
                    "mail_center/received",
                    {
                        "count": len(fresh),
                        "message_id": newest.id,
                        "sender": newest.from_display or "",
                        "subject": newest.subject or "",
                    },
                )

    # ---- fields -------------------------------------------------------------

    @api.constrains("email")
    def _check_email(self):
        for account in self:
            addresses = parse_addresses(account.email or "")
            if len(addresses) != 1 or addresses[0].email != account.email:
                raise ValidationError(
                    self.env._(
                        "“%s” is not an email address. Write it as name@example.com.",
                        account.email,
                    )
                )

    @api.constrains("imap_host", "smtp_host", "imap_port", "smtp_port", "imap_login", "smtp_login")
    def _check_servers(self):
        for account in self:
            self._check_server(account.imap_host, account.imap_port)
            self._check_server(account.smtp_host, account.smtp_port)

    @api.model
    def _check_server(self, host, port):
        if host and any(c.isspace() or c in "/:@" or ord(c) < 33 for c in host):
            raise ValidationError(
                self.env._(
                    "“%s” is not a server name. Write only the name, such as "
                    "mail.example.com; the port has a field of its own.",
                    host,
                )
            )
        if not 0 < port < 65536:
            raise ValidationError(self.env._("A port is a number from 1 to 65535."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("email"):
                vals["email"] = vals["email"].strip()
        return super().create(vals_list)

    def write(self, vals):
        require_readable(self, vals)
        if not self.env.su and MANAGER_FIELDS & vals.keys():
            manager = self.env.user.has_group("mail_center.group_manager")
            changed = [
                name
                for name in MANAGER_FIELDS & vals.keys()
                for account in self
                if (account[name].id if name.endswith("_id") else account[name]) != vals[name]
            ]
            if changed and not manager:
                raise AccessError(
                    self.env._("Only an email manager may change the owner or the servers.")
                )
        if vals.get("email"):
            vals = dict(vals, email=vals["email"].strip())
        result = super().write(vals)
        if TRIED_AT_ONCE & vals.keys():
            # What was mended deserves a try at once, not after the back-off.
            super().write({"next_sync": False, "sync_failures": 0})
        return result

    # ---- connection ---------------------------------------------------------

    def _endpoint(self, kind, *, incomplete=False):
        """The :class:`core.net.Endpoint` of this account; *kind*: ``imap``, ``pop3``, ``smtp``."""
        self.ensure_one()
        account = self.sudo()
        login = account[f"{kind}_login"] or ""
        auth, password = account._credential(kind) if login else ("password", "")
        if login and not password and not incomplete:
            raise ValueError(account._password_missing(kind))
        return Endpoint(
            host=account[f"{kind}_host"] or "",
            port=account[f"{kind}_port"],
            security=account[f"{kind}_security"],
            login=login,
            password=password,
            auth=auth,
            verify=account.verify_certificate,
            ca_pem=account.ca_pem or "",
        )

    def _credential(self, kind):
        """``(auth, secret)`` to log in with, as :class:`core.net.Endpoint` has them.

        To extend: ``("xoauth2", token)`` for an account that signs in otherwise. The secret is
        *''* when there is none; :meth:`_password_missing` then says what to do.
        """
        return "password", self._password(kind)

    def _address(self):
        """The sender of mail from this account, as written into From."""
        self.ensure_one()
        return Address(self.sender_name or self.user_id.name or "", self.email)

    def _folder(self, special_use):
        """The folder of this account with a special use such as ``sent`` (RFC 6154)."""
        return self.folder_ids.filtered(
            lambda folder: folder.special_use == special_use and folder.exists_on_server
        )[:1]

    def action_sync_now(self):
        """Fetch mail at once, without waiting for the next run of the scheduled job."""
        if self.env.user.has_group("mail_center.group_manager"):
            self.check_access("read")  # who sets accounts up may wake them without reading mail
        else:
            self._require("read")
        self._resume()
        self.env.ref("mail_center.ir_cron_receive").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("Looking for new mail…"),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_open_messages(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "mail.center.message",
            "view_mode": "list,form",
            "domain": [("account_id", "=", self.id)],
        }
