"""New mail shows by itself, without waiting for the next look into the mailbox."""

import subprocess
import time
from email.message import EmailMessage

import pytest

from dev import odoo_server
from dev.paths import LOG
from dev.postgres import Cluster
from tests.loop.conftest import eventually
from tests.loop.mailbox import live

BOX = "psh.ada@loop.example"


def a_mail(number: int) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ewa@lis.example", BOX, f"Pilne {number}"
    mail["Date"] = f"Mon, 30 Nov 2026 10:{number:02}:00 +0100"
    mail["Message-ID"] = f"<psh-{number}@lis.example>"
    mail.set_content("Dzień dobry.")
    return mail.as_bytes()


@pytest.fixture
def listener(server):
    """The process that a machine's owner starts beside Odoo."""
    with (LOG / "listener.log").open("wb") as log:
        process = subprocess.Popen(
            odoo_server.addon_command("mail_center_listen", "-d", server.database),
            stdout=log, stderr=subprocess.STDOUT, **odoo_server.options(),
        )
        yield process
        process.terminate()
        try:
            assert process.wait(60) == 0, "the listener ends politely when it is asked to"
        finally:
            process.kill()


def test_a_mail_shows_in_the_open_mailbox_as_soon_as_the_server_has_it(
    erp, server, sandbox, account, login, listener
):
    user = erp.user("psh_ada", "Ada Bąk", "base.group_user", "mail_center.group_user")
    box = account(BOX, user)
    erp.call("mail.center.account", "action_sync_now", [box])

    def state():
        (row,) = erp.call(
            "mail.center.account", "read", [box], fields=["is_listening", "status", "sync_wanted"]
        )
        return row["is_listening"] and row["status"] == "ok" and not row["sync_wanted"]

    eventually(state, "the listener to hear the mailbox")
    page = login("psh_ada")
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/mailbox")
    page.wait_for_selector(".o_mail_center_empty")
    live(page)
    seconds = []
    for number in range(3):
        # Nothing but the listener makes the receiver look from now on.
        Cluster().query(
            "UPDATE mail_center_account SET next_sync = now() AT TIME ZONE 'utc'"
            f" + interval '1 hour' WHERE id = {box}", server.database,
        )  # fmt: skip
        sandbox.deliver(BOX, a_mail(number))
        start = time.monotonic()
        page.wait_for_selector(f".o_mail_center_row:has-text('Pilne {number}')", timeout=120_000)
        seconds.append(round(time.monotonic() - start, 2))
        eventually(state, "the end of the pass")
    print(f"seconds from the server to the browser: {seconds}")
