from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError

TEMPLATE = Markup('<div class="o_mail_center_template" data-mc-template="%s">%s</div>')
# How a file tells that it came with a template, so that it goes when the template does.
FROM_TEMPLATE = "mail_center_template"


class MailCenterDraft(models.Model):
    _inherit = "mail.center.draft"

    auto_subject = fields.Char(help="The subject as long as no person has changed it.")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals.setdefault("auto_subject", vals.get("subject"))
        return super().create(vals_list)

    def insert_template(self, template_id):
        """Make the text, the files and the reports of a template for this mail.

        The files are attached at once; the window puts the text in its place. Returns
        ``{"html", "subject", "type_id", "files", "warnings"}``; ``subject`` is False when a
        person has changed it.
        """
        self.ensure_one()
        self.check_access("write")
        template = self.env["mail.center.template"].browse(template_id)
        record = self._record()
        html, subject, warnings, lang = self._template_texts(template, record)
        vals = {"template_id": template.id, "is_touched": True}
        # An answer keeps the subject of its conversation.
        own = self.subject and (self.mode != "new" or self.subject != self.auto_subject)
        if subject and not own:
            vals.update(subject=subject, auto_subject=subject)
        else:
            subject = False
        self.write(vals)
        warnings += self._take_template_files(template.with_context(lang=lang), record)
        message_type = template.type_id
        return {
            **self._saved(),
            "html": html,
            "subject": subject,
            "type_id": (message_type and message_type & self._offered_types()).id,
            "files": self._files(),
            "warnings": warnings,
        }

    def canned_answer(self, template_id):
        """The text of a template to stand in the middle of one's own: ``{"html", "warnings"}``."""
        self.ensure_one()
        self.check_access("write")
        template = self.env["mail.center.template"].browse(int(template_id))
        rendered, warnings = self._rendered_template(template, self._record())
        return {"html": rendered.body, "warnings": warnings}

    def _template_texts(self, template, record):
        rendered, warnings = self._rendered_template(template, record)
        html = TEMPLATE % (template.id, rendered.body)
        return html, rendered.subject, warnings, rendered.lang

    def _rendered_template(self, template, record):
        """The text and what to warn of; *record*: :meth:`_record`."""
        template._require_usable()
        if template.model and template.model != self.res_model:
            raise UserError(
                self.env._("The template “%s” is for another kind of document.", template.name)
            )
        first = next(iter(self._entries("to")), {})
        recipient = template._render_recipient(
            record, first.get("partner_id"), first.get("email") or ""
        )
        rendered = template._render_mail(record, recipient, self.account_id)
        warnings = [
            self.env._("“%s” can't be read and was left out.", path)
            for path in rendered.unresolved
        ]
        return rendered, warnings

    def _take_template_files(self, template, record):
        former = self.attachment_ids.filtered(lambda file: file.description == FROM_TEMPLATE)
        former.unlink()
        owned = {"res_model": self._name, "res_id": self.id, "description": FROM_TEMPLATE}
        # Whoever may use the template may send its files, wherever they were uploaded.
        files = [
            dict(owned, name=file.name, raw=file.raw, mimetype=file.mimetype)
            for file in template.sudo().attachment_ids
        ]
        warnings = []
        if record is not None and template.model == record._name:
            reports, warnings = template._render_reports(record)
            files += [
                dict(owned, name=name, mimetype=mimetype, raw=content)
                for name, mimetype, content in reports
            ]
        self._require_room(sum(len(file["raw"] or b"") for file in files))
        created = self.env["ir.attachment"].create(files)
        if created:
            self.write({"attachment_ids": [(4, file.id) for file in created]})
        return warnings

    def _insert_default(self, template, body, signature):
        """The template that every new mail of its type begins with."""
        try:
            with self.env.cr.savepoint():
                record = self._record()
                html, subject, warnings, lang = self._template_texts(template, record)
                warnings += self._take_template_files(template.with_context(lang=lang), record)
        except UserError as error:
            warnings = [str(error)]
        else:
            if "sender.signature" in (template.body_html or ""):
                signature = ""
            vals = {"template_id": template.id, "body_html": html + body + signature}
            if subject:
                vals.update(subject=subject, auto_subject=subject)
            if not self.type_id and template.type_id:
                vals["type_id"] = template.type_id.id
            self.write(vals)
        for warning in warnings:
            self.env.user._bus_send("simple_notification", {"type": "warning", "message": warning})
