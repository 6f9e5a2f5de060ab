"""Bytes to text where the label may lie, and text that every store accepts.

Charset names follow RFC 2978 as mailers really write them; ISO-8859-1 and US-ASCII are read as the
supersets (windows-1252, UTF-8) that senders mean by them.
"""

import codecs
import functools
import re

import charset_normalizer

# Detection is slow and its verdict does not improve past this many bytes.
_SAMPLE = 16 * 1024
# Below this many bytes a statistical guess is worse than assuming western European text.
_GUESSABLE = 24
# What mail with a wrong or missing label is written in. Rarer charsets are always labelled, and as
# candidates they win over the right one in short texts.
_CANDIDATES = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "iso8859_2", "iso8859_5",
    "iso8859_7", "iso8859_15", "koi8_r", "cp932", "euc_jp", "iso2022_jp", "gb18030", "cp950",
    "cp949", "cp874", "utf_16",
]  # fmt: skip

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,39}")
_ALIASES = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-6-e": "iso-8859-6",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "chinese": "gb18030",
    "big5": "cp950",
    "x-x-big5": "cp950",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "korean": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "x-euc-jp": "euc_jp",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-ce": "mac_latin2",
    "x-mac-cyrillic": "mac_cyrillic",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "x-utf-8": "utf-8",
    "utf-8mb4": "utf-8",
}
# Python codecs that are no charset of text in mail: they are slow (punycode), interpret escapes,
# or only exist on one system.
_NOT_CHARSETS = {
    "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem",
}  # fmt: skip

_SURROGATES = re.compile("[\ud800-\udfff]")
# C0 and C1 controls but tab, line feed: PostgreSQL refuses NUL, a terminal obeys the rest.
_CONTROLS_IN_BODY = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_CONTROLS_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@functools.lru_cache(maxsize=512)
def codec_name(label: str) -> str | None:
    """Python's codec for a charset label, None when unknown or no text charset at all."""
    match = _NAME.fullmatch(label.strip().strip("\"'").strip())
    if not match:
        return None
    name = match[0].lower().split("*")[0]
    name = _ALIASES.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    if not getattr(info, "_is_text_encoding", True) or info.name in _NOT_CHARSETS:
        return None
    return _ALIASES.get(info.name, info.name)


def _guess(data: bytes) -> str | None:
    if len(data) < _GUESSABLE:
        return None
    try:
        best = charset_normalizer.from_bytes(data[:_SAMPLE], cp_isolation=_CANDIDATES).best()
    except Exception:  # a detector's own bug must not cost the mail
        return None
    return codec_name(best.encoding) if best else None


def decode(
    data: bytes, declared: str | None = None, hint: str | None = None, *, guess: bool = False
) -> tuple[str, bool]:
    """Text of `data` and whether the declared charset held.

    Tried in order: the declared charset, UTF-8, the declared one forgiving a few broken bytes,
    `hint` (the charset another part of the same mail declares), detection when `guess` (it takes
    milliseconds: not for each of a thousand words), windows-1252. Never raises. The text may hold
    controls: see `clean_body` and `clean_line`.
    """
    data = bytes(data)
    codec = codec_name(declared) if declared else "utf-8"
    for attempt, name in enumerate(dict.fromkeys((codec, "utf-8"))):
        if not name:
            continue
        try:
            return data.decode(name), attempt == 0
        except (UnicodeError, ValueError):
            continue
    if codec and declared and len(data) >= 64:
        try:
            text = data.decode(codec, "replace")
        except (UnicodeError, ValueError):
            text = ""
        # A cut-off character or one stray byte does not make the label a lie.
        if text and text.count("\ufffd") * 100 <= len(text):
            return text, False
    hinted = codec_name(hint) if hint else None
    for name in (hinted, _guess(data) if guess else None):
        if not name:
            continue
        try:
            return data.decode(name), False
        except (UnicodeError, ValueError):
            continue
    return data.decode("cp1252", "replace"), False


def clean_body(text: str) -> str:
    """Body text with LF line ends and without NUL, other controls and lone surrogates."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS_IN_BODY.sub("", text)
    return _SURROGATES.sub("\ufffd", text)


def clean_line(text: str) -> str:
    """One line of text: controls and line ends become single spaces, no lone surrogates."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _CONTROLS_IN_LINE.sub(" ", text)
    return _SURROGATES.sub("\ufffd", text).strip()
