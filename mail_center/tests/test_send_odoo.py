from email import message_from_bytes, policy
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .send_common import SendCase


class TestSendOdoosMail(SendCase):
    """Chatter, notifications and documents by mail, through an account's queue."""

    def setUp(self):
        super().setUp()
        self.account.use_for_odoo = True
        self.user.partner_id.email = self.address
        self.customer = self.env["res.partner"].create(
            {"name": "Piotr Żak", "email": self.other.email}
        )
        # Odoo sends nothing in tests unless it is told that this is none.
        server = type(self.env["ir.mail_server"])
        self.startPatcher(patch.object(server, "_disable_send", lambda _self: False))

    def post(self, to=None, body="<p>Zażółć</p>", author=None):
        """A comment that is mailed to a follower; returns the mail in the queue."""
        record = self.env["res.partner"].create({"name": "Deal"})
        known = self.env["mail.center.outbox"].search([("id", "!=", 0)])
        with self.enter_registry_test_mode():
            record.with_user(author or self.user).sudo().message_post(
                body=body, subject="Offer", partner_ids=(to or self.customer).ids,
                message_type="comment", subtype_xmlid="mail.mt_comment",
                author_id=(author or self.user).partner_id.id,
                email_from=(author or self.user).partner_id.email_formatted,
            )
            self.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).send()
        return self.env["mail.center.outbox"].search([("id", "!=", 0)]) - known

    def test_a_comment_goes_through_the_queue_and_arrives(self):
        outbox = self.post()
        self.assertEqual((outbox.state, outbox.priority), ("queued", 1))
        self.assertEqual(outbox.user_id, self.env.ref("base.user_root"))
        self.send()
        self.assertEqual(outbox.state, "sent")
        ((_uid, _flags, raw),) = self.sandbox.messages(self.other.email)
        arrived = message_from_bytes(raw, policy=policy.default)
        self.assertEqual(arrived["From"].addresses[0].addr_spec, self.address)
        self.assertIn("Zażółć", arrived.get_body(("html",)).get_content())

    def test_a_refused_notification_shows_at_the_message_where_odoo_shows_it(self):
        nobody = self.env["res.partner"].create({"name": "N", "email": "nobody@mc.example"})
        outbox = self.post(nobody)
        self.send()
        self.assertEqual(outbox.state, "failed")
        notification = self.env["mail.notification"].search(
            [("res_partner_id", "=", nobody.id)], order="id desc", limit=1
        )
        self.assertEqual(notification.notification_status, "exception")
        self.assertIn("does not exist", notification.failure_reason)

    def test_a_notification_that_arrived_in_the_end_shows_no_failure_any_more(self):
        late = self.env["res.partner"].create({"name": "N", "email": "late@mc.example"})
        outbox = self.post(late)
        self.send()
        notification = self.env["mail.notification"].search(
            [("res_partner_id", "=", late.id)], order="id desc", limit=1
        )
        self.assertEqual(notification.notification_status, "exception")
        self.sandbox.add_mailbox("late@mc.example", "x")
        self.addCleanup(self.sandbox.remove_mailbox, "late@mc.example", wait=False)
        outbox.with_user(self.user).action_retry()
        self.send()
        self.assertEqual(outbox.state, "sent")
        self.assertEqual(notification.notification_status, "sent")
        self.assertFalse(notification.failure_reason)

    def test_mail_of_another_sender_does_not_go_through_the_account(self):
        self.user.partner_id.email = "somebody@elsewhere.example"
        server = self.env["ir.mail_server"].sudo()
        found, _sender = server._find_mail_server("somebody@elsewhere.example")
        self.assertFalse(found and found.mail_center_account_id)
        self.assertTrue(server._find_mail_server(self.address)[0].mail_center_account_id)

    def test_who_may_read_the_account_does_not_read_what_odoo_sends_for_others(self):
        outbox = self.post()
        reader = new_test_user(
            self.env, login="mc_reader", groups="base.group_user,mail_center.group_user"
        )
        self.account.permission_ids = [(0, 0, {"user_id": reader.id, "can_read": True})]
        self.env.invalidate_all()
        message = outbox.message_id
        self.assertFalse(message.with_user(reader).has_access("read"))
        self.assertFalse(outbox.with_user(reader).has_access("read"))
        # Nor does he who wrote it: his address in From proves nothing.
        self.assertFalse(message.with_user(self.user).has_access("read"))
        # Whoever manages the account sees what became of it.
        self.assertTrue(outbox.with_user(self.user).has_access("read"))

    def test_switched_off_the_account_sends_no_odoo_mail_any_more(self):
        self.account.use_for_odoo = False
        server = self.env["ir.mail_server"].sudo()._find_mail_server(self.address)[0]
        self.assertFalse(server and server.mail_center_account_id)

    def test_only_a_manager_sends_odoos_mail_through_an_account(self):
        with self.assertRaises(AccessError):
            self.account.with_user(self.user).use_for_odoo = False
