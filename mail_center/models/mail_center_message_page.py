from html import escape

from odoo import models

from ..core.html import fold_quotes, has_colours, show_targets, to_text, unblock
from ..moments import written

_STYLE = """
body{margin:0;display:flow-root;color:#1f2937;background:#fff;overflow-wrap:anywhere;
font:14px/1.5 -apple-system,'Segoe UI',Roboto,Ubuntu,Arial,sans-serif}
img{max-width:100%;height:auto}
pre{white-space:pre-wrap;font:inherit;margin:0}
summary{color:#6b7280;cursor:pointer;font-size:12px;padding:.4em 0}
blockquote{margin:.5em 0 .5em .4em;padding-left:.8em;border-left:2px solid #d1d5db;color:#4b5563}
::highlight(mc-found){background:#fde68a;color:#1f2937}
.mc-target{margin-left:.4em;padding:0 .4em;border-radius:3px;background:#fef3c7;color:#92400e;
font-size:12px;white-space:nowrap}
"""
_DARK = """
body{color:#e5e7eb;background:transparent}
a{color:#7dd3fc}
blockquote{border-color:#4b5563;color:#d1d5db}
summary{color:#9ca3af}
"""
# A mail that chooses its colours has chosen them for white paper: the whole is turned over, its
# pictures are turned back.
_TURNED = """
html{filter:invert(.88) hue-rotate(180deg)}
body{background:transparent}
img{filter:invert(1) hue-rotate(180deg)}
"""
_PRINTED = """
body{margin:1.5cm}
h1{font-size:20px;margin:0 0 .6em}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 1em;margin:0 0 1em;padding:0 0 1em;
border-bottom:1px solid #d1d5db;font-size:13px}
dt{color:#6b7280}
dd{margin:0}
"""


class MailCenterMessage(models.Model):
    """The pages that a browser shows of a mail, each a document of its own in a sandbox."""

    _inherit = "mail.center.message"

    def _body_page(self, show_remote=False, fold=False, dark=False):
        """The whole HTML document of the body, to be shown in a sandboxed frame.

        *fold*: the mail quoted at the end waits behind a line to click. *dark*: to be read on a
        dark page.
        """
        self.ensure_one()
        body = self._shown_body(show_remote, fold)
        style = _STYLE
        if dark:
            style += _TURNED if has_colours(body) else _DARK
        return self._document(style, body)

    def _print_page(self, show_remote=False):
        """The mail with its header fields, to be printed."""
        self.ensure_one()
        lines = [
            (self.env._("From"), self.from_display),
            (self.env._("To"), self.to_display),
            (self.env._("Cc"), self.cc_display),
            (self.env._("Date"), written(self.env, self.date, "long")),
            (self.env._("Files"), ", ".join(self.file_ids.mapped("name"))),
        ]
        head = "".join(
            f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in lines if value
        )
        title = escape(self.display_name)
        body = self._shown_body(show_remote, False)
        return self._document(
            _STYLE + _PRINTED, f"<h1>{title}</h1><dl>{head}</dl>{body}", title
        )

    def _document(self, style, body, title=""):
        return (
            "<!DOCTYPE html><html><head><meta charset='utf-8'>"
            f"<title>{title}</title><base target='_blank'><style>{style}</style></head>"
            f"<body>{body}</body></html>"
        )

    def _shown_body(self, show_remote, fold):
        # Plain text: what is joined to Markup is escaped.
        body = str(self.body_html or "")
        if fold:
            body = self._folded(body)
        if show_remote:
            body = unblock(body)
        return show_targets(body, self.env._("leads to %s"))

    def _folded(self, body):
        own, quoted = fold_quotes(body)
        if not quoted or not to_text(own).strip():
            return body  # a forwarded mail has no words of its own: what it brings is shown
        label = escape(self.env._("Show the quoted mail"))
        return f"{own}<details><summary>{label}</summary>{quoted}</details>"
