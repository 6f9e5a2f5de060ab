"""The addon that the developer guide shows works as the guide says."""

from lxml import etree
from odoo.addons.mail_center.core.providers import lookup
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestExample(TransactionCase):
    def setUp(self):
        super().setUp()
        self.customer = self.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        self.manager = self.env["res.users"].with_context(no_reset_password=True).create(
            {"name": "Max", "login": "example.max", "email": "max@x.example"}
        )
        self.project = self.env["project.project"].create(
            {"name": "House", "partner_id": self.customer.id, "user_id": self.manager.id}
        )
        self.env["project.task"].create({"name": "Roof", "project_id": self.project.id})

    def test_the_document_has_the_buttons(self):
        form = self.env.ref("project.edit_project")
        arch = etree.fromstring(self.project.get_view(form.id, "form")["arch"])
        self.assertTrue(arch.xpath("//header/button[@name='action_mail_center_compose']"))
        self.assertTrue(arch.xpath("//button[@name='action_mail_center_emails']"))

    def test_a_mail_goes_to_customer_and_manager(self):
        partners, emails = self.project._mail_center_recipients()
        self.assertEqual(partners, self.customer | self.manager.partner_id)
        self.assertEqual(emails, [])

    def test_the_placeholder_is_offered_and_filled_in(self):
        templates = self.env["mail.center.template"]
        offered = templates.special_fields(model="project.project", path="document")
        (field,) = [one for one in offered if one["path"] == "document.open_task_names"]
        self.assertEqual(field["label"], "Open tasks")
        template = templates.create({
            "name": "Progress", "model_id": self.env.ref("project.model_project_project").id,
            "subject": "Open: {{ document.open_task_names }}", "body_html": "<p>Hello</p>",
        })
        filled = template._render_mail(self.project)
        self.assertEqual(filled.subject, "Open: Roof")

    def test_the_provider_is_known(self):
        provider = lookup("jan@example-hosting.example")
        self.assertEqual(provider.imap.host, "imap.example-hosting.example")
        self.assertEqual(provider.limits.per_hour, 100)
