import sys
from pathlib import Path

from ..core.intake import take_in
from .mailbox_common import StoredMailCase

ROOT = Path(__file__).parents[2]


class TestCorpus(StoredMailCase):
    """The corpus of broken mail goes into the database in one run."""

    def corpus(self):
        if str(ROOT) not in sys.path:
            sys.path.insert(0, str(ROOT))
        from tests.core.mime.broken_messages import BROKEN
        from tests.core.mime.special_messages import SPECIAL

        return [raw for raw in [*BROKEN.values(), *SPECIAL.values()] if isinstance(raw, bytes)]

    def test_each_broken_mail_ends_as_message_or_quarantine_once_and_none_stops_the_run(self):
        corpus = self.corpus()
        intakes = [take_in(raw, uid=number) for number, raw in enumerate(corpus, 1000)]
        filing = self.env["mail.center.filing"]
        for start in range(0, len(intakes), 50):
            filing._file(self.inbox, intakes[start : start + 50])
        self.env.flush_all()
        places = self.env["mail.center.message.location"].search(
            [("folder_id", "=", self.inbox.id)]
        )
        lines = self.env["mail.center.quarantine"].search([("folder_id", "=", self.inbox.id)])
        self.assertEqual(
            sorted([*places.mapped("uid"), *lines.mapped("uid")]),
            list(range(1000, 1000 + len(corpus))),
        )
        self.assertGreater(len(corpus), 230)
        self.assertEqual(self.inbox.last_uid, 999 + len(corpus))
        # Nothing is doubled when the folder is looked at again.
        before = len(places.message_id)
        for start in range(0, len(intakes), 50):
            filing._file(self.inbox, intakes[start : start + 50])
        self.assertEqual(len(self.account.folder_ids.browse(self.inbox.id)._known_uids()),
                         len(corpus))
        self.assertEqual(
            self.env["mail.center.message"].search_count([("account_id", "=", self.account.id)]),
            before,
        )
        # And whoever opens one sees a page.
        for message in places.message_id:
            self.mailbox().conversation(message.id)
            message._body_page(fold=True)
