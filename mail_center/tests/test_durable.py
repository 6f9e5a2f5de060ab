"""A power failure, or a disk that is full, takes no mail that its server no longer has."""

import errno
import os
from unittest.mock import patch

from ..durable import is_disk_trouble, sync_filesystem
from ..models import ir_attachment
from .common import MailboxCase, a_mail


def refuse(_folder):
    raise OSError(errno.EIO, os.strerror(errno.EIO))


class TestDurable(MailboxCase):
    def fill(self, *subjects):
        self.sandbox.append(
            self.address,
            [(a_mail("e@x.example", self.address, name), [], None) for name in subjects],
        )

    def test_the_disk_is_waited_for_when_the_files_of_a_chunk_are_there(self):
        names = ("One", "Two", "Three")
        self.fill(*names)
        seen = []

        def sync(folder):
            self.env.cr.execute(
                "SELECT file.store_fname, file.file_size FROM ir_attachment file"
                " JOIN mail_center_message message ON message.id = file.res_id"
                " WHERE file.res_model = 'mail.center.message' AND message.account_id = %s",
                [self.account.id],
            )
            found = self.env.cr.fetchall()
            seen.append([os.path.getsize(os.path.join(folder, name)) for name, _size in found])
            self.assertEqual(seen[-1], [size for _name, size in found])
            sync_filesystem(folder)

        with patch.object(ir_attachment, "sync_filesystem", sync):
            self.receive()
        self.assertEqual([len(sizes) for sizes in seen], [len(names)])

    def test_a_disk_that_fails_is_no_fault_of_the_mail_which_comes_later(self):
        self.fill("One", "Two")
        with patch.object(ir_attachment, "sync_filesystem", refuse):
            self.receive()
        self.account.invalidate_recordset()
        self.assertFalse(self.messages())
        self.assertFalse(
            self.env["mail.center.quarantine"].search([("account_id", "=", self.account.id)])
        )
        self.assertEqual(self.account.sync_state, "failing")
        self.assertIn("Input/output error", self.account.sync_error)
        self.assertNotIn(self.env["ir.attachment"]._filestore(), self.account.sync_error)
        self.receive()
        self.account.invalidate_recordset()
        self.assertEqual(sorted(self.messages().mapped("subject")), ["One", "Two"])
        self.assertEqual(self.account.sync_state, "ok")

    def test_what_is_no_disk_trouble_is_not_taken_for_it(self):
        self.assertTrue(is_disk_trouble(OSError(errno.ENOSPC, "No space left on device")))
        # As a library says that it does not understand a picture.
        self.assertFalse(is_disk_trouble(OSError("cannot identify image file")))
        self.assertFalse(is_disk_trouble(ValueError("ENOSPC")))

    def test_a_folder_that_is_not_there_is_said_to_be_so(self):
        with self.assertRaises(OSError):
            sync_filesystem("/nowhere/at/all")
