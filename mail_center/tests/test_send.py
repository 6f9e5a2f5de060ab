import socket
from datetime import timedelta
from email import message_from_bytes, policy

from odoo import fields
from odoo.addons.mail_center import worker
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import MailboxCase, a_mail
from .send_common import ServerThatDiesAfterTheDot


class TestSend(MailboxCase):
    def setUp(self):
        super().setUp()
        self.other = self.make_account(self.user)
        self.partner = self.env["res.partner"].create(
            {"name": "Piotr Żak", "email": self.other.email}
        )

    def outbox(self, message):
        return self.env["mail.center.outbox"].search([("message_id", "=", message.id)])

    def test_a_mail_arrives_once_and_a_copy_lies_in_sent(self):
        message = self.write_mail(
            "", to_partner_ids=[(6, 0, self.partner.ids)], subject="Zażółć",
            body_html="<p>gęślą <b>jaźń</b></p>",
        )
        self.assertEqual(message.state, "queued")
        self.send()
        self.send()
        self.assertEqual(message.state, "sent")
        ((_uid, _flags, raw),) = self.sandbox.messages(self.other.email)
        arrived = message_from_bytes(raw, policy=policy.default)
        self.assertEqual(arrived["Subject"], "Zażółć")
        self.assertEqual(arrived["From"].addresses[0].addr_spec, self.address)
        self.assertEqual(arrived["To"].addresses[0].display_name, "Piotr Żak")
        self.assertIn("gęślą", arrived.get_body(("plain",)).get_content())
        self.assertIn("<b>jaźń</b>", arrived.get_body(("html",)).get_content())
        ((_uid, flags, copy),) = self.sandbox.messages(self.address, "Sent")
        self.assertIn("\\Seen", flags)
        self.assertIn(message.message_id.encode(), copy)

    def test_the_copy_in_sent_is_recognised_as_the_mail_it_is(self):
        message = self.write_mail(self.other.email, subject="once")
        self.send()
        self.receive()
        self.receive()
        self.assertEqual(self.messages(), message)
        self.assertEqual(message.location_ids.folder_id.special_use, "sent")

    def test_hidden_recipients_get_the_mail_and_stand_in_no_header(self):
        third = self.make_account(self.user)
        message = self.write_mail(self.other.email, subject="bcc", bcc_emails=third.email)
        self.send()
        for address in (self.other.email, third.email):
            ((_uid, _flags, raw),) = self.sandbox.messages(address)
            self.assertNotIn(third.email.encode(), raw.split(b"Subject: bcc")[1])
            self.assertNotIn(b"bcc:", raw.lower())
        reader = new_test_user(
            self.env, login="mc_reader", groups="base.group_user,mail_center.group_user"
        )
        self.account.permission_ids = [(0, 0, {"user_id": reader.id, "can_read": True})]
        self.env.invalidate_all()
        outbox = self.outbox(message).with_user(reader)
        self.assertEqual(outbox.recipient_ids.mapped("email"), [self.other.email])
        self.env.invalidate_all()
        own = self.outbox(message).with_user(self.user)
        self.assertEqual(len(own.recipient_ids), 2)

    def test_an_unknown_recipient_is_told_apart_from_those_who_got_it(self):
        message = self.write_mail(f"{self.other.email}, nobody@mc.example", subject="half")
        self.send()
        self.assertEqual(message.state, "partly_sent")
        states = {r.email: (r.state, r.code) for r in self.outbox(message).recipient_ids}
        self.assertEqual(states[self.other.email][0], "sent")
        self.assertEqual(states["nobody@mc.example"], ("failed", "550 5.1.1"))
        self.assertEqual(len(self.sandbox.messages(self.other.email)), 1)

    def test_mail_waits_for_a_server_that_is_away_and_leaves_when_it_is_back(self):
        message = self.write_mail(self.other.email, subject="patient")
        # A port that is taken but where nobody listens. (Others use the sandbox's server as well.)
        port = self.account.smtp_port
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            self.account.smtp_port = nobody.getsockname()[1]
            self.send()
        self.account.smtp_port = port
        self.assertEqual(message.state, "deferred")
        self.assertTrue(self.account.send_error)
        outbox = self.outbox(message)
        self.assertGreater(outbox.next_attempt, self.env.cr.now())
        self.send()
        self.assertEqual(message.state, "deferred", "before its time it is left alone")
        outbox.with_user(self.user).action_retry()
        self.send()
        self.assertEqual(message.state, "sent")
        self.assertFalse(self.account.send_error)
        self.assertEqual(len(self.sandbox.messages(self.other.email)), 1)

    def test_a_mail_of_unknown_fate_is_never_sent_again_by_itself(self):
        server = ServerThatDiesAfterTheDot()
        self.addCleanup(server.close)
        self.account.write(
            {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none",
             "smtp_login": False}
        )
        message = self.write_mail(self.other.email, subject="doubt")
        for _run in range(3):
            self.send()
        self.assertEqual(message.state, "uncertain")
        self.assertEqual(server.taken, 1)
        self.outbox(message).with_user(self.user).action_send_again()
        self.send()
        self.assertEqual(server.taken, 2)
        self.assertEqual(message.state, "uncertain")
        self.outbox(message).with_user(self.user).action_arrived()
        self.assertEqual(message.state, "sent")

    def _left_by_a_dead_worker(self, phase):
        message = self.write_mail(self.other.email, subject="orphan")
        host, pid, _start = worker.identity().rsplit(":", 2)
        self.outbox(message).write(
            {"state": "sending", "phase": phase, "claim_worker": f"{host}:{pid}:1",
             "claim_token": "x", "claim_until": "2100-01-01"}
        )
        return message

    def test_what_a_worker_left_that_died_before_the_content_is_sent(self):
        message = self._left_by_a_dead_worker("claimed")
        self.send()
        self.assertEqual(message.state, "sent")
        self.assertEqual(len(self.sandbox.messages(self.other.email)), 1)

    def test_what_a_worker_left_that_died_after_the_content_is_uncertain(self):
        message = self._left_by_a_dead_worker("content")
        self.send()
        self.assertEqual(message.state, "uncertain")
        self.assertFalse(self.sandbox.messages(self.other.email))

    def test_a_cancelled_mail_does_not_leave(self):
        message = self.write_mail(self.other.email, subject="wrong")
        self.outbox(message).with_user(self.user).action_cancel()
        self.send()
        self.assertEqual(message.state, "cancelled")
        self.assertFalse(self.sandbox.messages(self.other.email))
        with self.assertRaises(UserError):
            self.outbox(message).with_user(self.user).action_cancel()

    def test_the_answer_to_a_mail_of_a_record_lands_on_the_record(self):
        record = self.env["res.partner"].create({"name": "Deal"})
        message = self.write_mail(
            self.other.email, subject="Offer", res_model="res.partner", res_id=record.id
        )
        self.send()
        # Another program that keeps only References, and another subject.
        answer = a_mail(
            self.other.email, self.address, "Something else", references=message.message_id
        )
        self.sandbox.deliver(self.address, answer)
        self.receive()
        answer = self.messages() - message
        link = answer.link_ids.filtered(lambda link: link.res_id == record.id)
        self.assertEqual(link.reason, "token")
        self.assertEqual(answer.thread_id, message.thread_id)
        shown = self.env["mail.center.link"].with_user(self.user).record_emails(
            "res.partner", record.id
        )
        self.assertEqual(
            [email["subject"] for email in shown["emails"]], ["Something else", "Offer"]
        )

    def test_an_automation_learns_once_of_mail_that_has_left(self):
        trigger = self.env["mail.center.trigger"].create(
            {"name": "Sent", "event": "sent", "kind": "webhook", "url": "https://hook.example/",
             "new_secret": "planted", "user_id": self.user.id}
        )
        mail = self.write_mail(self.other.email, subject="Offer")
        self.send()
        self.assertEqual(mail.state, "sent")
        calls = self.env["mail.center.trigger.call"].search([("trigger_id", "=", trigger.id)])
        self.assertEqual(calls.message_id, mail)
        self.assertEqual(len(calls), 1)

    def test_reminders_are_done_when_the_answer_has_come_and_when_ours_has_left(self):
        box = self.env["mail.center.mailbox"].with_user(self.user)
        reminders = self.env["mail.activity"].with_user(self.user)
        later = fields.Datetime.now() + timedelta(days=1)

        def left():
            return reminders.search_count([("user_id", "=", self.user.id)])

        asked = self.write_mail(self.other.email, subject="Offer")
        self.send()
        asked.date -= timedelta(minutes=5)
        box.remind(asked.ids, later)
        self.assertEqual(left(), 1)
        answer = a_mail(self.other.email, self.address, "Re: Offer", references=asked.message_id)
        self.sandbox.deliver(self.address, answer)
        self.receive()
        self.assertEqual(left(), 0)
        answer = self.messages() - asked
        box.remind(answer.ids, later)
        ours = self.write_mail(
            self.other.email, subject="Re: Offer", parent_id=answer.id, mode="reply"
        )
        self.assertEqual(left(), 1, "it has not left yet")
        self.send()
        self.assertEqual((ours.state, ours.thread_id), ("sent", answer.thread_id))
        self.assertEqual(left(), 0)

    def test_a_forged_reference_links_nothing(self):
        record = self.env["res.partner"].create({"name": "Target"})
        self.sandbox.deliver(
            self.address,
            a_mail("eve@x.example", self.address, "forged",
                   references=f"<mc1.res-partner.{record.id}.AAAAAAAAAAAAAAAA.x@mc.example>"),
        )
        self.receive()
        self.assertNotIn(record.id, self.messages().link_ids.mapped("res_id"))

    def test_who_may_only_read_cannot_send(self):
        reader = new_test_user(
            self.env, login="mc_reader", groups="base.group_user,mail_center.group_user"
        )
        self.account.permission_ids = [(0, 0, {"user_id": reader.id, "can_read": True})]
        with self.assertRaises(AccessError):
            self.write_mail(self.other.email, user=reader, subject="not mine")

    def test_a_suspended_account_holds_its_mail(self):
        self.account.send_enabled = False
        message = self.write_mail(self.other.email, subject="held")
        self.send()
        self.assertEqual(message.state, "queued")
        self.account.send_enabled = True
        self.send()
        self.assertEqual(message.state, "sent")

    def bounce(self, message, address, action="failed", status="5.1.1"):
        return (
            f"From: MAILER-DAEMON@x.example\r\nTo: {self.address}\r\n"
            "Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
            "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; x.example\r\n\r\n"
            f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
            "Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n"
            "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            f"Message-ID: {message.message_id}\r\nSubject: {message.subject}\r\n\r\n--b--\r\n"
        ).encode()

    def test_a_bounce_turns_the_sent_mail_into_a_refused_one_with_the_reason(self):
        message = self.write_mail(self.other.email, subject="comes back")
        self.send()
        self.assertEqual(message.state, "sent")
        self.sandbox.deliver(self.address, self.bounce(message, self.other.email))
        self.receive()
        self.assertEqual(message.state, "failed")
        recipient = self.outbox(message).recipient_ids
        self.assertEqual(recipient.code, "5.1.1")
        self.assertIn("User unknown", recipient.reply)
        self.assertIn(self.other.email, self.outbox(message).error)
        report = self.messages() - message
        self.assertEqual(report.thread_id, message.thread_id)

    def test_a_bounce_of_a_mail_that_this_account_never_sent_changes_nothing(self):
        message = self.write_mail(self.other.email, subject="stays sent")
        self.send()
        self.sandbox.deliver(self.other.email, self.bounce(message, self.other.email))
        self.receive()
        self.assertEqual(message.state, "sent")

    def test_a_report_of_a_stranger_recipient_changes_nothing(self):
        third = self.make_account(self.user)
        message = self.write_mail(f"{self.other.email}, {third.email}", subject="two")
        self.send()
        self.sandbox.deliver(self.address, self.bounce(message, "someone@else.example"))
        self.receive()
        self.assertEqual(message.state, "sent")

    def test_a_confirmation_settles_a_mail_of_unknown_fate(self):
        message = self._left_by_a_dead_worker("content")
        self.send()
        self.assertEqual(message.state, "uncertain")
        self.sandbox.deliver(
            self.address, self.bounce(message, self.other.email, "delivered", "2.0.0")
        )
        self.receive()
        self.assertEqual(message.state, "sent")
