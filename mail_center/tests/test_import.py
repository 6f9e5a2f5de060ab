from datetime import date, datetime, timedelta, timezone

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from ..core.imap import Session
from .common import MailboxCase, a_mail


class TestImport(MailboxCase):
    """What is imported from a mailbox that has been in use for years, and when."""

    def fill(self, folder="INBOX", years=(2020, 2021, 2022, 2023, 2024, 2025)):
        self.sandbox.append(
            self.address,
            [
                (
                    a_mail("eve@x.example", self.address, f"{folder} {year}",
                           message_id=f"<{folder}-{year}@x.example>"),
                    [],
                    datetime(year, 6, 15, 12, tzinfo=timezone.utc),
                )
                for year in years
            ],
            folder,
        )

    def subjects(self):
        self.env.invalidate_all()
        return sorted(self.messages().mapped("subject"))

    def backfill(self, user=None, **vals):
        action = self.account.with_user(user or self.user).action_backfill()
        wizard = self.env[action["res_model"]].with_user(user or self.user).browse(action["res_id"])
        wizard.write(vals)
        wizard.action_fetch()
        self.receive()

    def import_since(self, day):
        self.account.with_user(self.user).import_since = day
        self.receive()

    def test_only_mail_since_the_chosen_day_is_imported_and_the_rest_is_accounted_for(self):
        self.fill()
        self.import_since(date(2023, 1, 1))
        self.assertEqual(self.subjects(), ["INBOX 2023", "INBOX 2024", "INBOX 2025"])
        inbox = self.account._folder("inbox")
        self.assertTrue(inbox.complete)
        self.assertEqual(inbox.known_uids, 6)
        self.receive()
        self.assertEqual(len(self.subjects()), 3)
        inbox.with_user(self.user).action_compare()
        self.receive()
        self.env.invalidate_all()
        self.assertEqual(
            inbox.comparison_text, "server 6 · here 3 · quarantine 0 · left out 3"
        )

    def test_the_day_itself_counts(self):
        self.fill(years=(2024,))
        self.import_since(date(2024, 6, 15))
        self.assertEqual(self.subjects(), ["INBOX 2024"])

    def test_mail_that_comes_later_is_fetched_whatever_its_date(self):
        self.fill()
        self.import_since(date(2030, 1, 1))
        self.assertEqual(self.subjects(), [])
        self.fill(years=(1999,))
        self.receive()
        self.assertEqual(self.subjects(), ["INBOX 1999"])

    def test_older_mail_is_fetched_later_by_date(self):
        self.fill()
        self.import_since(date(2025, 1, 1))
        self.backfill(everything=False, since=date(2022, 1, 1))
        self.assertEqual(
            self.subjects(), ["INBOX 2022", "INBOX 2023", "INBOX 2024", "INBOX 2025"]
        )
        self.backfill()
        self.assertEqual(len(self.subjects()), 6)
        self.assertEqual(self.account._folder("inbox").known_uids, 6)
        self.assertFalse(self.account.has_older)

    def test_older_mail_is_fetched_later_of_one_folder_alone(self):
        self.fill()
        self.fill("Klienci", years=(2019, 2025))
        self.import_since(date(2025, 1, 1))
        clients = self.account.folder_ids.filtered(lambda folder: folder.path == "Klienci")
        self.backfill(folder_ids=[(6, 0, clients.ids)])
        self.assertEqual(self.subjects(), ["INBOX 2025", "Klienci 2019", "Klienci 2025"])
        self.assertTrue(self.account.has_older)

    def test_what_is_here_already_is_refused_in_words(self):
        self.fill()
        self.import_since(date(2024, 1, 1))
        with self.assertRaises(UserError):
            self.backfill(everything=False, since=date(2025, 1, 1))
        with self.assertRaises(UserError):
            self.account.with_user(self.user).import_since = date(2020, 1, 1)

    def test_a_renumbered_folder_brings_nothing_that_was_left_out(self):
        self.fill()
        self.import_since(date(2024, 1, 1))
        before = self.messages()
        inbox = self.account._folder("inbox")
        self.sandbox.set_uidvalidity(self.address, inbox.uidvalidity + 5)
        self.receive()
        self.env.invalidate_all()
        self.assertEqual(self.messages(), before)
        self.assertEqual(inbox.known_uids, 6)

    def test_a_paused_import_stands_still_and_goes_on_where_it_was(self):
        self.fill(years=range(1990, 2025))
        account = self.account.with_user(self.user)
        account.action_sync_off()
        self.receive()
        self.assertEqual(self.subjects(), [])
        account.action_sync_on()
        self.receive()
        self.assertEqual(len(self.subjects()), 35)

    def test_only_who_may_set_the_account_up_fetches_older_mail(self):
        self.fill()
        self.import_since(date(2025, 1, 1))
        reader = new_test_user(
            self.env, login="mc_reader", groups="base.group_user,mail_center.group_user"
        )
        self.env["mail.center.account.permission"].create(
            {"account_id": self.account.id, "user_id": reader.id, "can_read": True}
        )
        with self.assertRaises(AccessError):
            self.account.with_user(reader).action_backfill()
        with self.assertRaises(AccessError):
            self.env["mail.center.backfill"].with_user(reader).create(
                {"account_id": self.account.id}
            )
        self.assertEqual(len(self.subjects()), 1)

    def test_a_day_in_the_future_asks_for_nothing_old(self):
        self.fill(years=(2024,))
        with Session.open(self.account._endpoint("imap")) as session:
            session.select("INBOX")
            self.assertEqual(session.uids_since(date.today() + timedelta(days=400)), [])
            self.assertEqual(len(session.uids_since(date(1970, 1, 1))), 1)
            last = session.uids_since(date(1970, 1, 1))[-1]
            # The server's own answer to a span that ends with an asterisk has the last mail.
            self.assertEqual(session.uids_since(date(1970, 1, 1), low=last + 1), [])
