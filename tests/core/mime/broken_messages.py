"""Broken and hostile messages by name, made here; for the parser's and the sync engine's tests.

`BROKEN` are messages as bad software writes them: each must be readable. `HOSTILE` are made to
bring a parser down: each must end, read or refused, within narrow limits of time and memory.
"""

import base64
from collections.abc import Callable
from functools import partial

HEAD = (
    b"From: Jane <jane@example.org>\r\nTo: joe@example.org\r\nSubject: %s\r\n"
    b"Date: Mon, 1 Jan 2024 10:00:00 +0100\r\nMessage-ID: <%s@example.org>\r\n"
)


def _mail(name: str, fields: bytes = b"", body: bytes = b"Hello\r\n") -> bytes:
    slug = name.replace(" ", "-").encode("ascii", "replace")
    return HEAD % (name.encode(), slug) + fields + b"\r\n" + body


def _multi(name: str, body: bytes, kind: bytes = b"mixed", boundary: bytes = b"b1") -> bytes:
    fields = b'MIME-Version: 1.0\r\nContent-Type: multipart/%s; boundary="%s"\r\n'
    return _mail(name, fields % (kind, boundary), body)


def _part(body: bytes, *fields: bytes) -> bytes:
    return b"".join(one + b"\r\n" for one in fields) + b"\r\n" + body + b"\r\n"


def _joined(*pieces: bytes) -> bytes:
    return b"".join(pieces)


def _repeated(head: bytes, unit: bytes) -> bytes:
    return head + unit * (2_000_000 // len(unit))


BROKEN: dict[str, bytes] = {}
# Made when called: together they are too large to keep.
HOSTILE: dict[str, Callable[[], bytes]] = {}


def _bodies() -> None:
    plain = b"Content-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: %s\r\n"
    text = "Zażółć gęślą jaźń, bitte schön"
    lies = {
        "utf-8 declared, latin-2 inside": (b"utf-8", text.encode("iso8859-2", "replace")),
        "ascii declared, utf-8 inside": (b"us-ascii", text.encode()),
        "latin-1 declared, utf-8 inside": (b"iso-8859-1", text.encode()),
        "unknown charset": (b"x-klingon", text.encode()),
        "unknown-8bit charset": (b"unknown-8bit", text.encode("cp1250", "replace")),
        "empty charset": (b'""', text.encode()),
        "charset with spaces": (b'" utf-8 "', text.encode()),
        "charset is a python codec": (b"rot13", text.encode()),
        "charset is a compression": (b"zlib", text.encode()),
        "charset is base64": (b"base64", text.encode()),
        "charset is idna": (b"idna", text.encode()),
        "charset is punycode": (b"punycode", b"abc-" * 500),
        "charset is unicode_escape": (b"unicode_escape", b"\\ud800\\x00"),
        "charset is undefined": (b"undefined", text.encode()),
        "charset is very long": (b"a" * 5000, text.encode()),
        "charset with controls": (b"utf\x01-8", text.encode()),
        "utf-16 without mark": (b"utf-16", text.encode("utf-16-le")),
        "utf-16 with mark, odd length": (b"utf-16", text.encode("utf-16")[:-1]),
        "utf-7 broken": (b"utf-7", b"+AAA- +///+ hello"),
        "utf-8 cut in a character": (b"utf-8", text.encode()[:-2] + b"\xc4"),
        "utf-8 surrogates": (b"utf-8", b"a\xed\xa0\x80b"),
        "iso-2022-jp without escape back": (b"iso-2022-jp", b"\x1b$B$3$s"),
        "gb2312 that is gb18030": (b"gb2312", "你好，龘。".encode("gb18030")),
        "shift_jis cut": (b"shift_jis", "こんにちは".encode("cp932")[:-1]),
        "big5 broken": (b"big5", b"\xa4\xff\xa4"),
        "null bytes": (b"utf-8", b"a\0b\0\0c"),
        "only null bytes": (b"utf-8", b"\0" * 50),
        "controls and escapes": (b"utf-8", b"\x1b[2J\x07bell\x08"),
        "byte order mark": (b"utf-8", b"\xef\xbb\xbfHello"),
    }
    for name, (charset, data) in lies.items():
        BROKEN[name] = _mail(name, plain % (charset, b"8bit"), data)
    coded = base64.b64encode(text.encode())
    encodings = {
        "base64 without padding": (b"base64", coded.rstrip(b"=")),
        "base64 cut by one": (b"base64", coded.rstrip(b"=")[:-1]),
        "base64 with junk": (b"base64", b"!!".join(coded[i : i + 4] for i in range(0, 40, 4))),
        "base64 in two padded pieces": (
            b"base64", base64.b64encode(b"Hello") + b"\r\n" + base64.b64encode(b" World")),
        "base64 with a footer in plain text": (
            b"base64", base64.b64encode(b"Hello!") + b"\r\n\r\n-- \r\nlist footer\r\n"),
        "base64 that is none": (b"base64", b"*** \xff ***"),
        "base64 of one character": (b"base64", b"A"),
        "base64 empty": (b"base64", b""),
        "base64 on one line": (b"base64", base64.b64encode(b"x" * 20000)),
        "quoted-printable broken escapes": (b"quoted-printable", b"a=ZZ b=4 c==\r\n=\r\n=C4=85="),
        "quoted-printable lower case": (b"quoted-printable", b"=c4=85"),
        "quoted-printable long line": (b"quoted-printable", b"=C4=85" * 3000),
        "encoding unknown": (b"x-secret", text.encode()),
        "encoding misspelt": (b"quoted printable", text.encode()),
        "encoding with comment": (b"base64 (really)", coded),
        "encoding in quotes": (b'"base64"', coded),
        "encoding 8bit, says 7bit": (b"7bit", text.encode()),
        "uuencode broken": (b"x-uuencode", b"begin 644 a.txt\r\n#0V%T\r\nM123\r\n`\r\nend\r\n"),
        "uuencode that is none": (b"x-uuencode", b"just text"),
    }  # fmt: skip
    for name, (encoding, data) in encodings.items():
        BROKEN[name] = _mail(name, plain % (b"utf-8", encoding), data)
    flowed = b"Content-Type: text/plain; format=flowed; delsp=%s\r\n"
    BROKEN["flowed text"] = _mail("flowed text", flowed % b"no", b"a \r\nb\r\n>> c \r\n> d\r\n")
    BROKEN["flowed text with delsp"] = _mail("f", flowed % b"yes", b"a \r\nb \r\n \r\n")
    BROKEN["empty body"] = _mail("empty body", b"", b"")
    BROKEN["body of blanks"] = _mail("body of blanks", b"", b" \r\n\t\r\n \r\n")
    BROKEN["html without charset"] = _mail(
        "h", b"Content-Type: text/html\r\n",
        b'<meta charset="iso-8859-2"><p>' + text.encode("iso8859-2", "replace"))  # fmt: skip
    BROKEN["html never closed"] = _mail(
        "h", b"Content-Type: text/html\r\n", b"<table><tr><td><a href='x")  # fmt: skip
    BROKEN["enriched text"] = _mail(
        "e", b"Content-Type: text/enriched\r\n", b"<bold>Hi</bold> there")  # fmt: skip


def _headers() -> None:
    fields = {
        "no header at all": b"Just some words.\r\nAnd more.\r\n",
        "empty message": b"",
        "only line ends": b"\r\n\r\n\r\n",
        "only a header": b"From: jane@example.org\r\nSubject: only a header",
        "only blanks": b"   \r\n  \r\n",
        "starts with an empty line": b"\r\nFrom: jane@example.org\r\n\r\nHello",
        "starts with a continuation": b" folded\r\nFrom: jane@example.org\r\n\r\nHello",
        "mbox line on top": b"From jane@x Mon Jan 1 10:00 2024\n" + _mail("mbox"),
        "bare line feeds": _mail("bare").replace(b"\r\n", b"\n"),
        "bare carriage returns": _mail("bare").replace(b"\r\n", b"\r"),
        "mixed line ends": _mail("mixed").replace(b"\r\n", b"\n", 3),
        "doubled carriage returns": _mail("doubled").replace(b"\r\n", b"\r\r\n"),
        "line without colon in the header": b"From: a@b.c\r\nnonsense\r\nTo: d@e.f\r\n\r\nHi",
        "blank before the colon": b"From : a@b.c\r\nSubject\t: x\r\n\r\nHi",
        "empty field names": b": x\r\n: y\r\nFrom: a@b.c\r\n\r\nHi",
        "8-bit field name": b"Fr\xc3\xb6m: a@b.c\r\n\r\nHi",
        "fold of blanks only": b"Subject: a\r\n \r\n b\r\nFrom: a@b.c\r\n\r\nHi",
        "null in the header": b"From: a@b.c\r\nSubject: a\0b\r\n\r\nHi",
        "utf-16 message": _mail("x").decode().encode("utf-16"),
        "binary rubbish": bytes(range(256)) * 20,
        "gzip": b"\x1f\x8b\x08\x00" + bytes(range(256)),
    }
    BROKEN.update(fields)
    values = {
        "subject raw utf-8": b"Subject: Za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87",
        "subject raw latin-2": b"Subject: Za\xbf\xf3\xb3\xe6",
        "subject twice": b"Subject: a\r\nSubject: b",
        "subject word never closed": b"Subject: =?utf-8?b?WmHFvMOzxYLEhw",
        "subject word in a word": b"Subject: =?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3F=3D?=",
        "subject word with bad base64": b"Subject: =?utf-8?b?WmHF*vMOz?=",
        "subject word with bad charset": b"Subject: =?klingon?q?a=FFb?=",
        "subject word without text": b"Subject: =?utf-8?q??=",
        "subject word with blanks": b"Subject: =?utf-8?q?a b c?=",
        "subject word glued": b"Subject: a=?utf-8?q?b?=c=?utf-8?q?d?=",
        "subject words cut in a character":
            b"Subject: =?utf-8?b?xYI=?= =?utf-8?q?=C5?= =?utf-8?q?=82?=",
        "subject word with language": b"Subject: =?utf-8*pl?q?a?=",
        "subject word of nulls": b"Subject: =?utf-8?q?=00=00a?=",
        "subject word of line ends": b"Subject: =?utf-8?q?a=0D=0ABcc:_x@y.z?=",
        "subject word with wrong letter": b"Subject: =?utf-8?x?abc?=",
        "date of words": b"Date: yesterday evening",
        "date in year zero": b"Date: Mon, 1 Jan 0000 00:00:00 +0000",
        "date far ahead": b"Date: Mon, 1 Jan 9999 23:59:59 -2359",
        "date with zone nonsense": b"Date: Mon, 1 Jan 2024 10:00:00 +9999999999",
        "date with day 99": b"Date: Mon, 99 Jan 2024 99:99:99 +0000",
        "date empty": b"Date:",
        "date iso": b"Date: 2024-01-01T10:00:00Z",
        "date as in asctime": b"Date: Mon Jan  1 10:00:00 2024",
        "date two-digit year": b"Date: 1 Jan 24 10:00 GMT",
        "date huge numbers": b"Date: Mon, 1 Jan 99999999999999999999 10:00:00",
        "date 8-bit": b"Date: Pn, 1 stycze\xf1 2024",
        "message-id without brackets": b"Message-ID: abc@example.org",
        "message-id with blanks": b"Message-ID: <a b c@example.org>",
        "message-id nested": b"Message-ID: <<a@b>>",
        "message-id empty": b"Message-ID: <>",
        "message-id 8-bit": b"Message-ID: <<\xe2\x80\xb9\xe2\x80\xba@x>",
        "message-id folded": b"Message-ID:\r\n <folded@example.org>",
        "references broken": b"References: <a@b<c@d> e@f, <g@h>\r\n\t<i@j",
        "in-reply-to with phrase":
            b"In-Reply-To: Your message of \"Mon, 1 Jan\" <a@b> (was: x)",
        "from empty": b"From:",
        "from only a name": b"From: MAILER-DAEMON",
        "from without a domain": b"From: jane@",
        "from without a local part": b"From: @example.org",
        "from with comma unquoted": b"From: Doe, Jane <jane@example.org>",
        "from with two ats": b"From: a@b@c.org",
        "from with unclosed bracket": b"From: Jane <jane@example.org",
        "from with unclosed quote": b"From: \"Jane <jane@example.org>",
        "from with unclosed comment": b"From: jane@example.org (Jane",
        "from with doubled brackets": b"From: Jane <<jane@example.org>>",
        "from raw latin-1": b"From: J\xfcrgen <j@example.org>",
        "from encoded address": b"From: =?utf-8?q?jane=40example=2Eorg?=",
        "from quoted encoded word": b"From: \"=?utf-8?q?J=C3=BCrgen?=\" <j@example.org>",
        "from encoded line end": b"From: =?utf-8?q?a=0D=0Ab?= <j@example.org>",
        "to undisclosed": b"To: undisclosed-recipients:;",
        "to group never closed": b"To: Team: a@b.c, d@e.f",
        "to semicolons": b"To: a@b.c; d@e.f;",
        "to only commas": b"To: ,,,,, ,",
        "to source route": b"To: <@a,@b:c@d.e>",
        "to idn": "To: Józef <józef@żółw.pl>".encode(),
        "to bad punycode": b"To: a@xn--a-.org, b@xn--\xff.org",
        "content-type empty": b"Content-Type:",
        "content-type nonsense": b"Content-Type: ;;;===\"",
        "content-type one word": b"Content-Type: text",
        "content-type twice": b"Content-Type: text/html\r\nContent-Type: text/plain",
        "content-type with comment": b"Content-Type: text/plain (plain); charset=utf-8 (yes)",
        "content-type slash slash": b"Content-Type: text//plain",
        "content-type 8-bit": b"Content-Type: t\xe4xt/pl\xe4in",
        "disposition nonsense": b"Content-Disposition: ???; filename",
        "multipart without boundary": b"Content-Type: multipart/mixed",
        "multipart with empty boundary": b"Content-Type: multipart/mixed; boundary=\"\"",
        "rfc822 without content": b"Content-Type: message/rfc822",
        "partial": b"Content-Type: message/partial; id=\"x\"; number=1; total=3",
        "external body": b"Content-Type: message/external-body; access-type=local-file",
    }  # fmt: skip
    for name, value in values.items():
        rest = b"\r\n".join(
            line
            for line in _mail(name).split(b"\r\n\r\n")[0].split(b"\r\n")
            if line.split(b":")[0].lower() != value.split(b":")[0].lower()
        )
        BROKEN[name] = value + b"\r\n" + rest + b"\r\n\r\nHello\r\n"


def _parts() -> None:
    text, html = b"Content-Type: text/plain", b"Content-Type: text/html"
    whole = b"--b1\r\n" + _part(b"one", text) + b"--b1\r\n" + _part(b"<p>two", html) + b"--b1--\r\n"
    variants = {
        "no closing boundary": whole[:-8],
        "closing boundary first": b"--b1--\r\n" + whole,
        "boundary never used": b"just words\r\n",
        "boundary with blanks behind": whole.replace(b"--b1\r\n", b"--b1  \t\r\n"),
        "boundary as prefix of text": whole.replace(b"one", b"--b123\r\n--b1x"),
        "parts without header": b"--b1\r\none\r\n--b1\r\n\r\ntwo\r\n--b1--",
        "empty parts": b"--b1\r\n--b1\r\n\r\n--b1\r\n\r\n\r\n--b1--",
        "boundary at the very end": whole + b"--b1",
        "text before and after": b"preamble\r\n" + whole + b"epilogue\r\n--b1\r\nghost",
        "cut in a header": whole[:30],
        "other boundary than declared": whole.replace(b"--b1", b"--zz"),
        "bare line feeds in parts": whole.replace(b"\r\n", b"\n"),
    }
    for name, body in variants.items():
        BROKEN[f"multipart, {name}"] = _multi(name, body)
    BROKEN["alternative with one part"] = _multi(
        "a", b"--b1\r\n" + _part(b"one", text) + b"--b1--", b"alternative")  # fmt: skip
    BROKEN["alternative without parts"] = _multi("a", b"--b1--", b"alternative")
    BROKEN["related without root"] = _multi("r", b"--b1--", b"related; start=x")
    BROKEN["report without status"] = _multi("r", whole, b"report; report-type=delivery-status")
    BROKEN["report with rubbish"] = _multi(
        "r", b"--b1\r\n" + _part(b"\xff: ;;\n\n\nAction", b"Content-Type: message/delivery-status")
        + b"--b1--", b"report")  # fmt: skip
    BROKEN["receipt with rubbish"] = _multi(
        "r", b"--b1\r\n" + _part(b";;", b"Content-Type: message/disposition-notification")
        + b"--b1--", b"report")  # fmt: skip
    BROKEN["signed without signature"] = _multi("s", whole, b"signed")
    BROKEN["encrypted without content"] = _multi("e", b"--b1--", b"encrypted")
    inner = b'Content-Type: multipart/mixed; boundary="b1"'
    BROKEN["same boundary inside"] = _multi(
        "s", b"--b1\r\n" + _part(whole, inner) + b"--b1--\r\n")  # fmt: skip
    inner = b'Content-Type: multipart/mixed; boundary="b1x"'
    BROKEN["boundary is prefix of the inner one"] = _multi(
        "s", b"--b1\r\n" + _part(whole.replace(b"b1", b"b1x"), inner) + b"--b1--\r\n")  # fmt: skip
    names = {
        "path": b'filename="../../etc/passwd"',
        "windows path": b'filename="C:\\\\Users\\\\x\\\\a.exe"',
        "override": b"filename*=utf-8''invoice%E2%80%AEfdp.exe",
        "null": b'filename="a\0b.txt"',
        "encoded word": b'filename="=?utf-8?q?za=C5=BC=C3=B3=C5=82=C4=87.pdf?="',
        "2231 pieces out of order": b"filename*1*=%C5%82.pdf; filename*0*=utf-8''za%C5%BC",
        "2231 without charset": b"filename*=za%C5%BC.pdf",
        "2231 unknown charset": b"filename*=klingon''a%FF.pdf",
        "2231 cut escape": b"filename*=utf-8''a%C",
        "raw utf-8": 'filename="zażółć.pdf"'.encode(),
        "unquoted blanks": b"filename=my file name.pdf",
        "unclosed quote": b'filename="abc.pdf',
        "empty": b'filename=""',
        "only dots": b'filename="..."',
        "very long": b'filename="' + b"x" * 5000 + b'.pdf"',
        "reserved": b'filename="con.txt"',
        "line end": b"filename*=utf-8''a%0D%0Ab.txt",
    }
    for name, parameter in names.items():
        part = _part(b"AAAA", b"Content-Type: application/pdf",
                     b"Content-Disposition: attachment; " + parameter)  # fmt: skip
        BROKEN[f"file name, {name}"] = _multi("f", b"--b1\r\n" + part + b"--b1--\r\n")


def _hostile() -> None:
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (i, i)
                      for i in range(2000))  # fmt: skip
    HOSTILE["2000 nested multiparts"] = lambda: b"From: a@b.c\r\n" + nested
    HOSTILE["2000 nested messages"] = lambda: b"Content-Type: message/rfc822\r\n\r\n" * 2000
    HOSTILE["100000 parts"] = lambda: _multi("p", b"--b1\r\n\r\n" * 100_000)
    HOSTILE["20000 files"] = lambda: _multi(
        "p", (b"--b1\r\nContent-Type: image/png\r\n\r\n") * 20_000)  # fmt: skip
    for kind in (b"From", b"To", b"Subject"):
        label = kind.decode().lower()
        for name, value in {
            "2000 parentheses": b"(" * 2000,
            "500 kB of parentheses": b"(" * 500_000,
            "100000 brackets": b"<" * 100_000,
            "100000 quotes": b'"' * 100_001,
            "100000 commas": b"," * 100_000,
            "100000 colons": b"a:" * 100_000,
            "100000 ats": b"a@b" + b":" * 100_000,
            "100000 backslashes": b'"' + b"\\" * 100_000,
            "20000 encoded words": b"=?utf-8?q?=C4=85?= " * 20_000,
            "20000 words of lies": b"=?utf-8?q?" + b"=FF" * 30 + b"?= " + b"=?x?q?=FF?= " * 20_000,
            "20000 open words": b"=?utf-8?q?a" * 20_000,
            "100000 addresses": b"a@b.c," * 100_000,
            "one long word": b"a" * 500_000,
            "half a megabyte of blanks": b"x" + b" " * 500_000 + b"y",
        }.items():
            HOSTILE[f"{name} in {label}"] = partial(_joined, kind + b": ", value, b"\r\n\r\nHi")
    HOSTILE["10000 folds"] = lambda: b"Subject: " + b"a\r\n " * 100_000 + b"\r\n\r\nHi"
    HOSTILE["100000 fields"] = lambda: b"X: y\r\n" * 100_000 + b"\r\nHi"
    HOSTILE["5 MB field"] = lambda: b"X: " + b"y" * 5_000_000 + b"\r\n\r\nHi"
    HOSTILE["10000 fields a part"] = lambda: _multi("p", b"--b1\r\n" + b"X: y\r\n" * 1500 * 100)
    many = b"--b1\r\n" + b"X:y\r\n" * 300 + b"\r\n"
    HOSTILE["300 parts of 300 fields"] = lambda: _multi("p", many * 300)
    for name, value in {
        "100 kB of content-type": b"text/plain; " + b"a=b; " * 20_000,
        "blanks in content-type": b"text/plain;" + b" " * 500_000 + b"x",
        "semicolons in content-type": b";" * 500_000,
        "quotes in content-type": b'text/plain; a="' + b'\\"' * 200_000,
        "equals in content-type": b"text/plain; " + b"a=" * 200_000,
        "comments in content-type": b"text/plain " + b"(" * 200_000,
        "2231 pieces": b"text/plain; " + b"".join(b"n*%d=a; " % i for i in range(20_000)),
        "2231 percents": b"text/plain; n*=utf-8''" + b"%" * 200_000,
    }.items():
        HOSTILE[name] = partial(
            _joined, HEAD % (b"c", b"c"), b"Content-Type: ", value, b"\r\n\r\nHi"
        )
    HOSTILE["message-id of brackets"] = lambda: (
        b"Message-ID: " + "<‹".encode() * 100_000 + b"\r\n\r\nHi"
    )
    HOSTILE["100000 references"] = lambda: b"References: " + b"<a@b> " * 100_000 + b"\r\n\r\nHi"
    HOSTILE["unclosed references"] = lambda: b"References: " + b"<a@b " * 100_000 + b"\r\n\r\nHi"
    HOSTILE["long boundary"] = lambda: _multi("b", b"--" + b"-" * 500_000, boundary=b"-" * 200)
    HOSTILE["boundary of dashes"] = lambda: _multi("b", b"-" * 60 + b"\r\n" + b"--\r\n" * 100_000,
                                           boundary=b"-")  # fmt: skip
    HOSTILE["almost boundaries"] = lambda: _multi("b", b"--b1x\r\n" * 500_000)
    HOSTILE["base64 of padding"] = lambda: _mail(
        "p", b"Content-Transfer-Encoding: base64\r\n", b"A=" * 2_000_000)  # fmt: skip
    HOSTILE["quoted-printable of equals"] = lambda: _mail(
        "p", b"Content-Transfer-Encoding: quoted-printable\r\n", b"=" * 5_000_000)  # fmt: skip
    HOSTILE["uuencode of begins"] = lambda: _mail(
        "p", b"Content-Transfer-Encoding: uuencode\r\n", b"begin 644 a\r\n" * 200_000)  # fmt: skip
    HOSTILE["30 MB of text"] = lambda: _mail("t", b"", b"hello world\r\n" * 2_300_000)
    HOSTILE["30 MB of text in parts"] = lambda: _multi(
        "t", (b"--b1\r\n\r\n" + b"hello world\r\n" * 3000) * 800)  # fmt: skip
    HOSTILE["500 texts of lies"] = lambda: _multi(
        "t", (b"--b1\r\nContent-Type: text/plain; charset=x\r\n\r\n" + b"\xb1\xea\xff" * 5000)
        * 500)  # fmt: skip
    HOSTILE["text of quote marks"] = lambda: _mail("t", b"", b">" * 3_000_000)
    HOSTILE["text of ats"] = lambda: _mail("t", b"", b"a@" * 1_500_000)
    HOSTILE["text of pluses"] = lambda: _mail("t", b"", b"+" * 3_000_000)
    flowed = b"Content-Type: text/plain; format=flowed\r\n"
    HOSTILE["flowed forever"] = lambda: _mail("f", flowed, b"a \r\n" * 700_000)
    bounce = b"From: MAILER-DAEMON@x.org\r\nSubject: failed\r\n\r\nundeliverable\r\n"
    HOSTILE["bounce of brackets"] = lambda: bounce + b"<a@b.org " * 200_000
    HOSTILE["bounce of blanks"] = lambda: bounce + b" " * 1_000_000 + b"\n" + b" \n" * 500_000
    status = b"Content-Type: message/delivery-status\r\n\r\n"
    HOSTILE["100000 recipients"] = lambda: _multi(
        "r", b"--b1\r\n" + status + b"Final-Recipient: rfc822; a@b.c\r\nAction: failed\r\n\r\n"
        * 100_000, b"report")  # fmt: skip
    html = b"Content-Type: text/html\r\n"
    for name, unit in {
        "divs": b"<div>", "quotes": b"<blockquote>", "open tags": b"<a encoding=", "lt": b"<",
        "comments": b"<!--", "end tags": b"</", "attributes": b"<a b='", "cdata": b"<![CDATA[",
        "entities": b"&#x26;&amp", "titles": b"<title>", "links": b"<a href=https://x>a",
    }.items():  # fmt: skip
        HOSTILE[f"html of {name}"] = partial(_repeated, HEAD % (b"h", b"h") + html + b"\r\n", unit)


_bodies()
_headers()
_parts()
_hostile()
