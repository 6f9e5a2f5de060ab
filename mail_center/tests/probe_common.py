"""Connection tests as the browser asks for them, and servers that behave as they are told."""

import contextlib
import json
import socket
import ssl
import tempfile
import threading
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from odoo import http
from odoo.tests import HttpCase, new_test_user

from .common import MailboxCase

PASSWORD = "correct horse"


class ScriptedServer(threading.Thread):
    """A server that greets and gives each command its answer; ``%t`` is the IMAP tag."""

    def __init__(self, greeting, answers, tls=None):
        super().__init__(daemon=True)
        self.greeting, self.answers, self.tls = greeting, answers, tls
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
        connection.sendall(self.greeting)
        for line in lines:
            words = line.split()
            tag = words[0] if self.greeting.startswith(b"*") else b""
            command = (words[1] if tag else words[0]).upper()
            answer = self.answers.get(command.decode(), b"%t BAD what?\r\n")
            connection.sendall(answer.replace(b"%t", tag))

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def certificate_for(name):
    """``(server's TLS context, PEM)`` of a self-signed certificate for *name*."""
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
        .not_valid_after(now + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + pem
        )
        file.flush()
        context.load_cert_chain(file.name)
    return context, pem.decode()


class ProbeCase(MailboxCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.manager = new_test_user(
            self.env, login="mc_manager", password="mc_manager",
            groups="base.group_user,mail_center.group_manager",
        )
        self.user.password = "mc_anna"

    def server(self, *arguments):
        server = ScriptedServer(*arguments)
        self.addCleanup(server.close)
        return server

    def post(self, url, user=None, **data):
        login = (user or self.manager).login
        self.authenticate(login, login)
        answer = self.url_open(url, data={"csrf_token": http.Request.csrf_token(self), **data})
        answer.raise_for_status()
        self.assertNotIn(PASSWORD, answer.text)
        return [json.loads(line) for line in answer.text.splitlines()]

    def probe(self, account=None, user=None):
        """``({"imap": last step, "smtp": last step}, end)`` of a test."""
        account = account or self.account
        self.env.flush_all()
        news = self.post(f"/mail_center/account/{account.id}/test", user)
        last = {step["protocol"]: step for step in news if step["type"] == "step"}
        for step in last.values():
            if not step["ok"]:
                self.assertTrue(step["detail"])
                self.assertTrue(step["cause"] or step["advice"], step)
        return last, news[-1]
