"""Reading is safe: what a reader is warned of, whose images show, and what happens to files."""

import io
import zipfile

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user

from ..core.intake import take_in
from .mailbox_common import StoredMailCase

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63"
    "f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


class TestWarnings(StoredMailCase):
    def warnings(self, email, display=None, **vals):
        mail = self.mail("Pay", email_from=email, from_display=display or f"Somebody <{email}>",
                         **vals)
        (shown,) = self.mailbox().conversation(mail.id)["messages"]
        return " ".join(n["text"] for n in shown["notices"] if n["level"] == "warning")

    def test_a_domain_that_looks_like_ours_is_pointed_out(self):
        self.account.email = "office@bigcompany.example"
        self.assertIn("looks like bigcompany.example", self.warnings("a@bigcornpany.example"))
        self.assertFalse(self.warnings("a@bigcompany.example"))
        self.assertFalse(self.warnings("a@mail.bigcompany.example"))
        self.assertFalse(self.warnings("a@other.example"))

    def test_a_domain_that_looks_like_a_customers_is_pointed_out(self):
        self.env["res.partner"].create({"name": "Eve", "email": "eve@Brick-House.example"})
        self.assertIn("looks like brick-house.example", self.warnings("eve@brickhouse.example"))
        self.assertFalse(self.warnings("new@brick-house.example"))
        # Of two customers with similar names neither pretends to be the other.
        self.env["res.partner"].create({"name": "Ann", "email": "ann@brickhouse.example"})
        self.assertFalse(self.warnings("eve@brickhouse.example"))

    def test_a_colleagues_name_with_a_strange_address_is_pointed_out(self):
        self.owner.write({"name": "Olga Owner", "email": "olga@home.example"})
        self.assertIn("your colleague Olga Owner",
                      self.warnings("boss@evil.example", "Olga Owner <boss@evil.example>"))
        for known in ("olga@home.example", "olga@mc.example"):
            self.assertFalse(self.warnings(known, f"Olga Owner <{known}>"))

    def test_a_name_that_is_another_address_is_pointed_out(self):
        text = self.warnings("x@evil.example", '"ceo@mc.example" <x@evil.example>')
        self.assertIn("ceo@mc.example", text)
        self.assertFalse(self.warnings("x@fine.example", '"x@fine.example" <x@fine.example>'))

    def test_what_the_own_server_found_is_told_and_a_stranger_is_not_believed(self):
        raw = (
            b"Authentication-Results: %s; dmarc=fail\r\n"
            b"From: a@other.example\r\nSubject: Pay\r\n\r\nText"
        )
        for server, told in ((b"mx.mc.example", True), (b"mx.evil.example", False)):
            vals = self.env["mail.center.filing"]._message_vals(self.inbox, take_in(raw % server))
            self.assertEqual(vals["dmarc"] == "fail", told)
        self.assertIn("may be forged", self.warnings("a@other.example", dmarc="fail"))

    def test_the_receiving_servers_of_a_provider_are_known(self):
        self.account.write({"email": "firm@company.example", "imap_host": "imap.gmail.com"})
        self.assertIn("google.com", self.account._own_servers())
        self.account.imap_host = "mail.company.example"
        self.assertNotIn("google.com", self.account._own_servers())
        self.assertIn("company.example", self.account._own_servers())


class TestImages(StoredMailCase):
    def trusted(self, mail, user):
        (shown,) = self.mailbox(user).conversation(mail.id)["messages"]
        return shown["trusted"]

    def test_each_person_decides_whose_images_show(self):
        mail = self.mail("News", email_from="news@shop.example", remote_count=2)
        later = self.mail("More news", email_from="news@shop.example", remote_count=1)
        self.mailbox(self.reader).trust_sender(mail.id)
        self.mailbox(self.reader).trust_sender(later.id)
        self.assertTrue(self.trusted(later, self.reader))
        self.assertFalse(self.trusted(later, self.owner))
        self.mailbox(self.reader).trust_sender(mail.id, False)
        self.assertFalse(self.trusted(later, self.reader))
        with self.assertRaises(AccessError):
            self.mailbox(self.stranger).trust_sender(mail.id)

    def test_a_forged_mail_of_a_trusted_sender_shows_no_images(self):
        mail = self.mail("News", email_from="news@shop.example", dmarc="fail")
        self.mailbox().trust_sender(mail.id)
        self.assertFalse(self.trusted(mail, self.owner))

    def test_trackers_are_counted_apart_from_images(self):
        raw = (
            b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n"
            b"<p>Hi <img src='https://x.example/a.png'>"
            b"<img width=1 height=1 src='https://x.example/t'></p>"
        )
        vals = self.env["mail.center.filing"]._message_vals(self.inbox, take_in(raw))
        self.assertEqual((vals["remote_count"], vals["tracker_count"]), (1, 1))

    def test_what_is_folded_away_is_well_formed(self):
        mail = self.mail("A", body_html=(
            "<div>My answer.<br>On Mon, 1 Jan 2024 at 10:00, Joe wrote:</div>"
            "<blockquote><div>Old words.</div></blockquote>"
        ))
        page = mail._body_page(fold=True)
        self.assertIn("<details>", page)
        self.assertNotIn("&lt;", page)

    def test_on_a_dark_page_the_mail_is_dark_too(self):
        plain = self.mail("A", body_html="<p>Hi</p>")
        coloured = self.mail("B", body_html='<p style="background:#fff;color:#000">Hi</p>')
        self.assertNotIn("invert", plain._body_page(dark=True))
        self.assertIn("#e5e7eb", plain._body_page(dark=True))
        self.assertIn("invert", coloured._body_page(dark=True))
        self.assertNotIn("invert", coloured._body_page())


class TestFiles(StoredMailCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.letter = cls.mail(
            "Offer", attachment_count=4, from_display="Eve <eve@b.example>",
            body_html='<p>See <a href="https://evil.example/">www.bank.example</a></p>',
        )
        files = (
            ("offer.pdf", "application/pdf", b"%PDF-1.4 one"),
            ("offer.pdf", "application/pdf", b"%PDF-1.4 two"),
            ("page.html", "text/html", b"<script>alert(1)</script>"),
            ("dot.png", "image/png", PIXEL),
            ("draw.svg", "image/svg+xml", b"<svg/>"),
        )
        cls.files = cls.env["mail.center.filing"]._attachments().create(
            [
                {"name": name, "mimetype": kind, "raw": raw, "res_id": cls.letter.id,
                 "res_model": "mail.center.message"}
                for name, kind, raw in files
            ]
        )
        cls.partner = cls.env["res.partner"].create({"name": "Brick and Sons"})

    def get(self, path, login="mc_owner"):
        self.authenticate(login, login)
        return self.url_open(f"/mail_center/message/{self.letter.id}/{path}")

    def test_all_files_come_in_one_archive_and_none_replaces_another(self):
        answer = self.get("files")
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            names = archive.namelist()
            self.assertEqual(archive.read("offer (2).pdf"), b"%PDF-1.4 two")
        self.assertEqual(names[:2], ["offer.pdf", "offer (2).pdf"])
        self.assertEqual(len(names), 5)
        self.assertEqual(self.get("files", "mc_stranger").status_code, 404)

    def test_a_look_at_a_file_never_runs_it(self):
        for file in self.files:
            answer = self.get(f"file/{file.id}/view")
            self.assertIn("sandbox", answer.headers["Content-Security-Policy"])
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            kind = answer.headers["Content-Type"]
            self.assertNotIn("html", kind)
            self.assertNotIn("svg", kind)
        self.assertEqual(self.get(f"file/{self.files[3].id}/view").headers["Content-Type"],
                         "image/png")
        self.files[4].sudo().mimetype = "application/zip"
        self.assertIn("attachment", self.get(f"file/{self.files[4].id}/view").headers[
            "Content-Disposition"])
        self.assertEqual(self.get(f"file/{self.files[0].id}/view", "mc_stranger").status_code, 404)

    def test_a_mail_is_printed_with_who_wrote_it(self):
        self.letter.date = "2026-11-24 09:05:00"
        answer = self.get("print")
        self.assertIn("November 24, 2026", answer.text)
        self.assertIn("Eve &lt;eve@b.example&gt;", answer.text)
        self.assertIn("offer.pdf", answer.text)
        self.assertNotIn("allow-scripts", answer.headers["Content-Security-Policy"])
        self.assertEqual(self.get("print", "mc_stranger").status_code, 404)

    def test_a_link_says_where_it_leads(self):
        self.assertIn("leads to evil.example", self.get("body").text)

    def test_the_source_can_be_looked_at(self):
        attachments = self.env["mail.center.filing"]._attachments()
        attachments.create(attachments._mail_source_vals(self.letter, b"Subject: <b>x\r\n\r\n"))
        answer = self.get("source?view=1")
        self.assertEqual(answer.headers["Content-Type"], "text/plain; charset=utf-8")
        self.assertEqual(answer.text, "Subject: <b>x\r\n\r\n")
        self.assertEqual(self.get("source?view=1", "mc_stranger").status_code, 404)

    def test_files_are_saved_to_a_record_once(self):
        box = self.mailbox()
        first = [self.files[0].id]
        self.assertEqual(box.save_files(self.letter.id, "res.partner", self.partner.id, first), 1)
        self.assertEqual(box.save_files(self.letter.id, "res.partner", self.partner.id), 4)
        self.assertEqual(box.save_files(self.letter.id, "res.partner", self.partner.id), 0)
        saved = self.env["ir.attachment"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", self.partner.id)]
        )
        self.assertEqual(sorted(saved.mapped("raw")), sorted(self.files.mapped("raw")))
        self.assertNotIn("text/html", saved.mapped("mimetype"))

    def test_files_are_saved_only_where_one_may_write(self):
        with self.assertRaises(AccessError):
            self.mailbox(self.stranger).save_files(
                self.letter.id, "res.partner", self.partner.id
            )
        with self.assertRaises(UserError):
            self.mailbox().save_files(self.letter.id, "res.users", self.owner.id)
        plain = new_test_user(self.env, login="mc_plain",
                              groups="base.group_user,mail_center.group_user")
        self.account.permission_ids = [(0, 0, {"user_id": plain.id, "can_read": True})]
        with self.assertRaises(AccessError):
            self.mailbox(plain).save_files(self.letter.id, "res.partner", self.partner.id)
