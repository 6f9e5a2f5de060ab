"""What others have is not there: not by counting, not by completing, not on the bus."""

import json

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import HttpCase, new_test_user, tagged

from .mailbox_common import StoredMailCase

WORD = "zebrafinch"


class TestIsolation(StoredMailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Second"})
        groups = "base.group_user,base.group_partner_manager,mail_center.group_user"
        # Has the permission, and works for another company than the account's.
        cls.foreign = new_test_user(
            cls.env, login="mc_foreign", groups=groups, company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.both = new_test_user(
            cls.env, login="mc_both", groups=groups, company_id=cls.company.id,
            company_ids=[(6, 0, [cls.company.id, cls.env.company.id])],
        )
        cls.account.company_id = cls.env.company
        cls.account.permission_ids = [
            (0, 0, {"user_id": user.id, "can_read": True, "can_send": True, "can_manage": True})
            for user in (cls.foreign, cls.both)
        ]
        cls.mailed = cls.mail(
            f"{WORD} subject", email_from=f"{WORD}@outside.example",
            from_display=f"{WORD} <{WORD}@outside.example>", body_text=WORD, snippet=WORD,
        )
        cls.env["mail.center.quarantine"].create({"account_id": cls.account.id, "error": WORD})
        cls.env["mail.center.log"].create(
            {"account_id": cls.account.id, "event": "e", "message": WORD}
        )

    def seen(self, user, **context):
        """How often anything of the account is found, counted, completed or summed up."""
        models = self.env["mail.center.message"].with_user(user).with_context(**context).env
        found = {}
        for name, field in (
            ("mail.center.message", "subject"), ("mail.center.message", "body_text"),
            ("mail.center.message", "email_from"), ("mail.center.message", "account_id.email"),
            ("mail.center.thread", "subject"), ("mail.center.thread", "message_ids.subject"),
            ("mail.center.folder", "location_ids.message_id.subject"),
            ("mail.center.message.location", "message_id.subject"),
            ("mail.center.link", "message_id.subject"),
            ("mail.center.account", "folder_ids.location_ids.message_id.subject"),
            ("mail.center.quarantine", "error"), ("mail.center.log", "message"),
        ):
            records = models[name]
            domain = Domain(field, "ilike", WORD) if "email" not in field else Domain(
                field, "ilike", "e")
            found[f"{name} {field}"] = (
                len(records.search(domain)),
                records.search_count(domain),
                sum(count for (count,) in records._read_group(domain, [], ["__count"])),
                len(records.formatted_read_group(domain, ["id"], ["__count"])),
                records.web_search_read(domain, {"id": {}})["length"],
            )
        for name in ("mail.center.account", "mail.center.message", "mail.center.thread",
                     "mail.center.folder"):
            terms = ("Office", WORD, "INBOX")
            found[f"{name} names"] = tuple(
                len(models[name].name_search(term)) for term in terms
            )
        drafts, mailbox = models["mail.center.draft"], models["mail.center.mailbox"]
        people = [one["email"] for one in drafts.search_recipients(WORD)]
        found["people"] = (people.count(f"{WORD}@outside.example"),)
        found["mailbox"] = (
            len(mailbox.page({"view": "all"}, query=WORD)["rows"]),
            len(mailbox.page({"view": "all"})["rows"]),
            len(mailbox.sidebar()["accounts"]), mailbox.sidebar()["inbox"],
            models["mail.center.message"].menu()["unread"],
        )
        return {place: counts for place, counts in found.items() if any(counts)}

    def test_search_counts_and_completion_tell_strangers_nothing(self):
        self.assertTrue(self.seen(self.owner))
        for user in (self.stranger, self.foreign):
            with self.subTest(user.login):
                self.assertEqual(self.seen(user), {})
        # Who may only send knows the account and none of its mail.
        places = self.seen(self.sender)
        self.assertEqual(set(places), {"mail.center.account names"})

    def test_a_company_that_is_not_chosen_is_not_shown(self):
        first, second = self.env.company.id, self.company.id
        self.assertEqual(self.seen(self.both, allowed_company_ids=[second]), {})
        self.assertTrue(self.seen(self.both, allowed_company_ids=[second, first]))
        with self.assertRaises(AccessError):
            self.mailbox(self.foreign).with_context(allowed_company_ids=[first]).page(
                {"view": "all"}
            )

    def test_the_bus_tells_readers_alone_and_tells_no_words(self):
        self.env["bus.bus"].search([]).unlink()
        self.env.flush_all()
        self.account._notify_readers(self.mailed)
        self.mailed.with_user(self.reader).mark_read()
        self.env.cr.precommit.run()
        sent = self.env["bus.bus"].search([])
        self.assertTrue(sent)
        readers = self.account._readers()
        self.assertNotIn(self.stranger, readers)
        self.assertNotIn(self.sender, readers)
        allowed = {
            (name, record.id) for user in readers for name, record in (
                ("res.users", user), ("res.partner", user.partner_id))
        }
        for row in sent:
            _database, name, number = json.loads(row.channel)
            self.assertIn((name, number), allowed)
            self.assertNotIn(WORD, row.message)


@tagged("post_install", "-at_install")
class TestBusOverHttp(StoredMailCase, HttpCase):
    def test_nobody_listens_on_the_channel_of_another(self):
        names = [f"res.partner_{self.owner.partner_id.id}", f"res.users_{self.owner.id}",
                 json.dumps([self.env.cr.dbname, "res.users", self.owner.id]),
                 "mail_center/changed"]
        self.account._notify_readers(self.mail(WORD))
        self.env.cr.precommit.run()
        heard = {}
        for user in (self.owner, self.stranger):
            user.password = user.login
            self.authenticate(user.login, user.login)
            answer = self.url_open(
                "/websocket/peek_notifications",
                json={"params": {"channels": names, "last": 0, "is_first_poll": True}},
            ).json()
            heard[user] = json.dumps(answer["result"]["notifications"])
        self.assertIn("mail_center/changed", heard[self.owner])
        self.assertNotIn("mail_center/changed", heard[self.stranger])
