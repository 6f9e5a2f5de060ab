"""Drafts on the server: one copy each, the newest, and none of what is gone."""

from email import message_from_bytes, policy

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import MailboxCase, a_mail
from .cutting_proxy import CuttingProxy


class TestDraftServer(MailboxCase):
    def setUp(self):
        super().setUp()
        self.receive()
        self.folder = self.account._folder("drafts")
        self.folder.with_user(self.user).policy = "two_way"
        self.drafts = self.env["mail.center.draft"].with_user(self.user)

    def begin(self, text="First words", **vals):
        draft = self.drafts.create({"account_id": self.account.id, "is_open": True})
        people = draft.parse_recipients("Eve <eve@x.example>")
        hidden = draft.parse_recipients("boss@x.example")
        draft.save(
            {"subject": "Offer", "body_html": f"<p>{text}</p>", "recipients_to": people,
             "recipients_bcc": hidden, **vals}
        )
        return draft

    def keep(self):
        """The time has come: what is to be done on the server is done now."""
        self.env["mail.center.draft.copy"].search(
            [("store_after", "!=", False)]
        ).store_after = "2020-01-01"
        with self.job_env() as env:
            env["mail.center.draft.keeper"]._cron_keep_drafts()
        self.env.invalidate_all()

    def on_server(self, folder="Drafts"):
        return [
            (uid, flags, message_from_bytes(raw, policy=policy.default))
            for uid, flags, raw in self.sandbox.messages(self.address, folder)
        ]

    def log(self):
        lines = self.env["mail.center.log"].search([("account_id", "=", self.account.id)])
        return [(line.event, line.message, line.detail) for line in lines]

    def texts(self):
        return [
            mail.get_body(("plain",)).get_content().strip()
            for _uid, flags, mail in self.on_server()
            if "\\Deleted" not in flags
        ]

    def test_what_is_being_written_lies_among_the_drafts_of_other_programs(self):
        self.begin()
        self.keep()
        ((_uid, flags, mail),) = self.on_server()
        self.assertIn("\\Draft", flags)
        self.assertIn("\\Seen", flags)
        self.assertEqual(mail["Subject"], "Offer")
        self.assertEqual(mail["To"], "Eve <eve@x.example>")
        self.assertEqual(mail["Bcc"], "boss@x.example")
        self.assertEqual(self.texts(), ["First words"])

    def test_a_draft_without_recipient_and_with_a_half_typed_one_is_kept_too(self):
        draft = self.begin(recipients_bcc=[])
        draft.save({"recipients_to": [{"name": "", "email": "eve@", "partner_id": False}]})
        self.keep()
        ((_uid, _flags, mail),) = self.on_server()
        self.assertIsNone(mail["To"])
        self.assertIsNone(mail["Bcc"])

    def test_the_newest_words_replace_the_older_ones(self):
        draft = self.begin()
        self.keep()
        for text in ("Second words", "Third words"):
            draft.save({"body_html": f"<p>{text}</p>"})
            self.keep()
            self.assertEqual(self.texts(), [text])

    def test_nothing_is_stored_again_while_nothing_changes(self):
        draft = self.begin()
        self.keep()
        ((before, _flags, _mail),) = self.on_server()
        draft.save({"is_open": False})
        draft.save({"is_open": True, "layout": "wide"})
        self.keep()
        ((after, _flags, _mail),) = self.on_server()
        self.assertEqual(before, after)

    def test_typing_for_a_minute_stores_once_and_closing_stores_at_once(self):
        draft = self.begin()
        copy = self.env["mail.center.draft.copy"].search([("draft_id", "=", draft.id)])
        first = copy.store_after
        self.assertGreater(first, self.env.cr.now())
        draft.save({"body_html": "<p>More</p>"})
        self.assertEqual(copy.store_after, first)
        draft.save({"is_open": False})
        self.assertLessEqual(copy.store_after, self.env.cr.now())

    def test_our_own_draft_does_not_come_back_as_a_mail(self):
        draft = self.begin()
        self.keep()
        self.receive()
        self.assertFalse(self.messages())
        self.assertEqual(self.folder.known_uids, 1)
        draft.save({"subject": "Another"})
        self.keep()
        self.receive()
        self.receive()
        self.assertFalse(self.messages())
        self.assertTrue(draft.exists())
        self.assertEqual(self.folder.known_uids, 1)

    def test_a_sent_draft_leaves_the_drafts_and_comes_back_when_sending_is_undone(self):
        hers = [{"name": "", "email": self.address, "partner_id": False}]
        draft = self.begin(recipients_to=hers, recipients_bcc=hers)
        self.keep()
        self.assertTrue(draft.send(undo_seconds=30)["outbox_id"])
        self.keep()
        self.assertEqual(self.texts(), [])
        draft.undo()
        self.keep()
        self.assertEqual(self.texts(), ["First words"])
        draft.send(undo_seconds=0)
        self.send()
        self.keep()
        self.assertFalse(draft.exists())
        self.assertEqual(self.texts(), [])
        self.assertFalse(self.env["mail.center.draft.copy"].search([]))
        ((_uid, _flags, sent),) = self.on_server("Sent")
        self.assertIsNone(sent["Bcc"])
        self.assertIsNone(sent["X-Mail-Center-Draft"])

    def test_a_discarded_draft_leaves_the_server(self):
        draft = self.begin()
        self.keep()
        draft.discard()
        self.keep()
        self.assertEqual(self.texts(), [])

    def test_a_draft_follows_its_account(self):
        other = self.make_account(self.user)
        self.receive()
        other._folder("drafts").policy = "two_way"
        draft = self.begin()
        self.keep()
        draft.save({"account_id": other.id})
        self.keep()
        self.assertEqual(self.texts(), [])
        self.assertEqual(len(self.sandbox.messages(other.email, "Drafts")), 1)

    def test_nothing_is_put_into_a_folder_that_is_read_only(self):
        self.begin()
        self.keep()
        self.folder.policy = "read"
        self.keep()
        self.assertEqual(self.texts(), [])
        self.begin("Here only")
        self.keep()
        self.assertEqual(self.texts(), [])
        self.folder.policy = "two_way"
        self.keep()
        self.assertEqual(sorted(self.texts()), ["First words", "Here only"])

    def test_a_line_that_breaks_anywhere_leaves_neither_two_copies_nor_none(self):
        proxy = CuttingProxy(self.sandbox.ports["imap"])
        self.addCleanup(proxy.close)
        self.account.write(
            {"imap_port": proxy.port, "imap_security": "none", "imap_password": "correct horse"}
        )
        draft = self.begin()
        # The server has stored it and we never learn; it is marked, and then expunged.
        for number, word in enumerate((b"APPENDUID", b"Store completed", b"Expunge completed")):
            text = f"Words no. {number}"
            draft.save({"body_html": f"<p>{text}</p>"})
            cuts = proxy.cuts
            proxy.cut_before = word
            self.keep()
            self.assertEqual(proxy.cuts, cuts + 1, self.log())
            self.assertIn(text, self.texts())
            self.receive()
            proxy.cut_before = None
            self.receive()
            self.assertTrue(draft.exists())
            self.assertFalse(self.messages())
            self.keep()
            self.assertEqual(self.texts(), [text])
        log = self.env["mail.center.log"].search([("event", "=", "draft_failed")])
        self.assertTrue(log)

    def test_a_draft_of_another_program_can_be_gone_on_with(self):
        asked = a_mail("eve@x.example", self.address, "Question", message_id="<q@x.example>")
        self.sandbox.deliver(self.address, asked)
        theirs = a_mail(
            self.address, "Eve <eve@x.example>", "Re: Question", "Begun elsewhere",
            in_reply_to="<q@x.example>", bcc="boss@x.example",
        )
        self.sandbox.append(self.address, [(theirs, ["\\Draft"], None)], "Drafts")
        self.receive()
        message = self.messages().filtered(lambda mail: mail.state == "draft")
        window = self.drafts.continue_message(message.id)
        self.assertEqual(window["subject"], "Re: Question")
        self.assertEqual([one["email"] for one in window["to"]], ["eve@x.example"])
        self.assertEqual([one["email"] for one in window["bcc"]], ["boss@x.example"])
        self.assertIn("Begun elsewhere", window["body"])
        draft = self.drafts.browse(window["id"])
        self.assertEqual(draft.parent_id.subject, "Question")
        self.assertEqual(self.drafts.continue_message(message.id)["id"], draft.id)
        self.keep()
        self.assertEqual(self.texts(), ["Begun elsewhere"])
        draft.save({"body_html": "<p>Ended here</p>"})
        self.keep()
        self.assertEqual(self.texts(), ["Ended here"])
        self.receive()
        self.assertFalse(message.exists())
        self.assertTrue(draft.exists())

    def test_two_people_do_not_go_on_with_one_draft(self):
        other = new_test_user(
            self.env, login="mc_olaf", name="Olaf", groups="base.group_user,mail_center.group_user"
        )
        self.account.permission_ids = [
            (0, 0, {"user_id": other.id, "can_read": True, "can_send": True})
        ]
        theirs = a_mail(self.address, "eve@x.example", "Theirs")
        self.sandbox.append(self.address, [(theirs, ["\\Draft"], None)], "Drafts")
        self.receive()
        self.drafts.continue_message(self.messages().id)
        with self.assertRaisesRegex(UserError, "Anna Nowak"):
            self.drafts.with_user(other).continue_message(self.messages().id)
        self.account.permission_ids.can_send = False
        with self.assertRaises(AccessError):
            self.drafts.with_user(other).continue_message(self.messages().id)

    def test_a_version_that_another_program_replaced_is_not_kept(self):
        for text in ("one", "two"):
            theirs = a_mail(
                self.address, "eve@x.example", "Theirs", text, message_id="<draft@mc.example>"
            )
            self.sandbox.append(self.address, [(theirs, ["\\Draft"], None)], "Drafts")
            if text == "two":
                self.sandbox.expunge(self.address, self.on_server()[0][0], "Drafts")
            self.receive()
        self.assertEqual(self.messages().mapped("snippet"), ["two"])

    def test_what_another_program_sent_is_no_draft_any_more(self):
        theirs = a_mail(self.address, "eve@x.example", "Theirs")
        self.sandbox.append(self.address, [(theirs, ["\\Draft"], None)], "Drafts")
        self.receive()
        message = self.messages()
        self.sandbox.append(self.address, [(theirs, ["\\Seen"], None)], "Sent")
        self.sandbox.expunge(self.address, self.on_server()[0][0], "Drafts")
        self.receive()
        self.assertEqual(self.messages(), message)
        self.assertEqual(message.state, "sent")

    def test_a_draft_that_another_program_sent_or_discarded_is_gone_here_too(self):
        draft = self.begin()
        self.keep()
        draft.save({"is_open": False})
        self.keep()
        self.receive()
        self.sandbox.expunge(self.address, self.on_server()[0][0], "Drafts")
        self.receive()
        self.assertFalse(draft.exists())

    def test_words_written_here_survive_what_another_program_does(self):
        draft = self.begin()
        self.keep()
        self.receive()
        self.sandbox.expunge(self.address, self.on_server()[0][0], "Drafts")
        draft.save({"body_html": "<p>Meanwhile</p>", "is_open": False})
        self.receive()
        self.assertTrue(draft.exists())
        self.keep()
        self.assertEqual(self.texts(), ["Meanwhile"])
