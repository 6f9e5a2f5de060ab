from contextlib import suppress

from lxml import etree
from odoo import api, fields, models
from odoo.exceptions import AccessError


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    mail_center_email_count = fields.Integer(
        string="Emails", compute="_compute_mail_center_email_count", exportable=False
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_mail_center_email_count(self):
        """How many of the linked emails the user may open."""
        self.mail_center_email_count = 0
        records = self.filtered("id")
        if not records or not self.env.user.has_group("mail_center.group_user"):
            return
        links = self.env["mail.center.link"].sudo().search_fetch(
            [("res_model", "=", self._name), ("res_id", "in", records.ids)],
            ["res_id", "message_id"],
        )
        readable = self.env["mail.center.message"].search(
            [("id", "in", links.message_id.ids)], order="id"
        )
        for res_id, own in links.grouped("res_id").items():
            self.browse(res_id).mail_center_email_count = len(own.message_id & readable.sudo())

    def _mail_center_recipients(self):
        """Whom a mail written from this record goes to: ``(partners, [typed addresses])``.

        Glue addons extend it where a document knows better than Odoo's own default.
        """
        self.ensure_one()
        self._mail_center_fetch_recipients()
        found = self._message_get_default_recipients()[self.id]
        partners = self.env["res.partner"].browse(found.get("partner_ids") or [])
        emails = [found["email_to"]] if found.get("email_to") else []
        return partners.filtered("email"), emails

    def _mail_center_fetch_recipients(self):
        """Fetch at once, and no more than that, what Odoo asks of contacts and companies to find
        whom to write to; it would fetch all of each."""
        self.env.companies.sudo().fetch(["parent_path"])  # for the rule of contacts
        root = self.env["ir.model.data"]._xmlid_to_res_id("base.partner_root")
        partners = self._mail_get_partners()[self.id] | self.env["res.partner"].browse(root)
        with suppress(AccessError):  # whoever is asked for them will say so
            partners.fetch(["name", "email", "email_normalized"])

    def action_mail_center_compose(self):
        """Open a window to write an email about this record."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "mail_center_compose",
            "params": {"res_model": self._name, "res_id": self.id},
        }

    def action_mail_center_emails(self):
        """Open the mailbox with the emails that are linked to this record."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "mail_center.mail_center_mailbox_action"
        )
        key = f"record_{self._name.replace('.', '-')}_{self.id}"
        return {
            **action,
            "name": self.env._("Emails of %s", self.display_name),
            "context": {"mail_center_place": key},
        }

    # ---- the smart button ---------------------------------------------------

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Put *Emails (n)* among the buttons of every form of a linkable document.

        Here and not by an inheriting view: an administrator chooses the documents.
        """
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form" and self._name in self.env["mail.center.linkable"]._models():
            self._mail_center_add_button(arch)
        return arch, view

    @api.model
    def _mail_center_add_button(self, arch):
        boxes = arch.xpath(".//div[@name='button_box'][not(ancestor::field)]")
        if boxes:
            box = boxes[0]
        else:
            sheet = arch.find("sheet")
            if sheet is None or arch.find(".//chatter") is None:
                return  # a form in a dialog, such as a quick creation
            box = etree.Element("div", {"name": "button_box", "class": "oe_button_box"})
            sheet.insert(0, box)
        button = etree.SubElement(
            box,
            "button",
            {
                "name": "action_mail_center_emails",
                "type": "object",
                "class": "oe_stat_button",
                "icon": "fa-envelope-o",
                "invisible": "not id",
                "groups": "mail_center.group_user",
            },
        )
        etree.SubElement(
            button,
            "field",
            {
                "name": "mail_center_email_count",
                "widget": "statinfo",
                "string": self.env._("Emails"),
            },
        )
