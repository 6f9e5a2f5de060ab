import json

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from werkzeug.exceptions import NotFound


class MailCenterDraftController(http.Controller):
    @http.route("/mail_center/draft/<int:draft_id>/upload", type="http", auth="user",
                methods=["POST"])
    def upload(self, draft_id, ufile):
        """Attach one file. Answers ``{"files": [...]}`` or ``{"error": "..."}``."""
        draft = request.env["mail.center.draft"].browse(draft_id)
        if not draft.exists() or not draft.has_access("write"):
            raise NotFound
        try:
            draft._add_file(ufile.filename or "file", ufile.read(), ufile.mimetype)
            answer = {"files": draft._files()}
        except UserError as error:
            answer = {"error": str(error)}
        return request.make_response(
            json.dumps(answer), [("Content-Type", "application/json; charset=utf-8")]
        )
