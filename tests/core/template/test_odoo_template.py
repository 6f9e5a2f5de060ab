"""Odoo's own templates, taken over into ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.template import Catalogue, MappingView, lint, render
from core.template.odoo_expression import REASONS, Untranslatable, translate
from core.template.odoo_template import translate_body, translate_subject


@pytest.mark.parametrize(
    ("python", "ours"),
    [
        ("object.name", "document.name"),
        ("object.partner_id.name or ''", "document.partner_id.name or ''"),
        ("user.name", "sender.name"),
        ("user.partner_id.email", "sender.email"),
        ("user.company_id.name", "company.name"),
        ("user.company_id.country_id.name", "company.country"),
        ("format_date(object.validity_date)", "document.validity_date|date"),
        ("format_date(object.validity_date, date_format='long')",
         "document.validity_date|date('long')"),
        ("format_datetime(object.date_order, tz=object.partner_id.tz)",
         "document.date_order|datetime"),
        ("format_datetime(dt=object.date_order, dt_format='short')",
         "document.date_order|datetime('short')"),
        ("format_amount(object.amount_total, object.currency_id)",
         "document.amount_total|money(document.currency_id)"),
        ("format_amount(object.a - object.b, object.currency_id)",
         "(document.a - document.b)|money(document.currency_id)"),
        ("object.state in ('draft', 'sent')", "document.state in ['draft', 'sent']"),
        ("'a' if object.x else 'b'", "('a' if document.x else 'b')"),
        ("object.x and 'yes' or 'no'", "(document.x and 'yes') or 'no'"),
        ("not is_html_empty(object.note)", "document.note|plain"),
        ("object.x is not None", "document.x is not none"),
        ("len(object.order_line) > 1", "(document.order_line|length) > 1"),
        ("object.order_line[0].name", "document.order_line[0].name"),
        ("object.order_line[:1].name", "(document.order_line|first).name"),
        ("', '.join(object.tag_ids.mapped('name'))", "document.tag_ids|join(', ', 'name')"),
        ("sum(object.order_line.mapped('qty'))", "document.order_line|sum('qty')"),
        ("object.name.upper()", "document.name|upper"),
        ("'%s (%s)' % (object.name, object.ref)",
         "document.name ~ ' (' ~ document.ref ~ ')'"),
        ("'100%% of %.2f' % object.amount", "'100%' ~ ' of ' ~ document.amount|number(2)"),
        ("f'{object.name}!'", "document.name ~ '!'"),
        ("-object.amount", "-document.amount"),
        ("\"it's\"", '"it\'s"'),
    ],
)
def test_an_expression_is_written_in_our_language(python, ours):
    assert translate(python) == ours


@pytest.mark.parametrize(
    ("python", "reason"),
    [
        ("object.get_portal_url()", "call"),
        ("object.sudo().name", "call"),
        ("object.env['res.users'].search([])", "call"),
        ("object.__class__", "construct"),
        ("ctx.get('x')", "call"),
        ("ctx", "name"),
        ("env", "name"),
        ("user.password", "user_field"),
        ("[x for x in object.order_line]", "construct"),
        ("lambda: 1", "construct"),
        ("object.filtered(lambda o: o.x)", "call"),
        ("__import__('os').system('x')", "call"),
        ("object.name.format(1)", "call"),
        ("{1: 2}", "construct"),
        ("object.x if", "syntax"),
        ("(" * 2000 + "1" + ")" * 2000, "syntax"),
        ("", "syntax"),
        ("object.a ** 2", "construct"),
        ("object.a[1:2]", "construct"),
        ("'%(name)s' % object", "construct"),
        ("format_date(object.d, date_format='%Y')", "construct"),
    ],
)
def test_what_has_no_counterpart_is_refused_with_the_reason(python, reason):
    with pytest.raises(Untranslatable) as refused:
        translate(python)
    assert refused.value.reason == reason
    assert reason in REASONS


@pytest.mark.parametrize(
    ("odoo", "ours"),
    [
        ("Offer {{ object.name }}", "Offer {{ document.name }}"),
        ("{{object.name ||| nothing}}", "{{ document.name|default('nothing') }}"),
        ("Hi {{ object.x or '' ||| it's}}", "Hi {{ (document.x or '')|default('it\\'s') }}"),
        ("no code", "no code"),
        ("", ""),
    ],
)
def test_a_subject_is_taken_over(odoo, ours):
    assert translate_subject(odoo).source == ours


def test_what_a_subject_can_not_say_is_marked_and_told():
    found = translate_subject("A {{ object.get_x() }} B {{ object.name }}")
    assert found.source == "A [object.get_x()] B {{ document.name }}"
    assert [(left.code, left.reason) for left in found.left] == [("object.get_x()", "call")]


@pytest.mark.parametrize(
    ("odoo", "ours"),
    [
        ('<p>Hi <t t-out="object.name">Sample</t>!</p>', "<p>Hi {{ document.name }}!</p>"),
        ('<p t-esc="object.name"/>', "<p>{{ document.name }}</p>"),
        ('<span t-field="object.amount" t-options=\'{"widget": "monetary", '
         '"display_currency": object.currency_id}\'/>',
         "<span>{{ document.amount|money(document.currency_id) }}</span>"),
        ('<p>a<t t-if="object.x">b</t>c</p>', "<p>a{% if document.x %}b{% endif %}c</p>"),
        ('<p t-if="object.x">b</p>', "{% if document.x %}<p>b</p>{% endif %}"),
        ('<p t-if="object.x">a</p><p t-elif="object.y">b</p><p t-else="">c</p>',
         "{% if document.x %}<p>a</p>{% endif %}"
         "{% if not (document.x) and (document.y) %}<p>b</p>{% endif %}"
         "{% if not (document.x) and not (document.y) %}<p>c</p>{% endif %}"),
        ('<t t-foreach="object.order_line" t-as="line"><b t-out="line.name"/>'
         '<t t-if="not line_last">, </t></t>',
         "{% for line in document.order_line %}<b>{{ line.name }}</b>"
         "{% if not loop.last %}, {% endif %}{% endfor %}"),
        ('<table><tr t-foreach="object.order_line" t-as="l"><td t-out="l.name"/></tr></table>',
         '<table><tr data-mc-for="l in document.order_line"><td>{{ l.name }}</td></tr></table>'),
        ('<table><t t-foreach="object.order_line" t-as="l"><tr t-if="l.x"><td/></tr></t></table>',
         '<table><tr data-mc-if="l.x" data-mc-for="l in document.order_line"><td/></tr></table>'),
        ('<t t-set="greeting" t-value="\'Hi\'"/><p t-out="greeting"/>',
         "{% set greeting = 'Hi' %}<p>{{ greeting }}</p>"),
        ('<t t-set="who"><b>you</b></t><p t-out="who"/>',
         "{% set who %}<b>you</b>{% endset %}<p>{{ who }}</p>"),
        ('<a t-att-href="object.website">x</a>', '<a href="{{ document.website }}">x</a>'),
        ('<a t-attf-href="mailto:{{ object.email }}">x</a>',
         '<a href="mailto:{{ document.email }}">x</a>'),
        ('<a t-attf-href="tel:#{object.phone}">x</a>',
         '<a href="tel:{{ document.phone }}">x</a>'),
        ("<p>1 &lt; 2 &amp; 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
        ("a &lt; b", "a &lt; b"),
        ("", ""),
    ],
)
def test_a_body_is_taken_over(odoo, ours):
    found = translate_body(odoo)
    assert found.source == ours
    assert not found.left


@pytest.mark.parametrize(
    ("odoo", "shown", "reason"),
    [
        ('<p>a<t t-out="object.get_url()"/>b</p>', "<p>a[object.get_url()]b</p>", "call"),
        ('<t t-call="mail.layout"><p>x</p></t>', '[t-call="mail.layout"]', "directive"),
        ('<a t-att-href="object.get_url()">x</a>', "<a>x</a>", "call"),
        ('<p t-if="object.has()">x</p>', "<p>[object.has()]</p>", "call"),
        ('<span t-field="object.partner_id" t-options=\'{"widget": "contact"}\'/>',
         "<span>[object.partner_id]</span>", "widget"),
        ('<table><t t-foreach="object.l" t-as="l"><tr/><tr/></t></table>',
         "<table>[l in document.l]</table>", "rows"),
        ('<t t-set="n" t-value="0"/><t t-foreach="object.l" t-as="l">'
         '<t t-set="n" t-value="n + l.x"/></t>',
         "{% set n = 0 %}{% for l in document.l %}[n + l.x]{% endfor %}", "carry"),
    ],
)
def test_what_a_body_can_not_say_is_marked_and_told(odoo, shown, reason):
    found = translate_body(odoo)
    assert found.source == shown
    assert [left.reason for left in found.left] == [reason]


def test_a_body_that_was_taken_over_renders():
    models = {
        "m": {
            "name": {"type": "char"},
            "lines": {"type": "one2many", "relation": "l"},
        },
        "l": {"name": {"type": "char"}, "price": {"type": "float"}},
    }
    source = translate_body(
        '<div>Dear <t t-out="object.name or \'\'"/>,<table><t t-foreach="object.lines" t-as="l">'
        '<tr t-if="l.price &gt; 1"><td t-out="l.name"/><td t-out="format_amount(l.price, '
        "'EUR')\"/></tr></t></table></div>"
    ).source
    assert lint(source, Catalogue("m", lambda name: models.get(name, {})).resolve) == []
    lines = [{"name": "a", "price": 1.0}, {"name": "b", "price": 2.5}]
    shown = render(source, {"document": MappingView({"name": "Eve", "lines": lines})}).text
    assert shown == (
        "<div>Dear Eve,<table><tr><td>b</td><td>€2.50</td></tr></table></div>"
    )


@pytest.mark.parametrize("source", ["<p", "<t t-if='x'>", "&#0;", "<t t-as='x'/>", "<!-- t -->x"])
def test_broken_markup_does_not_crash(source):
    assert isinstance(translate_body(source).source, str)


FRAGMENTS = st.lists(
    st.sampled_from(
        ["<t t-if='object.x'>", "<t t-else=''>", "<t t-foreach='object.l' t-as='l'>", "</t>",
         "<table>", "<tr t-if='x'>", "<tr>", "<td>", "</table>", "<t t-set='v' t-value='1'/>",
         "<t t-set='w'>", "<t t-out='v'/>", "<p t-att-href='object.y'>", "</p>", "text",
         "<!-- c -->", "<t t-elif='object.z()'>", "<b t-esc='l.name' t-options='{'/>", "<br/>",
         "<li t-foreach='object.l' t-as='l' t-if='l.x'>", "{{ x }}", "&amp;"]
    ),
    max_size=14,
)


@given(FRAGMENTS)
def test_any_markup_is_taken_over_or_told_but_never_crashes(fragments):
    found = translate_body("".join(fragments))
    assert "t-foreach" not in found.source.replace("[", "") or found.left
