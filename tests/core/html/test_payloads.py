"""What is left of hostile markup, without a browser: see tests/loop/test_hostile_bodies.py."""

import re

from lxml import html as lxml_html

from core.html import clean, fold_quotes, sanitise, unblock
from tests.hostile_html import CANARY, PAYLOADS

CLEANER = clean._CLEANER
LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
PICTURE = re.compile(r"(?:https?://|cid:|data:image/(?:png|gif|jpe?g|webp|bmp);base64,)")
LOADING = re.compile(r"url|image|expression|import|position|var\(|-\d{3}|/\*|\\", re.IGNORECASE)
FORBIDDEN = {
    "script", "style", "iframe", "object", "embed", "form", "input", "button", "svg", "math",
    "meta", "base", "link", "video", "audio", "template", "dialog", "frame", "marquee",
}  # fmt: skip


def _harm(cleaned: str) -> list[str]:
    found = []
    for element in lxml_html.fragment_fromstring(cleaned, create_parent="div").iter():
        if element.tag in FORBIDDEN:
            found.append(f"<{element.tag}>")
        for name, value in element.attrib.items():
            if name.startswith("on") or name in ("id", "name", "srcset", "background"):
                found.append(f"{name}={value}")
            if name == "style" and LOADING.search(value):
                found.append(f"style={value}")
            if name == "href" and not LINK.match(value):
                found.append(f"href={value}")
            if name in ("src", "data-mc-src") and not PICTURE.match(value):
                found.append(f"{name}={value}")
            if name == "src" and CANARY in value and not value.startswith("cid:"):
                found.append(f"src={value}")
    return found


def test_the_same_holds_with_a_cleaner_that_leaves_brackets_in_attributes(monkeypatch):
    """As nh3 wrote them before 0.3.6, which the requirements allow."""
    class Older:
        @staticmethod
        def clean(text):
            return re.sub(
                r'="[^"]*"',
                lambda value: value[0].replace("&lt;", "<").replace("&gt;", ">"),
                CLEANER.clean(text),
            )

    expected = {payload: sanitise(payload).html for payload in PAYLOADS}
    monkeypatch.setattr(clean, "_CLEANER", Older)
    assert {payload: sanitise(payload).html for payload in PAYLOADS} == expected


def test_nothing_that_runs_loads_or_overlays_survives():
    escaped = {}
    for payload in PAYLOADS:
        once = sanitise(payload).html
        assert sanitise(once).html == once
        own, quoted = fold_quotes(once)
        if harm := _harm(once) + _harm(own) + _harm(quoted or ""):
            escaped[payload] = harm
        # With pictures allowed, pictures alone load: not what else an address could be for.
        shown = lxml_html.fragment_fromstring(unblock(once), create_parent="div")
        assert {one.tag for one in shown.iter() if one.get("src")} <= {"img"}
    assert len(PAYLOADS) >= 300
    assert not escaped
    print(f"payloads: {len(PAYLOADS)} cleaned, escaped 0")
