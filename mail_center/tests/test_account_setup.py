"""Setting an account up: what fills itself in, what warns, who may send from programs."""

import json

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user
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
        self.assertTrue(form.provider_note, "how to sign in there: by which addons are installed")
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

    def test_the_warning_does_not_tell_of_an_account_that_one_may_not_see(self):
        self.env["mail.center.account"].create(
            {"name": "Secret board", "email": "twin@mc.example", "user_id": self.manager.id}
        )
        own = self.env["mail.center.account"].create(
            {"name": "Mine", "email": "twin@mc.example", "user_id": self.owner.id}
        )
        # Nor that there is one: he could ask for each address whether somebody connected it.
        self.assertFalse(own.with_user(self.owner).duplicate_warning)
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
