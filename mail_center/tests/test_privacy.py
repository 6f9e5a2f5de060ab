import base64
import io
import json
import zipfile
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .mailbox_common import StoredMailCase

EVE = "eve@outside.example"
WORD = "zebrafinch"


class PrivacyCase(StoredMailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = new_test_user(
            cls.env, login="mc_officer", groups="base.group_user,mail_center.group_privacy"
        )

    def of_eve(self, subject=f"{WORD} subject", **vals):
        mail = self.mail(
            subject,
            **{
                "email_from": EVE, "from_display": f"Eve <{EVE}>",
                "to_display": "office@mc.example",
                "body_html": f"<p>{WORD}</p>", "body_text": WORD, "snippet": WORD,
                "message_id": f"<{self.uid}@outside.example>",
                "file_names": f"{WORD}.txt", **vals,
            },
        )
        attachments = self.env["ir.attachment"]
        attachments.create(attachments._mail_source_vals(mail, f"From: {EVE}\n\n{WORD}".encode()))
        attachments.create(
            {"name": f"{WORD}.txt", "raw": WORD.encode(), "res_model": mail._name,
             "res_id": mail.id}
        )
        return mail

    def wizard(self, user=None, email=EVE):
        return self.env["mail.center.privacy"].with_user(user or self.officer).create(
            {"email": email}
        )

    def everywhere(self, word=WORD):
        """In how many rows of our tables and how many files of mail the word still stands."""
        self.env.flush_all()
        found = {}
        for name in sorted(self.env.registry):
            model = self.env[name]
            if name.startswith("mail.center.") and not model._abstract:
                self.env.cr.execute(
                    f'SELECT count(*) FROM "{model._table}" t WHERE t::text ILIKE %s',
                    [f"%{word}%"],
                )
                found[name] = self.env.cr.fetchone()[0]
        files = self.env["ir.attachment"].search(
            [("res_model", "in", ["mail.center.message", "mail.center.quarantine"]),
             ("res_field", "in", [False, "raw_source"])]
        )
        found["files"] = sum(word.encode() in (file.raw or b"") for file in files)
        return {name: count for name, count in found.items() if count}


class TestPrivacy(PrivacyCase):
    def test_the_export_holds_every_mail_of_the_person_and_none_of_others(self):
        mine = self.of_eve()
        written = self.of_eve("Answer", email_from="office@mc.example", from_display="Office",
                              to_display=f"eve+x@outside.example, {EVE}")
        self.of_eve("Other", email_from="steve@outside.example",
                    from_display="steve@outside.example")
        wizard = self.wizard()
        wizard.action_search()
        self.assertEqual(wizard.message_count, 2)
        wizard.action_export()
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(wizard.archive))) as archive:
            lines = [json.loads(one) for one in archive.read("mails.jsonl").splitlines()]
            self.assertEqual({line["id"] for line in lines}, {mine.id, written.id})
            self.assertIn(WORD.encode(), archive.read(f"mails/{mine.id}.eml"))

    def test_after_the_erasure_nothing_is_left_and_the_proof_says_so(self):
        erased, kept = self.of_eve(), self.mail("kept", email_from="bob@outside.example")
        quarantined = self.env["mail.center.quarantine"].create(
            {"account_id": self.account.id, "error": f"odd mail of {EVE}", "size": 9}
        )
        attachments = self.env["ir.attachment"]
        attachments.create(
            attachments._mail_source_vals(quarantined, f"From: {EVE}\n{WORD}".encode())
        )
        self.env["mail.center.draft"].with_user(self.owner).create(
            {"subject": WORD, "recipients_to": [{"name": "", "email": EVE}]}
        )
        self.env["mail.center.log"]._add(self.account, "e", f"Mail of {EVE.upper()} came.")
        self.assertTrue(self.everywhere())
        wizard = self.wizard()
        wizard.action_erase()
        self.assertEqual(self.everywhere(), {})
        self.assertEqual(set(self.everywhere("eve@outside")), {"mail.center.privacy"})
        self.assertEqual(kept.subject, "kept")
        self.assertEqual((erased.display_name, erased.is_read), ("(erased)", True))
        proof = wizard.erasure_id
        self.assertEqual((proof.message_count, proof.file_count, proof.other_count), (1, 1, 3))
        self.assertEqual(proof.user_id, self.officer)
        # It is not fetched anew: what it is known by is still there.
        self.assertTrue(erased.message_id)
        self.assertEqual(self.inbox._known_uids(), set(range(self.uid - 1, self.uid + 1)))
        # Who asks again learns that it was erased; the proof itself tells no address.
        again = self.wizard()
        again.action_search()
        self.assertEqual(again.former_ids, proof)
        self.assertEqual(again.message_count, 0)

    def test_mail_on_its_way_is_not_emptied(self):
        self.of_eve(state="queued", direction="out", to_display=EVE)
        with self.assertRaisesRegex(UserError, "under way"):
            self.wizard().action_erase()
        self.assertTrue(self.everywhere())

    def test_only_a_privacy_officer_looks_exports_and_erases(self):
        self.of_eve()
        manager = new_test_user(
            self.env, login="mc_pm", groups="base.group_user,mail_center.group_manager"
        )
        for user in (manager, self.owner):
            with self.assertRaises(AccessError):
                self.wizard(user)
        wizard = self.wizard()
        for action in ("action_search", "action_export", "action_erase"):
            with self.assertRaises(AccessError):
                getattr(wizard.with_user(manager), action)()
        # And he reads no mail by it.
        self.assertFalse(self.env["mail.center.message"].with_user(self.officer).has_access("read"))

    def test_an_officer_reaches_the_mail_of_his_own_companies_alone(self):
        mail = self.of_eve()
        self.account.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        wizard = self.wizard()
        wizard.action_search()
        self.assertEqual(wizard.message_count, 0)
        wizard.action_erase()
        self.assertFalse(mail.erased_date)
        self.officer.company_ids |= self.account.company_id
        self.assertEqual(self.wizard()._messages(), mail)

    def test_mail_is_kept_for_the_time_of_its_type_else_of_its_account(self):
        self.account.retention_days = 30
        short, long = self.env["mail.center.type"].create(
            [{"name": "Short", "retention_days": 7}, {"name": "Long", "retention_days": 365}]
        )
        now = self.env.cr.now().replace(microsecond=0)
        mails = {
            (kind.name, days): self.of_eve(date=now - timedelta(days=days), type_id=kind.id)
            for kind, days in ((short, 6), (short, 8), (long, 40), (long, 366),
                               (short.browse(), 29), (short.browse(), 31))
        }
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            root = self.env.ref("base.user_root").id
            self.env(cr=cr, user=root, su=True)["mail.center.erasure"]._cron_retention()
        self.env.invalidate_all()
        emptied = {key for key, mail in mails.items() if mail.erased_date}
        self.assertEqual(emptied, {("Short", 8), ("Long", 366), (False, 31)})
        proof = self.env["mail.center.erasure"].search([], limit=1)
        self.assertEqual((proof.reason, proof.message_count), ("retention", 3))


@tagged("post_install", "-at_install")
class TestReading(PrivacyCase, HttpCase):
    def test_who_reads_a_shared_mailbox_is_noted_when_that_is_wanted(self):
        mail = self.of_eve()
        self.reader.password = "mc_reader"
        self.authenticate("mc_reader", "mc_reader")
        self.url_open(f"/mail_center/message/{mail.id}/body")
        readings = self.env["mail.center.reading"]
        self.assertFalse(readings.search([]))
        self.account.audit_reading = True
        self.env.flush_all()
        for _ in range(2):
            self.assertEqual(self.url_open(f"/mail_center/message/{mail.id}/body").status_code, 200)
        readings.invalidate_model()
        (reading,) = readings.search([])
        self.assertEqual((reading.user_id, reading.message_id, reading.count),
                         (self.reader, mail, 2))
        self.assertTrue(reading.with_user(self.owner).has_access("read"))
        self.assertFalse(reading.with_user(self.reader).has_access("read"))
        # Who reads does not decide whether it is noted.
        for user in (self.owner, self.reader):
            with self.assertRaises(AccessError):
                self.account.with_user(user).audit_reading = False

    def test_no_way_to_what_a_mail_says_goes_unnoted(self):
        """Each way on its own: one reading more of this mail, by whoever took it."""
        mail = self.of_eve()
        self.account.write({"audit_reading": True, "use_for_integration": True})
        self.account.permission_ids.filtered(
            lambda one: one.user_id == self.reader
        ).write({"can_send": True})
        self.env["mail.center.linkable"]._models()
        partner = self.env["res.partner"].create({"name": "Kept here"})
        file = mail.file_ids
        source = self.env["ir.attachment"]._mail_source(mail)
        self.reader.password = "mc_reader"
        self.reader.group_ids += self.env.ref("base.group_partner_manager")
        self.reader.group_ids += self.env.ref("base.group_allow_export")
        mine = mail.with_user(self.reader)
        drafts = self.env["mail.center.draft"].with_user(self.reader)
        boxes = self.env["mail.center.mailbox"].with_user(self.reader)
        files = self.env["ir.attachment"].with_user(self.reader)
        self.authenticate("mc_reader", "mc_reader")

        def page(path):
            return lambda: self.assertEqual(
                self.url_open(path, allow_redirects=False).status_code, 200, path
            )

        base = f"/mail_center/message/{mail.id}"
        ways = {
            "body": page(f"{base}/body"),
            "print": page(f"{base}/print"),
            "file": page(f"{base}/file/{file.id}"),
            "viewer": page(f"{base}/file/{file.id}/view"),
            "all files": page(f"{base}/files"),
            "source": page(f"{base}/source"),
            "source as text": page(f"{base}/source?view=1"),
            "Odoo's download": page(f"/web/content/{file.id}"),
            "Odoo's download of the source": page(f"/web/content/{source.id}"),
            "Odoo's download of the field": page(
                f"/web/content?model=mail.center.message&id={mail.id}&field=raw_source"
            ),
            "answer": lambda: drafts.open_new({"mode": "reply", "parent_id": mail.id}),
            "forward": lambda: drafts.open_new({"mode": "forward", "parent_id": mail.id}),
            "files kept": lambda: boxes.save_files(mail.id, "res.partner", partner.id),
            "new record": lambda: boxes.creatable(mail.id),
            "read": lambda: mine.read(["body_text"]),
            "external API": lambda: self.account.with_user(self.reader).integration_search(),
            "search_read": lambda: mine.search_read([("id", "=", mail.id)], ["body_html"]),
            "web_read": lambda: mine.web_read({"raw_source": {}}),
            "export": lambda: mine.export_data(["subject", "body_text"]),
            "export from its files": lambda: files.browse(file.id).export_data(["datas"]),
            "file by the API": lambda: files.browse(file.id).read(["datas"]),
            "words of a file": lambda: files.browse(file.id).read(["index_content"]),
        }
        readings = self.env["mail.center.reading"]
        for name, way in ways.items():
            readings.search([("message_id", "=", mail.id)]).unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            way()
            self.env.flush_all()
            readings.invalidate_model()
            noted = readings.search([("message_id", "=", mail.id)])
            self.assertEqual(noted.user_id, self.reader, f"{name} goes unnoted")
        with self.assertRaises(UserError):
            mine.formatted_read_group([], ["body_text"], ["__count"])
        with self.assertRaises(UserError):
            mine.formatted_read_group([], [], ["body_text:array_agg"])
        # What is no reading: a list of mails, their figures, and Odoo's own work behind it.
        readings.search([("message_id", "=", mail.id)]).unlink()
        boxes.page({"view": "all"})
        mine.read(["subject", "date"])
        mail.read(["body_text"])
        self.env.flush_all()
        self.assertFalse(readings.search([("message_id", "=", mail.id)]))
        print(f"ways to what a mail says: {len(ways)} tried, unnoted 0")
