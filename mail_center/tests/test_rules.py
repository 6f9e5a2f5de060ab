"""Rules of an account: what they do with new mail, who writes them, what they show beforehand."""

from datetime import datetime, timezone
from email.utils import format_datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from .understanding_common import UnderstandingCase


class TestRules(UnderstandingCase):
    def rule(self, user=None, **vals):
        return self.env["mail.center.rule"].with_user(user or self.owner).create(
            {"account_id": self.account.id, "name": "Rule", "senders": "eve@x.example", **vals}
        )

    def fresh(self, *args, **options):
        """The source of a mail of today; see :meth:`letter`."""
        today = format_datetime(datetime.now(timezone.utc))
        return self.letter(*args, **options).replace("Mon, 4 May 2026 10:00:00 +0000", today)

    def test_a_rule_types_marks_and_links_what_it_is_about_and_nothing_else(self):
        kind = self.env["mail.center.type"].create({"name": "Bills"})
        partner = self.env["res.partner"].create({"name": "Power company"})
        self.rule(name="Bills", type_id=kind.id, mark_read=True, star=True,
                  link_record=f"res.partner,{partner.id}")
        mail = self.take(self.letter())
        other = self.take(self.letter(sender="joe@x.example"))
        self.assertEqual((mail.type_id, mail.is_read, mail.is_starred), (kind, True, True))
        (chip,) = self.opened(mail)["links"]
        self.assertEqual(chip["res_id"], partner.id)
        self.assertIn("Bills", chip["reason"])
        self.assertFalse(other.type_id or other.is_read or other.is_starred or other.link_ids)

    def test_rules_act_in_their_order_until_one_says_stop(self):
        first, second, third = self.env["mail.center.type"].create(
            [{"name": f"T{n}"} for n in range(3)]
        )
        self.rule(sequence=3, type_id=third.id)
        self.rule(sequence=1, type_id=first.id)
        self.rule(sequence=2, type_id=second.id, stop=True)
        self.assertEqual(self.take(self.letter()).type_id, second)

    def test_a_rule_that_is_switched_off_does_nothing(self):
        self.rule(star=True, active=False)
        self.assertFalse(self.take(self.letter()).is_starred)

    def test_a_blocked_sender_is_read_linked_to_nothing_and_no_other_rule_acts(self):
        self.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        self.rule(sequence=1, block=True)
        self.rule(sequence=2, star=True)
        mail = self.take(self.letter())
        self.assertTrue(mail.is_read)
        self.assertFalse(mail.link_ids or mail.is_starred)
        self.assertIn("blocked", [one["key"] for one in self.opened(mail)["badges"]])

    def test_a_rule_that_fails_keeps_no_mail_away_and_is_logged(self):
        rule = self.rule(star=True)
        rule.sudo().folder_id = self.folder
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_center_rule SET link_record = 'no.such.model,1' WHERE id = %s", [rule.id]
        )
        rule.invalidate_recordset()
        with self.assertLogs("odoo.addons.mail_center", "WARNING"):
            mail = self.take(self.letter())
        self.assertTrue(mail.location_ids)
        self.assertTrue(
            self.env["mail.center.log"].search(
                [("account_id", "=", self.account.id), ("event", "=", "rule_failed")]
            )
        )

    def test_before_it_is_saved_a_rule_shows_the_past_mail_that_it_matches(self):
        mails = [self.take(self.letter(f"Bill {n}")) for n in range(3)]
        self.take(self.letter("Bill", sender="joe@x.example"))
        rules = self.env["mail.center.rule"].with_user(self.owner)
        form = Form(rules.with_context(default_account_id=self.account.id))
        self.assertIn("Say which mail", form.trial_text)
        form.senders = "x.example"
        self.assertEqual(form.trial_count, 4)
        form.senders = "eve@x.example"
        self.assertEqual(form.trial_count, 3)
        self.assertEqual(set(form.trial_ids.ids), {mail.id for mail in mails})
        form.subject_words = "bill 1, bill 2"
        self.assertEqual(form.trial_count, 2)
        self.assertFalse(rules.search([("account_id", "=", self.account.id)]), "nothing saved")
        form.name, form.star = "Bills", True
        rule = form.save()
        self.assertEqual(
            len(self.env["mail.center.message"].search(rule.action_test()["domain"])), 2
        )

    def test_who_may_not_read_the_mail_is_shown_none_of_it_by_a_rule(self):
        self.take(self.letter("Confidential"))
        rule = self.rule(star=True)
        manager = self.env["res.users"].create(
            {"name": "M", "login": "mc_rules_manager",
             "group_ids": [(4, self.env.ref("mail_center.group_manager").id)]}
        )
        seen = rule.with_user(manager)
        self.assertEqual((seen.trial_count, len(seen.trial_ids)), (0, 0))
        with self.assertRaises(AccessError):
            seen.action_test()
        for user in (self.reader, self.stranger):
            with self.assertRaises(AccessError):
                rule.with_user(user).read(["name"])
            with self.assertRaises(AccessError):
                self.rule(user=user, star=True)

    def test_a_rule_without_condition_or_action_is_refused_with_a_clear_text(self):
        with self.assertRaisesRegex(ValidationError, "which mail"):
            self.rule(senders=" , ", star=True)
        with self.assertRaisesRegex(ValidationError, "what the rule"):
            self.rule()

    def test_a_rule_gives_nobody_more_than_its_writer_may(self):
        foreign = self.env["mail.center.account"].create(
            {"name": "Other", "email": "other@mc.example", "user_id": self.stranger.id}
        )
        folder = self.env["mail.center.folder"].create({"account_id": foreign.id, "path": "X"})
        with self.assertRaises(UserError):
            self.rule(folder_id=folder.id)
        with self.assertRaises(UserError):
            self.rule(link_record=f"res.users,{self.owner.id}")
        rule = self.rule(star=True)
        with self.assertRaises(AccessError):
            rule.with_user(self.owner).account_id = foreign

    # ---- who handles it -----------------------------------------------------

    def test_a_rule_gives_new_mail_to_whoever_handles_it_and_tells_him(self):
        self.rule(handler_id=self.reader.id)
        mail = self.take(self.fresh())
        self.assertEqual(mail.thread_id.user_id, self.reader)
        self.assertFalse(self.take(self.fresh(sender="joe@x.example")).thread_id.user_id)
        told = self.env["bus.bus"].sudo().search([("message", "like", "mail_center/assigned")])
        self.assertEqual(len(told), 1)

    def test_a_rule_takes_a_conversation_from_nobody(self):
        mail = self.take(self.fresh())
        mail.thread_id.user_id = self.owner
        self.rule(handler_id=self.reader.id)
        answer = self.take(self.fresh("Re: Hello", headers=f"In-Reply-To: {mail.message_id}\n"))
        self.assertEqual(answer.thread_id, mail.thread_id)
        self.assertEqual(answer.thread_id.user_id, self.owner)

    def test_old_mail_of_an_import_is_given_to_nobody(self):
        self.rule(handler_id=self.reader.id)
        self.assertFalse(self.take(self.letter()).thread_id.user_id)

    def test_mail_is_given_only_to_who_may_read_it(self):
        rule = self.rule(handler_id=self.reader.id)
        self.assertIn(self.reader, rule.may_handle_ids)
        self.assertNotIn(self.stranger, rule.may_handle_ids)
        self.account.permission_ids.filtered(lambda one: one.user_id == self.reader).unlink()
        self.assertFalse(self.take(self.fresh()).thread_id.user_id)
        log = self.env["mail.center.log"].search([("event", "=", "rule_failed")])
        self.assertIn(self.reader.name, log.message)
        with self.assertRaisesRegex(ValidationError, "may read the account"):
            self.rule(handler_id=self.stranger.id)

    def test_the_past_mail_that_a_rule_would_give_away_shows_before_it_is_saved(self):
        self.take(self.letter())
        rules = self.env["mail.center.rule"].with_user(self.owner)
        form = Form(rules.with_context(default_account_id=self.account.id))
        form.name, form.senders, form.handler_id = "Bills", "eve@x.example", self.reader
        self.assertEqual(form.trial_count, 1)
        self.assertIn(self.reader.name, form.save().action_text)

    # ---- where it goes ------------------------------------------------------

    def test_a_rule_moves_new_mail_where_both_folders_are_two_way(self):
        self.account.protocol = "imap"
        (self.inbox | self.folder).sudo().policy = "two_way"
        self.rule(folder_id=self.folder.id)
        mail, old = self.take(self.fresh()), self.take(self.letter())
        self.assertEqual(mail.location_ids.folder_id, self.folder)
        self.assertEqual(old.location_ids.folder_id, self.inbox)
        (change,) = self.env["mail.center.change"].search([("message_id", "=", mail.id)])
        self.assertEqual((change.kind, change.target_id), ("move", self.folder))

    def test_a_rule_that_may_not_move_leaves_the_mail_and_says_so(self):
        self.rule(folder_id=self.folder.id, star=True)
        mail = self.take(self.fresh())
        self.assertEqual(mail.location_ids.folder_id, self.inbox)
        self.assertTrue(mail.is_starred)
        log = self.env["mail.center.log"].search([("event", "=", "rule_failed")])
        self.assertIn("two-way", log.message)
