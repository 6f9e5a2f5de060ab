"""Mail from files beside mail of a server: neither takes anything from the other."""

from datetime import datetime, timezone

from .common import MailboxCase, a_mail
from .pop3_common import POISON, Pop3Case


class BesideServer:
    """Ways to import files into the account of a case."""

    def import_files(self, *raws, folder="Imported", name="old.eml"):
        uploads = self.env["mail.center.upload"].with_user(self.user)
        data = b"".join(raws)
        answer = uploads.start(
            self.account.id, folder, name, len(data), [len(raw) for raw in raws]
        )
        upload = self.env["mail.center.upload"].browse(answer["id"])
        upload._take_part(0, data)
        with self.job_env() as env:
            env["mail.center.upload.reader"]._cron_read()
        self.env.invalidate_all()
        self.assertEqual(upload.state, "done")
        return upload

    def old(self, number):
        """A mail as it was then: the same bytes each time."""
        return a_mail("eve@x.example", self.address, f"old {number}",
                      message_id=f"<old-{number}@x.example>",
                      date=datetime(2020, 1, 6, tzinfo=timezone.utc))

    def subjects(self, folder):
        return sorted(folder.location_ids.message_id.mapped("subject"))


class TestUploadBesideImap(BesideServer, MailboxCase):
    def passes(self, count=2):
        for _pass in range(count):
            self.receive()
        self.env.invalidate_all()

    def test_imported_mail_stays_in_its_folder_when_mail_is_fetched(self):
        folder = self.import_files(self.old(1), self.old(2)).folder_id
        self.passes(3)
        self.assertEqual(self.subjects(folder), ["old 1", "old 2"])
        self.assertEqual((folder.known_uids, folder.uidvalidity), (2, 1))
        self.import_files(self.old(2), self.old(3), name="more.eml")
        self.assertEqual(self.subjects(folder), ["old 1", "old 2", "old 3"])

    def test_the_copy_in_the_trash_deleted_for_good_leaves_the_imported_one(self):
        folder = self.import_files(self.old(1)).folder_id
        self.sandbox.create_folder(self.address, "Trash")
        self.sandbox.append(self.address, [(self.old(1), [], None)], "Trash")
        self.passes()
        self.account.with_user(self.user).action_two_way()
        trash = self.account._folder("trash")
        mail = folder.location_ids.message_id
        self.assertEqual(mail.location_ids.folder_id, folder | trash)
        mail.with_user(self.user).delete_for_good({mail.id: trash.id})
        self.passes()
        self.assertFalse(self.sandbox.messages(self.address, "Trash"))
        self.assertEqual(mail.location_ids.folder_id, folder)
        self.assertFalse(mail.is_deleted)
        self.assertEqual(mail.subject, "old 1")
        self.assertTrue(mail.body_text)


class TestUploadBesidePop3(BesideServer, Pop3Case):
    def rows(self, account=None):
        rows = self.env["mail.center.pop3.message"].search(
            [("account_id", "=", (account or self.account).id)], order="id"
        )
        return [(row.uidl, row.state, row.message_id.subject) for row in rows]

    def test_an_import_into_a_legacy_account_is_whole_and_touches_no_rows_of_pop3(self):
        self.fill(*(self.mail(f"server {number}") for number in range(3)))
        self.receive()
        before = self.rows()
        self.assertEqual(len(before), 3)
        first = self.env["mail.center.pop3.message"].search([], order="id", limit=1).id
        # Numbers of the folder that are numbers of rows at the same time.
        folder = self.env["mail.center.folder"]._local_folder(self.account, "Imported")
        folder.last_uid = first - 2
        self.import_files(*(self.old(number) for number in range(6)))
        self.assertEqual(self.rows(), before)
        self.assertEqual(self.subjects(folder), [f"old {number}" for number in range(6)])
        self.receive()
        self.env.invalidate_all()
        self.assertEqual(self.rows(), before)
        self.assertEqual(len(self.messages()), 9)

    def test_what_could_not_be_read_is_kept_and_fetches_nothing_of_the_server_again(self):
        self.fill(self.mail("server"))
        self.receive()
        row = self.env["mail.center.pop3.message"].search([("account_id", "=", self.account.id)])
        folder = self.env["mail.center.folder"]._local_folder(self.account, "Imported")
        folder.last_uid = row.id - 1
        self.import_files(POISON, self.old(1))
        line = self.quarantine()
        self.assertEqual((line.uid, line._source()), (row.id, POISON))
        self.env["mail.center.filing"]._fetch_again(line)
        self.assertEqual(row.state, "here")

    def test_a_folder_of_files_named_inbox_is_not_taken_for_the_mailbox(self):
        folder = self.import_files(self.old(1), folder="INBOX").folder_id
        self.fill(self.mail("server"))
        self.receive()
        self.env.invalidate_all()
        self.assertEqual(folder.path, "INBOX (2)")
        self.assertEqual(self.subjects(folder), ["old 1"])
        self.assertEqual(self.account._folder("inbox").path, "INBOX")
