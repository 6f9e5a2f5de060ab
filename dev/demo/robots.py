"""The addresses behind which the robot of ``customer`` sits, and all mailboxes of the demo."""

from . import logins, people, states

#: address -> the name it signs with. The customer of the demo opportunity; the addresses of Odoo's
#: demo opportunities (an opportunity's ``email_from`` replaces its partner's address, so some
#: companies have two); everybody who has written to us in ``mails``.
ROBOTS = {
    logins.CUSTOMER: people.CUSTOMER.name,
    "azure.Interior24@example.com": "Azure Interior",
    "vauxoo@yourcompany.example.com": "Nhomar Hernández",
    "acme_corp@yourcompany.example.com": "Acme Corporation",
    "info@agrolait.com": "Acme Corporation",
    "virginie@agrolait.com": "Virginie Laurent",
    "gemini_furniture@fake.geminifurniture.com": "Gemini Furniture",
    "john.b@tech.info": "John M. Brown",
    "ready.mat28@example.com": "Ready Mat",
    "info@deltapc.example.com": "Leland Martinez",
    "wood.corner26@example.com": "Wood Corner",
    "bhu.a100@ic.example.com": "Bojing Hú",
    "jackson.group82@example.com": "The Jackson Group",
    "lumber-inv92@example.com": "Lumber Inc",
    "lightsup@example.com": "LightsUp",
    "wow@example.com": "OpenWood",
    "willmac@rediffmail.example.com": "Will McEncroe",
    "olivier.passo@balmer.inc.sa": "Oliver Passot",
    "info@mycompany.net": "Tom Harris",
    "henry@elight.com": "Henry Jordan",
    **{
        person.email: person.name
        for company in (*people.ENGLISH, *people.POLISH, *people.JAPANESE, *people.FRENCH)
        for person in company
    },
}

#: Every mailbox of the sandbox's demo: address -> password.
MAILBOXES = {
    **dict.fromkeys(ROBOTS, logins.MAILBOXES[logins.CUSTOMER]),
    **states.MAILBOXES,
    **logins.MAILBOXES,
}
