"""Power cuts while mail is being fetched."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from xmlrpc.client import ProtocolError

from tests.loop.conftest import LONG, eventually
from tests.loop.large_mailbox import LargeMailbox

COUNT, POINTS = (4000, 10) if LONG else (1600, 4)


def test_kill_9_in_mid_sync_loses_and_doubles_nothing(erp, server, sandbox, account):
    box = LargeMailbox(erp, sandbox, "killed@loop.example")
    box.fill(COUNT)
    box.connect(account)

    def sync() -> None:
        """Ask for the mail as soon as the server listens."""
        while True:
            with suppress(OSError, ProtocolError):
                return box.look()
            time.sleep(0.1)

    kills = []
    with ThreadPoolExecutor() as people:
        people.submit(sync)
        for point in range(POINTS):
            # The first before anything is stored, the last when nearly all is. The server fetches
            # from its very start on, so the database is asked, not the server.
            wanted = COUNT * point / POINTS
            eventually(
                lambda wanted=wanted: box.stored() >= wanted, "the sync to get going", pause=0
            )
            server.kill()
            kills.append(box.stored())
            server.start(wait=point == POINTS - 1)
            people.submit(sync)
    print(f"killed with {kills} of {COUNT} mails stored")
    early = [stored for stored in kills if stored < COUNT]
    assert len(early) >= POINTS // 2, "the kills came too late to show anything"
    box.await_all()
