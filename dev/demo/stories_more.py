"""Business conversations in Polish, Japanese and French; the shape is that of ``stories_en``."""

POLISH = [
    ("Zapytanie ofertowe: {qty} szt. – {product_pl}", [
        ("c", """Dzień dobry,

proszę o przedstawienie oferty na {product_pl}, {qty} szt., z dostawą do miejscowości {city_pl} \
do {day}. dnia przyszłego miesiąca.

Czy możliwy jest odbiór własny? Zależy nam też na próbce tkaniny w kolorze żółtym."""),
        ("u", """Dzień dobry,

dziękuję za zapytanie. W załączniku przesyłam ofertę {order} na kwotę {amount_pl}. Odbiór własny \
jest możliwy w Łodzi, od poniedziałku do piątku. Próbkę wyślemy jutro.""", "quotation"),
        ("c", "Próbka dotarła, jakość świetna. Czy przy zamówieniu {qty2} sztuk dostaniemy rabat?"),
        ("u", "Oczywiście: przy {qty2} sztukach rabat wynosi 7 %. Czy przygotować nową ofertę?"),
        ("k", "Proszę. Fakturę prosimy wystawić z terminem płatności 30 dni."),
        ("u", "Gotowe – nowa oferta w załączniku. Życzę miłego dnia!", "quotation"),
    ]),
    ("Faktura {invoice} – prośba o korektę", [
        ("c", """Szanowni Państwo,

na fakturze {invoice} błędnie podano adres: powinno być „ul. Źródlana 7”, a nie „ul. Zródlana 1”. \
Proszę o wystawienie korekty.

Z poważaniem""", "invoice"),
        ("u", "Dzień dobry, przepraszamy za pomyłkę. Korekta w załączniku.", "invoice"),
        ("c", "Dziękuję, wszystko się zgadza. Przelew wyjdzie jutro."),
    ]),
    ("Reklamacja – uszkodzone krzesła", [
        ("c", """Dzień dobry,

wczorajsza dostawa (zamówienie {order}) dotarła z trzema uszkodzonymi krzesłami. Zdjęcie w \
załączniku. Proszę o szybką wymianę, bo w piątek przyjeżdżają goście z Gdańska.""", "photo"),
        ("u", "Bardzo przepraszam. Nowe krzesła wyślemy dziś – będą u Państwa w czwartek przed "
              "dziesiątą. Uszkodzone zabierze kurier."),
        ("c", "Krzesła dojechały, dziękuję za błyskawiczną reakcję!"),
    ]),
    ("Przetarg na wyposażenie szkoły", [
        ("c", """Szanowni Państwo,

zapraszamy do złożenia oferty na wyposażenie świetlicy: {qty} krzeseł, {qty2} szafek, tablica. \
Oferty przyjmujemy do {day}. dnia miesiąca, do godz. 12:00. Wzór formularza w załączniku.""",
         "sheet"),
        ("u", "Dziękujemy za zaproszenie. Czy dopuszczają Państwo szafki w kolorze dębu zamiast "
              "buku?"),
        ("c", "Tak, dopuszczamy. Odpowiedź opublikujemy również na stronie."),
        ("u", "W załączniku nasza oferta wraz z kartą katalogową.", "quotation"),
        ("c", "Oferta wpłynęła w terminie. O wyniku zawiadomimy w ciągu 14 dni."),
    ]),
]

JAPANESE = [
    ("{product_ja}のお見積りのお願い", [
        ("c", """お世話になっております。
{company}の{customer}です。

{product_ja}を{qty}台、購入を検討しております。
来月{day}日までに納品可能でしょうか。
お見積書をお送りいただけますと幸いです。

よろしくお願いいたします。"""),
        ("u", """{customer}様

お問い合わせありがとうございます。
お見積書を添付いたします。来月{day}日の納品は可能です。
ご不明な点がございましたら、お気軽にご連絡ください。""", "quotation"),
        ("c", """早速のご返信、ありがとうございます。
色は白と黒を半分ずつにできますか。"""),
        ("u", "はい、可能です。価格は変わりません。"),
        ("c", "それでは、この内容で発注いたします。"),
    ]),
    ("請求書{invoice}について", [
        ("c", """お世話になっております。
請求書{invoice}の金額が見積書と異なるようです。
ご確認をお願いいたします。""", "invoice"),
        ("u", "ご指摘ありがとうございます。訂正した請求書を添付いたします。", "invoice"),
        ("c", "確認いたしました。ありがとうございました。"),
    ]),
    ("打ち合わせの日程", [
        ("c", "来週の打ち合わせですが、火曜日の14時はいかがでしょうか。"),
        ("u", "火曜日の14時で大丈夫です。オンラインでよろしいですか。"),
        ("c", "はい、オンラインでお願いします。図面をお送りします。", "plan"),
    ]),
]

FRENCH = [
    ("Devis pour {qty} tapis", [
        ("c", """Bonjour,

nous aménageons notre siège à Nîmes et cherchons {qty} tapis de sol pour chaises. Pourriez-vous \
nous faire parvenir un devis, livraison comprise, avant le {day} ?

Cordialement"""),
        ("u", "Bonjour, merci de votre demande. Le devis {order} est en pièce jointe.",
         "quotation"),
        ("c", "Reçu, merci. Le délai de livraison est-il garanti ?"),
        ("u", "Oui : dix jours ouvrés à compter de la commande."),
    ]),
]

#: Threads among ourselves: ``c`` writes to ``u``.
INTERNAL = [
    ("Figures for {month}", [
        ("c", "Hi {us}, can I have your forecast for {month} by {weekday}? Best as a sheet."),
        ("u", "Here it is. The big one is {company}, I am at 70 % there.", "sheet"),
        ("c", "Thanks. Please keep me posted on {company}."),
    ]),
    ("Lunch?", [
        ("c", "Pierogi at 12:30?"),
        ("u", "Yes! Meet you at the door."),
    ]),
    ("Handover while I am away", [
        ("c", """Hi {us},

I am off from {weekday} for a week. Could you look after these two?

- {company}: waits for {order}
- invoice {invoice}: promised to call back

Everything is in the ERP."""),
        ("u", "Sure, enjoy it."),
        ("c", "Back again. Anything burning?"),
        ("u", "Nothing. {company} ordered, and asked about {product}."),
    ]),
    ("Trade fair in Poznań", [
        ("c", "Who can be at the stand on the {day}th? I have two tickets left."),
        ("u", "I can. Do we show the new {product}?"),
        ("c", "We do. Layout attached.", "plan"),
    ]),
]

#: The opportunity of ``seed_odoo``: its mail so far, the last one still unread.
CHAIRS_SUBJECT = "Office chairs for the Łódź branch"
CHAIRS = (CHAIRS_SUBJECT, [
    ("c", """Hello {us},

our new branch in Łódź opens in two months and we need about 40 office chairs for it. They should \
have arm rests and an adjustable seat depth; colour: blue or grey.

What can you offer us? A price for 40 and for 60 pieces would be good.""", "plan"),
    ("u", """Hello {customer},

congratulations on the new branch! I suggest our model "Wisła": arm rests, seat depth from 40 to \
47 cm, blue or grey in stock. The data sheet is attached; prices follow as soon as I have the \
freight costs.""", "datasheet"),
    ("c", "Looks comfortable :-) Could we try one for a week before we decide?"),
    ("u", "Of course. A test chair leaves today."),
    ("c", """The chair is here and everybody wants to sit on it. So please send us the offer for \
40 and 60 pieces, including delivery to ul. Piotrkowska, Łódź."""),
])
