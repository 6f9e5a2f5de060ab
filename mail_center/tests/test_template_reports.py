"""Files and reports that come with a template."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError

from .template_common import TemplateCase


class TestTemplateReports(TemplateCase):
    def setUp(self):
        super().setUp()
        self.env["ir.ui.view"].create(
            {
                "name": "tp_card",
                "key": "mail_center.tp_card",
                "type": "qweb",
                "arch": "<t t-name='mail_center.tp_card'><t t-foreach='docs' t-as='doc'>"
                "Card of <t t-out='doc.name'/> by <t t-out='doc.env.user.name'/></t></t>",
            }
        )
        self.report = self.env["ir.actions.report"].create(
            {
                "name": "Card",
                "model": "res.partner",
                "report_type": "qweb-text",
                "report_name": "mail_center.tp_card",
                "print_report_name": "'Card - %s' % object.name",
            }
        )
        self.letter = self.template(report_ids=[(6, 0, self.report.ids)])

    def reports(self, user=None):
        user = user or self.user
        return self.letter.with_user(user)._render_reports(self.partner.with_user(user))

    def test_the_report_is_made_of_the_document_as_the_user(self):
        ((name, mimetype, content),), problems = self.reports()
        self.assertEqual((name, mimetype), ("Card - Eve Example.txt", "text/plain"))
        self.assertIn(b"Card of Eve Example by Anna Nowak", b" ".join(content.split()))
        self.assertFalse(problems)

    def test_a_pdf_report_is_made_like_odoo_prints_it(self):
        self.report.report_type = "qweb-pdf"
        made = (b"%PDF-1.4 made", "pdf")
        with patch.object(
            self.env.registry["ir.actions.report"], "_render_qweb_pdf", return_value=made
        ) as render:
            ((name, mimetype, content),), _problems = self.reports()
        self.assertEqual((name, mimetype, content),
                         ("Card - Eve Example.pdf", "application/pdf", b"%PDF-1.4 made"))
        self.assertEqual(render.call_args.args, (self.report, self.partner.ids))

    def test_a_report_of_another_group_is_told_and_left_out(self):
        self.report.group_ids = self.env.ref("base.group_system")
        files, (problem,) = self.reports()
        self.assertFalse(files)
        self.assertIn("The report “Card” could not be made and is not attached", problem)

    def test_a_report_that_fails_is_told_and_the_mail_can_still_be_written(self):
        self.report.report_type = "qweb-pdf"
        with patch.object(
            self.env.registry["ir.actions.report"], "_render_qweb_pdf",
            side_effect=UserError("no printer"),
        ):
            files, (problem,) = self.reports()
        self.assertFalse(files)
        self.assertIn("no printer", problem)

    def test_no_report_of_a_document_that_the_user_may_not_read(self):
        self.env["ir.rule"].create(
            {
                "name": "no contacts",
                "model_id": self.partners.id,
                "domain_force": f"[('id', '!=', {self.partner.id})]",
                "groups": [(6, 0, self.env.ref("mail_center.group_user").ids)],
            }
        )
        with self.assertRaises(AccessError):
            self.reports()

    def test_a_report_of_other_documents_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "not a report of the template's document"):
            self.letter.write({"model_id": False, "body_html": "<p>x</p>"})

    def test_files_of_a_template_are_for_its_users(self):
        self.letter.attachment_ids = [(0, 0, {"name": "a.txt", "raw": b"a"})]
        file = self.letter.attachment_ids
        self.assertEqual((file.res_model, file.res_id), (self.letter._name, self.letter.id))
        self.assertEqual(file.with_user(self.user).raw, b"a")

    def test_a_picture_in_the_text_is_for_its_users_too(self):
        picture = self.env["ir.attachment"].with_user(self.manager).create(
            {"name": "logo.png", "raw": b"x", "res_model": "mail.center.template"}
        )
        self.letter.body_html = f'<p><img src="/web/image/{picture.id}"/></p>'
        self.assertEqual(picture.res_id, self.letter.id)
        self.assertEqual(picture.with_user(self.user).name, "logo.png")

    def test_a_picture_of_something_else_stays_where_it_is(self):
        picture = self.env["ir.attachment"].create(
            {"name": "x.png", "raw": b"x", "res_model": "res.partner",
             "res_id": self.partner.id}
        )
        self.letter.body_html = f'<p><img src="/web/image/{picture.id}"/></p>'
        self.assertEqual(picture.res_model, "res.partner")

    def test_a_copy_has_files_of_its_own(self):
        self.letter.attachment_ids = [(0, 0, {"name": "a.txt", "raw": b"a"})]
        twin = self.letter.copy()
        self.assertEqual(twin.name, "Letter (copy)")
        self.assertFalse(twin.is_default)
        self.letter.attachment_ids.unlink()
        self.assertEqual(twin.attachment_ids.raw, b"a")
        self.assertEqual(twin.attachment_ids.res_id, twin.id)
