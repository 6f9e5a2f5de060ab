from unittest.mock import patch

import dkim
from odoo.addons.mail_center.core.deliverability import Finding
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .send_common import SendCase


class TestDkim(SendCase):
    def published(self):
        return lambda name, timeout=5: (self.account.dkim_record or "").encode()

    def test_a_mail_is_signed_with_the_key_of_the_account_and_believed(self):
        self.account.with_user(self.user).action_new_dkim_key()
        self.account.with_user(self.user).dkim_sign = True
        self.write_mail(self.other.email, subject="Zażółć", body_html="<p>gęślą</p>")
        self.send()
        ((_uid, _flags, raw),) = self.sandbox.messages(self.other.email)
        self.assertIn(b"DKIM-Signature:", raw)
        # The servers on the way have put their own fields before it.
        self.assertTrue(dkim.verify(raw, dnsfunc=self.published()))

    def test_without_a_key_nothing_can_be_signed(self):
        with self.assertRaises(UserError):
            self.account.dkim_sign = True

    def test_a_new_key_has_a_new_name_and_has_to_be_switched_on(self):
        self.account.action_new_dkim_key()
        first = self.account.dkim_record
        self.account.dkim_sign = True
        self.account.action_new_dkim_key()
        self.assertEqual((self.account.dkim_selector, self.account.dkim_sign), ("odoo2", False))
        self.assertNotEqual(self.account.dkim_record, first)

    def test_the_private_key_is_encrypted_and_read_by_nobody(self):
        self.account.action_new_dkim_key()
        secret = self.env["mail.center.account.secret"].search(
            [("account_id", "=", self.account.id), ("kind", "=", "dkim")]
        )
        self.assertNotIn("PRIVATE KEY", secret.token)
        with self.assertRaises(AccessError):
            self.assertTrue(secret.with_user(self.user).token)

    def test_who_may_only_send_makes_no_key(self):
        sender = new_test_user(
            self.env, login="mc_sender", groups="base.group_user,mail_center.group_user"
        )
        self.account.permission_ids = [(0, 0, {"user_id": sender.id, "can_send": True})]
        for action in ("action_new_dkim_key", "action_check_deliverability"):
            with self.assertRaises(AccessError):
                getattr(self.account.with_user(sender), action)()

    def test_what_the_domain_publishes_is_shown_as_text(self):
        # A record comes from strangers: it must not become markup.
        found = [Finding("spf", "problem", "Add “include:{value}”.", "x", "v=spf1 <b>evil</b>")]
        where = "odoo.addons.mail_center.models.mail_center_account_dkim.examine"
        with patch(where, lambda *_asked: found):
            self.account.with_user(self.user).action_check_deliverability()
        self.assertIn("&lt;b&gt;evil", self.account.deliverability)
        self.assertIn("include:x", self.account.deliverability)
