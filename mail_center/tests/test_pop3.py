"""Legacy POP3 mailboxes: never new ones, and those there are lose and double nothing."""

from contextlib import contextmanager

from odoo.exceptions import UserError
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .pop3_common import POISON, Cutter, Pop3Case


class TestNoNewPop3(Pop3Case):
    def test_a_form_or_a_program_cannot_create_one_and_is_told_why(self):
        accounts = self.env["mail.center.account"].with_user(self.manager)
        vals = {"name": "x", "email": "x@mc.example", "user_id": self.user.id}
        for context in ({}, {"mail_center_adopt": True}, {"mail_center_pop3": True}):
            with self.assertRaisesRegex(UserError, "POP3 knows neither folders"):
                accounts.with_context(**context).create({**vals, "protocol": "pop3"})
        with self.assertRaisesRegex(UserError, "POP3 knows neither folders"):
            accounts.with_context(default_protocol="pop3").create(vals)
        with self.assertRaisesRegex(UserError, "POP3 knows neither folders"):
            self.env["mail.center.account"].sudo().create({**vals, "protocol": "pop3"})
        self.env["ir.default"].set("mail.center.account", "protocol", "pop3")
        with self.assertRaisesRegex(UserError, "POP3 knows neither folders"):
            accounts.create(vals)

    def test_an_import_cannot_create_one_and_says_why(self):
        result = self.env["mail.center.account"].with_user(self.manager).load(
            ["name", "email", "user_id/.id", "protocol"],
            [["imported", "imported@mc.example", str(self.user.id), "pop3"]],
        )
        self.assertFalse(result["ids"])
        self.assertIn("POP3 knows neither folders", result["messages"][0]["message"])

    def test_an_imap_account_cannot_become_one(self):
        account = self.make_account(self.user)
        for allowed in (account.with_user(self.manager), account.sudo()):
            with self.assertRaisesRegex(UserError, "POP3 knows neither folders"):
                allowed.protocol = "pop3"

    def test_one_cannot_be_copied(self):
        with self.assertRaisesRegex(UserError, "POP3 knows neither folders"):
            self.account.with_user(self.manager).copy()

    def test_one_leaves_pop3_only_by_the_switch(self):
        with self.assertRaisesRegex(UserError, "Switch to IMAP"):
            self.account.with_user(self.manager).protocol = "imap"

    def test_after_the_switch_there_is_no_way_back_for_anybody(self):
        self.fill(self.mail("one"))
        self.receive()
        self.switch()
        for account in (self.account.with_user(self.manager), self.account.sudo()):
            with self.assertRaisesRegex(UserError, "blocked for it for good"):
                account.protocol = "pop3"
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), \
                self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE mail_center_account SET protocol = 'pop3' WHERE id = %s",
                [self.account.id],
            )
        with self.wizard_refused():
            self.account.with_user(self.manager).action_switch_to_imap()

    @contextmanager
    def wizard_refused(self):
        with self.assertRaisesRegex(UserError, "switched to IMAP already"):
            yield


class TestReceivePop3(Pop3Case):
    def test_mail_arrives_once_joins_its_conversation_and_stays_on_the_server(self):
        partner = self.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        first = "<first@x.example>"
        self.fill(self.mail("talk", message_id=first), self.mail("Re: talk", in_reply_to=first))
        self.receive()
        self.receive()
        self.assertEqual(sorted(self.messages().mapped("subject")), ["Re: talk", "talk"])
        self.assertEqual(len(self.messages().thread_id), 1)
        self.assertEqual(self.messages().link_ids.mapped("res_id"), [partner.id] * 2)
        self.assertEqual(set(self.messages().mapped("direction")), {"in"})
        self.assertEqual(self.account.sync_state, "ok")
        self.assertEqual(len(self.sandbox.messages(self.address)), 2)

    def test_new_mail_is_fetched_without_fetching_the_old_again(self):
        self.fill(self.mail("first"))
        self.receive()
        first = self.messages()
        self.fill(self.mail("second"))
        self.receive()
        self.assertEqual(self.messages().mapped("subject"), ["first", "second"])
        self.assertEqual(self.messages()[0], first)

    def test_it_works_by_starttls_too(self):
        self.account = self.make_legacy(security="starttls")
        self.address = self.account.email
        self.fill(self.mail("encrypted"))
        self.receive()
        self.assertEqual(self.messages().subject, "encrypted")

    def test_the_source_is_kept_byte_for_byte(self):
        self.fill(self.mail("dots", text="first\n.\n..two\nzażółć\n"))
        self.receive()
        ((_uid, _flags, raw),) = self.sandbox.messages(self.address)
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", "mail.center.message"), ("res_id", "=", self.messages().id),
             ("res_field", "=", "raw_source")]
        )
        self.assertEqual(attachment.raw, raw)

    def test_a_poisonous_mail_waits_in_quarantine_once_and_the_rest_arrives(self):
        self.fill(self.mail("before"), POISON, self.mail("after"))
        self.receive()
        self.receive()
        self.assertEqual(sorted(self.messages().mapped("subject")), ["after", "before"])
        self.assertEqual(self.quarantine()._source(), POISON)
        self.assertEqual(self.account.sync_state, "ok")

    def test_a_quarantined_mail_that_is_understood_later_is_not_fetched_again(self):
        self.fill(POISON)
        self.receive()
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", "mail.center.quarantine"), ("res_id", "=", self.quarantine().id),
             ("res_field", "=", "raw_source")]
        )
        attachment.raw = self.mail("understood now")
        self.quarantine().with_user(self.user).action_retry()
        self.receive()
        self.assertEqual(self.messages().subject, "understood now")
        self.assertEqual(self.quarantine().state, "solved")

    def test_a_mail_that_the_server_cannot_give_is_asked_for_again_on_retry(self):
        self.fill(self.mail("shy"))
        self.receive()
        # As it is left when the server answers -ERR for this one mail.
        row = self.env["mail.center.pop3.message"].search([("account_id", "=", self.account.id)])
        message, row.message_id = row.message_id, False
        line = self.env["mail.center.quarantine"].create(
            {"account_id": self.account.id, "folder_id": self.account._folder("inbox").id,
             "error": "-ERR", "uidvalidity": 0, "uid": row.id}
        )
        self.receive()
        self.assertFalse(row.message_id, "what is in quarantine is not fetched again")
        line.with_user(self.user).action_retry()
        self.receive()
        self.assertEqual(self.messages(), message)
        self.assertEqual(row.message_id, message)

    def test_fetching_does_not_mark_mail_as_read_in_the_mailbox(self):
        self.fill(self.mail("unread"))
        self.receive()
        ((_uid, flags, _raw),) = self.sandbox.messages(self.address)
        self.assertNotIn("\\Seen", flags)

    def test_mail_that_another_program_deleted_stays_here(self):
        self.fill(self.mail("kept"))
        self.receive()
        self.sandbox.expunge(self.address, 1)
        self.receive()
        self.assertEqual(self.messages().subject, "kept")

    def test_a_server_that_gives_all_mail_new_ids_doubles_nothing(self):
        nameless = self.mail("nameless").replace(b"Message-ID:", b"X-Was:")
        self.fill(self.mail("named"), nameless, nameless, POISON)
        self.receive()
        before = self.messages()
        self.assertEqual(
            sorted(before.mapped("subject")), ["named", "nameless"],
            "the same mail twice, byte for byte, is one mail",
        )
        self.sandbox.set_uidvalidity(self.address, 7654321)
        self.fill(self.mail("new"))
        self.receive()
        self.assertEqual(self.messages() - before, self.messages()[-1])
        self.assertEqual(self.messages()[-1].subject, "new")
        self.assertEqual(len(self.quarantine()), 1)

    def test_a_wrong_password_says_so_without_showing_it_and_a_right_one_heals(self):
        self.account.pop3_password = "hunter2-wrong"
        self.receive()
        self.assertEqual(self.account.sync_state, "failing")
        self.assertIn("password", self.account.sync_error)
        self.assertNotIn("hunter2", self.account.sync_error)
        self.account.pop3_password = "correct horse"
        self.fill(self.mail("healed"))
        self.receive()
        self.assertEqual(self.messages().subject, "healed")
        self.assertEqual(self.account.sync_state, "ok")

    def test_a_connection_that_breaks_again_and_again_still_brings_everything_once(self):
        self.account = self.make_legacy(security="none")
        self.address = self.account.email
        self.fill(*(self.mail(f"m{number}", text="words " * 500) for number in range(60)))
        cutter = Cutter(self.sandbox.ports["pop3"], limit=60_000)
        self.addCleanup(cutter.close)
        self.account.pop3_port = cutter.port
        runs = 0
        while len(self.messages()) < 60:
            before = len(self.messages())
            self.receive()
            self.assertGreater(len(self.messages()), before, "every run brings something")
            self.assertEqual(max(self.here().values()), 1)
            runs += 1
        self.assertGreater(runs, 2)
        self.account.pop3_port = self.sandbox.ports["pop3"]
        self.receive()
        self.assertEqual(self.here(), self.on_server())
        self.assertEqual(self.account.sync_state, "ok")

    def test_smtp_uses_the_pop3_password_for_the_same_login(self):
        self.account.write(
            {"smtp_host": "localhost", "smtp_port": self.sandbox.ports["smtps"],
             "smtp_login": self.address}
        )
        self.assertEqual(self.account._endpoint("smtp").password, "correct horse")
        self.fill(self.mail("one"))
        self.receive()
        self.switch()
        self.assertEqual(self.account._endpoint("smtp").password, "correct horse")
        self.assertFalse(self.account.pop3_password_set)
