"""Templates in the form in which mail is written."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .template_common import TemplateCase


class TestTemplateInCompose(TemplateCase):
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
        self.user.signature = "<p>Best, Anna</p>"
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

    def open(self, user=None, **context):
        context = {"default_res_model": "res.partner", "default_res_id": self.partner.id,
                   **context}
        return Form(self.env["mail.center.compose"].with_user(user or self.user)
                    .with_context(**context))

    def insert(self, form, template):
        form.template_id = template.with_user(self.user)
        form.insert_template = True

    def conflict(self, form, template):
        return self.env["mail.center.compose"].with_user(self.user).template_conflict(
            {
                "subject": form.subject, "body_html": form.body_html, "mode": form.mode,
                "template_digest": form.template_digest,
                "template_subject": form.template_subject, "template_id": template.id,
            }
        )

    def test_a_new_mail_opens_with_the_default_template_of_its_type(self):
        form = self.open()
        self.assertEqual(form.template_id, self.default)
        self.assertEqual(form.subject, "About Eve Example")
        self.assertIn("<p>Dear Eve Example,</p>", form.body_html)
        self.assertIn("Best, Anna", form.body_html)
        self.assertLess(form.body_html.index("Dear"), form.body_html.index("Best"))
        self.assertEqual(form.attachment_ids[:].mapped("name"), ["terms.txt"])

    def test_another_template_replaces_it_and_keeps_what_was_written_elsewhere(self):
        form = self.open()
        form.body_html = f"<p>My words above</p>{form.body_html}<p>My words below</p>"
        self.assertFalse(self.conflict(form, self.second))
        self.insert(form, self.second)
        self.assertNotIn("Dear", form.body_html)
        order = [form.body_html.index(text) for text in
                 ("My words above", "Second text", "Best, Anna", "My words below")]
        self.assertEqual(order, sorted(order))
        self.assertEqual(form.subject, "Second for Eve Example")
        self.assertFalse(form.attachment_ids[:])

    def test_files_that_the_person_added_stay(self):
        form = self.open()
        own = self.env["ir.attachment"].with_user(self.user).create(
            {"name": "own.txt", "raw": b"own"}
        )
        form.attachment_ids.add(own)
        self.insert(form, self.second)
        self.assertEqual(form.attachment_ids[:].mapped("name"), ["own.txt"])

    def test_text_that_was_changed_is_not_overwritten_without_asking(self):
        form = self.open()
        form.body_html = form.body_html.replace("Dear Eve", "My dear Eve")
        question = self.conflict(form, self.second)
        self.assertIn("You have changed the inserted text. “Second” replaces it", question)

    def test_a_subject_that_was_changed_is_not_overwritten_without_asking(self):
        form = self.open()
        form.subject = "Mine"
        self.assertIn("changed the subject", self.conflict(form, self.second))
        form.body_html = form.body_html.replace("Dear", "Hi")
        self.assertIn("replaces both", self.conflict(form, self.second))
        self.insert(form, self.second)
        self.assertEqual(form.subject, "Second for Eve Example")

    def test_how_the_editor_writes_the_text_is_no_change(self):
        form = self.open()
        form.body_html = str(form.body_html).replace(
            "<p>Dear", '<p style="margin: 0px; box-sizing: border-box">Dear'
        )
        self.assertFalse(self.conflict(form, self.second))

    def test_a_person_who_removed_the_text_gets_the_new_one_on_top(self):
        form = self.open()
        form.body_html = "<p>All mine</p>"
        self.assertFalse(self.conflict(form, self.second))
        self.insert(form, self.second)
        self.assertLess(form.body_html.index("Second text"), form.body_html.index("All mine"))

    def test_an_answer_opens_without_template_and_keeps_its_subject(self):
        message = self.env["mail.center.message"].sudo().create(
            {"account_id": self.account.id, "direction": "in", "subject": "Question",
             "from_display": "Eve <eve@x.example>"}
        )
        form = self.open(default_parent_id=message.id, default_mode="reply")
        self.assertFalse(form.template_id)
        self.assertNotIn("Dear", form.body_html)
        self.assertFalse(self.conflict(form, self.second))
        self.insert(form, self.second)
        self.assertEqual(form.subject, "Re: Question")
        self.assertIn("Second text", form.body_html)
        self.assertIn("blockquote", form.body_html)

    def test_only_templates_of_ones_profiles_that_fit_are_offered(self):
        closed = self.template(name="Closed", profile_ids=[(6, 0, self.sales.ids)])
        users = self.template(name="Users", model_id=self.env["ir.model"]._get("res.users").id)
        anywhere = self.template("<p>x</p>", name="Anywhere", model_id=False)
        domain = [("is_usable", "=", True), ("model", "in", [False, "res.partner"])]
        offered = self.env["mail.center.template"].with_user(self.user).search(domain)
        self.assertEqual(offered, self.default | self.second | closed | anywhere)
        offered = self.env["mail.center.template"].with_user(self.manager).search(domain)
        self.assertEqual(offered, self.default | self.second | anywhere)
        self.assertNotIn(users, offered)

    def test_a_template_of_others_can_not_be_inserted_by_its_number(self):
        hidden = self.env["mail.center.profile"].create({"name": "TP hidden"})
        closed = self.template(name="Closed", profile_ids=[(6, 0, hidden.ids)])
        composes = self.env["mail.center.compose"].with_user(self.user)
        with self.assertRaises(AccessError):
            composes._template_values(
                closed.with_user(self.user),
                {"res_model": "res.partner", "res_id": self.partner.id},
            )
        with self.assertRaises(AccessError):
            composes.template_conflict({"template_id": closed.id})
        form = self.open(default_template_id=closed.id)
        self.assertNotIn("Hello", form.body_html or "")

    def test_a_template_of_other_documents_can_not_be_inserted(self):
        users = self.template(name="Users", model_id=self.env["ir.model"]._get("res.users").id)
        with self.assertRaisesRegex(UserError, "made for other documents"):
            self.env["mail.center.compose"].with_user(self.user)._template_values(
                users.with_user(self.user),
                {"res_model": "res.partner", "res_id": self.partner.id},
            )

    def test_a_report_that_can_not_be_made_is_told_and_the_mail_can_be_written(self):
        self.default.report_ids = self.env["ir.actions.report"].create(
            {"name": "Card", "model": "res.partner", "report_type": "qweb-text",
             "report_name": "x.y", "group_ids": [(6, 0, self.env.ref("base.group_system").ids)]}
        )
        form = self.open()
        self.assertIn("“Card” could not be made", form.template_warning)
        self.assertIn("Dear Eve", form.body_html)
        self.assertEqual(form.to_partner_ids[:], self.partner)

    def test_the_mark_of_the_template_does_not_leave_with_the_mail(self):
        form = self.open()
        html, _inline = self.env["mail.center.writer"].with_user(self.user)._body(form.body_html)
        self.assertIn("Dear Eve Example", html)
        self.assertNotIn("data-mc", html)

    def test_reports_of_mails_that_were_never_sent_are_removed(self):
        left = self.env["ir.attachment"].create(
            {"name": "old.pdf", "raw": b"x", "res_model": "mail.center.compose", "res_id": 0}
        )
        fresh = left.copy()
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = now() - interval '3 days' WHERE id = %s",
            (left.id,),
        )
        self.env["mail.center.compose"]._gc_template_files()
        self.assertFalse(left.exists())
        self.assertTrue(fresh.exists())
