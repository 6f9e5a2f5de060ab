"""The cast: who writes to whom, in which language, with which mail program."""

from dataclasses import dataclass

from . import logins


@dataclass(frozen=True)
class Person:
    """A correspondent.

    ``client`` picks the habits of a mail program in ``build``; ``charset`` is the one its mail
    is written in; ``zone`` is the distance from UTC in hours.
    """

    name: str
    email: str
    company: str
    role: str
    lang: str = "en"
    client: str = "outlook"
    charset: str = "utf-8"
    zone: int = 1

    @property
    def first(self):
        """What colleagues call the person (family name first in Japan)."""
        if self.lang == "ja":
            return self.name.split()[0]
        return self.name.split()[0] if " " in self.name else self.name

    @property
    def domain(self):
        return self.email.rpartition("@")[2]


OUR_COMPANY = "Mail Center Furniture"

ANNA = Person("Anna Nowak", logins.ANNA, OUR_COMPANY, "Sales", client="thunderbird")
JAN = Person("Jan Kowalski", logins.JAN, OUR_COMPANY, "Key accounts", client="outlook")
MARIA = Person("Maria Wiśniewska", "maria.wisniewska@mailcenter.example", OUR_COMPANY,
               "Head of sales", client="outlook")
OFFICE = Person("Mail Center Office", logins.OFFICE, OUR_COMPANY, "Office", client="gmail")

CUSTOMER = Person("Katarzyna Zielińska", logins.CUSTOMER, "Łódzkie Biura Sp. z o.o.",
                  "Office manager", lang="en", client="gmail")


def _people(company, zone, *rows, lang="en", charset="utf-8"):
    return [
        Person(name, email, company, role, lang, client, charset, zone)
        for name, email, role, client in rows
    ]


#: Contacts of Odoo's demo data, a list a company.
ENGLISH = [
    _people("Azure Interior", 1,
            ("Brandon Freeman", "brandon.freeman55@example.com", "Creative Director", "apple"),
            ("Nicole Ford", "nicole.ford75@example.com", "Director", "outlook"),
            ("Colleen Diaz", "colleen.diaz83@example.com", "Business Executive", "phone")),
    _people("Acme Corporation", 1,
            ("Douglas Fletcher", "douglas.fletcher51@example.com", "Functional Consultant",
             "outlook"),
            ("Floyd Steward", "floyd.steward34@example.com", "Analyst", "thunderbird"),
            ("Addison Olson", "addison.olson28@example.com", "Sales Representative", "gmail")),
    _people("Gemini Furniture", 1,
            ("Edwin Hansen", "edwin.hansen58@example.com", "Marketing Manager", "gmail"),
            ("Soham Palmer", "soham.palmer15@example.com", "Director", "phone"),
            ("Oscar Morgan", "oscar.morgan11@example.com", "Order Clerk", "outlook"),
            ("Jesse Brown", "jesse.brown74@example.com", "Senior Consultant", "apple")),
    _people("Ready Mat", -5,
            ("Billy Fox", "billy.fox45@example.com", "Production Supervisor", "thunderbird"),
            ("Kim Snyder", "kim.snyder96@example.com", "Senior Associate", "gmail"),
            ("Edith Sanchez", "edith.sanchez68@example.com", "Analyst", "outlook"),
            ("Julie Richards", "julie.richards84@example.com", "Financial Manager", "outlook"),
            ("Sandra Neal", "sandra.neal80@example.com", "Sales Manager", "apple")),
    _people("Wood Corner", 0,
            ("Willie Burke", "willie.burke80@example.com", "Service Manager", "phone"),
            ("Ron Gibson", "ron.gibson76@example.com", "Store Manager", "outlook"),
            ("Tom Ruiz", "tom.ruiz89@example.com", "Software Developer", "thunderbird")),
    _people("The Jackson Group", 0,
            ("Toni Rhodes", "toni.rhodes11@example.com", "Managing Partner", "apple"),
            ("Gordon Owens", "gordon.owens47@example.com", "Senior Consultant", "gmail")),
    _people("Lumber Inc", -5,
            ("Lorraine Douglas", "lorraine.douglas35@example.com", "Functional Consultant",
             "gmail")),
]

POLISH = [
    _people("Meblownia Łódź", 1,
            ("Krzysztof Wójcik", "k.wojcik@meblownia.example", "Kierownik zakupów", "legacy"),
            ("Małgorzata Kamińska", "m.kaminska@meblownia.example", "Księgowość", "outlook"),
            lang="pl", charset="windows-1250"),
    _people("Urząd Gminy Żółwin", 1,
            ("Grażyna Lewandowska", "sekretariat@zolwin.example", "Sekretariat", "legacy"),
            lang="pl", charset="iso-8859-2"),
    _people("Spółdzielnia „Źródło”", 1,
            ("Paweł Dąbrowski", "pawel.dabrowski@zrodlo.example", "Prezes", "thunderbird"),
            ("Agnieszka Szymańska", "a.szymanska@zrodlo.example", "Administracja", "gmail"),
            lang="pl"),
]

JAPANESE = [
    _people("日本オフィス家具株式会社", 9,
            ("田中 健一", "tanaka@nihon-office.example", "購買部", "legacy"),
            ("佐藤 由美", "sato@nihon-office.example", "経理部", "legacy"),
            lang="ja", charset="iso-2022-jp"),
    _people("株式会社さくら設計", 9,
            ("高橋 直樹", "takahashi@sakura-sekkei.example", "設計部", "gmail"),
            ("山本 美咲", "yamamoto@sakura-sekkei.example", "営業部", "outlook"),
            lang="ja"),
]

FRENCH = [
    _people("OpenWood", 1,
            ("Erik N. French", "ErikNFrench@armyspy.com", "Acheteur", "apple"),
            lang="fr", charset="iso-8859-1"),
]
