"""There is one default template for each profile and type."""

import odoo.sql_db
import psycopg2
from odoo.tests import Form
from odoo.tools import mute_logger

from .template_common import TemplateCase


class TestTemplateDefault(TemplateCase):
    def setUp(self):
        super().setUp()
        self.offer = self.env["mail.center.type"].create({"name": "TP offer"})
        self.told = []
        users = self.env.registry["res.users"]
        self.patch(
            users, "_bus_send",
            lambda user, kind, payload, **kw: self.told.append((user, kind, payload)),
        )

    def default(self, **vals):
        return self.template(is_default=True, **vals)

    def test_a_new_default_releases_the_former_one_and_says_so(self):
        first = self.default(name="First")
        second = self.default(name="Second")
        self.assertFalse(first.is_default)
        self.assertTrue(second.is_default)
        (user, kind, payload), = self.told
        self.assertEqual((user, kind), (self.manager, "simple_notification"))
        self.assertIn("“Second” is now the default for everyone (all types)", payload["message"])
        self.assertIn("“First” is released", payload["message"])

    def test_profiles_and_types_have_defaults_of_their_own(self):
        templates = [
            self.default(name="A"),
            self.default(name="B", profile_ids=[(6, 0, self.sales.ids)]),
            self.default(name="C", type_id=self.offer.id),
            self.default(name="D", profile_ids=[(6, 0, self.sales.ids)], type_id=self.offer.id),
        ]
        self.assertTrue(all(template.is_default for template in templates))
        self.assertFalse(self.told)

    def test_a_template_of_two_profiles_keeps_the_one_that_nobody_took(self):
        second = self.env["mail.center.profile"].create({"name": "TP second"})
        both = self.default(name="Both", profile_ids=[(6, 0, (self.sales | second).ids)])
        self.default(name="One", profile_ids=[(6, 0, self.sales.ids)])
        self.assertTrue(both.is_default)
        self.assertEqual(both.default_ids.profile_id, second)
        self.assertIn("TP sales (all types)", self.told[0][2]["message"])
        self.default(name="Two", profile_ids=[(6, 0, second.ids)])
        self.assertFalse(both.is_default)

    def test_changing_profile_or_type_takes_the_place_there(self):
        first = self.default(name="First", profile_ids=[(6, 0, self.sales.ids)])
        second = self.default(name="Second")
        second.profile_ids = self.sales
        self.assertFalse(first.is_default)
        self.assertTrue(second.is_default)
        self.assertFalse(self.env["mail.center.template"]._default_for())
        second.type_id = self.offer
        self.assertEqual(second.default_ids.type_id, self.offer)

    def test_an_archived_template_is_no_default(self):
        template = self.default()
        template.active = False
        self.assertFalse(template.is_default)
        template.active = True
        self.assertFalse(template.is_default)

    def test_the_form_tells_before_saving_whom_it_releases(self):
        self.default(name="First")
        form = Form(self.env["mail.center.template"].with_user(self.manager))
        form.name = "Second"
        self.assertFalse(form.default_notice)
        form.is_default = True
        self.assertIn("Saving releases “First”", form.default_notice)
        form.type_id = self.offer
        self.assertFalse(form.default_notice)

    def test_defaults_can_be_searched(self):
        first, second = self.default(name="First"), self.template(name="Second")
        templates = self.env["mail.center.template"]
        self.assertEqual(templates.search([("is_default", "=", True)]), first)
        self.assertEqual(templates.search([("is_default", "=", False)]), second)

    def test_ones_profile_comes_before_everyone_and_the_type_before_all_types(self):
        everyone = self.default(name="Everyone", model_id=False, body_html="x")
        typed = self.default(name="Typed", type_id=self.offer.id, model_id=False, body_html="x")
        mine = self.default(
            name="Mine", profile_ids=[(6, 0, self.sales.ids)], model_id=False, body_html="x"
        )
        templates = self.env["mail.center.template"].with_user(self.user)
        self.assertEqual(templates._default_for(), mine)
        self.assertEqual(templates._default_for(self.offer), mine)
        others = self.env["mail.center.template"].with_user(self.other)
        self.assertEqual(others._default_for(), everyone)
        self.assertEqual(others._default_for(self.offer), typed)

    def test_a_default_for_other_documents_is_not_inserted(self):
        contacts = self.default(name="Contacts")
        templates = self.env["mail.center.template"].with_user(self.user)
        self.assertEqual(templates._default_for(model="res.partner"), contacts)
        self.assertFalse(templates._default_for(model="res.users"))
        self.assertFalse(templates._default_for(model=False))

    def test_two_managers_at_the_same_time_make_one_default(self):
        """With two real connections: the later one is refused by the database, so that Odoo
        repeats it, and then it releases the one that was first."""
        database = odoo.sql_db.db_connect(self.env.cr.dbname)
        rows = "mail.center.template.default"

        def env_of(cursor):
            return self.env(cr=cursor, su=True)

        with database.cursor() as setup:
            templates = env_of(setup)["mail.center.template"].create(
                [{"name": "TP race 1"}, {"name": "TP race 2"}]
            )
            message_type = env_of(setup)["mail.center.type"].create({"name": "TP race"})
            templates.type_id = message_type
            setup.commit()
        try:
            with database.cursor() as one, database.cursor() as two:
                first = env_of(one)["mail.center.template"].browse(templates[0].id)
                second = env_of(two)["mail.center.template"].browse(templates[1].id)
                self.assertFalse(second.is_default)  # both have begun to look
                first.is_default = True
                one.commit()
                with (
                    mute_logger("odoo.sql_db"),
                    self.assertRaises(psycopg2.errors.SerializationFailure),
                ):
                    second.is_default = True
                two.rollback()
                second.invalidate_recordset()
                released = env_of(two)[rows]._claim(second)
                self.assertEqual([former.id for former, _pair in released], [first.id])
                two.commit()
                held = env_of(two)[rows].search([("type_id", "=", message_type.id)])
                self.assertEqual(held.template_id, second)
                two.commit()
        finally:
            with database.cursor() as clean:
                env_of(clean)["mail.center.template"].browse(templates.ids).unlink()
                env_of(clean)["mail.center.type"].browse(message_type.id).unlink()
                clean.commit()
