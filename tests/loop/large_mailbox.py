"""A mailbox full of mail, and what of it is in the database."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import format_datetime

from dev.postgres import Cluster
from tests.loop.conftest import PASSWORD, eventually


def a_mail(number: int, to: str = "large@loop.example") -> bytes:
    """Every tenth has a file."""
    mail = EmailMessage()
    mail["From"] = "Eve <eve@x.example>"
    mail["To"] = to
    mail["Subject"] = f"Mail number {number}"
    mail["Date"] = format_datetime(datetime.fromtimestamp(1_790_000_000 + number, timezone.utc))
    mail["Message-ID"] = f"<large-{number}@x.example>"
    mail.set_content(f"This is mail {number}.\n" * 20)
    if number % 10 == 0:
        mail.add_attachment(b"%PDF" * 2000, maintype="application", subtype="pdf", filename="a.pdf")
    return mail.as_bytes()


class LargeMailbox:
    """A mailbox of the sandbox; from :meth:`connect` on also the account that reads it."""

    def __init__(self, erp, sandbox, address: str):
        self.erp, self.sandbox, self.address = erp, sandbox, address
        self.account, self.sent = 0, 0
        sandbox.add_mailbox(address, PASSWORD)

    def fill(self, count: int) -> None:
        numbers = range(self.sent, self.sent + count)
        self.sandbox.append(
            self.address, ((a_mail(number, self.address), [], None) for number in numbers)
        )
        self.sent += count

    def connect(self, account, **values) -> None:
        """``account`` is the fixture, *values* are fields."""
        self.account = account(self.address, self.erp.uid, **values)

    def look(self) -> None:
        self.erp.call("mail.center.account", "action_sync_now", [self.account])

    def query(self, sql: str) -> list[list[str]]:
        return Cluster().query(sql, self.erp.server.database)

    def stored(self) -> int:
        """How many mails are here; asked of the database, which a busy server does not slow."""
        ((count,),) = self.query(
            f"SELECT count(*) FROM mail_center_message WHERE account_id = {self.account}"
        )
        return int(count)

    def state(self) -> str:
        ((state,),) = self.query(
            f"SELECT sync_state FROM mail_center_account WHERE id = {self.account}"
        )
        return state

    def await_all(self, timeout: float = 300) -> None:
        """Until all mail is here and the account at rest: as on the server, and each once."""
        eventually(
            lambda: self.stored() >= self.sent and self.state() == "ok", "the rest of the mail",
            timeout=timeout,
        )
        here = Counter(
            name for (name,) in self.query(
                f"SELECT message_id FROM mail_center_message WHERE account_id = {self.account}"
            )
        )
        there = Counter(
            message_from_bytes(raw)["Message-ID"]
            for _uid, _flags, raw in self.sandbox.messages(self.address)
        )
        assert here == there
        assert set(here.values()) == {1}
        ((quarantined,),) = self.query(
            f"SELECT count(*) FROM mail_center_quarantine WHERE account_id = {self.account}"
        )
        assert quarantined == "0"
