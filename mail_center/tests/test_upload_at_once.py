"""Files are imported while the same account's mail is fetched, in transactions of their own."""

from contextlib import contextmanager
from functools import partial

import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.tests import TransactionCase
from odoo.tools import mute_logger
from psycopg2 import errors

from ..core.archive import Found
from ..core.intake import take_in
from .common import a_mail


class TestUploadAtOnce(TransactionCase):
    """Works with what is really committed: two transactions have to see each other."""

    def setUp(self):
        super().setUp()
        self.database = odoo.sql_db.db_connect(self.env.cr.dbname)
        with self.job() as env:
            self.account_id = env["mail.center.account"].create(
                {"name": "At once", "email": "once@mc.example", "user_id": SUPERUSER_ID,
                 "sync_enabled": False}
            ).id
            env.cr.commit()
        self.addCleanup(self.clean)

    @contextmanager
    def job(self):
        with self.database.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def clean(self):
        with self.job() as env:
            env.cr.execute(
                "DELETE FROM ir_attachment WHERE res_model = 'mail.center.message' AND res_id IN"
                " (SELECT id FROM mail_center_message WHERE account_id = %s)", [self.account_id]
            )
            for table in ("message", "upload", "account"):
                column = "id" if table == "account" else "account_id"
                env.cr.execute(
                    f"DELETE FROM mail_center_{table} WHERE {column} = %s", [self.account_id]
                )
            env.cr.commit()

    def test_a_mail_that_is_fetched_meanwhile_is_there_once_and_in_its_conversation(self):
        raw = a_mail("bob@x.example", "once@mc.example", "Both ways", message_id="<both@x>")
        with self.job() as reading, self.job() as receiving:
            account = reading["mail.center.account"].browse(self.account_id)
            folders = reading["mail.center.folder"]
            local = folders._local_folder(account, "Imported")
            inbox = folders.create({"account_id": account.id, "path": "INBOX"})
            upload = reading["mail.center.upload"].create(
                {"name": "x", "account_id": account.id, "folder_id": local.id, "size": 1,
                 "user_id": SUPERUSER_ID, "kind": "eml", "state": "running", "total": 1}
            )
            reading.cr.commit()
            upload.read(["name"])  # its snapshot is from before the other job stores
            receiving.cr.execute(
                "UPDATE mail_center_account SET claim_token = 'x' WHERE id = %s", [account.id]
            )
            receiving.cr.commit()
            receiver = receiving["mail.center.receiver"]
            receiver._transaction(
                partial(receiver._store, account.with_env(receiving), "x",
                        inbox.with_env(receiving), [take_in(raw, uid=1)])
            )
            reader = reading["mail.center.upload.reader"]
            reader._transaction(
                partial(reader._store, upload, [Found(1, raw)], [take_in(raw)], False)
            )
            self.assertEqual((upload.imported, upload.known), (0, 1))
            mail = reading["mail.center.message"].search([("account_id", "=", account.id)])
            self.assertEqual(len(mail), 1)
            self.assertTrue(mail.thread_id)

    @mute_logger("odoo.sql_db")
    def test_what_another_has_made_or_removed_meanwhile_is_no_fault_of_the_mail(self):
        with self.job() as one, self.job() as other:
            reference = (
                "INSERT INTO mail_center_thread_reference (account_id, message_id, thread_id)"
                " VALUES (%s, %s, %s)"
            )
            threads = other["mail.center.thread"].create([{"account_id": self.account_id}] * 2)
            kept, removed = threads.ids
            other.cr.commit()
            one.cr.execute("SELECT FROM mail_center_thread")
            other.cr.execute(reference, [self.account_id, "<a, b>", kept])
            threads[1].unlink()
            other.cr.commit()
            filing = one["mail.center.filing"]
            for message_id, thread in (("<a, b>", kept), ("<c>", removed)):
                with self.assertRaises(errors.SerializationFailure):
                    try:
                        with one.cr.savepoint():
                            one.cr.execute(reference, [self.account_id, message_id, thread])
                    except errors.IntegrityError as error:
                        filing._reraise_concurrency(error)
            one.cr.rollback()
            # What is seen to be so fails each time: it is the mail's own.
            for message_id, thread in (("<a, b>", kept), ("<c>", removed)):
                with self.assertRaises(errors.IntegrityError) as caught, one.cr.savepoint():
                    one.cr.execute(reference, [self.account_id, message_id, thread])
                self.assertIsNone(filing._reraise_concurrency(caught.exception))
