"""The quoted mail below an answer is folded away; an answer between its lines never is."""

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.html import fold_quotes, sanitise, to_text

from .test_clean_html import SOUP, problems

GMAIL = (
    '<div dir="ltr">My answer.</div><br><div class="gmail_quote gmail_quote_container">'
    '<div dir="ltr" class="gmail_attr">On Mon, 1 Jan 2024 at 10:00, Joe '
    '&lt;<a href="mailto:j@x.org">j@x.org</a>&gt; wrote:<br></div>'
    "<blockquote>Old words.</blockquote></div>"
)
THUNDERBIRD = (
    '<p>My answer.</p><div class="moz-cite-prefix">On 1/1/2024 10:00 AM, Joe wrote:<br></div>'
    '<blockquote type="cite" cite="mid:x"><p>Old words.</p></blockquote>'
)
APPLE = (
    '<div>My answer.<div><br><blockquote type="cite"><div>On 1 Jan 2024, at 10:00, Joe wrote:</div>'
    "<div>Old words.</div></blockquote></div></div>"
)
OUTLOOK = (
    '<div class="WordSection1"><p>My answer.</p><div><div style="border:none;border-top:solid '
    '#E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p><b>From:</b> Joe<br><b>Sent:</b> Monday</p></div>'
    "</div><p>Old words.</p></div>"
)
YAHOO = (
    '<div>My answer.</div><div class="yahoo_quoted">'
    "<div>On Monday, Joe wrote:</div>Old words.</div>"
)
PROTON = (
    '<div>My answer.</div><div class="protonmail_quote">On Monday'
    "<blockquote>Old words.</blockquote></div>"
)
DIVIDER = "<p>My answer.</p><p>-----Original Message-----<br>From: Joe</p><p>Old words.</p>"
PLAIN = (
    "<div>My answer.</div><div>Am 01.01.2024 um 10:00 schrieb Joe:</div>"
    "<blockquote><div>Old words.</div></blockquote>"
)
POLISH = (
    "<div>My answer.</div><div>W dniu 1.01.2024 o 10:00, Joe pisze:</div>"
    "<blockquote><div>Old words.</div></blockquote>"
)


@pytest.mark.parametrize(
    "html",
    [GMAIL, THUNDERBIRD, APPLE, OUTLOOK, YAHOO, PROTON, DIVIDER, PLAIN, POLISH],
    ids=[
        "gmail",
        "thunderbird",
        "apple",
        "outlook",
        "yahoo",
        "proton",
        "divider",
        "german",
        "polish",
    ],
)
def test_only_the_answer_is_shown_and_the_rest_can_be_unfolded(html):
    top, quoted = fold_quotes(sanitise(html).html)
    assert to_text(top).strip() == "My answer."
    assert "Old words." in to_text(quoted)


def test_a_signature_after_the_quote_hides_nothing():
    html = "<p>Top.</p><blockquote>Old.</blockquote><p>Jane</p>"
    top, quoted = fold_quotes(html)
    assert to_text(top) == "Top."
    assert "Jane" in quoted


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote>Old words.</blockquote><p>My answer stands below the quote.</p>",
        "<p>See below.</p><blockquote>One?</blockquote><p>Yes, that is right indeed.</p>"
        "<blockquote>Two?</blockquote><p>No, certainly not at all.</p>",
        "<p>No quote at all.</p>",
        "",
    ],
)
def test_answers_below_or_between_the_lines_are_never_hidden(html):
    assert fold_quotes(html) == (html, "")


def test_a_mail_that_is_nothing_but_a_quote_is_folded_from_its_start():
    top, quoted = fold_quotes("<blockquote>Old words.</blockquote>")
    assert (top, quoted) == ("", "<blockquote>Old words.</blockquote>")


def test_both_halves_keep_the_look_of_what_surrounds_them():
    html = '<div style="color:red"><p>Top.</p><blockquote>Old.</blockquote></div>'
    assert fold_quotes(html) == (
        '<div style="color:red"><p>Top.</p></div>',
        '<div style="color:red"><blockquote>Old.</blockquote></div>',
    )


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from([GMAIL, OUTLOOK, DIVIDER, "<blockquote>", "</blockquote>", "<div>",
                                 "</div>", "words ", "<p>", "<table><tr><td>"]) | SOUP,
                max_size=8).map("".join))  # fmt: skip
def test_folding_loses_no_word_and_lets_nothing_out(source):
    clean = sanitise(source).html
    top, quoted = fold_quotes(clean)
    assert problems(top) == [] and problems(quoted) == []
    assert "".join(to_text(top).replace(">", "").split()) + "".join(
        to_text(quoted).replace(">", "").split()
    ) == "".join(to_text(clean).replace(">", "").split())
    if quoted:
        for half in (top, quoted):
            if half.strip():
                tree = lxml.html.fragment_fromstring(half, create_parent="main")
                written = lxml.html.tostring(tree, encoding="unicode")
                assert written.count("<div") == half.count("<div")
                assert half.count("<div") == half.count("</div")
