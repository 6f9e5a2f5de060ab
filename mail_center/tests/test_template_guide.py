"""What the picker lists beside special fields; and numbers as Odoo's documents show them."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import format_amount, formatLang
from odoo.tools.translate import code_translations

from ..core.template import FILTERS, render
from ..templating import conventions
from .template_common import TemplateCase


@tagged("post_install", "-at_install")
class TestTemplateGuide(TemplateCase):
    def formats(self, path="", user=None, model="res.partner"):
        templates = self.env["mail.center.template"].with_user(user or self.user)
        found = templates.special_field_formats(model, path, self.partner.id)
        return {format["name"]: format for format in found}

    # ---- the list -----------------------------------------------------------

    def test_every_filter_is_in_the_picker_with_what_it_writes(self):
        found = self.formats()
        for known in FILTERS.values():
            self.assertTrue(found[known.name]["label"])
        self.assertEqual(found["percent"]["value"], "23%")
        self.assertEqual(found["for"]["group"], "Loops")
        self.assertIn("document.", found["for"]["insert"])

    def test_without_a_document_there_are_examples_all_the_same(self):
        found = self.formats(model=False)
        self.assertEqual(found["upper"]["value"], self.user.name.upper())
        self.assertNotIn("document", " ".join(format["insert"] for format in found.values()))

    def test_a_chosen_field_is_formatted_with_the_values_of_the_record(self):
        found = self.formats("document.city")
        self.assertEqual(found["upper"]["insert"], "{{ document.city|upper }}")
        self.assertEqual(found["upper"]["value"], "ŁÓDŹ")
        self.assertNotIn("date", found)
        lines = self.formats("document.child_ids")
        self.assertTrue(lines["join"]["value"].endswith("Kid One; Eve Example, Kid Two"))
        self.assertEqual(lines["loop.index"]["value"], "1. Kid One 2. Kid Two")

    def test_a_choice_is_asked_by_its_key(self):
        asked = self.formats("document.type")["=="]["insert"]
        self.assertRegex(asked, r"document\.type == '\w+'")

    def test_whatever_is_offered_for_a_field_can_be_saved(self):
        templates = self.env["mail.center.template"].with_user(self.manager)
        for field in templates.special_fields("res.partner", "document")[:40]:
            for format in self.formats(field["path"], self.manager).values():
                problems = templates.lint(False, f"<p>{format['insert']}</p>", "res.partner")
                self.assertFalse(problems, format["insert"])

    def test_the_list_speaks_the_users_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.user.lang = "pl_PL"
        polish = {"Loops": "Pętle", "In capital letters": "Wielkimi literami"}
        with patch.dict(code_translations.python_translations, {("mail_center", "pl_PL"): polish}):
            found = self.formats()
        self.assertEqual(found["for"]["group"], "Pętle")
        self.assertEqual(found["upper"]["label"], "Wielkimi literami")

    # ---- numbers ------------------------------------------------------------

    def shown(self, expression, lang):
        source = "{{ " + expression + " }}"
        return render(
            source, {}, locale=lang, conventions=conventions(self.env, lang), html=False
        ).text

    def plain(self, text):
        return text.replace("\N{ZERO WIDTH NO-BREAK SPACE}", "").replace(" ", "\N{NO-BREAK SPACE}")

    def test_amounts_and_numbers_look_as_on_the_quotation_of_that_language(self):
        currencies = self.env["res.currency"].with_context(active_test=False).search(
            [("name", "in", ("EUR", "USD", "PLN", "JPY"))]
        )
        currencies.active = True
        for code in ("pl_PL", "de_DE", "fr_FR", "de_CH"):
            self.env["res.lang"]._activate_lang(code)
        polish = self.env["res.lang"]._lang_get("pl_PL")
        for separator, grouping in (("", "[3,0]"), (" ", "[3,0]"), (".", "[3,2,0]")):
            polish.write({"thousands_sep": separator, "grouping": grouping})
            for code in ("en_US", "pl_PL", "de_DE", "fr_FR", "de_CH"):
                env = self.env(context={"lang": code})
                for amount in (0.5, 999.0, 1234.5, 1234567.891, -1234.5):
                    number = formatLang(env, amount, digits=2)
                    self.assertEqual(
                        self.shown(f"({amount})|number(2)", code), self.plain(number), code
                    )
                    for currency in currencies:
                        expected = format_amount(env, amount, currency)
                        self.assertEqual(
                            self.shown(f"({amount})|money('{currency.name}')", code),
                            self.plain(expected),
                            f"{code} {currency.name}",
                        )

    def test_a_recipient_gets_amounts_as_his_language_is_set_up(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.env["res.lang"]._lang_get("pl_PL").thousands_sep = " "
        self.partner.lang = "pl_PL"
        body = self.render("<p>{{ 1234.5|number(2) }}</p>").body
        self.assertIn("1\N{NO-BREAK SPACE}234,50", body.replace("&nbsp;", "\N{NO-BREAK SPACE}"))
