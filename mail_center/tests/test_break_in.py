"""Ways in that somebody with fresh eyes found; each is shut."""

from odoo.exceptions import AccessError, UserError
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
        for vals in (
            # Two workers at once; a mailbox woken that its provider is about to lock.
            {"claim_token": "mine", "claim_until": "2099-01-01 00:00:00"},
            {"sync_blocked": False, "auth_failures": 0},
            {"send_blocked": False, "send_retry_at": False},
            {"pop3_ended": "2031-01-01 00:00:00"},
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

    def test_the_dry_run_before_the_end_of_pop3_can_t_be_skipped_by_claiming_it_was_made(self):
        legacy = self.env["mail.center.account"]._create_legacy(
            {"name": "Legacy", "email": "legacy@x.example", "user_id": self.user.id,
             "pop3_host": "pop.x.example", "pop3_login": "legacy"}
        )
        wizards = self.env["mail.center.switch"].with_user(self.user)
        with self.assertRaises(AccessError):
            wizards.create({"account_id": legacy.id, "state": "compared"})
        wizard = wizards.create({"account_id": legacy.id})
        for vals in ({"state": "compared"}, {"account_id": self.account.id}):
            with self.assertRaises(AccessError):
                wizard.write(vals)

    def test_a_manager_gets_no_personal_server_of_another_into_an_account_of_his_own(self):
        server = self.env["ir.mail_server"].create(
            {"name": "Boss", "smtp_host": "smtp.x.example", "smtp_authentication": "login",
             "smtp_user": "boss@x.example", "smtp_pass": "secret", "from_filter": "boss@x.example",
             "owner_user_id": self.env.ref("base.user_admin").id}
        )
        manager = new_test_user(
            self.env, login="mc_thief", groups="base.group_user,mail_center.group_manager"
        )
        wizard = self.env["mail.center.adopt"].with_user(manager).create({})
        line = wizard.line_ids.filtered(lambda one: one.sudo().mail_server_id == server)
        self.assertTrue(line)
        wizard.line_ids.selected = False
        line.write({"selected": True, "user_id": manager.id, "email": "boss@x.example"})
        with self.assertRaises(UserError):
            wizard.action_adopt()
        other = wizard.line_ids - line
        for target in (line, other[:1] or line):
            with self.assertRaises(AccessError):
                target.write({"mail_server_id": server.id, "adoptable": True})
        with self.assertRaises(AccessError):
            self.env["mail.center.adopt"].with_user(manager).create(
                {"line_ids": [(0, 0, {"mail_server_id": server.id, "selected": True})]}
            )

    def test_who_lost_the_right_is_told_of_no_mail_that_comes(self):
        other = self.env["res.company"].create({"name": "Other"})
        email = "base.group_user,mail_center.group_user"
        people = {
            "still reads": new_test_user(self.env, login="mc_still", groups=email),
            "lost email": new_test_user(self.env, login="mc_lost", groups="base.group_user"),
            "works elsewhere": new_test_user(
                self.env, login="mc_elsewhere", groups=email, company_id=other.id,
                company_ids=[(6, 0, other.ids)],
            ),
            "has left": new_test_user(self.env, login="mc_left", groups=email),
        }
        self.account.company_id = self.env.company
        for user in people.values():
            self.env["mail.center.account.permission"].create(
                {"account_id": self.account.id, "user_id": user.id, "can_read": True}
            )
        people["has left"].active = False
        told = []
        users = type(self.env["res.users"])
        original = users._bus_send

        def listen(receivers, *arguments, **options):
            told.extend(receivers.ids)
            return original(receivers, *arguments, **options)

        self.patch(users, "_bus_send", listen)
        raw = a_mail("eve@x.example", self.address, "Zebrafinch")
        self.sandbox.deliver(self.address, raw)
        self.receive()
        names = [name for name, user in people.items() if user.id in told]
        self.assertEqual(names, ["still reads"])
        # Nor of a note, although the conversation is still his.
        told.clear()
        mail = self.messages().filtered(lambda one: one.subject == "Zebrafinch")
        mail.thread_id.user_id = people["lost email"]
        self.env["mail.center.mailbox"].with_user(self.user).add_note(mail.id, "About it")
        self.assertNotIn(people["lost email"].id, told)
