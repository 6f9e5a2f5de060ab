"""Special fields of templates: which there are, what they are worth, what is wrong with them."""

import time

from lxml import etree
from markupsafe import Markup
from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ..core.template import (
    Catalogue,
    TemplateProblem,
    lint,
    normalise_editor_html,
    render,
)
from ..templating import Sight, describe, root_label

LINTED = ("subject", "body_html")
MAX_FIELDS = 200
MAX_SAMPLE = 80
SECONDS_FOR_SAMPLES = 2
MAX_COLUMNS = 12
_CELL = "padding: 6px 10px; border: 1px solid #dee2e6; "


class MailCenterTemplate(models.Model):
    _inherit = "mail.center.template"

    # ---- what there is ------------------------------------------------------

    @api.model
    def _catalogue(self, model, sight=None):
        """The special fields that the current user sees on a document of *model*."""
        sight = sight or Sight(self.env)
        known = model if model and sight.allows_model(model) else None
        label = self.env["ir.model"]._get(known).sudo().name if known else ""
        return Catalogue(
            known, sight.fields, document_label=label or "", translate=root_label(self.env)
        )

    @api.model
    def special_fields(self, model=False, path="", text="", res_id=False, partner_id=False):
        """What the picker shows: the special fields below *path*, or those that match *text*.

        :param model: the document's model, or False
        :param path: dotted path of a record or a list of records; empty for the first level
        :param text: words to look for in labels and paths
        :param res_id: the record whose values are shown
        :param partner_id: the recipient whose values are shown, else the record's own
        :return: a list of dictionaries: ``path``, ``label``, ``group``, ``kind`` (of
            core.template.FieldType), ``insert`` (what to write), ``condition`` (what to write to
            ask for it), ``value`` (of the record, as text), ``opens`` (has fields below it),
            ``common`` (people see it in the record's form)
        """
        self.browse().check_access("read")
        sight = Sight(self.env)
        catalogue = self._catalogue(model, sight)
        if text:
            found = catalogue.search(text, depth=2, limit=MAX_FIELDS)
        else:
            found = [
                field for field in catalogue.children(path) if not self._is_helper(field, catalogue)
            ]
        common = self._common_fields(catalogue, "" if text else path)
        found = sorted(found, key=lambda field: not common(field))[:MAX_FIELDS]
        record = self._sample_record(model, res_id)
        samples = self._samples(record, partner_id, sight)
        return [
            {
                "path": field.path,
                "label": field.label if text else field.label.rsplit(" › ", 1)[-1],
                "group": catalogue.get(field.group).label,
                "kind": field.type.kind,
                "insert": field.insert,
                "value": samples(field, catalogue),
                "condition": self._condition(field, catalogue, record),
                "opens": field.type.kind in ("record", "records"),
                "common": common(field),
            }
            for field in found
        ]

    @api.model
    def _samples(self, record, partner_id, sight):
        """A function that gives the value of a special field for the record, as short text."""
        rendered = self._rendered_samples(record, partner_id, sight)

        def sample(field, catalogue):
            if field.path.startswith("document") and not record:
                return ""
            return rendered(self._of_first(catalogue, field))

        return sample

    @api.model
    def _rendered_samples(self, record, partner_id, sight):
        """A function that renders a source for the record, as short text; '' when it can't be,
        or when all of them together have taken too long."""
        context, options = self._render_context(
            record, self._render_recipient(record, partner_id), sight=sight
        )
        deadline = time.monotonic() + SECONDS_FOR_SAMPLES

        def rendered(source):
            if time.monotonic() > deadline:
                return ""
            try:
                text = render(source, context, html=False, **options).text
            except TemplateProblem:
                return ""
            return text if len(text) <= MAX_SAMPLE else f"{text[:MAX_SAMPLE]}…"

        return rendered

    @api.model
    def _common_fields(self, catalogue, path):
        """A function that tells the fields that people see in the form of the records at *path*
        from those that only developers know."""
        owner, _dot, name = path.rpartition(".")
        shown = self._shown_in_form(catalogue.resolve(owner) if owner else None, name)
        shown = shown or self._shown_in_form(catalogue.resolve(path) if path else None)
        if not shown:
            return lambda field: True
        return lambda field: field.path.rpartition(".")[2] in shown

    @api.model
    def _shown_in_form(self, kind, inside=None):
        """Names of the fields in the form of a record, or in a list *inside* that form."""
        if not kind or not kind.model:
            return set()
        views = self.env["ir.ui.view"].sudo()
        if not views.search_count([("model", "=", kind.model), ("type", "=", "form")], limit=1):
            return set()
        try:
            arch = self.env[kind.model].get_view(view_type="form")["arch"]
        except UserError:  # none that this user may see
            return set()
        nodes = etree.fromstring(arch).iter("field")
        hidden = ("1", "True", "true")
        found = {
            node.get("name")
            for node in nodes
            if next((above.get("name") for above in node.iterancestors("field")), None) == inside
            and node.get("invisible") not in hidden
            and node.get("column_invisible") not in hidden
        }
        return found | {"display_name", "name"} if found else found

    @api.model
    def _of_first(self, catalogue, field):
        """What to write for a special field, in a list for the first record of each."""
        source, path, steps = field.insert, "", field.path.split(".")
        for count in range(1, len(steps)):
            inside = ".".join(steps[:count])
            path = f"{path}.{steps[count - 1]}" if path else inside
            if catalogue.resolve(inside).kind == "records":
                source = source.replace(f"{path}.", f"({path}|first).")
                path = f"({path}|first)"
        return source

    @api.model
    def _condition(self, field, catalogue, record):
        """A condition with the field: that it has a value, or of a choice, that it is a certain
        one. Choices are asked by their key, which is the same in all languages."""
        test = field.path
        parent = catalogue.resolve(field.path.rpartition(".")[0])
        known = parent and parent.model and self.env[parent.model]._fields.get(
            field.path.rpartition(".")[2]
        )
        if known and known.type == "selection":
            keys = known.get_values(self.env)
            current = False
            if record is not None and field.path.count(".") == 1:
                current = record[known.name]
            if keys:
                test = f"{field.path} == '{current if current in keys else keys[0]}'"
        return f"{{% if {test} %}}…{{% endif %}}"

    @api.model
    def _is_helper(self, field, catalogue):
        """Whether a field only tells a form what to show: computed, unstored, yes or no."""
        parent = catalogue.resolve(field.path.rpartition(".")[0])
        if field.type.kind != "boolean" or not parent or not parent.model:
            return False
        known = self.env[parent.model]._fields.get(field.path.rpartition(".")[2])
        return bool(known and known.compute and not known.store and not known.related)

    @api.model
    def _inside_list(self, catalogue, path, after=0):
        """Whether a path leads through a list, not counting its first *after* steps."""
        steps = path.split(".")
        return any(
            catalogue.resolve(".".join(steps[:count])).kind in ("records", "list")
            for count in range(after + 1, len(steps))
        )

    @api.model
    def special_field_block(self, model, path, columns, style="table"):
        """HTML that writes one row (``style`` table) or one point (list) for each record.

        :param path: the path of the records, such as ``document.order_line``
        :param columns: paths of the fields to write, each below *path*
        """
        self.browse().check_access("read")
        catalogue = self._catalogue(model)
        records = catalogue.resolve(path)
        below = f"{path}."
        fields = [catalogue.get(column) for column in columns[:MAX_COLUMNS]]
        if (
            not records
            or records.kind != "records"
            or not fields
            or not all(field and field.path.startswith(below) for field in fields)
            or any(
                self._inside_list(catalogue, field.path, len(path.split("."))) for field in fields
            )
        ):
            raise ValidationError(self.env._("Choose the fields to write for each record."))
        name = "line" if "line" in path.rsplit(".", 1)[-1] else "item"
        values = [field.insert.replace(below, f"{name}.") for field in fields]
        repeat = f"{name} in {path}"
        if style == "list":
            return Markup('<ul><li data-mc-for="%s">%s</li></ul>') % (repeat, ", ".join(values))
        # Styles stand in the elements, as mail needs them.
        styles = [
            _CELL + ("text-align: right" if field.type.kind in ("integer", "number") else "")
            for field in fields
        ]
        heads = Markup("").join(
            Markup('<th style="%s">%s</th>') % (style, field.label.rsplit(" › ", 1)[-1])
            for field, style in zip(fields, styles, strict=True)
        )
        cells = Markup("").join(
            Markup('<td style="%s">%s</td>') % (style, value)
            for value, style in zip(values, styles, strict=True)
        )
        return Markup(
            '<table class="table table-bordered o_table" style="border-collapse: collapse">'
            '<tbody><tr>%s</tr><tr data-mc-for="%s">%s</tr></tbody></table>'
        ) % (heads, repeat, cells)

    # ---- what is wrong ------------------------------------------------------

    @api.model
    def lint(self, subject=False, body_html=False, model=False):
        """What would keep these texts from being saved.

        :return: a list of dictionaries: ``field`` (subject or body_html), ``line``, ``column``,
            ``code``, ``message`` (in the user's language) and ``excerpt`` (the text there)
        """
        self.browse().check_access("read")
        catalogue = self._catalogue(model)
        return [
            problem
            for field, source in (("subject", subject), ("body_html", body_html))
            for problem in self._problems(field, source, catalogue)
        ]

    @api.model
    def _problems(self, field, source, catalogue):
        source = str(source or "")
        is_html = field == "body_html"
        problems = lint(source, catalogue.resolve, html=is_html)
        # One finding for each place: the first says why, the others follow from it.
        problems = {(problem.line, problem.column): problem for problem in problems[::-1]}
        return [
            {
                "field": field,
                "line": problem.line,
                "column": problem.column,
                "code": problem.code,
                "message": describe(self._speaking_env(), problem),
                "excerpt": self._excerpt(source, problem, is_html),
            }
            for _place, problem in sorted(problems.items())
        ]

    @api.model
    def _speaking_env(self):
        """The environment in the user's language, whichever text is edited."""
        return self.env(context=dict(self.env.context, lang=self.env.user.lang))

    @api.model
    def _excerpt(self, source, problem, is_html):
        """The placeholder at the place of a problem: a body has no visible lines."""
        if is_html and problem.code not in ("unclosed_element", "bad_attribute", "too_large"):
            source = normalise_editor_html(source)
        lines = source.splitlines()
        line = lines[problem.line - 1] if 0 < problem.line <= len(lines) else ""
        at = max(0, problem.column - 1)
        start = max(line.rfind(opening, 0, at + 2) for opening in ("{{", "{%", "{#"))
        start = start if start >= 0 else at
        ends = [end for end in (line.find(mark, start) for mark in ("}}", "%}", "#}")) if end >= 0]
        end = min(ends) + 2 if ends else len(line)
        excerpt = line[start:end]
        return excerpt if len(excerpt) <= MAX_SAMPLE else f"{excerpt[:MAX_SAMPLE]}…"

    @api.constrains("subject", "body_html", "model_id")
    def _check_renders(self):
        """Nothing is saved that can't be rendered, in any language."""
        for template in self:
            sight = Sight(self.env)
            if template.model and not sight.allows_model(template.model):
                raise ValidationError(
                    self.env._(
                        "Templates for “%s” can't be written by you: you have no access to these "
                        "documents, or they are internal to the system.",
                        template.sudo().model_id.name,
                    )
                )
            template.with_env(self._speaking_env())._raise_problems(
                self._catalogue(template.model, sight)
            )

    def _raise_problems(self, catalogue):
        self.ensure_one()
        labels = {
            "subject": self.env._("Subject"),
            "body_html": self.env._("Body"),
        }
        languages = dict(self.env["res.lang"].get_installed())
        several = len(languages) > 1
        lines, seen = [], set()
        for field in LINTED:
            stored = self._fields[field]._get_stored_translations(self) or {}
            for code, source in stored.items():
                if (field, source) in seen:
                    continue
                seen.add((field, source))
                for problem in self._problems(field, source, catalogue)[:10]:
                    values = dict(
                        problem,
                        place=labels[field],
                        language=languages.get(code, code),
                    )
                    lines.append(
                        self.env._(
                            "%(place)s, %(language)s, line %(line)s, “%(excerpt)s”: %(message)s",
                            **values,
                        )
                        if several
                        else self.env._(
                            "%(place)s, line %(line)s, “%(excerpt)s”: %(message)s", **values
                        )
                    )
        if lines:
            raise ValidationError(
                self.env._(
                    "The template “%(name)s” can't be saved like this:\n%(problems)s",
                    name=self.name,
                    problems="\n".join(f"• {line}" for line in lines),
                )
            )

    def _update_field_translations(
        self, field_name, translations, digest=None, source_lang=""
    ):
        field = self._fields[field_name]
        if field.type == "html":
            # Odoo writes translations as they are: neither cleaned nor checked.
            translations = {
                lang: field.convert_to_column(text, self) if text else text
                for lang, text in translations.items()
            }
        result = super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )
        if field_name in LINTED:
            self._check_renders()
        return result
