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
WAREHOUSE = "warehouse@mailcenter.example"  # read by POP3

#: Mailboxes to look into with any mail program: address -> password. The login is the address.
MAILBOXES = {
    ANNA: "anna-mail", OFFICE: "office-mail", JAN: "jan-mail", CUSTOMER: "customer",
    WAREHOUSE: "warehouse-mail",
}
