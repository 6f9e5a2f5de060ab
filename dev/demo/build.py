"""From a draft to RFC 5322 bytes, with the habits of the sender's mail program.

==============  ==================================================================
thunderbird     plain text, ``format=flowed``, the answer below the quote
gmail           multipart/alternative, ``gmail_quote``
apple           multipart/alternative, ``blockquote type=cite``
outlook         Word's HTML, the answer on top, a logo by ``cid:`` in the signature
phone           a short plain text on top of the quote
legacy          plain text in the charset of the 1990s
==============  ==================================================================
"""

import datetime
import functools
import html
import zlib
from dataclasses import dataclass, field

from . import parts
from .attachments import picture
from .people import Person

_PROGRAM = {
    "thunderbird": ("User-Agent", "Mozilla Thunderbird"),
    "apple": ("X-Mailer", "Apple Mail (2.3774.600.62)"),
    "outlook": ("X-Mailer", "Microsoft Outlook 16.0"),
    "phone": ("X-Mailer", "iPhone Mail (21G93)"),
    "legacy": ("X-Mailer", "Microsoft Outlook Express 6.00.2900.5931"),
}
_WROTE = {"en": "On {date}, {name} wrote:", "pl": "W dniu {date} {name} pisze:",
          "fr": "Le {date}, {name} a écrit :", "ja": "{date} {name}:"}
_CLOSING = {"en": "Best regards", "pl": "Pozdrawiam", "fr": "Cordialement",
            "ja": "よろしくお願いいたします。"}
_HEADS = {"en": ("From", "Sent", "To", "Subject"), "pl": ("Od", "Wysłano", "Do", "Temat"),
          "fr": ("De", "Envoyé", "À", "Objet"), "ja": ("差出人", "送信日時", "宛先", "件名")}
_QUOTE_DEPTH = 3


@dataclass
class Draft:
    """A mail before it is bytes. *date* is aware; *body* is what this sender adds itself."""

    sender: Person
    to: list
    subject: str
    body: str
    date: datetime.datetime
    message_id: str
    lang: str = "en"
    cc: list = field(default_factory=list)
    parent: "Draft | None" = None
    files: list = field(default_factory=list)
    headers: list = field(default_factory=list)
    ancestors: list = field(default_factory=list)
    signed: bool = True

    @property
    def references(self):
        """Message-IDs of the ancestors, oldest first (RFC 5322 section 3.6.4)."""
        if not self.parent:
            return self.ancestors
        known = [self.parent.message_id] if self.parent.message_id else []
        return [*self.parent.references, *known]

    @property
    def own(self):
        """Text and signature, without quotes."""
        return f"{self.body}\n\n{signature(self)}" if self.signed else self.body

    @functools.cached_property
    def local_date(self):
        """The date in the sender's own clock, as quoted by an answer."""
        zone = datetime.timezone(datetime.timedelta(hours=self.sender.zone))
        return self.date.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    @property
    def wrote(self):
        """The line above the quote of this mail."""
        return _WROTE[self.lang].format(date=self.local_date, name=self.sender.name)

    @functools.cached_property
    def plain(self):
        """The whole plain text, quotes included, unwrapped."""
        own = self.own
        if not self.parent:
            return own
        quote = "\n".join(
            ">" + line if line.startswith(">") else f"> {line}".rstrip()
            for line in parts.wrap(self.parent.plain).split("\n")
            if not line.startswith(">" * _QUOTE_DEPTH)
        )
        block = f"{self.parent.wrote}\n{quote}"
        if self.sender.client == "thunderbird":
            return f"{block}\n\n{own}"
        return f"{own}\n\n{block}"


def signature(draft):
    """The lines below the text."""
    person = draft.sender
    if person.client == "phone":
        return "Sent from my iPhone"
    closing = _CLOSING[draft.lang]
    card = f"{person.name}\n{person.role} · {person.company}" if person.company else person.name
    if person.domain == "mailcenter.example":
        card += "\n+48 42 555 01 00 · https://mailcenter.example"
    if person.client == "thunderbird":
        return f"{closing}\n{person.first}\n\n-- \n{card}"
    if draft.lang == "ja":
        card = f"{person.company}\n{person.role} {person.name}"
    return f"{closing}\n\n{card}" if draft.lang != "ja" else card


def _lines(text, tag, attributes=""):
    """Paragraphs of *text* as *tag* elements; deeper spaces are kept."""
    blocks = []
    for block in text.strip("\n").split("\n\n"):
        lines = [
            "&nbsp;" * (len(line) - len(line.lstrip())) + html.escape(line.lstrip())
            for line in block.split("\n")
        ]
        blocks.append(f"<{tag}{attributes}>{'<br>'.join(lines)}</{tag}>")
    return "\n".join(blocks)


def _quote_html(draft, depth=1):
    """The parent as the sender's program quotes it, with its own quotes below."""
    parent = draft.parent
    if not parent or depth > _QUOTE_DEPTH:
        return ""
    inner = _lines(parent.own, "div", ' dir="ltr"')
    deeper = _quote_html(parent, depth + 1)
    client = draft.sender.client
    if client == "outlook":
        heads = _HEADS[draft.lang]
        values = (f"{parent.sender.name} <{parent.sender.email}>", parent.local_date,
                  "; ".join(p.name for p in parent.to), parent.subject)
        rows = "<br>".join(
            f"<b>{head}:</b> {html.escape(value)}"
            for head, value in zip(heads, values, strict=True)
        )
        return (
            '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
            f'<p class="MsoNormal">{rows}</p></div>\n{inner}\n{deeper}'
        )
    wrote = html.escape(parent.wrote)
    if client == "gmail":
        return (
            f'<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{wrote}<br></div>'
            '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px '
            f'solid rgb(204,204,204);padding-left:1ex">{inner}\n{deeper}</blockquote></div>'
        )
    return f'<br><blockquote type="cite"><div>{wrote}</div><br>{inner}\n{deeper}</blockquote>'


def _html(draft, logo):
    body = _lines(draft.body, "p" if draft.sender.client == "outlook" else "div",
                  ' class="MsoNormal"' if draft.sender.client == "outlook" else ' dir="auto"')
    sign = _lines(signature(draft), "div", ' style="color:#555555"')
    quote = _quote_html(draft)
    if draft.sender.client != "outlook":
        return f"<html><body>{body}<br>\n{sign}\n{quote}</body></html>\n"
    image = f'<p class="MsoNormal"><img width="160" height="48" src="cid:{logo}" ' \
            'alt="logo"></p>' if logo else ""
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns="http://www.w3.org/TR/REC-html40"><head>'
        '<meta name="Generator" content="Microsoft Word 15 (filtered medium)">'
        "<style><!--\np.MsoNormal, div.MsoNormal {margin:0cm; font-size:11.0pt;"
        ' font-family:"Calibri",sans-serif;}\ndiv.WordSection1 {page:WordSection1;}\n--></style>'
        '</head>\n<body lang="EN-US" link="#0563C1" vlink="#954F72"><div class="WordSection1">\n'
        f"{body}\n<p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>\n{sign}{image}\n{quote}\n"
        "</div></body></html>\n"
    )


def _text(draft, charset):
    """The text of the mail as one MIME part or a multipart of its representations."""
    client = draft.sender.client
    if client == "thunderbird":
        return parts.text_part(parts.flowed(draft.plain) + "\n", charset=charset,
                               encoding="8bit", format="flowed")
    if client in ("legacy", "phone"):
        encoding = {"iso-8859-2": "quoted-printable", "windows-1250": "8bit"}.get(
            charset, "quoted-printable")
        return parts.text_part(parts.wrap(draft.plain) + "\n", charset=charset, encoding=encoding)
    encoding = "base64" if draft.lang == "ja" else "quoted-printable"
    plain = parts.text_part(parts.wrap(draft.plain) + "\n", charset=charset, encoding=encoding)
    logo = f"image001.png@{draft.message_id[1:9]}.{draft.sender.domain}" \
        if client == "outlook" else None
    rich = parts.text_part(_html(draft, logo), "html", charset, encoding)
    both = parts.multipart("alternative", [plain, rich], draft.message_id)
    if not logo:
        return both
    number = sum(draft.sender.company.encode())
    image = parts.file_part("image001.png", "image/png", picture("logo", number), cid=logo)
    return parts.multipart("related", [both, image], draft.message_id,
                           type="multipart/alternative")


def compose(draft):
    """The mail as its sender's program hands it to SMTP: bytes with CRLF."""
    sender, charset = draft.sender, draft.sender.charset
    if draft.lang != sender.lang and sender.domain == "mailcenter.example":
        charset = "utf-8"
    root = _text(draft, charset)
    if draft.files:
        old = charset if sender.client == "legacy" else None
        files = [parts.file_part(*file, encoded_word=old) for file in draft.files]
        root = parts.multipart("mixed", [root, *files], draft.message_id)

    def addresses(people):
        return ",\n ".join(parts.address(p.name, p.email, charset) for p in people)

    program = _PROGRAM.get(sender.client)
    headers = [
        ("From", parts.address(sender.name, sender.email, charset)),
        ("To", addresses(draft.to)),
        ("Cc", addresses(draft.cc)),
        ("Subject", parts.words(draft.subject, charset)),
        ("Date", parts.date(draft.date, sender.zone)),
        ("Message-ID", draft.message_id),
        ("In-Reply-To", draft.parent and draft.parent.message_id),
        ("References", parts.ids(draft.references)),
        *([program] if program else []),
        *draft.headers,
    ]
    return parts.finish(root, headers)


def delivered(raw, mailbox, sender, moment, *, return_path=None):
    """*raw* with the trace of its delivery to *mailbox* in front (RFC 5321 section 4.4)."""
    domain = sender.rpartition("@")[2]
    stamp = parts.date(moment, 1)
    path = sender if return_path is None else return_path
    trace = (
        f"Return-Path: <{path}>\n"
        f"Delivered-To: {mailbox}\n"
        f"Received: from mx.{domain} (mx.{domain} [203.0.113.{sum(domain.encode()) % 250 + 1}])\n"
        f"\tby mail.mailcenter.example with ESMTPS id {zlib.crc32(raw):08x}\n"
        f"\tfor <{mailbox}>; {stamp}\n"
        f"Authentication-Results: mail.mailcenter.example;\n"
        f"\tspf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain}; dmarc=pass\n"
    )
    return trace.replace("\n", "\r\n").encode() + raw
