"""The same against a mail server without any extension, and what a pass costs with all of them."""

import os
import unittest

from . import test_nothing_lost, test_receive, test_two_way
from .common import MailboxCase, a_mail
from .cutting_proxy import CuttingProxy
from .plain_server import PlainServer

LONG = os.environ.get("MAIL_CENTER_LONG")
FOLDERS = 50


class TestRoundTrips(MailboxCase):
    """How often the server is asked where nothing is new."""

    def commands(self):
        """What one pass over a mailbox with many folders says, when it has been read before."""
        said = []
        proxy = CuttingProxy(self.sandbox.ports["imap"], on_command=said.append)
        self.addCleanup(proxy.close)
        self.account.write(
            {"imap_port": proxy.port, "imap_security": "none", "imap_password": "correct horse"}
        )
        for number in range(FOLDERS):
            raw = a_mail("eve@x.example", self.address, f"m{number}")
            self.sandbox.append(self.address, [(raw, [], None)], f"F{number}")
        self.receive()
        self.env.invalidate_all()
        self.assertEqual(len(self.messages()), FOLDERS)
        said.clear()
        self.receive()
        self.assertEqual(self.account.sync_state, "ok")
        return [b" ".join(line.split()[1:3]) for line in said]

    def test_where_nothing_is_new_a_whole_mailbox_costs_three_round_trips(self):
        words = [line.split()[0] for line in self.commands()]
        self.assertEqual(words, [b"LOGIN", b"LIST", b"LOGOUT"])


class TestPlainRoundTrips(PlainServer, TestRoundTrips):
    def test_where_nothing_is_new_a_whole_mailbox_costs_three_round_trips(self):
        """No: without LIST-STATUS and CONDSTORE each folder is opened and its marks are read."""
        commands = self.commands()
        folders = len(self.account.folder_ids.filtered(lambda one: one.policy != "off"))
        self.assertGreaterEqual(folders, FOLDERS)
        self.assertLessEqual(len(commands), 2 * folders + 4)
        self.assertFalse([line for line in commands if b"SEARCH" in line])


@unittest.skipUnless(LONG, "with MAIL_CENTER_LONG=1")
class TestPlainReceive(PlainServer, test_receive.TestReceive):
    pass


@unittest.skipUnless(LONG, "with MAIL_CENTER_LONG=1")
class TestPlainTwoWay(PlainServer, test_two_way.TestTwoWay):
    ANSWERS = (b"Store completed", b"Copy completed", b"Fetch completed")
    REMOVES = False


@unittest.skipUnless(LONG, "with MAIL_CENTER_LONG=1")
class TestPlainNothingLost(PlainServer, test_nothing_lost.TestNothingLost):
    pass
