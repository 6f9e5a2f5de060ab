from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..by_server import without_defaults
from ..core.mime import Address, parse_addresses
from ..mailer_fields import filled, is_mailers, refuse_mailer_fields
from ..readable import named, require_readable
from .mail_center_writer import MAX_BYTES

KINDS = ("to", "cc", "bcc")
# Files grow by a third on their way, because mail is text.
MAX_FILES = MAX_BYTES * 3 // 4 - 200_000
# What the window saves. The rest is decided here.
SAVED = frozenset(
    {
        "account_id", "type_id", "template_id", "subject", "body_html", "is_open", "layout",
        "recipients_to", "recipients_cc", "recipients_bcc",
    }
)  # fmt: skip
SERVER_FIELDS = frozenset(
    {"user_id", "state", "outbox_id", "message_id", "version", "is_one_of_many",
     "resend_of_id", "reopened_version"}
)
# What the window tells of an account, and what the right to it is decided by.
ACCOUNT_SHOWN = ("name", "email", "sender_name", "signature", "user_id", "outgoing_type_id",
                 "company_id", "active")  # fmt: skip


class MailCenterDraft(models.Model):
    """The unsent mail of one user, saved every few seconds while it is being written.

    In other files: where it starts from (``_open``), whom it can go to (``_recipients``), what is
    wrong with it and how it will look (``_check``), and how it leaves (``_send``). A draft that
    waits for its time stays until the mail has left, so that it can be undone and edited.
    """

    _name = "mail.center.draft"
    _description = "Unsent email"
    _order = "write_date desc, id desc"
    _rec_name = "subject"

    user_id = fields.Many2one(
        "res.users", required=True, index=True, ondelete="cascade", readonly=True,
        default=lambda self: self.env.user,
    )
    mode = fields.Selection(
        [("new", "New"), ("reply", "Reply"), ("reply_all", "Reply all"), ("forward", "Forward")],
        default="new",
        required=True,
    )
    parent_id = fields.Many2one("mail.center.message", string="Answered email")
    res_model = fields.Char()
    res_id = fields.Many2oneReference(model_field="res_model")
    record_name = fields.Char(string="Linked to", compute="_compute_record_name")
    account_id = fields.Many2one("mail.center.account", string="Sender", ondelete="set null")
    type_id = fields.Many2one("mail.center.type", string="Type", ondelete="set null")
    template_id = fields.Many2one("mail.center.template", string="Template", ondelete="set null")
    # Lists of {"name", "email", "partner_id"}, in the order in which they were added.
    recipients_to = fields.Json(default=list)
    recipients_cc = fields.Json(default=list)
    recipients_bcc = fields.Json(default=list)
    to_display = fields.Char(string="To", compute="_compute_to_display")
    subject = fields.Char()
    # Cleaned by core.html when the mail is built, as everything that leaves is.
    body_html = fields.Html(
        string="Body", sanitize="email_outgoing", sanitize_output_method="html"
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "mail_center_draft_attachment_rel",
        "draft_id",
        "attachment_id",
        string="Files",
        bypass_search_access=True,  # or Odoo looks at the right to all files that there are
    )
    message_id = fields.Char(string="Message-ID", readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("waiting", "Leaves later")], default="draft", required=True,
        readonly=True, copy=False,
    )
    outbox_id = fields.Many2one(
        "mail.center.outbox", readonly=True, copy=False, index="btree_not_null",
        ondelete="set null",
    )
    send_after = fields.Datetime(related="outbox_id.send_after", string="Leaves at")
    is_open = fields.Boolean(help="Shown in a window, on every page and after a reload.")
    is_touched = fields.Boolean(help="A person has written something.", copy=False)
    is_one_of_many = fields.Boolean(
        readonly=True, copy=False, help="Begun together with others, for each of many records."
    )
    layout = fields.Selection(
        [("normal", "Normal"), ("minimised", "Minimised"), ("wide", "Wide")], default="normal",
        required=True,
    )
    # Counts the savings, so that two tabs don't overwrite each other's.
    version = fields.Integer(readonly=True, copy=False, aggregator=None)

    # ---- what may be written ------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # What the window was opened with is in the values; a context would get round them, even
        # where this is called by the server itself.
        plain = without_defaults(self)
        if not self.env.su:
            usual = filled(plain, {})
            if SERVER_FIELDS & usual.keys():
                raise AccessError(self.env._("This part of an unsent email can't be changed."))
            refuse_mailer_fields(self, usual)
            vals_list = [
                {
                    name: value for name, value in vals.items()
                    if name not in SERVER_FIELDS
                    and not (name in self._fields and is_mailers(self._fields[name]))
                }
                for vals in vals_list
            ]
        for vals in vals_list:
            require_readable(self, filled(plain, vals))
        return super(MailCenterDraft, plain).create(vals_list).with_env(self.env)

    def write(self, vals):
        if not self.env.su and SERVER_FIELDS & vals.keys():
            raise AccessError(self.env._("This part of an unsent email can't be changed."))
        refuse_mailer_fields(self, vals)
        require_readable(self, vals)
        if {"account_id", "res_model", "res_id"} & vals.keys():
            # The Message-ID carries the account's domain and the record.
            stale = self.filtered("message_id").sudo()
            super(MailCenterDraft, stale).write({"message_id": False})
        return super().write(vals)

    @api.depends("subject")
    @api.depends_context("uid")
    def _compute_display_name(self):
        for draft in named(self):
            draft.display_name = draft.subject or self.env._("(no subject)")

    @api.depends("recipients_to")
    def _compute_to_display(self):
        for draft in self:
            draft.to_display = ", ".join(
                entry["name"] or entry["email"] for entry in draft._entries("to")
            )

    @api.depends("res_model", "res_id")
    def _compute_record_name(self):
        for draft in self:
            record = draft._record()
            draft.record_name = record.display_name if record else False

    def _record(self):
        """The record that the mail is about, when the user may read it, else None."""
        self.ensure_one()
        if not self.res_model or not self.res_id or self.res_model not in self.env:
            return None
        record = self.env[self.res_model].browse(self.res_id).exists()
        return record if record and record.has_access("read") else None

    def _entries(self, kind):
        """The recipients of one field, whatever a program may have written into it."""
        self.ensure_one()
        return [
            {
                "name": str(entry.get("name") or ""),
                "email": str(entry.get("email") or ""),
                "partner_id": entry.get("partner_id") or False,
            }
            for entry in self[f"recipients_{kind}"] or []
            if isinstance(entry, dict)
        ]

    def _addresses(self, kind):
        """The recipients of one field as :class:`core.mime.Address`; some may be invalid."""
        found = []
        for entry in self._entries(kind):
            known = parse_addresses(entry["email"])
            if known:
                found += [Address(entry["name"] or one.name, one.email) for one in known]
            else:
                found.append(Address(entry["name"], entry["email"]))
        return found

    # ---- the window ---------------------------------------------------------

    def read_window(self):
        """All that the windows of these drafts need, a list of dictionaries."""
        drafts = self.search([("id", "in", self.ids)], order="id")
        offered = self._offered()
        return [draft._window(offered) for draft in drafts]

    @api.model
    def _offered(self):
        """``(accounts, types)`` that the current user may write with."""
        accounts = self.env["mail.center.account"].search_fetch(
            [("can_send", "=", True)], ACCOUNT_SHOWN
        )
        # Else Odoo reads all of these people, one after the other.
        nameless = accounts.sudo().filtered(lambda account: not account.sender_name)
        nameless.user_id.partner_id.fetch(["name"])
        return accounts, self._offered_types()

    @api.model
    def _offered_types(self):
        # A manager may read all types, and still writes with those of his own profiles.
        own = self.env["mail.center.profile"]._ids_of(self.env.user)
        types = self.env["mail.center.type"]
        return types.search_fetch([("profile_ids", "in", [False, *own])], ["name"])

    def _window(self, offered=None, record=None):
        """All that its window needs; *offered*: :meth:`_offered`, *record*: :meth:`_record`."""
        self.ensure_one()
        accounts, types = offered or self._offered()
        record = record or self._record()
        return {
            **self._saved(),
            "mode": self.mode,
            "layout": self.layout,
            "subject": self.subject or "",
            "body": self.body_html or "",
            **{kind: self._entries(kind) for kind in KINDS},
            "account_id": self.account_id.id,
            "type_id": self.type_id.id,
            "template_id": self.template_id.id,
            "record": record
            and {"model": record._name, "id": record.id, "name": record.display_name},
            "files": self._files(),
            "accounts": self._account_choices(accounts),
            "types": [{"id": one.id, "name": one.name} for one in types],
            "templates": self._template_choices(),
            "max_bytes": MAX_FILES,
        }

    def _saved(self):
        return {
            "id": self.id,
            "version": self.version,
            "saved": fields.Datetime.to_string(self.write_date),
            "touched": self.is_touched,
        }

    def _account_choices(self, accounts):
        return [
            {
                "id": account.id,
                "name": account.name,
                "email": account.email,
                "label": str(account.sudo()._address()),
                "signature": self._signature(account),
            }
            for account in accounts
        ]

    def _template_choices(self):
        templates = self.env["mail.center.template"]
        found = templates.search_fetch(
            templates._usable_domain(self.res_model or False), ["name", "type_id", "shortcut"]
        )
        return [
            {"id": one.id, "name": one.name, "type_id": one.type_id.id,
             "shortcut": one.shortcut or ""}
            for one in found
        ]

    def save(self, vals, version=None):
        """Save what the window holds; *version* is the one it knows.

        Returns ``{"id", "version", "saved", "touched"}``, with ``"conflict": True`` and nothing
        saved when another tab has saved meanwhile.
        """
        self.ensure_one()
        self.check_access("write")
        if version is not None and version != self.version:
            return {**self._saved(), "conflict": True}
        unknown = vals.keys() - SAVED
        if unknown:
            raise UserError(self.env._("An unsent email has no “%s”.", sorted(unknown)[0]))
        if self.state != "draft" and vals.keys() - {"is_open", "layout"}:
            raise UserError(self.env._("This email has been sent. Undo it to change it."))
        self._require_choices(vals)
        written = vals.keys() - {"is_open", "layout"}
        if written:
            vals = dict(vals, is_touched=True)
        self.write(vals)
        if written:
            self.sudo().version += 1
        return self._saved()

    def _require_choices(self, vals):
        for field, model in (("account_id", "account"), ("type_id", "type"),
                             ("template_id", "template")):
            if vals.get(field):
                self.env[f"mail.center.{model}"].browse(vals[field]).check_access("read")

    def discard(self):
        """Throw away what was written, with its files."""
        if any(draft.state != "draft" for draft in self):
            raise UserError(self.env._("This email waits to be sent. Cancel it first."))
        self.unlink()
        return True

    @api.autovacuum
    def _gc_untouched(self):
        """Windows in which nobody has written anything."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        self.search(
            [("is_touched", "=", False), ("state", "=", "draft"), ("write_date", "<", limit)],
            limit=1000,
        ).unlink()

    def action_open(self):
        """Show the draft in its window; one that waits for its time shows how it is going out."""
        self.ensure_one()
        if self.state == "waiting":
            return {
                "type": "ir.actions.act_window",
                "res_model": "mail.center.outbox",
                "res_id": self.outbox_id.id,
                "view_mode": "form",
            }
        self.write({"is_open": True, "layout": "normal"})
        return {
            "type": "ir.actions.client",
            "tag": "mail_center_compose",
            "params": {"draft_ids": self.ids},
        }

    # ---- files --------------------------------------------------------------

    def _files(self):
        return [
            {"id": file.id, "name": file.name, "size": file.file_size, "mimetype": file.mimetype}
            for file in self.attachment_ids.sorted("id")
        ]

    def _add_file(self, name, content, mimetype=None):
        """Attach bytes. Raises UserError when the mail would get too large."""
        self.ensure_one()
        self._require_room(len(content))
        vals = {"name": name, "raw": content, "res_model": self._name, "res_id": self.id}
        if mimetype:
            vals["mimetype"] = mimetype
        file = self.env["ir.attachment"].create(vals)
        self.write({"attachment_ids": [(4, file.id)], "is_touched": True})
        return file

    def _require_room(self, size):
        total = sum(self.attachment_ids.mapped("file_size")) + size
        if total > MAX_FILES:
            raise UserError(
                self.env._(
                    "The files would be %(size)s MB together, and %(max)s MB fit into one mail. "
                    "Send a link to the larger ones instead.",
                    size=round(total / 1024**2, 1),
                    max=MAX_FILES // 1024**2,
                )
            )

    def remove_file(self, attachment_id):
        self.ensure_one()
        self.check_access("write")
        file = self.attachment_ids.filtered(lambda one: one.id == attachment_id)
        self.write({"attachment_ids": [(3, file.id)] if file else []})
        file.filtered(lambda one: one.res_model == self._name and one.res_id == self.id).unlink()
        return self._files()

    def record_files(self):
        """Files of the linked record that can be sent along."""
        self.ensure_one()
        record = self._record()
        if record is None:
            return []
        files = self.env["ir.attachment"].search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("res_field", "=", False),
                ("type", "=", "binary"),
            ],
            order="id desc",
            limit=80,
        )
        return [
            {"id": file.id, "name": file.name, "size": file.file_size, "mimetype": file.mimetype}
            for file in files
        ]

    def add_record_files(self, attachment_ids):
        """Send files of the linked record along; returns the files of the draft."""
        self.ensure_one()
        self.check_access("write")
        allowed = {file["id"] for file in self.record_files()}
        files = self.env["ir.attachment"].browse(
            [number for number in attachment_ids if number in allowed]
        )
        self._require_room(sum(files.mapped("file_size")))
        copies = [file.copy({"res_model": self._name, "res_id": self.id}).id for file in files]
        self.write({"attachment_ids": [(4, number) for number in copies], "is_touched": True})
        return self._files()
