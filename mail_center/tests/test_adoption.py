"""Odoo's own mail servers become accounts, and can be given back."""

from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import MailboxCase, a_mail


class AdoptionCase(MailboxCase):
    def setUp(self):
        super().setUp()
        self.address = self.account.email
        self.env["fetchmail.server"].with_context(active_test=False).search([]).unlink()
        self.env["ir.mail_server"].search([]).active = False
        self.manager = new_test_user(
            self.env, login="mc_manager", groups="base.group_user,mail_center.group_manager"
        )
        # The mailbox exists; that an account has it already would be one more concern.
        self.account.active = False

    def incoming(self, server_type="pop", user=None, **vals):
        service = {"pop": "pop3s", "imap": "imaps"}.get(server_type)
        return self.env["fetchmail.server"].create(
            {
                "name": f"Server of {user or self.address}",
                "server_type": server_type,
                "server": "localhost",
                "port": self.sandbox.ports[service] if service else 0,
                "is_ssl": True,
                "user": user or self.address,
                "password": "correct horse",
                "state": "done",
                **vals,
            }
        )

    def outgoing(self, **vals):
        return self.env["ir.mail_server"].create(
            {
                "name": "Outgoing",
                "smtp_host": "localhost",
                "smtp_port": self.sandbox.ports["smtps"],
                "smtp_encryption": "ssl",
                "smtp_user": self.address,
                "smtp_pass": "correct horse",
                **vals,
            }
        )

    def wizard(self, user=None):
        accounts = self.env["mail.center.account"].with_user(user or self.manager)
        action = accounts.action_adopt_servers()
        return accounts.env[action["res_model"]].browse(action["res_id"])

    def line(self, wizard, server):
        return wizard.line_ids.filtered(
            lambda line: server in (line.sudo().fetchmail_id, line.sudo().mail_server_id)
        )

    def adopt(self, server, **vals):
        wizard = self.wizard()
        wizard.line_ids.selected = False
        self.line(wizard, server).write({"selected": True, "user_id": self.user.id, **vals})
        action = wizard.action_adopt()
        return self.env["mail.center.account"].search(action["domain"])

    def trust(self, account):
        """Trust the sandbox; who adopted the server need not know what is sent there."""
        account.write({"ca_pem": Path(self.sandbox.ca_file).read_text(),
                       f"{account.protocol}_password": "correct horse"})


class TestProposals(AdoptionCase):
    def test_incoming_and_outgoing_server_of_one_login_are_one_proposal(self):
        self.user.email = self.address
        server, sender = self.incoming(), self.outgoing()
        self.outgoing(name="Other", smtp_user="other@mc.example")
        line = self.line(self.wizard(), server)
        self.assertEqual((line.kind, line.email, line.user_id), ("pop3", self.address, self.user))
        self.assertEqual(line.sudo().mail_server_id, sender)
        self.assertTrue(line.selected)
        self.assertIn(f"localhost:{server.port} (SSL/TLS)", line.servers)

    def test_servers_are_paired_by_owner_or_by_address_too(self):
        by_owner = self.outgoing(
            name="Personal", smtp_user="relay", owner_user_id=self.user.id,
            from_filter=self.address,
        )
        self.user.email = self.address
        server = self.incoming()
        self.assertEqual(self.line(self.wizard(), server).sudo().mail_server_id, by_owner)
        by_filter = self.outgoing(name="Sales", smtp_user="relay", from_filter="sales@mc.example")
        sales = self.incoming("imap", user="sales@mc.example")
        self.assertEqual(self.line(self.wizard(), sales).sudo().mail_server_id, by_filter)

    def test_a_relay_for_the_whole_domain_serves_each_mailbox_of_it(self):
        relay = self.outgoing(smtp_user="relay", from_filter="mc.example")
        servers = self.incoming(), self.incoming("imap", user="sales@mc.example")
        wizard = self.wizard()
        for server in servers:
            line = self.line(wizard, server)
            self.assertEqual(line.sudo().mail_server_id, relay)
            self.assertIn("serves many addresses", line.note)
        self.assertEqual(len(wizard.line_ids), 2)

    def test_what_cannot_be_adopted_says_why(self):
        local = self.incoming("local", user="local@mc.example")
        incomplete = self.incoming(user="incomplete@mc.example", password=False)
        wizard = self.wizard()
        self.assertIn("no mailbox", self.line(wizard, local).note)
        self.assertIn("is missing", self.line(wizard, incomplete).note)
        for server in (local, incomplete):
            line = self.line(wizard, server)
            self.assertFalse(line.adoptable or line.selected)
            line.write({"selected": True, "user_id": self.user.id})
            with self.assertRaisesRegex(UserError, "can't be adopted"):
                line._adopt()

    def test_a_server_that_logs_in_by_oauth_stays_with_odoo_and_says_so(self):
        # As a server looks once Odoo's module for it is installed.
        field = type(self.env["fetchmail.server"]).server_type
        with patch.object(
            field, "selection", [*field.selection, ("gmail", "Gmail OAuth Authentication")]
        ):
            server = self.incoming("gmail", password=False)
            line = self.line(self.wizard(), server)
            self.assertFalse(line.adoptable)
            self.assertIn("Gmail OAuth Authentication", line.note)
            self.assertIn("no password to take over", line.note)

    def test_the_mailbox_of_odoos_own_answers_is_not_ticked_in_advance(self):
        domain = self.env["mail.alias.domain"].create({"name": "aliases.example"})
        server = self.incoming(user=domain.catchall_email)
        line = self.line(self.wizard(), server)
        self.assertTrue(line.adoptable)
        self.assertFalse(line.selected)
        self.assertIn("Answers to Odoo's own messages", line.note)

    def test_a_server_that_makes_records_is_not_ticked_in_advance(self):
        partners = self.env["ir.model"]._get("res.partner")
        server = self.incoming(object_id=partners.id)
        line = self.line(self.wizard(), server)
        self.assertFalse(line.selected)
        self.assertIn("no record is made", line.note)

    def test_a_server_out_of_use_and_a_known_address_are_not_ticked_in_advance(self):
        unused = self.incoming(state="draft")
        self.assertIn("not in use", self.line(self.wizard(), unused).note)
        self.account.active = True
        used = self.incoming("imap")
        line = self.line(self.wizard(), used)
        self.assertFalse(line.selected)
        self.assertIn("has the same address already", line.note)

    def test_an_unknown_owner_is_asked_for_and_not_guessed(self):
        server = self.incoming()
        wizard = self.wizard()
        line = self.line(wizard, server)
        self.assertFalse(line.user_id)
        line.selected = True
        with self.assertRaisesRegex(UserError, "owner"):
            wizard.action_adopt()

    def test_the_password_is_nowhere_in_the_proposal(self):
        self.incoming()
        self.outgoing()
        self.assertNotIn("correct horse", str(self.wizard().line_ids.read()))


class TestAdopt(AdoptionCase):
    def test_an_adopted_pop3_mailbox_is_fetched_and_odoo_no_longer_fetches(self):
        server, sender = self.incoming(), self.outgoing()
        account = self.adopt(server)
        self.assertEqual(
            (account.protocol, account.email, account.user_id), ("pop3", self.address, self.user)
        )
        self.assertEqual((server.active, server.state), (False, "draft"))
        self.assertTrue(sender.active, "Odoo sends its own mail with it as before")
        self.trust(account)
        self.sandbox.deliver(self.address, a_mail("eve@x.example", self.address, "hello"))
        self.receive()
        self.assertEqual(self.messages(account).subject, "hello")
        self.assertEqual(len(self.sandbox.messages(self.address)), 1)
        self.account = account
        self.write_mail(self.address, subject="sent", body_html="<p>x</p>")
        self.send()
        self.assertEqual(self.messages(account)[-1].state, "sent")

    def test_an_adopted_imap_mailbox_is_fetched(self):
        account = self.adopt(self.incoming("imap"))
        self.assertEqual(account.protocol, "imap")
        self.trust(account)
        self.sandbox.deliver(self.address, a_mail("eve@x.example", self.address, "hello"))
        self.receive()
        self.assertEqual(self.messages(account).subject, "hello")

    def test_the_manager_corrects_owner_and_address(self):
        other = new_test_user(
            self.env, login="mc_other", groups="base.group_user,mail_center.group_user"
        )
        account = self.adopt(self.incoming(), user_id=other.id, email="office@mc.example")
        self.assertEqual((account.user_id, account.email), (other, "office@mc.example"))
        self.assertEqual(account.pop3_login, self.address)

    def test_an_outgoing_server_alone_becomes_an_account_that_only_sends(self):
        sender = self.outgoing()
        account = self.adopt(sender)
        self.assertEqual((account.smtp_login, account.imap_host), (self.address, False))
        self.receive()
        self.assertEqual(account.sync_state, "never")

    def test_the_passwords_are_taken_over_encrypted(self):
        self.outgoing()
        account = self.adopt(self.incoming())
        tokens = self.env["mail.center.account.secret"].search([("account_id", "=", account.id)])
        self.assertEqual(set(tokens.mapped("kind")), {"pop3", "smtp"})
        self.assertNotIn("correct horse", str(tokens.mapped("token")))
        self.assertEqual(account._endpoint("pop3").password, "correct horse")
        self.assertFalse(account.read(["pop3_password"])[0]["pop3_password"])

    def test_who_adopts_a_server_gets_its_password_only_if_he_could_see_it_before(self):
        for administrator in (False, True):
            if administrator:
                self.manager.group_ids += self.env.ref("base.group_system")
            account = self.adopt(self.incoming(name=f"By {administrator}"))
            account.with_user(self.manager).verify_certificate = False
            with self.subTest(administrator):
                password = account._endpoint("pop3", incomplete=True).password
                self.assertEqual(password, "correct horse" if administrator else "")
            account.unlink()

    def test_odoo_cannot_be_made_to_fetch_what_an_account_fetches(self):
        server = self.incoming()
        account = self.adopt(server)
        for change in ({"state": "done"}, {"active": True}):
            with self.assertRaisesRegex(UserError, account.name):
                server.write(change)
        with self.assertRaisesRegex(UserError, account.name):
            server.button_confirm_login()
        self.assertIn("adopted it already", self.line(self.wizard(), server).note)

    def test_undone_all_is_as_before_and_the_mail_stays(self):
        server = self.incoming()
        account = self.adopt(server)
        self.trust(account)
        self.sandbox.deliver(self.address, a_mail("eve@x.example", self.address, "hello"))
        self.receive()
        account.with_user(self.manager).action_undo_adoption()
        self.assertEqual((server.active, server.state), (True, "done"))
        self.assertFalse(account.active)
        self.assertEqual(self.messages(account).subject, "hello")
        self.receive()
        with self.assertRaisesRegex(UserError, "Odoo itself fetches"):
            account.active = True

    def test_what_was_not_in_use_is_not_in_use_after_undoing(self):
        server = self.incoming(state="draft", active=False)
        account = self.adopt(server)
        account.with_user(self.manager).action_undo_adoption()
        self.assertEqual((server.active, server.state), (False, "draft"))

    def test_adopted_once_more_the_same_account_goes_on(self):
        server = self.incoming()
        account = self.adopt(server)
        self.trust(account)
        self.sandbox.deliver(self.address, a_mail("eve@x.example", self.address, "hello"))
        self.receive()
        account.with_user(self.manager).action_undo_adoption()
        self.assertIn("had it before", self.line(self.wizard(), server).note)
        self.assertEqual(self.adopt(server), account)
        self.assertEqual((server.active, server.state), (False, "draft"))
        self.receive()
        self.assertEqual(self.messages(account).subject, "hello")

    def test_after_the_switch_to_imap_it_cannot_be_undone(self):
        server = self.incoming()
        account = self.adopt(server)
        self.env.cr.execute(
            "UPDATE mail_center_account SET protocol = 'imap', pop3_ended = now() WHERE id = %s",
            [account.id],
        )
        account.invalidate_recordset()
        self.assertFalse(account.with_user(self.manager).can_undo_adoption)
        with self.assertRaisesRegex(UserError, "no way back"):
            account.with_user(self.manager).action_undo_adoption()

    def test_a_server_that_odoo_is_fetching_from_is_not_taken_from_under_it(self):
        server = self.incoming()
        with patch.object(
            type(server), "try_lock_for_update", lambda one, **_options: one.browse()
        ), self.assertRaisesRegex(UserError, "just now"):
            self.adopt(server)
        self.assertEqual((server.active, server.state), (True, "done"))

    def test_only_managers_adopt_and_undo(self):
        server = self.incoming()
        with self.assertRaises(AccessError):
            self.wizard(user=self.user)
        account = self.adopt(server)
        with self.assertRaises(AccessError):
            account.with_user(self.user).action_undo_adoption()
