"""Accounts of the demo that are not well, one for each state that lasts; Maria looks after them.

What they show comes about by itself: the server really refuses the login of one, really does not
answer another.
"""

from pathlib import Path

#: (name, address, what is different from an account that is well)
STATES = [
    ("Old shop (paused)", "shop@example.com", {"sync_enabled": False}),
    ("Invoices (wrong password)", "invoices@example.com", {"imap_password": "forgotten"}),
    ("Branch (server away)", "branch@example.com", {"imap_port": 1}),
]


def seed(env, once, sandbox, owner):
    """Make the accounts that are missing, archived ones included."""
    server = {
        "user_id": owner.id, "imap_host": sandbox["host"], "imap_port": sandbox["ports"]["imaps"],
        "imap_security": "tls", "imap_password": "demo", "ca_pem": _authority(sandbox),
    }
    for name, address, different in STATES:
        once(env, "mail.center.account", [("email", "=", address)], {
            **server, "name": name, "email": address, "imap_login": address, **different,
        })


def _authority(sandbox):
    return Path(sandbox["ca_file"]).read_text()
