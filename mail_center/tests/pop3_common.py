"""A legacy mailbox of the sandbox, fetched by POP3, and ways to disturb it."""

import socket
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from email import message_from_bytes
from pathlib import Path

from odoo.tests import new_test_user

from .common import MailboxCase, a_mail

# Deeper than any reader goes: it can only wait in quarantine.
BOUNDARIES = "".join(
    f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(400)
)
POISON = (
    b"From: eve@x.example\r\nSubject: poison\r\nMIME-Version: 1.0\r\n"
    + BOUNDARIES.encode()
    + b"\r\nend\r\n"
)


class Cutter:
    """Passes bytes between a client and a server, and cuts after *limit* bytes of the server's."""

    def __init__(self, port, limit):
        self.target, self.limit = port, limit
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with suppress(OSError):
            while True:
                client, _address = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                threading.Thread(target=self._pass, args=(client, server), daemon=True).start()
                threading.Thread(
                    target=self._pass, args=(server, client, self.limit), daemon=True
                ).start()

    @staticmethod
    def _pass(source, target, limit=None):
        left = limit
        with suppress(OSError):
            while data := source.recv(4096):
                if left is not None:
                    data, left = data[:left], left - len(data)
                target.sendall(data)
                if left is not None and left <= 0:
                    break
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.close()


class Pop3Case(MailboxCase):
    def setUp(self):
        super().setUp()
        self.account = self.make_legacy()
        self.address = self.account.email
        self.manager = new_test_user(
            self.env, login="mc_manager", groups="base.group_user,mail_center.group_manager"
        )

    def make_legacy(self, security="tls", **vals):
        address = self.make_account(self.user).email
        return self.env["mail.center.account"]._create_legacy(
            {
                "name": address,
                "email": address,
                "user_id": self.user.id,
                "pop3_host": "localhost",
                "pop3_port": self.sandbox.ports["pop3s" if security == "tls" else "pop3"],
                "pop3_security": security,
                "pop3_login": address,
                "pop3_password": "correct horse",
                "ca_pem": Path(self.sandbox.ca_file).read_text(),
                **vals,
            }
        )

    def mail(self, subject, **headers):
        return a_mail("eve@x.example", self.address, subject, **headers)

    def fill(self, *raws):
        self.sandbox.append(self.address, [(raw, [], None) for raw in raws])

    def on_server(self):
        """How often each Message-ID is in the mailbox."""
        return Counter(
            message_from_bytes(raw)["Message-ID"]
            for _uid, _flags, raw in self.sandbox.messages(self.address)
        )

    def here(self):
        return Counter(message.message_id or None for message in self.messages())

    def quarantine(self):
        return self.env["mail.center.quarantine"].search([("account_id", "=", self.account.id)])

    @contextmanager
    def wizard(self, user=None, **vals):
        """The wizard of the switch, in an environment whose commits work."""
        ports = self.sandbox.ports
        vals = {
            "imap_host": "localhost", "imap_port": ports["imaps"], "imap_security": "tls",
            "imap_login": self.address, **vals,
        }
        with self.job_env() as env:
            user = user or self.manager
            wizards = env(user=user.id, su=False)["mail.center.switch"]
            yield wizards.create({"account_id": self.account.id, **vals})
        self.env.invalidate_all()

    def switch(self, **vals):
        with self.wizard(**vals) as wizard:
            wizard.action_compare()
            self.assertEqual((wizard.state, wizard.error), ("compared", False))
            counts = wizard.read(
                ["by_id", "by_content", "differing", "only_here", "only_there", "quarantined"]
            )[0]
            wizard.action_switch()
            self.assertEqual((wizard.state, wizard.error), ("done", False))
        self.assertEqual(self.account.protocol, "imap")
        return counts
