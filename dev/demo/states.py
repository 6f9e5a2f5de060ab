"""Accounts of the demo, one for each state that an account can be in; Maria looks after them.

What most of them show comes about by itself: the server really refuses the login of one, really
does not answer another. What passes in a moment is put back by a scheduled job of the demo, before
the job that fetches mail has its turn, for whoever looks at it.
"""

from pathlib import Path

from dev.demo import logins

#: (name, address, what is different from an account that is well)
STATES = [
    ("Old shop (paused)", "shop@example.com", {"sync_enabled": False}),
    ("Invoices (wrong password)", "invoices@example.com", {"imap_password": "forgotten"}),
    ("Branch (server away)", "branch@example.com", {"imap_port": 1}),
    ("Trainees (never synchronised)", "trainees@example.com", {}),
    ("Fair (late)", "fair@example.com", {}),
    ("Archive (synchronising)", "archive@example.com", {}),
]
#: All of them are there, so that whoever switches one on or mends its password sees it work.
PASSWORD = "demo"
MAILBOXES = {address: PASSWORD for _name, address, _different in STATES}
LEGACY = ("Warehouse (POP3)", logins.WAREHOUSE)
#: What is put back in an account that stands still; whole numbers of times are minutes from now.
HELD = {
    "trainees@example.com": {"next_sync": 60, "sync_state": "never", "last_sync": False},
    "fair@example.com": {"next_sync": 60, "sync_state": "ok", "last_sync": -180},
    "archive@example.com": {
        "next_sync": 60, "sync_state": "running", "last_sync": False, "claim_until": 60,
        "sync_total": 12_000, "sync_done": 4_350, "sync_started": -2,
    },
}
WELL = {"sync_error": False, "sync_failures": 0, "auth_failures": 0, "sync_blocked": False}
TIMES = ("next_sync", "last_sync", "claim_until", "sync_started")
KEEPER = f"""
for email, held in {HELD}.items():
    values = {{
        name: env.cr.now() + datetime.timedelta(minutes=value)
        if name in {TIMES} and value else value
        for name, value in held.items()
    }}
    accounts = model.search([("email", "=", email), ("sync_enabled", "=", True)])
    accounts.write({{**values, **{WELL}}})
"""


def seed(env, once, sandbox, owner):
    """Make the accounts that are missing, archived ones included."""
    server = {
        "user_id": owner.id, "imap_host": sandbox["host"], "imap_port": sandbox["ports"]["imaps"],
        "imap_security": "tls", "imap_password": PASSWORD, "ca_pem": _authority(sandbox),
    }
    for name, address, different in STATES:
        once(env, "mail.center.account", [("email", "=", address)], {
            **server, "name": name, "email": address, "imap_login": address, **different,
        })
    keeper = once(env, "ir.cron", [("cron_name", "=", "Demo: accounts that stand still")], {
        "name": "Demo: accounts that stand still", "state": "code", "code": KEEPER,
        "model_id": env["ir.model"]._get_id("mail.center.account"), "priority": 0,
        "interval_number": 5, "interval_type": "minutes",
    })
    keeper.ir_actions_server_id.run()
    _legacy(env, sandbox, owner)


def _legacy(env, sandbox, owner):
    """POP3 as it is taken over from Odoo's own settings."""
    name, address = LEGACY
    server = {
        "pop3_host": sandbox["host"], "pop3_port": sandbox["ports"]["pop3s"],
        "pop3_security": "tls", "ca_pem": _authority(sandbox),
    }
    accounts = env["mail.center.account"].with_context(active_test=False)
    account = accounts.search([("email", "=", address)], limit=1)
    if not account:
        accounts._create_legacy({
            **server, "user_id": owner.id, "name": name, "email": address, "pop3_login": address,
            "pop3_password": logins.MAILBOXES[address],
        })
    elif account.protocol == "pop3":
        account.write(server)


def _authority(sandbox):
    return Path(sandbox["ca_file"]).read_text()
