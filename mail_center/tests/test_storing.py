"""How mail gets into the tables and the folder of files, short of what it says."""

import os
import signal
from unittest.mock import patch

from odoo.tests import TransactionCase

from ..core.intake import take_in
from .understanding_common import UnderstandingCase


class TestNewConversations(UnderstandingCase):
    def test_a_new_conversation_is_made_with_what_a_recount_finds(self):
        first = self.letter("First")
        name = first.partition("Message-ID: ")[2].partition("\n")[0]
        answer = self.letter("Re: First", headers=f"In-Reply-To: {name}\n")
        answer, alone = answer.replace("4 May", "5 May"), self.letter("Alone")
        intakes = [
            take_in(raw.replace("\n", "\r\n").encode(), uid=9000 + number,
                    flags=frozenset(["\\Seen"] if raw is alone else []))
            for number, raw in enumerate((answer, first, alone))
        ]  # fmt: skip
        Threads = type(self.env["mail.center.thread"])
        with patch.object(Threads, "_refresh", lambda _threads: None):
            messages, _failed = self.env["mail.center.filing"]._file(self.inbox, intakes)
        self.env.invalidate_all()
        names = ["subject", "last_date", "message_count", "unread_count"]
        threads = messages.thread_id.sorted("id")
        made = [{name: thread[name] for name in names} for thread in threads]
        self.assertEqual([one["subject"] for one in made], ["First", "Alone"])
        self.assertEqual([one["message_count"] for one in made], [2, 1])
        self.assertEqual([one["unread_count"] for one in made], [2, 0])
        threads._refresh()
        self.assertEqual([{name: thread[name] for name in names} for thread in threads], made)

    def test_a_recount_writes_the_conversations_that_are_wrong_and_no_others(self):
        one, other = self.take(self.letter("One")), self.take(self.letter("Other"))
        threads = one.thread_id | other.thread_id
        other.thread_id.message_count = 7
        self.env.flush_all()
        self.env.cr.execute("SELECT id, ctid FROM mail_center_thread WHERE id IN %s",
                            [tuple(threads.ids)])  # fmt: skip
        before = dict(self.env.cr.fetchall())
        threads._refresh()
        self.env.cr.execute("SELECT id, ctid FROM mail_center_thread WHERE id IN %s",
                            [tuple(threads.ids)])  # fmt: skip
        written = {number for number, place in self.env.cr.fetchall() if before[number] != place}
        self.assertEqual(written, set(other.thread_id.ids))
        self.assertEqual(other.thread_id.message_count, 1)


class TestNewFiles(TransactionCase):
    def setUp(self):
        super().setUp()
        self.files = self.env["mail.center.filing"]._attachments()
        self.content = os.urandom(100) * 30_000
        self.checksum = self.files._compute_checksum(self.content)
        self.path = self.files._full_path(f"{self.checksum[:2]}/{self.checksum}")

    def make_folders(self):
        """Those that are there when there are a few thousand files."""
        for name in ("", "checklist/"):
            os.makedirs(self.files._full_path(f"{name}{self.checksum[:2]}"), exist_ok=True)

    def _write(self):
        return self.files._file_write(self.content, self.checksum)

    def test_a_file_is_where_odoo_reads_it_and_may_be_collected(self):
        self.assertTrue(self.files._are_files_odoos())
        self.make_folders()
        with patch.object(os.path, "isfile", side_effect=AssertionError("Odoo's own way")):
            name = self._write()
        self.assertEqual(self.files._file_read(name), self.content)
        self.assertTrue(os.path.exists(self.files._full_path(f"checklist/{name}")))
        self.assertEqual(self._write(), name, "it is there already")

    def test_half_a_file_of_a_killed_worker_is_in_nobodys_way(self):
        self.make_folders()
        write = os.write

        def some(handle, data):
            write(handle, data[:1000])
            os.kill(os.getpid(), signal.SIGKILL)

        # What is open to the database belongs to both: the child only writes, and is dead.
        worker = os.fork()
        if not worker:
            with patch.object(os, "write", some):
                self.files._write_new_file(f"{self.checksum[:2]}/{self.checksum}", self.content)
            os._exit(1)
        self.assertEqual(os.WTERMSIG(os.waitpid(worker, 0)[1]), signal.SIGKILL)
        self.assertFalse(os.path.exists(self.path))
        self.assertEqual(self.files._file_read(self._write()), self.content)

    def test_its_folder_is_made(self):
        with patch.object(os, "open", side_effect=FileNotFoundError):
            self.assertEqual(self.files._file_read(self._write()), self.content)

    def test_of_a_full_disk_no_half_file_stays(self):
        self.make_folders()
        write = os.write

        def some(handle, data):
            if len(data) < len(self.content):
                raise OSError(28, "No space left on device")
            return write(handle, data[:1000])

        with patch.object(os, "write", some), self.assertRaises(OSError):
            self._write()
        self.assertFalse(os.path.exists(self.path))
        self.assertEqual(self.files._file_read(self._write()), self.content)

    def test_who_has_other_places_for_files_is_asked(self):
        for name in ("_get_path", "_file_write", "_mark_for_gc"):
            with patch.object(type(self.files), name, lambda *_all: None):
                self.assertFalse(self.files._are_files_odoos(), name)
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        self.assertFalse(self.files._are_files_odoos())
