"""Two workers find at once that the access is about to end, or a person signs out meanwhile."""

import threading
from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.addons.mail_center.core.oauth import Token
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestSignInAtOnce(TransactionCase):
    """Works with what is really committed: the workers have to see each other."""

    def setUp(self):
        super().setUp()
        from dev.oauth_double import CLIENT, SECRET, TokenEndpoint

        self.provider = self.enterContext(TokenEndpoint())
        self.provider.rotates = True
        form = {"client_id": CLIENT, "client_secret": SECRET}
        accounts = type(self.env["mail.center.account"])
        for name, value in (
            ("_microsoft_token_url", lambda _account: f"{self.provider.url}/token"),
            ("_microsoft_form", lambda _account: form),
        ):
            self.enterContext(patch.object(accounts, name, value))
        self.database = odoo.sql_db.db_connect(self.env.cr.dbname)
        with self.worker() as env:
            account = env["mail.center.account"].create(
                {"name": "At once", "email": "once@mc.example", "user_id": SUPERUSER_ID,
                 "sync_enabled": False}
            )
            account.auth = "microsoft"
            account._oauth_store(Token("old", 1, self.provider.consent(account.email)))
            self.account_id = account.id
            env.cr.commit()
        self.addCleanup(self.clean)

    @contextmanager
    def worker(self):
        with self.database.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def clean(self):
        with self.worker() as env:
            for table, column in (("log", "account_id"), ("account", "id")):
                env.cr.execute(
                    f"DELETE FROM mail_center_{table} WHERE {column} = %s", [self.account_id]
                )
            env.cr.commit()

    def renew(self, outcomes):
        with self.worker() as env:
            account = env["mail.center.account"].browse(self.account_id)
            outcomes.append(env["mail.center.sign.in"]._renew(account))

    def begin(self, outcomes):
        thread = threading.Thread(target=self.renew, args=[outcomes])
        thread.start()
        self.addCleanup(thread.join)
        return thread

    def stored(self):
        with self.worker() as env:
            account = env["mail.center.account"].browse(self.account_id)
            refresh = env["mail.center.account.secret"]._get(
                account, "oauth_refresh", f"{self.provider.url}/token"
            )
            return account.auth, account.oauth_state, account.sync_blocked, refresh

    def test_a_permission_that_is_good_once_is_not_lost_by_two_workers(self):
        outcomes = []
        self.provider.holds.clear()
        first = self.begin(outcomes)
        self.assertTrue(self.provider.is_asked.wait(30))
        second = self.begin(outcomes)
        # Time to ask too, which it must not.
        threading.Timer(1, self.provider.holds.set).start()
        first.join(60)
        second.join(60)
        self.assertEqual(outcomes, [None, None])
        self.assertEqual(len(self.provider.asked), 1)
        auth, state, blocked, refresh = self.stored()
        self.assertEqual((auth, state, blocked), ("microsoft", "ok", False))
        self.assertTrue(self.provider.knows(refresh), "what is kept is what counts")

    def test_who_signs_out_while_a_token_is_asked_for_has_signed_out(self):
        self.while_asked(lambda account: account.action_oauth_sign_out())
        self.assertEqual(self.stored(), ("password", False, False, ""))

    def test_who_signs_in_anew_while_the_old_consent_is_refused_has_signed_in(self):
        self.provider.revoke()
        again = self.provider.consent("once@mc.example")
        self.while_asked(
            lambda account: account._oauth_store(Token("new", 3600, again), typed=True)
        )
        self.assertEqual(self.stored(), ("microsoft", "ok", False, again))

    def while_asked(self, work):
        """Do *work* with the account while a worker waits for the provider's answer."""
        outcomes = []
        self.provider.holds.clear()
        thread = self.begin(outcomes)
        self.assertTrue(self.provider.is_asked.wait(30))
        with self.worker() as env:
            account = env["mail.center.account"].browse(self.account_id)
            jobs = env["mail.center.transaction"]
            jobs._transaction(partial(work, account))
        self.provider.holds.set()
        thread.join(60)
        self.assertEqual(outcomes, [None])
