"""Bounces, receipts, automatic replies and the like: what the reader is told, what they change."""

from .understanding_common import UnderstandingCase

DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example>"


class TestReports(UnderstandingCase):
    def recipients(self, message):
        return {one.email: one for one in message.outbox_ids.recipient_ids}

    def report(self, groups, about="<sent@mc.example>", kind="delivery-status"):
        original = f"Message-ID: {about}\nSubject: Offer\n" if about else "Subject: Offer\n"
        head = (
            f"MIME-Version: 1.0\nReturn-Path: <>\n"
            f"Content-Type: multipart/report; report-type={kind}; boundary=b\n"
        )
        body = (
            "--b\nContent-Type: text/plain\n\nA report.\n"
            f"--b\nContent-Type: message/{kind}\n\n{groups}\n"
            f"--b\nContent-Type: text/rfc822-headers\n\n{original}\n--b--"
        )
        return self.letter("Report", DAEMON, body, head)

    def failed(self, *addresses, status="5.1.1", words="550 5.1.1 User unknown", action="failed"):
        groups = "Reporting-MTA: dns; mx.example\n"
        for address in addresses:
            groups += (
                f"\nFinal-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n"
                f"Diagnostic-Code: smtp; {words}\n"
            )
        return groups

    def test_a_bounce_fails_its_recipient_alone_and_says_why_in_plain_words(self):
        sent = self.sent("jane@x.example", "joe@x.example")
        bounce = self.take(self.report(self.failed("jane@x.example")))
        states = {email: one.state for email, one in self.recipients(sent).items()}
        self.assertEqual(states, {"jane@x.example": "failed", "joe@x.example": "sent"})
        self.assertEqual(sent.state, "partly_sent")
        shown = self.opened(sent)
        self.assertIn("jane@x.example", shown["reason"])
        self.assertIn("This address does not exist", shown["reason"])
        self.assertIn("User unknown", shown["reason"])
        told = self.opened(bounce)
        self.assertEqual([badge["key"] for badge in told["badges"]], ["bounce"])
        self.assertIn("This address does not exist", told["notices"][-1]["text"])
        self.assertEqual(bounce.thread_id, sent.thread_id)

    def test_a_mail_that_was_given_up_after_days_is_not_said_to_be_tried_again(self):
        sent = self.sent("jane@x.example")
        self.take(self.report(self.failed("jane@x.example", status="4.4.7",
                                          words="delivery time expired")))
        self.assertEqual(sent.state, "failed")
        self.assertIn("gave up", self.opened(sent)["reason"])

    def test_a_bounce_in_prose_that_names_no_mail_is_about_the_only_one_it_can_be(self):
        sent = self.sent("jane@x.example")
        prose = "This is the mail system. I was unable to deliver your message.\n\n" \
            "<jane@x.example>: host mx.x.example said: 550 5.2.2 Mailbox full\n"
        bounce = self.take(self.letter("Undelivered", DAEMON, prose))
        self.assertEqual(sent.state, "failed")
        self.assertIn("full", self.opened(sent)["reason"])
        self.assertEqual(bounce.thread_id, sent.thread_id)

    def test_a_bounce_in_prose_that_may_be_about_two_mails_changes_none(self):
        first = self.sent("jane@x.example", message_id="<one@mc.example>")
        second = self.sent("jane@x.example", message_id="<two@mc.example>")
        prose = "Delivery failed.\n\n<jane@x.example>: 550 5.1.1 User unknown\n"
        bounce = self.take(self.letter("Undelivered", DAEMON, prose))
        self.assertEqual({first.state, second.state}, {"sent"})
        self.assertIn("names no mail", self.opened(bounce)["notices"][-1]["text"])

    def test_a_bounce_of_another_mail_is_pointed_out_as_foreign(self):
        sent = self.sent("jane@x.example")
        bounce = self.take(self.report(self.failed("jane@x.example"), about="<other@evil.example>"))
        self.assertEqual(sent.state, "sent")
        self.assertIn("forgery", self.opened(bounce)["notices"][-1]["text"])

    def test_a_delay_is_told_and_changes_nothing(self):
        sent = self.sent("jane@x.example")
        delay = self.take(self.report(self.failed("jane@x.example", status="4.4.1",
                                                  words="no route", action="delayed")))
        self.assertEqual(sent.state, "sent")
        (told,) = self.opened(sent)["reported"]
        self.assertEqual((told["kind"], told["email"]), ("delayed", "jane@x.example"))
        self.assertEqual([badge["key"] for badge in self.opened(delay)["badges"]], ["delay"])

    def test_receipts_are_shown_at_the_sent_mail_and_reading_counts_more_than_delivery(self):
        sent = self.sent("jane@x.example")
        self.take(self.report(self.failed("jane@x.example", status="2.0.0", words="250 ok",
                                          action="delivered")))
        self.assertEqual(self.opened(sent)["reported"][0]["kind"], "delivered")
        receipt = (
            "Final-Recipient: rfc822; jane@x.example\nOriginal-Message-ID: <sent@mc.example>\n"
            "Disposition: manual-action/MDN-sent-manually; displayed\n"
        )
        read = self.take(self.report(receipt, kind="disposition-notification"))
        self.assertEqual(self.opened(sent)["reported"][0]["kind"], "read")
        self.assertEqual([badge["key"] for badge in self.opened(read)["badges"]], ["read"])
        self.take(self.report(self.failed("jane@x.example", status="2.0.0", words="250 ok",
                                          action="delivered")))
        self.assertEqual(self.opened(sent)["reported"][0]["kind"], "read")

    def test_what_a_hidden_recipient_told_is_shown_to_the_writer_alone(self):
        sent = self.sent("jane@x.example", "secret@x.example", hidden=("secret@x.example",))
        for address in ("jane@x.example", "secret@x.example"):
            self.take(self.report(self.failed(address, status="2.0.0", action="delivered")))
        self.assertEqual(len(self.opened(sent)["reported"]), 2)
        (told,) = self.opened(sent, self.reader)["reported"]
        self.assertEqual(told["email"], "jane@x.example")
        self.take(self.report(self.failed("secret@x.example")))
        self.assertNotIn("secret@", self.opened(sent, self.reader)["reason"])

    def test_a_bounce_from_quarantine_counts_when_it_is_retried(self):
        sent = self.sent("jane@x.example")
        raw = self.report(self.failed("jane@x.example")).replace("\n", "\r\n").encode()
        line = self.env["mail.center.quarantine"].create(
            {"account_id": self.account.id, "folder_id": self.inbox.id, "error": "x",
             "uidvalidity": 1, "uid": 9, "size": len(raw)}
        )
        attachments = self.env["mail.center.filing"]._attachments()
        attachments.create(attachments._mail_source_vals(line, raw))
        line.with_user(self.owner).action_retry()
        self.assertEqual(line.state, "solved")
        self.assertEqual(sent.state, "failed")

    def test_an_automatic_reply_is_marked_and_waits_for_no_answer(self):
        auto = self.take(self.letter("Away", headers="Auto-Submitted: auto-replied\n"))
        person = self.take(self.letter("Question"))
        self.assertFalse(auto._may_machine_answer())
        self.assertTrue(person._may_machine_answer())
        self.assertEqual([one["key"] for one in self.opened(auto)["badges"]], ["auto-reply"])
        self.assertEqual(self.opened(person)["badges"], [])

    def test_an_invitation_is_shown_with_its_time_in_the_readers_zone(self):
        self.owner.tz = "Europe/Warsaw"
        head = "MIME-Version: 1.0\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\n"
        event = (
            "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Roof\n"
            "DTSTART:20260504T080000Z\nDTEND:20260504T093000Z\nLOCATION:Office\n"
            "ORGANIZER;CN=Eve:mailto:eve@x.example\nEND:VEVENT\nEND:VCALENDAR\n"
        )
        shown = self.opened(self.take(self.letter("Roof", headers=head, text=event)))
        found = shown["invitation"]
        self.assertEqual((found["summary"], found["where"], found["organizer"]),
                         ("Roof", "Office", "Eve"))
        self.assertIn("10:00 – 11:30", found["when"])
        self.assertEqual([one["key"] for one in shown["badges"]], ["invitation"])

    def test_sealed_packed_and_damaged_mail_is_shown_as_what_it_is(self):
        pgp = self.take(self.letter(text="-----BEGIN PGP MESSAGE-----\n\nhQEMA7\n"))
        self.assertIn("Encrypted with PGP", self.opened(pgp)["notices"][-1]["text"])
        head = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n'
        cut = self.take(self.letter(headers=head, text="--b\nContent-Type: text/plain\n\nHi"))
        self.assertIn("damaged", " ".join(one["text"] for one in self.opened(cut)["notices"]))
        smime = self.take(self.letter(
            headers="Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n"))
        self.assertIn("Encrypted with S/MIME", self.opened(smime)["notices"][-1]["text"])
