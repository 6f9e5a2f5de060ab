"""HTML becomes text that reads well, text becomes HTML that looks the same, both without harm."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.html import from_text, sanitise, snippet, to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("just words", "just words"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("one<br><br>two", "one\n\ntwo"),
        ("  a \n\t b  <b> c </b>d", "a b c d"),
        ("<b>a</b>b", "ab"),
        ("&lt;b&gt; &amp; &euro;&nbsp;5", "<b> & € 5"),
        ("<h1>Title</h1>Text", "Title\n\nText"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<ol><li>one<li>two</ol>after", "1. one\n2. two\n\nafter"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n  - b\n- c"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a b\nc d"),
        (
            "<p>yes</p><blockquote><p>really?</p>ok</blockquote>no",
            "yes\n\n> really?\n>\n> ok\n\nno",
        ),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n> > b"),
        ('<a href="https://x.org/a?b=1&amp;c=2">here</a>', "here <https://x.org/a?b=1&c=2>"),
        ('<a href="https://x.org/">x.org</a>', "x.org"),
        ('<a href="mailto:a@b.c">a@b.c</a>', "a@b.c"),
        ('<a href="mailto:a@b.c">write</a>', "write <mailto:a@b.c>"),
        ('<a href="javascript:x">here</a>', "here"),
        ('<a name="top">here</a>', "here"),
        ('<a href="https://x.org">see</a>!', "see <https://x.org>!"),
        ('<img src="cid:x" alt="Logo">', "[Logo]"),
        ('<img src="cid:x" alt="">', ""),
        ('<a href="https://x.org"><img alt="Logo"></a>', "[Logo] <https://x.org>"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a<hr>b", "a\n" + "-" * 40 + "\nb"),
        ("<head><title>t</title><style>x{}</style></head><body>b</body>", "b"),
        ("<style>a</style><script>b</script>c<!-- d -->", "c"),
        ("<head><title>t</title><body>b", "b"),
        ('<div style="display:none">preheader</div>words', "words"),
        ('<div style="DISPLAY : NONE"><div>x</div>y</div>words', "words"),
        ('<div style="display:none" />words', "words"),
        ("<svg><text>x</text></svg>words", "words"),
        ("a < b and c > d", "a < b and c > d"),
        ("a <b", "a"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("</p></div>a</table>", "a"),
        ("<!doctype html><!--[if mso]>x<![endif]-->a", "a"),
        ("a<o:p></o:p>b<x-y>c</x-y>", "abc"),
        ('<p title="a>b">c</p>', "c"),
    ],
)
def test_html_reads_well_as_text(html, text):
    out = to_text(html)
    assert re.sub(r"  +", " ", out) == text or out == text


@given(st.text(max_size=300))
def test_text_survives_the_way_to_html_and_back(text):
    """Layout may change, words may not."""
    words = re.sub(r"[\s>\x00-\x1f\x7f\ud800-\udfff]+", "", text)
    if "&" in text or "://" in text.lower() or "www." in text.lower() or "@" in text:
        return
    again = re.sub(r"[\s>\x00-\x1f\x7f\ud800-\udfff]+", "", to_text(from_text(text)))
    assert again == words


@given(st.text(max_size=300) | st.text("<>&\"'=/ abhttps:.@()\n", max_size=300))
def test_no_text_becomes_markup(text):
    html = from_text(text)
    tags = {name.lower() for name in re.findall(r"<\s*/?\s*([a-zA-Z!?][^\s>]*)", html)}
    assert tags <= {"div", "br", "blockquote", "a"}
    for href in re.findall(r'href="([^"]*)"', html):
        assert href.lower().startswith(("http://", "https://", "mailto:"))
    assert " on" not in " ".join(re.findall(r"<[^>]*>", html)).replace("on ", "")


@given(st.text("<>&\"'=/ abhttps:.@()\n", max_size=200))
def test_html_made_of_text_is_clean_already(text):
    html = from_text(text)
    assert sanitise(sanitise(html).html).html == sanitise(html).html
    assert to_text(sanitise(html).html) == to_text(html)


@pytest.mark.parametrize(
    ("text", "link", "shown"),
    [
        ("see https://x.org/a?b=1&c=2.", "https://x.org/a?b=1&amp;c=2", "https://x.org/a?b=1&amp;c=2"),
        ("(https://x.org/a_(b))", "https://x.org/a_(b)", "https://x.org/a_(b)"),
        ("(see https://x.org)", "https://x.org", "https://x.org"),
        ("www.x.org!", "https://www.x.org", "www.x.org"),
        ("write to jane.doe@x.org, please", "mailto:jane.doe@x.org", "jane.doe@x.org"),
        ("<https://x.org>", "https://x.org", "https://x.org"),
        ('"https://x.org"', "https://x.org", "https://x.org"),
    ],
)  # fmt: skip
def test_addresses_in_text_can_be_clicked(text, link, shown):
    assert f'<a href="{link}" target="_blank" rel="noopener noreferrer nofollow">{shown}</a>' in (
        from_text(text)
    )


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "x@", "@x.org", "http://", "a@b", "file:///x"]
)
def test_what_is_no_address_is_no_link(text):
    assert "<a" not in from_text(text)


def test_quotes_in_text_are_nested():
    assert from_text("> a\n> > b\n>c\nd") == (
        "<blockquote><div>a</div><blockquote><div>b</div></blockquote><div>c</div></blockquote>"
        "<div>d</div>"
    )


def test_layout_by_spaces_is_kept():
    assert from_text("a   b\n  c") == "<div>a\xa0\xa0\xa0b<br>\xa0\xa0c</div>"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Hello Joe,\n\nthe offer.", "Hello Joe, the offer."),
        ("> old\n> words\nNew words", "New words"),
        ("Fine.\n\nOn Mon, 1 Jan 2024, Joe wrote:\n> old", "Fine."),
        ("Fine.\nAm 01.01.2024 schrieb Joe:\n> alt", "Fine."),
        ("-----\n\n=====\nwords", "words"),
        ("> only quoted", "only quoted"),
        ("", ""),
        ("a" * 200, "a" * 159 + "…"),
        ("word " * 60, ("word " * 31).strip() + "…"),
    ],
)
def test_the_preview_line_shows_the_first_own_words(text, line):
    assert snippet(text) == line


@given(st.text(max_size=400), st.integers(10, 200))
def test_the_preview_line_is_one_line_and_never_too_long(text, length):
    line = snippet(text, length)
    assert len(line) <= length
    assert "\n" not in line and line == line.strip()


def test_text_that_had_to_end_early_says_so():
    assert to_text("a<br>" * 100).endswith("\na")
    assert to_text("a<br>" * 60_000).endswith("\na\n[...]")
