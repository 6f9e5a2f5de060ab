"""Templates as a person meets them in the browser."""

from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTemplateBrowser(HttpCase):
    def setUp(self):
        super().setUp()
        self.boss = new_test_user(
            self.env,
            login="tour_boss",
            password="tour_boss",
            groups="base.group_user,base.group_partner_manager,mail_center.group_manager",
        )
        templates = self.env["mail.center.template"].with_context(active_test=False)
        templates.search([]).unlink()
        self.templates = self.env["mail.center.template"].with_user(self.boss)
        child = self.env["res.partner"].create({"name": "Tour Child"})
        # The preview takes the latest contact.
        self.customer = self.env["res.partner"].create(
            {
                "name": "Tour Customer", "city": "Torun", "email": "customer@x.example",
                "lang": "en_US", "child_ids": [(4, child.id)],
            }
        )

    def list_url(self):
        return "/odoo/action-mail_center.mail_center_template_action"

    def test_a_template_is_written_with_special_fields_and_a_live_preview(self):
        self.templates.create({"name": "Tour standard", "is_default": True, "body_html": "x"})
        self.start_tour(self.list_url(), "mail_center_new_template", login="tour_boss")
        template = self.templates.search([("name", "=", "Tour letter")])
        self.assertEqual(template.subject, "For {{ document.name }}")
        self.assertIn("{{ document.name }} of {{ document.street }}", template.body_html)
        self.assertTrue(template.is_default)

    def test_odoos_templates_are_imported_from_the_gear(self):
        self.env["mail.template"].search([]).active = False
        partners = self.env["ir.model"]._get("res.partner").id
        self.env["mail.template"].create(
            [
                {"name": "Tour whole", "model_id": partners, "subject": "{{ object.name }}",
                 "body_html": '<p>Hi <t t-out="object.name"/></p>'},
                {"name": "Tour partial", "model_id": partners, "subject": "x",
                 "body_html": '<p>Hi <t t-out="object.get_base_url()"/></p>'},
            ]
        )
        self.templates.create({"name": "Tour standard", "body_html": "x"})
        self.start_tour(self.list_url(), "mail_center_template_import", login="tour_boss")
        template = self.templates.search([("name", "=", "Tour whole")])
        self.assertEqual(template.body_html, "<p>Hi {{ document.name }}</p>")
