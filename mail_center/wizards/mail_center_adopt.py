from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..core.mime import parse_addresses

SMTP_SECURITY = {
    "none": "none",
    "starttls": "starttls",
    "starttls_strict": "starttls",
    "ssl": "tls",
    "ssl_strict": "tls",
}
USUAL_PORTS = {("imap", True): 993, ("imap", False): 143, ("pop", True): 995, ("pop", False): 110}


class MailCenterAdopt(models.TransientModel):
    """Proposes accounts for the incoming and outgoing mail servers that Odoo has already."""

    _name = "mail.center.adopt"
    _description = "Adopt mail servers"

    line_ids = fields.One2many("mail.center.adopt.line", "adopt_id")
    has_lines = fields.Boolean(compute="_compute_has_lines")

    @api.depends("line_ids")
    def _compute_has_lines(self):
        for wizard in self:
            wizard.has_lines = bool(wizard.line_ids)

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        for wizard in wizards:
            if not wizard.line_ids:
                wizard.sudo().line_ids = [(0, 0, vals) for vals in self._proposals()]
        return wizards

    def action_adopt(self):
        """Create the accounts of the ticked lines and switch Odoo's own fetching off for them."""
        self.ensure_one()
        self.check_access("write")
        lines = self.line_ids.filtered("selected")
        if not lines:
            raise UserError(self.env._("Tick the servers that shall become accounts."))
        accounts = self.env["mail.center.account"]
        for line in lines:
            accounts |= line._adopt()
        self.env.ref("mail_center.ir_cron_receive").sudo()._trigger()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Adopted accounts"),
            "res_model": "mail.center.account",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", accounts.ids)],
            "target": "current",
        }

    # ---- proposals ----------------------------------------------------------

    @api.model
    def _proposals(self):
        """The values of the lines: each incoming server, then outgoing ones that are left."""
        incoming = self.env["fetchmail.server"].sudo().with_context(active_test=False)
        outgoing = self.env["ir.mail_server"].sudo()
        # All of them: nobody has more mail servers than fit on a page.
        every = [("id", "!=", False)]
        servers = incoming.search(every, order="active desc, priority, id")
        left = outgoing.search(every, order="sequence, id")
        adopted = self.env["mail.center.account"].sudo().search(every).adopted_mail_server_id
        relays = left
        left -= adopted
        vals_list = []
        for server in servers:
            sender = self._sender_for(server, left)
            left -= sender
            relay = sender or self._relay_for(server, relays)
            vals_list.append(self._incoming_vals(server, relay, shared=bool(relay - sender)))
        taken = {vals.get("mail_server_id") for vals in vals_list}
        return vals_list + [
            self._outgoing_vals(server) for server in left if server.id not in taken
        ]

    @api.model
    def _address(self, *texts):
        """The first of *texts* that is one address, else False."""
        for text in texts:
            found = parse_addresses(text or "")
            if len(found) == 1 and found[0].email == (text or "").strip():
                return found[0].email
        return False

    @api.model
    def _filtered_addresses(self, sender):
        """The whole addresses that an outgoing server is for."""
        parts = sender._parse_from_filter(sender.from_filter)
        return [email_normalize(part) for part in parts if "@" in part]

    @api.model
    def _sender_for(self, server, senders):
        """The outgoing server of the same mailbox: same login, else owner, else address."""
        login = (server.user or "").casefold()
        address = email_normalize(self._address(server.user, server.name) or "")
        if not login:
            return senders.browse()
        tests = (
            lambda sender: (sender.smtp_user or "").casefold() == login,
            lambda sender: address and address in self._owner_addresses(sender.owner_user_id),
            lambda sender: address and self._filtered_addresses(sender) == [address],
        )
        for test in tests:
            if found := senders.filtered(test):
                return found[0]
        return senders.browse()

    @api.model
    def _relay_for(self, server, senders):
        """An outgoing server for many addresses whose filter lets this one through."""
        address = self._address(server.user, server.name)
        if not address:
            return senders.browse()
        return senders.filtered(
            lambda sender: sender.from_filter
            and not sender.owner_user_id
            and sender._match_from_filter(address, sender.from_filter)
        )[:1]

    @api.model
    def _owner_addresses(self, user):
        return {email_normalize(text or "") for text in (user.email, user.login)} - {False}

    @api.model
    def _owner(self, address, sender):
        """Whose mailbox this is; nobody rather than the wrong one."""
        if sender.owner_user_id:
            return sender.owner_user_id
        users = self.env["res.users"].sudo()
        if not address:
            return users
        found = users.search(
            [("share", "=", False), "|", ("login", "=ilike", address),
             ("partner_id.email_normalized", "=", email_normalize(address))]
        ).filtered(lambda user: email_normalize(address) in self._owner_addresses(user))
        return found if len(found) == 1 else users

    @api.model
    def _incoming_vals(self, server, sender, shared):
        address = self._address(server.user, server.name, sender.from_filter)
        problem, again = self._obstacle(server)
        usable = sender if self._sender_usable(sender) else sender.browse()
        concerns = self._concerns(server, address) if not (problem or again) else []
        return {
            "kind": {"pop": "pop3", "imap": "imap"}.get(server.server_type, "other"),
            "source": server.name,
            "fetchmail_id": server.id,
            "mail_server_id": usable.id,
            "account_id": again.id,
            "adoptable": not problem,
            "selected": not (problem or concerns),
            "email": again.email or address,
            "user_id": (again.user_id or self._owner(address, sender)).id,
            "servers": "\n".join(
                filter(
                    None,
                    (server.name, self._incoming_text(server), self._outgoing_text(usable)),
                )
            ),
            "login": server.user,
            "note": "\n".join(
                [problem]
                if problem
                else concerns + self._remarks(server, sender, usable, shared, again)
            ),
        }

    @api.model
    def _outgoing_vals(self, sender):
        usable = self._sender_usable(sender)
        address = self._address(sender.smtp_user, sender.from_filter)
        if usable:
            note = self.env._(
                "No incoming server fits: the account would only send. Odoo goes on using the "
                "server for its own mail."
            )
        else:
            note = self._sender_obstacle(sender)
        return {
            "kind": "smtp",
            "source": sender.name,
            "mail_server_id": sender.id,
            "adoptable": usable,
            "email": address,
            "user_id": self._owner(address, sender).id,
            "servers": "\n".join(filter(None, (sender.name, self._outgoing_text(sender)))),
            "login": sender.smtp_user,
            "note": note,
        }

    # ---- what stands in the way ---------------------------------------------

    @api.model
    def _obstacle(self, server):
        """``(why the server can't be adopted or '', the archived account that had it)``."""
        accounts = self.env["mail.center.account"].sudo().with_context(active_test=False)
        had = accounts.search(
            [("adopted_fetchmail_id", "=", server.id)], order="active desc, id desc", limit=1
        )
        if had.active:
            return self.env._("The account “%s” has adopted it already.", had.name), had.browse()
        if had.pop3_ended:
            text = self.env._("The account “%s” has left this server for IMAP.", had.name)
            return text, had.browse()
        if server.server_type == "local":
            text = self.env._(
                "A local server has no mailbox: a mail program of the machine hands each mail to "
                "Odoo."
            )
            return text, had.browse()
        if server.server_type not in ("pop", "imap"):
            labels = self._labels("fetchmail.server", "server_type")
            text = self.env._(
                "It logs in by “%s”, so there is no password to take over. It stays with Odoo.",
                labels.get(server.server_type, server.server_type),
            )
            return text, had.browse()
        if not (server.server and server.user and server.password):
            text = self.env._("The server's name, the login or the password is missing.")
            return text, had.browse()
        return "", had

    @api.model
    def _concerns(self, server, address):
        """Reasons to think twice: a line that has one is not ticked in advance."""
        concerns = []
        if gateway := self._gateway_address(address):
            concerns.append(
                self.env._(
                    "Answers to Odoo's own messages arrive in this mailbox (%s). Once it is "
                    "adopted they no longer reach the documents.",
                    gateway,
                )
            )
        if server.object_id:
            concerns.append(
                self.env._(
                    "Odoo makes a record of the kind “%s” from each of its mails. Once it is "
                    "adopted mail is filed and linked, and no record is made.",
                    server.object_id.name,
                )
            )
        if not server.active or server.state != "done":
            concerns.append(self.env._("It is not in use: Odoo fetches nothing from it."))
        if address:
            twins = self.env["mail.center.account"].sudo().search([("id", "!=", False)])
            twins = twins.filtered(lambda one: one.email.casefold() == address.casefold())
            visible = twins.sudo(False)._filtered_access("read")
            if visible:
                concerns.append(
                    self.env._("The account “%s” has the same address already.", visible[0].name)
                )
            elif twins:
                concerns.append(
                    self.env._("An account of another company has the same address already.")
                )
        return concerns

    @api.model
    def _gateway_address(self, address):
        """*address* if Odoo itself receives answers or creates records under it."""
        normal = email_normalize(address or "")
        if not normal:
            return False
        domains = self.env["mail.alias.domain"].sudo().search([("id", "!=", False)])
        own = {email_normalize(domain[name] or "") for domain in domains
               for name in ("catchall_email", "bounce_email")}
        aliases = self.env["mail.alias"].sudo()
        if normal in own or aliases.search_count([("alias_full_name", "=ilike", normal)], limit=1):
            return normal
        return False

    @api.model
    def _remarks(self, server, sender, usable, shared, again):
        remarks = []
        if again:
            remarks.append(
                self.env._("The archived account “%s” had it before and is used again.", again.name)
            )
        if not server.is_ssl:
            remarks.append(
                self.env._("Not encrypted: set the security in the account if the server can.")
            )
        if not sender:
            remarks.append(
                self.env._("No outgoing server fits. Enter one in the account to send mail.")
            )
        elif not usable:
            remarks.append(self._sender_obstacle(sender))
        elif shared:
            remarks.append(
                self.env._("Mail is sent through “%s”, which serves many addresses.", sender.name)
            )
        return remarks

    @api.model
    def _sender_usable(self, sender):
        return bool(sender and sender.smtp_authentication == "login" and sender.smtp_host)

    @api.model
    def _sender_obstacle(self, sender):
        labels = self._labels("ir.mail_server", "smtp_authentication")
        return self.env._(
            "The outgoing server “%(server)s” logs in by “%(way)s”, which an account can't take "
            "over.",
            server=sender.name,
            way=labels.get(sender.smtp_authentication, sender.smtp_authentication),
        )

    # ---- texts --------------------------------------------------------------

    @api.model
    def _port(self, server):
        return server.port or USUAL_PORTS.get((server.server_type, server.is_ssl), 0)

    @api.model
    def _incoming_text(self, server):
        if not server.server:
            return ""
        return self._server_text(
            server.server, self._port(server), "tls" if server.is_ssl else "none"
        )

    @api.model
    def _outgoing_text(self, sender):
        if not sender.smtp_host:
            return ""
        return self.env._(
            "Sends: %s",
            self._server_text(
                sender.smtp_host, sender.smtp_port, SMTP_SECURITY[sender.smtp_encryption]
            ),
        )

    @api.model
    def _server_text(self, host, port, security):
        return f"{host}:{port} ({self._labels('mail.center.account', 'smtp_security')[security]})"

    @api.model
    def _labels(self, model, field):
        """The words for the values of a selection field, in the user's language."""
        return dict(self.env[model]._fields[field]._description_selection(self.env))
