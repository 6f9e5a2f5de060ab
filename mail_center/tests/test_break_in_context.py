"""Ways in by what Odoo adds to a new record: the context and the caller's own usual values."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from .. import listener
from .common import MailboxCase, a_mail


class TestBreakInContext(MailboxCase):
    def setUp(self):
        super().setUp()
        self.sandbox.create_folder(self.address, "Trash")
        raw = a_mail("eve@x.example", self.address, "Secret")
        self.sandbox.append(self.address, [(raw, [], None)])
        self.receive()
        self.mail = self.messages()
        groups = "base.group_user,base.group_partner_manager,mail_center.group_user"
        self.stranger = new_test_user(self.env, login="mc_stranger", groups=groups)
        self.partner = self.env["res.partner"].create({"name": "Eve"})
        self.own = self.env["mail.center.account"].create(
            {"name": "Own", "email": "own@x.example", "user_id": self.stranger.id}
        )

    def as_stranger(self, model, user=None, /, **defaults):
        """*model* as the stranger has it, with ``default_…`` in the context and as usual values
        (``usual=True``)."""
        records = self.env[model].with_user(user or self.stranger)
        if not defaults.pop("usual", False):
            return records.with_context(**{f"default_{k}": v for k, v in defaults.items()})
        for name, value in defaults.items():
            field = self.env["ir.model.fields"]._get(model, name)
            records.env["ir.default"].create(
                {"field_id": field.id, "json_value": str(value), "user_id": records.env.uid}
            )
        return records

    def refused(self, records, vals):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            records.create(vals)

    def test_a_form_names_no_mail_that_one_may_not_read(self):
        mine = self.drafts_of(self.user).create({"subject": "Secret plan"})
        outbox = self.write_mail("eve@x.example", subject="Secret offer").sudo().outbox_ids
        name = {"fields": {"display_name": {}}}
        for model, field, record in (
            ("mail.center.draft", "parent_id", self.mail),
            ("mail.center.draft", "outbox_id", outbox),
            ("mail.center.link", "message_id", self.mail),
            ("mail.center.note", "thread_id", self.mail.thread_id),
            ("mail.center.outbox", "message_id", outbox.message_id),
        ):
            for user, is_told in ((self.stranger, False), (self.user, True)):
                records = self.env[model].with_user(user)
                try:
                    answer = records.onchange({field: record.id}, [field], {field: name})
                except AccessError:
                    answer = {}
                shown = "Secret" in str(answer)
                self.assertLessEqual(shown, is_told, f"{model} {field} {user.login}")
        for user, wanted in ((self.stranger, f"#{mine.id}"), (self.user, "Secret plan")):
            self.assertEqual(mine.with_user(user).sudo().display_name, wanted)
            named = self.mail.with_user(user).sudo().display_name
            self.assertEqual(named, "Secret" if user == self.user else f"#{self.mail.id}")

    def drafts_of(self, user):
        return self.env["mail.center.draft"].with_user(user)

    def test_a_draft_names_no_mail_that_its_writer_may_not_read(self):
        waiting = self.write_mail("eve@x.example").sudo().outbox_ids
        context = {"outbox_id": waiting.id, "parent_id": self.mail.id, "version": 9}
        for way in ("stranger", "server"):
            drafts = self.as_stranger("mail.center.draft", **context)
            drafts = drafts.sudo() if way == "server" else drafts
            draft = drafts.create({"subject": "Mine", "user_id": self.stranger.id}).sudo()
            self.assertEqual(
                (draft.subject, draft.outbox_id, draft.parent_id, draft.version),
                ("Mine", draft.outbox_id.browse(), draft.parent_id.browse(), 0), way,
            )
        for name in ("outbox_id", "parent_id"):
            with self.env.cr.savepoint() as savepoint:
                usual = self.as_stranger(
                    "mail.center.draft", usual=True, **{name: context[name]}
                )
                self.refused(usual, {"subject": "Mine"})
                savepoint.rollback()
                self.env.registry.clear_cache()

    def test_a_rule_links_to_no_record_that_its_writer_may_not_read(self):
        vals = {"name": "Mine", "account_id": self.own.id, "senders": "eve@x.example"}
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.partner.company_id = elsewhere
        link = f"res.partner,{self.partner.id}"
        self.refused(self.as_stranger("mail.center.rule"), {**vals, "link_record": link})
        self.refused(self.as_stranger("mail.center.rule", link_record=link), vals)
        self.refused(self.as_stranger("mail.center.rule", account_id=self.account.id),
                     {"name": "Mine", "senders": "eve@x.example"})

    def test_nobody_links_a_mail_that_only_the_context_names(self):
        vals = {"res_model": "res.partner", "res_id": self.partner.id}
        self.refused(self.as_stranger("mail.center.link", message_id=self.mail.id), vals)
        self.refused(
            self.as_stranger("mail.center.link", usual=True, message_id=self.mail.id), vals
        )

    def test_nobody_adds_a_file_to_a_mail_by_the_context(self):
        files = self.as_stranger(
            "ir.attachment", self.user, res_model="mail.center.message", res_id=self.mail.id
        )
        self.refused(files, {"name": "contract.txt", "raw": b"forged"})

    def test_what_the_mailer_finds_out_comes_by_no_context(self):
        manager = new_test_user(
            self.env, login="mc_boss", groups="base.group_user,mail_center.group_manager"
        )
        partners = self.env["ir.model"]._get_id("res.partner")
        self.env["mail.center.linkable"].search([("model_id", "=", partners)]).unlink()
        for model, default, vals in (
            ("mail.center.account", {"sync_error": "Ring 0700 1234"},
             {"name": "New", "email": "new@x.example", "user_id": manager.id}),
            ("mail.center.linkable", {"model": "res.users"}, {"model_id": partners}),
            ("mail.center.adopt.line", {"adoptable": True},
             {"adopt_id": self.env["mail.center.adopt"].with_user(manager).create({}).id}),
            ("mail.center.switch", {"state": "compared"}, {"account_id": self.account.id}),
        ):
            with self.subTest(model):
                self.refused(self.as_stranger(model, manager, **default), vals)

    def test_a_wizard_tells_the_name_of_no_account_of_another(self):
        for model in ("mail.center.upload.start", "mail.center.backfill"):
            with self.subTest(model):
                self.refused(self.as_stranger(model, account_id=self.account.id), {})
                wizard = self.as_stranger(model).create({"account_id": self.own.id})
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    wizard.write({"account_id": self.account.id})

    def test_a_translated_template_is_cleaned_like_the_original(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        manager = new_test_user(
            self.env, login="mc_boss", groups="base.group_user,mail_center.group_manager"
        )
        bad = "<p>Witaj</p><script>alert(1)</script><img src='x' onerror='alert(1)'>"
        templates = self.env["mail.center.template"].with_user(manager)
        template = templates.create({"name": "Hello", "body_html": "<p>Hello</p>"})
        template.update_field_translations("body_html", {"pl_PL": bad})
        self.env["mail.center.configuration"].with_user(manager).import_configuration(
            {"mail_center": 1, "templates": [
                {"name": {"en_US": "Came"}, "body_html": {"en_US": "<p>Hello</p>", "pl_PL": bad}}
            ]}
        )
        for one in template | templates.search([("name", "=", "Came")]):
            body = one.with_context(lang="pl_PL").body_html
            self.assertIn("Witaj", body)
            self.assertNotIn("script", body)
            self.assertNotIn("onerror", body)
            self.assertIn("Hello", one.with_context(lang="en_US").body_html)
        with self.assertRaises(ValidationError):
            template.update_field_translations("body_html", {"pl_PL": "<p>{{ nobody.x }}</p>"})

    def test_the_log_tells_who_deleted_for_good_and_not_what(self):
        raw = a_mail("eve@x.example", self.address, "Zebrafinch")
        self.sandbox.append(self.address, [(raw, [], None)], "Trash")
        self.receive()
        self.account.with_user(self.user).action_two_way()
        mail = self.account._folder("trash").location_ids.message_id
        mail.with_user(self.user).delete_for_good()
        line = self.env["mail.center.log"].search([("event", "=", "mail_deleted")])
        self.assertEqual(
            (line.account_id, line.user_id, line.mails), (self.account, self.user, 1)
        )
        self.assertNotIn("Zebrafinch", line.message)

    def test_nothing_of_an_erased_mail_waits_for_an_automation(self):
        trigger = self.env["mail.center.trigger"].create(
            {"name": "Hook", "kind": "webhook", "url": "https://hook.x.example/in"}
        )
        self.env["mail.center.trigger.call"].create(
            {"trigger_id": trigger.id, "message_id": self.mail.id, "key": "k",
             "body": '{"subject": "Secret"}'}
        )
        self.env["mail.center.erasure"]._erase(self.mail, "request")
        self.assertFalse(trigger.call_ids)

    def test_the_listeners_word_is_renewed_while_it_counts_and_no_more_often_than_needed(self):
        self.assertGreater(listener.RENEW_SECONDS, 10 * listener.TELL_SECONDS)
