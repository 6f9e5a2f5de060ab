"""Templates in the mail that is being written."""

from odoo.exceptions import AccessError, UserError

from .template_common import TemplateCase


class TestTemplateInDraft(TemplateCase):
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
        self.drafts = self.env["mail.center.draft"].with_user(self.user)

    def start(self, **start):
        return self.drafts._start(
            {"res_model": "res.partner", "res_id": self.partner.id, **start}
        )

    def file_names(self, draft):
        return [file["name"] for file in draft._files()]

    def test_a_new_mail_opens_with_the_default_template_of_its_type(self):
        draft = self.start()
        self.assertEqual(draft.template_id, self.default)
        self.assertEqual(draft.type_id, self.offer)
        self.assertEqual(draft.subject, "About Eve Example")
        self.assertIn("<p>Dear Eve Example,</p>", draft.body_html)
        self.assertLess(draft.body_html.index("Dear"), draft.body_html.index("Best, Anna"))
        self.assertEqual(self.file_names(draft), ["terms.txt"])

    def test_a_template_with_the_signature_in_it_brings_no_second_one(self):
        self.default.body_html = "<p>Dear you,</p>{{ sender.signature }}"
        self.assertEqual(self.start().body_html.count("Best, Anna"), 1)

    def test_another_template_brings_its_own_subject_and_files(self):
        draft = self.start()
        answer = draft.insert_template(self.second.id)
        self.assertEqual(answer["subject"], "Second for Eve Example")
        self.assertIn("Second text", answer["html"])
        self.assertEqual(answer["files"], [])
        self.assertEqual(draft.subject, "Second for Eve Example")

    def test_files_that_the_person_added_stay(self):
        draft = self.start()
        draft._add_file("own.txt", b"own")
        draft.insert_template(self.second.id)
        self.assertEqual(self.file_names(draft), ["own.txt"])

    def test_a_subject_that_was_changed_is_not_overwritten(self):
        draft = self.start()
        draft.save({"subject": "Mine"})
        self.assertFalse(draft.insert_template(self.second.id)["subject"])
        self.assertEqual(draft.subject, "Mine")

    def test_an_answer_opens_without_template_and_keeps_its_subject(self):
        message = self.env["mail.center.message"].sudo().create(
            {"account_id": self.account.id, "direction": "in", "subject": "Question",
             "from_display": "Eve <eve@x.example>"}
        )
        draft = self.start(parent_id=message.id, mode="reply")
        self.assertFalse(draft.template_id)
        self.assertNotIn("Dear", draft.body_html)
        self.assertFalse(draft.insert_template(self.second.id)["subject"])
        self.assertEqual(draft.subject, "Re: Question")

    def test_only_templates_of_ones_profiles_that_fit_are_offered(self):
        closed = self.template(name="Closed", profile_ids=[(6, 0, self.sales.ids)])
        users = self.template(name="Users", model_id=self.env["ir.model"]._get("res.users").id)
        anywhere = self.template("<p>x</p>", name="Anywhere", model_id=False)
        draft = self.start()
        offered = {one["id"] for one in draft._template_choices()}
        self.assertEqual(offered, set((self.default | self.second | closed | anywhere).ids))
        managers = self.env["mail.center.draft"].with_user(self.manager)._start(
            {"res_model": "res.partner", "res_id": self.partner.id}
        )
        self.assertEqual(
            {one["id"] for one in managers._template_choices()},
            set((self.default | self.second | anywhere).ids),
        )
        self.assertNotIn(users.id, {one["id"] for one in draft._template_choices()})

    def test_a_template_of_others_can_not_be_inserted_by_its_number(self):
        hidden = self.env["mail.center.profile"].create({"name": "TP hidden"})
        closed = self.template(name="Closed", profile_ids=[(6, 0, hidden.ids)])
        draft = self.start()
        with self.assertRaises(AccessError):
            draft.insert_template(closed.id)
        with self.assertRaises(AccessError):
            draft.save({"template_id": closed.id})

    def test_a_template_of_other_documents_can_not_be_inserted(self):
        users = self.template(name="Users", model_id=self.env["ir.model"]._get("res.users").id)
        with self.assertRaisesRegex(UserError, "another kind of document"):
            self.start().insert_template(users.id)

    def test_a_report_that_can_not_be_made_is_told_and_the_mail_can_be_written(self):
        self.second.report_ids = self.env["ir.actions.report"].create(
            {"name": "Card", "model": "res.partner", "report_type": "qweb-text",
             "report_name": "x.y", "group_ids": [(6, 0, self.env.ref("base.group_system").ids)]}
        )
        answer = self.start().insert_template(self.second.id)
        self.assertIn("“Card” could not be made", answer["warnings"][0])
        self.assertIn("Second text", answer["html"])

    def test_the_mark_of_the_template_does_not_leave_with_the_mail(self):
        draft = self.start()
        html, _inline = self.env["mail.center.writer"].with_user(self.user)._body(draft.body_html)
        self.assertIn("Dear Eve Example", html)
        self.assertNotIn("data-mc", html)
