"""Programs that send with an account: which may, which may not, by which ways."""

import json
import xmlrpc.client
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged


class IntegrationCase(TransactionCase):
    def draft_values(self, account):
        to = [{"email": "e@x.example"}]
        return {"account_id": account.id, "recipients_to": to, "subject": "x"}

    def set_up_integration(self):
        self.sender = new_test_user(
            self.env, login="mc_robot", password="mc_robot",
            groups="base.group_user,mail_center.group_user",
        )
        values = {"user_id": self.env.ref("base.user_admin").id, "smtp_host": "smtp.mc.example"}
        self.open, self.closed = self.env["mail.center.account"].create(
            [
                {"name": "Robot", "email": "robot@mc.example", "use_for_integration": True,
                 **values},
                {"name": "Person", "email": "person@mc.example", **values},
            ]
        )
        for account in (self.open, self.closed):
            account.permission_ids = [(0, 0, {"user_id": self.sender.id, "can_send": True})]

    def mails(self, account):
        return self.env["mail.center.message"].search([("account_id", "=", account.id)])


class TestIntegration(IntegrationCase):
    def setUp(self):
        super().setUp()
        self.set_up_integration()

    def test_a_program_sends_with_an_account_that_is_marked_for_it(self):
        partner = self.env["res.partner"].create({"name": "Eve"})
        account = self.open.with_user(self.sender)
        answer = account.integration_send(
            "Eve <eve@x.example>, bob@x.example", "Welcome", "<p>Hello</p>", cc=["c@x.example"],
            files=[{"name": "a.txt", "content": "aGVsbG8="}],
            res_model="res.partner", res_id=partner.id,
        )
        message = self.mails(self.open)
        self.assertEqual(answer["id"], message.id)
        self.assertEqual(answer["state"], "queued")
        self.assertEqual(message.subject, "Welcome")
        self.assertEqual(message.link_ids.res_id, partner.id)
        self.assertEqual(message.attachment_ids.mapped("name"), ["a.txt"])
        outbox = self.env["mail.center.outbox"].search([("message_id", "=", message.id)])
        self.assertEqual(
            sorted(outbox.recipient_ids.mapped("email")),
            ["bob@x.example", "c@x.example", "eve@x.example"],
        )

    def test_all_other_accounts_refuse_and_say_who_can_allow_it(self):
        with self.assertRaisesRegex(UserError, "Use for integration"):
            self.closed.with_user(self.sender).integration_send("e@x.example", "x", "x")
        with self.assertRaisesRegex(UserError, "Use for integration"):
            self.closed.sudo().integration_send("e@x.example", "x", "x")
        self.assertFalse(self.mails(self.closed))

    def test_without_the_permission_to_send_the_mark_is_of_no_use(self):
        stranger = new_test_user(
            self.env, login="mc_stranger", groups="base.group_user,mail_center.group_user"
        )
        self.open.permission_ids.can_send = False
        self.open.permission_ids.can_read = True
        for user in (stranger, self.sender):
            with self.assertRaises(AccessError):
                self.open.with_user(user).integration_send("e@x.example", "x", "x")

    def test_a_repeated_call_writes_no_second_mail(self):
        account = self.open.with_user(self.sender)
        first = account.integration_send("e@x.example", "x", "x", reference="order 7")
        again = account.integration_send("e@x.example", "x", "x", reference="order 7")
        self.assertEqual(first, again)
        account.integration_send("e@x.example", "x", "x", reference="order 8")
        self.assertEqual(len(self.mails(self.open)), 2)

    def test_bad_input_is_refused_in_words(self):
        account = self.open.with_user(self.sender)
        for change, word in (
            ({"to": "nobody"}, "email address"),
            ({"to": ""}, "recipient"),
            ({"files": [{"name": "x", "content": "%%"}]}, "base64"),
            ({"files": [{}]}, "base64"),
            ({"res_model": "no.model", "res_id": 1}, "record"),
            ({"res_model": "res.partner", "res_id": 0}, "record"),
            ({"type_id": 2**31 - 1}, "type"),
        ):
            values = {"to": "e@x.example", "subject": "x", "body_html": "x", **change}
            with self.assertRaisesRegex(UserError, word):
                account.integration_send(**values)
        self.assertFalse(self.mails(self.open))

    def test_a_program_can_not_link_a_record_or_add_a_file_that_its_user_may_not_read(self):
        account = self.open.with_user(self.sender)
        secret = self.env["ir.attachment"].create({"name": "s", "raw": b"s"})
        with self.assertRaises(AccessError):
            account.integration_send("e@x.example", "x", "x", attachment_ids=secret.ids)
        with self.assertRaises(AccessError):
            account.integration_send(
                "e@x.example", "x", "x", res_model="ir.config_parameter",
                res_id=self.env["ir.config_parameter"].search([], limit=1).id,
            )

    def test_a_program_gives_a_mail_no_type_that_is_kept_from_its_user(self):
        account = self.open.with_user(self.sender)
        others = self.env["mail.center.profile"].create({"name": "Others"})
        kept, free = self.env["mail.center.type"].create(
            [{"name": "Kept", "profile_ids": [(6, 0, others.ids)]}, {"name": "Free"}]
        )
        with self.assertRaises(AccessError):
            account.integration_send("e@x.example", "x", "x", type_id=kept.id)
        account.integration_send("e@x.example", "x", "x", type_id=free.id)
        self.assertEqual(self.mails(self.open).type_id, free)

    def run_action(self, account, code):
        action = self.env["ir.actions.server"].create(
            {"name": "a", "state": "code", "code": code,
             "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        return action.with_context(active_model="res.partner", account=account.id).run()

    def test_a_server_action_may_use_only_accounts_that_are_marked(self):
        ways = (
            "env['mail.center.account'].browse(env.context['account'])"
            ".integration_send('e@x.example', 'x', 'x')",
            "env['mail.center.draft'].create({'account_id': env.context['account'],"
            " 'recipients_to': [{'email': 'e@x.example'}], 'subject': 'x'}).send()",
        )
        for code in ways:
            before = self.mails(self.open)
            self.run_action(self.open, code)
            self.assertEqual(len(self.mails(self.open) - before), 1)
            with self.assertRaisesRegex(UserError, "Use for integration"):
                self.run_action(self.closed, code)
        self.assertFalse(self.mails(self.closed))

    def test_a_scheduled_action_is_a_program_and_our_own_jobs_are_not(self):
        vals = self.draft_values(self.closed)
        code = f"env['mail.center.draft'].create({vals!r}).send()"
        own = self.env.ref("mail_center.ir_cron_send")
        foreign = self.env["ir.cron"].create(
            {"name": "theirs", "state": "code", "code": code,
             "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        own.code = code
        with self.assertRaisesRegex(UserError, "Use for integration"):
            foreign.ir_actions_server_id.with_context(cron_id=foreign.id).run()
        with self.assertRaisesRegex(UserError, "Use for integration"):
            foreign.ir_actions_server_id.with_context(cron_id=own.id).run()
        own.ir_actions_server_id.with_context(cron_id=own.id).run()
        self.assertEqual(len(self.mails(self.closed)), 1)

    def test_a_person_writes_with_any_account_that_is_open_to_them(self):
        drafts = self.env["mail.center.draft"].with_user(self.sender)
        drafts.create(self.draft_values(self.closed)).send()
        self.assertEqual(len(self.mails(self.closed)), 1)


@tagged("post_install", "-at_install")
class TestIntegrationFromOutside(IntegrationCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.set_up_integration()

    def call(self, model, method, *args, **kwargs):
        return self.xmlrpc_object.execute_kw(
            self.env.cr.dbname, self.sender.id, "mc_robot", model, method, args, kwargs
        )

    def test_the_external_api_sends_with_a_marked_account_and_with_no_other(self):
        send = ("mail.center.account", "integration_send")
        words = {"to": ["e@x.example"], "subject": "x", "body_html": "<p>x</p>"}
        answer = self.call(*send, [self.open.id], **words)
        self.assertEqual(answer["state"], "queued")
        with self.assertRaisesRegex(xmlrpc.client.Fault, "Use for integration"):
            self.call(*send, [self.closed.id], **words)

    def test_the_same_by_the_newer_json_api(self):
        expires = fields.Datetime.now() + timedelta(days=1)
        key = self.env["res.users.apikeys"].with_user(self.sender)._generate("rpc", "t", expires)
        for account, status in ((self.open, 200), (self.closed, 422)):
            answer = self.url_open(
                "/json/2/mail.center.draft/create",
                data=json.dumps({"vals_list": [self.draft_values(account)]}),
                headers={"Authorization": f"bearer {key}", "Content-Type": "application/json"},
            )
            answer = self.url_open(
                "/json/2/mail.center.draft/send",
                data=json.dumps({"ids": answer.json()}),
                headers={"Authorization": f"bearer {key}", "Content-Type": "application/json"},
            )
            self.assertEqual(answer.status_code, status)
            self.assertEqual(len(self.mails(account)), status == 200)

    def test_a_draft_is_no_way_around_it(self):
        for account, allowed in ((self.open, True), (self.closed, False)):
            draft = self.call("mail.center.draft", "create", self.draft_values(account))
            if allowed:
                self.call("mail.center.draft", "send", [draft])
            else:
                with self.assertRaisesRegex(xmlrpc.client.Fault, "Use for integration"):
                    self.call("mail.center.draft", "send", [draft])
            self.assertEqual(len(self.mails(account)), allowed)
