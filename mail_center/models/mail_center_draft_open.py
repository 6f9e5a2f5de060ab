from urllib.parse import quote

from markupsafe import Markup, escape
from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import is_html_empty

from ..core.html import from_text
from ..core.mime import parse_addresses, parse_mailto, subject_root
from ..moments import written

MAX_AT_ONCE = 50
EMPTY = Markup("<p><br></p>")
SIGNATURE = Markup('<div class="o_mail_center_signature">-- <br>%s</div>')
QUOTE = Markup('<div class="o_mail_center_quote"><p>%s</p><blockquote>%s</blockquote></div>')


class MailCenterDraft(models.Model):
    _inherit = "mail.center.draft"

    @api.model
    def open_new(self, start=None):
        """Begin a mail and return its window; see :meth:`_start` for *start*."""
        offered = self._offered()
        draft, record = self._begin(start or {}, offered)
        return draft._window(offered, record)

    @api.model
    def open_each(self, res_model, res_ids):
        """Begin one mail for each record; returns their windows."""
        res_ids = list(dict.fromkeys(int(number) for number in res_ids))
        if len(res_ids) > MAX_AT_ONCE:
            raise UserError(
                self.env._(
                    "%(count)s mails at once are more than anybody reads before sending. "
                    "Select %(max)s records at most.",
                    count=len(res_ids),
                    max=MAX_AT_ONCE,
                )
            )
        drafts, records, offered = self.browse(), [], self._offered()
        for number, res_id in enumerate(res_ids):
            draft, record = self._begin({"res_model": res_model, "res_id": res_id}, offered)
            records.append(record)
            # The first is written at once, the others wait beside it.
            draft.layout = "minimised" if number else "normal"
            drafts |= draft
        drafts.sudo().is_one_of_many = len(drafts) > 1
        return [
            draft._window(offered, record) for draft, record in zip(drafts, records, strict=True)
        ]

    @api.model
    def _start(self, start):
        """A new draft of the current user: see :meth:`_begin`."""
        return self._begin(start, self._offered())[0]

    @api.model
    def _begin(self, start, offered):
        """A new draft of the current user, and the record of *start* that it is about, or None.

        *start* may hold ``mode`` and ``parent_id`` (an answer), ``res_model`` and ``res_id`` (a
        mail about a record), ``mailto`` (a link, RFC 6068), ``to``, ``cc``, ``bcc`` (addresses as
        typed), ``partner_ids``, ``subject`` and ``body_html``. *offered* is :meth:`_offered`.
        """
        vals = {"mode": start.get("mode") or "new", "is_open": True}
        parent = self.env["mail.center.message"].browse(start.get("parent_id") or [])
        record = self._linkable_record(start.get("res_model"), start.get("res_id"))
        files = self.env["ir.attachment"]
        if parent:
            parent.check_access("read")
            parent._note_reading()
            if record is not None:
                vals.update(res_model=record._name, res_id=record.id)
            self._from_parent(vals, parent)
            if vals["mode"] == "forward":
                files = parent.sudo().attachment_ids
        elif record is not None:
            self._from_record(vals, record)
        self._from_texts(vals, start)
        accounts, types = offered
        account = self._default_account(vals, accounts)
        vals.setdefault("account_id", account.id)
        vals.setdefault("type_id", self._default_type(account, types).id)
        template = self.env["mail.center.template"]
        if vals["mode"] == "new" and not start.get("mailto"):
            template = template._default_for(
                self.env["mail.center.type"].browse(vals["type_id"]), vals.get("res_model")
            )
        quote = vals.pop("quote", "")
        body = vals.pop("body_html", EMPTY)
        signature = self._signature(self.env["mail.center.account"].browse(vals["account_id"]))
        vals["body_html"] = body + signature + quote
        draft = self.create(vals)
        if parent:
            draft._take_files(files, parent)
        if template:
            draft._insert_default(template, body, signature)
        return draft, record

    @api.model
    def _linkable_record(self, res_model, res_id):
        if not res_model or not res_id:
            return None
        if res_model not in self.env or not hasattr(self.env[res_model], "message_post"):
            raise UserError(self.env._("Emails can't be written from this kind of document."))
        record = self.env[res_model].browse(int(res_id))
        record.check_access("read")
        return record

    # ---- where it starts from -----------------------------------------------

    @api.model
    def _from_record(self, vals, record):
        partners, emails = record._mail_center_recipients()
        entries = [
            self._entry(partner.name, address.email, partner, address.valid)
            for partner in partners
            for address in parse_addresses(partner.email or "")[:1]
        ]
        for text in emails:
            entries += self.parse_recipients(text)
        vals.update(
            res_model=record._name,
            res_id=record.id,
            recipients_to=entries,
            subject=record.display_name,
        )

    @api.model
    def _from_parent(self, vals, parent):
        mode = vals["mode"] = vals["mode"] if vals["mode"] != "new" else "reply"
        prefix = self.env._("Fwd:") if mode == "forward" else self.env._("Re:")
        vals.update(
            parent_id=parent.id,
            subject=f"{prefix} {subject_root(parent.subject or '')}".strip(),
        )
        if parent.account_id.can_send:
            vals["account_id"] = parent.account_id.id
        link = parent.link_ids.filtered(lambda link: link.reason != "address")[:1]
        if link and "res_id" not in vals and link._record() is not None:
            vals.update(res_model=link.res_model, res_id=link.res_id)
        vals["quote"] = self._quote(parent, mode)
        if mode == "forward":
            return
        to = parse_addresses(
            (parent.to_display if parent.direction == "out" else "")
            or parent.reply_to_display
            or parent.from_display
            or ""
        )
        vals["recipients_to"] = self.parse_recipients(", ".join(map(str, to)))
        if mode == "reply_all":
            mine = {parent.account_id.email.casefold(), *(address.key for address in to)}
            others = [
                address
                for address in parse_addresses(
                    f"{parent.to_display or ''}, {parent.cc_display or ''}"
                )
                if address.key not in mine
            ]
            vals["recipients_cc"] = self.parse_recipients(", ".join(map(str, others)))

    @api.model
    def _from_texts(self, vals, start):
        if start.get("mailto"):
            link = parse_mailto(start["mailto"])
            for kind in ("to", "cc", "bcc"):
                addresses = ", ".join(map(str, getattr(link, kind)))
                vals[f"recipients_{kind}"] = self.parse_recipients(addresses)
            vals["subject"] = link.subject
            if link.body:
                vals["body_html"] = Markup(from_text(link.body))
        if start.get("partner_ids"):
            partners = self.env["res.partner"].browse(start["partner_ids"])
            vals["recipients_to"] = [
                self._entry(partner.name, address.email, partner, address.valid)
                for partner in partners
                for address in parse_addresses(partner.email or "")[:1]
            ]
        for kind in ("to", "cc", "bcc"):
            if start.get(kind):
                vals[f"recipients_{kind}"] = self.parse_recipients(start[kind])
        if start.get("subject"):
            vals["subject"] = start["subject"]
        if start.get("body_html"):
            vals["body_html"] = Markup(start["body_html"])

    @api.model
    def _quote(self, parent, mode):
        when = written(self.env, parent.date, "long")
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
        # Remote pictures stay blocked while one writes: answering must not tell the sender that
        # his mail was read. They travel with the quote all the same.
        lines = Markup("<br>").join(escape(line) for line in intro.split("\n"))
        return QUOTE % (lines, Markup(parent.body_html or ""))

    def _take_files(self, files, parent):
        """Copies of the files that go along, and of the pictures that the quote shows."""
        copies = []
        for file in files.filtered(lambda one: not one.description):
            copies.append(self._copy_file(file))
        body = self.body_html or ""
        for file in parent.sudo().attachment_ids.filtered("description"):
            source = f'src="cid/{quote(file.description, safe="")}"'
            if source in body:
                body = body.replace(source, f'src="/web/image/{self._copy_file(file)}"')
            elif file in files:
                copies.append(self._copy_file(file))
        vals = {"attachment_ids": [(4, number) for number in copies]} if copies else {}
        if body != (self.body_html or ""):
            vals["body_html"] = body
        if vals:
            self.write(vals)

    def _copy_file(self, file):
        """The id of a copy that belongs to this draft: what the user may read, she may send."""
        return (
            self.env["ir.attachment"]
            .create(
                {
                    "name": file.name,
                    "raw": file.raw,
                    "mimetype": file.mimetype,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
            .id
        )

    # ---- defaults -----------------------------------------------------------

    @api.model
    def _signature(self, account):
        """The signature block of an account; of the user where the account has none."""
        signature = account.sudo().signature
        if is_html_empty(signature):
            signature = self.env.user.signature
        return Markup("") if is_html_empty(signature) else SIGNATURE % Markup(signature)

    @api.model
    def _default_account(self, vals, accounts):
        """The account last used for the record, else one's own, else any one may send with."""
        last = self.env["mail.center.message"]
        if vals.get("res_id") and len(accounts) > 1:
            links = Domain("res_model", "=", vals["res_model"])
            links &= Domain("res_id", "=", vals["res_id"])
            last = last.search(
                [
                    ("direction", "=", "out"),
                    ("account_id", "in", accounts.ids),
                    ("link_ids", "any", links),
                ],
                limit=1,
            )
        own = accounts.filtered(lambda account: account.user_id == self.env.user)
        return (last.account_id or own or accounts)[:1]

    @api.model
    def _default_type(self, account, types):
        return account.sudo().outgoing_type_id.sudo(False) & types
