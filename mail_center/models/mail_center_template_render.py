"""From a template to the text of one mail, as the user who writes it and for who receives it."""

import re
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup
from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.safe_eval import safe_eval, time

from ..core.html import sanitise, unblock
from ..core.mime import parse_addresses
from ..core.template import (
    ForbiddenField,
    Lazy,
    MappingView,
    RecordView,
    TemplateProblem,
    one_line,
    render,
    split_name,
)
from ..templating import Sight, conventions, describe

# What is read of an account, for the mail that is built of it, too, and what the right to it is
# decided by: else Odoo would fetch all of its many settings.
ACCOUNT_READ = ("name", "email", "sender_name", "user_id", "company_id", "active",
                "outgoing_type_id")  # fmt: skip
_IMAGE = re.compile(
    r"""(\ssrc\s*=\s*)(["'])((?:https?://[^/"'<>\s]+)?/web/(?:image|content)/[^"'<>\s]*)\2"""
)


@dataclass(frozen=True)
class RenderedTemplate:
    """``subject`` is one line of text, ``body`` cleaned HTML; ``unresolved`` are the paths that
    the user may not read or that don't exist, ``empty`` those that had no value."""

    subject: str
    body: Markup
    lang: str
    unresolved: tuple = ()
    empty: tuple = ()


class MailCenterTemplate(models.Model):
    _inherit = "mail.center.template"

    # ---- who and what a text is about ---------------------------------------

    @api.model
    def _sample_record(self, model, res_id):
        """A record that the user may read, or None."""
        if not res_id or not model or not Sight(self.env).allows_model(model):
            return None
        record = self.env[model].browse(int(res_id)).exists()
        return record if record and record.has_access("read") else None

    @api.model
    def _render_recipient(self, record=None, partner_id=False, email=""):
        """``(partner, name, address)`` of the recipient: the one chosen, else the record's own."""
        partners = self.env["res.partner"]
        partner = partners.browse(int(partner_id)).exists() if partner_id else partners
        if not partner and not email and record:
            partner, email = self._record_recipient(record)
        partner = partner.filtered(lambda one: one.has_access("read"))[:1]
        address = next(iter(parse_addresses(email or "")), None)
        if partner:
            return partner, partner.name or "", partner.email or ""
        return partners, address.name if address else "", address.email if address else ""

    @api.model
    def _record_recipient(self, record):
        if record._name == "res.partner":
            return record, ""
        if hasattr(record, "_mail_center_recipients"):
            try:
                partners, emails = record._mail_center_recipients()
            except AccessError:  # of a contact that the user may not read
                partners, emails = self.env["res.partner"], []
            return partners[:1], next(iter(emails), "")
        return self.env["res.partner"], ""

    @api.model
    def _render_lang(self, partner, lang=False):
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        if lang in installed:
            return lang
        if partner and partner.lang in installed:
            return partner.lang
        own = self._render_writer().lang
        return own if own in installed else "en_US"

    @api.model
    def _render_context(self, record, recipient, account=None, lang=False, sight=None):
        """``(context, options)`` for ``core.template.render``: everything that a template may
        name, and the language and time zone of the recipient."""
        partner, name, address = recipient
        lang = self._render_lang(partner, lang)
        env = self.env(context=dict(self.env.context, lang=lang))
        sight = Sight(env) if sight is None or sight.env.lang != lang else sight
        company = env.company
        if record is not None and "company_id" in record._fields:
            company = record.with_env(env).sudo().company_id or company
        if account:
            account.fetch(ACCOUNT_READ)
        else:
            account = self._render_account()
        context = {
            "recipient": self._recipient_view(sight, partner, name, address),
            "sender": self._sender_view(sight, env.user),
            "company": self._company_view(sight, company.sudo(False)),
            "account": MappingView(
                {
                    "name": account.name or None,
                    "email": account.email or None,
                    "sender_name": account.sender_name or None,
                }
            ),
        }
        if record is not None:
            context["document"] = RecordView(sight.source(record))
        zone = (partner.tz if partner else False) or self._render_writer().tz or "UTC"
        return context, {
            "locale": lang, "timezone": zone, "conventions": conventions(env, lang),
        }

    @api.model
    def _render_writer(self):
        """The user, with that of his contact at hand which most mails need, and not all of it."""
        self.env.user.partner_id.sudo().fetch(["name", "email", "lang", "tz"])
        return self.env.user

    @api.model
    def _render_account(self):
        """The account that the user most likely sends with."""
        accounts = self.env["mail.center.account"].search_fetch(
            [("can_send", "=", True)], ACCOUNT_READ
        )
        own = accounts.filtered(lambda account: account.user_id == self.env.user)
        return (own or accounts)[:1]

    @api.model
    def _recipient_view(self, sight, partner, name, address):
        get = _reader(sight, partner)

        def split():
            person = not partner or not get("is_company")
            language = (partner and partner.lang) or ""
            return split_name(name, language) if person else (name, None)

        return MappingView(
            Lazy(
                {
                    "name": lambda: name or None,
                    "first_name": lambda: split()[0] or None,
                    "last_name": lambda: split()[1] or None,
                    "email": lambda: address or None,
                    "phone": partial(get, "phone"),
                    "job_title": partial(get, "function"),
                    "company": partial(get, "commercial_company_name"),
                    "street": partial(get, "street"),
                    "zip": partial(get, "zip"),
                    "city": partial(get, "city"),
                    "country": partial(get, "country_id"),
                    "language": partial(get, "lang"),
                    "vat": partial(get, "vat"),
                }
            ),
            key=("recipient", partner.id),
        )

    @api.model
    def _sender_view(self, sight, user):
        get = _reader(sight, user)
        return MappingView(
            Lazy(
                {
                    "name": lambda: user.name or None,
                    "first_name": lambda: (
                        split_name(user.name or "", user.lang or "")[0] or None
                    ),
                    "email": lambda: user.email or None,
                    "phone": lambda: get("work_phone") or get("phone"),
                    "job_title": lambda: get("job_title") or get("function"),
                    "signature": lambda: (
                        Markup(unblock(sanitise(str(user.signature)).html))
                        if user.signature else None
                    ),
                }
            ),
            key=("sender", user.id),
        )

    @api.model
    def _company_view(self, sight, company):
        get = _reader(sight, company)
        return MappingView(
            Lazy(
                {
                    **{
                        name: partial(get, name)
                        for name in ("name", "email", "phone", "website", "street", "zip", "city",
                                     "vat")
                    },
                    "country": partial(get, "country_id"),
                    "currency": partial(get, "currency_id"),
                }
            ),
            key=("company", company.id),
        )

    # ---- rendering ----------------------------------------------------------

    def _render_mail(self, record=None, recipient=None, account=None, lang=False):
        """This template for one mail, a :class:`RenderedTemplate`, as the current user.

        *recipient* is what ``_render_recipient`` gives. Raises UserError.
        """
        self.ensure_one()
        self.check_access("read")
        recipient = recipient or self._render_recipient(record)
        lang = self._render_lang(recipient[0], lang)
        template = self.with_context(lang=lang)
        try:
            return self._render_texts(
                template.subject, template.body_html, record, recipient, account, lang
            )
        except TemplateProblem as problem:
            raise UserError(
                self.env._(
                    "The template “%(name)s” can't be used here: %(problem)s",
                    name=self.name,
                    problem=describe(self.env, problem),
                )
            ) from problem

    @api.model
    def _render_texts(self, subject, body, record, recipient, account=None, lang=False):
        """Texts rendered as the current user. Raises TemplateProblem."""
        context, options = self._render_context(record, recipient, account, lang)
        found = render(str(subject or ""), context, html=False, **options)
        text = render(str(body or ""), context, **options)
        return RenderedTemplate(
            subject=one_line(found.text),
            body=self._clean(text.text),
            lang=options["locale"],
            unresolved=tuple(dict.fromkeys(found.unresolved + text.unresolved)),
            empty=tuple(dict.fromkeys(found.empty + text.empty)),
        )

    @api.model
    def _clean(self, html):
        """Safe HTML whose pictures are those stored here, or remote ones."""
        kept = {}

        def keep(match):
            content_id = f"stored-{len(kept)}"
            kept[content_id] = match[3].replace("&amp;", "&")
            return f"{match[1]}{match[2]}cid:{content_id}{match[2]}"

        html = _IMAGE.sub(keep, html)
        return Markup(unblock(sanitise(html, cids=kept).html))

    # ---- reports ------------------------------------------------------------

    def _render_reports(self, record):
        """``([(name, mimetype, content)], [what went wrong])``: the reports of one document, made
        as the current user."""
        self.ensure_one()
        files, failures = [], []
        record.check_access("read")
        for report in self.sudo().report_ids:
            try:
                # Without a flush: rolling back must not empty the cache of a form being filled.
                with self.env.cr.savepoint(flush=False):
                    files.append(self._render_report(report, record))
            except UserError as error:
                failures.append(
                    self.env._(
                        "The report “%(report)s” could not be made and is not attached: "
                        "%(reason)s",
                        report=report.name,
                        reason=error.args[0] if error.args else "",
                    )
                )
        return files, failures

    @api.model
    def _render_report(self, report, record):
        if report.group_ids and not report.group_ids & self.env.user.all_group_ids:
            raise AccessError(self.env._("You are not allowed to print it."))
        reports = self.env["ir.actions.report"]
        if report.report_type in ("qweb-pdf", "qweb-html"):
            content, extension = reports._render_qweb_pdf(report, record.ids)
        else:
            content, extension = reports._render(report, record.ids)
        name = report.name
        if report.print_report_name:
            name = safe_eval(report.print_report_name, {"object": record, "time": time})
        if isinstance(content, str):
            content = content.encode()
        mimetype = {
            "pdf": "application/pdf", "html": "text/html", "text": "text/plain",
        }.get(extension, "application/octet-stream")
        suffix = "txt" if extension == "text" else extension
        return f"{name}.{suffix}".replace("/", "-"), mimetype, content


def _reader(sight, record):
    """A function that reads a field as the user of *sight*; None for what can't be read.

    Of a record (a country, say) it gives the name.
    """
    source = sight.source(record) if record else None

    def get(name):
        if source is None or source.field_type(name) is None:
            return None
        try:
            value = source.read(name)
            return value.label() if hasattr(value, "label") else value or None
        except ForbiddenField:
            return None

    return get
