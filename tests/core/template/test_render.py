"""What the recipient of a mail made from a template reads."""

from datetime import datetime, timezone

import pytest
from markupsafe import Markup

from core.template import (
    Choice,
    FieldType,
    ForbiddenField,
    Limits,
    MappingView,
    RecordView,
    Source,
    TemplateProblem,
    render,
)


def text(source, context, **options):
    """What is written, with common spaces: CLDR's differ between releases."""
    shown = render(source, context, **{"html": False, **options}).text
    return shown.replace("\u202f", " ").replace("\xa0", " ")


class TestBody:
    def test_a_value_is_escaped_in_html(self, context):
        result = render("<p>{{ document.partner_id.name }}</p>", context)
        assert result.text == "<p>Żółw &amp; Sons</p>"

    def test_formatted_fields_stay_formatted_in_html(self, context):
        assert render("{{ document.note }}", context).text == (
            "<p>Paid <b>in advance</b></p>"
        )

    def test_text_joined_to_html_is_escaped_once(self, context):
        source = "{{ document.order_line[0].name ~ document.note }}"
        assert render(source, context).text.startswith("Table &lt;oak&gt;<p>Paid")

    def test_lines_of_a_document_become_rows(self, context):
        source = (
            "<table>{% for line in document.order_line %}<tr><td>{{ loop.index }}</td>"
            "<td>{{ line.name|nl2br }}</td><td>{{ line.price_subtotal|money(line.currency_id) }}"
            "</td></tr>{% endfor %}</table>"
        )
        result = render(source, context, locale="pl_PL").text
        assert result.count("<tr>") == 3
        assert "<td>2</td><td>Chair<br>\nwith arms</td><td>334,56\xa0€</td>" in result
        assert "<td>3</td><td>Delivery</td><td></td>" in result

    def test_a_condition_chooses_what_is_written(self, context):
        source = "{% if document.locked %}locked{% elif document.priority > 1 %}urgent{% else %}" \
            "open{% endif %}"
        assert text(source, context) == "urgent"

    def test_a_variable_keeps_its_value(self, context):
        source = "{% set total = document.amount_total * 2 %}{{ total|number(2) }}"
        assert text(source, context) == "2,469.12"

    def test_an_empty_list_shows_the_else_part(self, empty_context):
        source = "{% for x in document.order_line %}{{ x.name }}{% else %}nothing{% endfor %}"
        assert text(source, empty_context) == "nothing"

    def test_a_record_is_written_by_its_name(self, context):
        assert text("{{ document.currency_id }}", context) == "EUR"

    def test_a_record_can_be_compared_with_another(self, context):
        source = "{{ (document.order_line[0].currency_id == document.currency_id)|yesno }}"
        assert text(source, context) == "Yes"

    def test_today_is_the_day_in_the_recipients_time_zone(self, context):
        context["now"] = datetime(2025, 1, 31, 23, 30, tzinfo=timezone.utc)
        source = "{{ today }} {{ today|add_days(14)|date('yyyy-MM-dd') }}"
        assert text(source, context, timezone="Europe/Warsaw") == "Feb 1, 2025 2025-02-15"
        assert text("{{ now|time }}", context, timezone="Asia/Tokyo") == "8:30 AM"

    def test_a_literal_brace_can_be_written(self, context):
        assert text("{% raw %}{{ name }}{% endraw %}", context) == "{{ name }}"


class TestEmptyValues:
    def test_an_empty_field_renders_as_nothing_and_is_reported(self, context):
        result = render("Ref: {{ document.origin }}.", context)
        assert (result.text, result.empty, result.unresolved) == (
            "Ref: .", ("document.origin",), ()
        )

    def test_fields_of_an_empty_relation_render_as_nothing(self, context):
        result = render("{{ document.partner_id.parent_id.city|upper }}", context)
        assert result.text == ""
        assert result.empty == ("document.partner_id.parent_id.city",)

    def test_a_default_stands_in_for_an_empty_value(self, context):
        result = render("{{ document.origin|default('none') }}", context)
        assert (result.text, result.empty) == ("none", ())

    def test_an_unknown_field_renders_as_nothing_and_is_reported(self, context):
        result = render("a{{ document.nothing.at_all }}b", context)
        assert (result.text, result.unresolved) == ("ab", ("document.nothing",))

    def test_calculating_with_an_empty_value_gives_nothing(self, context):
        assert text("[{{ document.origin + 5 }}|{{ 1 / (2 - 2) }}]", context) == "[|]"

    def test_an_empty_value_is_neither_more_nor_less(self, empty_context):
        source = "{{ document.amount_total > 0 }} {{ document.validity_date < today }}"
        assert text(source, empty_context) == "No No"


class TestSubject:
    def test_a_subject_is_one_line(self, context):
        context["document"] = MappingView({"name": "SO1\r\nBcc: x@example.com\x00\u2028y"})
        assert text("Offer\n {{ document.name }}", context) == "Offer SO1 Bcc: x@example.com y"

    def test_a_subject_keeps_spaces_that_do_not_break(self, context):
        source = "{{ 1234.5|money('EUR') }}  x"
        shown = render(source, context, locale="fr_FR", html=False).text
        assert shown.endswith("234,50\xa0€ x")

    def test_a_subject_is_not_escaped(self, context):
        assert text("{{ document.partner_id.name }}", context) == "Żółw & Sons"

    def test_formatted_text_loses_its_tags_in_a_subject(self, context):
        assert text("{{ document.note }}", context) == "Paid in advance"

    def test_marks_that_reverse_text_are_removed(self, context):
        context["document"] = MappingView({"name": "invoice\u202efdp.exe"})
        assert text("{{ document.name }}", context) == "invoicefdp.exe"


class TestErrors:
    def test_the_line_and_column_of_a_failure_are_told(self, context):
        with pytest.raises(TemplateProblem) as caught:
            render("first\n\nx {{ document.order_line }}", context)
        assert (caught.value.line, caught.value.code) == (3, "list_as_value")
        assert caught.value.column > 2
        assert "document.order_line" in caught.value.message

    def test_a_failure_of_the_host_is_passed_on(self, context):
        class Broken(MappingView):
            def get(self, name):
                raise ConnectionError("database gone")

        with pytest.raises(ConnectionError, match="database gone"):
            render("{{ document.name }}", {"document": Broken({})})
        with pytest.raises(ConnectionError, match="database gone"):
            render("{{ [document]|list('name') }}", {"document": Broken({})})

    def test_a_wrong_locale_or_time_zone_falls_back(self, context):
        source = "{{ document.date_order|datetime }}"
        result = text(source, context, locale="../../etc/passwd", timezone="../../etc/passwd")
        assert result == "Jan 31, 2025, 11:30 PM"

    def test_a_value_no_template_can_show_is_reported(self):
        document = MappingView({"stream": "x"})
        document._values = {"name": "ok", "data": b"\x00"}
        document.get = document._values.__getitem__
        result = render("{{ document.name }}{{ document.data }}", {"document": document})
        assert (result.text, result.unresolved) == ("ok", ("document.data",))


class TestSourceOfTheHost:
    class Partner:
        """As the Odoo side implements it: fields only, read with the user's rights."""

        key = ("res.partner", 1)
        kinds = {
            "name": FieldType("text"), "active": FieldType("boolean"),
            "parent_id": FieldType("record", "res.partner"), "salary": FieldType("number"),
            "child_ids": FieldType("records", "res.partner"), "date": FieldType("date"),
        }

        def __init__(self):
            self.reads = []

        def field_type(self, name):
            return self.kinds.get(name)

        def read(self, name):
            self.reads.append(name)
            if name == "salary":
                raise ForbiddenField(name)
            if name == "child_ids":
                return [type(self)(), type(self)()]
            return {"name": "Anna", "active": False, "parent_id": False, "date": False}[name]

        def label(self):
            return "Anna (label)"

        def unlink(self):
            raise AssertionError("a template called a method")

    def test_fields_come_through_and_nothing_else(self):
        source = self.Partner()
        assert isinstance(source, Source)
        context = {"document": RecordView(source)}
        assert text("{{ document.name }} {{ document }} {{ document.active }}", context) == (
            "Anna Anna (label) No"
        )
        result = render("{{ document.unlink }}{{ document.reads }}", context)
        assert result.text == ""
        assert result.unresolved == ("document.unlink", "document.reads")

    def test_a_field_the_user_may_not_read_is_left_out_and_reported(self):
        result = render("[{{ document.salary }}]", {"document": RecordView(self.Partner())})
        assert (result.text, result.unresolved) == ("[]", ("document.salary",))

    def test_the_hosts_false_for_nothing_is_empty(self):
        context = {"document": RecordView(self.Partner())}
        assert text("[{{ document.parent_id.name }}{{ document.date|date }}]", context) == "[]"

    def test_only_a_field_of_formatted_text_passes_html_on(self):
        source = self.Partner()
        source.read = lambda name: Markup("<b>x</b>")
        source.kinds = {"name": FieldType("text"), "note": FieldType("html")}
        result = render("{{ document.name }} {{ document.note }}", {"document": RecordView(source)})
        assert result.text == "&lt;b&gt;x&lt;/b&gt; <b>x</b>"

    def test_a_field_is_read_once(self):
        source = self.Partner()
        render("{{ document.name }}" * 5, {"document": RecordView(source)})
        assert source.reads == ["name"]

    def test_records_of_a_relation_can_be_counted(self):
        context = {"document": RecordView(self.Partner())}
        assert text("{{ document.child_ids|length }}: {{ document.child_ids|list('name') }}",
                    context) == "2: Anna and Anna"


class TestLimits:
    def test_limits_are_those_of_the_caller(self, context):
        with pytest.raises(TemplateProblem) as caught:
            render("{% for x in range(11) %}x{% endfor %}", context,
                   limits=Limits(iterations=10))
        assert caught.value.code == "limit"

    def test_static_text_in_a_loop_counts(self, context):
        source = "{% for x in range(100) %}" + "y" * 1000 + "{% endfor %}"
        with pytest.raises(TemplateProblem) as caught:
            render(source, context, limits=Limits(characters=50_000))
        assert caught.value.code == "limit"
        assert len(render(source, context).text) == 100_000

    def test_static_text_in_a_captured_loop_counts(self, context):
        source = "{% set x %}{% for x in range(100) %}" + "y" * 1000 + "{% endfor %}{% endset %}"
        with pytest.raises(TemplateProblem):
            render(source, context, limits=Limits(characters=50_000))

    def test_a_large_body_with_an_inline_image_renders(self, context):
        source = "<img src='data:image/png;base64," + "A" * 300_000 + "'>{{ document.name }}"
        assert render(source, context).text.endswith("SO042")

    def test_a_slow_host_ends_the_rendering(self, context):
        class Slow(MappingView):
            def get(self, name):
                import time

                time.sleep(0.05)
                return "x"

        with pytest.raises(TemplateProblem) as caught:
            render("{{ document.a }}" * 50, {"document": Slow({})}, limits=Limits(seconds=0.2))
        assert caught.value.params["unit"] == "seconds"


CHOICE = {"document": MappingView({"state": Choice("Angebot", "draft"), "other": "x"})}


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ document.state }}", "Angebot"),
        ("{{ document.state|upper }}", "ANGEBOT"),
        ("{{ document.state ~ '!' }}", "Angebot!"),
        ("{{ document.state + '!' }}", "Angebot!"),
        ("{% if document.state == 'draft' %}yes{% endif %}", "yes"),
        ("{% if 'draft' == document.state %}yes{% endif %}", "yes"),
        ("{% if document.state == 'Angebot' %}yes{% endif %}", "yes"),
        ("{% if document.state != 'draft' %}no{% else %}yes{% endif %}", "yes"),
        ("{% if document.state == 'sale' %}no{% endif %}", ""),
        ("{% if document.state in ['draft', 'sent'] %}yes{% endif %}", "yes"),
        ("{% if document.state in ('sent', 'sale') %}no{% endif %}", ""),
        ("{% if document.state == document.state %}yes{% endif %}", "yes"),
        ("{% if document.state == document.other %}no{% endif %}", ""),
        ("{{ document.state|default('-') }}", "Angebot"),
    ],
)
def test_a_choice_reads_as_its_label_and_is_asked_by_its_key(source, shown):
    assert text(source, CHOICE) == shown
    assert text(source, CHOICE, html=True) == shown
