"""The same against a mail server without any extension, and what a pass costs with all of them."""

import os
import unittest

from . import test_nothing_lost, test_receive, test_two_way
from .common import MailboxCase, a_mail
from .cutting_proxy import CuttingProxy
from .plain_server import PlainServer

LONG = os.environ.get("MAIL_CENTER_LONG")
FOLDERS = 50
# Mails in each of them.
MANY = 400 if LONG else 5


class TestRoundTrips(MailboxCase):
    """How often the server is asked where nothing is new, and where one mail is."""

    def setUp(self):
        super().setUp()
        self.said, self.sent = [], 0
        proxy = CuttingProxy(self.sandbox.ports["imap"], on_command=self.said.append)
        self.addCleanup(proxy.close)
        self.account.write(
            {"imap_port": proxy.port, "imap_security": "none", "imap_password": "correct horse"}
        )
        self.fill(1)

    def fill(self, count, folders=FOLDERS):
        """Another *count* mails in each folder; read to the end."""
        for number in range(folders):
            raws = (a_mail("eve@x.example", self.address, f"m{number}") for _n in range(count))
            self.sandbox.append(self.address, ((raw, [], None) for raw in raws), f"F{number}")
        self.sent += count * folders
        self.receive()
        self.env.invalidate_all()
        self.assertEqual(self.account.sync_state, "ok")
        self.assertEqual(len(self.messages()), self.sent)

    def cost(self, work):
        """The commands that the server gets meanwhile, and how many statements PostgreSQL."""
        self.said.clear()
        before = self.env.cr.sql_log_count
        work()
        statements = self.env.cr.sql_log_count - before
        self.assertEqual(self.account.sync_state, "ok")
        return [b" ".join(line.split()[1:3]) for line in self.said], statements

    def test_where_nothing_is_new_a_whole_mailbox_costs_three_round_trips(self):
        commands, _statements = self.cost(self.receive)
        self.assertEqual([line.split()[0] for line in commands], [b"LOGIN", b"LIST", b"LOGOUT"])

    def test_what_a_look_costs_does_not_depend_on_how_many_mails_are_there(self):
        def costs():
            return self.cost(self.receive), self.cost(lambda: self.fill(1, folders=1))

        self.receive()
        few = costs()
        self.fill(MANY)
        self.receive()
        self.assertEqual(costs(), few)


class TestPlainRoundTrips(PlainServer, TestRoundTrips):
    def test_where_nothing_is_new_a_whole_mailbox_costs_three_round_trips(self):
        """No: without LIST-STATUS and CONDSTORE each folder is opened and its marks are read."""
        commands, _statements = self.cost(self.receive)
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
