"""A link says where it leads, whatever its text says."""

import pytest

from core.html import has_colours, sanitise, show_targets


def shown(html):
    return show_targets(sanitise(html).html, "(leads to %s)")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://evil.example/x">www.bank.example</a>',
        '<a href="https://evil.example/x">https://bank.example/login</a>',
        '<a href="https://evil.example/x"><b>bank</b>.example</a>',
        '<a href="https://bank.example.evil.example">bank.example</a>',
        '<a href="https://bank.example@evil.example/">bank.example</a>',
    ],
)
def test_a_text_that_names_another_site_is_followed_by_the_true_one(html):
    assert "evil.example)</span>" in shown(html)


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://bank.example/x">bank.example</a>',
        '<a href="https://www.bank.example/x">http://bank.example/y</a>',
        '<a href="https://login.bank.example/x">bank.example</a>',
        '<a href="https://evil.example/x">Read on</a>',
        '<a href="mailto:a@bank.example">a@bank.example</a>',
    ],
)
def test_an_honest_link_stays_as_it_is(html):
    assert "mc-target" not in shown(html)


def test_every_link_has_its_address_as_title_and_a_title_of_the_mail_does_not_count():
    html = shown('<a href="https://evil.example/?a=1&b=2" title="bank.example">Read on</a>')
    assert 'title="https://evil.example/?a=1&amp;b=2"' in html
    assert "bank.example" not in html


def test_hostile_addresses_stay_inside_their_attribute():
    html = shown('<a href="https://evil.example/&quot;><b>x">www.bank.example</a>')
    assert sanitise(html).html.count("<b>") == 0
    long = shown(f'<a href="https://evil.example/{"&amp;" * 900}">x</a>')
    assert "…" in long
    assert long.count('"') % 2 == 0


@pytest.mark.parametrize(
    ("html", "colours"),
    [
        ("<p>Plain</p>", False),
        ("<p>color: red; background: none</p>", False),
        ('<p style="text-align:center">x</p>', False),
        ('<p style="color:red">x</p>', True),
        ('<p style="margin:0;background-color:#fff">x</p>', True),
        ('<table><tr><td bgcolor="#ffffff">x</td></tr></table>', True),
        ('<font color="red">x</font>', True),
    ],
)
def test_colours_of_the_mail_are_noticed(html, colours):
    assert has_colours(sanitise(html).html) is colours
