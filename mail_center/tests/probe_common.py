"""Connection tests as the browser asks for them, and servers that behave as they are told."""

import json
import ssl
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from odoo import http
from odoo.tests import HttpCase, new_test_user

from .common import MailboxCase, TalkingServer, self_signed

PASSWORD = "correct horse"


class ScriptedServer(TalkingServer):
    """A server that greets and gives each command its answer; ``%t`` is the IMAP tag."""

    def __init__(self, greeting, answers, tls=None):
        self.greeting, self.answers = greeting, answers
        super().__init__(tls)

    def talk(self, connection, lines):
        connection.sendall(self.greeting)
        for line in lines:
            words = line.split()
            tag = words[0] if self.greeting.startswith(b"*") else b""
            command = (words[1] if tag else words[0]).upper()
            answer = self.answers.get(command.decode(), b"%t BAD what?\r\n")
            connection.sendall(answer.replace(b"%t", tag))


def certificate_for(name):
    """``(server's TLS context, PEM)`` of a self-signed certificate for *name*."""
    extension = x509.SubjectAlternativeName([x509.DNSName(name)])
    key, pem = self_signed(name, 90, extension, critical=False)
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
