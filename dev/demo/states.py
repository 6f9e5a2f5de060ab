"""Accounts of the demo, one for each state that an account can be in; Maria looks after them.

What most of them show comes about by itself: the server really refuses the login of one, really
does not answer another. What passes in a moment stands still for whoever looks at it: the job that
fetches mail leaves those accounts alone for HELD.
"""

from datetime import datetime, timedelta, timezone
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
LEGACY = ("Warehouse (POP3)", logins.WAREHOUSE)
HELD = timedelta(days=30)


def seed(env, once, sandbox, owner):
    """Make the accounts that are missing, archived ones included."""
    server = {
        "user_id": owner.id, "imap_host": sandbox["host"], "imap_port": sandbox["ports"]["imaps"],
        "imap_security": "tls", "imap_password": "demo", "ca_pem": _authority(sandbox),
    }
    for name, address, different in STATES:
        account = once(env, "mail.center.account", [("email", "=", address)], {
            **server, "name": name, "email": address, "imap_login": address, **different,
        })
        account.write(_held(address))
    _legacy(env, sandbox, owner)


def _held(address):
    """What stands still of a state that would pass."""
    now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
    if address == "trainees@example.com":
        return {"next_sync": now + HELD}
    if address == "fair@example.com":
        return {"next_sync": now + HELD, "sync_state": "ok", "last_sync": now - timedelta(hours=3)}
    if address == "archive@example.com":
        return {
            "next_sync": now + HELD, "sync_state": "running", "claim_until": now + HELD,
            "sync_total": 12_000, "sync_done": 4_350, "sync_started": now,
        }
    return {}


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
