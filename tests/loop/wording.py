"""What a reader of another language finds fault with: words cut off, words left in English."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import polib

ADDONS = Path(__file__).resolve().parents[2]
PLACE = re.compile(r"%\(\w+\)s|%s|\{\w+\}")
TAG = re.compile(r"<[^<>]*>")
# Words of the screen, not of what is in the database: a list may shorten the name of a record.
CUT = """(root) => {
    const WORDS = "button, .btn, label, .o_form_label, th, h1, h2, h3, h4, h5, legend, " +
        ".dropdown-item, .nav-link, .o_stat_text, .o_horizontal_separator, .badge";
    const canvas = document.createElement("canvas").getContext("2d");
    const cut = [];
    const say = (element, text, how) => cut.push([text.trim().replace(/\\s+/g, " "), how]);
    const scrolls = (element) => {
        for (let one = element; one && one !== document.body; one = one.parentElement) {
            if (["auto", "scroll"].includes(getComputedStyle(one).overflowX)) return true;
        }
        return false;
    };
    const shown = (element) =>
        element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
        element.getClientRects().length;
    for (const input of root.querySelectorAll("input[placeholder], textarea[placeholder]")) {
        if (!shown(input) || input.value) continue;
        const style = getComputedStyle(input);
        canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        const room = input.clientWidth - parseFloat(style.paddingLeft);
        const lines = input.tagName === "TEXTAREA" ? 9 : 1;
        if (canvas.measureText(input.placeholder).width > room * lines + 1) {
            say(input, input.placeholder, "hint cut off");
        }
    }
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        const element = node.parentElement;
        if (!node.data.trim() || !shown(element) || element.closest(".visually-hidden")) continue;
        const words = element.closest(WORDS);
        if (!words || words.closest(".o_field_html, iframe")) continue;
        for (let one = element; one && words.contains(one); one = one.parentElement) {
            const { overflowX, overflowY } = getComputedStyle(one);
            if (["hidden", "clip"].includes(overflowX) && one.scrollWidth > one.clientWidth + 1) {
                say(words, node.data, "cut off");
            }
            if (["hidden", "clip"].includes(overflowY) && one.scrollHeight > one.clientHeight + 2) {
                say(words, node.data, "cut off below");
            }
        }
        const range = document.createRange();
        range.selectNodeContents(node);
        const box = range.getBoundingClientRect();
        if (box.right > innerWidth + 1 && box.left < innerWidth && !scrolls(element)) {
            say(words, node.data, "outside the screen");
        }
        if (words.matches("button, .btn, .badge")) {
            const frame = words.getBoundingClientRect();
            if (box.right > frame.right + 2 || box.bottom > frame.bottom + 4) {
                say(words, node.data, "outside its frame");
            }
        }
    }
    return cut;
}"""
SHOWN = """(root) => {
    const found = new Set();
    const shown = (element) =>
        element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { data, parentElement } = walker.currentNode;
        if (data.trim() && shown(parentElement)) found.add(data);
    }
    for (const name of ["placeholder", "title", "aria-label", "alt", "data-tooltip"]) {
        for (const element of root.querySelectorAll(`[${name}]`)) {
            if (shown(element)) found.add(element.getAttribute(name));
        }
    }
    return [...found].map((text) => text.replace(/\\s+/g, " ").trim());
}"""


def _pieces(text: str) -> list[str]:
    """The words between the tags, as a browser shows them."""
    return [" ".join(piece.split()) for piece in TAG.split(text) if piece.strip()]


@cache
def _texts() -> tuple[frozenset[str], frozenset[str], re.Pattern[str]]:
    """(Polish texts, English ones, pattern of English ones with values in them) of our addons."""
    texts, polish = set(), set()
    for path in ADDONS.glob("mail_center*/i18n/pl.po"):
        for entry in polib.pofile(path):
            if not entry.obsolete:
                texts.update(_pieces(entry.msgid))
                polish.update(_pieces(entry.msgstr))
    texts -= polish
    patterns = [
        ".+".join(re.escape(part) for part in PLACE.split(text))
        for text in texts
        if PLACE.search(text) and len(re.findall(r"[A-Za-z]{2,}", PLACE.sub("", text))) > 1
    ]
    return frozenset(polish), frozenset(texts), re.compile("|".join(patterns))


def english(page, selector: str = "body", known: frozenset[str] = frozenset()) -> list[str]:
    """Our texts that are seen in English inside an element; *known*: names of records."""
    _polish, texts, pattern = _texts()
    return [
        text
        for text in page.locator(selector).first.evaluate(SHOWN)
        if text not in known and (text in texts or pattern.fullmatch(text))
    ]


def cut_off(page, selector: str = "body") -> list[str]:
    """Our labels, buttons, headings and hints inside an element that can't be read to their end."""
    polish = _texts()[0]
    found = page.locator(selector).first.evaluate(CUT)
    return sorted({f"{how}: {text}" for text, how in found if text in polish})
