import hmac
import json

from odoo import http
from odoo.http import request
from werkzeug.exceptions import NotFound, Unauthorized

from ..models.mail_center_account_status import STATUSES

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
GAUGES = {
    "health": ("mail_center_account_health", "0 (nothing works) to 100 (all is well)"),
    "behind_seconds": ("mail_center_account_behind_seconds", "How late the mailbox is looked into"),
    "failures": ("mail_center_account_failures", "Failures in a row"),
    "queue": ("mail_center_account_queue", "Mails waiting to leave"),
    "queue_age_seconds": ("mail_center_account_queue_age_seconds", "Age of the oldest of them"),
    "quarantine": ("mail_center_account_quarantine", "Mails in quarantine"),
}


class MailCenterHealthController(http.Controller):
    """For monitoring programs: the state of all accounts, behind a token of its own."""

    @http.route(
        "/mail_center/health", type="http", auth="public", methods=["GET"], save_session=False
    )
    def health(self, **_parameters):
        """JSON, or OpenMetrics when the program asks for it (Accept, or ``?format=openmetrics``).

        The token goes into ``Authorization: Bearer …``. Without a token in the settings there is
        no such page.
        """
        token = request.env["ir.config_parameter"].sudo().get_param("mail_center.health_token")
        if not token:
            raise NotFound
        given = request.httprequest.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.strip().encode(), token.encode()):
            raise Unauthorized
        overview = request.env["mail.center.health"].sudo()._overview()
        accept = request.httprequest.headers.get("Accept", "")
        if _parameters.get("format") == "openmetrics" or "openmetrics" in accept:
            return self._respond(_metrics(overview), OPENMETRICS)
        return self._respond(json.dumps(overview), "application/json; charset=utf-8")

    def _respond(self, text, mimetype):
        return request.make_response(
            text, [("Content-Type", mimetype), ("Cache-Control", "no-store")]
        )


def _metrics(overview):
    lines = []
    for key, (name, text) in GAUGES.items():
        lines += [f"# TYPE {name} gauge", f"# HELP {name} {text}"]
        lines += [
            f'{name}{{id="{row["id"]}",account="{_escaped(row["name"])}"}} {row[key]}'
            for row in overview["accounts"]
        ]
    name = "mail_center_account_status"
    lines += [f"# TYPE {name} stateset", f"# HELP {name} What the mailer does with the account"]
    lines += [
        f'{name}{{id="{row["id"]}",{name}="{status}"}} {int(row["status"] == status)}'
        for row in overview["accounts"]
        for status, _label in STATUSES
    ]
    return "\n".join([*lines, "# EOF", ""])


def _escaped(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
