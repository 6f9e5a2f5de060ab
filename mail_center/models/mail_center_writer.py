import base64
import hashlib
import re
from datetime import datetime

import pytz
from lxml import etree
from lxml import html as lxml_html
from odoo import api, models
from odoo.exceptions import UserError

from ..core.html import sanitise, unblock
from ..core.intake import take_in
from ..core.mime import (
    OutgoingAttachment,
    OutgoingMail,
    build,
    new_message_id,
    reply_references,
)

# Only an address of this very server, as the editor writes it: a mail that is quoted may hold any.
_STORED_IMAGE = re.compile(r"^/web/(?:image|content)/(\d+)(?:[-/?]|$)")
_DATA_IMAGE = re.compile(r"^data:(image/(?:png|jpeg|gif|webp));base64,([A-Za-z0-9+/=\s]+)$")
MAX_BYTES = 25 * 1024 * 1024


class MailCenterWriter(models.AbstractModel):
    """Turns what a person wrote into a frozen mail in the outbox."""

    _name = "mail.center.writer"
    _description = "Email writer"

    @api.model
    def _write_mail(
        self,
        account,
        *,
        to,
        cc=(),
        bcc=(),
        subject="",
        html="",
        attachments=None,
        record=None,
        parent=None,
        message_type=None,
        message_id="",
        send_after=None,
    ):
        """Queue a mail of the current user and return its ``mail.center.message``.

        *to*, *cc* and *bcc* hold :class:`core.mime.Address`; *attachments* are
        ``ir.attachment`` that the user may read; *record* gets linked; *parent* is the message
        that is answered. Nothing is sent inside this transaction, nor before *send_after*
        (a naive UTC datetime).
        """
        account.ensure_one()
        account._require("send")
        if not account.sudo().smtp_host:
            raise UserError(
                self.env._("The account “%s” has no SMTP server to send by.", account.name)
            )
        if record:
            record.check_access("read")
            self.env["mail.center.link"]._check_target(record._name, record.id)
        if parent:
            parent.check_access("read")
        message_type = self._effective_type(account, message_type)
        if message_type.is_mailing:
            self.env["mail.center.mailing"]._require_willing([*to, *cc, *bcc])
        built = self._built(
            account, to=to, cc=cc, bcc=bcc, subject=subject, html=html, attachments=attachments,
            record=record, parent=parent, message_type=message_type, message_id=message_id,
        )
        return self._queue(account, built, bcc, record, parent, message_type, send_after)

    @api.model
    def _built(self, account, **mail):
        """The finished :class:`core.mime.BuiltMail`: what a preview shows is what is sent."""
        try:
            built = build(self._outgoing(account, **mail))
        except ValueError as error:
            raise UserError(str(error)) from error
        if len(built.raw) > MAX_BYTES:
            raise UserError(
                self.env._(
                    "The mail is %(size)s MB large with its files, and %(max)s MB is what most "
                    "providers accept. Send a link to the larger files instead.",
                    size=round(len(built.raw) / 1024**2, 1),
                    max=MAX_BYTES // 1024**2,
                )
            )
        return built

    @api.model
    def _new_message_id(self, account, record=None):
        """A Message-ID under the account's domain; with *record*, one that answers find it by."""
        identity = account.sudo()
        token = self.env["mail.center.linking"]._token(record, identity) if record else ""
        return new_message_id(identity.email.rpartition("@")[2], token)

    @api.model
    def _outgoing(
        self, account, to, cc, bcc, subject, html, attachments, record, parent,
        message_type=None, message_id="",
    ):
        identity = account.sudo()
        body, inline = self._body(html, parent)
        files = [
            OutgoingAttachment(
                filename=file.name,
                content_type=file.mimetype or "application/octet-stream",
                content=file.raw or b"",
            )
            for file in attachments or ()
        ]
        threading = {}
        if parent:
            source = parent.sudo()
            threading = {
                "in_reply_to": source.message_id or "",
                "references": reply_references(
                    source.message_id or "",
                    tuple((source.references or "").split()),
                    tuple((source.in_reply_to or "").split()),
                ),
            }
        zone = pytz.timezone(self.env.user.tz or "UTC")
        return OutgoingMail(
            from_=identity._address(),
            to=tuple(to),
            cc=tuple(cc),
            bcc=tuple(bcc),
            subject=subject or "",
            html=body,
            attachments=(*inline, *files),
            message_id=message_id or self._new_message_id(account, record),
            date=datetime.now(pytz.utc).astimezone(zone),
            headers=self._type_headers(account, message_type, [*to, *cc, *bcc]),
            **threading,
        )

    @api.model
    def _effective_type(self, account, message_type=None):
        """The type (sudo) that a mail will have: without one of its own, the account's."""
        return (message_type or account.sudo().outgoing_type_id).sudo()

    @api.model
    def _type_headers(self, account, message_type, recipients):
        """Header fields that mail of this type carries, as :class:`core.mime.OutgoingMail` has."""
        if not self._effective_type(account, message_type).is_mailing:
            return ()
        return self.env["mail.center.mailing"]._list_fields(account, recipients)

    @api.model
    def _queue(self, account, built, bcc, record, parent, message_type, send_after=None):
        """Store the finished mail exactly as the receiving side would, then its way out."""
        filing = self.env["mail.center.filing"].sudo()
        intake = take_in(built.raw)
        if not intake.mail:
            raise UserError(self.env._("The mail could not be put together: %s", intake.error))
        owner = account.sudo()
        values = filing._message_vals(owner.folder_ids.browse(), intake, account=owner)
        values.update(state="queued", direction="out", is_read=True, user_id=self.env.uid)
        if message_type:
            values["type_id"] = message_type.id
        message = filing._insert([intake], [values], filing._partners(owner, [intake]))
        linking = self.env["mail.center.linking"].sudo()
        linking._thread(owner, message)
        if record:
            self.env["mail.center.link"].sudo().create(
                {
                    "message_id": message.id,
                    "res_model": record._name,
                    "res_id": record.id,
                    "reason": "written",
                    "user_id": self.env.uid,
                }
            )
        linking._link(message)
        hidden = {address.key for address in bcc}
        outbox = self.env["mail.center.outbox"].sudo().create(
            {
                "message_id": message.id,
                "send_after": send_after,
                "account_id": account.id,
                "user_id": self.env.uid,
                "envelope_from": built.envelope_from,
                "recipient_ids": [
                    (0, 0, {"email": email, "is_hidden": email.casefold() in hidden})
                    for email in built.recipients
                ],
            }
        )
        self.env["mail.center.sender"]._wake(at=send_after)
        outbox.account_id._notify_readers(outbox.message_id)
        return message.sudo(False)

    @api.model
    def _body(self, html, parent=None):
        """``(clean HTML, inline images)``: pictures of the editor travel inside the mail."""
        if not (html or "").strip():
            return "", ()
        tree = lxml_html.fragment_fromstring(html, create_parent="div")
        inline = {}
        for image in tree.iter("img"):
            found = self._image(image.get("src") or "", parent)
            if found:
                name, content_type, content = found
                # The same picture has the same id each time, so that a preview is what is sent.
                content_id = f"{hashlib.sha256(content).hexdigest()[:32]}@mail-center"
                image.set("src", f"cid:{content_id}")
                inline[content_id] = OutgoingAttachment(name, content_type, content, content_id)
        text = etree.tostring(tree, encoding="unicode", method="html")
        cids = {content_id: f"cid:{content_id}" for content_id in inline}
        return unblock(sanitise(text, cids=cids).html), tuple(inline.values())

    @api.model
    def _image(self, src, parent):
        """``(name, type, bytes)`` of a picture that the writer put into the mail himself."""
        if match := _DATA_IMAGE.match(src):
            return "image", match[1], base64.b64decode(match[2])
        if match := _STORED_IMAGE.match(src):
            attachment = self.env["ir.attachment"].browse(int(match[1])).exists()
            if self._is_own_image(attachment, parent):
                return attachment.name, attachment.mimetype, attachment.raw
        return None

    @api.model
    def _is_own_image(self, attachment, parent):
        """Reading it is not enough: a quoted mail must not pull files out of the ERP."""
        if not attachment or not attachment.has_access("read") or not attachment.raw:
            return False
        if not (attachment.mimetype or "").startswith("image/"):
            return False
        return (
            attachment.create_uid == self.env.user
            or attachment.res_model == "mail.center.template"
            or bool(parent and attachment in parent.attachment_ids)
        )
