"""What signing in with a provider does, for the addons of Google and Microsoft."""

import json
import re
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo import fields
from odoo.tests import new_test_user
from odoo.tools import mute_logger
from psycopg2.errors import SerializationFailure

from .common import MailboxCase, a_mail, foreign_authority
from .pop3_common import Pop3Case


class SignInCase(MailboxCase):
    """An account at a provider that knows no passwords; subclasses name the provider."""

    key = callback = ""
    make_legacy, wizard = Pop3Case.make_legacy, Pop3Case.wizard

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        from dev.oauth_double import CLIENT, SECRET, Provider

        cls.client, cls.secret = CLIENT, SECRET
        cls.provider = cls.enterClassContext(Provider())
        cls.sandbox = cls.provider.mail
        for address in ("anna@mc.example", "eve@mc.example"):
            cls.sandbox.add_mailbox(address, "never used")

    def setUp(self):
        self.provider.__init__(3600)
        super().setUp()
        # What another test of the class has left there.
        self.sandbox.doveadm("expunge", "-u", "anna@mc.example", "mailbox", "*", "all")
        accounts = type(self.env["mail.center.account"])
        for name, value in self.patches().items():
            patcher = patch.object(accounts, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)
        self.configure(self.secret)
        self.account = self.make_account(
            self.user, name="Anna", email="anna@mc.example", imap_login="anna@mc.example",
            smtp_login="anna@mc.example", imap_password=False,
        )
        self.assertEqual(self.account.oauth_offer, self.key)

    def patches(self):
        """Methods of the account that answer with the double instead of the provider."""
        return {"_oauth_hosts": lambda _account, key: {"localhost"} if key == self.key else set()}

    def configure(self, secret):
        """Store the client's ID and *secret* as the settings do."""
        raise NotImplementedError

    def sign_in(self, person="anna@mc.example", user="mc_anna"):
        """Press the button, agree, come back. Returns the page that the browser then shows."""
        self.authenticate(user, user)
        return self.come_back(self.press(), person)

    def press(self):
        """Press the button in the browser as it is. Returns the state that the provider gets."""
        self.env.flush_all()
        action = self.make_jsonrpc_request(
            "/web/dataset/call_button/mail.center.account/action_oauth_sign_in",
            {"model": "mail.center.account", "method": "action_oauth_sign_in",
             "args": [self.account.ids], "kwargs": {}},
        )
        self.env.invalidate_all()
        query = parse_qs(urlsplit(action["url"]).query)
        self.provider.scope = query["scope"][0]
        return query["state"][0]

    def come_back(self, state, person, user=None):
        """Return from the provider; with *user* in another browser, which began nothing."""
        if user:
            self.authenticate(user, user)
        self.env.flush_all()
        answer = self.url_open(
            self.callback, data=None, allow_redirects=False,
            params={"code": self.provider.code_for(person), "state": state},
        )
        self.env.invalidate_all()
        return answer

    @contextmanager
    def job_env(self):
        with super().job_env() as env:
            yield env
        self.env.invalidate_all()

    def deliver(self, subject):
        self.sandbox.deliver("anna@mc.example", a_mail("bob@x.example", self.address, subject))

    def subjects(self):
        return self.messages().filtered(lambda mail: mail.direction == "in").mapped("subject")


class SignInTests:
    """The behaviour; a mixin, so that it is run once for each provider."""

    def test_after_signing_in_mail_is_fetched_and_sent_without_a_password(self):
        answer = self.sign_in()
        self.assertIn("mail_center_account_action", answer.headers["Location"])
        self.assertEqual(self.account.oauth_state, "ok")
        self.deliver("In by a token")
        self.receive()
        self.assertIn("In by a token", self.subjects())
        mail = self.write_mail("bob@x.example", subject="Out by a token", body_html="<p>x</p>")
        self.send()
        self.assertEqual(mail.state, "sent")
        self.assertEqual(self.provider.sent[0][1], ["bob@x.example"])

    def test_the_tokens_are_in_no_field_no_log_and_no_column(self):
        with self.assertLogs(level="DEBUG") as logged:
            self.sign_in()
            self.receive()
        tokens = [*self.provider._access, *self.provider._refresh]
        self.assertGreaterEqual(len(tokens), 2)
        self.env.flush_all()
        manager = new_test_user(self.env, "mc_boss", groups="mail_center.group_manager,"
                                "base.group_system")
        seen = str(self.account.with_user(manager).read())
        seen += str(self.account.sudo().read()) + "\n".join(logged.output)
        for query in (
            "SELECT row_to_json(t)::text FROM mail_center_account t",
            "SELECT row_to_json(t)::text FROM mail_center_account_secret t",
            "SELECT row_to_json(t)::text FROM mail_center_log t",
        ):
            self.env.cr.execute(query)
            seen += str(self.env.cr.fetchall())
        for token in tokens:
            self.assertNotIn(token, seen)

    def test_a_token_is_renewed_ahead_of_its_end_without_a_person(self):
        self.sign_in()
        first = set(self.provider._access)
        self.account.oauth_expires = fields.Datetime.now() + timedelta(minutes=10)
        self.renew()
        self.assertGreater(self.account.oauth_expires,
                           fields.Datetime.now() + timedelta(minutes=50))
        self.assertTrue(set(self.provider._access) - first)
        asked = len(self.provider.asked)
        self.renew()
        self.assertEqual(len(self.provider.asked), asked, "a fresh one is left alone")

    def test_a_token_that_ends_in_mid_run_is_renewed_and_nothing_is_lost(self):
        self.sign_in()
        self.receive()
        self.provider.expire()  # although it said that it holds for an hour
        self.deliver("After the end")
        mail = self.write_mail("bob@x.example", subject="Meanwhile", body_html="<p>x</p>")
        self.receive()
        self.receive()
        self.assertIn("After the end", self.subjects())
        self.assertEqual(self.account.sync_state, "ok")
        self.provider.expire()
        self.send()
        self.assertEqual((mail.state, self.account.send_blocked), ("deferred", False))
        self.assertIn("being renewed", self.account.send_error)
        self.send()
        self.assertEqual(mail.state, "sent", mail.outbox_ids.mapped("error"))
        self.assertEqual(len(self.provider.sent), 1)

    def test_withdrawn_consent_blocks_with_a_reason_and_goes_on_after_signing_in(self):
        self.sign_in()
        self.receive()
        self.provider.revoke()
        self.account.oauth_expires = False
        mail = self.write_mail("bob@x.example", subject="Waits", body_html="<p>x</p>")
        self.deliver("Waits too")
        self.receive()
        self.send()
        self.assertEqual(self.account.status, "blocked")
        self.assertTrue(self.account.send_blocked)
        self.assertIn("Sign in", self.account.sync_error)
        self.assertIn("withdrawn", self.account.oauth_problem)
        people = self.env["mail.center.dashboard"]._people(self.account)
        self.assertIn("Sign in", people[0]["advice"])
        asked, logins = len(self.provider.asked), len(self.provider.logins)
        self.receive()
        self.renew()
        self.send()
        self.assertEqual((len(self.provider.asked), len(self.provider.logins)), (asked, logins),
                         "what is void is not tried again")
        self.sign_in()
        self.assertNotEqual(self.account.status, "blocked")
        self.assertFalse(self.account.oauth_problem)
        self.receive()
        self.send()
        self.assertIn("Waits too", self.subjects())
        self.assertEqual(mail.state, "sent")

    def test_a_legacy_account_is_read_by_pop3_with_a_token_and_switched_to_imap_with_it(self):
        self.manager = new_test_user(
            self.env, "mc_boss", groups="base.group_user,mail_center.group_manager"
        )
        self.account = self.make_legacy(
            email="anna@mc.example", pop3_login="anna@mc.example", pop3_password=False
        )
        self.assertEqual(self.account.oauth_offer, self.key)
        self.sign_in()
        self.assertIn("POP", self.provider.scope if self.key == "microsoft" else "POP")
        self.deliver("By POP3")
        self.receive()
        self.assertEqual((self.subjects(), self.account.sync_error), (["By POP3"], False))
        self.provider.expire()
        self.deliver("After the end")
        self.receive()
        self.receive()
        self.assertIn("After the end", self.subjects())
        self.account.pop3_security = "none"
        self.assertFalse(self.account._endpoint("pop3", incomplete=True).password)
        self.account.pop3_security = "tls"
        with self.wizard(imap_login="anna@mc.example") as wizard:
            wizard.action_compare()
            self.assertEqual((wizard.state, wizard.error, wizard.by_id), ("compared", False, 2))
            wizard.action_switch()
            self.assertEqual((wizard.state, wizard.error), ("done", False))
        self.deliver("By IMAP")
        self.receive()
        self.assertEqual(self.account.protocol, "imap")
        self.assertEqual(sorted(self.subjects()), ["After the end", "By IMAP", "By POP3"])

    @mute_logger("odoo.addons.mail_center.models.mail_center_receiver")
    def test_a_provider_that_is_away_is_tried_again_and_blocks_nothing(self):
        self.sign_in()
        self.provider.broken = 503
        self.account.oauth_expires = False
        self.receive()
        self.assertEqual((self.account.sync_state, self.account.sync_blocked), ("failing", False))
        self.assertEqual(self.account.oauth_state, "ok")
        self.provider.broken = None
        self.account.oauth_retry = False
        self.receive()
        self.assertEqual(self.account.sync_state, "ok")

    def test_a_wrong_client_secret_is_for_the_administrator_and_does_not_block(self):
        self.sign_in()
        self.configure("mistyped")
        self.account.oauth_expires = False
        self.receive()
        self.assertIn("administrator", self.account.oauth_problem)
        self.assertFalse(self.account.sync_blocked)
        self.configure(self.secret)
        self.receive()
        self.assertEqual((self.account.sync_state, self.account.oauth_problem), ("ok", False))

    def test_a_job_that_writes_to_the_account_meanwhile_spoils_no_sign_in(self):
        """The provider takes the code that the browser brings only once."""
        accounts = type(self.env["mail.center.account"])
        original, collisions = accounts._oauth_store, [SerializationFailure("planted")]

        def store(account, *args, **options):
            if collisions:
                raise collisions.pop()
            return original(account, *args, **options)

        with patch.object(accounts, "_oauth_store", store):
            answer = self.sign_in()
        self.assertEqual((answer.status_code, self.account.oauth_state), (303, "ok"))
        self.deliver("All the same")
        self.receive()
        self.assertIn("All the same", self.subjects())

    def test_another_persons_mailbox_is_not_taken(self):
        answer = self.sign_in("eve@mc.example")
        self.assertIn("eve@mc.example", answer.text)
        self.assertNotEqual(self.account.oauth_state, "ok")
        self.assertEqual(self.account.auth, "password")

    @mute_logger("odoo.http")
    def test_who_may_not_manage_the_account_gives_it_no_tokens(self):
        """The trap: a link that makes another person agree for an account of mine."""
        self.authenticate("mc_anna", "mc_anna")
        state = self.press()
        new_test_user(self.env, "mc_eve", groups="base.group_user,mail_center.group_user")
        answer = self.come_back(state, "anna@mc.example", "mc_eve")
        self.assertEqual(answer.status_code, 403)
        self.assertEqual(self.account.auth, "password")
        self.authenticate("mc_anna", "mc_anna")
        self.press()
        forged = {**json.loads(state), "csrf_token": "guessed"}
        answer = self.come_back(json.dumps(forged), "anna@mc.example")
        self.assertEqual((answer.status_code, self.account.auth), (403, "password"))

    @mute_logger("odoo.http")
    def test_a_browser_that_did_not_begin_the_sign_in_does_not_end_it(self):
        self.authenticate("mc_anna", "mc_anna")
        state = self.press()
        answer = self.come_back(state, "anna@mc.example", "mc_anna")
        self.assertEqual((answer.status_code, self.account.auth), (403, "password"))
        self.assertIn("in this browser", answer.text)
        answer = self.come_back(self.press(), "anna@mc.example")
        self.assertEqual((answer.status_code, self.account.auth), (303, self.key))
        answer = self.come_back(state, "anna@mc.example")
        self.assertEqual(answer.status_code, 403, "it holds once")

    def test_a_token_that_is_there_does_not_go_over_a_line_that_is_opened_later(self):
        self.sign_in()
        logins = len(self.provider.logins)
        for change in ({"imap_security": "none"}, {"verify_certificate": False}):
            before = {name: self.account[name] for name in change}
            self.account.write(change)
            self.assertFalse(self.account._endpoint("imap", incomplete=True).password)
            self.receive()
            self.assertEqual(len(self.provider.logins), logins)
            self.assertIn("encryption", self.account.sync_error)
            self.account.write(before)
        self.receive()
        self.assertEqual(self.account.sync_state, "ok")

    def test_a_token_never_goes_to_whom_an_authority_of_somebody_else_names(self):
        self.sign_in()
        manager = new_test_user(
            self.env, "mc_ca", groups="base.group_user,mail_center.group_manager"
        )
        trusted = self.account.ca_pem
        self.account.with_user(manager).ca_pem = trusted + foreign_authority()
        logins = len(self.provider.logins)
        self.account.oauth_expires = False  # renewing the token makes it no better
        self.receive()
        self.assertEqual(len(self.provider.logins), logins)
        self.assertIn("did not sign in", self.account.sync_error)
        self.account.with_user(self.user).action_oauth_sign_out()
        self.sign_in()
        self.receive()
        self.assertEqual(self.account.sync_state, "ok")

    def test_a_token_never_goes_to_another_server_or_over_an_open_line(self):
        self.sign_in()
        self.account.imap_host = "127.0.0.1"  # a name that the token is not for
        logins = len(self.provider.logins)
        self.receive()
        self.assertEqual(len(self.provider.logins), logins)
        self.assertEqual(self.account.sync_state, "failing")
        self.account.write({"imap_host": "localhost", "imap_security": "none"})
        with self.assertRaisesRegex(Exception, "encryption"):
            self.account.action_oauth_sign_in()

    def test_signing_out_forgets_the_tokens_and_a_typed_password_is_used_again(self):
        self.sign_in()
        secrets = self.env["mail.center.account.secret"].sudo()
        self.account.with_user(self.user).action_oauth_sign_out()
        self.assertFalse(secrets.search([("account_id", "=", self.account.id)]))
        self.sign_in()
        self.account.imap_password = "never used"
        self.assertEqual(self.account.auth, "password")
        self.assertEqual(self.account._endpoint("imap").auth, "password")
        self.receive()
        self.assertEqual(self.account.sync_state, "ok")

    def test_the_form_offers_the_button_only_where_it_fits(self):
        other = self.make_account(self.user, imap_host="imap.else.example")
        self.assertFalse(other.oauth_offer)
        arch = self.env["mail.center.account"].get_view(view_type="form")["arch"]
        self.assertTrue(re.search(r"action_oauth_sign_in", arch))
        self.assertIn("No password is needed", self.account.provider_note)

    def test_the_connection_test_logs_in_by_the_token(self):
        self.sign_in()
        boss = new_test_user(
            self.env, "mc_boss", groups="base.group_user,mail_center.group_manager"
        )
        probe = self.env["mail.center.probe"].with_user(boss)
        self.env.flush_all()
        news = list(probe._test(self.account.with_user(boss)))
        self.assertTrue(news[-1]["ok"], news)

    def test_the_end_of_the_access_is_told_when_only_a_person_can_help(self):
        self.sign_in()
        self.assertFalse(self.account._token_expiry(), "it renews itself")
        self.provider.revoke()
        self.account.oauth_expires = False
        self.renew()
        self.assertTrue(self.account._token_expiry() <= fields.Datetime.now())

    def renew(self):
        with self.job_env() as env:
            env["mail.center.sign.in"]._cron_renew()
