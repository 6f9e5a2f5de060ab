"""Mail from files: all of it arrives once, whatever stands in the way."""

import base64
import io
import mailbox
import tempfile
import zipfile
from unittest.mock import patch

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..core import intake as core_intake
from .common import a_mail

READER = "odoo.addons.mail_center.models.mail_center_upload_reader"


class UploadCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, login="mc_anna", groups="base.group_user,mail_center.group_user"
        )
        cls.account = cls.env["mail.center.account"].create(
            {"name": "Anna", "email": "anna@mc.example", "user_id": cls.user.id}
        )
        cls.uploads = cls.env["mail.center.upload"].with_user(cls.user)

    def mails(self, count, start=0):
        return [
            a_mail("bob@x.example", "anna@mc.example", f"Old mail {n}",
                   message_id=f"<old-{n}@x.example>")
            for n in range(start, start + count)
        ]

    def mbox(self, mails):
        with tempfile.NamedTemporaryFile() as file:
            box = mailbox.mbox(file.name)
            for mail in mails:
                box.add(mail)
            box.flush()
            with open(file.name, "rb") as written:
                return written.read()

    def upload(self, data, name="Inbox", sizes=None, part=1000, folder="Imported"):
        answer = self.uploads.start(self.account.id, folder, name, len(data), sizes)
        upload = self.env["mail.center.upload"].browse(answer["id"])
        at = answer["received"]
        while at < len(data):
            at = upload._take_part(at, data[at : at + part])
        return upload

    def run_reader(self):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr, user=self.env.ref("base.user_root").id, su=True)
            env["mail.center.upload.reader"]._cron_read()
        self.env.invalidate_all()

    def subjects(self):
        return sorted(self.env["mail.center.message"].search(
            [("account_id", "=", self.account.id)]).mapped("subject"))

    def counts(self, upload):
        return upload.state, upload.imported, upload.known, upload.quarantined


class TestUpload(UploadCase):
    def test_a_file_of_thunderbird_arrives_whole_in_a_folder_that_is_only_here(self):
        upload = self.upload(self.mbox(self.mails(250)))
        self.assertEqual(upload.state, "waiting")
        self.run_reader()
        self.assertEqual(self.counts(upload), ("done", 250, 0, 0))
        self.assertEqual(upload.progress, 100)
        self.assertEqual(len(self.subjects()), 250)
        folder = upload.folder_id
        self.assertTrue(folder.is_local)
        self.assertFalse(folder.exists_on_server)
        self.assertEqual(len(folder.location_ids), 250)
        self.assertFalse(upload._parts(), "what was read is not kept twice")
        mail = self.env["mail.center.message"].search([("subject", "=", "Old mail 7")])
        self.assertTrue(mail.is_read)
        self.assertIn("Imported", str(
            self.env["mail.center.mailbox"].with_user(self.user).sidebar()))

    def test_the_same_mail_is_not_imported_twice_from_whatever_file(self):
        mails = self.mails(6)
        nameless = b"From: a@x.example\r\nSubject: Nameless\r\n\r\nhello\r\n"
        self.upload(self.mbox([*mails[:4], nameless]))
        self.run_reader()
        again = self.upload(self.mbox([*mails, nameless]), name="Again")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for number, mail in enumerate(mails):
                archive.writestr(f"Maildir/cur/{number}:2,S", mail)
        both = self.upload(packed.getvalue(), name="Maildir.zip")
        self.run_reader()
        self.assertEqual(self.counts(again), ("done", 2, 5, 0))
        self.assertEqual(self.counts(both), ("done", 0, 6, 0))
        self.assertEqual(len(self.subjects()), 7)

    def test_a_zip_of_thunderbirds_folders_is_read_on_where_a_worker_left_it(self):
        mails, packed = self.mails(250), io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("Mail/Inbox", self.mbox(mails[:150]))
            archive.writestr("Mail/Inbox.msf", "// <!-- <mdb:mork:z v=\"1.4\"/> -->")
            archive.writestr("Mail/Archives.sbd/2023", self.mbox(mails[150:]))
        upload = self.upload(packed.getvalue(), name="Mail.zip")
        reader = self.env["mail.center.upload.reader"]
        with patch.object(type(reader), "_note_try", side_effect=[0, InterruptedError]), \
                mute_logger(READER):
            upload.state = "running"
            self.run_reader()  # stopped behind the first hundred
        self.assertEqual((upload.state, upload.imported), ("failed", 100))
        self.assertTrue(0 < upload.position < upload.total)
        upload.with_user(self.user).action_resume()
        self.run_reader()
        self.assertEqual(self.counts(upload), ("done", 250, 0, 0))
        self.assertEqual((upload.progress, len(self.subjects())), (100, 250))

    def test_many_eml_files_come_as_one_upload(self):
        mails = self.mails(5)
        upload = self.upload(b"".join(mails), sizes=[len(mail) for mail in mails])
        self.run_reader()
        self.assertEqual(self.counts(upload), ("done", 5, 0, 0))

    def test_poison_goes_to_quarantine_and_the_rest_goes_on(self):
        nested = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        poison = b"Subject: x\r\n" + nested * 3000
        mails = self.mails(5)
        data = [mails[0], poison, *mails[1:]]
        upload = self.upload(b"".join(data), sizes=[len(one) for one in data])
        self.run_reader()
        state, imported, _known, quarantined = self.counts(upload)
        self.assertEqual((state, imported + quarantined), ("done", 6))
        self.assertGreaterEqual(imported, 5)

    def test_a_mail_that_can_not_be_read_is_set_aside_with_its_bytes(self):
        original = core_intake.parse

        def parse(raw):
            if b"Old mail 2" in raw:
                raise RecursionError("planted")
            return original(raw)

        with patch.object(core_intake, "parse", parse):
            data = self.mbox(self.mails(5))
            upload = self.upload(data)
            self.run_reader()
            self.assertEqual(self.counts(upload), ("done", 4, 0, 1))
            again = self.upload(data, name="Again")
            self.run_reader()
            self.assertEqual(self.counts(again), ("done", 0, 5, 0))
        line = self.env["mail.center.quarantine"].search([("folder_id", "=", upload.folder_id.id)])
        self.assertIn(b"Old mail 2", line._source())
        line.action_retry()
        self.assertEqual((line.state, len(self.subjects())), ("solved", 5))

    def test_a_mail_that_workers_die_of_is_set_aside_and_the_rest_goes_on(self):
        upload = self.upload(self.mbox(self.mails(4)))

        class Killed(BaseException):
            pass

        def take_in(raw, **options):
            if b"Old mail 1" in raw:
                raise Killed
            return core_intake.take_in(raw, **options)

        deaths = 0
        with patch(f"{READER}.take_in", take_in):
            while upload.state != "done" and deaths < 20:
                try:
                    self.run_reader()
                except Killed:
                    deaths += 1
                    self.env.invalidate_all()
        self.assertEqual(self.counts(upload), ("done", 3, 0, 1))
        self.assertLess(deaths, 8)

    def test_a_file_that_workers_die_of_does_not_keep_others_waiting(self):
        mails = self.mails(2)  # once: a second call may fall into another second
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("1.eml", mails[0])
        deadly = self.upload(packed.getvalue(), name="deadly.zip")
        good = self.upload(self.mbox(mails))

        class Killed(BaseException):
            pass

        deaths = 0
        with patch(f"{READER}.read_zip", side_effect=Killed):
            while good.state != "done" and deaths < 20:
                try:
                    self.run_reader()
                except Killed:
                    deaths += 1
                    self.env.invalidate_all()
        self.assertEqual(self.counts(good), ("done", 2, 0, 0))
        self.assertEqual(deadly.state, "failed")
        self.assertIn("several times", deadly.problem)
        deadly.with_user(self.user).action_resume()
        self.run_reader()
        self.assertEqual(self.counts(deadly), ("done", 0, 1, 0))

    def test_a_mail_that_workers_die_of_costs_no_more_workers_the_later_it_comes(self):
        upload = self.upload(self.mbox(self.mails(12)))

        class Killed(BaseException):
            pass

        def take_in(raw, **options):
            if b"Old mail 10" in raw:
                raise Killed
            return core_intake.take_in(raw, **options)

        deaths = 0
        with patch(f"{READER}.take_in", take_in):
            while upload.state != "done" and deaths < 40:
                try:
                    self.run_reader()
                except Killed:
                    deaths += 1
                    self.env.invalidate_all()
        self.assertEqual(self.counts(upload), ("done", 11, 0, 1))
        self.assertEqual(deaths, 4)

    def test_an_upload_that_was_broken_off_goes_on_where_it_ended(self):
        data = self.mbox(self.mails(20))
        first = self.uploads.start(self.account.id, "Imported", "Inbox", len(data))
        upload = self.env["mail.center.upload"].browse(first["id"])
        upload._take_part(0, data[:3000])
        self.assertEqual(upload._take_part(0, data[:3000]), 3000, "sent twice is taken once")
        self.assertEqual(upload._take_part(9000, data[9000:9999]), 3000, "a gap is refused")
        self.assertEqual(
            self.uploads.start(self.account.id, "Imported", "Inbox", len(data)),
            {"id": upload.id, "received": 3000},
        )
        self.upload(data)
        self.run_reader()
        self.assertEqual(self.counts(upload), ("done", 20, 0, 0))

    def test_another_file_of_the_same_name_and_size_is_an_upload_of_its_own(self):
        data, other = self.mbox(self.mails(9)), self.mbox(self.mails(9)[::-1])
        self.assertEqual(len(data), len(other))

        def start(content):
            head = base64.b64encode(content[:2000]).decode()
            return self.uploads.start(self.account.id, "Imported", "Inbox", len(data), None, head)

        first = start(data)
        self.env["mail.center.upload"].browse(first["id"])._take_part(0, data[:1000])
        self.assertEqual(start(data), {"id": first["id"], "received": 1000})
        self.assertEqual(start(other)["received"], 0)
        self.assertNotEqual(start(other)["id"], first["id"])

    def test_what_is_no_mail_is_refused_at_its_first_part(self):
        with self.assertRaisesRegex(UserError, "holds no mail"):
            self.upload(b"\x89PNG\r\n" * 100, name="picture.png")

    def test_a_picture_among_the_files_leaves_nothing_that_waits_for_ever(self):
        head = base64.b64encode(b"\x89PNG\r\n" * 100).decode()
        with self.assertRaisesRegex(UserError, "picture.png.*holds no mail"):
            self.uploads.start(self.account.id, "Holiday", "picture.png", 600, None, head)
        self.assertFalse(self.uploads.search([("account_id", "=", self.account.id)]))
        self.assertFalse(self.account.folder_ids.filtered(lambda one: one.path == "Holiday"))

    def test_a_damaged_zip_says_so_and_stops_nothing_else(self):
        broken = self.upload(b"PK\x03\x04" + b"x" * 5000, name="broken.zip")
        good = self.upload(self.mbox(self.mails(2)))
        self.run_reader()
        self.assertEqual(broken.state, "failed")
        self.assertIn("damaged", broken.problem)
        self.assertEqual(self.counts(good), ("done", 2, 0, 0))

    @mute_logger(READER)
    def test_a_fault_of_ours_is_told_and_read_on_after_it_is_mended(self):
        upload = self.upload(self.mbox(self.mails(3)))
        with patch(f"{READER}.read_mbox", side_effect=ZeroDivisionError):
            self.run_reader()
        self.assertEqual(upload.state, "failed")
        upload.with_user(self.user).action_resume()
        self.run_reader()
        self.assertEqual(self.counts(upload), ("done", 3, 0, 0))

    def test_a_cancelled_upload_is_not_read_and_leaves_no_file(self):
        upload = self.upload(self.mbox(self.mails(3)))
        upload.with_user(self.user).action_cancel()
        self.run_reader()
        self.assertEqual(self.counts(upload), ("cancelled", 0, 0, 0))
        self.assertFalse(upload._parts())

    def test_a_folder_of_the_server_is_not_mixed_with_one_that_is_only_here(self):
        self.env["mail.center.folder"].create({"account_id": self.account.id, "path": "INBOX"})
        with self.assertRaisesRegex(UserError, "on the server"):
            self.upload(self.mbox(self.mails(1)), folder="INBOX")
        local = self.upload(self.mbox(self.mails(1))).folder_id
        self.account.folder_ids._make_way({"Imported", "INBOX"})
        self.assertEqual(local.path, "Imported (2)")
        with self.assertRaisesRegex(UserError, "only here"):
            local.with_user(self.user).policy = "two_way"

    def test_only_who_manages_the_account_uploads_to_it(self):
        stranger = new_test_user(
            self.env, login="mc_eve", groups="base.group_user,mail_center.group_user"
        )
        self.account.permission_ids = [(0, 0, {"user_id": stranger.id, "can_read": True})]
        uploads = self.env["mail.center.upload"].with_user(stranger)
        with self.assertRaises(AccessError):
            uploads.start(self.account.id, "Imported", "x", 10)
        mine = self.upload(self.mbox(self.mails(1)))
        for action in ("action_cancel", "action_resume"):
            with self.assertRaises(AccessError):
                getattr(mine.with_user(stranger), action)()

    def test_the_uploaded_bytes_are_readable_by_nobody(self):
        upload = self.upload(self.mbox(self.mails(1)))
        files = upload._parts()
        self.assertTrue(files)
        for user in (self.user, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                files.with_user(user).read(["raw"])


@tagged("post_install", "-at_install")
class TestUploadOverHttp(UploadCase, HttpCase):
    def post(self, upload_id, offset, content):
        self.env.flush_all()
        answer = self.url_open(
            f"/mail_center/upload/{upload_id}",
            data={"offset": offset, "csrf_token": http.Request.csrf_token(self)},
            files={"ufile": ("part", content)},
        )
        self.env.invalidate_all()
        return answer

    def test_the_browser_sends_parts_and_a_stranger_can_not(self):
        data = self.mbox(self.mails(3))
        number = self.uploads.start(self.account.id, "Imported", "Inbox", len(data))["id"]
        new_test_user(self.env, login="mc_eve", groups="base.group_user,mail_center.group_user")
        self.authenticate("mc_eve", "mc_eve")
        self.assertEqual(self.post(number, 0, data[:500]).status_code, 404)
        self.authenticate("mc_anna", "mc_anna")
        self.assertEqual(self.post(number, 0, data[:500]).json(), {"received": 500})
        self.assertEqual(self.post(number, 500, data[500:]).json(), {"received": len(data)})
        self.run_reader()
        self.assertEqual(len(self.subjects()), 3)
