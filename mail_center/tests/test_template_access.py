"""A template shows what its user may see, and nothing else."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from ..core.template import TemplateProblem
from ..templating import Sight
from .template_common import TemplateCase

ESCAPES = (
    "{{ document.env }}",
    "{{ document.env.cr }}",
    "{{ document._cr }}",
    "{{ document.sudo() }}",
    "{{ document.sudo().name }}",
    "{{ document.unlink() }}",
    "{{ document.unlink }}",
    "{{ document.write({'name': 'x'}) }}",
    "{{ document.with_user(1).name }}",
    "{{ document.search }}",
    "{{ document.pool }}",
    "{{ document._fields }}",
    "{{ document._name }}",
    "{{ document.ids }}",
    "{{ document.__class__ }}",
    "{{ document['__class__'] }}",
    "{{ document['env'] }}",
    "{{ document|attr('env') }}",
    "{{ document.user_id.password }}",
    "{{ document.user_id.new_password }}",
    "{{ document.user_id.login }}",
    "{{ document.user_id.group_ids }}",
    "{{ document.user_id.totp_secret }}",
    "{{ document.user_id.api_key_ids }}",
    "{{ document.user_ids.password }}",
    "{{ document.signup_token }}",
    "{{ document.signup_type }}",
    "{{ document.image_1920 }}",
    "{{ document.avatar_128 }}",
    "{{ document.message_ids }}",
    "{{ document.message_ids.body }}",
    "{{ document.activity_ids }}",
    "{{ document.company_id.user_ids }}",
    "{{ document.create_uid.password }}",
    "{{ sender.password }}",
    "{{ recipient.env }}",
    "{{ company.env }}",
    "{{ account.imap_password }}",
    "{{ account.env }}",
    "{{ env }}",
    "{{ self }}",
    "{{ request }}",
    "{{ object.name }}",
    "{{ user.name }}",
    "{% for x in document.user_id.group_ids %}{{ x.name }}{% endfor %}",
    "{% set x = document.env %}{{ x }}",
    "{% import 'os' as os %}",
    "{% include '/etc/passwd' %}",
)


class TestTemplateEscapes(TemplateCase):
    def test_no_escape_can_be_saved(self):
        saved = []
        for source in ESCAPES:
            try:
                with self.env.cr.savepoint():
                    self.template(f"<p>{source}</p>")
            except ValidationError:
                continue
            saved.append(source)
        self.assertEqual(saved, [])
        print(f"escapes of templates: {len(ESCAPES)} tried, saved 0")

    def test_no_escape_shows_anything_even_if_it_got_into_the_database(self):
        admin = self.env.ref("base.user_admin")
        shown = []
        for source in ESCAPES:
            for user in (self.user, admin):
                try:
                    rendered = self.render_unchecked(f"<p>{source}</p>", user)
                except TemplateProblem:
                    continue
                if rendered.body != "<p></p>":
                    shown.append((source, rendered.body))
        self.assertEqual(shown, [])
        self.assertTrue(self.partner.exists())
        self.assertEqual(self.partner.name, "Eve Example")

    def test_a_value_that_looks_like_a_template_stays_text(self):
        self.partner.name = "{{ document.env }}<script>alert(1)</script>"
        rendered = self.render("<p>{{ document.name }}</p>", subject="{{ document.name }}")
        self.assertEqual(
            rendered.body,
            "<p>{{ document.env }}&lt;script&gt;alert(1)&lt;/script&gt;</p>",
        )
        self.assertIn("{{ document.env }}", rendered.subject)

    def test_a_value_in_a_link_can_not_become_a_script(self):
        self.partner.website = False
        self.env.cr.execute(
            "UPDATE res_partner SET website = 'javascript:alert(1)' WHERE id = %s",
            (self.partner.id,),
        )
        self.partner.invalidate_recordset()
        rendered = self.render('<p><a href="{{ document.website }}">x</a></p>')
        self.assertNotIn("javascript", rendered.body)

    def test_a_line_break_in_a_value_adds_no_header(self):
        self.partner.name = "Eve\r\nBcc: spy@x.example"
        rendered = self.render("<p>x</p>", subject="For {{ document.name }}")
        self.assertNotIn("\n", rendered.subject)
        self.assertNotIn("\r", rendered.subject)


class TestTemplateRights(TemplateCase):
    def test_a_field_of_a_group_is_empty_for_whoever_is_not_in_it(self):
        template = self.template("<p>Ref: {{ document.ref }}.</p>")
        self.partner.ref = "S3CR3T"
        field = self.env.registry["res.partner"]._fields["ref"]
        self.assertIn("S3CR3T", self.render_template(template).body)
        with patch.object(field, "groups", "base.group_system"):
            rendered = self.render_template(template)
            admin = self.render_template(template, self.env.ref("base.user_admin"))
        self.assertEqual(rendered.body, "<p>Ref: .</p>")
        self.assertEqual(rendered.unresolved, ("document.ref",))
        self.assertIn("S3CR3T", admin.body)

    def test_its_writer_can_not_name_a_field_that_he_may_not_read(self):
        field = self.env.registry["res.partner"]._fields["ref"]
        with (
            patch.object(field, "groups", "base.group_system"),
            self.assertRaisesRegex(ValidationError, "no field “ref”"),
        ):
            self.template("<p>{{ document.ref }}</p>")

    def hide(self, partner):
        partner.ref = "hidden"
        self.env["ir.rule"].create(
            {
                "name": "hidden contacts",
                "model_id": self.partners.id,
                "domain_force": "[('ref', '!=', 'hidden')]",
                "groups": [(6, 0, self.env.ref("mail_center.group_user").ids)],
            }
        )

    def test_a_record_that_the_user_may_not_read_is_not_shown_through_a_relation(self):
        parent = self.env["res.partner"].create({"name": "Hidden Ltd", "is_company": True})
        self.partner.parent_id = parent
        template = self.template("<p>{{ document.parent_id.name }}|{{ document.parent_id }}</p>")
        self.hide(parent)
        # Other code of this request has read it with more rights.
        self.assertEqual(self.partner.sudo().parent_id.name, "Hidden Ltd")
        rendered = self.render_template(template)
        self.assertEqual(rendered.body, "<p>|</p>")
        self.assertIn("document.parent_id.name", rendered.unresolved)

    def test_a_list_holds_only_the_records_that_the_user_may_read(self):
        template = self.template(
            "<p>{% for kid in document.child_ids %}{{ kid.name }};{% endfor %}"
            "{{ document.child_ids|length }}</p>"
        )
        self.assertIn("Kid One;Kid Two;2", self.render_template(template).body)
        self.hide(self.partner.child_ids[0])
        self.assertEqual(len(self.partner.sudo().child_ids), 2)
        self.assertEqual(self.render_template(template).body, "<p>Kid Two;1</p>")

    def test_more_rights_of_the_caller_do_not_show_more(self):
        parent = self.env["res.partner"].create({"name": "Hidden Ltd", "is_company": True})
        self.partner.parent_id = parent
        template = self.template("<p>{{ document.parent_id.name }}</p>")
        self.hide(parent)
        rendered = template.with_user(self.user).sudo()._render_mail(
            self.partner.with_user(self.user).sudo()
        )
        self.assertEqual(rendered.body, "<p></p>")

    def test_a_recipient_that_the_user_may_not_read_gives_nothing_away(self):
        template = self.template("<p>{{ recipient.name }} {{ recipient.city }}</p>")
        self.hide(self.partner)
        templates = template.with_user(self.user)
        recipient = templates._render_recipient(None, self.partner.id)
        self.assertEqual(recipient[1:], ("", ""))

    def test_secrets_of_other_models_are_no_special_fields(self):
        sight = Sight(self.env["res.partner"].with_user(self.env.ref("base.user_admin")).env)
        for model in ("ir.config_parameter", "res.users.apikeys", "ir.mail_server", "mail.message",
                      "mail.center.account", "mail.center.account.secret", "res.groups",
                      "ir.attachment", "fetchmail.server", "ir.cron", "mail.template",
                      "bus.bus", "no.such.model", "mail.thread", "base"):
            self.assertEqual(sight.fields(model), {}, model)
        self.assertLessEqual(
            set(sight.fields("res.users")),
            {"id", "name", "display_name", "email", "phone", "partner_id", "company_id",
             "signature", "lang", "tz", "job_title", "function", "work_phone", "work_email",
             "mobile_phone", "website", "street", "street2", "zip", "city", "country_id"},
        )
        for model in self.env.registry:
            for name in sight.fields(model):
                self.assertNotRegex(name, "passw|secret|token|api_key", f"{model}.{name}")

    def test_a_list_of_thousands_ends_with_a_message_instead_of_a_dead_worker(self):
        tags = self.env["res.partner.category"].create(
            [{"name": f"Tag {number}"} for number in range(5001)]
        )
        self.partner.category_id = tags
        with self.assertRaisesRegex(UserError, "too long"):
            self.render("<p>{{ document.category_id|list }}</p>")


class TestTemplateOfOtherProfiles(TemplateCase):
    def setUp(self):
        super().setUp()
        self.closed = self.template(
            profile_ids=[(6, 0, self.sales.ids)],
            attachment_ids=[(0, 0, {"name": "prices.txt", "raw": b"1 EUR"})],
        )

    def test_members_use_it(self):
        template = self.closed.with_user(self.user)
        self.assertIn(template, template.search([]))
        self.assertTrue(template.is_usable)
        self.assertIn("Eve", self.render_template(self.closed).body)
        self.assertEqual(template.attachment_ids.raw, b"1 EUR")

    def test_others_can_neither_find_nor_read_nor_render_it(self):
        template = self.closed.with_user(self.other)
        self.assertFalse(template.search([("id", "=", template.id)]))
        for attempt in (
            lambda: template.read(["name"]),
            lambda: template.preview({"model": "res.partner"}),
            lambda: template._render_mail(self.partner.with_user(self.other)),
            template._require_usable,
            lambda: template.get_field_translations("body_html"),
            lambda: template.attachment_ids.raw,
            lambda: self.closed.attachment_ids.with_user(self.other).raw,
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_a_profile_that_is_archived_does_not_open_its_templates(self):
        self.sales.active = False
        template = self.closed.with_user(self.other)
        self.assertFalse(template.search([("id", "=", template.id)]))
        managed = self.closed.with_user(self.manager)
        self.assertFalse(managed.is_usable)
        self.assertFalse(managed.search([("id", "=", managed.id), ("is_usable", "=", True)]))

    def test_a_manager_edits_it_but_writes_no_mail_with_it(self):
        template = self.closed.with_user(self.manager)
        template.subject = "New"
        with self.assertRaisesRegex(UserError, "other profiles"):
            template._require_usable()

    def test_users_can_not_change_templates(self):
        with self.assertRaises(AccessError):
            self.closed.with_user(self.user).write({"subject": "x"})
        with self.assertRaises(AccessError):
            self.closed.with_user(self.user).update_field_translations("subject", {"en_US": "x"})

    def test_whoever_has_no_email_asks_in_vain(self):
        nobody = new_test_user(self.env, login="tp_none", groups="base.group_user")
        templates = self.env["mail.center.template"].with_user(nobody)
        for attempt in (
            lambda: templates.special_fields("res.partner", "document", res_id=self.partner.id),
            lambda: templates.lint("", "{{ document.name }}", "res.partner"),
            lambda: templates.preview({"body_html": "x"}),
            lambda: templates.special_field_block("res.partner", "document.child_ids", ["a"]),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_the_picker_shows_no_value_of_a_record_one_may_not_read(self):
        self.partner.ref = "hidden"
        self.env["ir.rule"].create(
            {
                "name": "hidden contacts",
                "model_id": self.partners.id,
                "domain_force": "[('ref', '!=', 'hidden')]",
                "groups": [(6, 0, self.env.ref("mail_center.group_user").ids)],
            }
        )
        fields = self.env["mail.center.template"].with_user(self.user).special_fields(
            "res.partner", "document", res_id=self.partner.id
        )
        self.assertTrue(fields)
        self.assertFalse([field for field in fields if field["value"]])
        preview = self.closed.with_user(self.user).preview(
            {"body_html": "{{ document.name }}", "model": "res.partner",
             "res_id": self.partner.id}
        )
        self.assertNotEqual(preview["res_id"], self.partner.id)
        self.assertNotIn("Eve Example", preview["page"])
