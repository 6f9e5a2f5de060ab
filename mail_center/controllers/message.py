import io
import zipfile
from urllib.parse import unquote

from odoo import http
from odoo.http import content_disposition, request
from werkzeug.exceptions import NotFound

from ..core.mime import distinct

# Mail is untrusted even after it was cleaned: the second wall (see docs on the sandboxed frame).
_CSP = (
    "default-src 'none'; img-src 'self' data:{remote}; style-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox{more}"
)
_ALONE = "default-src 'none'; sandbox"
# What a browser may show itself; as text whatever is text. No SVG and no HTML: they are programs.
_SHOWN = {
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "application/pdf",
    "audio/mpeg", "video/mp4", "video/webm",
}  # fmt: skip


class MailCenterMessageController(http.Controller):
    """What the browser loads of a mail, each with headers of its own."""

    def _readable(self, message_id):
        """The message (sudo) if the user may read it: by its account, or by a shared link."""
        message = request.env["mail.center.message"].browse(message_id)
        if not request.env.user.has_group("mail_center.group_user") or not message.exists():
            raise NotFound
        if message.has_access("read"):
            return message.sudo()
        if request.env["mail.center.link"]._may_read_linked(message.sudo()):
            for link in message.sudo().link_ids:
                if link.sudo(False)._record() is not None:
                    return message.sudo()
        raise NotFound

    def _respond(self, content, mimetype, csp, download=""):
        headers = [
            ("Content-Type", mimetype),
            ("Content-Security-Policy", csp),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "private, no-store"),
        ]
        if download:
            headers.append(("Content-Disposition", content_disposition(download)))
        return request.make_response(content, headers)

    @http.route("/mail_center/message/<int:message_id>/body", type="http", auth="user")
    def body(self, message_id, images="", fold="", dark=""):
        message = self._readable(message_id)
        request.env["mail.center.reading"]._note(message)
        show = images == "1"
        page = message._body_page(show_remote=show, fold=fold == "1", dark=dark == "1")
        return self._page(page, show)

    @http.route("/mail_center/message/<int:message_id>/print", type="http", auth="user")
    def printed(self, message_id, images=""):
        message = self._readable(message_id)
        request.env["mail.center.reading"]._note(message)
        show = images == "1"
        # Printing opens a window of the browser's.
        return self._page(message._print_page(show), show, " allow-modals")

    def _page(self, page, show_remote, more=""):
        csp = _CSP.format(remote=" https: http:" if show_remote else "", more=more)
        return self._respond(page, "text/html; charset=utf-8", csp)

    @http.route("/mail_center/message/<int:message_id>/cid/<string:cid>", type="http", auth="user")
    def inline_image(self, message_id, cid):
        message = self._readable(message_id)
        file = message.attachment_ids.filtered(lambda a: a.description == unquote(cid))[:1]
        if not file or not (file.mimetype or "").startswith("image/"):
            raise NotFound
        return self._respond(file.raw, file.mimetype, _ALONE)

    def _file(self, message_id, attachment_id):
        message = self._readable(message_id)
        file = message.attachment_ids.filtered(lambda a: a.id == attachment_id)
        if not file:
            raise NotFound
        request.env["mail.center.reading"]._note(message)
        return file

    @http.route(
        "/mail_center/message/<int:message_id>/file/<int:attachment_id>", type="http", auth="user"
    )
    def file(self, message_id, attachment_id):
        file = self._file(message_id, attachment_id)
        return self._respond(file.raw, "application/octet-stream", _ALONE, file.name)

    @http.route(
        "/mail_center/message/<int:message_id>/file/<int:attachment_id>/view",
        type="http", auth="user",
    )
    def view_file(self, message_id, attachment_id, download="", **_kw):
        """For Odoo's file viewer, which asks for the download at the same address."""
        file = self._file(message_id, attachment_id)
        kind = (file.mimetype or "").partition(";")[0].lower()
        if kind.startswith("text/"):
            kind = "text/plain; charset=utf-8"
        elif kind not in _SHOWN:
            download = "true"
        if download:
            return self._respond(file.raw, "application/octet-stream", _ALONE, file.name)
        return self._respond(file.raw, kind, _ALONE)

    @http.route("/mail_center/message/<int:message_id>/files", type="http", auth="user")
    def files(self, message_id):
        """All files of the mail in one archive."""
        message = self._readable(message_id)
        files = message.file_ids.sorted("id")
        if not files:
            raise NotFound
        request.env["mail.center.reading"]._note(message)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
            for name, file in zip(distinct(files.mapped("name")), files, strict=True):
                written.writestr(name, file.raw or b"")
        name = f"{message.subject or 'message'}.zip"
        return self._respond(archive.getvalue(), "application/zip", _ALONE, name)

    @http.route("/mail_center/message/<int:message_id>/source", type="http", auth="user")
    def source(self, message_id, view=""):
        message = request.env["mail.center.message"].browse(message_id)
        if not message.exists() or not message.has_access("read"):
            raise NotFound
        request.env["mail.center.reading"]._note(message.sudo())
        return self._source(message, f"{message.subject or 'message'}.eml", view == "1")

    @http.route("/mail_center/quarantine/<int:line_id>/source", type="http", auth="user")
    def quarantine_source(self, line_id):
        line = request.env["mail.center.quarantine"].browse(line_id)
        if not line.exists() or not line.has_access("read"):
            raise NotFound
        return self._source(line, f"quarantine-{line.id}.eml")

    def _source(self, record, filename, view=False):
        attachment = request.env["ir.attachment"]._mail_source(record)[:1]
        if not attachment:
            raise NotFound
        if view:
            return self._respond(attachment.raw, "text/plain; charset=utf-8", _ALONE)
        return self._respond(attachment.raw, "application/octet-stream", _ALONE, filename)
