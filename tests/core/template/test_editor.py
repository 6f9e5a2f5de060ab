"""Templates as a person writes them in the HTML editor."""

import lxml.html
import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.template import MappingView, TemplateProblem, lint, normalise_editor_html, render


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<p>{{&nbsp;document.name&nbsp;}}</p>", "<p>{{ document.name }}</p>"),
        ("<p>{{\u00a0document.name }}</p>", "<p>{{ document.name }}</p>"),
        ("{% if a &gt; 1 and b &lt; 2 %}x{% endif %}", "{% if a > 1 and b < 2 %}x{% endif %}"),
        ("{{ a|default(&quot;x&quot;) }}", '{{ a|default("x") }}'),
        ("{{ a ~ ' &amp; ' ~ b }}", "{{ a ~ ' & ' ~ b }}"),
        ("{{ a|date(“long”) }}", '{{ a|date("long") }}'),
        ("{{ a|date(‘long’) }}", "{{ a|date('long') }}"),
        ("{{ a|default('“x”') }}", "{{ a|default('“x”') }}"),
        ("{{ docu\u200bment.name }}", "{{ document.name }}"),
        ("{{ <b>document.name</b> }}", "<b>{{ document.name }}</b>".replace("{{ ", "{{ ")),
        ("<b>Dear {{ recipient</b>.name }}", "<b>Dear {{ recipient.name }}</b>"),
        ("{{ recipient.<i>name }} x</i>", "{{ recipient.name }}<i> x</i>"),
        ("{{ a</b>.<i>c }} text</i>", "{{ a.c }}</b><i> text</i>"),
        ("{{ docu<span style='x'>ment</span>.name }}",
         "<span style='x'>{{ document.name }}</span>"),
        ("{<b>{ document.name }}</b>", "<b>{{ document.name }}</b>"),
        ("{{ document.name }<b>}</b>", "{{ document.name }}<b></b>"),
        ("{{ a<br>.b }}", "{{ a.b }}"),
        ('<a href="{{ document.url }}&amp;x=1">x</a>',
         '<a href="{{ document.url }}&amp;x=1">x</a>'),
        ('<a href="%7B%7B%20document.url%20%7D%7D?a=%20">x</a>',
         '<a href="{{ document.url }}?a=%20">x</a>'),
        ('<a href="x/%7b%7bdocument.id%7d%7d/%7B%7Ba%7D%7D">x</a>',
         '<a href="x/{{document.id}}/{{a}}">x</a>'),
        ('<img src="{{%20document.url%20}}/{%%20if%20a%20&gt;%201%20%}b%20c{%%20endif%20%}">',
         '<img src="{{ document.url }}/{% if a > 1 %}b%20c{% endif %}">'),
        ('<td title="{{ a if b &gt; 1 }}">x</td>', '<td title="{{ a if b > 1 }}">x</td>'),
        ("<p>{% if a %}</p><p>x</p><p>{% endif %}</p>", "{% if a %}<p>x</p>{% endif %}"),
        ("<div>&nbsp;{% for x in y %}<br></div>z<p>{% endfor %}</p>",
         "{% for x in y %}z{% endfor %}"),
        ("<p>{% if a %}x{% endif %}</p>", "<p>{% if a %}x{% endif %}</p>"),
        ("<p>1 &lt; 2 &amp; {x} {{ a }}</p>", "<p>1 &lt; 2 &amp; {x} {{ a }}</p>"),
        ("no placeholders &nbsp; <b>x</b>", "no placeholders &nbsp; <b>x</b>"),
        ("<p>{{ never closed</p><p>{{ a&nbsp;}}</p>", "<p>{{ never closed</p><p>{{ a }}</p>"),
    ],
)
def test_what_the_editor_did_to_a_placeholder_is_repaired(written, meant):
    assert normalise_editor_html(written) == meant
    assert normalise_editor_html(meant) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('<tr data-mc-for="line in document.order_line"><td>{{ line.name }}</td></tr>',
         "{% for line in document.order_line %}<tr><td>{{ line.name }}</td></tr>{% endfor %}"),
        ('<tr class="a" data-mc-for="x in y" data-mc-if="x.b &gt; 1" id="c">z</tr>',
         '{% for x in y %}{% if x.b > 1 %}<tr class="a" id="c">z</tr>{% endif %}{% endfor %}'),
        ('<p data-mc-if="a"><b>x</b></p>y', "{% if a %}<p><b>x</b></p>{% endif %}y"),
        ('<div data-mc-if="a"><div>1</div><div>2</div></div><div>3</div>',
         "{% if a %}<div><div>1</div><div>2</div></div>{% endif %}<div>3</div>"),
        ('<img src="x" data-mc-if="a">', '{% if a %}<img src="x">{% endif %}'),
        ("<TR DATA-MC-IF='a'>x</TR>", "{% if a %}<TR>x</TR>{% endif %}"),
        ('<ul data-mc-if="a"><li data-mc-for="b in c"><p>{{ b }}</li></ul>',
         "{% if a %}<ul>{% for b in c %}<li><p>{{ b }}</li>{% endfor %}</ul>{% endif %}"),
        ('<span data-mc-if="a == &quot;b&quot;">x</span>',
         '{% if a == "b" %}<span>x</span>{% endif %}'),
    ],
)
def test_an_element_is_repeated_or_left_out_by_its_attribute(written, meant):
    assert normalise_editor_html(written) == meant
    assert normalise_editor_html(meant) == meant


def test_rows_of_a_table_survive_a_browser_and_repeat(context):
    source = (
        "<table><tbody><tr><th>Product</th></tr>"
        '<tr data-mc-for="line in document.order_line" data-mc-if="line.product_id">'
        "<td>{{&nbsp;loop.index&nbsp;}}. {{ line.<b>product_id</b>.name }}</td></tr>"
        "</tbody></table>"
    )
    assert render(source, context).text == (
        "<table><tbody><tr><th>Product</th></tr><tr><td>1. <b>Table</b></td></tr>"
        "<tr><td>2. <b>Chair</b></td></tr></tbody></table>"
    )


SERIALIZED = """<div><p>Dear {{ document.partner_id.name }}
{% if document.priority > 1 and document.name < 'z' %}x{% endif %}</p>
<a href="{{ document.name }}?a={{ document.name|default('n&amp;m') }}">link</a>
<table><tbody><tr data-mc-for="line in document.order_line" data-mc-if="line.quantity > 1">
<td title="{{ line.product_id.name }}">{{ line.name }}</td></tr></tbody></table>
<img src="{{ document.name }}/i.png" alt="{{ document.state }}"></div>"""


def test_a_template_survives_being_parsed_and_written_again(context):
    # As the server's own sanitisers do when the body is saved.
    wanted = render(SERIALIZED, context).text
    by_libxml = lxml.html.tostring(lxml.html.fromstring(SERIALIZED), encoding="unicode")
    assert "%20document.name" in by_libxml
    assert render(by_libxml, context).text == wanted
    by_ammonia = nh3.clean(
        SERIALIZED, generic_attribute_prefixes={"data-"}, link_rel=None,
        attributes={**nh3.ALLOWED_ATTRIBUTES, "td": {"title"}},
    )
    assert "&gt; 1" in by_ammonia
    # It writes attributes in any order, so letters are compared regardless of theirs.
    assert sorted(render(by_ammonia, context).text) == sorted(wanted)


def test_an_attribute_that_makes_no_sense_is_told_with_its_place(context):
    for source, code in (
        ("\n<p data-mc-if=''>x</p>", "bad_attribute"),
        ("\n<p data-mc-if='a %}{% endif'>x</p>", "bad_attribute"),
        ("\n<p data-mc-for='document.order_line'>x</p>", "bad_attribute"),
        ("\n<p data-mc-if='document.name'>x", "unclosed_element"),
    ):
        with pytest.raises(TemplateProblem) as caught:
            render(source, context)
        assert (caught.value.code, caught.value.line) == (code, 2)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<p>{{ a }}<i class='x'/>text</p>", "<p>{{ a }}<i class='x'></i>text</p>"),
        ("<div/><p>text</p>", "<div></div><p>text</p>"),
        ("<td width='5' />", "<td width='5'></td>"),
        ("<br/>text<hr/><img src='x'/>", "<br/>text<hr/><img src='x'/>"),
    ],
)
def test_an_element_closed_as_in_xml_does_not_swallow_what_follows(written, meant):
    assert normalise_editor_html(written) == meant


def test_repairing_keeps_line_numbers(catalogue):
    source = "<p>{{ document<br>\n.name }}</p>\n<p>\n{% if document.name %}\n</p>\n" \
        "<p>{{ document.nmae }}</p>{% endif %}"
    (problem,) = lint(source, catalogue.resolve)
    assert problem.line == 6


def test_a_value_does_not_break_out_of_an_attribute():
    context = {"document": MappingView({"name": '"><script>alert(1)</script>'})}
    text = render('<a title="{{ document.name }}">x</a>', context).text
    assert text == (
        '<a title="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">x</a>'
    )


def test_a_value_that_looks_like_a_template_is_not_one():
    context = {"document": MappingView({"name": "{{ 1 + 1 }}{% if %}"})}
    assert render("{{ document.name }}", context).text == "{{ 1 + 1 }}{% if %}"


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "{{", "}}", "{%", "%}", "{#", "#}", "{", "}", "<b>", "</b>", "<p>", "</p>", "<br>",
            "<tr data-mc-if='a'>", "</tr>", "<a href=\"%7B%7Ba%7D%7D\">", "</a>", "&nbsp;",
            "&gt;", "a", " ", "\n", "if a", "endif", "<", ">", "\"", "'", "<!--", "-->",
        ]
    ),
    max_size=30,
)


@given(FRAGMENTS)
def test_any_html_is_repaired_or_refused_but_never_crashes(fragments):
    try:
        render("".join(fragments), {"a": 1})
    except TemplateProblem as problem:
        assert problem.message


@given(st.text(alphabet="ab<>&;\"' \n=/!-", max_size=60).filter(lambda text: "/>" not in text))
def test_html_without_placeholders_is_left_alone(source):
    assert normalise_editor_html(source + "{") == source + "{"
