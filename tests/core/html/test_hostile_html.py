"""Markup made to stall or swell a parser ends quickly, and its words are still shown."""

import pytest

from core.html import (
    HtmlLimits,
    TooComplex,
    fold_quotes,
    from_text,
    sanitise,
    snippet,
    to_text,
    unblock,
)

KB = 1024
HOSTILE = {
    "64000 divs": lambda: "<div>" * 64_000 + "words",
    "divs that look closed": lambda: "<div><table><td></div></table>" * 60_000,
    "divs closed in attributes": lambda: '<div a="</div>">' * 60_000,
    "divs closed in comments": lambda: "<div><!--</div>-->" * 60_000,
    "divs closed in titles": lambda: "<div><title></div></title>" * 60_000,
    "divs closed by strange quotes": lambda: "<div a\"></div>\">" * 60_000,
    "open attributes": lambda: "<a encoding=" * 100_000,
    "one long formatting tag": lambda: "<font a=%s>" % ("x" * 100_000) + "<p>x" * 20_000,
    "many formatting tags": lambda: "<font size=1>" * 250 + "<p>x" * 50_000,
    "misnested": lambda: "<b><i></b></i>" * 50_000,
    "formatting in paragraphs": lambda: "".join(f"<p><b class=c{i}>" for i in range(20_000)),
    "links in links": lambda: "<a href=https://x>" * 100_000,
    "tables in tables": lambda: "<table><tr><td>" * 60_000,
    "tables in tables, loose": lambda: "<table>" * 100_000,
    "svg": lambda: "<svg>" * 100_000,
    "math": lambda: "<math><mtext>" * 60_000,
    "templates": lambda: "<template>" * 60_000,
    "lists": lambda: "<ul><li>" * 60_000,
    "unclosed comment": lambda: "<!--" * 200_000,
    "less-than signs": lambda: "<" * 1_000_000,
    "ampersands": lambda: "&" * 1_000_000,
    "entities": lambda: "&amp;&#x41;&notanentity;" * 60_000,
    "attributes": lambda: "<p " + "".join(f"a{i}=1 " for i in range(100_000)) + ">x",
    "one attribute again and again": lambda: "<p " + "style=a " * 100_000 + ">x",
    "styles": lambda: "".join(f'<p style="color:#{i:06x};{"a" * 50}">x' for i in range(20_000)),
    "one long style": lambda: '<p style="' + "color:red;" * 100_000 + '">x',
    "brackets in a style": lambda: '<p style="color:' + "(" * 100_000 + '">x',
    "classes": lambda: '<p class="' + "a " * 400_000 + '">x',
    "long URL": lambda: '<a href="https://x.org/' + "a" * 1_000_000 + '">x</a>',
    "images": lambda: "<img src=https://x.org/a>" * 60_000,
    "3 MB": lambda: "<p>hello</p>" * 270_000,
    "null characters": lambda: "\0" * 1_000_000,
    "blanks": lambda: " " * 1_000_000 + "<p>x" + "\n" * 900_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_html_is_cleaned_without_stalling_in_200_megabytes(name, run_confined):
    source = HOSTILE[name]()

    def work():
        clean = sanitise(source)
        fold_quotes(clean.html)
        unblock(clean.html)
        return f"{len(clean.html)} characters"

    outcome = run_confined(work)
    assert outcome.endswith(" characters"), outcome
    assert int(outcome.split()[0]) <= 20 * KB * KB


@pytest.mark.parametrize("name", HOSTILE)
def test_the_text_of_hostile_html_is_made_within_the_limits(name, run_confined):
    source = HOSTILE[name]()
    outcome = run_confined(lambda: f"{len(snippet(to_text(source)))} characters")
    assert outcome.endswith(" characters"), outcome


@pytest.mark.parametrize(
    "text",
    ["a@" * 500_000, "+" * 1_000_000, "> " * 500_000, "http://" * 150_000, "www." * 250_000,
     "x\n" * 500_000, ">\n>>\n" * 200_000, "a.b@c." * 150_000, "(" * 1_000_000],
    ids=["ats", "pluses", "quotes", "schemes", "wwws", "lines", "steps", "dots", "brackets"],
)  # fmt: skip
def test_hostile_plain_text_becomes_html_within_the_limits(text, run_confined):
    outcome = run_confined(lambda: f"{len(from_text(text))} characters")
    assert outcome.endswith(" characters"), outcome


def test_html_beyond_the_limits_is_shown_as_its_words():
    clean = sanitise("<div>" * 5000 + "Hello <script>alert(1)</script><b>Jane</b>")
    assert clean.simplified
    assert "Hello Jane" in clean.html
    assert "script" not in clean.html and "alert" not in clean.html


def test_html_beyond_the_limits_can_be_refused_instead():
    with pytest.raises(TooComplex, match="nested deeper than 10 levels"):
        sanitise("<div>" * 20, limits=HtmlLimits(depth=10), fallback=False)


def test_a_long_newsletter_is_not_too_complex():
    row = (
        '<tr><td style="padding:10px"><table width="100%"><tr><td><p>Text <b>bold</b> '
        '<a href="https://x.org">link</a></p></td></tr></table></td></tr>'
    )
    source = f"<html><body><table>{row * 3000}</table></body></html>"
    clean = sanitise(source)
    assert not clean.simplified
    assert clean.html.count("<b>bold</b>") == 3000


def test_old_html_with_unclosed_cells_items_and_paragraphs_is_not_too_complex():
    source = (
        "<table>"
        + "<tr><td>a<td>b" * 1000
        + "</table><ul>"
        + "<li>x" * 1000
        + "</ul>"
        + "<p>y" * 1000
    )
    assert not sanitise(source).simplified
