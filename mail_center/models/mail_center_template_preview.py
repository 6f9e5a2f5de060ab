"""The form of a template: one text for each language, and how the mail will look."""

from odoo import api, fields, models

from ..core.template import TemplateProblem
from ..templating import Sight, describe

_PAGE = (
    "<!DOCTYPE html><html lang='{lang}'><head><meta charset='utf-8'>"
    "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; "
    "img-src 'self' data: https: http:; style-src 'unsafe-inline'\"><base target='_blank'>"
    "<style>body{{margin:16px;color:#1f2937;background:#fff;overflow-wrap:anywhere;"
    "font:14px/1.5 -apple-system,'Segoe UI',Roboto,Ubuntu,Arial,sans-serif}}"
    "img{{max-width:100%;height:auto}}table{{max-width:100%}}</style></head>"
    "<body>{body}</body></html>"
)


class MailCenterTemplate(models.Model):
    _inherit = "mail.center.template"

    # ---- one text for each language -----------------------------------------

    variant_notice = fields.Char(compute="_compute_variant_notice")

    @api.depends_context("lang", "mail_center_template_lang")
    def _compute_variant_notice(self):
        wanted = self.env.context.get("mail_center_template_lang")
        languages = dict(self.env["res.lang"].get_installed())
        # For who writes: in his language, not in that of the text.
        reader = self.with_context(lang=self.env.user.lang)
        self.variant_notice = wanted and reader.env._(
            "You are writing the text in %s. Everything but name, subject and text is shared by "
            "all languages.",
            languages.get(wanted, wanted),
        )

    def _in_variant(self):
        """These templates in the language that the form edits: the web client sends its user's
        own language with every call, so the form's stands under a name of its own."""
        wanted = self.env.context.get("mail_center_template_lang")
        return self.with_context(lang=wanted) if wanted else self

    @api.readonly
    def web_read(self, specification):
        return super(MailCenterTemplate, self._in_variant()).web_read(specification)

    def web_save(self, vals, specification, next_id=None):
        return super(MailCenterTemplate, self._in_variant()).web_save(
            vals, specification, next_id=next_id
        )

    def onchange(self, values, field_names, fields_spec):
        return super(MailCenterTemplate, self._in_variant()).onchange(
            values, field_names, fields_spec
        )

    # ---- preview ------------------------------------------------------------

    def preview(self, values):
        """How a mail written with these texts looks; asked while they are being edited.

        :param values: ``subject``, ``body_html``, ``model``; ``res_id``: the record, else the
            latest one; ``partner_id``: the recipient, else the record's own; ``lang``: the
            language, else the recipient's. The texts are in the language of the context; those in
            other languages are read from the saved template
        :return: ``problems`` as of ``lint``; ``subject`` and ``page`` (an HTML document) or None
            when there are problems; ``error``; ``unresolved`` and ``empty``: lists of
            ``{path, label}``; ``res_id``, ``recipients``, ``partner_id``, ``lang``,
            ``languages``, ``edited_lang``, ``has_variant``
        """
        template = self._in_variant()
        template.check_access("read")
        model = values.get("model") or False
        record = self._sample_record(model, values.get("res_id"))
        if record is None and model and Sight(self.env).allows_model(model):
            record = self.env[model].search([], limit=1, order="id desc") or None
        recipient = self._preview_recipient(record, values.get("partner_id"))
        variant = self.env.context.get("mail_center_template_lang")
        lang = self._render_lang(recipient[0], values.get("lang") or variant)
        subject, body, has_variant = template._preview_texts(values, lang)
        result = {
            "problems": self.lint(subject, body, model),
            "subject": None,
            "page": None,
            "error": False,
            "unresolved": [],
            "empty": [],
            "res_id": record.id if record is not None else False,
            "partner_id": recipient[0].id,
            "recipient": recipient[1] or recipient[2],
            "lang": lang,
            "edited_lang": template.env.lang or "en_US",
            "languages": self.env["res.lang"].get_installed(),
            "has_variant": has_variant,
        }
        if result["problems"]:
            return result
        try:
            rendered = self._render_texts(subject, body, record, recipient, lang=lang)
        except TemplateProblem as problem:
            result["error"] = describe(self._speaking_env(), problem)
            return result
        catalogue = self.with_env(self._speaking_env())._catalogue(model)
        return {
            **result,
            "subject": rendered.subject,
            "page": _PAGE.format(lang=lang.replace("_", "-"), body=rendered.body),
            "unresolved": self._named(catalogue, rendered.unresolved),
            "empty": self._named(catalogue, rendered.empty),
        }

    @api.model
    def _preview_recipient(self, record, partner_id):
        recipient = self._render_recipient(record, partner_id)
        if any(recipient):
            return recipient
        partner = self.env.user.partner_id
        return partner, partner.name or "", partner.email or ""

    def _preview_texts(self, values, lang):
        """Subject and body in a language: as edited, or as saved. Whether there is a variant."""
        edited = self.env.lang or "en_US"
        if lang == edited or not self:
            return values.get("subject"), values.get("body_html"), lang == edited
        stored = [
            self._fields[name]._get_stored_translations(self) or {}
            for name in ("subject", "body_html")
        ]
        if not any(lang in variants for variants in stored):
            return values.get("subject"), values.get("body_html"), False
        return (*(variants.get(lang, variants.get("en_US")) for variants in stored), True)

    @api.model
    def _named(self, catalogue, paths):
        found = ((path, catalogue.get(path)) for path in paths)
        return [{"path": path, "label": field.label if field else path} for path, field in found]
