"""Automations: server actions and webhooks when mail comes, is sent or fails."""

import contextlib
import http.server
import json
import threading
from datetime import datetime, timezone
from unittest.mock import patch

import psycopg2
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import mute_logger

from ..core.intake import Intake, take_in
from ..core.webhook import SIGNATURE, is_signed
from .common import a_mail

CALLS = "odoo.addons.mail_center.models.mail_center_trigger_call"


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.end_headers()

    def log_message(self, *_arguments):
        """Tests say nothing."""


class TestTrigger(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,mail_center.group_manager"
        cls.boss = new_test_user(cls.env, login="mc_boss", groups=groups)
        cls.other_boss = new_test_user(cls.env, login="mc_other", groups=groups)
        accounts = cls.env["mail.center.account"]
        cls.office, cls.private = (
            accounts.create(
                {"name": name, "email": f"{name}@mc.example", "user_id": owner.id,
                 "smtp_host": "smtp.mc.example", "use_for_integration": True}
            )
            for name, owner in (("office", cls.boss), ("private", cls.other_boss))
        )
        cls.folders = {
            account: cls.env["mail.center.folder"].create(
                {"account_id": account.id, "path": "INBOX"}
            )
            for account in (cls.office, cls.private)
        }
        cls.complaint = cls.env["mail.center.type"].create({"name": "Complaint XY"})
        cls.server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.uid = 0

    def setUp(self):
        super().setUp()
        self.server.got, self.server.answers = [], []
        self.env["mail.center.trigger"].search([("id", "!=", 0)]).active = False

    def trigger(self, user=None, **vals):
        return self.env["mail.center.trigger"].with_user(user or self.boss).create(
            {"name": "T", "event": "received", "kind": "webhook", "allow_private": True,
             "url": f"http://127.0.0.1:{self.server.server_port}/hook", "new_secret": "planted",
             **vals}
        )

    def receive(self, account, subject, **headers):
        type(self).uid += 1
        mail = a_mail("eve@x.example", account.email, subject, **headers)
        messages, _bad = self.env["mail.center.filing"]._file(
            self.folders[account], [take_in(mail, uid=self.uid)]
        )
        return messages

    def run_calls(self):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr, user=self.env.ref("base.user_root").id, su=True)
            env["mail.center.trigger.call"]._cron_call()
        self.env.invalidate_all()

    def bodies(self):
        return [json.loads(body) for _headers, body in self.server.got]

    def test_a_webhook_tells_of_new_mail_with_a_signature(self):
        trigger = self.trigger(with_text=True)
        mail = self.receive(self.office, "Broken delivery")
        self.assertFalse(self.server.got, "nothing uses the network before the commit")
        self.run_calls()
        ((headers, body),) = self.server.got
        stamp = int(headers[SIGNATURE].split(",")[0][2:])
        self.assertTrue(is_signed("planted", headers[SIGNATURE], body, stamp))
        content = json.loads(body)
        self.assertEqual(content["event"], "received")
        self.assertEqual(content["message"]["id"], mail.id)
        self.assertEqual(content["message"]["subject"], "Broken delivery")
        self.assertIn("Good morning", content["message"]["text"])
        self.assertEqual(trigger.call_ids.sudo().state, "done")
        self.run_calls()
        self.assertEqual(len(self.server.got), 1)

    def test_account_and_type_decide(self):
        self.trigger(account_ids=[(6, 0, self.office.ids)], type_ids=[(6, 0, self.complaint.ids)])
        self.receive(self.office, "of no type")
        self.office.incoming_type_id = self.complaint
        self.receive(self.office, "a complaint")
        self.run_calls()
        self.assertEqual([body["message"]["subject"] for body in self.bodies()], ["a complaint"])
        self.assertEqual(self.bodies()[0]["message"]["type"]["name"], "Complaint XY")

    def test_the_type_that_a_rule_gives_counts(self):
        self.env["mail.center.rule"].with_user(self.boss).create(
            {"account_id": self.office.id, "name": "R", "subject_words": "broken",
             "type_id": self.complaint.id}
        )
        self.trigger(type_ids=[(6, 0, self.complaint.ids)])
        self.receive(self.office, "It is broken")
        self.receive(self.office, "It is fine")
        self.run_calls()
        self.assertEqual([body["message"]["subject"] for body in self.bodies()], ["It is broken"])

    def test_mail_that_the_writer_may_not_read_is_not_passed_on(self):
        self.trigger()
        self.receive(self.private, "secret")
        self.receive(self.office, "public")
        self.run_calls()
        self.assertEqual([body["message"]["subject"] for body in self.bodies()], ["public"])
        with self.assertRaises(AccessError):
            self.trigger(account_ids=[(6, 0, self.private.ids)])
        user = new_test_user(self.env, "mc_plain", groups="mail_center.group_user")
        with self.assertRaises(AccessError):
            self.trigger(user)

    def test_old_mail_of_a_first_import_is_no_news(self):
        self.trigger()
        self.receive(self.office, "old", date=datetime(2020, 1, 1, tzinfo=timezone.utc))
        self.run_calls()
        self.assertFalse(self.server.got)

    def test_mail_that_is_understood_only_later_is_news_then_and_once(self):
        self.trigger()
        raw = a_mail("eve@x.example", self.office.email, "At last")
        filing = self.env["mail.center.filing"]
        type(self).uid += 1
        filing._file(self.folders[self.office], [Intake(raw, uid=self.uid, error="planted")])
        line = self.env["mail.center.quarantine"].search(
            [("account_id", "=", self.office.id)], order="id desc", limit=1
        )
        self.run_calls()
        self.assertFalse(self.server.got)
        line.with_user(self.boss).action_retry()
        line.write({"state": "waiting"})
        line.with_user(self.boss).action_retry()  # it is here already
        self.run_calls()
        self.assertEqual([body["message"]["subject"] for body in self.bodies()], ["At last"])

    def test_a_receiver_that_fails_is_tried_again_with_the_same_key(self):
        trigger = self.trigger()
        self.server.answers = [500, 302, 200]
        self.receive(self.office, "x")
        for number in (1, 2, 3):
            self.run_calls()
            self.assertEqual(len(self.server.got), number)
            call = trigger.call_ids.sudo()
            if number < 3:
                self.assertEqual((call.state, trigger.failures), ("waiting", number))
                self.run_calls()
                self.assertEqual(len(self.server.got), number, "not before its time")
                call.next_attempt = False
        self.assertEqual((call.state, trigger.failures), ("done", 0))
        keys = {headers["X-Mail-Center-Call"] for headers, _body in self.server.got}
        self.assertEqual(len(keys), 1)

    def test_a_worker_that_dies_in_a_call_leaves_it_to_be_made_again(self):
        trigger = self.trigger()
        self.receive(self.office, "x")

        class Killed(BaseException):
            pass

        # Not by assertRaises, which would roll back what was committed before.
        with patch(f"{CALLS}.post", side_effect=Killed), contextlib.suppress(Killed):
            self.run_calls()
        self.env.invalidate_all()
        call = trigger.call_ids.sudo()
        self.assertEqual((call.state, call.attempts), ("waiting", 1))
        call.next_attempt = False
        self.run_calls()
        self.assertEqual((call.state, len(self.server.got)), ("done", 1))

    def test_a_call_is_given_up_in_the_end_and_can_be_made_again(self):
        trigger = self.trigger()
        self.server.answers = [500] * 20
        self.receive(self.office, "x")
        call = trigger.call_ids.sudo()
        for _number in range(20):
            call.next_attempt = False
            self.run_calls()
        self.assertEqual((call.state, len(self.server.got)), ("failed", 16))
        self.server.answers = []
        call.with_user(self.boss).action_again()
        self.run_calls()
        self.assertEqual(call.state, "done")

    def test_what_waits_is_not_sent_to_the_address_that_somebody_else_writes(self):
        trigger = self.trigger(url="http://127.0.0.1:9/away", with_text=True)
        self.receive(self.office, "of the office")
        trigger.with_user(self.other_boss).url = f"http://127.0.0.1:{self.server.server_port}/"
        self.run_calls()
        call = trigger.call_ids.sudo()
        self.assertEqual((self.server.got, call.state, call.user_id), ([], "failed", self.boss))
        self.assertIn("changed", call.error)
        call.action_again()
        self.run_calls()
        self.assertFalse(self.server.got)

    def test_what_its_writer_may_not_read_any_more_is_not_sent(self):
        trigger = self.trigger()
        self.receive(self.office, "still mine")
        self.office.user_id = self.other_boss
        self.run_calls()
        self.assertEqual((self.server.got, trigger.sudo().call_ids.state), ([], "failed"))

    def test_what_waits_is_dropped_when_something_else_is_to_be_done(self):
        trigger = self.trigger()
        self.receive(self.office, "x")
        trigger.write({"name": "Same kind", "kind": "webhook"})
        self.assertTrue(trigger.sudo().call_ids)
        trigger.write({"kind": "action", "action_server_id": self.action("pass").id})
        self.assertFalse(trigger.sudo().call_ids)

    @mute_logger(CALLS)
    def test_a_call_that_can_not_be_made_keeps_no_other_waiting(self):
        trigger = self.trigger()
        self.receive(self.office, "broken")
        broken = trigger.sudo().call_ids
        broken.body = False
        self.receive(self.office, "whole")
        self.run_calls()
        self.assertEqual([body["message"]["subject"] for body in self.bodies()], ["whole"])
        self.assertEqual(broken.state, "failed")
        self.assertIn("unexpectedly", broken.error)

    def test_text_that_is_passed_on_is_noted_as_read_where_that_is_wanted(self):
        self.office.audit_reading = True
        self.trigger()
        mail = self.receive(self.office, "without text")
        readings = self.env["mail.center.reading"]
        self.assertFalse(readings.search([("account_id", "=", self.office.id)]))
        self.trigger(with_text=True)
        mail = self.receive(self.office, "with text")
        noted = readings.search([("account_id", "=", self.office.id)])
        self.assertEqual((noted.user_id, noted.message_id), (self.boss, mail))

    def test_who_makes_a_new_secret_answers_for_what_is_passed_on(self):
        trigger = self.trigger()
        trigger.with_user(self.other_boss).action_new_secret()
        self.assertEqual(trigger.user_id, self.other_boss)
        mine = self.trigger(account_ids=[(6, 0, self.office.ids)])
        with self.assertRaises(AccessError):
            mine.with_user(self.other_boss).action_new_secret()

    def test_automations_of_another_company_are_not_seen(self):
        trigger = self.trigger()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.other_boss.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        triggers = self.env["mail.center.trigger"].with_user(self.other_boss)
        self.assertFalse(triggers.search([("id", "=", trigger.id)]))
        with self.assertRaises(AccessError):
            trigger.with_user(self.other_boss).name = "mine now"

    @mute_logger("odoo.addons.mail_center.models.mail_center_trigger")
    def test_gone_for_good_switches_it_off(self):
        trigger = self.trigger()
        self.server.answers = [410]
        self.receive(self.office, "x")
        self.run_calls()
        self.assertFalse(trigger.active)
        self.assertIn("refuses", trigger.problem)

    def test_what_went_wrong_is_told_in_the_words_of_who_wrote_the_automation(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.boss.lang = "pl_PL"
        away = self.trigger(url="http://127.0.0.1:1/")
        self.receive(self.office, "x")
        self.run_calls()
        self.assertIn("Serwer jest nieosiągalny.", away.problem)
        self.assertIn("127.0.0.1", away.problem)
        self.assertNotIn("No connection", away.problem)

    def test_a_private_address_is_for_managers_who_say_so(self):
        closed = self.trigger(allow_private=False)
        self.receive(self.office, "x")
        self.run_calls()
        self.assertEqual(closed.call_ids.sudo().state, "failed")
        self.assertIn("private network", closed.problem)
        opened = self.trigger()
        self.boss.group_ids -= self.env.ref("mail_center.group_manager")
        self.boss.group_ids += self.env.ref("mail_center.group_user")
        self.receive(self.office, "y")
        self.run_calls()
        self.assertEqual(opened.sudo().call_ids.state, "failed")
        self.assertFalse(self.server.got)

    def test_the_secret_is_stored_encrypted_and_read_by_nobody(self):
        trigger = self.trigger()
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT secret_token FROM mail_center_trigger WHERE id = %s", [trigger.id]
        )
        self.assertNotIn("planted", self.env.cr.fetchone()[0])
        self.assertNotIn("planted", str(trigger.read()))
        self.assertNotIn("secret_token", trigger.read()[0])
        self.assertFalse(trigger.copy().sudo()._secret() == "planted")

    def test_what_is_no_address_is_refused_when_it_is_typed(self):
        for url in ("ftp://x.example", "https://u:p@x.example", "", "x"):
            with self.assertRaises(ValidationError):
                self.trigger(url=url)

    def action(self, code, **vals):
        return self.env["ir.actions.server"].create(
            {"name": "A", "model_id": self.env["ir.model"]._get_id("mail.center.message"),
             "state": "code", "code": code, **vals}
        )

    def test_a_server_action_runs_on_new_mail_with_its_writers_rights(self):
        code = "env['res.partner'].create({'name': record.subject + ' ' + env.user.login})"
        self.boss.group_ids += self.env.ref("base.group_partner_manager")
        self.trigger(kind="action", url=False, action_server_id=self.action(code).id)
        self.receive(self.office, "Made by")
        self.run_calls()
        self.assertTrue(self.env["res.partner"].search([("name", "=", "Made by mc_boss")]))

    def test_what_a_server_action_did_is_not_lost_when_another_transaction_collides(self):
        code = "env['res.partner'].create({'name': record.subject})"
        self.boss.group_ids += self.env.ref("base.group_partner_manager")
        trigger = self.trigger(kind="action", url=False, action_server_id=self.action(code).id)
        self.receive(self.office, "Made in spite")
        calls = type(self.env["mail.center.trigger.call"])
        settle, collisions = calls._settle, [psycopg2.errors.SerializationFailure()]

        def collides(call, error):
            settle(call, error)
            if collisions:
                raise collisions.pop()

        with patch.object(calls, "_settle", collides):
            self.run_calls()
        self.assertFalse(collisions)
        self.assertEqual(trigger.call_ids.sudo().state, "done")
        made = self.env["res.partner"].search([("name", "=", "Made in spite")])
        self.assertEqual(len(made), 1)

    @mute_logger(CALLS)
    def test_a_server_action_can_do_no_more_than_its_writer(self):
        code = "env['ir.config_parameter'].set_param('planted', 'x')"
        trigger = self.trigger(kind="action", url=False, action_server_id=self.action(code).id)
        mail = self.receive(self.office, "x")
        self.run_calls()
        self.assertEqual(trigger.call_ids.sudo().state, "failed")
        self.assertFalse(self.env["ir.config_parameter"].sudo().get_param("planted"))
        self.assertTrue(mail.exists())

    def test_an_addon_hears_of_events_and_its_fault_holds_no_mail_up(self):
        heard = []
        events = type(self.env["mail.center.event"])
        original = events._on_event

        def on_event(self, event, messages):
            original(self, event, messages)
            heard.append((event, messages.mapped("subject")))
            raise ZeroDivisionError

        with patch.object(events, "_on_event", on_event), \
                mute_logger("odoo.addons.mail_center.models.mail_center_event"):
            mail = self.receive(self.office, "heard")
        self.assertEqual(heard, [("received", ["heard"])])
        self.assertTrue(mail.exists())

    def test_sent_and_failed_mail_are_events(self):
        self.trigger(event="sent")
        self.trigger(event="failed")
        answer = self.office.with_user(self.boss).integration_send("e@x.example", "Out", "x")
        outbox = self.env["mail.center.message"].browse(answer["id"]).outbox_ids
        outbox._set_state("failed")
        outbox._set_state("failed")
        outbox._set_state("sent")
        self.run_calls()
        self.assertEqual([body["event"] for body in self.bodies()], ["failed", "sent"])
