import base64
import io
import json
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.mime import parse_addresses
from ..models.mail_center_erasure import UNDER_WAY

ADDRESSED = ("from_display", "to_display", "cc_display", "reply_to_display")
EXPORT_BYTES_MAX = 500 * 1024 * 1024


class MailCenterPrivacy(models.TransientModel):
    """Everything there is of one correspondent: shown as numbers, exported, erased."""

    _name = "mail.center.privacy"
    _description = "Data of a correspondent"

    email = fields.Char(string="Address", required=True)
    searched = fields.Char()
    message_count = fields.Integer(string="Emails", compute="_compute_counts")
    waiting_count = fields.Integer(string="Still under way", compute="_compute_counts")
    quarantine_count = fields.Integer(string="In quarantine", compute="_compute_counts")
    draft_count = fields.Integer(string="Unsent emails", compute="_compute_counts")
    log_count = fields.Integer(string="Lines of the log", compute="_compute_counts")
    archive = fields.Binary(readonly=True)
    archive_name = fields.Char()
    erasure_id = fields.Many2one("mail.center.erasure", string="Proof", readonly=True)
    former_ids = fields.Many2many(
        "mail.center.erasure", string="Erased before", compute="_compute_former_ids"
    )

    # ---- what there is ------------------------------------------------------

    def _address(self):
        self.ensure_one()
        found = parse_addresses(self.email or "")
        if len(found) != 1 or not found[0].valid:
            raise UserError(
                self.env._(
                    "“%s” is not an email address. Write it as name@example.com.", self.email
                )
            )
        return found[0].key

    @api.model
    def _in_reach(self, field="account_id"):
        """Of the companies that the officer works for, and of none."""
        companies = [False, *self.env.user.company_ids.ids]
        return Domain(field, "=", False) | Domain(f"{field}.company_id", "in", companies)

    def _messages(self):
        """Mail from or to the address, in all accounts of the officer's companies."""
        address = self._address()
        domain = Domain("email_from", "=ilike", address.replace("_", "\\_"))
        for name in ADDRESSED:
            domain |= Domain(name, "ilike", address)
        domain |= Domain("outbox_ids.recipient_ids.email", "=ilike", address.replace("_", "\\_"))
        found = self.env["mail.center.message"].sudo().search(
            domain & self._in_reach() & Domain("erased_date", "=", False), order="id"
        )
        return found.filtered(lambda one: self._is_party(one, address))

    @api.model
    def _is_party(self, message, address):
        texts = [message.email_from, *(message[name] for name in ADDRESSED),
                 *message.outbox_ids.recipient_ids.mapped("email")]  # fmt: skip
        return any(one.key == address for text in texts for one in parse_addresses(text or ""))

    def _others(self):
        """``{model: records}`` that name the address elsewhere."""
        address = self._address()
        quarantine = self.env["mail.center.quarantine"].sudo().search(
            Domain("size", ">", 0) & self._in_reach()
        )
        drafts = self.env["mail.center.draft"].sudo().search(
            Domain("state", "=", "draft") & self._in_reach()
        )
        return {
            "mail.center.quarantine": quarantine.filtered(
                lambda line: address.encode() in line._source().lower()
            ),
            "mail.center.draft": drafts.filtered(
                lambda draft: any(one.key == address for one in draft._all_addresses())
            ),
            "mail.center.log": self.env["mail.center.log"].sudo().search(
                (Domain("message", "ilike", address) | Domain("detail", "ilike", address))
                & self._in_reach()
            ),
        }

    @api.depends("searched")
    def _compute_counts(self):
        for wizard in self:
            counts = dict.fromkeys(
                ("message_count", "waiting_count", "quarantine_count", "draft_count", "log_count"),
                0,
            )
            if wizard.searched:
                self.env["mail.center.erasure"]._require_officer()
                messages, others = wizard._messages(), wizard._others()
                under_way = messages.filtered(lambda one: one.state in UNDER_WAY)
                counts = {
                    "message_count": len(messages),
                    "waiting_count": len(under_way),
                    "quarantine_count": len(others["mail.center.quarantine"]),
                    "draft_count": len(others["mail.center.draft"]),
                    "log_count": len(others["mail.center.log"]),
                }
            wizard.update(counts)

    @api.depends("searched")
    def _compute_former_ids(self):
        erasures = self.env["mail.center.erasure"]
        for wizard in self:
            wizard.former_ids = wizard.searched and erasures.search(
                [("address_digest", "=", erasures._digest_of(wizard.searched))]
            )

    def action_search(self):
        self.env["mail.center.erasure"]._require_officer()
        self.searched = self._address()
        return self._reopen()

    # ---- export -------------------------------------------------------------

    def action_export(self):
        """Make the archive: the mails as they are, and what is stored beside them."""
        self.env["mail.center.erasure"]._require_officer()
        address, messages, others = self._address(), self._messages(), self._others()
        if sum(messages.mapped("size")) > EXPORT_BYTES_MAX:
            raise UserError(
                self.env._("These are more than 500 MB: ask your administrator to export them.")
            )
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            lines = []
            for message in messages:
                raw = self.env["ir.attachment"]._mail_source(message)[:1].raw
                if raw:
                    archive.writestr(f"mails/{message.id}.eml", raw)
                lines.append(self._exported(message))
            archive.writestr("mails.jsonl", "".join(f"{json.dumps(one)}\n" for one in lines))
            for line in others["mail.center.quarantine"]:
                archive.writestr(f"quarantine/{line.id}.eml", line._source())
            rest = [
                {"model": name, **{field: str(record[field] or "") for field in names}}
                for name, names in (
                    ("mail.center.draft", ("subject", "body_html", "write_date")),
                    ("mail.center.log", ("date", "message", "detail")),
                )
                for record in others[name]
            ]
            archive.writestr("others.jsonl", "".join(f"{json.dumps(one)}\n" for one in rest))
        self.write(
            {
                "archive": base64.b64encode(packed.getvalue()),
                "archive_name": "correspondent.zip",
                "searched": address,
            }
        )
        self._log("privacy_exported", self.env._(
            "%s exported the data of a correspondent.", self.env.user.name
        ))
        return self._reopen()

    @api.model
    def _exported(self, message):
        return {
            "id": message.id,
            "account": message.account_id.email,
            "direction": message.direction,
            "date": fields.Datetime.to_string(message.date),
            "subject": message.subject or "",
            "from": message.from_display or "",
            "to": message.to_display or "",
            "cc": message.cc_display or "",
            "message_id": message.message_id or "",
            "type": message.type_id.name or "",
            "links": [f"{link.res_model},{link.res_id}" for link in message.link_ids],
            "recipients": [
                {"state": one.state, "reply": one.reply or ""}
                for one in message.outbox_ids.recipient_ids
            ],
        }

    # ---- erasure ------------------------------------------------------------

    def action_erase(self):
        """Empty everything of the address, for good."""
        erasures = self.env["mail.center.erasure"]
        erasures._require_officer()
        address, messages, others = self._address(), self._messages(), self._others()
        if under_way := messages.filtered(lambda one: one.state in UNDER_WAY):
            raise UserError(
                self.env._(
                    "%s mails to or from this address are still under way. Cancel them, or wait "
                    "until they have left.",
                    len(under_way),
                )
            )
        self._erase_others(address, others)
        self.erasure_id = erasures._erase(
            messages, "request", address_digest=erasures._digest_of(address),
            other_count=sum(map(len, others.values())),
        )
        self.write({"searched": address, "archive": False})
        self._log("privacy_erased", self.env._(
            "%(user)s erased the data of a correspondent: %(count)s emails.",
            user=self.env.user.name, count=len(messages),
        ))
        return self._reopen()

    @api.model
    def _erase_others(self, address, others):
        quarantine = others["mail.center.quarantine"]
        self.env["ir.attachment"].sudo().search(
            [("res_model", "=", quarantine._name), ("res_id", "in", quarantine.ids),
             ("res_field", "in", [False, "raw_source"])]
        ).unlink()
        quarantine.write({"state": "discarded", "size": 0, "error": self.env._("(erased)")})
        others["mail.center.draft"].unlink()
        erased = self.env._("(erased)")
        for line in others["mail.center.log"]:
            for name in ("message", "detail"):
                if line[name]:
                    line[name] = _without(line[name], address, erased)

    def _log(self, event, text):
        """In the log without the address: that is kept in the proof, as a digest."""
        self.env["mail.center.log"]._add(None, event, text, user=self.env.user)

    def _reopen(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Data of a correspondent"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


def _without(text, address, mark):
    """*text* without *address*, however it is written."""
    lowered, needle, out, position = text.lower(), address.lower(), [], 0
    while (found := lowered.find(needle, position)) >= 0:
        out += [text[position:found], mark]
        position = found + len(needle)
    return "".join([*out, text[position:]])
