"""Templates in the compose form: the default one at opening, others by *Insert*."""

import hashlib

from lxml import etree
from lxml import html as lxml_html
from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

BLOCK = "data-mc-template"
_KEPT_FILES = "2 days"


class MailCenterCompose(models.TransientModel):
    _inherit = "mail.center.compose"

    template_id = fields.Many2one(
        "mail.center.template",
        string="Template",
        domain="[('is_usable', '=', True), ('model', 'in', [False, res_model])]",
    )
    # What was inserted last: to know what may be replaced without asking.
    template_digest = fields.Char()
    template_subject = fields.Char()
    template_file_ids = fields.Many2many(
        "ir.attachment",
        "mail_center_compose_template_file_rel",
        "compose_id",
        "attachment_id",
        string="Files of the template",
    )
    template_warning = fields.Text()
    # Set by the button “Insert”.
    insert_template = fields.Boolean()

    # ---- opening ------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        values["template_subject"] = values.get("subject") or False
        if values.get("mode", "new") != "new" and not values.get("template_id"):
            return values
        template = self.env["mail.center.template"].browse(values.get("template_id") or [])
        template = template or self._default_template(values)
        if not template:
            return values
        try:
            inserted = self._template_values(template, values)
        except UserError:
            # A mail can still be written; whoever inserts the template himself is told why.
            return values
        values.update(inserted, template_id=template.id)
        return values

    @api.model
    def _default_template(self, values):
        """The default template for a mail that opens with *values*."""
        account = self.env["mail.center.account"].browse(values.get("account_id") or [])
        account = account or self._pick_account(values.get("res_model"), values.get("res_id"))
        message_type = self.env["mail.center.type"].browse(values.get("type_id") or [])
        return self.env["mail.center.template"]._default_for(
            message_type or self._type_of(account), values.get("res_model") or False
        )

    # ---- inserting ----------------------------------------------------------

    @api.onchange("insert_template")
    def _onchange_insert_template(self):
        if not self.insert_template:
            return
        self.insert_template = False
        if not self.template_id:
            return
        values = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in ("mode", "subject", "body_html", "template_digest", "template_subject",
                         "res_model", "res_id", "to_emails", "account_id")
        }
        values.update(
            to_partner_ids=[(6, 0, self.to_partner_ids._origin.ids)],
            attachment_ids=[(6, 0, self.attachment_ids._origin.ids)],
            template_file_ids=[(6, 0, self.template_file_ids._origin.ids)],
        )
        self.update(self._template_values(self.template_id._origin, values))

    @api.model
    def template_conflict(self, values):
        """What inserting a template would overwrite that a person has typed.

        :param values: ``subject``, ``body_html``, ``template_digest``, ``template_subject``,
            ``template_id`` and ``mode`` of the form
        :return: a question for the person, or False when nothing is lost
        """
        self.browse().check_access("read")
        template = self.env["mail.center.template"].browse(int(values.get("template_id") or 0))
        if not template.exists():
            return False
        template._require_usable()
        _tree, block = _parse(values.get("body_html"))
        digest = values.get("template_digest")
        text = block is not None and bool(digest) and _digest(block) != digest
        subject = (
            self._replaces_subject(template, values)
            and bool(values.get("subject"))
            and values["subject"] != values.get("template_subject")
        )
        if text and subject:
            return self.env._(
                "You have changed the subject and the inserted text. “%s” replaces both.",
                template.name,
            )
        if text:
            return self.env._(
                "You have changed the inserted text. “%s” replaces it; what you wrote above and "
                "below stays.",
                template.name,
            )
        if subject:
            return self.env._("You have changed the subject. “%s” replaces it.", template.name)
        return False

    @api.model
    def _replaces_subject(self, template, values):
        """An answer keeps the subject of its conversation."""
        if not template.subject:
            return False
        return values.get("mode", "new") == "new" or not values.get("subject")

    @api.model
    def _template_values(self, template, values):
        """The new values of a form with *values* when *template* is inserted. Raises UserError."""
        template._require_usable()
        record = self._template_record(template, values)
        partners = _ids(values.get("to_partner_ids"))
        recipient = template._render_recipient(
            record, partners[:1] and partners[0], values.get("to_emails") or ""
        )
        account = self.env["mail.center.account"].browse(values.get("account_id") or [])
        account = account or self._pick_account(values.get("res_model"), values.get("res_id"))
        rendered = template._render_mail(record, recipient, account.sudo(False))
        files, problems = self._template_files(template, record, rendered.lang)
        former = set(_ids(values.get("template_file_ids")))
        kept = [number for number in _ids(values.get("attachment_ids")) if number not in former]
        body, digest = _put(values.get("body_html"), rendered.body, template.id)
        if is_html_empty(values.get("body_html")):
            body += self._signature_below(template)
        new = {
            "body_html": body,
            "template_digest": digest,
            "attachment_ids": [(6, 0, [*kept, *files.ids])],
            "template_file_ids": [(6, 0, files.ids)],
            "template_warning": "\n".join(problems) or False,
        }
        if rendered.subject and self._replaces_subject(template, values):
            new.update(subject=rendered.subject, template_subject=rendered.subject)
        return new

    @api.model
    def _template_record(self, template, values):
        model, number = values.get("res_model"), values.get("res_id")
        if template.model and template.model != model:
            raise UserError(
                self.env._("The template “%s” is made for other documents.", template.name)
            )
        if not model or not number or model not in self.env:
            return None
        record = self.env[model].browse(number)
        record.check_access("read")
        return record

    @api.model
    def _template_files(self, template, record, lang):
        """The files of a template and the reports of the record, as attachments of the user."""
        files = template.attachment_ids
        if record is None or not template.sudo().report_ids:
            return files, []
        made, problems = template.with_context(lang=lang)._render_reports(record)
        reports = self.env["ir.attachment"].create(
            [
                {"name": name, "mimetype": mimetype, "raw": content, "res_model": self._name,
                 "res_id": 0}
                for name, mimetype, content in made
            ]
        )
        return files + reports, problems

    @api.model
    def _signature_below(self, template):
        """One's own signature, unless the template has it already."""
        if "sender.signature" in (template.body_html or ""):
            return Markup("<p><br></p>")
        return self._signature()

    @api.autovacuum
    def _gc_template_files(self):
        """Reports that were made for mails which were never sent."""
        self.env.cr.execute(
            "SELECT id FROM ir_attachment WHERE res_model = %s AND COALESCE(res_id, 0) = 0 "
            "AND create_date < now() AT TIME ZONE 'UTC' - %s::interval LIMIT 1000",
            (self._name, _KEPT_FILES),
        )
        self.env["ir.attachment"].browse([row[0] for row in self.env.cr.fetchall()]).unlink()


def _ids(commands):
    """The ids of a many2many value made of the commands of a default or of this module."""
    found = []
    for command in commands or ():
        if command[0] == 6:
            found = list(command[2])
        elif command[0] == 4:
            found.append(command[1])
    return found


def _parse(body):
    """``(tree, block)``: the body, and in it the text that a template has put there."""
    tree = lxml_html.fragment_fromstring(str(body or ""), create_parent="div")
    return tree, next(iter(tree.xpath(f".//*[@{BLOCK}]")), None)


def _digest(block):
    """What a person sees of a block; that an editor writes it differently does not matter."""
    seen = [" ".join(block.text_content().split())]
    seen += [image.get("src") or "" for image in block.iter("img")]
    seen += [link.get("href") or "" for link in block.iter("a")]
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def _put(body, text, template_id):
    """``(body, digest)`` with *text* in place of the block that is there, else above all."""
    tree, block = _parse(body)
    new = lxml_html.fragment_fromstring(str(text), create_parent="div")
    new.set(BLOCK, str(template_id))
    if block is not None:
        new.tail, block.tail = block.tail, None
        block.getparent().replace(block, new)
    else:
        new.tail, tree.text = tree.text, None
        tree.insert(0, new)
    written = (tree.text or "") + "".join(
        etree.tostring(child, encoding="unicode", method="html") for child in tree
    )
    return Markup(written), _digest(new)
