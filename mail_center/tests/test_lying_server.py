"""A server whose word on the size of a mail is not true: what is in memory is bounded all the same,
and no mail is lost."""

from unittest.mock import patch

from odoo.addons.mail_center.core import gather
from odoo.addons.mail_center.models import mail_center_pop3_receiver as pop3_receiver
from odoo.addons.mail_center.models import mail_center_receiver_messages as messages_of

from .common import MailboxCase, a_mail
from .pop3_common import Pop3Case

ROOM = 50_000


class TestLyingImap(MailboxCase):
    def serve(self, sizes):
        """The account's server from now on: it announces one byte for each mail. *sizes*: UID →
        function(how often it was asked for before) → bytes."""
        from tests.core.rawserver import RawServer, imap

        asked = dict.fromkeys(sizes, 0)

        def fetch(peer, tag):
            line = peer.server.received[-1]
            wanted = self.numbers(line.split()[3].decode(), max(sizes)) & sizes.keys()
            for uid in sorted(wanted):
                head = b"* %d FETCH (UID %d RFC822.SIZE 1 FLAGS ()" % (uid, uid)
                if b"BODY.PEEK" in line:
                    raw = a_mail("eve@x.example", self.address, f"m{uid}")
                    raw += b"x" * (sizes[uid](asked[uid]) - len(raw))
                    head += b" BODY[] {%d}\r\n%s" % (len(raw), raw)
                    asked[uid] += 1
                peer.send(head + b")\r\n")
            peer.send(tag + b" OK done\r\n")

        uids = b" ".join(b"%d" % uid for uid in sizes)
        answers = {
            "LIST": b'* LIST () "/" INBOX\r\n%TAG OK done\r\n',
            "EXAMINE": b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT %d] ok\r\n"
            b"%%TAG OK [READ-ONLY] done\r\n" % (len(sizes), max(sizes) + 1),
            "UID SEARCH": b"* SEARCH " + uids + b"\r\n%TAG OK done\r\n",
            "UID FETCH": fetch,
        }
        server = self.enterContext(RawServer(imap(answers)))
        self.account.write(
            {
                "imap_host": server.host, "imap_port": server.port, "imap_security": "none",
                "imap_password": "correct horse",
            }
        )
        return asked

    def numbers(self, text, last):
        spans = (part.partition(":") for part in text.replace("*", str(last)).split(","))
        return {n for low, _, high in spans for n in range(int(low), int(high or low) + 1)}

    def receive_noting_what_is_held(self):
        held, whole = [], messages_of.gather

        def noted(session, **options):
            found = whole(session, **options)
            held.append(found.held)
            return found

        with patch.object(messages_of, "gather", noted), \
                patch.object(messages_of, "CHUNK_BYTES", ROOM), \
                patch.object(gather, "MORE_BYTES", ROOM):
            self.receive()
        self.assertFalse(self.account.sync_error)
        return held

    def test_mails_that_are_all_announced_too_small_arrive_in_portions(self):
        self.serve({uid: lambda _before: 30_000 for uid in range(1, 8)})
        held = self.receive_noting_what_is_held()
        self.assertEqual(
            sorted(self.messages().mapped("subject")), [f"m{uid}" for uid in range(1, 8)]
        )
        self.assertLessEqual(max(held), 2 * ROOM)
        self.assertGreater(len(held), 2)
        self.assertFalse(
            self.env["mail.center.quarantine"].search([("account_id", "=", self.account.id)])
        )
        self.assertEqual(self.account.sync_state, "ok")

    def test_a_mail_that_grows_whenever_it_is_asked_for_is_left_there_and_is_told_of(self):
        asked = self.serve(
            {1: lambda _before: 2000, 2: lambda before: 60_000 * 3**before, 3: lambda _before: 2000}
        )
        held = self.receive_noting_what_is_held()
        self.assertLessEqual(max(held), 2 * ROOM)
        self.assertEqual(sorted(self.messages().mapped("subject")), ["m1", "m3"])
        line = self.env["mail.center.quarantine"].search([("account_id", "=", self.account.id)])
        self.assertEqual(line.uid, 2)
        self.assertIn("stays in the mailbox", line.error)
        self.receive()
        self.assertFalse(self.account.sync_error)
        self.assertEqual(asked, {1: 1, 2: 3, 3: 1}, "it must not be tried for ever")


class TestLyingPop3(Pop3Case):
    def test_what_is_fetched_is_stored_before_it_fills_the_memory(self):
        from tests.core.rawserver import RawServer, pop3

        def retrieve(peer, line):
            raw = self.mail(f"m{int(line.split()[1])}").replace(b"\n", b"\r\n")
            peer.send(b"+OK\r\n" + raw + b"x" * 30_000 + b"\r\n.\r\n")

        uidl = b"".join(b"%d u%d\r\n" % (number, number) for number in range(1, 6))
        sizes = b"".join(b"%d 1\r\n" % number for number in range(1, 6))
        answers = {
            "UIDL": b"+OK\r\n" + uidl + b".\r\n",
            "LIST": b"+OK\r\n" + sizes + b".\r\n",
            "RETR": retrieve,
        }
        held = []
        receiver = self.env.registry["mail.center.receiver"]
        whole = receiver._store_pop3

        def noted(model, account, token, folder, taken):
            held.append(sum(len(intake.raw) for intake in taken.values()))
            return whole(model, account, token, folder, taken)

        self.startPatcher(patch.object(receiver, "_store_pop3", noted))
        self.startPatcher(patch.object(pop3_receiver, "CHUNK_BYTES", ROOM))
        server = self.enterContext(RawServer(pop3(answers)))
        self.account.sudo().write(
            {
                "pop3_host": server.host, "pop3_port": server.port, "pop3_security": "none",
                "pop3_password": "correct horse",
            }
        )
        self.receive()
        self.assertFalse(self.account.sync_error)
        self.assertEqual(len(self.messages()), 5)
        self.assertLessEqual(max(held), 2 * ROOM)
        self.assertGreater(len(held), 1)
