"""Whatever happens on the way: in the end each mail of the mailbox is here, once."""

from collections import Counter
from email import message_from_bytes

from .common import MailboxCase, a_mail
from .cutting_proxy import CuttingProxy

COUNT = 30


class TestNothingLost(MailboxCase):
    def setUp(self):
        super().setUp()
        self.account = self.make_account(self.user, security="none")
        self.address = self.account.email
        self.server_port = self.account.imap_port
        self.fill("INBOX")

    def fill(self, folder, count=COUNT):
        self.sandbox.append(
            self.address,
            [
                (
                    a_mail("eve@x.example", self.address, f"{folder} {number}", "text " * 400,
                           message_id=f"<{folder}-{number}@x.example>"),
                    [],
                    None,
                )
                for number in range(count)
            ],
            folder,
        )

    def through(self, **options):
        """From now on the account's connections go through a proxy of this kind."""
        proxy = CuttingProxy(self.server_port, **options)
        self.addCleanup(proxy.close)
        self.account.imap_port = proxy.port
        return proxy

    def directly(self):
        self.account.imap_port = self.server_port

    def fetch(self):
        self.receive()
        self.env.invalidate_all()

    def on_server(self):
        found = []
        for folder in self.sandbox.folders(self.address):
            found += [
                message_from_bytes(raw)["Message-ID"]
                for _uid, _flags, raw in self.sandbox.messages(self.address, folder)
            ]
        return Counter(found)

    def assert_nothing_lost(self):
        self.assertEqual(self.account.sync_state, "ok")
        self.assertEqual(Counter(self.messages().mapped("message_id")), self.on_server())
        self.assertEqual(max(self.on_server().values()), 1)
        self.assertFalse(
            self.env["mail.center.quarantine"].search([("account_id", "=", self.account.id)])
        )
        folders = self.account.folder_ids.filtered(lambda folder: folder.exists_on_server)
        for folder in folders.filtered(lambda folder: folder.policy != "off"):
            places = folder.location_ids
            self.assertEqual(len(places), len(self.sandbox.messages(self.address, folder.path)))
            self.assertEqual(folder.known_uids, len(places))

    def test_the_connection_is_cut_in_the_middle_of_mails_ten_times(self):
        cuts = 0
        for number in range(10):
            # A chunk is stored when it is whole: here the line breaks within it, always later.
            self.fill(f"F{number}", 10)
            cutting = self.through(cut_after=3000 + number * 9000)
            self.fetch()
            cuts += cutting.cuts
        self.assertGreaterEqual(cuts, 8)
        self.assertLess(len(self.messages()), COUNT + 100)
        self.directly()
        self.fetch()
        self.assert_nothing_lost()

    def at_first(self, word, act):
        """Does *act* when the client first sends a command with *word*, before the server sees
        it."""
        done = []

        def on_command(line):
            if word in line and not done:
                done.append(line)
                act()

        self.through(on_command=on_command)
        return done

    def test_a_folder_is_renamed_while_it_is_read(self):
        for word in (b"EXAMINE", b"UID SEARCH", b"BODY.PEEK[]"):
            with self.subTest(word=word):
                name = word.decode().split()[0].strip("[].").replace(".", "")
                self.fill(f"Old-{name}")
                self.fetch()
                self.fill(f"Old-{name}-2")

                def rename(name=name):
                    self.sandbox.rename_folder(self.address, f"Old-{name}-2", f"New-{name}")

                done = self.at_first(word, rename)
                self.fetch()
                self.assertTrue(done)
                self.directly()
                self.fetch()
                self.fetch()
                self.assert_nothing_lost()

    def test_a_folder_is_deleted_while_it_is_read(self):
        self.fetch()
        self.fill("Gone")
        done = self.at_first(
            b"BODY.PEEK[]", lambda: self.sandbox.delete_folder(self.address, "Gone")
        )
        self.fetch()
        self.assertTrue(done)
        self.directly()
        self.fetch()
        self.assert_nothing_lost_but_what_was_stored("Gone")

    def assert_nothing_lost_but_what_was_stored(self, folder):
        """Mail that was here before its folder went stays here; it has no place any more."""
        gone = self.messages().filtered(lambda mail: (mail.subject or "").startswith(folder))
        here = Counter((self.messages() - gone).mapped("message_id"))
        self.assertEqual(here, self.on_server())
        self.assertEqual(self.account.sync_state, "ok")
        self.assertTrue(all(count == 1 for count in here.values()))

    def test_mail_is_deleted_between_the_search_and_the_fetch(self):
        uids = [uid for uid, _flags, _raw in self.sandbox.messages(self.address)]

        def expunge():
            for uid in uids[5:10]:
                self.sandbox.expunge(self.address, uid)

        done = self.at_first(b"BODY.PEEK[]", expunge)
        self.fetch()
        self.assertTrue(done)
        self.directly()
        self.fetch()
        gone = {f"<INBOX-{number}@x.example>" for number in range(5, 10)}
        here = Counter(self.messages().mapped("message_id"))
        self.assertEqual(max(here.values()), 1)
        self.assertEqual(set(here) - gone, set(self.on_server()))
        self.assertEqual(len(self.account._folder("inbox").location_ids), COUNT - 5)

    def test_a_mail_server_whose_disk_is_full_is_read_all_the_same(self):
        home = self.sandbox.home / "mail" / "mc.example" / self.address.partition("@")[0]
        full = [path for path in home.rglob("*") if path.is_dir()]
        self.assertTrue(full)
        # Dovecot runs as another user: where it may not write it is as where nothing fits.
        for path in full:
            path.chmod(0o500)
        try:
            self.fetch()
        finally:
            for path in full:
                path.chmod(0o700)
        self.assertEqual(len(self.messages()), COUNT)
        self.fetch()
        self.assert_nothing_lost()
