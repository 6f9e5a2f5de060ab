"""Users, a profile and a contact for the tests of templates."""

from odoo.tests import TransactionCase, new_test_user

EMAIL = "base.group_user,base.group_partner_manager,mail_center.group_user"
MANAGER = "base.group_user,base.group_partner_manager,mail_center.group_manager"


class TemplateCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mail.center.template"].with_context(active_test=False).search([]).unlink()
        cls.manager = new_test_user(cls.env, login="tp_boss", name="Boss", groups=MANAGER)
        cls.user = new_test_user(
            cls.env, login="tp_anna", name="Anna Nowak", email="anna@tp.example", groups=EMAIL
        )
        cls.other = new_test_user(cls.env, login="tp_jan", name="Jan", groups=EMAIL)
        cls.sales = cls.env["mail.center.profile"].create(
            {"name": "TP sales", "user_ids": [(6, 0, cls.user.ids)]}
        )
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "Eve Example",
                "email": "eve@x.example",
                "city": "Łódź",
                "tz": "UTC",
                "lang": "en_US",
                "user_id": cls.user.id,
                "comment": "<p>Note <b>bold</b></p>",
                "child_ids": [
                    (0, 0, {"name": "Kid One", "city": "Radom"}),
                    (0, 0, {"name": "Kid Two"}),
                ],
            }
        )
        cls.partners = cls.env["ir.model"]._get("res.partner")

    def template(self, body="<p>Hello {{ document.name }}</p>", **vals):
        """A template on contacts, written by the manager."""
        return self.env["mail.center.template"].with_user(self.manager).create(
            {"name": "Letter", "model_id": self.partners.id, "body_html": body, **vals}
        )

    def render(self, body, user=None, record=None, **vals):
        """``(subject, body, unresolved)`` of a new template, as the user."""
        return self.render_template(self.template(body, **vals), user, record)

    def render_template(self, template, user=None, record=None, **options):
        user = user or self.user
        return template.with_user(user)._render_mail(
            (record or self.partner).with_user(user), **options
        )

    def render_unchecked(self, body, user=None):
        """What a body renders to that could never be saved. Raises TemplateProblem."""
        templates = self.env["mail.center.template"].with_user(user or self.user)
        record = self.partner.with_user(user or self.user)
        return templates._render_texts("", body, record, templates._render_recipient(record))
