"""Power cuts while mail is being fetched."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timezone
from email.message import EmailMessage
from email.utils import format_datetime
from xmlrpc.client import ProtocolError

from dev.postgres import Cluster
from tests.loop.conftest import LONG, eventually

COUNT, POINTS = (4000, 10) if LONG else (1600, 4)


def _mail(number: int) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Eve <eve@x.example>"
    mail["To"] = "killed@loop.example"
    mail["Subject"] = f"Mail number {number}"
    mail["Date"] = format_datetime(datetime.fromtimestamp(1_790_000_000 + number, timezone.utc))
    mail["Message-ID"] = f"<killed-{number}@x.example>"
    mail.set_content(f"This is mail {number}.\n" * 20)
    if number % 10 == 0:
        mail.add_attachment(b"%PDF" * 2000, maintype="application", subtype="pdf", filename="a.pdf")
    return mail.as_bytes()


def test_kill_9_in_mid_sync_loses_and_doubles_nothing(erp, server, sandbox, account):
    sandbox.add_mailbox("killed@loop.example", "x")
    mails = ((_mail(number), [], None) for number in range(COUNT))
    sandbox.append("killed@loop.example", mails)
    box = account("killed@loop.example", erp.uid)

    def stored() -> int:
        ((count,),) = Cluster().query(
            f"SELECT count(*) FROM mail_center_message WHERE account_id = {box}", server.database
        )
        return int(count)

    def sync() -> None:
        """Ask for the mail as soon as the server listens."""
        while True:
            with suppress(OSError, ProtocolError):
                return erp.call("mail.center.account", "action_sync_now", [box])
            time.sleep(0.1)

    kills = []
    with ThreadPoolExecutor() as people:
        people.submit(sync)
        for point in range(POINTS):
            # The first before anything is stored, the last when nearly all is. The server fetches
            # from its very start on, so the database is asked, not the server.
            wanted = COUNT * point / POINTS
            eventually(lambda wanted=wanted: stored() >= wanted, "the sync to get going", pause=0)
            server.kill()
            kills.append(stored())
            server.start(wait=point == POINTS - 1)
            people.submit(sync)
    print(f"killed with {kills} of {COUNT} mails stored")
    early = [stored for stored in kills if stored < COUNT]
    assert len(early) >= POINTS // 2, "the kills came too late to show anything"

    eventually(
        lambda: erp.call("mail.center.account", "read", [box], fields=["sync_state"])[0][
            "sync_state"
        ] == "ok" and stored() >= COUNT,
        "the rest of the mail", timeout=300,
    )
    rows = erp.call(
        "mail.center.message", "search_read", [("account_id", "=", box)], fields=["message_id"]
    )
    here = Counter(row["message_id"] for row in rows)
    assert set(here) == {f"<killed-{number}@x.example>" for number in range(COUNT)}
    assert max(here.values()) == 1
    assert erp.call("mail.center.quarantine", "search_count", [("account_id", "=", box)]) == 0
