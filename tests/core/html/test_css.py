"""Of a style attribute the look is kept; nothing loads, moves over the page or leaves the box."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.html.css import ALLOWED, clean_style


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("", ""),
        ("color:red", "color:red"),
        ("COLOR : Red ;", "color:Red"),
        ("color:#fff;color:#000", "color:#000"),
        ("color:#ggg", ""),
        ("font:bold 12px/1.5 Arial, sans-serif", "font:bold 12px/1.5 Arial, sans-serif"),
        ('font-family:"Times New Roman"', "font-family:'Times New Roman'"),
        ("font-family:\"x';}body{\"", ""),
        ("width:100%;height:20px", "width:100%;height:20px"),
        ("width:99999999px", ""),
        ("width:50vw;height:100vh", ""),
        ("letter-spacing:-0.5px", "letter-spacing:-0.5px"),
        ("letter-spacing:-5000px", ""),
        ("text-indent:-9999px", ""),
        ("margin:-1px", ""),
        ("padding:0 0 0 10px", "padding:0 0 0 10px"),
        ("display:none", "display:none"),
        ("display:flex", ""),
        ("display:inline-block", "display:inline-block"),
        ("position:absolute;color:red", "color:red"),
        ("background:red", "background-color:red"),
        ("background:rgb(1,2,3)", "background-color:rgb(1,2,3)"),
        ("background-image:url(x)", ""),
        ("border-top-left-radius:2px", "border-top-left-radius:2px"),
        ("color:rgb(url(x))", ""),
        ("color:var(--x)", ""),
        ("width:calc(100% - 5px)", ""),
        ("color:red !important", "color:red"),
        ("color:re/**/d", ""),
        ("}color:red", ""),
        ("@media x{color:red}color:blue", "color:blue"),
        ("opacity:0;color:red", "color:red"),
        ("color:\\72 ed", "color:red"),
    ],
)  # fmt: skip
def test_declarations_are_kept_or_dropped_one_by_one(style, kept):
    assert clean_style(style) == kept


PIECES = st.lists(
    st.sampled_from(
        ["color", "background", "margin", "position", "width", "font-family", "display", "float",
         ":", ";", ",", "/", "(", ")", "{", "}", "[", "]", "'", '"', "\\", "@", "!", "#", "%", "-",
         " ", "\n", "/*", "*/", "url(", "expression(", "rgb(", "var(", "calc(", "import", "fixed",
         "red", "#fff", "1", "-1", "1e9", "px", "em", "vw", "none", "important", "\0", "é", "<"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@settings(max_examples=2000, deadline=None)
@given(PIECES | st.text(max_size=60))
def test_no_style_loads_or_escapes_and_cleaning_is_stable(style):
    kept = clean_style(style)
    assert not re.search(r"url|expression|var\(|calc|@|[{}<>\"\\]|/\*|position|fixed;|!", kept)
    for declaration in kept.split(";"):
        if declaration:
            assert declaration.partition(":")[0] in ALLOWED
    assert clean_style(kept) == kept
