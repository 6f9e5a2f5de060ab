"""The connection test of a legacy POP3 account, as the browser gets it."""

import json

from odoo.tests import tagged

from .pop3_common import Pop3Case
from .probe_common import PASSWORD, ProbeCase, certificate_for

CAPA = b"+OK\r\nUSER\r\nUIDL\r\n.\r\n"
WELCOME = b"+OK hello\r\n"


@tagged("post_install", "-at_install")
class TestPop3Probe(ProbeCase):
    make_legacy = Pop3Case.make_legacy

    def setUp(self):
        super().setUp()
        self.account = self.make_legacy()
        self.address = self.account.email

    def test_a_legacy_account_climbs_both_ladders_and_nothing_is_fetched(self):
        smtp = self.sandbox.ports["smtps"]
        self.account.write(
            {"smtp_host": "localhost", "smtp_port": smtp, "smtp_login": self.address}
        )
        self.sandbox.append(self.address, [(b"Subject: waiting\r\n\r\nhello\r\n", [], None)])
        self.env.flush_all()
        plan, *steps, end = self.post(f"/mail_center/account/{self.account.id}/test")
        self.assertEqual([ladder["protocol"] for ladder in plan["ladders"]], ["pop3", "smtp"])
        self.assertEqual(plan["ladders"][0]["title"], "Incoming mail (POP3)")
        self.assertIn(str(self.sandbox.ports["pop3s"]), plan["ladders"][0]["server"])
        climbed = [step for step in steps if step["protocol"] == "pop3"]
        self.assertEqual(
            [step["name"] for step in climbed],
            [step["name"] for step in plan["ladders"][0]["steps"]],
        )
        self.assertTrue(all(step["ok"] for step in climbed))
        self.assertIn("Messages in the mailbox: 1 ", climbed[-1]["detail"])
        self.assertTrue(end["ok"] and end["fetch_ok"])
        self.assertEqual(end["message"], "All is well: mail can be fetched and sent.")
        ((_uid, flags, _raw),) = self.sandbox.messages(self.address)
        self.assertNotIn("\\Seen", flags)
        self.assertFalse(self.messages())

    def test_starttls_is_tested_as_well(self):
        last, end = self.probe(self.make_legacy(security="starttls"))
        self.assertEqual((list(last), last["pop3"]["name"]), (["pop3"], "messages"))
        self.assertEqual(
            end["message"], "Mail can be fetched. Nothing can be sent, since there is no SMTP "
            "server."
        )

    def test_a_wrong_and_a_missing_password_are_told_apart_and_never_shown(self):
        self.account.pop3_password = "planted-wrong"
        self.env.flush_all()
        news = self.post(f"/mail_center/account/{self.account.id}/test")
        self.assertNotIn("planted", json.dumps(news))
        self.assertEqual((news[-2]["name"], news[-2]["code"]), ("login", "login_refused"))
        self.assertEqual(news[-1]["message"], "Mail can't be fetched.")
        self.account.action_forget_passwords()
        last, _end = self.probe()
        self.assertEqual(last["pop3"]["code"], "password_missing")

    def test_a_server_that_repeats_the_password_does_not_get_it_onto_the_screen(self):
        server = self.server(
            WELCOME,
            {"CAPA": CAPA, "USER": b"+OK\r\n", "PASS": b"-ERR wrong: " + PASSWORD.encode()
             + b"\r\n"},
        )
        self.account.write({"pop3_port": server.port, "pop3_security": "none"})
        last, _end = self.probe()
        self.assertEqual(last["pop3"]["code"], "login_refused")
        self.assertIn("***", last["pop3"]["detail"])

    def test_a_certificate_for_another_name_says_for_which(self):
        context, pem = certificate_for("pop.other.example")
        server = self.server(WELCOME, {}, context)
        self.account.write({"pop3_port": server.port, "ca_pem": pem})
        last, _end = self.probe()
        self.assertEqual(
            (last["pop3"]["name"], last["pop3"]["code"]), ("tls", "certificate_hostname")
        )
        self.assertIn("pop.other.example", last["pop3"]["detail"])

    def test_a_server_without_unique_ids_leads_to_imap(self):
        server = self.server(
            WELCOME, {"CAPA": b"-ERR\r\n", "USER": b"+OK\r\n", "PASS": b"+OK\r\n",
                      "UIDL": b"-ERR what?\r\n", "QUIT": b"+OK\r\n"},
        )
        self.account.write({"pop3_port": server.port, "pop3_security": "none"})
        last, _end = self.probe()
        self.assertEqual(last["pop3"]["code"], "pop3_no_uidl")
        self.assertIn("IMAP", last["pop3"]["advice"])

    def test_the_owner_tests_nothing_inside(self):
        server = self.server(WELCOME, {})
        self.account.pop3_port = server.port
        last, end = self.probe(user=self.user)
        self.assertEqual(last["pop3"]["code"], "port_forbidden")
        self.assertIn("email manager", end["message"])
        self.account.write({"pop3_host": "10.0.0.1", "pop3_port": 995})
        last, _end = self.probe(user=self.user)
        self.assertEqual(last["pop3"]["code"], "address_private")
        self.assertEqual(server.connections, 0)

    def test_an_account_that_only_sends_says_so(self):
        self.account.write(
            {"smtp_host": "localhost", "smtp_port": self.sandbox.ports["smtps"],
             "smtp_login": self.address, "pop3_host": False}
        )
        last, end = self.probe()
        self.assertEqual(list(last), ["smtp"])
        self.assertIn("no POP3 server", end["message"])
