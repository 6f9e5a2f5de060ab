"""Message types that ask something of their mail: mailings, and what stays in the company."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from urllib.parse import unquote

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from ..core.mime import Address, parse_mailto
from ..core.unsubscribe import PATH, Token, sign
from .common import MailboxCase, a_mail
from .test_draft import codes

BASE = "https://erp.our.example"


class MailingCase(MailboxCase):
    def setUp(self):
        super().setUp()
        self.env["mail.center.template"].search([("active", "=", True)]).active = False
        self.env["ir.config_parameter"].set_param("web.base.url", BASE)
        self.newsletter = self.env.ref("mail_center.type_newsletter")
        self.letter = self.env["mail.center.type"].create({"name": "A letter"})
        self.drafts = self.env["mail.center.draft"].with_user(self.user)
        self.reader = self.make_account(self.user)

    def start(self, to, **vals):
        draft = self.drafts._start({"to": to, "subject": "News", "body_html": "<p>Hello</p>"})
        draft.write({"account_id": self.account.id, "type_id": self.newsletter.id, **vals})
        return draft

    def arrived(self, account=None):
        """The newest mail in a mailbox of the sandbox, as Python's own parser reads it."""
        _uid, _flags, raw = self.sandbox.messages((account or self.reader).email)[-1]
        return message_from_bytes(raw, policy=policy.default), raw

    def uris(self, mail):
        return re.findall(r"<([^<>]+)>", mail["List-Unsubscribe"])

    def mailing(self, *others):
        """Send a mailing to the reader (and others); returns it as it arrived."""
        self.write_mail(", ".join([self.reader.email, *others]), type_id=self.newsletter.id)
        self.send()
        return self.arrived()[0]

    def token(self, email, account=None):
        key = self.env["mail.center.linking"]._token_key()
        return sign(key, Token((account or self.account).id, email))

    def blacklisted(self, email):
        return self.env["mail.blacklist"].search([("email", "=", email)])

    def blacklist(self, email):
        return self.env["mail.blacklist"]._add(email)

    def write_back(self, subject, sender=None, account=None, **headers):
        """The account gets a mail from somebody."""
        address = (account or self.account).email
        sender = sender or self.reader.email
        self.sandbox.deliver(address, a_mail(sender, address, subject, **headers))
        self.receive()


class TestMailingHeader(MailingCase):
    def test_a_newsletter_arrives_with_one_click_and_a_mail_to_unsubscribe(self):
        mail = self.mailing()
        web, by_mail = self.uris(mail)
        self.assertTrue(web.startswith(BASE + PATH))
        self.assertEqual(parse_mailto(by_mail).to, (Address("", self.address),))
        self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertEqual(
            self.env["mail.center.mailing"]._token(web),
            Token(self.account.id, self.reader.email),
        )

    def test_what_arrives_is_what_the_preview_was_made_of(self):
        draft = self.start(self.reader.email)
        preview = draft.preview()
        draft.send(undo_seconds=0)
        self.send()
        mail, raw = self.arrived()
        self.assertEqual(preview["unsubscribe"], mail["List-Unsubscribe"])
        self.assertIn(b"\r\nList-Unsubscribe: <https://", raw)

    def test_mail_of_other_types_offers_nothing_to_unsubscribe(self):
        draft = self.start(self.reader.email, type_id=self.letter.id)
        self.assertFalse(draft.preview()["unsubscribe"])
        draft.send(undo_seconds=0)
        self.send()
        self.assertNotIn("List-Unsubscribe", self.arrived()[0])

    def test_without_https_only_a_mail_unsubscribes(self):
        self.env["ir.config_parameter"].set_param("web.base.url", "http://localhost:8069")
        mail = self.mailing()
        self.assertEqual([uri.partition(":")[0] for uri in self.uris(mail)], ["mailto"])
        self.assertNotIn("List-Unsubscribe-Post", mail)

    def test_a_mailing_to_several_tells_none_of_them_anothers_link(self):
        mail = self.mailing("eve@x.example")
        (by_mail,) = self.uris(mail)
        found = self.env["mail.center.mailing"]._token(unquote(by_mail))
        self.assertEqual(found, Token(self.account.id, ""))

    def test_the_accounts_own_type_counts_where_the_mail_has_none(self):
        self.account.outgoing_type_id = self.newsletter
        draft = self.start(self.reader.email, type_id=False)
        self.assertTrue(draft.preview()["unsubscribe"])

    def test_a_program_sends_a_mailing_like_a_person(self):
        self.account.use_for_integration = True
        account = self.account.with_user(self.user)
        mailing = {"subject": "News", "body_html": "<p>Hello</p>", "type_id": self.newsletter.id}
        account.integration_send(self.reader.email, **mailing)
        self.send()
        self.assertIn("List-Unsubscribe-Post", self.arrived()[0])
        self.blacklist(self.reader.email)
        with self.assertRaisesRegex(UserError, "does not want mailings"):
            account.integration_send(self.reader.email, **mailing)


class TestUnsubscribeByMail(MailingCase):
    def test_the_mail_that_the_program_writes_unsubscribes(self):
        link = parse_mailto(self.uris(self.mailing())[-1])
        # Sent from another address of hers: the token says which one got the mailing.
        self.write_back(link.subject, sender="eve.private@x.example")
        listed = self.blacklisted(self.reader.email)
        self.assertTrue(listed)
        self.assertIn(self.address, "".join(listed.message_ids.mapped("body")))
        self.assertFalse(self.blacklisted("eve.private@x.example"))
        self.assertTrue(self.env["mail.center.log"].search(
            [("account_id", "=", self.account.id), ("event", "=", "unsubscribed")]
        ))

    def test_a_mailing_to_several_unsubscribes_who_writes_and_only_who_got_it(self):
        link = parse_mailto(self.uris(self.mailing("eve@x.example"))[-1])
        self.write_back(link.subject, sender="stranger@x.example")
        self.assertFalse(self.blacklisted("stranger@x.example"))
        self.write_back(link.subject, sender="Eve <EVE@x.example>")
        self.assertTrue(self.blacklisted("eve@x.example"))
        self.assertFalse(self.blacklisted(self.reader.email))

    def test_a_wild_card_in_a_made_up_sender_hits_nobody(self):
        link = parse_mailto(self.uris(self.mailing("eve@x.example"))[-1])
        self.write_back(link.subject, sender="%@x.example")
        self.write_back(link.subject, sender="ev_@x.example")
        self.assertFalse(self.env["mail.blacklist"].search([("email", "like", "x.example")]))

    def test_a_changed_token_or_one_of_another_account_does_nothing(self):
        token = self.token("eve@x.example")
        self.write_back(f"unsubscribe {token[:-1]}")
        self.write_back(f"unsubscribe {token}", account=self.reader)
        self.write_back("unsubscribe eve@x.example")
        self.assertFalse(self.blacklisted("eve@x.example"))
        self.assertEqual(len(self.messages()), 2, "the mails are here for a person to read")

    def test_an_address_that_the_blacklist_can_not_hold_stops_no_mail(self):
        self.write_back(f"unsubscribe {self.token(chr(34) + 'a@b' + chr(34) + '@x.example')}")
        self.assertEqual(len(self.messages()), 1)
        lines = self.env["mail.center.log"].search([("account_id", "=", self.account.id)])
        self.assertIn("unsubscribed", lines.mapped("event"))


class TestUnwilling(MailingCase):
    def test_a_mailing_to_who_wants_none_can_not_be_sent(self):
        self.blacklist("eve@x.example")
        draft = self.start(f"{self.reader.email}, Eve <EVE@x.example>")
        (problem,) = draft.check()
        self.assertEqual((problem["code"], problem["level"]), ("unwilling", "error"))
        self.assertIn("eve@x.example", problem["message"].lower())
        self.assertNotIn(self.reader.email, problem["message"])
        self.assertEqual(codes(draft.send(confirmed=["unwilling"])["problems"]), ["unwilling"])

    def test_hidden_recipients_are_looked_at_too(self):
        self.blacklist("eve@x.example")
        draft = self.start(self.reader.email)
        draft.recipients_bcc = [{"name": "", "email": "eve@x.example", "partner_id": False}]
        self.assertEqual(codes(draft.check()), ["unwilling"])

    def test_a_foreign_domain_is_recognised_in_both_its_spellings(self):
        self.blacklist("eve@bücher.example")
        self.assertEqual(codes(self.start("eve@xn--bcher-kva.example").check()), ["unwilling"])

    def test_an_ordinary_mail_still_reaches_who_wants_no_mailings(self):
        self.blacklist("eve@x.example")
        self.assertFalse(self.start("eve@x.example", type_id=self.letter.id).check())

    def test_one_of_many_mails_begun_at_once_does_not_go_to_who_wants_no_mailings(self):
        partners = self.env["res.partner"].create(
            [{"name": name, "email": f"{name}@x.example"} for name in ("eve", "bob")]
        )
        self.blacklist("eve@x.example")
        windows = self.drafts.open_each("res.partner", partners.ids)
        eve, bob = (self.drafts.browse(window["id"]) for window in windows)
        self.assertEqual((codes(eve.check()), codes(bob.check())), (["unwilling"], []))
        (window,) = self.drafts.open_each("res.partner", partners[0].ids)
        self.assertFalse(self.drafts.browse(window["id"]).check(), "a single mail may be written")

    def test_who_takes_the_address_off_the_blacklist_may_write_again(self):
        self.blacklist("eve@x.example")
        self.env["mail.blacklist"]._remove("eve@x.example")
        self.assertFalse(self.start("eve@x.example").check())

    def test_who_unsubscribes_while_the_mailing_waits_does_not_get_it(self):
        other = self.make_account(self.user)
        draft = self.start(f"{self.reader.email}, {other.email}")
        later = fields.Datetime.to_string(fields.Datetime.now() + timedelta(hours=2))
        outbox = self.env["mail.center.outbox"].browse(draft.send(at=later)["outbox_id"])
        self.blacklist(other.email)
        outbox.send_after = False
        self.send()
        states = outbox.recipient_ids.mapped("state")
        self.assertEqual(states, ["sent", "cancelled"], outbox.error)
        self.assertEqual(outbox.state, "partly_sent")
        self.assertEqual(len(self.sandbox.messages(self.reader.email)), 1)
        self.assertFalse(self.sandbox.messages(other.email))

    def test_a_mailing_that_nobody_wants_any_more_becomes_a_draft_again(self):
        draft = self.start(self.reader.email)
        later = fields.Datetime.to_string(fields.Datetime.now() + timedelta(hours=2))
        outbox = self.env["mail.center.outbox"].browse(draft.send(at=later)["outbox_id"])
        self.blacklist(self.reader.email)
        outbox.send_after = False
        self.send()
        self.assertFalse(self.sandbox.messages(self.reader.email))
        self.assertEqual((outbox.state, draft.state), ("cancelled", "draft"))
        self.assertEqual(codes(draft.check()), ["unwilling"])


class TestConfidential(MailingCase):
    def setUp(self):
        super().setUp()
        self.letter.is_confidential = True
        self.env.company.email = "office@our-company.example"

    def test_addresses_outside_the_company_are_named_and_asked_about(self):
        draft = self.start("eve@x.example, jan@mc.example", type_id=self.letter.id)
        draft.recipients_bcc = [{"name": "", "email": "spy@y.example", "partner_id": False}]
        (problem,) = draft.check()
        self.assertEqual(problem["level"], "warning")
        self.assertIn("eve@x.example, spy@y.example", problem["message"])
        self.assertNotIn("jan@mc.example", problem["message"])
        self.assertTrue(draft.send(confirmed=[problem["code"]])["outbox_id"])

    def test_consent_to_one_address_is_none_to_the_next(self):
        draft = self.start("eve@x.example", type_id=self.letter.id)
        seen = codes(draft.check())
        draft.recipients_cc = [{"name": "", "email": "bob@x.example", "partner_id": False}]
        (problem,) = draft.send(confirmed=seen)["problems"]
        self.assertIn("bob@x.example", problem["message"])

    def test_accounts_the_company_and_its_users_are_inside(self):
        self.user.email = "anna@branch.example"
        draft = self.start(
            "a@mc.example, b@our-company.example, c@branch.example", type_id=self.letter.id
        )
        self.assertFalse(draft.check())

    def test_accounts_and_users_of_another_company_and_the_portal_are_outside(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.reader.write({"email": "box@other.example", "company_id": other.id})
        self.env["res.users"].create(
            {"name": "Portal", "login": "portal@customer.example",
             "email": "portal@customer.example",
             "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)]}
        )
        draft = self.start("a@other.example, portal@customer.example", type_id=self.letter.id)
        (problem,) = draft.check()
        self.assertIn("a@other.example, portal@customer.example", problem["message"])

    def test_a_colleagues_private_mailbox_lets_no_stranger_in(self):
        self.user.email = "anna.nowak@gmail.com"
        draft = self.start("anna.nowak@gmail.com, eve@gmail.com", type_id=self.letter.id)
        (problem,) = draft.check()
        self.assertIn("eve@gmail.com", problem["message"])
        self.assertNotIn("anna.nowak@gmail.com", problem["message"])

    def test_mail_of_other_types_goes_outside_unasked(self):
        self.assertFalse(self.start("eve@x.example").check())


@tagged("post_install", "-at_install")
class TestUnsubscribePage(MailingCase, HttpCase):
    def path(self, mail):
        web = self.uris(mail)[0]
        self.assertTrue(web.startswith(BASE))
        return web[len(BASE) :]

    def test_one_click_of_a_mail_program_unsubscribes(self):
        path = self.path(self.mailing())
        answer = self.url_open(
            path, data={"List-Unsubscribe": "One-Click"}, allow_redirects=False
        )
        self.assertEqual(answer.status_code, 200, "RFC 8058 allows no redirect")
        listed = self.blacklisted(self.reader.email)
        self.assertIn("link in a mailing", "".join(listed.message_ids.mapped("body")))
        # As multipart/form-data too, and as often as it likes.
        answer = self.url_open(path, files={"List-Unsubscribe": (None, "One-Click")})
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(len(self.blacklisted(self.reader.email)), 1)

    def test_following_the_link_asks_first(self):
        answer = self.url_open(self.path(self.mailing()))
        self.assertEqual(answer.status_code, 200)
        self.assertIn(self.reader.email, answer.text)
        self.assertRegex(answer.text, r'(?s)<form method="post">.*<button type="submit">')
        self.assertFalse(self.blacklisted(self.reader.email))
        self.assertNotIn("session_id", answer.headers.get("Set-Cookie", ""))
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")

    def test_a_wrong_token_unsubscribes_nobody_and_tells_nothing(self):
        token = self.token("eve@x.example")
        other = "b" if token.endswith("a") else "a"
        wrong = [token[:-1], token[:-1] + other, token.replace("u1.", "u2."), "eve@x.example",
                 sign(b"another database", Token(self.account.id, "eve@x.example")),
                 self.token("")]
        for one in wrong:
            for data in (None, {"List-Unsubscribe": "One-Click"}):
                answer = self.url_open(PATH + one, data=data)
                self.assertEqual(answer.status_code, 404)
                self.assertNotIn("eve@x.example", answer.text)
        self.assertFalse(self.blacklisted("eve@x.example"))

    def test_an_address_can_not_bring_markup_into_the_page(self):
        answer = self.url_open(PATH + self.token("<script>alert(1)</script>@x.example"))
        self.assertNotIn("<script", answer.text)

    def test_the_link_works_when_the_account_is_gone(self):
        account = self.make_account(self.user)
        token = self.token("eve@x.example", account)
        account.unlink()
        self.url_open(PATH + token, data={"List-Unsubscribe": "One-Click"})
        self.assertTrue(self.blacklisted("eve@x.example"))
