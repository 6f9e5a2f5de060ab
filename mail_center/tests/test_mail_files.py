"""Files of mail, as a browser gets them: never as a page, always as what was sent."""

from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

PAGE = b"<html><script>top.harm = 1</script></html>"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" onload="top.harm=1"/>'
FILES = {
    "page.html": ("text/html", PAGE),
    "drawing.svg": ("image/svg+xml", DRAWING),
    "page.xhtml": ("application/xhtml+xml", PAGE),
    "style.xml": ("text/xml", b"<?xml version='1.0'?>" + PAGE),
    "script.js": ("application/javascript", b"top.harm = 1"),
    "picture.png": ("image/png", PAGE),
    "nothing": ("x/y; charset=<script>", PAGE),
    "invoice.pdf.exe": ("application/pdf", b"MZ"),
}


@tagged("post_install", "-at_install")
class TestMailFiles(HttpCase):
    def setUp(self):
        super().setUp()
        self.owner = new_test_user(
            self.env, login="files_owner", password="files_owner",
            groups="base.group_user,mail_center.group_user",
        )
        account = self.env["mail.center.account"].create(
            {"name": "Office", "email": "office@mc.example", "user_id": self.owner.id}
        )
        self.mail = self.env["mail.center.message"].create(
            {"account_id": account.id, "direction": "in", "subject": "Files"}
        )
        self.files = self.env["mail.center.filing"]._attachments().create(
            [
                {"name": name, "mimetype": kind, "raw": content, "description": f"{name}@x",
                 "res_model": self.mail._name, "res_id": self.mail.id}
                for name, (kind, content) in FILES.items()
            ]
        )
        self.authenticate("files_owner", "files_owner")

    def test_a_file_is_a_download_of_its_very_bytes(self):
        for file in self.files:
            answer = self.url_open(f"/mail_center/message/{self.mail.id}/file/{file.id}")
            with self.subTest(file.name):
                self.assertEqual(answer.content, FILES[file.name][1])
                self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
                self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
                self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment"))
                self.assertIn("sandbox", answer.headers["Content-Security-Policy"])

    def test_odoos_own_addresses_make_no_page_of_it_either(self):
        for file in self.files:
            for path in (f"/web/content/{file.id}", f"/web/image/{file.id}",
                         f"/web/content/{file.id}?mimetype=text/html",
                         f"/mail_center/message/{self.mail.id}/cid/{file.name}@x"):
                answer = self.url_open(path)
                with self.subTest(path, name=file.name):
                    if answer.status_code != 200:
                        continue
                    kind = answer.headers["Content-Type"].partition(";")[0]
                    policy = answer.headers.get("Content-Security-Policy", "")
                    runs = kind in ("text/html", "application/xhtml+xml", "image/svg+xml",
                                    "text/xml", "application/xml")
                    self.assertFalse(runs and "default-src 'none'" not in policy, kind)
                    self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    def test_a_program_in_disguise_is_warned_of_wherever_files_are_listed(self):
        mailbox = self.env["mail.center.mailbox"].with_user(self.owner)
        (mail,) = mailbox.conversation(self.mail.id)["messages"]
        warned = {file["name"] for file in mail["files"] if file["warning"]}
        self.assertEqual(warned, {"invoice.pdf.exe", "script.js"})
        self.assertIn("program", self.files[-1].mail_center_warning)


class TestGarbage(TransactionCase):
    def test_the_garbage_collector_waits_for_a_file_whose_row_is_still_to_come(self):
        """It removes what no row names, while holding off those who have this lock."""
        with self.registry.cursor() as cr:
            attachments = self.env(cr=cr)["ir.attachment"]
            content = b"a mail of which no row tells yet"

            def write():
                attachments._file_write(content, attachments._compute_checksum(content))

            def locks():
                cr.execute(
                    "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid()"
                    " AND relation = 'ir_attachment'::regclass"
                )
                return [mode for (mode,) in cr.fetchall()]

            with self.assertRaises(ZeroDivisionError), cr.savepoint():
                write()
                self.assertIn("RowExclusiveLock", locks())
                raise ZeroDivisionError
            self.assertNotIn("RowExclusiveLock", locks())
            for end in (cr.rollback, cr.commit, cr.rollback):
                write()
                self.assertIn("RowExclusiveLock", locks())
                end()
