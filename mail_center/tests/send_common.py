"""What the tests of the outgoing queue share."""

from .common import MailboxCase, TalkingServer


class ServerThatDiesAfterTheDot(TalkingServer):
    """An SMTP server that takes one mail and closes without saying whether it did."""

    taken = 0

    def talk(self, connection, lines):
        connection.sendall(b"220 dying.example ESMTP\r\n")
        for line in lines:
            command = line[:4].upper()
            if command == b"EHLO":
                connection.sendall(b"250 dying.example\r\n")
            elif command == b"DATA":
                connection.sendall(b"354 go on\r\n")
                while lines.readline() != b".\r\n":
                    pass
                self.taken += 1
                return
            else:
                connection.sendall(b"250 ok\r\n")


class SendCase(MailboxCase):
    """An account that sends, and a mailbox that gets."""

    def setUp(self):
        super().setUp()
        self.other = self.make_account(self.user)

    def outbox(self, message):
        return self.env["mail.center.outbox"].search([("message_id", "=", message.id)])

    def send_by(self, server):
        """From now on mail leaves by this :class:`TalkingServer`."""
        self.addCleanup(server.close)
        self.account.write(
            {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none",
             "smtp_login": False}
        )

    def clock(self, outbox, **fields):
        """Let the time that *outbox* waits for be over."""
        past = dict.fromkeys(fields or ("next_attempt",), "2020-01-01")
        outbox.sudo().write({**past, **fields})
