"""Users, profiles, accounts and an opportunity for the demo; piped into Odoo's shell::

    MAIL_CENTER_SANDBOX=…/sandbox.json odoo shell -d DB < dev/demo/seed_odoo.py

with the repository as working directory. A second run makes nothing twice; it only brings the
accounts' ports and authority up to date, should the sandbox have got others.
"""

import json
import os
from pathlib import Path

from dev.demo import letters, logins, people, states
from dev.demo.stories_more import CHAIRS_SUBJECT

#: login -> (person, groups by xmlid; those of an app that is not installed are left out)
USERS = {
    "anna": (people.ANNA, [
        "mail_center.group_user", "sales_team.group_sale_salesman_all_leads",
        "account.group_account_invoice", "base.group_partner_manager",
    ]),
    "jan": (people.JAN, [
        "mail_center.group_user", "sales_team.group_sale_salesman",
        "project.group_project_user", "base.group_partner_manager",
    ]),
    "maria": (people.MARIA, [
        "mail_center.group_manager", "sales_team.group_sale_manager",
        "account.group_account_invoice", "purchase.group_purchase_user",
        "base.group_partner_manager",
    ]),
}

#: (name, address, owner, shown name, security of IMAP, security of SMTP)
ACCOUNTS = [
    ("Anna Nowak", logins.ANNA, "anna", "Anna Nowak", "starttls", "starttls"),
    ("Office", logins.OFFICE, "maria", people.OUR_COMPANY, "tls", "tls"),
    ("Jan Kowalski", logins.JAN, "jan", "Jan Kowalski", "tls", "starttls"),
]


def _once(env, model, domain, values):
    """The record of *domain*, archived ones included, made from *values* if there is none."""
    records = env[model].with_context(active_test=False, no_reset_password=True)
    return records.search(domain, limit=1) or records.create(values)


def seed(env, sandbox):
    """Make what is missing. *sandbox*: the parsed sandbox.json."""
    users = {}
    for login, (person, names) in USERS.items():
        groups = [env.ref("base.group_user")]
        groups += filter(None, (env.ref(name, raise_if_not_found=False) for name in names))
        users[login] = _once(env, "res.users", [("login", "=", login)], {
            "name": person.name, "login": login, "password": login, "email": person.email,
            "tz": "Europe/Warsaw", "notification_type": "inbox",
            "group_ids": [(6, 0, [group.id for group in groups])],
        })
    sales = _profile(env, "Sales team", users["anna"] | users["jan"])
    _profile(env, "Management", users["maria"])
    accounts = {row[1]: _account(env, sandbox, users, *row) for row in ACCOUNTS}
    office = accounts[logins.OFFICE]
    _once(env, "mail.center.account.permission",
          [("account_id", "=", office.id), ("profile_id", "=", sales.id)],
          {"account_id": office.id, "profile_id": sales.id, "can_read": True, "can_send": True})
    for company in [*people.POLISH, *people.JAPANESE]:
        for person in company:
            _contact(env, person)
    _opportunity(env, users["anna"])
    letters.seed(env, _once)
    states.seed(env, _once, sandbox, users["maria"])


def _profile(env, name, members):
    return _once(env, "mail.center.profile", [("name", "=", name)],
                 {"name": name, "user_ids": [(6, 0, members.ids)]})


def _account(env, sandbox, users, name, address, owner, shown, imap, smtp):
    ports = sandbox["ports"]
    server = {
        "imap_host": sandbox["host"], "imap_security": imap,
        "imap_port": ports["imaps" if imap == "tls" else "imap"],
        "smtp_host": sandbox["host"], "smtp_security": smtp,
        "smtp_port": ports["smtps" if smtp == "tls" else "smtp"],
        "verify_certificate": True, "ca_pem": Path(sandbox["ca_file"]).read_text(),
    }
    password = logins.MAILBOXES[address]
    account = _once(env, "mail.center.account", [("email", "=", address)], {
        "name": name, "email": address, "user_id": users[owner].id, "sender_name": shown,
        "imap_login": address, "imap_password": password,
        "smtp_login": address, "smtp_password": password, **server,
    })
    changed = {key: value for key, value in server.items() if account[key] != value}
    if changed:
        account.write(changed)
    return account


def _contact(env, person):
    company = _once(env, "res.partner",
                    [("name", "=", person.company), ("is_company", "=", True)],
                    {"name": person.company, "is_company": True})
    return _once(env, "res.partner", [("email", "=", person.email)], {
        "name": person.name, "email": person.email, "function": person.role,
        "parent_id": company.id,
    })


def _opportunity(env, seller):
    if "crm.lead" not in env:
        return
    customer = _contact(env, people.CUSTOMER)
    _once(env, "crm.lead", [("name", "=", CHAIRS_SUBJECT)], {
        "name": CHAIRS_SUBJECT, "type": "opportunity", "partner_id": customer.id,
        "user_id": seller.id, "expected_revenue": 9450.0, "priority": "2",
        "description": "<p>40 or 60 chairs for the new branch, blue or grey.</p>",
    })


if "env" in globals():  # given by Odoo's shell
    seed(globals()["env"], json.loads(Path(os.environ["MAIL_CENTER_SANDBOX"]).read_text()))
    globals()["env"].cr.commit()
    print("the demo users, accounts and opportunity are there")
