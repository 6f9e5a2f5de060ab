"""Notes among colleagues, who is writing, what comes back later, and canned answers."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .mailbox_common import StoredMailCase


class TestNotes(StoredMailCase):
    def opened(self, mail, user=None):
        return self.mailbox(user).conversation(mail.id)

    def told(self, kind):
        self.env.cr.flush()
        return self.env["bus.bus"].search([("message", "like", kind)])

    def test_a_note_is_read_by_those_who_read_the_mailbox(self):
        mail = self.mail("Roof")
        answer = self.mail("Re: Roof", minutes=1, thread=mail.thread_id)
        self.mailbox(self.reader).add_note(mail.id, "  Give him a discount ")
        (note,) = self.opened(answer)["notes"]
        self.assertEqual(note["body"], "Give him a discount")
        self.assertEqual(note["user"]["id"], self.reader.id)
        self.assertFalse(note["own"])
        self.assertTrue(self.opened(answer, self.reader)["notes"][0]["own"])
        with self.assertRaises(AccessError):
            self.mailbox(self.stranger).add_note(mail.id, "x")
        with self.assertRaises(UserError):
            self.mailbox().add_note(mail.id, "  ")

    def test_a_note_is_taken_away_by_its_writer_alone(self):
        mail = self.mail("Roof")
        self.mailbox(self.reader).add_note(mail.id, "Discount")
        (note,) = self.opened(mail)["notes"]
        with self.assertRaises(AccessError):
            self.mailbox(self.owner).remove_note(note["id"])
        self.mailbox(self.reader).remove_note(note["id"])
        self.assertFalse(self.opened(mail)["notes"])

    def test_who_handles_the_conversation_is_told_of_a_note(self):
        mail = self.mail("Roof")
        self.mailbox().assign(mail.ids, self.reader.id)
        self.mailbox(self.owner).add_note(mail.id, "Discount")
        self.assertTrue([line for line in self.told("mail_center/noted")
                         if "Roof" in line.message])

    def test_of_an_erased_mail_nothing_of_this_is_left(self):
        mail = self.mail("Roof", email_from="eve@brick.example", file_text="Confidential list")
        self.mailbox(self.reader).add_note(mail.id, "Eve is ill")
        self.mailbox(self.reader).trust_sender(mail.id)
        self.env["mail.center.erasure"]._erase(mail, "request")
        self.assertFalse(self.env["mail.center.note"].search([("body", "=", "Eve is ill")]))
        self.assertFalse(
            self.env["mail.center.trusted.sender"].search([("email", "=", "eve@brick.example")])
        )
        self.assertFalse(mail.file_text)

    def test_colleagues_see_that_an_answer_is_being_written(self):
        self.account.permission_ids.filtered(
            lambda one: one.user_id == self.reader).can_send = True
        mail = self.mail("Roof", email_from="eve@brick.example")
        Drafts = self.env["mail.center.draft"].with_user(self.reader)
        window = Drafts.open_new({"mode": "reply", "parent_id": mail.id})
        draft = Drafts.browse(window["id"])
        self.assertFalse(self.opened(mail)["writing"], "an opened window is no answer yet")
        draft.save({"body_html": "<p>Dear Eve</p>"})
        self.assertEqual(self.opened(mail)["writing"], [self.reader.name])
        self.assertFalse(self.opened(mail, self.reader)["writing"])
        lines = [line for line in self.told("mail_center/writing")
                 if str(mail.thread_id.id) in line.message]
        self.assertEqual(len(lines), 1, "only the owner reads the account besides")
        draft.save({"body_html": "<p>Dear Eve,</p>"})
        again = [line for line in self.told("mail_center/writing")
                 if str(mail.thread_id.id) in line.message]
        self.assertEqual(len(again), 1, "not at every saving")
        draft.discard()
        self.assertFalse(self.opened(mail)["writing"])


class TestSnooze(StoredMailCase):
    def setUp(self):
        super().setUp()
        self.later = fields.Datetime.to_string(fields.Datetime.now() + timedelta(days=2))

    def test_a_snoozed_conversation_leaves_ones_own_inbox_and_comes_back(self):
        mail = self.mail("Roof")
        box = self.mailbox(self.reader)
        box.snooze(mail.ids, self.later)
        for place in (self.here(), {"view": "inbox"}):
            self.assertFalse(self.ids(place, self.reader))
            self.assertEqual(self.ids(place, self.owner), [mail.id])
        self.assertEqual(self.ids({"view": "snoozed"}, self.reader), [mail.id])
        self.assertEqual(self.ids({"view": "all"}, self.reader), [mail.id])
        self.assertEqual(self.mailbox(self.reader).conversation(mail.id)["snoozed"], self.later)
        box.unsnooze(mail.ids)
        self.assertEqual(self.ids(self.here(), self.reader), [mail.id])
        self.assertFalse(self.ids({"view": "snoozed"}, self.reader))

    def test_when_the_time_has_come_it_is_back(self):
        mail = self.mail("Roof")
        self.mailbox(self.reader).snooze(mail.ids, self.later)
        self.env["mail.center.snooze"].search([("thread_id", "=", mail.thread_id.id)]).until = (
            fields.Datetime.now() - timedelta(minutes=1)
        )
        self.assertEqual(self.ids(self.here(), self.reader), [mail.id])

    def test_a_new_mail_brings_the_conversation_back(self):
        mail = self.mail("Roof")
        self.mailbox(self.reader).snooze(mail.ids, self.later)
        answer = self.mail("Re: Roof", thread=mail.thread_id,
                           date=fields.Datetime.now() + timedelta(minutes=5))
        self.assertEqual(self.ids(self.here(), self.reader), [answer.id])

    def test_an_activity_reminds_on_the_record_or_on_its_own(self):
        mail = self.mail("Roof")
        partner = self.env["res.partner"].create({"name": "Brick and Sons"})
        box = self.mailbox(self.reader)
        box.remind(mail.ids, self.later)
        (alone,) = self.env["mail.activity"].search([("user_id", "=", self.reader.id)])
        self.assertFalse(alone.res_model)
        self.assertIn("Roof", alone.summary)
        self.assertIn(f"/odoo/mailbox/{mail.id}", alone.note)
        self.assertEqual(self.ids(self.here(), self.reader), [mail.id])
        box.link(mail.ids, "res.partner", partner.id)
        box.snooze(mail.ids, self.later)
        self.assertEqual(partner.activity_ids.user_id, self.reader)
        self.assertEqual(str(partner.activity_ids.date_deadline), self.later[:10])

    def reminded(self):
        return self.env["mail.activity"].search([("user_id", "=", self.reader.id)])

    def comes(self, message):
        message.date = fields.Datetime.now() + timedelta(minutes=5)
        self.env["mail.activity"]._mail_center_answered(message)

    def test_a_reminder_is_done_by_itself_when_we_have_answered(self):
        mail = self.mail("Roof")
        partner = self.env["res.partner"].create({"name": "Brick and Sons"})
        self.mailbox(self.reader).link(mail.ids, "res.partner", partner.id)
        self.mailbox(self.reader).remind(mail.ids, self.later)
        self.comes(self.mail("Re: Roof", thread=mail.thread_id))
        self.assertTrue(self.reminded(), "they wrote again: it still waits for us")
        self.comes(self.mail("Other", direction="out", state="sent"))
        self.assertTrue(self.reminded(), "another conversation")
        draft = self.mail("Re: Roof", thread=mail.thread_id, direction="out", state="draft")
        self.comes(draft)
        self.assertTrue(self.reminded(), "a draft is no answer")
        self.comes(self.mail("Re: Roof", thread=mail.thread_id, direction="out", state="sent"))
        self.assertFalse(self.reminded())
        self.assertIn("answered by email", str(partner.message_ids[:1].body))

    def test_a_reminder_is_done_by_itself_when_the_answer_has_come(self):
        asked = self.mail("Roof", direction="out", state="sent")
        self.mailbox(self.reader).remind(asked.ids, self.later)
        robot = self.mail("Out of office", thread=asked.thread_id, is_automatic=True)
        self.comes(robot)
        self.assertTrue(self.reminded(), "a robot does not answer")
        older = self.mail("Re: Roof", thread=asked.thread_id)
        self.env["mail.activity"]._mail_center_answered(older)
        self.assertTrue(self.reminded(), "older mail is fetched too")
        self.comes(older)
        self.assertFalse(self.reminded())

    def test_an_addon_that_refuses_holds_up_no_mail(self):
        asked = self.mail("Roof", direction="out", state="sent")
        self.mailbox(self.reader).remind(asked.ids, self.later)

        def refuse(_self, **_options):
            raise ValueError("No")

        with (
            patch.object(self.registry["mail.activity"], "action_feedback", refuse),
            mute_logger("odoo.addons.mail_center.models.mail_activity"),
        ):
            self.comes(self.mail("Re: Roof", thread=asked.thread_id))
        self.assertTrue(self.reminded())

    def test_nobody_reads_or_writes_of_which_conversation_a_reminder_is(self):
        mail = self.mail("Roof")
        self.mailbox(self.reader).remind(mail.ids, self.later)
        reminder = self.reminded().with_user(self.reader)
        with self.assertRaises(AccessError):
            reminder.read(["mail_center_thread_id"])
        with self.assertRaises(AccessError):
            reminder.write({"mail_center_thread_id": mail.thread_id.id})

    def test_nobody_puts_off_what_he_may_not_read_or_to_the_past(self):
        mail = self.mail("Roof")
        with self.assertRaises(AccessError):
            self.mailbox(self.stranger).snooze(mail.ids, self.later)
        with self.assertRaises(AccessError):
            self.mailbox(self.stranger).remind(mail.ids, self.later)
        with self.assertRaises(UserError):
            self.mailbox().snooze(mail.ids, "2020-01-01 08:00:00")


class TestShortcuts(StoredMailCase):
    def test_a_template_comes_by_its_shortcut_with_the_fields_filled_in(self):
        template = self.env["mail.center.template"].create(
            {"name": "Thanks", "shortcut": "thanks", "body_html": "<p>Thank you,</p>"}
        )
        Drafts = self.env["mail.center.draft"].with_user(self.owner)
        window = Drafts.open_new({})
        self.assertIn("thanks", [one["shortcut"] for one in window["templates"]])
        answer = Drafts.browse(window["id"]).canned_answer(template.id)
        self.assertIn("Thank you,", answer["html"])
        profile = self.env["mail.center.profile"].create({"name": "Board"})
        template.profile_ids = profile
        with self.assertRaises(UserError):
            Drafts.browse(window["id"]).canned_answer(template.id)

    def test_a_shortcut_that_can_not_be_typed_is_refused(self):
        for wrong in ("two words", "::thanks", "x" * 41):
            with self.assertRaises(ValidationError):
                self.env["mail.center.template"].create({"name": "T", "shortcut": wrong})
