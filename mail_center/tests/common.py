"""Tests against the real mail servers that ``make test`` starts: see ``dev/sandbox.py``."""

import contextlib
import itertools
import os
import socket
import threading
import unittest
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user

_number = itertools.count(1)


def a_mail(sender, to, subject, text="Good morning.", **headers):
    """The bytes of a simple mail; *headers* in Python's spelling, ``in_reply_to="<…>"``."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(headers.pop("date", datetime.now(timezone.utc)))
    mail["Message-ID"] = headers.pop("message_id", None) or make_msgid(domain="sender.example")
    for name, value in headers.items():
        mail[name.replace("_", "-").title()] = value
    mail.set_content(text)
    return mail.as_bytes()


def self_signed(name, days, extension, critical):
    """``(private key, PEM)`` of a self-signed certificate that holds for so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(extension, critical=critical)
        .sign(key, hashes.SHA256())
    )
    return key, certificate.public_bytes(serialization.Encoding.PEM)


def foreign_authority():
    """The certificate (PEM) of an authority that issued none of the sandbox's."""
    extension = x509.BasicConstraints(ca=True, path_length=None)
    _key, pem = self_signed("Foreign authority", 1, extension, critical=True)
    return pem.decode()


class TalkingServer(threading.Thread):
    """A server on a port of its own that talks to one client after the other, as it is told."""

    def __init__(self, tls=None):
        super().__init__(daemon=True)
        self.tls = tls
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections = 0
        self.start()

    def run(self):
        while True:
            try:
                connection, _address = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, contextlib.suppress(OSError):
                if self.tls:
                    connection = self.tls.wrap_socket(connection, server_side=True)
                self.talk(connection, connection.makefile("rb"))

    def talk(self, connection, lines):
        raise NotImplementedError

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class MailboxCase(TransactionCase):
    """A fresh mailbox in the sandbox and an account on it for each test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not os.environ.get("MAIL_CENTER_SANDBOX"):
            raise unittest.SkipTest("needs the mail servers of 'make test'")
        from dev.sandbox import Sandbox

        cls.sandbox = Sandbox.from_env()
        # Installing a template of other addons may have left accounts; here only ours run.
        cls.env["mail.center.account"].search([("id", "!=", 0)]).sync_enabled = False
        cls.user = new_test_user(
            cls.env,
            login="mc_anna",
            name="Anna Nowak",
            email="anna@mc.example",
            groups="base.group_user,base.group_partner_manager,mail_center.group_user",
        )
        cls.env["mail.center.linkable"].sudo().search(
            [("model", "=", "res.partner"), ("active", "=", False)]
        ).active = True

    def setUp(self):
        super().setUp()
        self.account = self.make_account(self.user)
        self.address = self.account.email

    def make_account(self, user, security="tls", **vals):
        """An account of *user* on a new mailbox of the sandbox."""
        address = f"box{next(_number)}-{os.getpid()}@mc.example"
        self.sandbox.add_mailbox(address, "correct horse")
        self.addCleanup(self.sandbox.remove_mailbox, address, wait=False)
        ports = self.sandbox.ports
        tls = security == "tls"
        return self.env["mail.center.account"].create(
            {
                "name": address,
                "email": address,
                "user_id": user.id,
                "sender_name": user.name,
                "imap_host": "localhost",
                "imap_port": ports["imaps" if tls else "imap"],
                "imap_security": security,
                "imap_login": address,
                "imap_password": "correct horse",
                "smtp_host": "localhost",
                "smtp_port": ports["smtps" if tls else "smtp"],
                "smtp_security": security,
                "smtp_login": address,
                "ca_pem": Path(self.sandbox.ca_file).read_text(),
                **vals,
            }
        )

    @contextmanager
    def job_env(self):
        """An environment whose commits work, as a scheduled job has it."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            yield self.env(cr=cr, user=self.env.ref("base.user_root").id, su=True)

    def receive(self):
        """Run the fetching job now, for all accounts."""
        self.env["mail.center.account"].search([("sync_enabled", "=", True)]).next_sync = False
        with self.job_env() as env:
            env["mail.center.receiver"]._cron_receive()

    def send(self, **options):
        """Run the sending job now."""
        with self.job_env() as env:
            env["mail.center.sender"]._cron_send(**options)

    def messages(self, account=None):
        return self.env["mail.center.message"].search(
            [("account_id", "=", (account or self.account).id)], order="id"
        )

    def write_mail(self, to, user=None, **vals):
        """Write a mail as *user* and send it without time to undo; returns the message.

        *vals* are fields of the draft; ``to_partner_ids`` names contacts beside *to*.
        """
        drafts = self.env["mail.center.draft"].with_user(user or self.user)
        partners = [number for command in vals.pop("to_partner_ids", []) for number in command[2]]
        lists = {"to": to, "cc": vals.pop("cc_emails", ""), "bcc": vals.pop("bcc_emails", "")}
        draft = drafts.create(
            {
                "account_id": self.account.id,
                **{f"recipients_{kind}": drafts.parse_recipients(text)
                   for kind, text in lists.items()},
                **vals,
            }
        )
        draft.recipients_to = (draft.recipients_to or []) + [
            {"name": partner.name, "email": partner.email, "partner_id": partner.id}
            for partner in self.env["res.partner"].browse(partners)
        ]
        everything = ("no_subject", "no_file", "placeholder")
        answer = draft.send(undo_seconds=0, confirmed=everything)
        if "problems" in answer:
            raise UserError(answer["problems"][0]["message"])
        return self.env["mail.center.outbox"].browse(answer["outbox_id"]).message_id
