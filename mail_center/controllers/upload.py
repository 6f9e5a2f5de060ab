import json

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from werkzeug.exceptions import BadRequest, NotFound

from ..models.mail_center_upload import PART_MAX

# The part itself, and the fields around it.
REQUEST_MAX = PART_MAX + 64 * 1024


class MailCenterUploadController(http.Controller):
    """Takes a file of mail part by part, so that none has to be held whole or sent twice."""

    @http.route(
        "/mail_center/upload/<int:upload_id>", type="http", auth="user", methods=["POST"],
        max_content_length=REQUEST_MAX,
    )
    def part(self, upload_id, offset="", ufile=None):
        upload = request.env["mail.center.upload"].sudo().search(
            [("id", "=", upload_id), ("user_id", "=", request.env.uid)]
        )
        if not upload:
            raise NotFound
        if ufile is None or not offset.isdigit():
            raise BadRequest
        upload.account_id.sudo(False)._require("manage")
        try:
            answer = {"received": upload._take_part(int(offset), ufile.read(PART_MAX + 1))}
        except UserError as error:
            upload.env.cr.rollback()
            answer = {"error": str(error)}
        return request.make_response(
            json.dumps(answer), [("Content-Type", "application/json; charset=utf-8")]
        )
