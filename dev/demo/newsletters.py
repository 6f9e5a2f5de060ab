"""Bulk mail: HTML newsletters, shop and bank notices, mailing list posts.

Each function gives ``(headers, root)`` pairs' ingredients for ``mails``: a sender, a subject and
a MIME root. Remote images and one-pixel trackers point to ``*.example`` hosts, which exist
nowhere.
"""

import hashlib
import html

from . import parts

#: (name, address, colour, topics, language, charset)
PUBLISHERS = [
    ("Furniture Today", "news@furniture-today.example", "#8c2f39", (
        "Ten chairs that changed the office", "Wood prices: the turn is near",
        "Fair report: what Cologne showed", "Return to office, return to desks?",
        "The quiet comeback of veneer", "Ergonomics law: what employers must know"),
     "en", "utf-8"),
    ("Dział Handlowy – Biuro Plus", "newsletter@biuroplus.example", "#1d5c63", (
        "Żółte krzesła w dobrej cenie – tylko do piątku", "Nowości: biurka, które rosną",
        "Jesienna wyprzedaż – źródło oszczędności", "Święta tuż-tuż: prezenty dla zespołu",
        "Łódź Design Festival – zapraszamy"), "pl", "iso-8859-2"),
    ("ソフト家具通信", "mag@kagu-news.example", "#374785", (
        "今月の新商品のご案内", "年末セール開催中", "オフィスの照明を考える"), "ja", "iso-2022-jp"),
    ("CloudSuite", "hello@mail.cloudsuite.example", "#2a6fdb", (
        "What's new this month", "Your weekly digest is here", "3 tips to write better offers",
        "Webinar: sell more with less mail", "We have updated our terms"), "en", "utf-8"),
]

_WORDS = {
    "en": ("Read more", "Unsubscribe", "View in browser", "You receive this mail because you "
           "subscribed to our newsletter."),
    "pl": ("Czytaj dalej", "Wypisz się", "Zobacz w przeglądarce", "Otrzymujesz tę wiadomość, bo "
           "zapisałeś się na nasz newsletter."),
    "ja": ("続きを読む", "配信停止", "ブラウザで見る",
           "このメールはご登録いただいた方にお送りしています。"),
}

_FILLER = {
    "en": ("We looked at four makers and asked them the same question.",
           "Numbers first: demand rose by 4 % against last year.",
           "Less is more, says the jury, and gave the prize to a stool.",
           "Here is what our readers said, and what we learned from it."),
    "pl": ("Sprawdziliśmy czterech producentów i zadaliśmy im to samo pytanie.",
           "Liczby mówią same za siebie: popyt wzrósł o 4 %.",
           "Mniej znaczy więcej – tak uznało jury i nagrodziło taboret.",
           "Oto, co powiedzieli nasi czytelnicy."),
    "ja": ("四つのメーカーに同じ質問をしました。", "需要は前年より4％増えました。",
           "審査員はシンプルな椅子を選びました。", "読者の声をご紹介します。"),
}


def newsletter(publisher, number, recipient, message_id):
    """One issue as ``(subject, extra headers, MIME root)``.

    Nested layout tables, remote images, a hidden preheader, a tracking pixel, and the
    unsubscribe headers of RFC 2369 and 8058.
    """
    name, mail, colour, topics, lang, charset = publisher
    topic = topics[number % len(topics)]
    more, leave, view, why = _WORDS[lang]
    host = mail.rpartition("@")[2].removeprefix("mail.")
    token = hashlib.sha256(f"{recipient}/{message_id}".encode()).hexdigest()[:32]
    articles = []
    for item in range(3):
        title = topics[(number + item) % len(topics)]
        text = _FILLER[lang][(number + item) % 4]
        articles.append(
            f'<tr><td style="padding:16px 24px" valign="top" width="180">'
            f'<img src="https://img.{host}/{number}/{item}.jpg" width="160" height="110" '
            f'alt="" style="display:block;border:0"></td>'
            f'<td style="padding:16px 24px;font:15px/1.5 Arial,sans-serif;color:#333333">'
            f"<strong>{html.escape(title)}</strong><br>{html.escape(text)}<br>"
            f'<a href="https://click.{host}/c/{token}?u={item}" style="color:{colour}">'
            f"{html.escape(more)}</a></td></tr>"
        )
    page = (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
        f'<html lang="{lang}"><head><meta http-equiv="Content-Type" content="text/html; '
        f'charset={charset}"><title>{html.escape(topic)}</title>'
        "<style>@media (max-width:600px){.w{width:100% !important}} "
        f"a:hover{{color:{colour}}}</style></head>\n"
        '<body style="margin:0;background:#eeeeee">'
        f'<div style="display:none;max-height:0;overflow:hidden">{html.escape(topic)} '
        "&zwnj;&nbsp;&zwnj;&nbsp;</div>\n"
        '<table width="100%" cellpadding="0" cellspacing="0" role="presentation"><tr>'
        '<td align="center"><table class="w" width="600" bgcolor="#ffffff" cellpadding="0" '
        'cellspacing="0">\n'
        f'<tr><td colspan="2" bgcolor="{colour}" style="padding:20px 24px;color:#ffffff;'
        f'font:bold 24px Georgia,serif">{html.escape(name)}</td></tr>\n'
        f'<tr><td colspan="2"><img src="https://img.{host}/{number}/head.jpg" width="600" '
        f'height="200" alt="{html.escape(topic)}"></td></tr>\n'
        f'<tr><td colspan="2" style="padding:24px;font:bold 20px Georgia,serif">'
        f"{html.escape(topic)}</td></tr>\n" + "\n".join(articles) +
        '\n<tr><td colspan="2" align="center" style="padding:24px;font:12px Arial,sans-serif;'
        f'color:#888888">{html.escape(why)}<br><a href="https://click.{host}/v/{token}">'
        f'{html.escape(view)}</a> · <a href="https://click.{host}/u/{token}">'
        f"{html.escape(leave)}</a></td></tr></table></td></tr></table>\n"
        f'<img src="https://track.{host}/o/{token}.gif" width="1" height="1" alt="">\n'
        "</body></html>\n"
    )
    plain = f"{topic}\n\n{_FILLER[lang][number % 4]}\n{more}: https://click.{host}/c/{token}\n\n" \
            f"{why}\n{leave}: https://click.{host}/u/{token}\n"
    root = parts.multipart("alternative", [
        parts.text_part(plain, "plain", charset),
        parts.text_part(page, "html", charset, "base64" if lang == "ja" else "quoted-printable"),
    ], message_id)
    headers = [
        ("List-Id", f"<news.{host}>"),
        ("List-Unsubscribe", f"<https://click.{host}/u/{token}>, <mailto:leave@{host}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Precedence", "bulk"),
        ("Feedback-ID", f"{number}:news:{host}"),
    ]
    return topic, headers, root


#: Machines that write: (name, address, subject, text)
NOTICES = [
    ("Parcel Service", "noreply@parcel.example", "Your parcel {n} is on its way",
     "Your parcel {n} leaves our depot today and reaches you between 9 and 13 o'clock."),
    ("City Bank", "no-reply@citybank.example", "Incoming payment on your account",
     "A payment of {amount} from {company} has arrived. Details are in your online banking."),
    ("Webshop", "orders@shop.mailcenter.example", "New order #{n}",
     "A new order #{n} has been placed by {company}: {product}, {amount}."),
    ("ERP Scheduler", "cron@mailcenter.example", "[report] nightly export finished",
     "export: 1204 rows\nwarnings: 0\nduration: 12 s\n"),
    ("Video Meetings", "noreply@meet.example", "{company} is waiting in your meeting room",
     "Somebody is waiting: https://meet.example/j/{n}"),
]


def notice(row, facts):
    """An automatic notice as ``(subject, extra headers, MIME root)`` (RFC 3834)."""
    _name, _mail, subject, text = row
    root = parts.text_part(text.format(**facts) + "\n", encoding="8bit")
    headers = [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")]
    return subject.format(**facts), headers, root


#: A discussion on a mailing list: (name, address, text)
LIST_ADDRESS = "ergonomics@lists.office-design.example"
LIST_TALK = [
    ("How high should a desk be for mixed teams?", (
        ("Mei Lin", "mei@ergolab.example", "We measured 340 people. 72 cm fits 38 % of them.\n"
         "What do you recommend if height adjustment is not in the budget?"),
        ("Tobias Kern", "tk@kern-innenarchitektur.example", "75 cm and good footrests.\n"
         "Chairs go up, desks do not."),
        ("Ana Sousa", "ana.sousa@atelier.example", "I disagree with 75. ISO 9241-5 says the "
         "elbow decides.\nTwo fixed heights in one room work well."),
        ("Mei Lin", "mei@ergolab.example", "Two heights it is. I will report in spring."),
    )),
    ("Noise between 500 Hz and 2 kHz", (
        ("Ana Sousa", "ana.sousa@atelier.example", "Which panels help in the band of speech?\n"
         "Our cheap foam does nothing below 1 kHz."),
        ("Pekka Niemi", "pekka@hiljaa.example", "Thickness! 50 mm of PET felt, with a gap behind "
         "it.\n\nMeasured: http://hiljaa.example/felt.html"),
        ("Tobias Kern", "tk@kern-innenarchitektur.example", "+1 for the gap."),
    )),
]


def list_headers():
    """The headers a list manager adds (RFC 2369, 2919)."""
    host = LIST_ADDRESS.partition("@")[2]
    return [
        ("Sender", f"ergonomics-bounces@{host}"),
        ("List-Id", f"Ergonomics at work <ergonomics.{host}>"),
        ("List-Post", f"<mailto:{LIST_ADDRESS}>"),
        ("List-Help", f"<mailto:ergonomics-request@{host}?subject=help>"),
        ("List-Unsubscribe", f"<mailto:ergonomics-leave@{host}>"),
        ("List-Archive", f"<https://{host}/archive>"),
        ("Precedence", "list"),
    ]


def list_root(text):
    """A post with the footer the list manager appends."""
    rule = "_" * 47
    footer = f"{rule}\nErgonomics mailing list\nhttps://lists.office-design.example/ergonomics\n"
    return parts.text_part(f"{parts.wrap(text)}\n\n{footer}", encoding="8bit")
