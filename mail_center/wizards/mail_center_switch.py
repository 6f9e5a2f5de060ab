from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.net import MailServerError
from ..core.providers import login_for, lookup
from ..core.secrets import KeyFileError
from ..fields import BigInteger
from ..mailer_fields import filled, refuse_mailer_fields
from ..models.mail_center_account import SECURITY
from ..models.mail_center_claim import ClaimLost
from ..models.mail_center_pop3_switch import Unfinished
from ..models.mail_center_receiver import OutOfTime

SERVER_FIELDS = ("imap_host", "imap_port", "imap_security")


class MailCenterSwitch(models.TransientModel):
    """From POP3 to IMAP: settings, then a dry run, then the switch."""

    _name = "mail.center.switch"
    _description = "Switch to IMAP"
    _rec_name = "account_id"

    account_id = fields.Many2one(
        "mail.center.account", required=True, readonly=True, ondelete="cascade"
    )
    state = fields.Selection(
        [("settings", "Settings"), ("compared", "Dry run"), ("done", "Switched")],
        required=True,
        default="settings",
        readonly=True,
    )
    explanation = fields.Text(compute="_compute_explanation")
    progress = fields.Char(compute="_compute_explanation")
    may_configure = fields.Boolean(compute="_compute_may_configure")
    imap_host = fields.Char(string="IMAP server", required=True)
    imap_port = fields.Integer(string="IMAP port", required=True)
    imap_security = fields.Selection(SECURITY, string="IMAP security", required=True)
    imap_login = fields.Char(string="IMAP login", required=True)
    imap_password = fields.Char(
        string="IMAP password",
        compute="_compute_imap_password",
        inverse="_inverse_imap_password",
        help="Empty: the password of POP3, which is the same in most mailboxes.",
    )
    provider_note = fields.Char(readonly=True)

    error = fields.Text(readonly=True)
    unfinished = fields.Boolean(readonly=True)
    uidvalidity = BigInteger(readonly=True)
    server_count = fields.Integer(string="In the INBOX by IMAP", readonly=True)
    read_count = fields.Integer(readonly=True)
    by_id = fields.Integer(string="In both, by Message-ID", readonly=True)
    by_content = fields.Integer(string="In both, by content", readonly=True)
    differing = fields.Integer(string="Same Message-ID, other content", readonly=True)
    only_here = fields.Integer(string="Only here", readonly=True)
    only_there = fields.Integer(string="Only in the INBOX", readonly=True)
    quarantined = fields.Integer(string="In quarantine, recognised", readonly=True)
    pop3_waiting = fields.Integer(string="To be fetched by POP3", readonly=True)
    pop3_error = fields.Text(readonly=True)
    nothing_matches = fields.Boolean(compute="_compute_nothing_matches")
    accept_no_match = fields.Boolean(string="Switch although no mail is in both")
    accept_no_pop3 = fields.Boolean(string="Switch without asking POP3 for the last time")
    line_ids = fields.One2many("mail.center.switch.line", "switch_id", groups=fields.NO_ACCESS)

    @api.depends_context("lang")
    @api.depends("state", "account_id", "read_count", "server_count", "by_id", "by_content",
                 "only_there")
    def _compute_explanation(self):
        for wizard in self:
            name = wizard.account_id.sudo().name
            if wizard.state == "done":
                wizard.explanation = self.env._(
                    "“%(account)s” is fetched by IMAP from now on. POP3 is blocked for it for "
                    "good.\n"
                    "Recognised by Message-ID: %(by_id)s, by content: %(by_content)s. To be "
                    "fetched from the INBOX: %(only_there)s. All other folders follow.",
                    account=name, by_id=wizard.by_id, by_content=wizard.by_content,
                    only_there=wizard.only_there,
                )
            elif wizard.state == "compared":
                wizard.explanation = self.env._(
                    "Nothing is changed so far. This is what the switch will do with the mail of "
                    "“%s”:",
                    name,
                )
            else:
                wizard.explanation = self.env._(
                    "“%s” is fetched by POP3, which knows neither folders nor read marks. Enter "
                    "the IMAP server of the same mailbox. Both sides are compared first, and "
                    "nothing is changed by that.",
                    name,
                )
            wizard.progress = self.env._(
                "Compared so far: %(done)s of %(all)s messages. Continue where it stopped.",
                done=wizard.read_count, all=wizard.server_count,
            )

    # ---- who, and with which server -----------------------------------------

    @api.depends_context("uid")
    def _compute_may_configure(self):
        self.may_configure = self.env.user.has_group("mail_center.group_manager")

    @api.depends("by_id", "by_content", "only_here", "state")
    def _compute_nothing_matches(self):
        for wizard in self:
            wizard.nothing_matches = (
                wizard.state == "compared"
                and wizard.only_here > 0
                and not wizard.by_id + wizard.by_content
            )

    def _compute_imap_password(self):
        self.imap_password = False

    def _inverse_imap_password(self):
        for wizard in self:
            if wizard.imap_password:
                self.env["mail.center.account.secret"]._put(
                    wizard._checked_account(), "imap", wizard.imap_password, [wizard.imap_host]
                )
        self.invalidate_recordset(["imap_password"], flush=False)

    def _checked_account(self):
        """The account, for the one who may switch it, with the rights to do so."""
        account = self.account_id
        account.check_access("read")
        if not self.env.su and not account.sudo(False).can_switch:
            if account.sudo().protocol != "pop3":
                raise UserError(self.env._("This account was switched to IMAP already."))
            if not account.sudo().active:
                raise UserError(self.env._("This account is archived: nothing is fetched by it."))
            raise AccessError(
                self.env._("Only who manages the account “%s” may switch it.", account.sudo().name)
            )
        return account.sudo()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            refuse_mailer_fields(self, filled(self, vals), ("account_id",))
        wizards = super().create(
            [{**self._proposal(vals.get("account_id")), **vals} for vals in vals_list]
        )
        for wizard in wizards:
            wizard._checked_account()
        return wizards

    def write(self, vals):
        refuse_mailer_fields(self, vals)
        return super().write(vals)

    @api.model
    def _proposal(self, account_id):
        account = self.env["mail.center.account"].browse(account_id or [])
        if not account:
            return {}
        account.check_access("read")
        account = account.sudo()
        provider = lookup(account.email or "")
        host, port, security = self._servers(account)[0]
        login = account.imap_login or account.pop3_login
        if provider and not account.imap_login:
            login = login_for(provider, account.email)
        note = provider.note if provider else ""
        return {
            "imap_host": host,
            "imap_port": port,
            "imap_security": security,
            "imap_login": login or account.email,
            "provider_note": self.env._(note) if note else False,
        }

    @api.model
    def _servers(self, account):
        """The likely IMAP servers, the likeliest first, as [(host, port, security)]."""
        servers = []
        if account.imap_host:
            servers.append((account.imap_host, account.imap_port, account.imap_security))
        provider = lookup(account.email or "")
        if provider and provider.imap:
            servers.append((provider.imap.host, provider.imap.port, provider.imap.security))
        host = account.pop3_host or ""
        first, dot, rest = host.partition(".")
        if dot and first.lower() in ("pop", "pop3", "pops"):
            host = f"imap.{rest}"
        usual = [("tls", 993), ("starttls", 143)]
        if account.pop3_security == "none":
            usual.append(("none", 143))  # nothing that is worse than before
        servers += [(host, port, security) for security, port in usual]
        return servers

    def _save_settings(self):
        self.ensure_one()
        account = self._checked_account()
        server = (self.imap_host, self.imap_port, self.imap_security)
        if not (self.env.su or self.may_configure or server in self._servers(account)):
            raise AccessError(
                self.env._("Only an email manager may choose another server than the proposed one.")
            )
        values = {name: self[name] for name in (*SERVER_FIELDS, "imap_login")}
        changed = {name: value for name, value in values.items() if account[name] != value}
        if changed:
            account.write(changed)
        return account

    # ---- the two steps ------------------------------------------------------

    def action_compare(self):
        """The dry run: connect, compare, show. Nothing is changed."""
        account = self._save_settings()
        wizard = self.sudo()
        wizard.write({"error": False, "unfinished": False})
        try:
            result, waiting = self.env["mail.center.pop3.switch"].sudo()._dry_run(wizard)
        except (MailServerError, ValueError, OSError, KeyFileError, ClaimLost, Unfinished) as error:
            wizard._show_error(error)
            return self._reopen()
        failed = isinstance(waiting, Exception)
        wizard.write(
            {
                **wizard._counts(result),
                "state": "compared",
                "pop3_waiting": 0 if failed else waiting,
                "pop3_error": str(waiting) if failed else False,
            }
        )
        self.env["mail.center.log"]._add(
            account,
            "pop3_compared",
            self.env._("%s compared POP3 with IMAP, before switching.", self.env.user.name),
        )
        return self._reopen()

    def action_switch(self):
        """Change over to IMAP, for good."""
        account = self._save_settings()
        if self.state != "compared":
            raise UserError(self.env._("Compare first: the dry run shows what the switch will do."))
        if self.nothing_matches and not self.accept_no_match:
            raise UserError(
                self.env._(
                    "No mail is in both: this may be another mailbox. Check server and login, or "
                    "tick that you want to switch nevertheless."
                )
            )
        if self.pop3_error and not self.accept_no_pop3:
            raise UserError(
                self.env._(
                    "POP3 does not answer, so the last mail can't be fetched by it. Try again "
                    "later, or tick that you want to switch without."
                )
            )
        wizard = self.sudo()
        wizard.write({"error": False, "unfinished": False})
        switch = self.env["mail.center.pop3.switch"].sudo()
        try:
            result = switch._switch(wizard, without_pop3=bool(self.pop3_error))
        except OutOfTime:
            account.next_sync = False
            self.env.ref("mail_center.ir_cron_receive").sudo()._trigger()
            wizard.error = self.env._(
                "There is more mail to be fetched by POP3 than in one go. It is being fetched in "
                "the background; switch when it is here."
            )
            return self._reopen()
        except (MailServerError, ValueError, OSError, KeyFileError, ClaimLost, Unfinished) as error:
            wizard._show_error(error)
            return self._reopen()
        wizard.write({**wizard._counts(result), "state": "done"})
        self.env.ref("mail_center.ir_cron_receive").sudo()._trigger()
        return self._reopen()

    def action_back(self):
        self.ensure_one()
        self._checked_account()
        self.sudo().write({"state": "settings", "error": False, "unfinished": False})
        return self._reopen()

    def _counts(self, result):
        return {
            "by_id": result.by_id,
            "by_content": result.by_content,
            "differing": result.differing,
            "only_here": result.only_here,
            "only_there": result.only_there,
            "quarantined": len(result.waiting),
        }

    def _show_error(self, error):
        words = self.env["mail.center.transaction"]._in_words(error)
        if isinstance(error, Unfinished):
            self.env.invalidate_all()
            self.write({"unfinished": True, "read_count": len(self.line_ids)})
        elif isinstance(error, ClaimLost):
            self.error = self.env._("Mail of this account is being fetched just now. Try again.")
        elif getattr(error, "protocol", "") == "pop3":
            self.error = self.env._("POP3: %s", words)
        else:
            self.error = self.env._("IMAP: %s", words)

    def _reopen(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Switch to IMAP"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class MailCenterSwitchLine(models.TransientModel):
    """A message of the INBOX while a switch is prepared. Nobody has access: it is mail."""

    _name = "mail.center.switch.line"
    _description = "Message compared before the switch to IMAP"

    switch_id = fields.Many2one("mail.center.switch", required=True, ondelete="cascade")
    uid = BigInteger(required=True)
    size = BigInteger()
    message_id = fields.Char()
    digest = fields.Char(help="Of the header: see core.pop3.head_digest.")
    head = fields.Char(help="Of sender and date: see core.pop3.head_key.")
    content = fields.Char(help="The content hash, as far as it is known.")
    is_read = fields.Boolean(help="The whole message was fetched.")
    quarantine_id = fields.Many2one("mail.center.quarantine", ondelete="set null")

    _switch_uid_unique = models.UniqueIndex("(switch_id, uid)")
