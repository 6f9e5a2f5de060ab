"""Legacy POP3 mailboxes: fetched without loss, and left for IMAP without loss."""

import socket
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from email import message_from_bytes
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import MailboxCase, a_mail

# Deeper than any reader goes: it can only wait in quarantine.
BOUNDARIES = "".join(
    f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(400)
)
POISON = (
    b"From: eve@x.example\r\nSubject: poison\r\nMIME-Version: 1.0\r\n"
    + BOUNDARIES.encode()
    + b"\r\nend\r\n"
)


class Cutter:
    """Passes bytes between a client and a server, and cuts after *limit* bytes of the server's."""

    def __init__(self, port, limit):
        self.target, self.limit = port, limit
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with suppress(OSError):
            while True:
                client, _address = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                threading.Thread(target=self._pass, args=(client, server), daemon=True).start()
                threading.Thread(
                    target=self._pass, args=(server, client, self.limit), daemon=True
                ).start()

    @staticmethod
    def _pass(source, target, limit=None):
        left = limit
        with suppress(OSError):
            while data := source.recv(4096):
                if left is not None:
                    data, left = data[:left], left - len(data)
                target.sendall(data)
                if left is not None and left <= 0:
                    break
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.close()


class Pop3Case(MailboxCase):
    def setUp(self):
        super().setUp()
        self.account = self.make_legacy()
        self.address = self.account.email
        self.manager = new_test_user(
            self.env, login="mc_manager", groups="base.group_user,mail_center.group_manager"
        )

    def make_legacy(self, security="tls", **vals):
        address = self.make_account(self.user).email
        return self.env["mail.center.account"]._create_legacy(
            {
                "name": address,
                "email": address,
                "user_id": self.user.id,
                "pop3_host": "localhost",
                "pop3_port": self.sandbox.ports["pop3s" if security == "tls" else "pop3"],
                "pop3_security": security,
                "pop3_login": address,
                "pop3_password": "correct horse",
                "ca_pem": Path(self.sandbox.ca_file).read_text(),
                **vals,
            }
        )

    def mail(self, subject, **headers):
        return a_mail("eve@x.example", self.address, subject, **headers)

    def fill(self, *raws):
        self.sandbox.append(self.address, [(raw, [], None) for raw in raws])

    def on_server(self):
        """How often each Message-ID is in the mailbox."""
        return Counter(
            message_from_bytes(raw)["Message-ID"]
            for _uid, _flags, raw in self.sandbox.messages(self.address)
        )

    def here(self):
        return Counter(message.message_id or None for message in self.messages())

    def quarantine(self):
        return self.env["mail.center.quarantine"].search([("account_id", "=", self.account.id)])

    @contextmanager
    def wizard(self, user=None, **vals):
        """The wizard of the switch, in an environment whose commits work."""
        ports = self.sandbox.ports
        vals = {
            "imap_host": "localhost", "imap_port": ports["imaps"], "imap_security": "tls",
            "imap_login": self.address, **vals,
        }
        with self.job_env() as env:
            user = user or self.manager
            wizards = env(user=user.id, su=False)["mail.center.switch"]
            yield wizards.create({"account_id": self.account.id, **vals})
        self.env.invalidate_all()

    def switch(self, **vals):
        with self.wizard(**vals) as wizard:
            wizard.action_compare()
            self.assertEqual((wizard.state, wizard.error), ("compared", False))
            counts = wizard.read(
                ["by_id", "by_content", "differing", "only_here", "only_there", "quarantined"]
            )[0]
            wizard.action_switch()
            self.assertEqual((wizard.state, wizard.error), ("done", False))
        self.assertEqual(self.account.protocol, "imap")
        return counts


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


class TestSwitch(Pop3Case):
    def test_500_messages_are_there_once_each_before_and_after_the_switch(self):
        self.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        nameless = [
            self.mail(f"nameless {n}").replace(b"Message-ID:", b"X-Was:") for n in range(10)
        ]
        twins = [
            self.mail(f"twin {n} {part}", message_id=f"<twin{n}@x.example>")
            for n in range(5) for part in "ab"
        ]
        copy = self.mail("the same twice")
        others = [self.mail(f"m{n}", text=f"Mail {n}\n" * (n % 50)) for n in range(477)]
        self.fill(*others[:250], *nameless, copy, *twins, POISON, copy, *others[250:])
        self.assertEqual(sum(self.on_server().values()), 500)
        self.receive()

        def assert_complete(extra=0):
            mailbox = self.on_server()
            here = self.here()
            self.assertEqual(set(here) - {None}, set(mailbox) - {None})
            self.assertEqual(here[None], 10, "mail without Message-ID, the poison apart")
            for message_id, times in here.items():
                if message_id:
                    wanted = 2 if "twin" in message_id else 1
                    self.assertEqual(times, wanted, message_id)
            self.assertEqual(sum(here.values()), 498 + extra)
            self.assertEqual(len(self.quarantine()), 1)

        assert_complete()
        before, links = self.messages(), self.messages().link_ids
        self.assertEqual(len(links), 498)
        # Two were deleted in the mailbox, two came that POP3 has not fetched.
        for number in (1, 2):
            self.sandbox.expunge(self.address, number)
        self.fill(self.mail("unfetched 1"), self.mail("unfetched 2"))
        with self.wizard() as wizard:
            wizard.action_compare()
            self.assertEqual((wizard.state, wizard.error), ("compared", False))
            self.assertEqual(wizard.server_count, 500)
            self.assertEqual(wizard.by_id, 487)
            self.assertEqual(wizard.by_content, 10)
            self.assertEqual(wizard.differing, 0)
            self.assertEqual(wizard.only_here, 2)
            self.assertEqual(wizard.only_there, 2)
            self.assertEqual(wizard.quarantined, 1)
            self.assertEqual(wizard.pop3_waiting, 2)
            self.assertEqual(self.account.protocol, "pop3")
            # Mail arrives between the dry run and the switch.
            self.fill(*(self.mail(f"late {n}") for n in range(3)))
            wizard.action_switch()
            self.assertEqual((wizard.state, wizard.error), ("done", False))
        self.assertEqual(self.account.protocol, "imap")

        def assert_switched(extra):
            gone = set(before.mapped("message_id")) - {False} - set(self.on_server())
            self.assertEqual(len(gone), 2)
            here = self.here()
            self.assertEqual(set(here) - gone - {None}, set(self.on_server()) - {None})
            self.assertEqual(sum(here.values()), 498 + extra)
            self.assertEqual(here[None], 10)
            self.assertEqual(len(self.quarantine()), 1)
            self.assertEqual(self.messages() & before, before)
            self.assertEqual(before.link_ids, links)

        assert_switched(extra=5)
        for _number in range(2):
            self.receive()
            self.assertEqual(self.account.sync_state, "ok")
            assert_switched(extra=5)
        self.fill(self.mail("after the switch"))
        self.receive()
        assert_switched(extra=6)
        folder = self.account._folder("inbox")
        places = self.env["mail.center.message.location"].search([("folder_id", "=", folder.id)])
        self.assertEqual(
            set(places.mapped("uid")) | set(self.quarantine().mapped("uid")),
            {uid for uid, _flags, _raw in self.sandbox.messages(self.address)},
        )
        self.assertFalse(
            self.env["mail.center.pop3.message"].search([("account_id", "=", self.account.id)])
        )

    def test_a_quarantined_mail_keeps_its_one_place_over_the_switch(self):
        self.fill(POISON, self.mail("good"))
        self.receive()
        counts = self.switch()
        self.assertEqual(counts["quarantined"], 1)
        self.receive()
        self.receive()
        self.assertEqual(len(self.quarantine()), 1)
        self.quarantine().with_user(self.user).action_discard()
        self.receive()
        self.assertEqual(len(self.quarantine()), 1)

    def test_a_foreign_mail_with_a_known_message_id_hides_nothing(self):
        self.fill(self.mail("original", message_id="<same@x.example>"))
        self.receive()
        self.sandbox.expunge(self.address, 1)
        self.fill(self.mail("impostor", message_id="<same@x.example>"))
        # POP3 does not see it: the switch has to tell the two apart by itself.
        self.account._folder("inbox").policy = "off"
        counts = self.switch(accept_no_match=True)
        self.assertEqual((counts["by_id"], counts["differing"]), (0, 1))
        self.account._folder("inbox").policy = "read"
        self.receive()
        self.assertEqual(sorted(self.messages().mapped("subject")), ["impostor", "original"])

    def test_read_marks_and_stars_of_the_mailbox_show_after_the_switch(self):
        self.fill(self.mail("read"), self.mail("unread"))
        self.receive()
        self.sandbox.store_flags(self.address, 1, "+FLAGS (\\Seen \\Flagged)")
        self.switch()
        self.receive()
        messages = self.messages().sorted("subject")
        self.assertEqual(messages.mapped("is_read"), [True, False])
        self.assertEqual(messages.mapped("is_starred"), [True, False])

    def test_sent_mail_and_other_folders_come_after_the_switch(self):
        self.fill(self.mail("in"))
        self.receive()
        self.sandbox.deliver(self.address, self.mail("elsewhere"), "Archive")
        self.switch()
        self.receive()
        self.assertEqual(sorted(self.messages().mapped("subject")), ["elsewhere", "in"])

    def test_another_mailbox_is_noticed(self):
        self.fill(self.mail("mine"))
        self.receive()
        other = self.make_account(self.user).email
        self.sandbox.deliver(other, a_mail("x@x.example", other, "foreign"))
        with self.wizard(imap_login=other, imap_password="correct horse") as wizard:
            wizard.action_compare()
            self.assertTrue(wizard.nothing_matches)
            with self.assertRaisesRegex(UserError, "another mailbox"):
                wizard.action_switch()
            self.assertEqual(self.account.protocol, "pop3")

    def test_the_switch_waits_for_the_dry_run(self):
        with self.wizard() as wizard, self.assertRaisesRegex(UserError, "Compare first"):
            wizard.action_switch()

    def test_a_wrong_imap_password_is_told_and_changes_nothing(self):
        self.fill(self.mail("one"))
        self.receive()
        with self.wizard(imap_password="hunter2-wrong") as wizard:
            wizard.action_compare()
            self.assertEqual(wizard.state, "settings")
            self.assertIn("refuses the login", wizard.error)
            self.assertNotIn("hunter2", wizard.error)
            self.assertEqual(self.account.protocol, "pop3")
            wizard.imap_password = "correct horse"
            self.assertFalse(wizard.imap_password)
            wizard.action_compare()
            self.assertEqual((wizard.state, wizard.by_id), ("compared", 1))

    def test_a_pop3_server_that_is_gone_does_not_hold_up_the_switch(self):
        self.fill(self.mail("one"))
        self.receive()
        self.account.pop3_port = 1
        self.fill(self.mail("never by POP3"))
        with self.wizard() as wizard:
            wizard.action_compare()
            self.assertEqual(wizard.state, "compared")
            self.assertTrue(wizard.pop3_error)
            with self.assertRaisesRegex(UserError, "POP3 does not answer"):
                wizard.action_switch()
            wizard.accept_no_pop3 = True
            wizard.action_switch()
            self.assertEqual(wizard.state, "done")
        self.receive()
        self.assertEqual(self.here(), self.on_server())

    def test_it_is_refused_while_mail_is_being_fetched(self):
        from .. import worker
        from ..models import mail_center_pop3_switch

        self.patch(mail_center_pop3_switch, "CLAIM_WAIT_SECONDS", 0)
        self.account.write({"claim_token": "x", "claim_worker": worker.identity()})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_center_account SET claim_until = now() AT TIME ZONE 'utc'"
            " + interval '1 hour' WHERE id = %s",
            [self.account.id],
        )
        with self.wizard() as wizard, self.assertRaisesRegex(UserError, "being fetched"):
            wizard.action_compare()

    def test_what_was_compared_is_kept_when_the_time_is_up(self):
        from ..models import mail_center_pop3_switch

        self.fill(*(self.mail(f"m{number}") for number in range(12)))
        self.receive()
        self.patch(mail_center_pop3_switch, "HEADERS_COUNT", 5)
        self.patch(mail_center_pop3_switch, "IMAP_SECONDS", 0)
        goes = []

        def in_time(_self, end):
            goes.append(end)
            if len(goes) in (2, 4):
                raise mail_center_pop3_switch.Unfinished

        self.patch(type(self.env["mail.center.pop3.switch"]), "_in_time", in_time)
        with self.wizard() as wizard:
            wizard.action_compare()
            self.assertEqual((wizard.state, wizard.unfinished), ("settings", True))
            self.assertEqual(wizard.read_count, 5)
            wizard.action_compare()
            self.assertEqual((wizard.unfinished, wizard.read_count), (True, 10))
            wizard.action_compare()
            self.assertEqual((wizard.state, wizard.by_id), ("compared", 12))

    def test_a_failure_in_the_middle_of_the_switch_changes_nothing(self):
        self.fill(self.mail("one"), self.mail("two"))
        self.receive()

        def fail(*_arguments):
            raise ValueError("the disk is full")

        switch = type(self.env["mail.center.account"])
        with self.wizard() as wizard:
            wizard.action_compare()
            self.patch(switch, "_leave_pop3", fail)
            wizard.action_switch()
            self.assertIn("the disk is full", wizard.error)
        self.assertEqual(self.account.protocol, "pop3")
        self.assertFalse(self.messages().location_ids)
        self.receive()
        self.assertEqual(self.here(), self.on_server())


class TestWhoMaySwitch(Pop3Case):
    def test_only_who_manages_the_account_switches_it(self):
        delegate, reader = (
            new_test_user(self.env, login=f"mc_{name}",
                          groups="base.group_user,mail_center.group_user")
            for name in ("delegate", "reader")
        )
        self.env["mail.center.account.permission"].create(
            [{"account_id": self.account.id, "user_id": reader.id},
             {"account_id": self.account.id, "user_id": delegate.id, "can_manage": True}]
        )
        with self.assertRaises(AccessError):
            self.account.with_user(reader).action_switch_to_imap()
        for user in (delegate, self.user, self.manager):
            action = self.account.with_user(user).action_switch_to_imap()
            wizard = self.env["mail.center.switch"].with_user(user).browse(action["res_id"])
            self.assertEqual(wizard.account_id, self.account)
            other = reader if user != reader else delegate
            with self.assertRaises(AccessError):
                wizard.with_user(other).read(["by_id"])

    def test_only_a_manager_chooses_a_server_that_is_not_proposed(self):
        with self.wizard(user=self.user) as wizard, self.assertRaises(AccessError):
            wizard.action_compare()

    def test_an_owner_switches_with_the_proposed_server(self):
        self.account.write(
            {"imap_host": "localhost", "imap_port": self.sandbox.ports["imaps"],
             "imap_security": "tls"}
        )
        self.fill(self.mail("one"))
        self.receive()
        with self.wizard(user=self.user) as wizard:
            wizard.action_compare()
            wizard.action_switch()
            self.assertEqual((wizard.state, wizard.error), ("done", False))
        self.receive()
        self.assertEqual(self.here(), self.on_server())

    def test_nobody_reads_what_was_compared(self):
        for user in (self.user, self.manager):
            for model in ("mail.center.switch.line", "mail.center.pop3.message"):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
