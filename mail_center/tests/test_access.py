from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import TransactionCase, new_test_user


class TestAccess(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,mail_center.group_user"
        cls.owner, cls.reader, cls.sender, cls.stranger = (
            new_test_user(cls.env, login=f"mc_{name}", groups=groups)
            for name in ("owner", "reader", "sender", "stranger")
        )
        cls.manager = new_test_user(
            cls.env, login="mc_manager", groups="base.group_user,mail_center.group_manager"
        )
        cls.account = cls.env["mail.center.account"].create(
            {
                "name": "Office",
                "email": "office@mc.example",
                "user_id": cls.owner.id,
                "imap_login": "office",
                "imap_password": "planted-secret",
            }
        )
        profile = cls.env["mail.center.profile"].create(
            {"name": "Readers", "user_ids": [(6, 0, cls.reader.ids)]}
        )
        cls.account.permission_ids = [
            (0, 0, {"profile_id": profile.id, "can_read": True}),
            (0, 0, {"user_id": cls.sender.id, "can_read": False, "can_send": True}),
        ]
        cls.message = cls.env["mail.center.message"].create(
            {
                "account_id": cls.account.id,
                "direction": "in",
                "subject": "Confidential",
                "body_html": "<p>secret</p>",
            }
        )

    def may(self, user, record, operation="read"):
        return record.with_user(user).has_access(operation)

    def test_only_those_who_may_read_the_account_see_its_mail(self):
        allowed = {
            user.login: self.may(user, self.message)
            for user in (self.owner, self.reader, self.sender, self.stranger, self.manager)
        }
        self.assertEqual(
            allowed,
            {
                "mc_owner": True,
                "mc_reader": True,
                "mc_sender": False,
                "mc_stranger": False,
                "mc_manager": False,
            },
        )

    def test_search_and_counts_leak_nothing(self):
        for user in (self.stranger, self.sender, self.manager):
            messages = self.env["mail.center.message"].with_user(user)
            self.assertFalse(messages.search_count([("subject", "=", "Confidential")]))
            self.assertFalse(messages.name_search("Confidential"))
            ((count,),) = messages._read_group([("id", "=", self.message.id)], [], ["id:count"])
            self.assertFalse(count)

    def test_the_files_of_a_mail_are_as_private_as_the_mail(self):
        file = self.env["ir.attachment"].create(
            {"name": "a.txt", "raw": b"x", "res_model": "mail.center.message",
             "res_id": self.message.id}
        )
        self.assertTrue(self.may(self.reader, file))
        for user in (self.stranger, self.sender, self.manager):
            self.assertFalse(self.may(user, file))

    def test_passwords_are_never_given_out(self):
        for user in (self.owner, self.manager, self.env.ref("base.user_admin")):
            account = self.account.with_user(user)
            self.assertFalse(account.read(["imap_password"])[0]["imap_password"])
            self.assertTrue(account.imap_password_set)
            with self.assertRaises(AccessError):
                self.env["mail.center.account.secret"].with_user(user).search([]).read(["token"])
            with self.assertRaises(UserError):
                self.env["mail.center.account.secret"].with_user(user).search_read([], ["token"])
        self.env.cr.execute("SELECT token FROM mail_center_account_secret")
        self.assertFalse([t for (t,) in self.env.cr.fetchall() if "planted" in t])

    def test_an_owner_may_change_the_password_but_not_the_server(self):
        account = self.account.with_user(self.owner)
        account.imap_password = "another"
        with self.assertRaises(AccessError):
            account.imap_host = "10.0.0.1"
        self.account.with_user(self.manager).imap_host = "imap.mc.example"

    def test_a_reader_may_change_neither_mail_nor_account(self):
        with self.assertRaises(AccessError):
            self.message.with_user(self.reader).subject = "changed"
        with self.assertRaises(AccessError):
            self.account.with_user(self.reader).name = "changed"
        with self.assertRaises(AccessError):
            self.account.permission_ids.with_user(self.reader)[0].can_manage = True

    def test_types_of_another_profile_are_not_offered(self):
        profile = self.env["mail.center.profile"].create(
            {"name": "Board", "user_ids": [(6, 0, self.owner.ids)]}
        )
        secret = self.env["mail.center.type"].create(
            {"name": "Board only", "profile_ids": [(6, 0, profile.ids)]}
        )
        self.assertTrue(self.may(self.owner, secret))
        self.assertFalse(self.may(self.stranger, secret))

    def test_the_type_of_a_mail_is_told_to_who_may_read_the_mail_and_to_nobody_else(self):
        profile = self.env["mail.center.profile"].create({"name": "Board"})
        board, unused = self.env["mail.center.type"].create(
            [{"name": name, "profile_ids": [(6, 0, profile.ids)]} for name in ("Board", "Unused")]
        )
        self.message.type_id = board
        spec = {"type_id": {"fields": {"display_name": {}}}}

        def said(user, kind):
            """What a form says when the user only claims to write a mail of the type *kind*."""
            form = self.env["mail.center.draft"].with_user(user)
            return form.onchange({"type_id": kind.id}, [], spec)["value"]["type_id"]["display_name"]

        theirs = self.message.with_user(self.reader)
        self.assertEqual(theirs.web_read(spec)[0]["type_id"]["display_name"], "Board")
        (group,) = theirs.formatted_read_group([("id", "=", theirs.id)], ["type_id"], ["__count"])
        self.assertEqual(group["type_id"], (board.id, "Board"))
        self.assertEqual(said(self.reader, unused), f"#{unused.id}")
        for user in (self.stranger, self.sender):
            self.assertEqual(said(user, board), f"#{board.id}")
            self.assertEqual(board.with_user(user).sudo().display_name, f"#{board.id}")

    def test_a_record_shows_only_that_there_is_a_mail_to_who_may_not_read_the_account(self):
        partner = self.env["res.partner"].create({"name": "Eve"})
        self.env["mail.center.link"].create(
            {"message_id": self.message.id, "res_model": "res.partner", "res_id": partner.id}
        )

        def shown(user):
            links = self.env["mail.center.link"].with_user(user)
            (email,) = links.record_emails("res.partner", partner.id)["emails"]
            return email

        self.assertEqual(shown(self.reader)["subject"], "Confidential")
        hidden = shown(self.stranger)
        self.assertFalse(hidden["readable"])
        self.assertNotIn("Confidential", str(hidden))
        self.account.share_linked = True
        self.assertEqual(shown(self.stranger)["subject"], "Confidential")

    def test_nobody_learns_a_name_by_pointing_at_what_he_may_not_read(self):
        board = self.env["mail.center.profile"].create(
            {"name": "Board", "user_ids": [(6, 0, self.owner.ids)]}
        )
        kept = {"name": "Takeover", "profile_ids": [(6, 0, board.ids)]}
        kind = self.env["mail.center.type"].create(kept)
        template = self.env["mail.center.template"].create(kept)
        drafts = self.env["mail.center.draft"].with_user(self.stranger)
        draft = drafts.create({"subject": "mine"})
        for name, record in (
            ("parent_id", self.message),
            ("account_id", self.account),
            ("type_id", kind),
            ("template_id", template),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                drafts.create({name: record.id}).read([name])
            with self.subTest(name), self.assertRaises(AccessError):
                draft.write({name: record.id})
        with self.assertRaises(AccessError):
            self.message.with_user(self.reader).type_id = kind
        own = self.env["mail.center.account"].create(
            {"name": "Own", "email": "own@mc.example", "user_id": self.stranger.id}
        )
        with self.assertRaises(AccessError):
            own.with_user(self.stranger).incoming_type_id = kind

    def test_a_file_that_one_may_not_read_goes_into_no_mail_and_no_template(self):
        file = self.env["ir.attachment"].create(
            {"name": "a.txt", "raw": b"Confidential", "res_model": "mail.center.message",
             "res_id": self.message.id}
        )
        for commands in ([(4, file.id)], [(6, 0, file.ids)]):
            with self.assertRaises(AccessError):
                self.env["mail.center.draft"].with_user(self.stranger).create(
                    {"attachment_ids": commands}
                )
            with self.assertRaises(AccessError):
                self.env["mail.center.template"].with_user(self.manager).create(
                    {"name": "Leak", "attachment_ids": commands}
                )
        template = self.env["mail.center.template"].with_user(self.manager).create({"name": "T"})
        with self.assertRaises(AccessError):
            template.attachment_ids = [(4, file.id)]

    def test_mail_cannot_be_linked_to_a_record_one_may_not_read(self):
        with self.assertRaises(UserError):
            self.env["mail.center.link"].with_user(self.reader).create(
                {"message_id": self.message.id, "res_model": "ir.cron", "res_id": 1}
            )

    def test_a_new_pop3_account_is_refused_with_the_reason(self):
        with self.assertRaisesRegex(UserError, "IMAP"):
            self.env["mail.center.account"].create(
                {"name": "x", "email": "x@mc.example", "protocol": "pop3"}
            )

    def test_a_used_type_is_not_deleted_but_may_be_archived(self):
        used = self.env["mail.center.type"].create({"name": "Used"})
        self.message.type_id = used
        with self.assertRaisesRegex(RedirectWarning, "messages: 1") as caught:
            used.unlink()
        self.assertEqual(caught.exception.args[3]["active_ids"], used.ids)
        used.active = False
        self.assertEqual(self.message.type_id, used)
