"""From POP3 to IMAP: every mail once before, once after, and none without its links."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import a_mail
from .pop3_common import POISON, Pop3Case


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
