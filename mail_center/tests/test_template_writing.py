"""What the author of a template sees: special fields, problems, the preview."""

import re

from odoo.exceptions import ValidationError

from ..core.template import MESSAGES, ROOT_FIELDS, ROOT_SCALARS
from ..core.template.catalogue import GROUPS
from ..core.template.kinds import KIND_NAMES
from ..core.template.odoo_expression import REASONS
from ..core.template.problems import Problem, message_for
from ..templating import describe, root_label
from ..templating.problems import _left_reasons
from .template_common import TemplateCase

PARAMS = {
    "detail": "x", "tag": "{% if %}", "closing": "{% endif %}", "attribute": "data-mc-for",
    "value": "x y", "construct": "import", "name": "nam", "limit": 3, "unit": "seconds",
    "path": "document.lines", "hint": " Did you mean |money?", "kind": "a list",
}


class TestTemplateProblems(TemplateCase):
    def refused(self, body, **vals):
        with self.assertRaises(ValidationError) as caught:
            self.template(body, **vals)
        return caught.exception.args[0]

    def test_an_unknown_field_is_named_with_its_place(self):
        message = self.refused("<p>ok</p>\n<p>Dear {{ document.nam }}</p>")
        self.assertIn("Body, line 2, “{{ document.nam }}”", message)
        self.assertIn("There is no field “nam” in “document”.", message)

    def test_a_block_that_is_not_closed_tells_where_it_begins(self):
        message = self.refused("<p>a</p>\n<p>b</p>\n<p>{% if document.name %}c</p>")
        self.assertIn("line 3, “{% if document.name %}”", message)
        self.assertIn("add “{% endif %}”", message)

    def test_a_syntax_error_tells_its_line(self):
        self.assertIn("line 2", self.refused("<p>a</p>\n<p>{{ document.name | }}</p>"))

    def test_the_subject_is_checked_too(self):
        message = self.refused("<p>x</p>", subject="{{ document.nope }}")
        self.assertIn("Subject, line 1, “{{ document.nope }}”", message)

    def test_a_list_without_a_loop_is_explained(self):
        self.assertIn("{% for … in document.child_ids %}",
                      self.refused("<p>{{ document.child_ids.name }}</p>"))

    def test_a_document_that_was_not_chosen_is_explained(self):
        self.assertIn("choose the document of the template first",
                      self.refused("<p>{{ document.name }}</p>", model_id=False))

    def test_changing_the_document_checks_the_text_again(self):
        template = self.template("<p>{{ document.street }}</p>")
        with self.assertRaisesRegex(ValidationError, "street"):
            template.model_id = self.env["ir.model"]._get("res.partner.category")

    def test_documents_without_access_are_refused(self):
        for model in ("ir.config_parameter", "res.groups"):
            with self.assertRaisesRegex(ValidationError, "can't be written by you"):
                self.template("<p>x</p>", model_id=self.env["ir.model"]._get(model).id)

    def test_while_typing_the_same_problems_are_told(self):
        templates = self.env["mail.center.template"].with_user(self.manager)
        problems = templates.lint("{{ x }}", "<p>{{ document.nam }}</p>", "res.partner")
        self.assertEqual(
            [(problem["field"], problem["code"], problem["excerpt"]) for problem in problems],
            [("subject", "unknown_name", "{{ x }}"),
             ("body_html", "unknown_field", "{{ document.nam }}")],
        )
        self.assertEqual(templates.lint("a", "<p>{{ document.name }}</p>", "res.partner"), [])
        self.assertEqual(templates.lint(False, False, False), [])

    def test_what_the_editor_does_to_a_placeholder_does_no_harm(self):
        rendered = self.render(
            "<p>{{&nbsp;document.<b>name</b>&nbsp;}} {% if document.id &gt; 0 %}yes{% endif %}"
            "</p><p>{% for kid in document.child_ids %}</p><p>{{ kid.name }}</p>"
            "<p>{% endfor %}</p>"
        )
        self.assertEqual(
            re.sub(r"\s", "", rendered.body),
            "<p><b>EveExample</b>yes</p><p>KidOne</p><p>KidTwo</p>",
        )

    def test_every_message_is_a_sentence_of_its_own(self):
        for code in MESSAGES:
            names = set(re.findall(r"{(\w+)}", MESSAGES[code].replace("{{", "").replace("}}", "")))
            params = {name: PARAMS[name] for name in names}
            problem = Problem(1, 1, code, message_for(code, params), params)
            message = describe(self.env, problem)
            self.assertTrue(message.endswith((".", "?")), message)
            self.assertNotRegex(message, r"%\(|\{\w+\}", code)

    def test_details_of_messages_are_translated_as_whole_sentences(self):
        """Found by provoking them: nothing of the engine's English is passed on by halves."""
        templates = self.env["mail.center.template"].with_user(self.manager)
        for source in (
            "{{ document.name|truncate(1, 2, 3) }}", "{{ document.name|truncate(foo=1) }}",
            "{{ today|add_days }}", "{{ today|date(document.name) }}", "{{ 1|round(99) }}",
            "{{ today|date('%Y') }}", "{{ document.child_ids|map('1x') }}",
            "{{ document.name|safe }}", "{{ document.name|monye }}",
        ):
            (problem,) = templates.lint("", source, "res.partner")
            self.assertNotIn("{", problem["message"])
            self.assertTrue(problem["message"].startswith(("The filter “", "There is no filter")),
                            problem["message"])

    def test_all_words_of_the_engine_can_be_translated(self):
        label = root_label(self.env(context={"lang": "en_US"}))
        texts = {*GROUPS.values(), *(field["string"] for field in ROOT_SCALARS.values())}
        for fields in ROOT_FIELDS.values():
            texts |= {field["string"] for field in fields.values()}
        known = label.__closure__[0].cell_contents
        self.assertLessEqual(texts, set(known))
        self.assertEqual(set(_left_reasons(self.env, "x")), set(REASONS))
        for kind in KIND_NAMES.values():
            problem = Problem(1, 1, "type_mismatch", "", {"name": "|x", "kind": kind})
            self.assertIn(kind, describe(self.env, problem))


class TestSpecialFields(TemplateCase):
    def fields(self, path="", user=None, **options):
        found = self.env["mail.center.template"].with_user(user or self.user).special_fields(
            "res.partner", path, res_id=self.partner.id, **options
        )
        return {field["path"]: field for field in found}

    def test_the_first_level_has_everything_a_mail_is_about(self):
        found = self.fields()
        self.assertEqual(
            list(found), ["document", "recipient", "sender", "company", "account", "today", "now"]
        )
        self.assertEqual(found["document"]["label"], "Contact")
        self.assertEqual(found["sender"]["value"], "Anna Nowak")
        self.assertTrue(found["recipient"]["opens"])

    def test_fields_have_the_values_of_the_record_beside_them(self):
        found = self.fields("document")
        self.assertEqual(found["document.city"]["value"], "Łódź")
        self.assertEqual(found["document.user_id"]["value"], "Anna Nowak")
        self.assertEqual(found["document.comment"]["value"], "Note bold")
        self.assertTrue(found["document.child_ids"]["opens"])
        self.assertNotIn("document.image_1920", found)
        self.assertNotIn("document.message_ids", found)

    def test_relations_are_followed_one_level_at_a_time(self):
        self.assertEqual(self.fields("document.user_id")["document.user_id.email"]["value"],
                         "anna@tp.example")
        kids = self.fields("document.child_ids")
        self.assertEqual(kids["document.child_ids.name"]["value"], "Kid One")

    def test_searching_finds_labels_and_paths_without_accents_and_case(self):
        found = self.fields(text="city")
        self.assertEqual(next(iter(found)), "document.city")
        self.assertIn("recipient.city", found)
        self.assertIn("document.user_id.email", self.fields(text="salesperson EMAIL"))
        self.assertFalse(self.fields(text="there is no such field"))

    def test_labels_are_in_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.env["ir.model.fields"]._get("res.partner", "city").with_context(
            lang="pl_PL"
        ).field_description = "Miejscowość"
        self.user.lang = "pl_PL"
        self.env.registry.clear_cache()
        found = self.env["mail.center.template"].with_user(self.user).with_context(
            lang="pl_PL"
        ).special_fields("res.partner", "document")
        self.assertIn("Miejscowość", [field["label"] for field in found])

    def test_every_field_that_is_offered_can_be_inserted_and_saved(self):
        """Each of the picker's snippets passes the check and renders for a real record."""
        count = 0
        templates = self.env["mail.center.template"].with_user(self.user)
        for path in ("", "document", "document.user_id", "document.company_id", "recipient",
                     "sender", "company", "account"):
            for field in self.fields(path).values():
                for source in (field["insert"], field["condition"]):
                    count += 1
                    self.assertEqual(templates.lint("", source, "res.partner"), [], source)
                    self.assertNotIn("Error", self.render_unchecked(f"<p>{source}</p>").body)
        self.assertGreater(count, 150)
        print(f"special fields of a contact: {count} snippets, wrong 0")

    def test_a_selection_is_asked_by_its_key_in_every_language(self):
        field = self.fields("document")["document.type"]
        self.assertEqual(field["value"], "Contact")
        self.assertIn("document.type == 'contact'", field["condition"])
        rendered = self.render(f"<p>{field['condition']}</p>".replace("…", "yes"))
        self.assertEqual(rendered.body, "<p>yes</p>")

    def test_a_list_becomes_a_table_with_a_row_for_each_record(self):
        html = self.env["mail.center.template"].with_user(self.manager).special_field_block(
            "res.partner", "document.child_ids",
            ["document.child_ids.name", "document.child_ids.city"],
        )
        rendered = self.render(str(html))
        self.assertEqual(rendered.body.count("<tr>"), 3)
        self.assertIn(">Kid Two</td>", rendered.body)
        self.assertIn("<th", rendered.body)
        self.assertNotIn("data-mc", rendered.body)

    def test_a_list_becomes_bullet_points(self):
        html = self.env["mail.center.template"].with_user(self.manager).special_field_block(
            "res.partner", "document.child_ids", ["document.child_ids.name"], "list"
        )
        rendered = self.render(str(html))
        self.assertEqual(rendered.body, "<ul><li>Kid One</li><li>Kid Two</li></ul>")

    def test_fields_of_another_list_are_refused(self):
        templates = self.env["mail.center.template"].with_user(self.manager)
        for columns in ([], ["document.name"], ["document.child_ids.nope"],
                        ["document.child_ids.child_ids.name"]):
            with self.assertRaises(ValidationError):
                templates.special_field_block("res.partner", "document.child_ids", columns)


class TestTemplatePreview(TemplateCase):
    def preview(self, body, user=None, template=None, **values):
        templates = template or self.env["mail.center.template"]
        return templates.with_user(user or self.manager).preview(
            {"body_html": body, "model": "res.partner", "res_id": self.partner.id, **values}
        )

    def test_texts_that_are_not_saved_yet_are_shown_for_a_real_record(self):
        shown = self.preview(
            "<p>Dear {{ recipient.first_name }}, {{ document.city }}</p>",
            subject="For {{ document.name }}",
        )
        self.assertEqual(shown["subject"], "For Eve Example")
        self.assertIn("<p>Dear Eve, Łódź</p>", shown["page"])
        self.assertEqual((shown["partner_id"], shown["res_id"]),
                         (self.partner.id, self.partner.id))

    def test_without_a_record_the_latest_is_taken(self):
        latest = self.env["res.partner"].create({"name": "Latest"})
        shown = self.preview("<p>{{ document.name }}</p>", res_id=False)
        self.assertEqual(shown["res_id"], latest.id)
        self.assertIn("<p>Latest</p>", shown["page"])

    def test_problems_come_instead_of_a_page(self):
        shown = self.preview("<p>{{ document.nam }}</p>")
        self.assertIsNone(shown["page"])
        self.assertEqual(shown["problems"][0]["code"], "unknown_field")

    def test_what_has_no_value_is_listed_by_its_label(self):
        shown = self.preview("<p>{{ document.street }} {{ document.parent_id.city }}</p>")
        self.assertEqual(
            [field["label"] for field in shown["empty"]], ["Street", "Related Company › City"]
        )

    def test_another_recipient_can_be_chosen(self):
        shown = self.preview(
            "<p>{{ recipient.name }}</p>", partner_id=self.partner.child_ids[0].id
        )
        self.assertIn("<p>Kid One</p>", shown["page"])

    def test_no_script_of_the_author_gets_into_the_page(self):
        shown = self.preview(
            "<p onclick='x()'>a</p><script>alert(1)</script><img src=x onerror=alert(1)>"
            "<iframe src='https://x.example'></iframe><style>*{}</style><form></form>"
        )
        body = shown["page"].partition("<body>")[2]
        self.assertNotRegex(body, "script|onclick|onerror|iframe|style|form")
        self.assertIn("default-src 'none'", shown["page"])

    def test_pictures_that_are_stored_here_are_shown(self):
        shown = self.preview('<p><img src="/web/image/12?access_token=a&amp;unique=b"/></p>')
        self.assertIn('src="/web/image/12?access_token=a&amp;unique=b"', shown["page"])

    def test_a_document_that_one_may_not_see_is_no_preview(self):
        shown = self.env["mail.center.template"].with_user(self.manager).preview(
            {"body_html": "<p>{{ document.key }}</p>", "model": "ir.config_parameter",
             "res_id": 1}
        )
        self.assertIsNone(shown["page"])
        self.assertFalse(shown["res_id"])
