"""Setting an account up: what fills itself in, what warns, who may send from programs."""

import json
import xmlrpc.client
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools.translate import TranslationModuleReader

from .common import foreign_authority


class TestAccountSetup(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user = "base.group_user,mail_center.group_user"
        cls.manager = new_test_user(
            cls.env, login="mc_manager",
            groups="base.group_user,base.group_allow_export,mail_center.group_manager",
        )
        cls.owner = new_test_user(cls.env, login="mc_owner", groups=user)
        cls.accounts = cls.env["mail.center.account"].with_user(cls.manager)

    def form(self, record=None):
        return Form(record or self.accounts)

    def servers(self, form):
        return [
            (form[f"{kind}_host"], form[f"{kind}_port"], form[f"{kind}_security"])
            for kind in ("imap", "smtp")
        ]

    # ---- filling in ---------------------------------------------------------

    def test_typing_the_address_of_a_known_provider_fills_in_everything(self):
        form = self.form()
        form.email = "anna@outlook.com"
        self.assertEqual(
            self.servers(form),
            [
                ("outlook.office365.com", 993, "tls"),
                ("smtp-mail.outlook.com", 587, "starttls"),
            ],
        )
        self.assertEqual(form.imap_login, "anna@outlook.com")
        self.assertEqual(form.smtp_login, "anna@outlook.com")
        self.assertEqual(form.name, "anna@outlook.com")
        self.assertEqual(form.provider_name, "Outlook.com")
        self.assertIn("OAuth", form.provider_note)
        account = form.save()
        self.assertEqual(account.smtp_host, "smtp-mail.outlook.com")
        self.assertFalse(account.autofilled, "what helped while typing is not stored")

    def test_correcting_the_address_corrects_what_was_filled_in(self):
        form = self.form()
        form.email = "anna@gmail.com"
        form.email = "anna@web.de"
        self.assertEqual(
            self.servers(form), [("imap.web.de", 993, "tls"), ("smtp.web.de", 587, "starttls")]
        )
        self.assertEqual((form.name, form.imap_login), ("anna@web.de", "anna@web.de"))
        form.email = "anna@unknown.example"
        self.assertEqual(self.servers(form), [(False, 993, "tls"), (False, 465, "tls")])
        self.assertEqual(form.imap_login, "anna@unknown.example")

    def test_what_was_typed_is_never_overwritten(self):
        form = self.form()
        form.name = "Sales"
        form.imap_host = "mail.mine.example"
        form.smtp_security = "none"
        form.imap_login = "sales"
        form.email = "anna@gmail.com"
        self.assertEqual(
            self.servers(form), [("mail.mine.example", 993, "tls"), (False, 25, "none")]
        )
        self.assertEqual((form.name, form.imap_login), ("Sales", "sales"))
        self.assertEqual(form.smtp_login, "anna@gmail.com")
        form.smtp_login = "other"
        form.email = "anna@web.de"
        self.assertEqual(form.smtp_login, "other")

    def test_the_servers_of_a_saved_account_stay_when_its_address_changes(self):
        form = self.form()
        form.email = "anna@gmail.com"
        account = form.save()
        form = self.form(account)
        form.email = "anna@web.de"
        self.assertEqual(form.imap_host, "imap.gmail.com")

    def test_an_owner_who_corrects_the_address_is_not_tripped_by_servers(self):
        account = self.env["mail.center.account"].create(
            {"name": "x", "email": "x@unknown.example", "user_id": self.owner.id}
        )
        form = self.form(account.with_user(self.owner))
        form.email = "x@gmail.com"
        form.save()
        self.assertEqual((account.email, account.imap_host), ("x@gmail.com", False))

    def test_found_settings_fill_in_what_is_empty_however_unusual_their_ports(self):
        account = self.accounts.new(
            {"email": "anna@unknown.example", "smtp_host": "typed.example"}
        )
        account.found_settings = json.dumps(
            {
                "imap_host": "imap.unknown.example", "imap_port": 1143,
                "imap_security": "starttls", "imap_login": "anna",
                "smtp_host": "smtp.unknown.example", "smtp_port": 25,
                "smtp_security": "starttls", "smtp_login": "anna",
            }
        )
        # As the web client does it when the search has found something.
        account._onchange_found_settings()
        account._onchange_imap_security()
        account._onchange_smtp_security()
        self.assertEqual(
            self.servers(account),
            [("imap.unknown.example", 1143, "starttls"), ("typed.example", 465, "tls")],
        )
        self.assertEqual(account.imap_login, "anna")

    def test_the_port_follows_the_security_unless_it_is_an_unusual_one(self):
        form = self.form()
        form.email = "anna@unknown.example"
        for security, imap_port, smtp_port in (
            ("starttls", 143, 587), ("none", 143, 25), ("tls", 993, 465)
        ):
            form.imap_security = form.smtp_security = security
            self.assertEqual((form.imap_port, form.smtp_port), (imap_port, smtp_port))
        form.imap_port = 1993
        form.imap_security = "starttls"
        self.assertEqual(form.imap_port, 1993)

    def test_searching_for_settings_is_for_managers(self):
        with self.assertRaises(UserError):
            self.env["mail.center.probe"].with_user(self.owner)._find("a@unknown.example")

    # ---- passwords ----------------------------------------------------------

    def test_a_password_goes_in_and_never_comes_out(self):
        form = self.form()
        form.email = "anna@unknown.example"
        form.imap_password = "planted-secret"
        account = form.save()
        self.assertTrue(account.imap_password_set)
        self.assertFalse(account.smtp_password_set)
        fields = ["imap_password", "smtp_password", "imap_password_set"]
        shown = [
            account.read(),
            account.web_read({name: {} for name in account.fields_get() if name != "id"}),
            account.search_read([("id", "=", account.id)]),
            account.export_data(["name", *fields])["datas"],
            account.copy_data(),
            account.onchange({"email": "b@c.example"}, ["email"], dict.fromkeys(fields, {})),
        ]
        self.assertNotIn("planted", repr(shown))
        self.assertEqual(account.web_read({"imap_password": {}})[0]["imap_password"], False)
        with self.assertRaises(ValueError):
            account.search([("imap_password", "like", "planted")])

    # ---- duplicates ---------------------------------------------------------

    def test_a_second_account_on_the_same_mailbox_is_warned_of(self):
        self.env["mail.center.account"].create(
            {"name": "First", "email": "Office@mc.example", "user_id": self.owner.id,
             "imap_host": "imap.mc.example", "imap_login": "office"}
        )
        form = self.form()
        form.email = "office@MC.example"
        self.assertIn("“First”", form.duplicate_warning)
        form.email = "sales@mc.example"
        self.assertFalse(form.duplicate_warning)
        form.imap_host, form.imap_login = "IMAP.mc.example", "office"
        self.assertIn("“First”", form.duplicate_warning)
        form.save()
        form.email = "of%ice@mc.example"
        form.imap_login = "off_ce"
        self.assertFalse(form.duplicate_warning, "a wildcard is a letter here")

    def test_the_warning_does_not_name_an_account_that_one_may_not_see(self):
        self.env["mail.center.account"].create(
            {"name": "Secret board", "email": "twin@mc.example", "user_id": self.manager.id}
        )
        own = self.env["mail.center.account"].create(
            {"name": "Mine", "email": "twin@mc.example", "user_id": self.owner.id}
        )
        warning = own.with_user(self.owner).duplicate_warning
        self.assertTrue(warning)
        self.assertNotIn("Secret board", warning)
        self.assertIn("“Mine”", self.form(
            self.env["mail.center.account"].search([("name", "=", "Secret board")])
        ).duplicate_warning)

    # ---- the pinned authority -----------------------------------------------

    def test_a_pinned_authority_shows_its_name_and_expiry(self):
        form = self.form()
        form.email = "anna@unknown.example"
        form.ca_pem = foreign_authority()
        self.assertIn("Foreign authority", form.ca_summary)
        self.assertRegex(form.ca_summary, r"\d{4}")
        self.assertFalse(form.ca_problem)
        form.save()

    def test_what_is_no_certificate_is_refused_with_the_reason(self):
        key = "-----BEGIN " + "PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----"
        for text, reason in (("hello", "PEM"), (key, "private key")):
            form = self.form()
            form.email = "anna@unknown.example"
            form.ca_pem = text
            self.assertIn(reason, form.ca_problem)
            with self.assertRaisesRegex(ValidationError, reason) as caught:
                form.save()
            self.assertNotIn("planted", str(caught.exception))

    # ---- the rest -----------------------------------------------------------

    def test_an_empty_list_tells_each_what_to_do(self):
        action = self.env.ref("mail_center.mail_center_account_action")

        def shown_to(user):
            accounts = self.env["mail.center.account"].with_user(user)
            return accounts.get_empty_list_help(action.help)

        self.assertIn("Connect", shown_to(self.manager))
        self.assertIn("email manager", shown_to(self.owner))

    def test_every_search_of_the_list_finds_what_it_says(self):
        account = self.accounts.create(
            {"name": "Sales", "email": "sales@mc.example", "user_id": self.owner.id,
             "imap_host": "in.mc.example", "imap_port": 1993, "imap_login": "sales-in",
             "imap_security": "none", "smtp_host": "out.mc.example", "smtp_port": 1465,
             "smtp_login": "sales-out", "use_for_integration": True, "verify_certificate": False}
        )
        arch = self.accounts.get_views([(False, "search")])["views"]["search"]["arch"]
        for word in ("imap_host", "smtp_host", "imap_port", "user_id", "email", "archived",
                     "integration", "failing", "imap_security", "smtp_security"):
            self.assertIn(word, arch)
        for domain in (
            ["|", ("imap_port", "=", 1465), ("smtp_port", "=", 1465)],
            ["|", ("imap_login", "ilike", "sales-out"), ("smtp_login", "ilike", "sales-out")],
            [("use_for_integration", "=", True), ("verify_certificate", "=", False)],
        ):
            self.assertIn(account, self.accounts.search(domain))

    def test_the_texts_of_the_core_reach_the_translators(self):
        reader = TranslationModuleReader(self.env.cr, modules=["mail_center"], lang="en_US")
        sources = {source for _module, _kind, _name, _id, source, *_rest in reader}
        for text in (
            "The server name {host} was not found.",
            "IMAP has to be switched on in the settings of the mailbox first.",
            "This address does not exist. Check its spelling.",
            "All is well: mail can be fetched and sent.",
            "set when you save",
        ):
            self.assertIn(text, sources)


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
