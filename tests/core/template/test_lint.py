"""What an administrator is told when saving a template."""

import pytest

from core.template import TemplateProblem, lint, render


def codes(source, catalogue, **options):
    return [problem.code for problem in lint(source, catalogue.resolve, **options)]


CLEAN = [
    "",
    "Hello",
    "Hello {{ recipient.first_name }}",
    "{{ document.partner_id.parent_id.parent_id.city }}",
    "{% for line in document.order_line %}{{ loop.index }} {{ line.product_id.name }}: "
    "{{ line.price_subtotal|money(line.currency_id) }}{% endfor %}",
    "{% for line in document.order_line if line.quantity > 1 %}{% for tax in line.tax_ids %}"
    "{{ tax.name }}{% if not loop.last %}, {% endif %}{% endfor %}{% endfor %}",
    "{% set customer = document.partner_id %}{{ customer.name|upper }}",
    "{% set x = '' %}{% if document.locked %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}"
    "{{ x + 1 }}",
    "{{ document.order_line|list('product_id.name') }}",
    "{{ (document.order_line|sort('name')|first).product_id.name }}",
    "{{ document.order_line[0].name }}",
    "{{ document.order_line|map('product_id')|map('name')|join }}",
    "{{ document.order_line|sum('price_subtotal')|money(document.currency_id) }}",
    "{{ today|add_days(14)|date('long') }} {{ now|time }}",
    "{% if document.date_order < today and document.amount_total > 10.5 %}x{% endif %}",
    "{{ document.note|plain|truncate(20) }}",
    "{{ document.origin|default(document.name)|lower }}",
    "{{ 'urgent' if document.priority > 1 else 'normal' }}",
    "{{ document.name ~ ' ' ~ document.amount_total }}",
    "{% for i in range(3) %}{{ loop.cycle('odd', 'even') }}{% endfor %}",
    "{{ 'SO' in document.name }} {{ document.state in ['Quotation', 'Sales Order'] }}",
    "{% set text %}a {{ document.name }}{% endset %}{{ text }}",
    "{% if document.partner_id.email is empty %}no address{% endif %}",
    "{{ document.display_name }} {{ document.partner_id }}",
    "<table><tr data-mc-for='line in document.order_line'><td>{{ line.name }}</td></tr></table>",
    "{# a note #}{{ document.name }}",
]


@pytest.mark.parametrize("source", CLEAN)
def test_a_correct_template_has_no_problems_and_renders(
    source, catalogue, context, empty_context
):
    assert lint(source, catalogue.resolve) == []
    render(source, context)
    render(source, empty_context)


@pytest.mark.parametrize(
    ("source", "code", "line", "about"),
    [
        ("a\n{{ document.nmae }}", "unknown_field", 2, "nmae"),
        ("{{ document.partner_id.nmae }}", "unknown_field", 1, "document.partner_id"),
        ("{{ documnet.name }}", "unknown_name", 1, "documnet"),
        ("{{ document.image }}", "unknown_field", 1, "image"),
        ("{{ document.name.size }}", "no_fields", 1, "document.name"),
        ("\n\n{{ document.order_line }}", "list_as_value", 3, "document.order_line"),
        ("{{ document.order_line.name }}", "needs_loop", 1, "document.order_line"),
        ("{% for x in document.partner_id %}{% endfor %}", "not_a_list", 1, "partner_id"),
        ("{% for x in document.name %}{% endfor %}", "not_a_list", 1, "document.name"),
        ("{% for l in document.order_line %}{{ l.nmae }}{% endfor %}", "unknown_field", 1,
         "document.order_line"),
        ("{% for l in document.order_line %}{% endfor %}{{ l.name }}", "unknown_name", 1, "l"),
        ("{% for l in document.order_line %}{{ l.tax_ids.name }}{% endfor %}", "needs_loop", 1,
         "l.tax_ids"),
        ("{% set p = document.partner_id %}{{ p.nmae }}", "unknown_field", 1, "nmae"),
        ("{{ loop.index }}", "unknown_name", 1, "loop"),
        ("{% for x in [1] %}{{ loop.depth }}{% endfor %}", "unknown_field", 1, "depth"),
        ("{{ document.name|uper }}", "unknown_filter", 1, "|upper"),
        ("{{ document.name|safe }}", "unknown_filter", 1, "escaped"),
        ("{{ document.name is callable }}", "unknown_test", 1, "callable"),
        ("{{ document.name|date }}", "type_mismatch", 1, "a text"),
        ("{{ document.amount_total|upper }}", "type_mismatch", 1, "a number"),
        ("{{ document.note|upper }}", "type_mismatch", 1, "|plain"),
        ("{{ document.partner_id|upper }}", "type_mismatch", 1, "a record"),
        ("{{ document.name + 1 }}", "type_mismatch", 1, "+"),
        ("{{ document.name * 3 }}", "type_mismatch", 1, "*"),
        ("{{ document.name > 3 }}", "type_mismatch", 1, ">"),
        ("{{ document.amount_total > 'a' }}", "type_mismatch", 1, "a text"),
        ("{{ none < true }}", "type_mismatch", 1, "yes or no"),
        ("{{ 3 in document.name }}", "type_mismatch", 1, "in"),
        ("{{ document.date_order|date('lnog') }}", "bad_arguments", 1, "dd.MM.yyyy"),
        ("{{ document.date_order|date(document.name) }}", "bad_arguments", 1, "written"),
        ("{{ document.order_line|list('nmae') }}", "unknown_field", 1, "nmae"),
        ("{{ document.order_line|list('tax_ids') }}", "type_mismatch", 1, "a list"),
        ("{{ document.order_line|sum('name') }}", "type_mismatch", 1, "|sum"),
        ("{{ document.amount_total|number(99) }}", "bad_arguments", 1, "0 to 10"),
        ("{{ document.name|truncate(1, 2, 3) }}", "bad_arguments", 1, "at most 2"),
        ("{{ document.order_line|map }}", "bad_arguments", 1, "path"),
        ("{{ document.amount_total|money(1) }}", "type_mismatch", 1, "currency"),
        ("{{ (document.name if document.locked else 1)|upper }}", "type_mismatch", 1, "upper"),
        ("{% if document.locked %}{% set x = 1 %}{% else %}{% set x = 'a' %}{% endif %}{{ x + 1 }}",
         "type_mismatch", 1, "+"),
        ("{% for i in range(2) %}{{ x + 1 }}{% set x = 'a' %}{% endfor %}", "unknown_name", 1,
         "x"),
        ("{{ [[1]] }}", "list_as_value", 1, "list"),
        ("{{ document['nmae'] }}", "unknown_field", 1, "nmae"),
        ("{{ document.order_line[document.priority] }}", "bad_index", 1, "whole number"),
        ("{{ document.name[0] }}", "not_a_list", 1, "document.name"),
        ("a\nb {% if document.name %} c\nd", "unclosed_block", 2, "{% endif %}"),
        ("{% for x in [1] %}{% if x %}{% endfor %}", "syntax_error", 1, "endfor"),
        ("x\n{{ document.name", "unclosed_placeholder", 2, "}}"),
        ("x\n{{ document.name }", "unclosed_placeholder", 2, "}}"),
        ("x\n{# note", "unclosed_placeholder", 2, "#}"),
        ("\n{{ document.name document.name }}", "syntax_error", 2, "expected"),
        ("\n\n{{ document name }}", "syntax_error", 3, "name"),
        ("a\n\nb {{ $ }}", "syntax_error", 3, "$"),
        ("{% endif %}", "syntax_error", 1, "endif"),
        ("{% frobnicate %}", "syntax_error", 1, "frobnicate"),
        ("{{ }}", "syntax_error", 1, ""),
        ("{% include 'x' %}", "forbidden_construct", 1, "include"),
        ("{% macro a() %}{% endmacro %}", "forbidden_construct", 1, "macro"),
        ("{{ document.unlink() }}", "forbidden_construct", 1, "unlink"),
        ("{{ ''.__class__ }}", "forbidden_field", 1, "__class__"),
        ("{% set document = 1 %}", "reserved_name", 1, "document"),
        ("{{ 2 ** 3 }}", "forbidden_construct", 1, "**"),
        ("{{ document.order_line[:2] }}", "forbidden_construct", 1, "["),
        ("<p>\n<tr data-mc-for='line'>x</tr>", "bad_attribute", 2, "name in list"),
        ("<tr data-mc-if='document.name'>x", "unclosed_element", 1, "</tr>"),
    ],
)
def test_a_mistake_is_told_with_its_place(source, code, line, about, catalogue):
    problems = lint(source, catalogue.resolve)
    found = [problem for problem in problems if problem.code == code]
    assert found, problems
    assert found[0].line == line
    assert about in found[0].message
    assert found[0].column >= 1


def test_the_column_points_at_the_mistake(catalogue):
    source = "<p>{{ document.name }} and {{ document.nmae }}</p>"
    (problem,) = lint(source, catalogue.resolve)
    assert source[problem.column - 1 :].startswith(".nmae")


def test_every_mistake_is_told_once(catalogue):
    source = (
        "{{ document.a }}{% for l in document.order_line %}{{ l.b }}{{ l.c|uper }}{% endfor %}"
        "{{ document.a }}"
    )
    found = [(p.code, p.params.get("name")) for p in lint(source, catalogue.resolve)]
    assert found == [
        ("unknown_field", "a"), ("unknown_field", "b"), ("unknown_field", "c"),
        ("unknown_filter", "uper"), ("unknown_field", "a"),
    ] or sorted(found, key=str) == sorted([
        ("unknown_field", "a"), ("unknown_field", "b"), ("unknown_field", "c"),
        ("unknown_filter", "uper"), ("unknown_field", "a"),
    ], key=str)


def test_a_template_without_document_knows_no_document(context):
    from core.template import Catalogue

    assert codes("{{ document.name }}", Catalogue()) == ["unknown_name"]
    assert codes("{{ recipient.name }}", Catalogue()) == []


def test_an_unclosed_outer_block_is_not_blamed_on_the_inner_one(catalogue):
    source = "{% if document.name %}\n{% for x in [1] %}\n{{ x }}\n{% endfor %}\n"
    (problem,) = lint(source, catalogue.resolve)
    assert (problem.code, problem.line) == ("unclosed_block", 1)


def test_a_message_can_be_translated_from_its_parameters(catalogue):
    from core.template import MESSAGES

    for source in ("{{ document.a }}", "{{ document.name|uper }}", "{{ x y }}", "{% if 1 %}"):
        for problem in lint(source, catalogue.resolve):
            assert MESSAGES[problem.code].format(**problem.params) == problem.message


def test_rendering_refuses_what_the_linter_refuses_about_grammar(catalogue, context):
    for source in ("{% include 'x' %}", "{{ 2 ** 3 }}", "{{ a b }}", "{% if 1 %}"):
        (problem, *_rest) = lint(source, catalogue.resolve)
        with pytest.raises(TemplateProblem) as caught:
            render(source, context)
        assert (caught.value.code, caught.value.line) == (problem.code, problem.line)
