import json

from odoo import fields, http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request
from werkzeug.exceptions import BadRequest, Forbidden

from ..models.mail_center_log_export import FORMATS

MIMETYPES = {"jsonl": "application/x-ndjson; charset=utf-8", "csv": "text/csv; charset=utf-8"}
UPLOAD_MAX = 8 * 1024**3


def _upload_max(_controller):
    """Odoo reads the whole of an upload before anybody asks for rights."""
    manager = request.env.user.has_group("mail_center.group_manager")
    return UPLOAD_MAX if manager else http.DEFAULT_MAX_CONTENT_LENGTH


class MailCenterLogController(http.Controller):
    """The log as a file, out and in."""

    @http.route("/mail_center/log/export", type="http", auth="user", methods=["POST"])
    def export(self, format_name="jsonl", domain="[]"):
        if format_name not in FORMATS:
            raise BadRequest
        try:
            batches = request.env["mail.center.log"]._export(json.loads(domain), format_name)
        except AccessError as error:
            raise Forbidden(str(error)) from None
        except (ValueError, TypeError) as error:
            raise BadRequest from error
        name = f"mail-log-{fields.Datetime.now():%Y-%m-%d-%H%M}.{format_name}"
        return request.make_response(
            batches,
            [
                ("Content-Type", MIMETYPES[format_name]),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
                ("X-Accel-Buffering", "no"),
            ],
        )

    @http.route(
        "/mail_center/log/import", type="http", auth="user", methods=["POST"],
        max_content_length=_upload_max,
    )
    def import_file(self, ufile=None):
        """Werkzeug has put a large file on the disk by now; it is read from there line by line."""
        if ufile is None:
            raise BadRequest
        try:
            record = request.env["mail.center.log.import"]._import_file(
                (ufile.filename or "")[:200], ufile.stream
            )
        except (AccessError, UserError) as error:
            return self._json({"error": str(error)})
        return self._json(
            {
                "id": record.id,
                "origin": record.origin,
                "imported": record.imported,
                "known": record.known,
                "refused": record.refused,
                "report": record.report or "",
            }
        )

    def _json(self, values):
        return request.make_response(
            json.dumps(values), [("Content-Type", "application/json; charset=utf-8")]
        )
