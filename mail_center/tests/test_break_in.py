"""Ways in that somebody with fresh eyes found; each is shut."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import MailboxCase, a_mail


class TestBreakIn(MailboxCase):
    def setUp(self):
        super().setUp()
        raw = a_mail("eve@x.example", self.address, "Secret")
        self.sandbox.append(self.address, [(raw, [], None)])
        self.receive()
        self.mail = self.messages()
        self.partner = self.env["res.partner"].create({"name": "Eve"})
        self.stranger = new_test_user(
            self.env, login="mc_stranger",
            groups="base.group_user,base.group_partner_manager,mail_center.group_user",
        )

    def link(self, user):
        return self.env["mail.center.link"].with_user(user).create(
            {"message_id": self.mail.id, "res_model": "res.partner", "res_id": self.partner.id}
        )

    def test_nobody_opens_a_mail_by_linking_it_to_a_record_of_his_own(self):
        with self.assertRaises(AccessError):
            self.link(self.stranger)
        self.account.share_linked = True
        with self.assertRaises(AccessError):
            self.link(self.stranger)
        self.assertTrue(self.link(self.user))

    def test_a_new_password_that_odoo_sends_is_read_by_no_reader_of_the_account(self):
        self.mail.write({"is_odoos": True, "user_id": self.env.ref("base.user_root").id})
        self.env["mail.center.link"].create(
            {"message_id": self.mail.id, "res_model": "res.partner", "res_id": self.partner.id}
        )
        self.assertFalse(self.mail.with_user(self.user).has_access("read"))
        with self.assertRaises(AccessError):
            self.link(self.user)
        links = self.env["mail.center.link"].with_user(self.user)
        (shown,) = links.record_emails("res.partner", self.partner.id)["emails"]
        self.assertFalse(shown["readable"])
        self.assertNotIn("snippet", shown)
        self.assertFalse(links.search([]))
        page = self.env["mail.center.mailbox"].with_user(self.user).page({"view": "all"})
        self.assertEqual((page["rows"], page["next"]), ([], False))

    def test_what_the_mailer_finds_out_is_written_by_nobody_else(self):
        account = self.account.with_user(self.user)
        for vals in (
            {"deliverability": "<img src='x' onerror='alert(1)'>"},
            {"dkim_selector": "odoo\r\nReply-To: eve@x.example"},
            {"sync_error": "Ring 0700 1234"},
        ):
            with self.assertRaises(AccessError):
                account.write(vals)
        self.account.deliverability = "<p><img src='x' onerror='alert(1)'>fine</p>"
        self.assertNotIn("onerror", self.account.deliverability)

    def test_a_rule_acts_with_the_rights_of_who_changed_it_last(self):
        rules = self.env["mail.center.rule"].with_user(self.user)
        rule = rules.create(
            {"name": "Mine", "account_id": self.account.id, "senders": "eve@x.example",
             "star": True}
        )
        rule.write({"user_id": self.env.ref("base.user_admin").id, "sequence": 7})
        self.assertEqual(rule.sudo().user_id, self.user)
        rule.sudo().user_id = self.env.ref("base.user_admin")
        rule.write({"name": "Changed"})
        self.assertEqual(rule.sudo().user_id, self.user)

    def test_a_report_that_comes_while_a_mail_is_being_sent_leaves_it_to_its_worker(self):
        message = self.write_mail(f"{self.address}, eve@x.example")
        outbox = message.sudo().outbox_ids
        outbox.write({"state": "sending", "phase": "content", "claim_token": "mine"})
        first, second = outbox.recipient_ids
        first.write({"state": "failed", "code": "5.1.1", "reply": "No such user"})
        second.state = "deferred"
        self.env["mail.center.outbox"]._tell_report(outbox)
        self.assertEqual((outbox.state, outbox.claim_token), ("sending", "mine"))
