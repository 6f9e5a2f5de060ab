"""Templates in a mail that is being written."""

from odoo.exceptions import AccessError, UserError

from .template_common import TemplateCase


class TestTemplateInsert(TemplateCase):
    def setUp(self):
        super().setUp()
        self.offer = self.env["mail.center.type"].create({"name": "TP offer"})
        self.account = self.env["mail.center.account"].create(
            {
                "name": "Office", "email": "office@tp.example", "user_id": self.user.id,
                "imap_host": "localhost", "smtp_host": "localhost", "sync_enabled": False,
                "outgoing_type_id": self.offer.id,
            }
        )
        self.default = self.template(
            name="Standard",
            subject="About {{ document.name }}",
            body="<p>Dear {{ recipient.name }},</p>",
            type_id=self.offer.id,
            is_default=True,
            attachment_ids=[(0, 0, {"name": "terms.txt", "raw": b"terms"})],
        )
        self.second = self.template(
            name="Second", subject="Second for {{ document.name }}", body="<p>Second text</p>"
        )
        self.drafts = self.env["mail.center.draft"].with_user(self.user)

    def start(self, **start):
        return self.drafts._start(
            {"res_model": "res.partner", "res_id": self.partner.id, **start}
        )

    def test_a_new_mail_opens_with_the_default_template_of_its_type(self):
        draft = self.start()
        self.assertEqual(draft.template_id, self.default)
        self.assertEqual(draft.subject, "About Eve Example")
        self.assertIn("Dear Eve Example,", draft.body_html)
        self.assertEqual([file["name"] for file in draft._files()], ["terms.txt"])

    def test_another_template_brings_its_files_and_takes_those_of_the_former_one_away(self):
        draft = self.start()
        answer = draft.insert_template(self.second.id)
        self.assertIn("Second text", answer["html"])
        self.assertEqual(answer["subject"], "Second for Eve Example")
        self.assertEqual(answer["files"], [])

    def test_the_language_is_that_of_the_recipient(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.second.with_context(lang="pl_PL").body_html = "<p>Drugi tekst</p>"
        self.partner.lang = "pl_PL"
        answer = self.start().insert_template(self.second.id)
        self.assertIn("Drugi tekst", answer["html"])

    def test_only_templates_of_ones_profiles_that_fit_are_offered(self):
        closed = self.template(name="Closed", profile_ids=[(6, 0, self.sales.ids)])
        hidden = self.env["mail.center.profile"].create({"name": "TP hidden"})
        self.template(name="Hidden", profile_ids=[(6, 0, hidden.ids)])
        self.template(name="Users", model_id=self.env["ir.model"]._get("res.users").id)
        anywhere = self.template("<p>x</p>", name="Anywhere", model_id=False)
        offered = {choice["id"] for choice in self.start()._window()["templates"]}
        self.assertEqual(offered, set((self.default | self.second | closed | anywhere).ids))
        domain = self.env["mail.center.template"].with_user(self.manager)._usable_domain(False)
        offered = self.env["mail.center.template"].with_user(self.manager).search(domain)
        self.assertEqual(offered, anywhere)

    def test_a_template_of_others_can_not_be_inserted_by_its_number(self):
        hidden = self.env["mail.center.profile"].create({"name": "TP hidden"})
        closed = self.template(name="Closed", profile_ids=[(6, 0, hidden.ids)])
        with self.assertRaises(AccessError):
            self.start().insert_template(closed.id)

    def test_a_template_of_other_documents_can_not_be_inserted(self):
        users = self.template(name="Users", model_id=self.env["ir.model"]._get("res.users").id)
        with self.assertRaises(UserError):
            self.start().insert_template(users.id)

    def test_a_report_that_can_not_be_made_is_told_and_the_mail_can_be_written(self):
        self.second.report_ids = self.env["ir.actions.report"].create(
            {"name": "Card", "model": "res.partner", "report_type": "qweb-text",
             "report_name": "x.y", "group_ids": [(6, 0, self.env.ref("base.group_system").ids)]}
        )
        answer = self.start().insert_template(self.second.id)
        self.assertIn("“Card” could not be made", answer["warnings"][0])
        self.assertIn("Second text", answer["html"])

    def test_a_field_that_the_writer_may_not_read_is_told(self):
        template = self.template("<p>{{ document.parent_id.name }}.</p>", name="Parent")
        parent = self.env["res.partner"].create({"name": "Hidden Ltd", "ref": "hidden"})
        self.partner.parent_id = parent
        self.env["ir.rule"].create(
            {
                "name": "hidden contacts",
                "model_id": self.partners.id,
                "domain_force": "[('ref', '!=', 'hidden')]",
                "groups": [(6, 0, self.env.ref("mail_center.group_user").ids)],
            }
        )
        answer = self.start().insert_template(template.id)
        self.assertNotIn("Hidden", answer["html"])
        self.assertIn("document.parent_id.name", answer["warnings"][0])

    def test_the_mark_of_the_template_does_not_leave_with_the_mail(self):
        draft = self.start()
        self.assertIn("data-mc-template", draft.body_html)
        html, _inline = self.env["mail.center.writer"].with_user(self.user)._body(draft.body_html)
        self.assertIn("Dear Eve Example", html)
        self.assertNotIn("data-mc", html)
