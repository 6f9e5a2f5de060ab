"""What the tests of the outgoing queue share."""

from datetime import timedelta
from email import message_from_bytes

from .common import MailboxCase, TalkingServer


class ServerThatDiesAfterTheDot(TalkingServer):
    """An SMTP server that takes one mail and closes without saying whether it did.

    *later*: addresses that are asked to wait.
    """

    taken = 0
    later = ()

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
            elif command == b"RCPT" and any(one in line for one in self.later):
                connection.sendall(b"450 4.7.1 Greylisted\r\n")
            else:
                connection.sendall(b"250 ok\r\n")


class SmtpScript(TalkingServer):
    """An SMTP server that takes everything, but for *answers*: what it says instead to a command
    (``b"MAIL"``), or of a recipient (``b"a@x.example"``).

    ``taken``: how many mails; ``mails``: ``[(recipients, content)]`` in order; ``subjects``.
    """

    def __init__(self, answers=None):
        self.answers = dict(answers or {})
        self.mails = []
        super().__init__()

    @property
    def taken(self):
        return len(self.mails)

    @property
    def subjects(self):
        return [str(message_from_bytes(content)["Subject"]) for _to, content in self.mails]

    def talk(self, connection, lines):
        connection.sendall(b"220 script.example ESMTP\r\n")
        recipients = []
        for line in lines:
            command = line[:4].upper()
            address = line.partition(b"<")[2].partition(b">")[0]
            answer = self.answers.get(command)
            if command == b"RCPT":
                answer = self.answers.get(address, answer)
                recipients += [] if answer else [address.decode()]
            elif command in (b"MAIL", b"RSET"):
                recipients = []
            if answer:
                connection.sendall(answer)
                if answer.startswith(b"421"):
                    return
            elif command == b"DATA":
                connection.sendall(b"354 go on\r\n")
                content = []
                while (content_line := lines.readline()) != b".\r\n":
                    if not content_line:
                        return  # the client has gone
                    content.append(content_line)
                self.mails.append((recipients, b"".join(content)))
                recipients = []
                connection.sendall(b"250 2.0.0 taken\r\n")
            elif command == b"QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            else:
                connection.sendall(b"250 ok\r\n")


class SendCase(MailboxCase):
    """An account that sends, and a mailbox that gets."""

    def told(self):
        """What was sent to open pages, as ``[JSON text]``."""
        self.env.flush_all()
        found = self.env["bus.bus"].sudo().search([("message", "like", "mail_center/notice")])
        return found.mapped("message")

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

    def age(self, message, hours):
        """Let a mail have been written so much earlier."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_center_outbox SET create_date = create_date - %s WHERE message_id = %s",
            [timedelta(hours=hours), message.id],
        )
        self.env.invalidate_all()

    def clock(self, outbox, **fields):
        """Let the time that *outbox* waits for be over."""
        past = dict.fromkeys(fields or ("next_attempt",), "2020-01-01")
        outbox.sudo().write({**past, **fields})
