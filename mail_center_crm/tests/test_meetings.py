"""Invitations to meetings, which come with CRM's calendar, leave through an account."""

from datetime import timedelta
from email import message_from_bytes, policy
from unittest.mock import patch

from odoo import fields
from odoo.addons.mail_center.tests.send_common import SendCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestMeetings(SendCase):
    def test_an_invitation_arrives_with_its_calendar_file(self):
        self.account.use_for_odoo = True
        self.user.partner_id.email = self.address
        guest = self.env["res.partner"].create({"name": "Piotr Żak", "email": self.other.email})
        # Odoo sends nothing in tests unless it is told that this is none.
        server = type(self.env["ir.mail_server"])
        self.startPatcher(patch.object(server, "_disable_send", lambda _self: False))
        start = fields.Datetime.now() + timedelta(days=2)
        with self.enter_registry_test_mode():
            self.env["calendar.event"].with_user(self.user).create(
                {
                    "name": "Zażółć the roof", "start": start,
                    "stop": start + timedelta(hours=1),
                    "partner_ids": [(6, 0, (guest | self.user.partner_id).ids)],
                }
            )
            self.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).send()
        self.send()
        ((_uid, _flags, raw),) = self.sandbox.messages(self.other.email)
        arrived = message_from_bytes(raw, policy=policy.default)
        self.assertEqual(arrived["From"].addresses[0].addr_spec, self.address)
        (file,) = [one for one in arrived.iter_attachments()
                   if one.get_filename() == "invitation.ics"]
        self.assertIn("Zażółć the roof", file.get_payload(decode=True).decode())
