import base64
import re
from html import escape

from lxml import html as lxml_html
from odoo import models
from odoo.exceptions import UserError

from ..core.html import from_text, sanitise, to_text, unblock
from ..core.insiders import outsiders
from ..core.mime import parse, parse_addresses
from ..core.writing import mentions_file, placeholders

_OWN = "contains(concat(' ', normalize-space(@class), ' '), ' o_mail_center_quote ')"
_PAGE = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'>"
    "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; "
    "img-src data:{remote}; style-src 'unsafe-inline'\"><base target='_blank'>"
    "<meta name='viewport' content='width=device-width'>"
    "<style>body{{margin:16px;color:#1f2937;background:#fff;overflow-wrap:anywhere;"
    "font:14px/1.5 -apple-system,'Segoe UI',Roboto,Ubuntu,Arial,sans-serif}}"
    "img{{max-width:100%;height:auto}}table{{max-width:100%}}"
    "blockquote{{margin:.5em 0 .5em .4em;padding-left:.8em;"
    "border-left:2px solid #d1d5db;color:#4b5563}}</style></head><body>{body}</body></html>"
)
# The largest page that is worth sending to a browser twice.
_MAX_INLINE = 8 * 1024 * 1024


class MailCenterDraft(models.Model):
    _inherit = "mail.center.draft"

    # ---- checks -------------------------------------------------------------

    def check(self, html=None):
        """What speaks against sending: a list of ``{"code", "level", "message"}``.

        An *error* must be mended, a *warning* may be sent in spite of.
        """
        self.ensure_one()
        return [*self._errors(), *self._warnings(html)]

    def _errors(self):
        def error(code, message):
            return {"code": code, "level": "error", "message": message}

        if not self.account_id or not (self.env.su or self.account_id.can_send):
            yield error("no_account", self._no_account_text())
        addresses = self._all_addresses()
        if not addresses:
            yield error(
                "no_recipient", self.env._("Whom is the mail for? Add at least one recipient.")
            )
        for address in addresses:
            if not address.valid:
                yield error(
                    "bad_address",
                    self.env._(
                        "“%s” is not an email address. Write it as name@example.com.",
                        address.email or address.name,
                    ),
                )
        if unwilling := self._unwilling(addresses):
            yield error("unwilling", unwilling)

    def _unwilling(self, addresses):
        """Why a mailing, or one of many mails written at once, can't go to these addresses."""
        mailing = self._message_type().is_mailing
        if not (mailing or self.is_one_of_many):
            return ""
        refused = self.env["mail.center.mailing"]._unwilling(addresses)
        if mailing or not refused:
            return self.env["mail.center.mailing"]._unwilling_text(refused)
        return self.env._(
            "No mailings for %s, who asked for none, and this is one of several mails that were "
            "begun at once. Remove the address, or write a mail of its own to it.",
            ", ".join(address.email for address in refused),
        )

    def _message_type(self):
        """The type (sudo) that the mail will have."""
        return self.env["mail.center.writer"]._effective_type(self.account_id, self.type_id)

    def _no_account_text(self):
        return self.env._(
            "You have no account to send with. Ask an email manager to connect your mailbox under "
            "Settings → Email messages → Mail accounts."
        )

    def _warnings(self, html):
        def warning(code, message):
            return {"code": code, "level": "warning", "message": message}

        if not (self.subject or "").strip():
            yield warning("no_subject", self.env._("The mail has no subject."))
        text = self._own_text(html)
        word = mentions_file(f"{self.subject or ''}\n{text}")
        if word and not self.attachment_ids:
            yield warning(
                "no_file", self.env._("You write “%s”, but no file is attached.", word)
            )
        open_places = placeholders(f"{self.subject or ''}\n{text}")
        if open_places:
            yield warning(
                "placeholder",
                self.env._("Nobody has filled in: %s", ", ".join(open_places[:5])),
            )
        if outside := self._outside():
            emails = ", ".join(address.email for address in outside)
            yield warning(
                # Consent to one address is none to the next.
                f"outside {emails}",
                self.env._(
                    "Mail of the type “%(type)s” stays inside the company, and this one would "
                    "leave it: %(addresses)s",
                    type=self._message_type().name,
                    addresses=emails,
                ),
            )

    def _outside(self):
        """Recipients outside the company of a mail that is to stay inside it."""
        if not self._message_type().is_confidential:
            return ()
        company = self.account_id.sudo().company_id or self.env.company
        accounts = self.env["mail.center.account"].sudo().search(
            [("company_id", "in", [False, company.id])]
        )
        users = self.env["res.users"].sudo().search(
            [("share", "=", False), ("company_ids", "in", company.ids), ("email", "!=", False)]
        )
        texts = [*accounts.mapped("email"), company.sudo().email or "", *users.mapped("email")]
        insiders = [address for text in texts for address in parse_addresses(text)]
        recipients = [address for address in self._all_addresses() if address.valid]
        return outsiders(recipients, insiders)

    def _all_addresses(self):
        return [address for kind in ("to", "cc", "bcc") for address in self._addresses(kind)]

    def _own_text(self, html=None):
        """The text that the person wrote, without what is quoted."""
        html = html or self.body_html or ""
        if not html.strip():
            return ""
        tree = lxml_html.fragment_fromstring(html, create_parent="div")
        for element in tree.xpath(f"//blockquote | //*[{_OWN}]"):
            element.drop_tree()
        return to_text(lxml_html.tostring(tree, encoding="unicode"))

    # ---- the finished mail --------------------------------------------------

    def _mail(self, html=None):
        """The arguments of ``mail.center.writer._built`` for this draft."""
        self.ensure_one()
        record = self._record()
        if not self.message_id:
            # Once for all: a preview shows the Message-ID that the mail will have.
            writer = self.env["mail.center.writer"]
            self.sudo().message_id = writer._new_message_id(self.account_id, record)
        return {
            **{kind: self._addresses(kind) for kind in ("to", "cc", "bcc")},
            "subject": self.subject,
            "html": html if html is not None else self.body_html,
            "attachments": self.attachment_ids.sorted("id"),
            "record": record,
            "parent": self.parent_id if self.mode != "forward" else None,
            "message_type": self.type_id,
            "message_id": self.message_id,
        }

    def preview(self, html=None):
        """The mail as it will go out, read back as a recipient's program would read it.

        *html* is the body with its styles written into it, as the window sends it. Returns the
        header fields, ``pages`` (HTML documents: without and with remote pictures), the plain
        ``text``, the ``files``, the ``size`` in bytes and what :meth:`check` finds.
        """
        self.ensure_one()
        if not self.account_id:
            raise UserError(self._no_account_text())
        self.account_id._require("send")
        mail = self._mail(html)
        for kind in ("to", "cc", "bcc"):
            mail[kind] = [address for address in mail[kind] if address.valid]
        bcc = mail["bcc"]
        if not (mail["to"] or mail["cc"] or bcc):
            # Somebody has to get it; who, the preview does not show.
            mail["bcc"] = [self.account_id.sudo()._address()]
        built = self.env["mail.center.writer"]._built(self.account_id, **mail)
        found = parse(built.raw)
        pages, remote = self._pages(found)
        return {
            "subject": found.subject,
            "from": ", ".join(map(str, found.from_)),
            "to": ", ".join(map(str, found.to)),
            "cc": ", ".join(map(str, found.cc)),
            "bcc": ", ".join(map(str, bcc)),
            "message_id": built.message_id,
            "pages": pages,
            "remote": remote,
            "text": found.text,
            "files": [
                {"name": file.filename, "size": file.size}
                for file in found.attachments
                if not file.content_id
            ],
            "size": len(built.raw),
            "unsubscribe": found.header("List-Unsubscribe"),
            "placeholders": list(placeholders(f"{found.subject}\n{found.text}")),
            "problems": self.check(html),
        }

    def _pages(self, mail):
        pictures = {
            file.content_id: file
            for file in mail.attachments
            if file.content_id and file.content_type.startswith("image/")
        }
        marks = {content_id: f"cid:{content_id}" for content_id in pictures}
        clean = sanitise(mail.html or from_text(mail.text), cids=marks)
        budget = _MAX_INLINE

        def inline(match):
            nonlocal budget
            file = pictures.get(match[1])
            if file is None or file.size > budget:
                return match[0]
            budget -= file.size
            data = base64.b64encode(file.content).decode()
            return f'src="data:{escape(file.content_type)};base64,{data}"'

        body = re.sub(r'src="cid:([^"]+)"', inline, clean.html)
        pages = {
            "blocked": _PAGE.format(remote="", body=body),
            "shown": _PAGE.format(remote=" https: http:", body=unblock(body)),
        }
        return pages, len(clean.remote)
