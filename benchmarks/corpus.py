"""Mails for the benchmarks: the same ones for the same seed, in the mix that offices get.

Median 12 kB; one in a thousand has 5 MB; answers quote what they answer and name it in References.
"""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

START = datetime(2019, 1, 1, 8, tzinfo=timezone.utc)
LINE = 76
LARGE = 5 * 1024 * 1024
PEOPLE = 2000
WORDS = 20_000
# Letters by the share that they have in a text.
LETTERS = "eeeeeeeeaaaaaaiiiiiiooooonnnnnttttrrrrssssllddccuummpphhgbvfwyk"


class Corpus:
    """An endless box of mails; ``scale`` 1.0 has a median of 12 kB, 0.1 a tenth of that."""

    def __init__(self, address: str, seed: int = 1, scale: float = 1.0, large: bool = True):
        self.address, self.scale, self.large = address, scale, large
        self.random = random.Random(seed)
        self.seed = seed
        words = random.Random(7)
        self.words = [
            "".join(words.choices(LETTERS, k=words.randint(2, 11))) for _n in range(WORDS)
        ]
        # Few words are most of a text (Zipf).
        self.weights = [1 / (rank + 10) for rank in range(WORDS)]
        self.pool = words.choices(self.words, self.weights, k=200_000)
        self.noise = words.randbytes(2 * LARGE)
        self.threads: list[tuple[str, list[str]]] = []

    def mails(self, count: int) -> Iterator[bytes]:
        """The next ``count`` mails, with CRLF."""
        for number in range(count):
            yield self._mail(number).replace("\n", "\r\n").encode("utf-8", "surrogateescape")

    # ---- pieces --------------------------------------------------------------------------

    def _text(self, letters: int) -> str:
        start = self.random.randrange(len(self.pool) // 2)
        count = max(letters // 6, 3)
        words = self.pool[start : start + count]
        lines, line = [], ""
        for word in words:
            if len(line) + len(word) > LINE:
                lines.append(line)
                line = ""
            line += f" {word}" if line else word.capitalize()
        return "\n".join([*lines, f"{line}."])

    def _html(self, text: str) -> str:
        rows = "".join(
            f'<tr><td style="padding:8px 12px;font:14px Arial,sans-serif;color:#333">{line}'
            f'<a href="https://shop.example/item/{number}?u=7" style="color:#0a66c2">More</a>'
            "</td></tr>\n"
            for number, line in enumerate(text.split("\n"))
        )
        return (
            "<!DOCTYPE html><html><head><style>td{margin:0} .f{color:#999}</style></head>"
            '<body bgcolor="#fff"><table width="600" cellpadding="0" align="center">\n'
            f'<tr><td><img src="https://shop.example/logo.png" width="120" height="40"></td></tr>'
            f"\n{rows}</table><p class=\"f\">You get this because you are a customer. "
            '<img src="https://shop.example/open.gif" width="1" height="1"></p></body></html>'
        )

    def _file(self, size: int) -> str:
        start = self.random.randrange(LARGE)
        data = base64.b64encode(self.noise[start : start + size]).decode()
        return "\n".join(data[at : at + LINE] for at in range(0, len(data), LINE))

    def _letters(self) -> int:
        return int(self.random.lognormvariate(7.92, 0.7) * self.scale)

    # ---- a mail --------------------------------------------------------------------------

    def _mail(self, number: int) -> str:
        chance = self.random.random
        sender = int(self.random.paretovariate(0.7)) % PEOPLE
        firm = f"firm{sender % 300}.example"
        message_id = f"<{self.seed}.{number}.{self.random.randrange(10**9)}@{firm}>"
        moment = START + timedelta(seconds=number * 611)
        lines = [
            f"Received: from mx{sender % 9}.{firm} (mx.example [192.0.2.{sender % 250}])\n"
            f"\tby mail.mc.example with ESMTPS id {number:x}\n\tfor <{self.address}>; "
            f"{format_datetime(moment)}",
            f"From: =?utf-8?q?Zo=C3=AB?= Person {sender} <p{sender}@{firm}>",
            f"To: Office <{self.address}>",
            f"Date: {format_datetime(moment)}",
            f"Message-ID: {message_id}",
            "MIME-Version: 1.0",
        ]
        if chance() < 0.3:
            lines.append(f"Cc: team{sender % 7}@{firm}, Bo <bo@other.example>")
        if self.threads and chance() < 0.55:
            place = self.random.randrange(max(0, len(self.threads) - 40), len(self.threads))
            subject, ids = self.threads[place]
            lines += [f"In-Reply-To: {ids[-1]}", f"References: {' '.join(ids[-10:])}"]
            ids.append(message_id)
            subject = f"Re: {subject}"
        else:
            subject = self._text(40).replace("\n", " ")
            self.threads.append((subject, [message_id]))
        lines.append(f"Subject: {subject}")
        return "\n".join([*lines, self._body(number)])

    def _body(self, number: int) -> str:
        kind = self.random.random()
        text = self._text(self._letters())
        if self.large and number % 1000 == 500:
            return self._mixed(text, "report.zip", "application/zip", self._file(LARGE * 3 // 4))
        if kind < 0.40:
            return self._alternative(text)
        if kind < 0.75:
            quoted = "\n".join(f"> {line}" for line in self._text(self._letters()).split("\n"))
            return (
                "Content-Type: text/plain; charset=utf-8\n\n"
                f"{text}\n\nOn Monday Bo wrote:\n{quoted}\n"
            )
        if kind < 0.80:
            words = text.replace("a", "ą").replace("o", "ó")
            body = quopri.encodestring(words.encode("iso-8859-2", "replace")).decode()
            return (
                "Content-Type: text/plain; charset=iso-8859-2\n"
                f"Content-Transfer-Encoding: quoted-printable\n\n{body}\n"
            )
        if kind < 0.90:
            size = int(self.random.lognormvariate(10.3, 1.0) * self.scale)
            return self._mixed(text, f"offer-{number}.pdf", "application/pdf", self._file(size))
        size = int(6000 * self.scale)
        return self._related(text, self._file(size))

    def _alternative(self, text: str) -> str:
        html = quopri.encodestring(self._html(text).encode()).decode()
        return (
            'Content-Type: multipart/alternative; boundary="alt"\n'
            "List-Unsubscribe: <https://shop.example/u>\n\n"
            f"--alt\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
            "--alt\nContent-Type: text/html; charset=utf-8\n"
            f"Content-Transfer-Encoding: quoted-printable\n\n{html}\n--alt--\n"
        )

    def _mixed(self, text: str, name: str, kind: str, data: str) -> str:
        return (
            'Content-Type: multipart/mixed; boundary="mix"\n\n'
            f"--mix\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
            f'--mix\nContent-Type: {kind}; name="{name}"\n'
            f'Content-Disposition: attachment; filename="{name}"\n'
            f"Content-Transfer-Encoding: base64\n\n{data}\n--mix--\n"
        )

    def _related(self, text: str, data: str) -> str:
        paragraphs = "".join(f"<p>{line}</p>\n" for line in text.split("\n"))
        return (
            'Content-Type: multipart/related; boundary="rel"\n\n'
            "--rel\nContent-Type: text/html; charset=utf-8\n\n"
            f'<div>{paragraphs}<img src="cid:logo@mc"></div>\n'
            "--rel\nContent-Type: image/png; name=logo.png\nContent-ID: <logo@mc>\n"
            f"Content-Transfer-Encoding: base64\n\n{data}\n--rel--\n"
        )
