"""Names and passwords of the demo. They open nothing but the sandbox on loopback."""

#: (login, password, who it is), in the order ``make run`` prints them.
LOGINS = [
    ("anna", "anna", "Anna Nowak, sales: her own mailbox and the shared office@"),
    ("jan", "jan", "Jan Kowalski, sales: his own mailbox and the shared office@"),
    ("maria", "maria", "Maria Wiśniewska, manager of Mail Center"),
    ("admin", "admin", "Administrator of Odoo"),
]

ANNA = "anna.nowak@mailcenter.example"
OFFICE = "office@mailcenter.example"
JAN = "jan.kowalski@mailcenter.example"
CUSTOMER = "customer@customer.example"

_ROBOT_PASSWORD = "customer"

#: Addresses behind which the robot of ``customer`` sits: address -> the name it signs with.
#: The customer of the demo opportunity, and the addresses of Odoo's own demo opportunities
#: (an opportunity's ``email_from`` replaces its partner's address, so both are needed).
ROBOTS = {
    CUSTOMER: "Katarzyna Zielińska",
    "azure.Interior24@example.com": "Azure Interior",
    "brandon.freeman55@example.com": "Brandon Freeman",
    "colleen.diaz83@example.com": "Colleen Diaz",
    "nicole.ford75@example.com": "Nicole Ford",
    "vauxoo@yourcompany.example.com": "Nhomar Hernández",
    "acme_corp@yourcompany.example.com": "Acme Corporation",
    "douglas.fletcher51@example.com": "Douglas Fletcher",
    "info@agrolait.com": "Acme Corporation",
    "virginie@agrolait.com": "Virginie Laurent",
    "gemini_furniture@fake.geminifurniture.com": "Gemini Furniture",
    "edwin.hansen58@example.com": "Edwin Hansen",
    "john.b@tech.info": "John M. Brown",
    "ready.mat28@example.com": "Ready Mat",
    "billy.fox45@example.com": "Billy Fox",
    "info@deltapc.example.com": "Leland Martinez",
    "wood.corner26@example.com": "Wood Corner",
    "ron.gibson76@example.com": "Ron Gibson",
    "jackson.group82@example.com": "The Jackson Group",
    "toni.rhodes11@example.com": "Toni Rhodes",
    "lumber-inv92@example.com": "Lumber Inc",
    "lorraine.douglas35@example.com": "Lorraine Douglas",
    "wow@example.com": "OpenWood",
    "ErikNFrench@armyspy.com": "Erik N. French",
    "lightsup@example.com": "LightsUp",
    "willmac@rediffmail.example.com": "Will McEncroe",
    "olivier.passo@balmer.inc.sa": "Oliver Passot",
    "info@mycompany.net": "Tom Harris",
    "henry@elight.com": "Henry Jordan",
}

#: Every mailbox of the demo: address -> password.
MAILBOXES = {
    ANNA: "anna-mail",
    OFFICE: "office-mail",
    JAN: "jan-mail",
    **dict.fromkeys(ROBOTS, _ROBOT_PASSWORD),
}
