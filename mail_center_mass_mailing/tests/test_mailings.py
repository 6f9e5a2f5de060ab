"""A mailing of Odoo's Email Marketing leaves through an account, and learns what became of it."""

from email import message_from_bytes, policy
from unittest.mock import patch

from odoo.addons.mail_center.core.smtp import MAILING
from odoo.addons.mail_center.tests.common import a_mail
from odoo.addons.mail_center.tests.send_common import SendCase
from odoo.tests import tagged

REFUSED = "nobody@mc.example"


@tagged("post_install", "-at_install")
class TestMailings(SendCase):
    def setUp(self):
        super().setUp()
        self.account.use_for_odoo = True
        # Odoo sends nothing in tests unless it is told that this is none.
        server = type(self.env["ir.mail_server"])
        self.startPatcher(patch.object(server, "_disable_send", lambda _self: False))
        self.mailing = self.mail_out(self.other.email, REFUSED)
        self.outboxes = self.env["mail.center.outbox"].search(
            [("account_id", "=", self.account.id)]
        )

    def mail_out(self, *addresses):
        """A mailing to a list of these, handed over to the queue."""
        contacts = [(0, 0, {"name": address, "email": address}) for address in addresses]
        people = self.env["mailing.list"].create({"name": "All", "contact_ids": contacts})
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "Spring sale", "body_html": "<p>Everything is green.</p>"
                '<p><a href="/unsubscribe_from_list">Unsubscribe</a></p>',
                "mailing_model_id": self.env.ref("mass_mailing.model_mailing_list").id,
                "contact_list_ids": people.ids, "email_from": self.account.email,
                "reply_to_mode": "new", "reply_to": self.account.email,
            }
        )
        with self.enter_registry_test_mode():
            mailing.action_send_mail()
            self.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).send()
        return mailing

    def trace(self, email):
        self.env.invalidate_all()
        return self.mailing.mailing_trace_ids.filtered(lambda one: one.email == email)

    def outbox(self, email):
        return self.outboxes.filtered(lambda one: one.recipient_ids.email == email)

    def answer(self, subject, **headers):
        """The recipient answers, and the answer is fetched."""
        about = self.outbox(self.other.email).message_id.message_id
        mail = a_mail(self.other.email, self.address, subject, in_reply_to=about, **headers)
        self.sandbox.deliver(self.address, mail)
        self.receive()

    def test_it_waits_behind_what_people_write(self):
        self.assertEqual(len(self.outboxes), 2)
        self.assertEqual(set(self.outboxes.mapped("priority")), {MAILING})

    def test_it_arrives_with_its_unsubscribing_link(self):
        self.send()
        ((_uid, _flags, raw),) = self.sandbox.messages(self.other.email)
        arrived = message_from_bytes(raw, policy=policy.default)
        self.assertIn("Everything is green.", arrived.get_body(("html",)).get_content())
        self.assertIn("/unsubscribe_oneclick", arrived["List-Unsubscribe"])
        self.assertEqual(arrived["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertEqual(self.trace(self.other.email).trace_status, "sent")

    def test_an_address_that_does_not_exist_counts_as_bounced(self):
        self.send()
        trace = self.trace(REFUSED)
        self.assertEqual((trace.trace_status, trace.failure_type), ("bounce", "mail_bounce"))
        self.assertIn("does not exist", trace.failure_reason)
        self.assertEqual(self.mailing.bounced, 1)

    def test_one_that_arrived_in_the_end_counts_as_delivered(self):
        self.send()
        self.sandbox.add_mailbox(REFUSED, "x")
        self.addCleanup(self.sandbox.remove_mailbox, REFUSED, wait=False)
        self.outbox(REFUSED).with_user(self.user).action_retry()
        self.send()
        trace = self.trace(REFUSED)
        self.assertEqual((trace.trace_status, trace.failure_reason), ("sent", False))

    def test_an_answer_counts_as_replied_and_a_robots_does_not(self):
        self.send()
        self.answer("Out of office", auto_submitted="auto-replied")
        self.assertEqual(self.trace(self.other.email).trace_status, "sent")
        self.answer("Re: Spring sale")
        self.assertEqual(self.trace(self.other.email).trace_status, "reply")
        self.assertEqual(self.mailing.replied, 1)
