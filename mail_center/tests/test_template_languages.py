"""A mail is written in the language of who receives it."""

from odoo.exceptions import ValidationError
from odoo.tools import formatLang

from .template_common import TemplateCase


class TestTemplateLanguages(TemplateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("pl_PL")
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.pole = cls.env["res.partner"].create(
            {"name": "Jan Polak", "email": "jan@x.example", "lang": "pl_PL", "tz": "Asia/Tokyo"}
        )

    def setUp(self):
        super().setUp()
        self.letter = self.template("<p>Hello {{ document.name }}</p>", subject="Offer")
        self.polish = self.letter.with_context(lang="pl_PL")
        self.polish.write({"subject": "Oferta", "body_html": "<p>Witaj {{ document.name }}</p>"})

    def body_for(self, partner, template=None, **options):
        return self.render_template(template or self.letter, record=partner, **options)

    def test_each_recipient_gets_his_language(self):
        self.assertEqual(self.body_for(self.pole).body, "<p>Witaj Jan Polak</p>")
        self.assertEqual(self.body_for(self.pole).subject, "Oferta")
        self.assertEqual(self.body_for(self.partner).body, "<p>Hello Eve Example</p>")

    def test_a_language_without_a_text_of_its_own_gets_the_first_one(self):
        self.partner.lang = "de_DE"
        rendered = self.body_for(self.partner)
        self.assertEqual((rendered.lang, rendered.body), ("de_DE", "<p>Hello Eve Example</p>"))

    def test_a_recipient_without_language_gets_that_of_the_writer(self):
        self.partner.lang = False
        self.user.lang = "pl_PL"
        self.assertEqual(self.body_for(self.partner).body, "<p>Witaj Eve Example</p>")

    def test_another_language_can_be_asked_for(self):
        self.assertEqual(
            self.body_for(self.partner, lang="pl_PL").body, "<p>Witaj Eve Example</p>"
        )

    def test_dates_and_numbers_are_written_as_in_the_country_of_the_recipient(self):
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = '2026-01-31 23:30', partner_latitude = 1234.5 "
            "WHERE id IN %s", ((self.pole | self.partner)._ids,)
        )
        (self.pole | self.partner).invalidate_recordset()
        template = self.template(
            "<p>{{ document.create_date|date('long') }}; {{ document.create_date|time }}; "
            "{{ document.partner_latitude|number(2) }}</p>"
        )
        shown = self.body_for(self.pole, template).body.replace("&nbsp;", " ")
        amount = formatLang(self.env(context={"lang": "pl_PL"}), 1234.5)
        self.assertIn(",", amount)
        self.assertEqual(shown, f"<p>1 lutego 2026; 08:30; {amount}</p>")
        shown = self.body_for(self.partner, template).body.replace("\u202f", " ")
        self.assertEqual(shown, "<p>January 31, 2026; 11:30 PM; 1,234.50</p>")

    def test_each_recipient_is_called_as_in_his_country(self):
        self.env["res.lang"]._activate_lang("hu_HU")
        template = self.template("<p>{{ recipient.first_name }}|{{ recipient.last_name }}</p>")
        self.pole.write({"name": "Nagy János", "lang": "hu_HU"})
        self.assertEqual(self.body_for(self.pole, template).body, "<p>János|Nagy</p>")
        self.pole.write({"name": "dr Jan Polak", "lang": "pl_PL"})
        self.assertEqual(self.body_for(self.pole, template).body, "<p>Jan|Polak</p>")

    def test_names_that_are_translated_come_in_the_language_of_the_recipient(self):
        country = self.env.ref("base.de")
        country.with_context(lang="pl_PL").name = "Niemcy"
        (self.pole | self.partner).country_id = country
        template = self.template("<p>{{ document.country_id.name }} {{ recipient.country }}</p>")
        self.assertEqual(self.body_for(self.pole, template).body, "<p>Niemcy Niemcy</p>")
        self.assertEqual(self.body_for(self.partner, template).body, "<p>Germany Germany</p>")

    def test_each_language_is_checked_when_it_is_saved(self):
        with self.assertRaisesRegex(ValidationError, "Polish.*“{{ document.nam }}”"):
            self.polish.body_html = "<p>{{ document.nam }}</p>"

    def test_the_translation_dialog_saves_nothing_that_can_not_be_rendered(self):
        with self.assertRaisesRegex(ValidationError, "German"), self.env.cr.savepoint():
            self.letter.update_field_translations(
                "body_html", {"de_DE": "<p>Guten Tag {{ document.x }}</p>"}
            )
        self.letter.update_field_translations(
            "body_html", {"de_DE": "<p>Guten Tag {{ document.name }}</p>"}
        )
        self.partner.lang = "de_DE"
        self.assertEqual(self.body_for(self.partner).body, "<p>Guten Tag Eve Example</p>")

    def test_the_form_of_a_variant_reads_and_writes_that_language(self):
        form = self.letter.with_context(lang="en_US", mail_center_template_lang="de_DE")
        spec = {"subject": {}, "variant_notice": {}}
        self.assertEqual(form.web_read(spec)[0]["subject"], "Offer")
        self.assertIn("German", form.web_read(spec)[0]["variant_notice"])
        polish = form.with_context(mail_center_template_lang="pl_PL")
        notice = polish.web_read(spec)[0]["variant_notice"]
        self.assertTrue(notice.startswith("You are writing"), "in the language of who writes")
        form.web_save({"subject": "Angebot"}, spec)
        self.assertEqual(self.letter.with_context(lang="de_DE").subject, "Angebot")
        self.assertEqual(self.letter.with_context(lang="en_US").subject, "Offer")

    def test_the_preview_switches_the_language(self):
        values = {
            "subject": "Edited", "body_html": "<p>edited</p>", "model": "res.partner",
            "res_id": self.partner.id,
        }
        shown = self.letter.preview(values)
        self.assertEqual((shown["subject"], shown["lang"]), ("Edited", "en_US"))
        shown = self.letter.preview(dict(values, lang="pl_PL"))
        self.assertEqual((shown["subject"], shown["has_variant"]), ("Oferta", True))
        shown = self.letter.preview(dict(values, lang="de_DE"))
        self.assertEqual((shown["subject"], shown["has_variant"]), ("Edited", False))
