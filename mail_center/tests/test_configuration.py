"""The configuration goes to another database and loses nothing but its secrets."""

import base64
import json

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user

from ..models.mail_center_configuration import PARTS, SIMPLE, TRANSLATED

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
# Settings that go along in a way of their own.
OTHERWISE = {
    "type_id", "profile_ids", "model_id", "attachment_ids", "report_ids", "user_id",
    "permission_ids", "signature", "incoming_type_id", "outgoing_type_id",
}
# What stays, because it is of one database: people, the state of a mailbox, what needs a key, the
# legacy protocol, and rules, which name records.
STAYS = {
    "user_ids", "group_ids", "company_id", "alert_user_ids", "folder_ids", "sync_enabled",
    "dkim_sign", "pop3_host", "pop3_port", "pop3_security", "pop3_login", "rule_ids",
}


class TestConfiguration(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("pl_PL")
        cls.boss = new_test_user(
            cls.env, "mc_boss", groups="base.group_user,mail_center.group_manager"
        )
        cls.configuration = cls.env["mail.center.configuration"].with_user(cls.boss)
        cls.profile = cls.env["mail.center.profile"].create(
            {"name": "Board", "user_ids": [(6, 0, cls.boss.ids)]}
        )
        cls.kind = cls.env["mail.center.type"].create(
            {"name": "Offer XY", "color": 5, "profile_ids": [(6, 0, cls.profile.ids)]}
        )
        cls.kind.update_field_translations("name", {"pl_PL": "Oferta XY"})
        cls.template = cls.env["mail.center.template"].create(
            {"name": "Our offer XY", "subject": "Offer for {{ recipient.name }}",
             "body_html": "<p>Dear <b>{{ recipient.name }}</b></p>", "type_id": cls.kind.id,
             "model_id": cls.env["ir.model"]._get_id("res.partner"),
             "attachment_ids": [(0, 0, {"name": "a.txt", "raw": b"hello"})]}
        )
        cls.template.update_field_translations("subject", {"pl_PL": "Oferta dla klienta"})
        cls.account = cls.env["mail.center.account"].create(
            {"name": "Office", "email": "office-xy@mc.example", "user_id": cls.boss.id,
             "imap_host": "imap.mc.example", "imap_login": "o", "imap_password": "planted",
             "outgoing_type_id": cls.kind.id, "use_for_integration": True}
        )

    def exported(self):
        return json.loads(json.dumps(self.configuration.export_configuration()))

    def test_what_is_exported_holds_no_secret(self):
        text = json.dumps(self.configuration.export_configuration())
        self.assertIn("office-xy@mc.example", text)
        self.assertNotIn("planted", text)
        for word in ("password", "token", "secret"):
            self.assertNotIn(f'"{word}', text)

    def test_all_of_it_arrives_in_a_database_that_has_nothing(self):
        content = self.exported()
        self.template.unlink()
        self.account.unlink()
        self.kind.unlink()
        self.profile.unlink()
        report = self.configuration.import_configuration(content)
        self.assertLessEqual({"Board", "Offer XY", "Our offer XY", "Office"},
                             set(report["created"]))
        kind = self.env["mail.center.type"].search([("name", "=", "Offer XY")])
        self.assertEqual((kind.color, kind.with_context(lang="pl_PL").name), (5, "Oferta XY"))
        self.assertEqual(kind.profile_ids.name, "Board")
        self.assertFalse(kind.profile_ids.user_ids, "people are let in by hand, never by a file")
        template = self.env["mail.center.template"].search([("name", "=", "Our offer XY")])
        self.assertEqual((template.type_id, template.model), (kind, "res.partner"))
        self.assertIn("<b>{{ recipient.name }}</b>", template.body_html)
        self.assertEqual(template.with_context(lang="pl_PL").subject, "Oferta dla klienta")
        self.assertEqual(template.attachment_ids.mapped("raw"), [b"hello"])
        account = self.env["mail.center.account"].search([("email", "=", "office-xy@mc.example")])
        self.assertEqual((account.imap_host, account.user_id, account.outgoing_type_id),
                         ("imap.mc.example", self.boss, kind))
        self.assertFalse(account.imap_password_set)
        self.assertFalse(account.sync_enabled)
        self.assertTrue(account.use_for_integration)

    def test_twice_is_as_once_and_what_is_here_is_left(self):
        content = self.exported()
        self.kind.color = 9
        self.account.imap_host = "other.mc.example"
        report = self.configuration.import_configuration(content)
        self.assertEqual((report["created"], report["updated"]), ([], []))
        self.assertEqual(self.kind.color, 9)
        report = self.configuration.import_configuration(content, update=True)
        self.assertIn("Offer XY", report["updated"])
        self.assertEqual(self.kind.color, 5)
        self.assertEqual(self.account.imap_host, "other.mc.example")

    def test_a_second_import_changes_nothing_though_it_may(self):
        self.template.is_default = True
        content = self.exported()
        before = self.template.attachment_ids
        report = self.configuration.import_configuration(content, update=True)
        self.assertEqual((report["created"], report["updated"]), ([], []))
        self.assertEqual(self.template.attachment_ids, before)

    def test_pictures_in_texts_come_along_and_no_token_of_them(self):
        picture = self.env["ir.attachment"].create(
            {"name": "logo.png", "raw": PIXEL, "res_model": "mail.center.template",
             "res_id": self.template.id}
        )
        (token,) = picture.generate_access_token()
        self.template.body_html = (
            f'<p><img src="/web/image/{picture.id}-abc/logo.png?access_token={token}"/></p>'
        )
        content = self.exported()
        self.assertNotIn(token, json.dumps(content))
        self.template.unlink()
        self.configuration.import_configuration(content)
        template = self.env["mail.center.template"].search([("name", "=", "Our offer XY")])
        there = self.env["ir.attachment"].search(
            [("res_model", "=", template._name), ("res_id", "=", template.id),
             ("name", "=", "logo.png")]
        )
        self.assertEqual(there.raw, PIXEL)
        self.assertIn(f'src="/web/image/{there.id}"', template.body_html)
        self.assertNotIn("Our offer XY",
                         self.configuration.import_configuration(content, update=True)["updated"])

    def test_the_default_that_is_here_stays_one(self):
        self.template.is_default = True
        content = self.exported()
        self.template.name = "Theirs"
        report = self.configuration.import_configuration(content)
        self.assertIn("Our offer XY", report["created"])
        self.assertTrue(self.template.is_default)
        self.template.unlink()
        self.configuration.import_configuration(content, update=True)
        self.assertTrue(
            self.env["mail.center.template"].search([("name", "=", "Our offer XY")]).is_default
        )

    def test_what_profiles_may_do_and_the_signature_of_an_account_come_along(self):
        self.account.write(
            {"signature": "<p>Office, Kraków</p>", "retention_days": 90,
             "import_since": "2026-01-31",
             "permission_ids": [(0, 0, {"profile_id": self.profile.id, "can_send": True}),
                                (0, 0, {"user_id": self.env.ref("base.user_admin").id})]}
        )
        content = self.exported()
        self.account.unlink()
        self.configuration.import_configuration(content)
        account = self.env["mail.center.account"].search([("email", "=", "office-xy@mc.example")])
        self.assertIn("Office, Kraków", account.signature)
        self.assertEqual((account.retention_days, str(account.import_since)),
                         (90, "2026-01-31"))
        self.assertEqual(account.permission_ids.profile_id, self.profile)
        self.assertFalse(account.permission_ids.user_id)
        self.assertTrue(account.permission_ids.can_send)

    def test_no_setting_is_forgotten(self):
        for model in PARTS.values():
            settings = {
                name for name, field in self.env[model]._fields.items()
                if field.store and not field.readonly and not field.compute and not field.groups
                and name not in models.MAGIC_COLUMNS
            }
            known = {*SIMPLE[model], *TRANSLATED.get(model, ()), "active"}
            self.assertEqual(settings - known - OTHERWISE - STAYS, set(), model)

    def test_a_template_of_an_app_that_is_missing_is_left_and_named(self):
        content = self.exported()
        content["templates"] = [{**content["templates"][-1], "name": {"en_US": "Alien"},
                                 "model": "alien.model"}]
        self.assertIn("Alien", self.configuration.import_configuration(content)["left"])

    def test_markup_from_a_file_is_cleaned(self):
        content = self.exported()
        content["templates"] = [{"name": {"en_US": "Evil"}, "subject": {}, "sequence": 1,
                                 "body_html": {"en_US": "<p>x</p><script>alert(1)</script>"}}]
        self.configuration.import_configuration(content)
        evil = self.env["mail.center.template"].search([("name", "=", "Evil")])
        self.assertNotIn("script", evil.body_html)

    def test_damage_is_told_and_nothing_is_half_done(self):
        for content in ([], {}, {"mail_center": 99}, {"mail_center": 1, "types": [{}]},
                        {"mail_center": 1, "templates": [7]}, {"mail_center": 1, "types": 7},
                        {"mail_center": 1, "types": [{"name": {}}]}):
            with self.assertRaises(UserError):
                self.configuration.import_configuration(content)

    def test_only_managers_move_it(self):
        user = new_test_user(self.env, "mc_plain", groups="mail_center.group_user")
        configuration = self.configuration.with_user(user)
        with self.assertRaises(AccessError):
            configuration.export_configuration()
        with self.assertRaises(AccessError):
            configuration.import_configuration({"mail_center": 1})

    def test_the_window_makes_a_file_and_takes_it(self):
        wizard = self.env["mail.center.transfer"].with_user(self.boss).create({})
        wizard.action_export()
        self.assertIn(".json", wizard.exported_name)
        self.template.name = "Renamed"
        wizard.file = wizard.exported
        wizard.action_import()
        self.assertIn("Our offer XY", wizard.report)
