"""Odoo's own email templates, taken over into ours."""

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.template import lint
from ..core.template.odoo_template import translate_body, translate_subject
from ..templating import Sight, describe, describe_left


class MailCenterTemplateImport(models.TransientModel):
    _name = "mail.center.template.import"
    _description = "Import of Odoo's email templates"

    line_ids = fields.One2many("mail.center.template.import.line", "import_id")
    type_id = fields.Many2one(
        "mail.center.type", string="Type", help="The type of the imported templates."
    )
    profile_ids = fields.Many2many(
        "mail.center.profile",
        string="Profiles",
        help="Only members of these profiles may use the imported templates. "
        "Empty: everyone may.",
    )
    ready_count = fields.Integer(compute="_compute_counts")
    partial_count = fields.Integer(compute="_compute_counts")
    impossible_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for wizard in self:
            states = wizard.line_ids.mapped("state")
            wizard.ready_count = states.count("ready")
            wizard.partial_count = states.count("partial")
            wizard.impossible_count = states.count("impossible")

    @api.model
    def action_open(self):
        """Look at all of Odoo's templates, and show what can be taken over."""
        self.env["mail.center.template"].check_access("create")
        wizard = self.create({})
        # Where nobody has renamed them; the rest only a person can tell.
        here = {
            (template.name, template.model)
            for template in self.env["mail.center.template"].with_context(
                active_test=False, lang="en_US"
            ).search([("model", "!=", False)])
        }
        lines = [
            wizard._line_values(template, here)
            for template in self.env["mail.template"].search([], order="model, name")
        ]
        states = [state for state, _label in wizard.line_ids._fields["state"].selection]
        lines.sort(key=lambda line: states.index(line["state"]))
        wizard.line_ids = [(0, 0, line) for line in lines]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Odoo's templates"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _line_values(self, template, here=()):
        """*here*: ``(name, model)`` of the templates that are here already."""
        _texts, left, problems = self._translated(template)
        state = "impossible" if problems else "partial" if left else "ready"
        known = (template.with_context(lang="en_US").name, template.model) in here
        notes = [self.env._("A template of this name is here already.")] if known else []
        return {
            "template_id": template.id,
            "state": state,
            "selected": state == "ready" and not known,
            "reasons": "\n".join(dict.fromkeys([*notes, *problems, *left])),
        }

    @api.model
    def _translated(self, template):
        """``({field: {language: text}}, [what is left out], [why it can't be imported])``."""
        sight = Sight(self.env)
        if template.model and not sight.allows_model(template.model):
            reason = self.env._(
                "You have no access to these documents, or they are internal to the system."
            )
            return {}, [], [reason]
        catalogue = self.env["mail.center.template"]._catalogue(template.model, sight)
        installed = {code for code, _name in self.env["res.lang"].get_installed()} | {"en_US"}
        texts, left, problems = {}, {}, {}
        for name, translate in (("subject", translate_subject), ("body_html", translate_body)):
            stored = template._fields[name]._get_stored_translations(template) or {}
            texts[name] = {}
            for lang, source in stored.items():
                if lang not in installed or not source:
                    continue
                translated = translate(source)
                texts[name][lang] = translated.source
                left.update((describe_left(self.env, part), None) for part in translated.left)
                found = lint(translated.source, catalogue.resolve, html=name == "body_html")
                problems.update((describe(self.env, problem), None) for problem in found)
        return texts, list(left), list(problems)

    def action_import(self):
        self.ensure_one()
        chosen = self.line_ids.filtered("selected")
        if not chosen:
            raise UserError(self.env._("Choose the templates to import."))
        templates = self.env["mail.center.template"]
        for line in chosen:
            templates += self._import_one(line)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Imported templates"),
            "res_model": templates._name,
            "domain": [("id", "in", templates.ids)],
            "context": {"active_test": False},
            "views": [(False, "list"), (False, "form")],
        }

    def _import_one(self, line):
        source = line.template_id
        texts, left, problems = self._translated(source)
        if problems:
            raise UserError(
                self.env._(
                    "The template “%(name)s” can't be imported: %(reasons)s",
                    name=source.name,
                    reasons="\n".join(problems),
                )
            )
        names = source._fields["name"]._get_stored_translations(source) or {}
        template = self.env["mail.center.template"].with_context(lang="en_US").create(
            {
                "name": source.with_context(lang="en_US").name,
                "model_id": source.model_id.id,
                "type_id": self.type_id.id,
                "profile_ids": [(6, 0, self.profile_ids.ids)],
                "subject": texts["subject"].get("en_US"),
                "body_html": Markup(texts["body_html"].get("en_US") or ""),
                "report_ids": [
                    (6, 0, source.sudo().report_template_ids.filtered(
                        lambda report: report.model == source.model
                    ).ids)
                ],
                # What has gaps is looked at before anyone uses it.
                "active": not left,
            }
        )
        for name, variants in (("name", names), *texts.items()):
            others = {
                lang: text for lang, text in variants.items()
                if lang != "en_US" and text and text != variants.get("en_US")
                and lang in dict(self.env["res.lang"].get_installed())
            }
            if others:
                template.update_field_translations(name, others)
        template.attachment_ids = [
            (0, 0, {"name": file.name, "raw": file.raw, "mimetype": file.mimetype,
                    "res_model": template._name, "res_id": template.id})
            for file in source.attachment_ids
        ]
        return template.with_context(lang=self.env.lang)


class MailCenterTemplateImportLine(models.TransientModel):
    _name = "mail.center.template.import.line"
    _description = "One of Odoo's email templates"

    import_id = fields.Many2one(
        "mail.center.template.import", string="Wizard", required=True, ondelete="cascade"
    )
    template_id = fields.Many2one("mail.template", required=True, ondelete="cascade")
    name = fields.Char(related="template_id.name")
    document = fields.Char(related="template_id.model_id.name", string="Document")
    selected = fields.Boolean(string="Import")
    state = fields.Selection(
        [
            ("ready", "Complete"),
            ("partial", "With gaps"),
            ("impossible", "Not possible"),
        ],
        required=True,
    )
    reasons = fields.Text(string="Remarks")

    @api.constrains("selected", "state")
    def _check_selected(self):
        for line in self:
            if line.selected and line.state == "impossible":
                raise UserError(
                    self.env._(
                        "The template “%(name)s” can't be imported: %(reasons)s",
                        name=line.name,
                        reasons=line.reasons,
                    )
                )
