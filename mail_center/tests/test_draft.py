
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import MailboxCase, a_mail


def codes(problems):
    return [problem["code"] for problem in problems]


class DraftCase(MailboxCase):
    def setUp(self):
        super().setUp()
        # Templates of other addons must not get into the texts that are looked at here.
        self.env["mail.center.template"].search([("active", "=", True)]).active = False
        self.drafts = self.env["mail.center.draft"].with_user(self.user)

    def start(self, **start):
        return self.drafts._start(start)

    def emails(self, draft, kind="to"):
        return [entry["email"] for entry in draft._entries(kind)]

    def incoming(self, text="How much?", **headers):
        self.sandbox.deliver(
            self.address,
            a_mail("Eve Example <eve@x.example>", f"{self.address}, carol@x.example",
                   "Re: Chairs", text=text, **headers),
        )
        self.receive()
        return self.messages()[-1]

    def outbox(self, draft):
        return self.env["mail.center.outbox"].search([("draft_ids", "=", draft.id)])


class TestDraftStart(DraftCase):
    def test_from_a_record_the_mail_goes_to_its_contact(self):
        partner = self.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        draft = self.start(res_model="res.partner", res_id=partner.id)
        self.assertEqual(
            draft.recipients_to,
            [{"name": "Eve", "email": "eve@x.example", "partner_id": partner.id, "valid": True}],
        )
        self.assertEqual(draft.account_id, self.account)
        self.assertEqual(draft.record_name, "Eve")
        self.assertEqual(draft.subject, "Eve")

    def test_reply_goes_to_the_sender_and_quotes_him_below_the_signature(self):
        self.user.signature = "<p>Anna, sales</p>"
        draft = self.start(parent_id=self.incoming().id, mode="reply")
        self.assertEqual(draft.subject, "Re: Chairs")
        self.assertEqual(self.emails(draft), ["eve@x.example"])
        self.assertFalse(self.emails(draft, "cc"))
        body = draft.body_html
        self.assertLess(body.index("Anna, sales"), body.index("<blockquote"))
        self.assertLess(body.index("<blockquote"), body.index("How much?"))

    def test_the_quote_says_in_the_writers_language_and_time_when_it_was_written(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        mail = self.incoming()
        mail.sudo().date = "2026-11-24 23:30:00"
        for lang, zone, when in (
            ("en_US", "America/New_York", "November 24, 2026, 6:30 PM"),
            ("pl_PL", "Europe/Warsaw", "25 listopada 2026 00:30"),
        ):
            self.user.write({"lang": lang, "tz": zone})
            drafts = self.drafts.with_context(lang=lang)
            for mode in ("reply", "forward"):
                body = drafts._start({"parent_id": mail.id, "mode": mode}).body_html
                self.assertIn(when, body.replace("\u202f", " "))

    def test_reply_goes_where_reply_to_says(self):
        draft = self.start(parent_id=self.incoming(reply_to="sales@x.example").id, mode="reply")
        self.assertEqual(self.emails(draft), ["sales@x.example"])

    def test_reply_all_leaves_oneself_out(self):
        draft = self.start(parent_id=self.incoming().id, mode="reply_all")
        self.assertEqual(self.emails(draft, "cc"), ["carol@x.example"])

    def test_forward_takes_the_files_along(self):
        message = self.incoming()
        self.env["ir.attachment"].create(
            {"name": "plan.pdf", "raw": b"%PDF", "res_model": message._name,
             "res_id": message.id}
        )
        draft = self.start(parent_id=message.id, mode="forward")
        self.assertEqual(draft.subject, "Fwd: Chairs")
        self.assertEqual([file["name"] for file in draft._files()], ["plan.pdf"])
        self.assertFalse(self.emails(draft))

    def test_an_answer_loads_no_picture_from_the_senders_server(self):
        message = self.incoming()
        message.sudo().body_html = '<p><img data-mc-src="https://x.example/open.png"></p>'
        draft = self.start(parent_id=message.id, mode="reply")
        self.assertNotIn(' src="https://x.example', draft.body_html)
        self.assertIn("https://x.example/open.png", draft.body_html)

    def test_a_mailto_link_fills_the_window(self):
        draft = self.start(
            mailto="mailto:eve@x.example?cc=bob@x.example&subject=Hi%20there&body=One%0D%0ATwo"
        )
        self.assertEqual(self.emails(draft), ["eve@x.example"])
        self.assertEqual(self.emails(draft, "cc"), ["bob@x.example"])
        self.assertEqual(draft.subject, "Hi there")
        self.assertIn("One<br>Two", draft.body_html)

    def test_one_mail_for_each_selected_record(self):
        partners = self.env["res.partner"].create(
            [{"name": name, "email": f"{name}@x.example"} for name in ("eve", "bob")]
        )
        windows = self.drafts.open_each("res.partner", partners.ids)
        self.assertEqual(
            [window["to"][0]["email"] for window in windows], ["eve@x.example", "bob@x.example"]
        )

    def test_the_account_last_used_for_a_record_is_offered_again(self):
        second = self.make_account(self.user)
        record = self.env["res.partner"].create({"name": "Deal"})
        self.write_mail(
            "eve@x.example", account_id=second.id, res_model="res.partner", res_id=record.id
        )
        draft = self.start(res_model="res.partner", res_id=record.id)
        self.assertEqual(draft.account_id, second)

    def test_the_signature_of_the_account_comes_before_the_users(self):
        self.user.signature = "<p>Anna</p>"
        self.account.signature = "<p>The office</p>"
        self.assertIn("The office", self.start().body_html)
        self.assertNotIn("Anna", self.start().body_html)

    def test_the_default_template_is_there_from_the_start(self):
        template = self.env["mail.center.template"].create(
            {"name": "Offer", "subject": "Offer for {{ recipient.name }}",
             "body_html": "<p>Dear {{ recipient.name }},</p>",
             "attachment_ids": [(0, 0, {"name": "terms.pdf", "raw": b"%PDF"})]}
        )
        template.is_default = True
        partner = self.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        draft = self.start(res_model="res.partner", res_id=partner.id)
        self.assertEqual(draft.subject, "Offer for Eve")
        self.assertIn("Dear Eve,", draft.body_html)
        self.assertEqual([file["name"] for file in draft._files()], ["terms.pdf"])

    def test_another_template_replaces_the_subject_unless_a_person_wrote_it(self):
        template = self.env["mail.center.template"].create(
            {"name": "Offer", "subject": "Offer", "body_html": "<p>Our offer</p>"}
        )
        draft = self.start()
        self.assertEqual(draft.insert_template(template.id)["subject"], "Offer")
        draft.save({"subject": "My own words"})
        answer = draft.insert_template(template.id)
        self.assertFalse(answer["subject"])
        self.assertIn("Our offer", answer["html"])
        self.assertEqual(draft.subject, "My own words")

    def test_a_template_with_the_signature_in_it_brings_no_second_one(self):
        self.user.signature = "<p>Best, Anna</p>"
        self.env["mail.center.template"].create(
            {"name": "Letter", "body_html": "<p>Hi</p>{{ sender.signature }}", "is_default": True}
        )
        self.assertEqual(self.start().body_html.count("Best, Anna"), 1)

    def test_an_answer_keeps_its_subject_and_files_that_were_added_stay(self):
        template = self.env["mail.center.template"].create(
            {"name": "Offer", "subject": "Offer", "body_html": "<p>Our offer</p>",
             "attachment_ids": [(0, 0, {"name": "terms.pdf", "raw": b"%PDF"})]}
        )
        draft = self.start(parent_id=self.incoming().id, mode="reply")
        self.assertFalse(draft.template_id)
        draft._add_file("own.txt", b"own")
        draft.insert_template(template.id)
        draft.insert_template(template.id)
        self.assertEqual(draft.subject, "Re: Chairs")
        self.assertEqual([file["name"] for file in draft._files()], ["own.txt", "terms.pdf"])

    def test_a_template_of_another_profile_can_not_be_inserted(self):
        profile = self.env["mail.center.profile"].create({"name": "Others"})
        template = self.env["mail.center.template"].create(
            {"name": "Secret", "body_html": "<p>x</p>", "profile_ids": [(6, 0, profile.ids)]}
        )
        draft = self.start()
        with self.assertRaises(AccessError):
            draft.insert_template(template.id)
        self.assertNotIn(template.id, [one["id"] for one in draft._window()["templates"]])


class TestDraftRecipients(DraftCase):
    def test_names_with_commas_groups_and_foreign_domains_are_understood(self):
        found = self.drafts.parse_recipients(
            '"Nowak, Anna" <anna@x.example>, Team: bob@x.example, eve@x.example;, jan@żółw.example'
        )
        self.assertEqual(
            [(entry["name"], entry["email"], entry["valid"]) for entry in found],
            [("Nowak, Anna", "anna@x.example", True), ("", "bob@x.example", True),
             ("", "eve@x.example", True), ("", "jan@żółw.example", True)],
        )

    def test_what_is_no_address_is_marked_at_once(self):
        (found,) = self.drafts.parse_recipients("not an address")
        self.assertFalse(found["valid"])
        self.assertEqual(found["email"], "not an address")
        good, bad = self.drafts.parse_recipients("eve@x.example, jan(at)x.example")
        self.assertTrue(good["valid"])
        self.assertEqual((bad["email"], bad["valid"]), ("jan(at)x.example", False))

    def test_contacts_employees_and_recent_correspondents_are_found(self):
        self.env["res.partner"].create({"name": "Zuzanna Contact", "email": "zuzia@x.example"})
        new_test_user(self.env, login="mc_zu", name="Zuzanna Employee", email="zu@mc.example")
        self.sandbox.deliver(
            self.address, a_mail("Zuzanna Recent <recent@x.example>", self.address, "Hi")
        )
        self.receive()
        found = {entry["email"]: entry["kind"] for entry in self.drafts.search_recipients("zuza")}
        self.assertEqual(found.get("recent@x.example"), "recent")
        self.assertEqual(found.get("zuzia@x.example"), "contact")
        if "hr.employee.public" not in self.env:
            self.assertEqual(found.get("zu@mc.example"), "employee")

    def test_correspondents_of_mail_that_one_may_not_read_are_not_offered(self):
        self.sandbox.deliver(
            self.address, a_mail("Secret Source <source@x.example>", self.address, "Hi")
        )
        self.receive()
        colleague = new_test_user(
            self.env, login="mc_jan", groups="base.group_user,mail_center.group_user"
        )
        drafts = self.env["mail.center.draft"].with_user(colleague)
        self.assertFalse(drafts.search_recipients("source"))


class TestDraftSaving(DraftCase):
    def test_what_is_typed_survives(self):
        draft = self.start()
        answer = draft.save({"subject": "Half a", "body_html": "<p>Half</p>"}, draft.version)
        self.assertEqual(answer["version"], 1)
        (window,) = self.drafts.browse(draft.id).read_window()
        self.assertEqual(window["subject"], "Half a")
        self.assertIn("Half", window["body"])

    def test_two_tabs_do_not_overwrite_each_other(self):
        draft = self.start()
        draft.save({"subject": "first tab"}, 0)
        self.assertTrue(draft.save({"subject": "second tab"}, 0)["conflict"])
        self.assertEqual(draft.subject, "first tab")

    def test_unsent_mail_of_a_colleague_cannot_be_read_or_sent(self):
        draft = self.start(to="eve@x.example")
        colleague = new_test_user(
            self.env, login="mc_jan", groups="base.group_user,mail_center.group_user"
        )
        for method in ("send", "preview", "undo", "check"):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                getattr(draft.with_user(colleague), method)()
        with self.assertRaises(AccessError):
            draft.with_user(colleague).read(["subject"])

    def test_a_draft_can_not_be_pointed_at_a_strangers_outgoing_mail(self):
        draft = self.start()
        message = self.write_mail("eve@x.example")
        with self.assertRaises(AccessError):
            draft.write({"outbox_id": message.outbox_ids.id})

    def test_discarding_takes_the_files_away(self):
        draft = self.start()
        file = draft._add_file("a.pdf", b"%PDF")
        draft.discard()
        self.assertFalse(draft.exists() or file.exists())

    def test_files_that_are_too_large_are_refused_while_attaching(self):
        draft = self.start()
        with self.assertRaisesRegex(UserError, "MB"):
            draft._add_file("big.bin", b"x" * 20 * 1024 * 1024)
        self.assertFalse(draft.attachment_ids)

    def test_files_of_the_record_can_be_sent_along_and_no_others(self):
        partner = self.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        files = self.env["ir.attachment"].create(
            [
                {"name": "offer.pdf", "raw": b"%PDF", "res_model": "res.partner",
                 "res_id": partner.id},
                {"name": "other.pdf", "raw": b"%PDF", "res_model": "res.partner",
                 "res_id": self.user.partner_id.id},
            ]
        )
        draft = self.start(res_model="res.partner", res_id=partner.id)
        added = draft.add_record_files(files.ids)
        self.assertEqual([file["name"] for file in added], ["offer.pdf"])


class TestDraftChecks(DraftCase):
    def test_without_recipient_nothing_is_sent(self):
        draft = self.start(subject="nobody")
        answer = draft.send(confirmed=["no_recipient"])
        self.assertEqual(codes(answer["problems"]), ["no_recipient"])
        self.assertFalse(draft.outbox_id)

    def test_what_is_no_address_stops_the_mail(self):
        draft = self.start(to="eve@x.example, not an address")
        draft.recipients_to = [{"name": "", "email": "not an address", "partner_id": False}]
        self.assertIn("bad_address", codes(draft.send()["problems"]))

    def test_a_forgotten_file_is_asked_about_once(self):
        draft = self.start(
            to="eve@x.example", subject="Umowa", body_html="<p>Umowa jest w załączniku.</p>"
        )
        self.assertEqual(codes(draft.send()["problems"]), ["no_file"])
        self.assertTrue(draft.send(confirmed=["no_file"])["outbox_id"])

    def test_words_in_the_quote_are_not_ones_own(self):
        message = self.incoming(text="See the attached file {{ x }}")
        draft = self.start(parent_id=message.id, mode="reply")
        self.assertFalse(draft.check())

    def test_open_placeholders_and_a_missing_subject_are_found(self):
        draft = self.start(to="eve@x.example", body_html="<p>Dear {{ recipient.name }},</p>")
        self.assertEqual(codes(draft.check()), ["no_subject", "placeholder"])
