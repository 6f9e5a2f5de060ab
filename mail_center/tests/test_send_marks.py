import socket

from odoo.addons.mail_center import loads
from odoo.addons.mail_center.models import mail_center_sender, mail_center_sender_accepted

from .send_common import SendCase, SmtpScript


class CutsAfterTheDot(SmtpScript):
    """Cuts the line without a word at the end of its mail number *number*, once."""

    def __init__(self, number):
        self.number = number
        super().__init__()

    def talk(self, connection, lines):
        return super().talk(connection, Cut(self, connection, lines))


class Cut:
    """The lines of a client, up to the cut."""

    def __init__(self, server, connection, lines):
        self.server, self.connection, self.lines = server, connection, lines

    def __iter__(self):
        return iter(self.readline, b"")

    def readline(self):
        line = self.lines.readline()
        if line == b".\r\n" and len(self.server.mails) + 1 == self.server.number:
            self.server.number = 0
            self.connection.shutdown(socket.SHUT_RDWR)
            raise ConnectionError
        return line


class TestSendMarks(SendCase):
    """That a mail may be out is written down for two at once, and is never said of a third."""

    def setUp(self):
        super().setUp()
        # However slow the machine is.
        self.patch(mail_center_sender, "QUICK_MAIL", 60)
        self.marks = []
        job = type(self.env["mail.center.sender"])
        marked = job._phase

        def look(sender, row, token, accepted, phase):
            try:
                return marked(sender, row, token, accepted, phase)
            finally:
                sender.env.cr.execute(
                    "SELECT id FROM mail_center_outbox WHERE phase = 'content'"
                    " AND state = 'sending' ORDER BY id"
                )
                self.marks.append({one for (one,) in sender.env.cr.fetchall()})

        self.patch(job, "_phase", look)

    def write_mails(self, server, *names):
        self.send_by(server)
        messages = [self.write_mail(f"{name}@x.example", subject=name) for name in names]
        return [self.outbox(message) for message in messages]

    def states(self, outboxes):
        self.env.invalidate_all()
        return [one.state for one in outboxes]

    def test_a_quick_server_gets_two_mails_for_one_mark_and_never_a_third(self):
        server = SmtpScript()
        rows = self.write_mails(server, "one", "two", "three", "four", "five")
        self.send()
        self.assertEqual(self.states(rows), ["sent"] * 5)
        self.assertEqual(server.subjects, ["one", "two", "three", "four", "five"])
        self.assertIn({rows[1].id, rows[2].id}, self.marks)
        self.assertIn({rows[3].id, rows[4].id}, self.marks)
        self.assertEqual(max(map(len, self.marks)), 2)

    def test_what_was_marked_and_not_handed_over_waits_and_is_not_called_uncertain(self):
        server = CutsAfterTheDot(2)
        rows = self.write_mails(server, "one", "two", "three", "four")
        self.send()
        self.assertIn({rows[1].id, rows[2].id}, self.marks)
        self.assertEqual(self.states(rows), ["sent", "uncertain", "queued", "queued"])
        self.assertEqual(rows[2].attempts, 0)
        self.send()
        self.assertEqual(self.states(rows), ["sent", "uncertain", "sent", "sent"])
        self.assertEqual(server.subjects, ["one", "three", "four"])

    def test_what_was_marked_and_refused_or_can_not_be_sent_holds_no_other_up(self):
        server = SmtpScript({b"three@x.example": b"550 5.1.1 unknown\r\n"})
        rows = self.write_mails(server, "one", "two", "three", "four", "five", "six")
        rows[4].sudo().envelope_from = "a b@x.example"
        self.send()
        self.assertIn({rows[1].id, rows[2].id}, self.marks)
        self.assertIn({rows[3].id, rows[4].id}, self.marks)
        self.assertEqual(
            self.states(rows), ["sent", "sent", "failed", "sent", "failed", "sent"]
        )

    def test_a_mark_that_has_grown_old_does_not_do_and_who_took_the_mail_over_has_it(self):
        self.patch(mail_center_sender_accepted, "FRESH", 0)
        server = SmtpScript()
        rows = self.write_mails(server, "one", "two", "three", "four")
        job = type(self.env["mail.center.sender"])
        phase = job._phase

        def late(sender, row, token, accepted, name):
            if row.id == rows[2].id and name == "content":
                rows[2].write({"claim_token": "theirs"})
                self.env.flush_all()
            return phase(sender, row, token, accepted, name)

        self.patch(job, "_phase", late)
        self.send()
        self.assertEqual(server.subjects[:2], ["one", "two"])
        self.assertNotIn("three", server.subjects)
        self.env.invalidate_all()
        self.assertEqual((rows[2].state, rows[2].claim_token), ("sending", "theirs"))
        self.send()
        self.assertEqual(self.states(rows)[3], "sent")

    def test_a_large_mail_is_marked_alone(self):
        self.patch(loads, "LARGE", 10)
        rows = self.write_mails(SmtpScript(), "one", "two", "three", "four")
        self.send()
        self.assertEqual(self.states(rows), ["sent"] * 4)
        self.assertEqual(max(map(len, self.marks)), 1)

    def test_a_slow_server_is_told_of_one_mail_at_a_time(self):
        self.patch(mail_center_sender, "QUICK_MAIL", 0)
        rows = self.write_mails(SmtpScript(), "one", "two", "three", "four")
        self.send()
        self.assertEqual(self.states(rows), ["sent"] * 4)
        self.assertEqual(max(map(len, self.marks)), 1)
