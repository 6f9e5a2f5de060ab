import json

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request


class MailCenterProbeController(http.Controller):
    """Tests of mail servers, told to the browser step by step.

    What is streamed is made after the request's transaction is over: no cursor is open while
    the network is used. Each line is one JSON object (application/x-ndjson).
    """

    @http.route(
        "/mail_center/account/<int:account_id>/test", type="http", auth="user", methods=["POST"]
    )
    def test(self, account_id):
        account = request.env["mail.center.account"].browse(account_id)
        return self._stream(lambda: request.env["mail.center.probe"]._test(account))

    @http.route("/mail_center/account/find", type="http", auth="user", methods=["POST"])
    def find(self, email=""):
        return self._stream(lambda: request.env["mail.center.probe"]._find(email))

    def _stream(self, prepare):
        try:
            news = prepare()
        except (AccessError, MissingError, UserError) as error:
            news = iter([{"type": "refused", "ok": False, "message": str(error)}])
        return request.make_response(
            _Lines(news),
            [
                ("Content-Type", "application/x-ndjson; charset=utf-8"),
                ("Cache-Control", "no-store, no-transform"),
                ("X-Content-Type-Options", "nosniff"),
                # nginx would collect the lines until the end.
                ("X-Accel-Buffering", "no"),
            ],
        )


class _Lines:
    """The news as lines of JSON; closed by the server when the browser has gone."""

    def __init__(self, news):
        self._news = news

    def __iter__(self):
        for item in self._news:
            yield (json.dumps(item) + "\n").encode()

    def close(self):
        if hasattr(self._news, "close"):
            self._news.close()
