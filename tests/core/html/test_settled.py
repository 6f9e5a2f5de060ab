"""What is said to be read as it is written is so: by nh3, for all that is accepted."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.html import from_text, sanitise
from core.html.clean import _CLEANER, _READER, _TAGS, _no_brackets_in_values
from core.html.settled import _OUT, _OUTSIDE, _VOID, is_settled
from tests.hostile_html import PAYLOADS

TAGS = sorted(_TAGS)
# Of those that are nothing but words in a line to any parser, some.
ALIKE = {"abbr", "acronym", "bdi", "bdo", "cite", "del", "dfn", "ins", "kbd", "mark", "q", "samp",
         "sub", "sup", "time", "var", "big", "code", "em", "s", "small", "strike", "strong", "tt",
         "aside", "header", "main", "nav", "section", "article", "footer"}  # fmt: skip
# Elements that are left out, not without a trace: some end a paragraph, some keep one open.
STRANGE = ["button", "details", "summary", "fieldset", "form", "input", "label", "legend", "nobr",
           "marquee", "object", "applet", "select", "option", "svg", "math", "mi", "template",
           "noscript", "textarea", "title", "style", "script", "frameset", "body", "html", "head",
           "listing", "xmp", "plaintext", "image", "rb", "rtc", "menu", "isindex", "dialog",
           "foreignObject", "annotation-xml", "iframe", "video"]  # fmt: skip
TEXTS = ["x", " ", "\n", "\t\f", "\r", "&#13;", "&#10;", "\ufeff", "\xa0", "&nbsp;", "&lt;b&gt;",
         "&amp;lt;", "\0", "&#0;", "<", ">", "</", "<!--", "-->", "<!-- <p> -->", "]]>", "&", "\"",
         "&#xfeff;", "\x0b", "\u2028", "\U0001f600", "</p>", "</br>", "<br/>"]  # fmt: skip
ATTRIBUTES = ["", ' title="&lt;/p&gt;&lt;b&gt;"', ' title="&quot;&amp;&#13;"', " class=quote",
              ' style="color:red"', ' href="https://x.org/?a&amp;b"', " href=//x.org/<p>",
              ' src="cid:a"', " src=https://x.org/a", ' href="https://[x"', ' title="\xa0\n"',
              ' href="https://a\xa0b.org"', " align=left", " dir=rtl"]  # fmt: skip


def read(html):
    return _no_brackets_in_values(_READER.clean(html))


def tag_of(names):
    return st.builds("<{}{}>".format, names, st.sampled_from(ATTRIBUTES))


# Tags at random, of a few kinds at a time: so they meet each other.
@st.composite
def soup(draw):
    names = st.sampled_from(draw(st.lists(st.sampled_from(TAGS + STRANGE), min_size=1, max_size=6)))
    piece = st.one_of(tag_of(names), names.map("</{}>".format), st.sampled_from(TEXTS))
    return "".join(draw(st.lists(piece, max_size=40)))


# Elements that end where they should, at any place: much of it is not read as it is written.
ELEMENTS = st.recursive(
    st.sampled_from([*TEXTS, "<br>", '<img alt="x">', "<hr>"]),
    lambda inner: st.builds(
        lambda name, attribute, inside: f"<{name}{attribute}>{''.join(inside)}</{name}>",
        st.sampled_from(TAGS + STRANGE), st.sampled_from(ATTRIBUTES), st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=2500, deadline=None)
@given(st.one_of(soup(), ELEMENTS))
def test_of_what_is_accepted_a_second_reading_changes_nothing(source):
    cleaned = _CLEANER.clean(source)
    if is_settled(cleaned):
        assert read(cleaned) == cleaned


def accepted(draw):
    """HTML as it goes through: at each place one of the tags that may stand there."""
    place, around, out = _OUTSIDE, [], []
    for _step in range(draw(st.integers(1, 60))):
        if around and draw(st.integers(0, 2)) == 0:
            out.append(f"</{place.name}>")
            place = around.pop()
            continue
        tag = draw(st.sampled_from([tag for tag in TAGS if place[tag] is not None]))
        out.append(f"<{tag}>" + draw(st.sampled_from(["", " ", "\n"])))
        if tag not in _VOID:
            around.append(place)
            place = place[tag]
        if place.name not in ("table", "tbody", "thead", "tfoot", "tr", "colgroup"):
            out.append(draw(st.sampled_from(["", "x", " ", "&nbsp;", "&amp;lt;p"])))
    while around:
        out.append(f"</{place.name}>")
        place = around.pop()
    return "".join(out)


@settings(max_examples=1500, deadline=None)
@given(st.composite(accepted)())
def test_whatever_goes_through_is_read_as_it_is_written(html):
    assert is_settled(html)
    assert read(html) == html


def test_of_any_three_elements_in_and_beside_each_other_what_is_accepted_stays():
    def whole(names):
        html = "x".join(f"<{name}>" for name in names)
        return html + "".join(f"x</{name}>" for name in reversed(names) if name not in _VOID)

    count = 0
    for names in itertools.product(sorted(_TAGS - ALIKE), repeat=3):
        if any(name in _VOID for name in names[:2]):
            continue
        beside = whole(names[1:2]) + whole(names[2:])
        for html in (whole(names), whole(names[:2]) + whole(names[2:]),
                     f"<{names[0]}>{beside}</{names[0]}>"):  # fmt: skip
            for one in (html, html.replace("x", "")):
                if is_settled(one):
                    count += 1
                    assert read(one) == one
    assert count > 20_000


def test_formatting_in_itself_many_times_over_is_read_as_it_is_written():
    """A parser remembers three open elements that are the same."""
    for name in ("b", "font", "i", "small"):
        for shape in ("{}", "<p>{}</p>", "<table><tbody><tr><td>{}</td></tr></tbody></table>y"):
            html = shape.format(f"<{name}>x" * 9 + f"y</{name}>z" * 9)
            assert is_settled(html)
            assert read(html) == html


@pytest.mark.parametrize(
    "html",
    [
        "<p>", "</p>", "<p></div>", "<b><i></b></i>", "<b></b></b>", "<div>" * 300 + "</div>" * 300,
        "<a>x<span><a>y</a></span></a>", "<p><b><div>x</div></b></p>", "<p><table></table></p>",
        "<a><table><tbody><tr><td><a>x</a></td></tr></tbody></table></a>", "<li>x</li>",
        "<ul><li><div><li>x</li></div></li></ul>", "<h1><h2>x</h2></h1>", "<td>x</td>",
        "<table>x</table>", "<table><tbody>x<tr></tr></tbody></table>", "<table><tr></tr></table>",
        "<table><tbody><tr>\n<td></td>x</tr></tbody></table>", "<pre>\nx</pre>", "<ruby></ruby>",
        "<table><tbody><tr><td></td></tr></tbody>&nbsp;</table>", "a\rb", "\ufeffa", "<!-- x -->",
        "<svg></svg>", "<style></style>", "<form></form>", "<p title='x'></p>",
        '<p title="<">x</p>',
        '<p title=">">x</p>', "a < b", "a > b", "<P></P>", "<p/>", "<br></br>", "<p\n></p>",
        "<button>x</button>", "<nobr>x</nobr>", "<dl><div><dt>x</dt></div></dl>", "<col>",
    ],
)  # fmt: skip
def test_what_a_parser_may_move_is_left_to_it(html):
    assert not is_settled(html)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_of_hostile_mail_nothing_is_accepted_that_changes(payload):
    cleaned = _CLEANER.clean(payload)
    assert not is_settled(cleaned) or read(cleaned) == cleaned
    again = sanitise(payload).html
    assert sanitise(again).html == again


def test_ordinary_mail_need_not_be_read_twice(monkeypatch):
    newsletter = (
        '<html><head><style>p{}</style></head><body bgcolor="#fff"><table width=600>'
        '<tr><td style="padding:1px">Hello <b>you</b><p>Buy <a href="https://x.org">this</a>'
        "<ul><li>one<li>two</ul><img src=https://x.org/a></table></body></html>"
    )
    plain = from_text("Hello,\n\n  indented www.x.org\n> quoted <b>\n>> twice\n\nBye & 'x'")
    read = []

    class Reader:
        @staticmethod
        def clean(text):
            read.append(text)
            return _READER.clean(text)

    monkeypatch.setattr("core.html.clean._READER", Reader)
    assert "data-mc-src" in sanitise(newsletter).html
    assert re.search("<blockquote>.*<blockquote>", sanitise(plain, own=True).html)
    assert not read
    sanitise("<a href='https://x.org'>x<table><td><a href='https://x.org'>y")
    assert read


def test_places_are_as_many_as_elements_whatever_comes():
    assert _OUTSIDE["/p"] is None
    assert _OUTSIDE["p"]["/p"] is _OUT
    assert _OUTSIDE["div"]["div"] is _OUTSIDE["div"]
