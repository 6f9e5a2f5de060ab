import json
import socket
from unittest.mock import patch

from odoo.addons.mail_center.core.providers import SendingLimits
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .send_common import SendCase, SmtpScript


class TestSendTrouble(SendCase):
    """A mail that does not leave at once: what its writer is told, and what he can do."""

    def away(self):
        """A port that is taken but where nobody listens."""
        nobody = socket.socket()
        self.addCleanup(nobody.close)
        nobody.bind(("127.0.0.1", 0))
        self.working_port = self.account.smtp_port
        self.account.smtp_port = nobody.getsockname()[1]

    def test_a_server_that_is_away_is_left_alone_for_a_time_and_all_its_mail_waits(self):
        self.away()
        first = self.write_mail(self.other.email, subject="first")
        self.send()
        second = self.write_mail(self.other.email, subject="second")
        self.send()
        self.assertEqual((first.state, second.state), ("deferred", "queued"))
        self.assertEqual(self.account.send_failures, 1, "the server was asked once")
        self.assertIn("Tried again at", self.outbox(second).situation)
        self.account.smtp_port = self.working_port
        self.clock(self.outbox(first))
        self.send()
        self.assertEqual((first.state, second.state), ("sent", "sent"))
        self.assertFalse(self.account.send_failures)

    def test_a_server_that_takes_its_time_gets_turn_after_turn_until_all_has_left(self):
        messages = [self.write_mail(self.other.email, subject=str(n)) for n in range(4)]
        # Each turn ends after one mail, with the envelope of the next one sent ahead.
        with patch("odoo.addons.mail_center.models.mail_center_sender.PATIENCE", 0.002):
            self.send()
        self.assertEqual({message.state for message in messages}, {"sent"})

    def test_a_mail_that_waits_for_hours_is_told_once_as_late(self):
        self.away()
        message = self.write_mail(self.other.email, subject="slow post")
        self.send()
        self.assertFalse(self.told())
        self.age(message, hours=5)
        self.send()
        self.send()
        self.assertEqual(len(self.told()), 1)
        self.assertIn("slow post", self.told()[0])
        self.assertIn("is late", self.told()[0])

    def test_a_mail_is_given_up_after_the_days_that_are_set_and_its_writer_is_told(self):
        self.env["ir.config_parameter"].sudo().set_param("mail_center.lifetime_days", "2")
        self.away()
        message = self.write_mail(self.other.email, subject="old")
        self.send()
        self.age(message, hours=47)
        self.send()
        self.assertEqual(message.state, "deferred")
        self.age(message, hours=2)
        self.send()
        self.assertEqual(message.state, "failed")
        self.assertIn("given up", self.outbox(message).recipient_ids.reason)
        self.assertIn("was not sent", self.told()[-1])

    def test_a_mail_whose_bytes_are_gone_is_given_up_in_the_end_and_says_why(self):
        message = self.write_mail(self.other.email, subject="lost bytes")
        self.env["ir.attachment"]._mail_source(message).unlink()
        self.send()
        self.assertEqual(message.state, "deferred")
        self.assertIn("file store", self.outbox(message).situation)
        self.age(message, hours=5 * 24)
        self.clock(self.outbox(message))
        self.send()
        self.assertEqual(message.state, "failed")
        self.assertIn("file store", self.told()[-1])

    def test_mail_of_an_account_whose_login_is_refused_too_often_says_what_it_waits_for(self):
        message = self.write_mail(self.other.email, subject="blocked")
        self.account.send_blocked = True
        self.send()
        situation = self.outbox(message).with_user(self.user).situation
        self.assertIn("password is typed again", situation)
        self.assertNotIn("Tried again", situation)

    def test_what_would_do_nothing_is_not_offered(self):
        message = self.write_mail(f"{self.other.email}, late@mc.example", subject="both")
        outbox = self.outbox(message).with_user(self.user)
        outbox.sudo().recipient_ids[0].state = "sent"
        self.assertNotIn("action_retry", outbox.delivery()["actions"])
        outbox.action_cancel()
        self.assertEqual(outbox.state, "partly_sent")
        self.assertNotIn("action_retry", outbox.delivery()["actions"])
        self.assertFalse(outbox.can_retry)

    def test_a_refused_mail_is_told_to_its_writer_at_once_until_she_is_done_with_it(self):
        message = self.write_mail("nobody@mc.example", subject="typo")
        self.send()
        self.assertEqual(message.state, "failed")
        self.assertIn("does not exist", self.told()[-1])
        menu = self.env["mail.center.message"].with_user(self.user).menu
        self.assertEqual(menu()["trouble"], 1)
        self.outbox(message).with_user(self.user).action_done_with()
        self.assertEqual(menu()["trouble"], 0)

    def test_why_a_mail_was_refused_is_told_in_the_language_of_its_writer(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        modules = self.env["ir.module.module"].search([("name", "=", "mail_center")])
        modules._update_translations(["pl_PL"])
        self.user.lang = "pl_PL"
        outbox = self.outbox(self.write_mail("nobody@mc.example", subject="typo"))
        self.send()
        self.assertEqual(outbox.error, "Ten adres nie istnieje. Sprawdź pisownię.")
        self.assertIn("Ten adres nie istnieje", json.loads(self.told()[-1])["payload"]["message"])

    def test_what_one_cancels_oneself_is_told_to_nobody(self):
        message = self.write_mail(self.other.email, subject="mine")
        self.outbox(message).with_user(self.user).action_cancel()
        self.assertFalse(self.told())

    def test_a_refused_login_is_told_at_once_and_not_tried_again_at_every_run(self):
        self.account.smtp_password = "wrong"
        message = self.write_mail(self.other.email, subject="locked out")
        self.send()
        self.assertEqual(message.state, "deferred")
        self.assertIn("is late", self.told()[-1])
        self.assertGreater(
            (self.account.send_retry_at - self.env.cr.now()).total_seconds(), 29 * 60
        )
        self.account.smtp_password = "correct horse"
        self.assertFalse(self.account.send_retry_at, "a new password deserves a try at once")

    def test_a_mail_that_some_did_not_get_is_edited_and_sent_to_those_alone(self):
        third = self.make_account(self.user)
        message = self.write_mail(
            f"{self.other.email}, nobody@mc.example", subject="half", body_html="<p>Hello all</p>",
            bcc_emails="hidden@mc.example", cc_emails=third.email,
        )
        self.send()
        self.assertEqual(message.state, "partly_sent")
        action = self.outbox(message).with_user(self.user).action_edit_and_resend()
        draft = self.env["mail.center.draft"].browse(action["params"]["draft_ids"])
        self.assertEqual([one["email"] for one in draft.recipients_to], ["nobody@mc.example"])
        self.assertFalse(draft.recipients_cc)
        self.assertEqual([one["email"] for one in draft.recipients_bcc], ["hidden@mc.example"])
        self.assertIn("Hello all", draft.body_html)
        self.assertTrue(self.outbox(message).is_done_with)
        states = self.outbox(message).recipient_ids.mapped("state")
        self.assertEqual(sorted(states), ["cancelled", "cancelled", "sent", "sent"])
        self.outbox(message).with_user(self.user).action_retry()
        self.send()
        self.assertEqual(message.state, "partly_sent", "as it was it goes to nobody any more")

    def test_a_mail_that_nobody_got_comes_back_as_the_draft_that_it_was(self):
        message = self.write_mail("nobody@mc.example", subject="typo")
        draft = self.outbox(message).draft_ids
        self.send()
        action = self.outbox(message).with_user(self.user).action_edit_and_resend()
        self.assertEqual(action["params"]["draft_ids"], draft.ids)
        self.assertEqual(draft.state, "draft")

    def test_a_mail_that_waits_is_cancelled_by_editing_it(self):
        message = self.write_mail(self.other.email, subject="not yet")
        self.outbox(message).with_user(self.user).action_edit_and_resend()
        self.send()
        self.assertEqual(message.state, "cancelled")
        self.assertFalse(self.sandbox.messages(self.other.email))

    def test_a_retried_mail_leaves_no_draft_behind(self):
        message = self.write_mail("nobody@mc.example", subject="typo")
        draft = self.outbox(message).draft_ids
        self.send()
        self.assertEqual(draft.state, "draft")
        self.sandbox.add_mailbox("nobody@mc.example", "x")
        self.addCleanup(self.sandbox.remove_mailbox, "nobody@mc.example", wait=False)
        self.outbox(message).with_user(self.user).action_retry()
        self.assertEqual(draft.state, "waiting")
        self.send()
        self.assertEqual(message.state, "sent")
        self.assertFalse(draft.exists())

    def test_another_user_can_not_edit_what_he_did_not_write(self):
        message = self.write_mail("nobody@mc.example", subject="typo")
        self.send()
        reader = new_test_user(
            self.env, login="mc_reader", groups="base.group_user,mail_center.group_user"
        )
        self.account.permission_ids = [(0, 0, {"user_id": reader.id, "can_read": True})]
        with self.assertRaises(UserError):
            self.outbox(message).with_user(reader).action_edit_and_resend()
        with self.assertRaises(AccessError):
            self.outbox(message).with_user(reader).action_retry()
        self.assertEqual(self.outbox(message).with_user(reader).delivery()["actions"], [])

    def test_the_servers_own_words_are_for_who_looks_after_the_account(self):
        message = self.write_mail("nobody@mc.example", subject="typo")
        self.send()
        own = self.outbox(message).with_user(self.user).delivery()["recipients"][0]
        self.assertIn("550 5.1.1", own["reply"])
        reader = new_test_user(
            self.env, login="mc_reader", groups="base.group_user,mail_center.group_user"
        )
        self.account.permission_ids = [(0, 0, {"user_id": reader.id, "can_read": True})]
        seen = self.outbox(message).with_user(reader).delivery()["recipients"][0]
        self.assertEqual(seen["reply"], "")
        self.assertIn("does not exist", seen["reason"])

    def test_a_server_that_wants_less_mail_is_left_alone_and_nothing_is_lost(self):
        server = SmtpScript({b"MAIL": b"421 4.7.0 Too many messages, slow down\r\n"})
        self.send_by(server)
        messages = [self.write_mail(self.other.email, subject=str(n)) for n in range(3)]
        self.send()
        self.assertTrue(self.account.send_retry_at)
        self.send()
        self.assertEqual(server.connections, 1)
        server.answers.clear()
        for message in messages:
            self.outbox(message).with_user(self.user).action_retry()
        self.send()
        self.assertEqual({message.state for message in messages}, {"sent"})
        self.assertEqual(server.taken, 3)


class TestSuspend(SendCase):
    def test_a_manager_suspends_all_sending_and_sees_what_is_held(self):
        manager = new_test_user(
            self.env, login="mc_boss", groups="base.group_user,mail_center.group_manager"
        )
        wizard = self.env["mail.center.sending"].with_user(manager).create({})
        wizard.action_suspend()
        message = self.write_mail(self.other.email, subject="held")
        self.send()
        self.assertEqual(message.state, "queued")
        self.assertIn("suspended", self.outbox(message).with_user(self.user).situation)
        self.env.invalidate_all()
        self.assertEqual((wizard.is_suspended, wizard.waiting_count), (True, 1))
        self.assertEqual(self.account.held_count, 1)
        wizard.action_resume()
        self.send()
        self.assertEqual(message.state, "sent")

    def test_who_is_no_manager_suspends_nothing(self):
        with self.assertRaises(AccessError):
            self.env["mail.center.sending"].with_user(self.user).create({})


class TestSendOrder(SendCase):
    """Limits and priorities."""

    def setUp(self):
        super().setUp()
        self.server = SmtpScript()
        self.send_by(self.server)
        self.mailing = self.env["mail.center.type"].create(
            {"name": "News in bulk", "is_mailing": True}
        )

    def queue(self, subject, **vals):
        return self.write_mail("to@x.example", subject=subject, **vals)

    def test_a_person_goes_before_a_mailing_that_was_there_first(self):
        for number in range(3):
            self.queue(f"news {number}", type_id=self.mailing.id)
        self.queue("from a person")
        self.send()
        self.assertEqual(self.server.subjects[0], "from a person")
        self.assertEqual(len(self.server.subjects), 4)

    def test_the_prompt_job_leaves_mailings_and_troubled_servers_to_the_other(self):
        news = self.queue("news", type_id=self.mailing.id)
        mine = self.queue("mine")
        self.send(prompt=True)
        self.assertEqual((news.state, mine.state), ("queued", "sent"))
        self.account.send_failures = 1
        again = self.queue("again")
        self.send(prompt=True)
        self.assertEqual(again.state, "queued")
        self.send()
        self.assertEqual((news.state, again.state), ("sent", "sent"))

    def test_a_server_that_dawdles_is_left_to_the_job_that_has_time(self):
        messages = [self.queue(str(number)) for number in range(3)]
        with patch("odoo.addons.mail_center.models.mail_center_sender.PATIENCE", -1):
            self.send(prompt=True)
        self.assertTrue(self.account.send_is_slow)
        self.assertEqual({message.state for message in messages}, {"queued"})
        self.send()
        self.assertEqual({message.state for message in messages}, {"sent"})
        self.assertFalse(self.account.send_is_slow, "it was quick this time")

    def test_no_more_leave_than_the_limit_says_and_the_rest_follows(self):
        self.account.send_per_hour = 2
        messages = [self.queue(str(number)) for number in range(3)]
        self.send()
        self.send()
        self.assertEqual([m.state for m in messages], ["sent", "sent", "queued"])
        for message in messages[:2]:
            self.outbox(message).sent_at = "2020-01-01"
        self.send()
        self.assertEqual(messages[2].state, "sent")

    def test_a_limit_in_recipients_counts_people_and_not_mails(self):
        limits = SendingLimits(per_minute=5, unit="recipients")
        with patch.object(type(self.account), "_provider_limits", lambda _self: limits):
            pair = ", ".join(f"to{number}@x.example" for number in range(2))
            messages = [self.write_mail(pair, subject=str(number)) for number in range(3)]
            self.send()
            self.assertEqual([m.state for m in messages], ["sent", "sent", "queued"])
            self.assertIn("limit", self.outbox(messages[2]).situation)
            for message in messages[:2]:
                self.outbox(message).sent_at = "2020-01-01"
            crowd = ", ".join(f"to{number}@x.example" for number in range(9))
            large = self.write_mail(crowd, subject="more than the limit")
            self.send()
            self.assertEqual([m.state for m in messages + [large]], ["sent"] * 3 + ["queued"])
            self.outbox(messages[2]).sent_at = "2020-01-01"
            self.send()
            self.assertEqual(large.state, "sent", "alone, else it would wait for ever")

    def test_a_mailing_leaves_a_part_of_the_limit_to_people(self):
        self.account.send_per_day = 5
        news = [self.queue(str(number), type_id=self.mailing.id) for number in range(5)]
        self.send()
        self.assertEqual([m.state for m in news].count("sent"), 4)
        mine = self.queue("mine")
        self.send()
        self.assertEqual(mine.state, "sent")

    def test_the_limits_of_a_known_provider_apply_until_one_sets_ones_own(self):
        self.account.email = "someone@gmail.com"
        self.assertEqual(self.account._send_limits(), [(86400, 500, "messages")])
        self.account.send_per_day = 50
        self.assertEqual(self.account._send_limits(), [(86400, 50, "messages")])
        self.account.write({"email": "x@company.example", "smtp_host": "smtp.office365.com"})
        self.assertIn((60, 30, "recipients"), self.account._send_limits())

    def test_an_account_with_much_mail_does_not_go_before_one_with_little(self):
        many = [self.queue(f"many {number}") for number in range(41)]
        other = SmtpScript()
        self.addCleanup(other.close)
        self.other.write({"smtp_host": "127.0.0.1", "smtp_port": other.port,
                          "smtp_security": "none", "smtp_login": False})
        one = self.queue("one", account_id=self.other.id)
        with patch("odoo.addons.mail_center.models.mail_center_sender_claims.BATCH", 20):
            self.send()
        states = self.env["mail.center.outbox.event"].search(
            [("state", "=", "sending"), ("outbox_id.message_id", "in", [*(m.id for m in many),
             one.id])], order="id",
        )
        order = states.mapped("outbox_id.message_id.subject")
        self.assertLess(order.index("one"), 21)
