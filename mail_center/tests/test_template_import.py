"""Odoo's own email templates can be taken over."""

from odoo.exceptions import AccessError, UserError

from .template_common import TemplateCase


class TestTemplateImport(TemplateCase):
    def setUp(self):
        super().setUp()
        self.env["mail.template"].search([]).active = False

    def odoo_template(self, body="<p>Dear <t t-out=\"object.name or ''\">Sample</t></p>", **vals):
        return self.env["mail.template"].create(
            {"name": "Welcome", "model_id": self.partners.id, "subject": "Hi {{ object.name }}",
             "body_html": body, **vals}
        )

    def wizard(self, user=None):
        wizards = self.env["mail.center.template.import"].with_user(user or self.manager)
        action = wizards.action_open()
        return wizards.browse(action["res_id"])

    def imported(self, wizard):
        action = wizard.action_import()
        return self.env["mail.center.template"].with_context(active_test=False).search(
            action["domain"]
        )

    def test_a_template_comes_with_all_it_has(self):
        report = self.env["ir.actions.report"].create(
            {"name": "Card", "model": "res.partner", "report_type": "qweb-text",
             "report_name": "x.y"}
        )
        self.odoo_template(
            attachment_ids=[(0, 0, {"name": "a.txt", "raw": b"file"})],
            report_template_ids=[(6, 0, report.ids)],
        )
        wizard = self.wizard()
        line, = wizard.line_ids
        self.assertEqual((line.state, line.selected, line.reasons), ("ready", True, ""))
        template = self.imported(wizard)
        self.assertEqual(template.name, "Welcome")
        self.assertTrue(template.active)
        self.assertEqual(template.model, "res.partner")
        self.assertEqual(template.subject, "Hi {{ document.name }}")
        self.assertEqual(template.report_ids, report)
        self.assertEqual(template.attachment_ids.with_user(self.user).raw, b"file")
        rendered = self.render_template(template)
        self.assertEqual((rendered.subject, rendered.body),
                         ("Hi Eve Example", "<p>Dear Eve Example</p>"))

    def test_what_was_imported_before_is_not_ticked_again(self):
        self.odoo_template()
        self.odoo_template(name="Goodbye")
        first = self.wizard()
        first.line_ids.filtered(lambda line: line.name == "Goodbye").selected = False
        self.imported(first)
        lines = {line.name: (line.selected, line.reasons) for line in self.wizard().line_ids}
        self.assertEqual(lines["Goodbye"], (True, ""))
        self.assertFalse(lines["Welcome"][0])
        self.assertIn("here already", lines["Welcome"][1])

    def test_every_language_comes_along(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        source = self.odoo_template()
        source.with_context(lang="pl_PL").write(
            {"name": "Witamy", "subject": "Witaj {{ object.name }}",
             "body_html": '<p>Witaj <t t-out="object.name"/></p>'}
        )
        template = self.imported(self.wizard()).with_context(lang="pl_PL")
        self.assertEqual(template.name, "Witamy")
        self.assertEqual(template.subject, "Witaj {{ document.name }}")
        self.partner.lang = "pl_PL"
        self.assertEqual(self.render_template(template).body, "<p>Witaj Eve Example</p>")

    def test_gaps_are_told_marked_and_wait_in_the_archive(self):
        self.odoo_template("<p>See <t t-out=\"object.get_base_url()\"/>, "
                           '<t t-out="object.city"/></p>')
        wizard = self.wizard()
        line, = wizard.line_ids
        self.assertEqual((line.state, line.selected), ("partial", False))
        self.assertIn("“object.get_base_url()” runs code", line.reasons)
        line.selected = True
        template = self.imported(wizard)
        self.assertFalse(template.active)
        self.assertEqual(
            template.body_html, "<p>See [object.get_base_url()], {{ document.city }}</p>"
        )

    def test_what_would_not_render_is_listed_and_not_imported(self):
        self.odoo_template("<p t-if=\"'x' in object.parent_id\">a</p>")
        wizard = self.wizard()
        line, = wizard.line_ids
        self.assertEqual(line.state, "impossible")
        self.assertIn("“in” can't be used", line.reasons)
        with self.assertRaises(UserError):
            line.selected = True
        with self.assertRaisesRegex(UserError, "Choose the templates"):
            wizard.action_import()
        self.assertFalse(self.env["mail.center.template"].search([]))

    def test_fields_that_are_secret_are_not_taken_over(self):
        self.odoo_template('<p><t t-out="object.user_id.login"/></p>')
        self.assertEqual(self.wizard().line_ids.state, "impossible")

    def test_templates_of_internal_documents_can_not_be_taken_over(self):
        model = self.env["ir.model"]._get("ir.cron")
        self.odoo_template("<p>x</p>", model_id=model.id, subject="x")
        line, = self.wizard().line_ids
        self.assertEqual(line.state, "impossible")
        self.assertIn("no access", line.reasons)

    def test_type_and_profiles_are_set_at_once(self):
        self.odoo_template()
        wizard = self.wizard()
        wizard.type_id = self.env["mail.center.type"].create({"name": "TP type"})
        wizard.profile_ids = self.sales
        template = self.imported(wizard)
        self.assertEqual((template.type_id, template.profile_ids),
                         (wizard.type_id, self.sales))

    def test_only_managers_import(self):
        with self.assertRaises(AccessError):
            self.wizard(self.user)



class TestOdooTemplates(TemplateCase):
    imported = TestTemplateImport.imported

    def test_all_of_odoos_own_templates_are_looked_at_and_none_breaks_the_wizard(self):
        """Those of the apps that are installed here: each is imported, or told why not."""
        wizard = self.env["mail.center.template.import"].browse(
            self.env["mail.center.template.import"].action_open()["res_id"]
        )
        lines = wizard.line_ids
        self.assertEqual(len(lines), self.env["mail.template"].search_count([]))
        for line in lines:
            self.assertEqual(bool(line.reasons), line.state != "ready", line.name)
        possible = lines.filtered(lambda line: line.state != "impossible")
        possible.selected = True
        lines.filtered(lambda line: line.state == "impossible").selected = False
        self.assertEqual(len(self.imported(wizard)), len(possible))
        print(f"templates of Odoo: {len(lines)}, imported {len(possible)}")
