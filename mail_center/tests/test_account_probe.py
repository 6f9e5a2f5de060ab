"""The connection test as the browser gets it, against real servers with real faults."""

import json
import threading
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest.mock import patch

from odoo.tests import new_test_user, tagged
from odoo.tools.translate import code_translations

from ..core.providers import discover
from .common import foreign_authority
from .probe_common import PASSWORD, ProbeCase, certificate_for


class Autoconfig(BaseHTTPRequestHandler):
    """What a domain publishes of its mail servers."""

    document = b"""<clientConfig><emailProvider id="x"><displayName>Example Mail</displayName>
      <incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>143</port>
        <socketType>STARTTLS</socketType><username>%EMAILLOCALPART%</username></incomingServer>
      <outgoingServer type="smtp"><hostname>smtp.%EMAILDOMAIN%</hostname><port>587</port>
        <socketType>STARTTLS</socketType><username>%EMAILADDRESS%</username></outgoingServer>
      </emailProvider></clientConfig>"""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.document)

    def log_message(self, *arguments):
        pass


@tagged("post_install", "-at_install")
class TestProbe(ProbeCase):
    # ---- all is well --------------------------------------------------------

    def test_a_good_account_climbs_to_the_top_in_the_order_of_the_plan(self):
        self.env.flush_all()
        plan, *steps, end = self.post(f"/mail_center/account/{self.account.id}/test")
        self.assertEqual([ladder["protocol"] for ladder in plan["ladders"]], ["imap", "smtp"])
        for ladder in plan["ladders"]:
            climbed = [step for step in steps if step["protocol"] == ladder["protocol"]]
            self.assertEqual(
                [step["name"] for step in climbed], [step["name"] for step in ladder["steps"]]
            )
            self.assertTrue(all(step["ok"] for step in climbed))
            self.assertIn("localhost", climbed[2]["detail"])
        self.assertTrue(end["ok"])
        self.assertFalse(end["warning"])
        self.assertEqual(end["message"], "All is well: mail can be fetched and sent.")
        self.assertFalse(self.sandbox.messages(self.address), "nothing was sent")

    def test_starttls_is_tested_as_well(self):
        account = self.make_account(self.user, security="starttls")
        last, end = self.probe(account)
        self.assertEqual((last["imap"]["name"], last["smtp"]["name"]), ("folders", "sender"))
        self.assertTrue(end["ok"])

    def test_what_works_but_is_not_safe_ends_in_a_warning(self):
        self.account.write({"verify_certificate": False, "ca_pem": False})
        _last, end = self.probe()
        self.assertTrue(end["ok"] and end["warning"])
        self.assertIn("yellow", end["message"])

    def test_an_account_that_only_sends_says_so(self):
        self.account.imap_host = False
        last, end = self.probe()
        self.assertEqual(list(last), ["smtp"])
        self.assertTrue(end["ok"])
        self.assertIn("no IMAP server", end["message"])

    # ---- each way to fail ---------------------------------------------------

    def test_a_wrong_password_is_told_for_both_and_never_shown(self):
        self.account.imap_password = "planted-wrong"
        self.env.flush_all()
        news = self.post(f"/mail_center/account/{self.account.id}/test")
        self.assertNotIn("planted", json.dumps(news))
        failed = {step["protocol"]: step["code"] for step in news if step.get("ok") is False
                  and step["type"] == "step"}
        self.assertEqual(failed, {"imap": "login_refused", "smtp": "login_refused"})
        self.assertEqual(news[-1]["message"], "Mail can be neither fetched nor sent.")

    def test_a_server_that_repeats_the_password_does_not_get_it_onto_the_screen(self):
        server = self.server(
            b"* OK hi\r\n",
            {"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n%t OK x\r\n",
             "LOGIN": b"%t NO wrong: " + PASSWORD.encode() + b"\r\n"},
        )
        self.account.write({"imap_port": server.port, "imap_security": "none"})
        last, _end = self.probe()
        self.assertEqual(last["imap"]["code"], "login_refused")
        self.assertIn("***", last["imap"]["detail"])

    def test_a_missing_password_is_not_called_a_wrong_one(self):
        self.account.action_forget_passwords()
        last, _end = self.probe()
        self.assertEqual(last["imap"]["code"], "password_missing")
        self.assertEqual(last["smtp"]["code"], "password_missing")

    def test_a_wrong_password_at_a_known_provider_brings_its_advice(self):
        self.account.write({"email": "anna@gmail.com", "imap_password": "wrong"})
        last, _end = self.probe()
        self.assertIn("app password", last["imap"]["hint"])

    def test_an_unknown_host_name_harms_only_its_own_side(self):
        self.account.imap_host = "no-such-host.invalid"
        last, end = self.probe()
        self.assertEqual((last["imap"]["name"], last["imap"]["code"]), ("name", "name_unknown"))
        self.assertEqual(last["smtp"]["code"], "sender_ok")
        self.assertEqual(end["message"], "Mail can be sent, but not fetched.")

    def test_a_closed_port(self):
        server = self.server(b"", {})
        server.close()
        self.account.smtp_port = server.port
        last, end = self.probe()
        self.assertEqual((last["smtp"]["name"], last["smtp"]["code"]), ("tcp", "tcp_refused"))
        self.assertEqual(end["message"], "Mail can be fetched, but not sent.")

    def test_a_certificate_for_another_name_says_for_which(self):
        context, pem = certificate_for("mail.other.example")
        server = self.server(b"* OK hi\r\n", {}, context)
        self.account.write({"imap_port": server.port, "ca_pem": pem})
        last, _end = self.probe()
        self.assertEqual((last["imap"]["name"], last["imap"]["code"]),
                         ("tls", "certificate_hostname"))
        self.assertIn("mail.other.example", last["imap"]["detail"])

    def test_an_authority_that_is_not_trusted_says_which(self):
        self.account.ca_pem = foreign_authority()
        last, _end = self.probe()
        for protocol in ("imap", "smtp"):
            self.assertEqual(last[protocol]["code"], "certificate_unknown_issuer")
            self.assertIn("mail_center sandbox CA", last[protocol]["detail"])

    def test_starttls_that_is_not_offered(self):
        incoming = self.server(
            b"* OK hi\r\n", {"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n%t OK x\r\n"}
        )
        outgoing = self.server(b"220 hi\r\n", {"EHLO": b"250-x\r\n250 8BITMIME\r\n"})
        self.account.write(
            {"imap_port": incoming.port, "imap_security": "starttls",
             "smtp_port": outgoing.port, "smtp_security": "starttls"}
        )
        last, _end = self.probe()
        self.assertEqual({step["code"] for step in last.values()}, {"starttls_missing"})

    def test_a_sender_address_that_is_not_the_logins(self):
        self.account.email = "boss@mc.example"
        last, _end = self.probe()
        self.assertEqual((last["smtp"]["name"], last["smtp"]["code"]), ("sender", "sender_refused"))
        self.assertIn("boss@mc.example", last["smtp"]["detail"])

    def test_a_recipient_that_is_refused(self):
        server = self.server(
            b"220 hi\r\n",
            {"EHLO": b"250-x\r\n250 SIZE 1000000\r\n", "MAIL": b"250 2.1.0 ok\r\n",
             "RCPT": b"550 5.1.1 no such mailbox\r\n", "RSET": b"250 ok\r\n",
             "QUIT": b"221 bye\r\n"},
        )
        self.account.write(
            {"smtp_port": server.port, "smtp_security": "none", "smtp_login": False}
        )
        last, _end = self.probe()
        self.assertEqual(last["smtp"]["code"], "recipient_refused")
        self.assertIn("does not exist", last["smtp"]["cause"])

    def test_nothing_to_test_is_said_so(self):
        self.account.write({"imap_host": False, "smtp_host": False})
        last, end = self.probe()
        self.assertFalse(last)
        self.assertEqual((end["type"], end["ok"]), ("refused", False))
        self.assertIn("enter the servers", end["message"])

    # ---- who may test what --------------------------------------------------

    def test_the_owner_tests_public_mail_servers_and_nothing_inside(self):
        incoming = self.server(b"* OK hi\r\n", {})
        self.account.imap_port = incoming.port
        last, end = self.probe(user=self.user)
        self.assertIn("email manager", end["message"])
        self.assertEqual(last["imap"]["code"], "port_forbidden")
        self.assertEqual(last["smtp"]["code"], "port_forbidden")
        for host in ("localhost", "127.0.0.1", "169.254.169.254", "10.0.0.1"):
            self.account.write({"imap_host": host, "imap_port": 993, "smtp_host": False})
            last, _end = self.probe(user=self.user)
            self.assertEqual((last["imap"]["name"], last["imap"]["code"]),
                             ("name", "address_private"))
        self.assertEqual(incoming.connections, 0)

    def test_who_does_not_manage_the_account_can_not_test_it(self):
        reader = new_test_user(
            self.env, login="mc_reader", password="mc_reader",
            groups="base.group_user,mail_center.group_user",
        )
        stranger = new_test_user(
            self.env, login="mc_stranger", password="mc_stranger",
            groups="base.group_user,mail_center.group_user",
        )
        self.account.permission_ids = [
            (0, 0, {"user_id": reader.id, "can_read": True, "can_send": True})
        ]
        for user in (reader, stranger):
            last, end = self.probe(user=user)
            self.assertFalse(last)
            self.assertEqual(end["type"], "refused")
            self.assertNotIn("localhost", end["message"])
        self.account.permission_ids.can_manage = True
        last, _end = self.probe(user=reader)
        self.assertTrue(last)

    def test_the_eleventh_test_within_a_minute_has_to_wait(self):
        server = self.server(b"* OK hi\r\n", {})
        self.account.write({"imap_port": server.port, "smtp_host": False, "imap_security": "none"})
        for _number in range(10):
            self.env["mail.center.rate.limit"].with_user(self.manager)._take("connection_test", 10)
        last, end = self.probe()
        self.assertFalse(last)
        self.assertRegex(end["message"], r"Wait \d+ seconds")
        self.assertEqual(server.connections, 0)
        limit = self.env["mail.center.rate.limit"].search([("user_id", "=", self.manager.id)])
        limit.times = [moment - 61 for moment in limit.times]
        last, _end = self.probe()
        self.assertTrue(last)

    def test_a_page_of_somebody_else_can_not_start_a_test(self):
        self.authenticate("mc_manager", "mc_manager")
        answer = self.url_open(f"/mail_center/account/{self.account.id}/test", data={"x": "y"})
        self.assertEqual(answer.status_code, 400)

    # ---- how it is made -----------------------------------------------------

    def test_the_database_is_left_alone_while_the_network_is_used(self):
        news = self.env["mail.center.probe"].with_user(self.manager)._test(self.account)
        self.env.flush_all()
        with patch.object(
            type(self.env.cr), "execute", side_effect=AssertionError("the database was asked")
        ):
            end = list(news)[-1]
        self.assertTrue(end["ok"])

    def test_each_test_is_in_the_log_with_who_made_it(self):
        self.probe()
        line = self.env["mail.center.log"].search(
            [("account_id", "=", self.account.id), ("event", "=", "connection_test")]
        )
        self.assertIn(self.manager.name, line.message)

    def test_the_steps_speak_the_users_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.manager.lang = "pl_PL"
        polish = {
            "All is well: mail can be fetched and sent.": "Wszystko działa.",
            "Logged in as {login}.": "Zalogowano jako {login}.",
            "{host} is {addresses}.": "{host} ma adres {broken",
        }
        with patch.dict(code_translations.python_translations, {("mail_center", "pl_PL"): polish}):
            self.env.flush_all()
            news = self.post(f"/mail_center/account/{self.account.id}/test")
        self.assertEqual(news[-1]["message"], "Wszystko działa.")
        details = [step.get("detail") for step in news]
        self.assertIn(f"Zalogowano jako {self.address}.", details)
        self.assertIn("localhost is 127.0.0.1", " ".join(filter(None, details)))

    # ---- finding settings ---------------------------------------------------

    def test_the_settings_of_a_known_provider_are_found_without_the_network(self):
        (answer,) = self.post("/mail_center/account/find", email="anna@yahoo.com")
        self.assertTrue(answer["ok"])
        self.assertEqual(answer["settings"]["imap_host"], "imap.mail.yahoo.com")
        self.assertIn("app password", answer["note"])

    def test_a_domain_that_publishes_nothing_is_said_so(self):
        (answer,) = self.post("/mail_center/account/find", email="anna@no-such-host.invalid")
        self.assertFalse(answer["ok"])
        self.assertIn("No settings were found", answer["message"])

    @contextmanager
    def published(self):
        """A domain's published settings, on a real HTTPS server of this machine."""
        context, pem = certificate_for("localhost")
        server = HTTPServer(("127.0.0.1", 0), Autoconfig)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"https://localhost:{server.server_address[1]}/mail/config-v1.1.xml"
        local = partial(discover, urls=[url], pairs=[], ca_pem=pem)
        try:
            with patch("odoo.addons.mail_center.models.mail_center_probe.discover", local):
                yield
        finally:
            server.shutdown()
            server.server_close()

    def test_what_the_domain_publishes_fills_in_the_form(self):
        action = self.env.ref("mail_center.mail_center_account_action")
        with self.published():
            self.start_tour(
                f"/odoo/action-{action.id}", "mail_center_find_settings", login="mc_manager",
                timeout=90,
            )
        account = self.env["mail.center.account"].search([("email", "=", "tour@unknown.example")])
        self.assertEqual(
            (account.imap_host, account.imap_port, account.imap_security, account.imap_login),
            ("imap.unknown.example", 143, "starttls", "tour"),
        )
        self.assertEqual(account.smtp_host, "typed.example", "what was typed stays")

    def test_only_managers_search(self):
        (answer,) = self.post("/mail_center/account/find", self.user, email="anna@gmail.com")
        self.assertEqual((answer["type"], answer["ok"]), ("refused", False))

    # ---- in the browser -----------------------------------------------------

    def test_an_account_that_fails_is_put_right_and_passes_in_the_browser(self):
        self.account.write({"name": "Tour office", "imap_password": "wrong horse"})
        self.env.flush_all()
        action = self.env.ref("mail_center.mail_center_account_action")
        self.start_tour(
            f"/odoo/action-{action.id}/{self.account.id}", "mail_center_test_connection",
            login="mc_manager", timeout=90,
        )
        secrets = self.env["mail.center.account.secret"]
        self.assertEqual(secrets._get(self.account, "imap", "localhost"), PASSWORD)

    def test_a_new_account_fills_itself_in_in_the_browser(self):
        action = self.env.ref("mail_center.mail_center_account_action")
        self.start_tour(
            f"/odoo/action-{action.id}", "mail_center_new_account", login="mc_manager", timeout=90
        )
        account = self.env["mail.center.account"].search([("email", "=", "tour@wp.pl")])
        self.assertEqual((account.imap_host, account.smtp_host), ("imap.wp.pl", "smtp.wp.pl"))
        self.assertEqual(account.permission_ids.mapped("can_read"), [True])
        self.assertTrue(account.imap_password_set)
