import time
import unittest

from .send_common import SendCase

DOMAIN = "mc.example"


class TestSendPostfix(SendCase):
    """The whole way over a real server that stands between us and the mailboxes: Postfix."""

    def setUp(self):
        super().setUp()
        from dev import postfix

        if postfix.unusable():
            raise unittest.SkipTest(postfix.unusable())
        lmtp = f"{self.sandbox.host}:{self.sandbox.ports['lmtp']}"
        self.server = self.enterContext(postfix.Postfix(DOMAIN, lmtp))
        authorities = self.account.ca_pem + self.server.ca_file.read_text()
        self.account.write(
            {"smtp_host": "localhost", "smtp_port": self.server.port, "smtp_login": False,
             "smtp_security": "starttls", "ca_pem": authorities}
        )

    def receive_bounce(self):
        """Wait for what the server sends back, and fetch it."""
        deadline = time.monotonic() + 60
        while not any(
            b"MAILER-DAEMON" in raw for _uid, _flags, raw in self.sandbox.messages(self.address)
        ):
            if time.monotonic() > deadline:
                self.fail(f"No bounce has come: {self.server.log()}")
            time.sleep(0.1)
        self.receive()
        self.env.invalidate_all()

    def test_each_recipient_shows_what_the_server_said_of_him_and_a_bounce_finds_its_mail(self):
        late, gone, nobody = (f"{name}@{DOMAIN}" for name in ("late", "gone", "nobody"))
        known = [self.address, self.other.email]
        self.sandbox.add_mailbox(late, "x")
        self.addCleanup(self.sandbox.remove_mailbox, late, wait=False)
        self.server.write(known, late=[late], gone=[gone])
        message = self.write_mail(
            ", ".join([self.other.email, late, gone, nobody]), subject="Zażółć"
        )
        self.send()
        outbox = self.outbox(message)
        states = {one.email: (one.state, one.reason_code) for one in outbox.recipient_ids}
        self.assertEqual(
            states,
            {self.other.email: ("sent", "accepted"), gone: ("sent", "accepted"),
             late: ("deferred", "greylisted"), nobody: ("failed", "no_such_user")},
        )
        self.assertEqual(message.state, "deferred")
        self.assertTrue(outbox.recipient_ids[0].reply, "the server's words are kept")

        self.server.write([*known, late], gone=[gone])
        self.clock(outbox)
        self.send()
        self.assertEqual(message.state, "partly_sent")

        self.receive_bounce()
        states = {one.email: one.state for one in outbox.recipient_ids}
        self.assertEqual(
            states[gone], "failed", [(one.subject, one.state) for one in self.messages()]
        )
        self.assertIn("closed yesterday", outbox.recipient_ids.filtered(
            lambda one: one.email == gone).reply)
        self.assertEqual(len(self.sandbox.messages(self.other.email)), 1, "once for two attempts")
