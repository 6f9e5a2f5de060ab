from odoo import http
from odoo.http import request

from ..core.unsubscribe import PATH

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}


class MailCenterUnsubscribeController(http.Controller):
    @http.route(
        f"{PATH}<string:token>", type="http", auth="public", methods=["GET", "POST"],
        # A mail program posts by itself, without a session (RFC 8058): the token is the proof.
        csrf=False, save_session=False,
    )  # fmt: skip
    def unsubscribe(self, token, **_parameters):
        """Where List-Unsubscribe points. GET only asks, because scanners follow every link."""
        mailing = request.env["mail.center.mailing"].sudo()
        found = mailing._token(token)
        if not found or not found.email:
            return self._page("wrong", status=404)
        account = request.env["mail.center.account"].sudo().browse(found.account_id).exists()
        if request.httprequest.method != "POST":
            return self._page("ask", account, found.email)
        mailing._unsubscribe(
            account, found.email, request.env._("Unsubscribed by the link in a mailing.")
        )
        return self._page("done", account, found.email)

    def _page(self, step, account=None, email="", status=200):
        company = request.env.company
        if account:
            company = account.company_id or account.user_id.company_id
        response = request.render(
            "mail_center.unsubscribe_page",
            {"step": step, "email": email, "company": company.sudo().name},
        )
        response.status_code = status
        response.headers.update(_HEADERS)
        return response
