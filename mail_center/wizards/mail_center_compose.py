from markupsafe import Markup, escape
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty
from odoo.tools.misc import format_datetime

from ..core.html import unblock
from ..core.mime import Address, parse_addresses, subject_root


class MailCenterCompose(models.TransientModel):
    _name = "mail.center.compose"
    _description = "New email"

    mode = fields.Selection(
        [("new", "New"), ("reply", "Reply"), ("reply_all", "Reply all"), ("forward", "Forward")],
        default="new",
        required=True,
    )
    parent_id = fields.Many2one("mail.center.message", string="Answered email")
    res_model = fields.Char()
    res_id = fields.Many2oneReference(model_field="res_model")
    record_name = fields.Char(compute="_compute_record_name")
    account_id = fields.Many2one(
        "mail.center.account",
        string="Sender",
        domain=[("can_send", "=", True)],
        compute="_compute_account_id",
        store=True,
        readonly=False,
    )
    type_id = fields.Many2one(
        "mail.center.type",
        string="Type",
        compute="_compute_type_id",
        store=True,
        readonly=False,
    )
    to_partner_ids = fields.Many2many(
        "res.partner", "mail_center_compose_to_rel", "compose_id", "partner_id", string="To"
    )
    to_emails = fields.Char(string="More addresses", help="Separate several addresses by commas.")
    show_copies = fields.Boolean(string="Cc and Bcc")
    cc_partner_ids = fields.Many2many(
        "res.partner", "mail_center_compose_cc_rel", "compose_id", "partner_id", string="Cc"
    )
    cc_emails = fields.Char(string="More addresses (Cc)")
    bcc_partner_ids = fields.Many2many(
        "res.partner", "mail_center_compose_bcc_rel", "compose_id", "partner_id", string="Bcc"
    )
    bcc_emails = fields.Char(string="More addresses (Bcc)")
    subject = fields.Char()
    # Cleaned by core.html when the mail is built, as everything that leaves is.
    body_html = fields.Html(string="Body", sanitize="email_outgoing")
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "mail_center_compose_attachment_rel",
        "compose_id",
        "attachment_id",
        string="Files",
    )

    # ---- defaults -----------------------------------------------------------

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        parent = self.env["mail.center.message"].browse(values.get("parent_id") or [])
        if parent:
            parent.check_access("read")
            self._default_from_parent(values, parent)
        elif values.get("res_model") and values.get("res_id"):
            self._default_from_record(values)
        return values

    @api.model
    def _default_from_record(self, values):
        record = self.env[values["res_model"]].browse(values["res_id"])
        record.check_access("read")
        partners, emails = record._mail_center_recipients()
        values.setdefault("to_partner_ids", [(6, 0, partners.ids)])
        values.setdefault("to_emails", ", ".join(emails))
        values.setdefault("subject", record.display_name)
        values.setdefault("body_html", self._signature())

    @api.model
    def _signature(self):
        signature = self.env.user.signature
        if is_html_empty(signature):
            return Markup("<p><br></p>")
        return Markup("<p><br></p><div>-- <br>%s</div>") % Markup(signature)

    @api.model
    def _default_from_parent(self, values, parent):
        mode = values.get("mode") or "reply"
        prefix = self.env._("Fwd:") if mode == "forward" else self.env._("Re:")
        values["subject"] = f"{prefix} {subject_root(parent.subject or '')}".strip()
        values["account_id"] = parent.account_id.id if parent.account_id.can_send else False
        link = parent.link_ids.filtered(lambda link: link.reason != "address")[:1]
        if link and link._record() is not None:
            values.update(res_model=link.res_model, res_id=link.res_id)
        values["body_html"] = self._signature() + self._quote(parent, mode)
        if mode == "forward":
            values["attachment_ids"] = [(6, 0, parent.attachment_ids.ids)]
            return
        to = parse_addresses(
            (parent.to_display if parent.direction == "out" else "")
            or parent.reply_to_display
            or parent.from_display
            or ""
        )
        values.update(self._recipients("to", to))
        if mode == "reply_all":
            mine = {parent.account_id.email.casefold(), *(a.key for a in to)}
            others = [
                address
                for address in parse_addresses(
                    f"{parent.to_display or ''}, {parent.cc_display or ''}"
                )
                if address.key not in mine
            ]
            values.update(self._recipients("cc", others), show_copies=bool(others))

    @api.model
    def _recipients(self, kind, addresses):
        """Addresses as field values: contacts we know as such, the rest as typed."""
        partners = self.env["res.partner"]
        typed = []
        for address in addresses:
            partner = partners.search([("email_normalized", "=", address.key)], limit=1)
            if partner:
                partners |= partner
            else:
                typed.append(str(address))
        return {
            f"{kind}_partner_ids": [(6, 0, partners.ids)],
            f"{kind}_emails": ", ".join(typed),
        }

    @api.model
    def _quote(self, parent, mode):
        when = format_datetime(self.env, parent.date)
        if mode == "forward":
            intro = self.env._(
                "---------- Forwarded message ----------\nFrom: %(sender)s\nDate: %(date)s\n"
                "Subject: %(subject)s\nTo: %(to)s",
                sender=parent.from_display or "",
                date=when,
                subject=parent.subject or "",
                to=parent.to_display or "",
            )
        else:
            intro = self.env._(
                "On %(date)s, %(sender)s wrote:", date=when, sender=parent.from_display or ""
            )
        body = unblock(parent.body_html or "")
        for file in parent.attachment_ids.filtered("description"):
            body = body.replace(f'src="cid/{file.description}"', f'src="/web/image/{file.id}"')
        intro = Markup("<br>").join(escape(line) for line in intro.split("\n"))
        return Markup("<p>%s</p><blockquote>%s</blockquote>") % (intro, Markup(body))

    @api.depends("res_model", "res_id")
    def _compute_record_name(self):
        for compose in self:
            record = compose._record()
            compose.record_name = record.display_name if record else False

    @api.depends("res_model", "res_id", "parent_id")
    def _compute_account_id(self):
        for compose in self:
            if not compose.account_id.can_send:
                compose.account_id = self._pick_account(compose.res_model, compose.res_id)

    @api.model
    def _pick_account(self, res_model, res_id):
        """The account last used for the record, else one's own, else any one may send with."""
        accounts = self.env["mail.center.account"].search([("can_send", "=", True)])
        last = self.env["mail.center.message"].search(
            [
                ("direction", "=", "out"),
                ("account_id", "in", accounts.ids),
                ("link_ids.res_model", "=", res_model),
                ("link_ids.res_id", "=", res_id),
            ],
            limit=1,
        )
        own = accounts.filtered(lambda account: account.user_id == self.env.user)
        return (last.account_id or own or accounts)[:1]

    @api.depends("account_id")
    def _compute_type_id(self):
        for compose in self:
            if message_type := self._type_of(compose.account_id):
                compose.type_id = message_type

    @api.model
    def _type_of(self, account):
        """The type of mail from an account, as far as the user may use it."""
        default = account.sudo().outgoing_type_id.sudo(False)
        return default if default and default.has_access("read") else default.browse()

    # ---- sending ------------------------------------------------------------

    def _record(self):
        self.ensure_one()
        if not self.res_model or not self.res_id or self.res_model not in self.env:
            return None
        return self.env[self.res_model].browse(self.res_id)

    def _addresses(self, kind):
        """The recipients of one field as :class:`core.mime.Address`."""
        self.ensure_one()
        found = []
        for partner in self[f"{kind}_partner_ids"]:
            known = parse_addresses(partner.email or "")
            if not known:
                raise UserError(
                    self.env._(
                        "%s has no email address. Add one to the contact, or type it into "
                        "the field below.",
                        partner.display_name,
                    )
                )
            found += [Address(partner.name or address.name, address.email) for address in known]
        typed = self[f"{kind}_emails"] or ""
        addresses = parse_addresses(typed)
        if typed.strip() and not addresses:
            raise UserError(
                self.env._("“%s” is not an email address. Write it as name@example.com.", typed)
            )
        return found + list(addresses)

    def action_send(self):
        """Queue the mail; it leaves within moments, and closing the browser changes nothing."""
        self.ensure_one()
        if not self.account_id:
            raise UserError(
                self.env._(
                    "You have no account to send with. Ask an email manager to connect your "
                    "mailbox under Settings → Email messages → Mail accounts."
                )
            )
        to, cc, bcc = (self._addresses(kind) for kind in ("to", "cc", "bcc"))
        if not (to or cc or bcc):
            raise UserError(self.env._("Whom is the mail for? Add at least one recipient."))
        self.env["mail.center.writer"]._write_mail(
            self.account_id,
            to=to,
            cc=cc,
            bcc=bcc,
            subject=self.subject,
            html=self.body_html,
            attachments=self.attachment_ids,
            record=self._record(),
            parent=self.parent_id if self.mode != "forward" else None,
            message_type=self.type_id,
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The email is on its way."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
