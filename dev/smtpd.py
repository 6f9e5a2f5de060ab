"""The sandbox's SMTP submission server, in front of its Dovecot. Runs in the venv::

    python -m dev.smtpd /path/to/sandbox.json

Nobody relays without a login, nobody sends under another mailbox's address, and what is accepted
is in the recipient's mailbox before the 250 is said. RFC 5321, 6409 (submission), 4954 (AUTH).
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import logging
import signal
import smtplib
import ssl
import sys
import warnings
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from dev.mailboxes import addresses, canonical, password_of

SIZE_LIMIT = 35 * 1024 * 1024  # bytes
LMTP_ATTEMPTS = 3
NULL_SENDER = "<>"  # as aiosmtpd gives it

log = logging.getLogger("smtpd")


class Authenticator:
    """Checks a login against the mailboxes' passwords, read anew each time."""

    def __init__(self, users: Path):
        self.users = users

    def __call__(self, server, session, envelope, mechanism, auth_data):
        if not isinstance(auth_data, LoginPassword):
            return AuthResult(success=False, handled=False)
        login = canonical(auth_data.login.decode("utf-8", "replace"))
        password = password_of(self.users, login)
        given = auth_data.password.decode("utf-8", "replace")
        if password is None or password != given:
            log.info("login refused for %s", login)
            return AuthResult(
                success=False, handled=False, message="535 5.7.8 Authentication failed"
            )
        return AuthResult(success=True, auth_data=login)


class Handler:
    """The server's policy: who may send, to whom, and where it goes."""

    def __init__(self, users: Path, lmtp: tuple[str, int]):
        self.users = users
        self.lmtp = lmtp

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        # The last line is the one without the hyphen; ours go before it.
        return responses[:-1] + ["250-PIPELINING", "250-ENHANCEDSTATUSCODES"] + responses[-1:]

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        # The empty sender is for notices and automatic answers (RFC 3834).
        if address != NULL_SENDER and canonical(address) != session.auth_data:
            log.info("%s may not send as %s", session.auth_data, address)
            return "553 5.7.1 Sender address rejected: not owned by the logged-in user"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        wanted = canonical(address)
        if password_of(self.users, wanted) is None:
            domain = wanted.rpartition("@")[2]
            if any(known.endswith(f"@{domain}") for known in addresses(self.users)):
                return "550 5.1.1 No such mailbox here"
            return "550 5.1.2 Unknown domain; the sandbox delivers nothing outside itself"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        protocol = "ESMTPSA" if server.transport.get_extra_info("sslcontext") else "ESMTPA"
        received = (
            f"Received: from {session.host_name} ([{session.peer[0]}])\r\n"
            f"\tby localhost with {protocol}; {email.utils.formatdate(localtime=True)}\r\n"
        ).encode("ascii", "replace")
        content = received + envelope.original_content
        refused = []
        for recipient in envelope.rcpt_tos:
            try:
                await asyncio.to_thread(self._deliver, envelope.mail_from, recipient, content)
            except (OSError, smtplib.SMTPException) as error:
                log.warning("delivery to %s failed: %r", recipient, error)
                refused.append(recipient)
        if refused:
            return f"451 4.3.0 Delivery to {', '.join(refused)} failed, try again later"
        log.info("%s -> %s, %d bytes", envelope.mail_from, envelope.rcpt_tos, len(content))
        return "250 2.0.0 OK, delivered"

    def _deliver(self, sender: str, recipient: str, content: bytes) -> None:
        for attempt in range(1, LMTP_ATTEMPTS + 1):
            try:
                with smtplib.LMTP(*self.lmtp) as lmtp:
                    lmtp.sendmail("" if sender == NULL_SENDER else sender, [recipient], content)
                return
            except (OSError, smtplib.SMTPException):
                if attempt == LMTP_ATTEMPTS:
                    raise


async def serve(settings: dict) -> None:
    users = Path(settings["users"])
    host, ports = settings["host"], settings["ports"]
    handler = Handler(users, (host, ports["lmtp"]))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(settings["certificate"], settings["key"])

    def protocol(**options) -> SMTP:
        return SMTP(
            handler,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="mail_center sandbox ESMTP",
            authenticator=Authenticator(users),
            auth_required=True,
            auth_require_tls=False,
            **options,
        )

    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(lambda: protocol(tls_context=tls), host, ports["smtp"]),
        await loop.create_server(protocol, host, ports["smtps"], ssl=tls),
    ]
    ended = asyncio.Event()
    for sig in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sig, ended.set)
    log.info("listening on %s, SMTP %s, SMTPS %s", host, ports["smtp"], ports["smtps"])
    await ended.wait()
    for server in servers:
        server.close()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    # aiosmtpd warns of logins without TLS: that is the accounts' mode "none", on loopback.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
    asyncio.run(serve(json.loads(Path(sys.argv[1]).read_text())))


if __name__ == "__main__":
    main()
