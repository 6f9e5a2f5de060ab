from .send_common import SendCase, SmtpScript

FIRST, SECOND, THIRD = "first@x.example", "second@x.example", "third@x.example"


class TestSendAgain(SendCase):
    """Several attempts at one mail: each recipient for himself."""

    def setUp(self):
        super().setUp()
        self.server = SmtpScript()
        self.send_by(self.server)

    def test_a_retry_sends_the_same_bytes_to_those_who_are_still_open_and_to_no_other(self):
        self.server.answers = {
            SECOND.encode(): b"450 4.7.1 Greylisted\r\n",
            THIRD.encode(): b"550 5.1.1 No such user\r\n",
        }
        message = self.write_mail(f"{FIRST}, {SECOND}, {THIRD}", subject="Zażółć",
                                  body_html="<p>. gęślą</p>")
        self.send()
        self.assertEqual(message.state, "deferred")
        self.server.answers.clear()
        self.clock(self.outbox(message))
        self.send()
        self.assertEqual(message.state, "partly_sent")
        (first, content), (second, again) = self.server.mails
        self.assertEqual((first, second), ([FIRST], [SECOND]))
        self.assertEqual(content, again)
        frozen = self.outbox(message).sudo()._raw()
        self.assertEqual(content.replace(b"\r\n..", b"\r\n."), frozen)
        # What was refused goes out again only when a person wants it, and is the same then.
        self.outbox(message).with_user(self.user).action_retry()
        self.send()
        self.assertEqual(self.server.mails[2], ([THIRD], content))
        self.assertEqual(message.state, "sent")

    def test_a_lost_recipient_is_told_once_and_at_once_while_another_one_waits(self):
        self.server.answers = {
            FIRST.encode(): b"550 5.1.1 No such user\r\n",
            SECOND.encode(): b"450 4.7.1 Greylisted\r\n",
        }
        message = self.write_mail(f"{FIRST}, {SECOND}", subject="half")
        self.send()
        self.assertEqual(message.state, "deferred")
        self.assertEqual(len(self.told()), 1)
        self.assertIn("did not reach everybody", self.told()[0])
        self.assertIn("does not exist", self.told()[0])
        self.server.answers.pop(SECOND.encode())
        self.clock(self.outbox(message))
        self.send()
        self.assertEqual(message.state, "partly_sent")
        self.assertEqual(len(self.told()), 1)
