"""The mailbox: what its places hold, who sees it, and what a page costs."""

import json
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..models import mail_center_mailbox_find
from .mailbox_common import StoredMailCase


class TestMailbox(StoredMailCase):
    def walk(self, place, limit, **options):
        """All mails of a place, page by page."""
        found, cursor = [], None
        while True:
            page = self.mailbox().page(place, cursor=cursor, limit=limit, **options)
            found += [row["id"] for row in page["rows"]]
            cursor = page["next"]
            if not cursor:
                return found

    def test_a_folder_is_shown_newest_first_with_no_mail_left_out_or_twice(self):
        # Several in the same minute: a page may end between them.
        mails = [self.mail(f"Mail {number}", minutes=number // 4) for number in range(23)]
        wanted = [mail.id for mail in reversed(mails)]
        for limit in (1, 4, 7, 50):
            self.assertEqual(self.walk(self.here(), limit), wanted)
            self.assertEqual(self.walk({"view": "all"}, limit, conversations=False), wanted)

    def test_new_mail_does_not_shift_the_pages(self):
        mails = [self.mail(f"Mail {number}", minutes=number) for number in range(6)]
        first = self.mailbox().page(self.here(), limit=3)
        self.mail("Meanwhile", minutes=60)
        second = self.mailbox().page(self.here(), cursor=first["next"], limit=3)
        self.assertEqual(
            [row["id"] for row in first["rows"] + second["rows"]],
            [mail.id for mail in reversed(mails)],
        )

    def test_a_conversation_is_one_line_under_its_newest_mail(self):
        first = self.mail("Roof", minutes=1)
        alone = self.mail("Other", minutes=2)
        answer = self.mail("Re: Roof", minutes=3, thread=first.thread_id)
        rows = self.mailbox().page(self.here())["rows"]
        self.assertEqual([row["id"] for row in rows], [answer.id, alone.id])
        self.assertEqual(rows[0]["count"], 2)
        self.assertEqual(
            self.ids(self.here(), conversations=False), [answer.id, alone.id, first.id]
        )

    def test_a_conversation_is_unread_until_all_of_it_is_read(self):
        first = self.mail("Roof", minutes=1)
        answer = self.mail("Re: Roof", minutes=2, thread=first.thread_id, is_read=True)
        (row,) = self.mailbox().page(self.here())["rows"]
        self.assertTrue(row["unread"])
        answer.with_user(self.reader).mark_read(True, whole=True)
        (row,) = self.mailbox().page(self.here())["rows"]
        self.assertFalse(row["unread"])
        self.assertTrue(first.is_read)

    def test_folders_show_how_much_is_unread(self):
        self.mail("One")
        self.mail("Two", is_read=True)
        self.mail("Three", folder=self.folder)
        sidebar = self.mailbox().sidebar()
        (account,) = [a for a in sidebar["accounts"] if a["id"] == self.account.id]
        unread = {folder["path"]: folder["unread"] for folder in account["folders"]}
        self.assertEqual(unread, {"INBOX": 1, "Offers": 1})
        self.assertEqual(sidebar["inbox"], 1)

    def test_a_folder_in_one_that_holds_no_mail_tells_where_it_lies(self):
        paths = {"Clients": False, "Clients/Oslo": True, "INBOX/Bills": True, "Bills/Old": True,
                 "Offers/2026": True}
        self.env["mail.center.folder"].create(
            [{"account_id": self.account.id, "path": path, "delimiter": "/", "policy": "read",
              "selectable": selectable} for path, selectable in paths.items()]
        )
        (account,) = [a for a in self.mailbox().sidebar()["accounts"]
                      if a["id"] == self.account.id]
        shown = {folder["path"]: (folder["name"], folder["depth"])
                 for folder in account["folders"]}
        self.assertEqual(
            shown,
            {"INBOX": ("Inbox", 0), "Offers": ("Offers", 0), "Offers/2026": ("2026", 1),
             "Clients/Oslo": ("Clients / Oslo", 0), "INBOX/Bills": ("Bills", 0),
             "Bills/Old": ("Bills / Old", 0)},
        )

    def test_waiting_for_an_answer_ends_with_the_answer(self):
        asked = self.mail("Question", date=self.env.cr.now().replace(microsecond=0))
        robot = self.mail("Newsletter", date=asked.date, is_automatic=True)
        waiting = self.ids({"view": "unanswered"})
        self.assertIn(asked.id, waiting)
        self.assertNotIn(robot.id, waiting)
        self.mail("Re: Question", minutes=60 * 24 * 3650, thread=asked.thread_id,
                  direction="out", state="queued")
        self.assertNotIn(asked.id, self.ids({"view": "unanswered"}))

    def test_who_may_not_read_the_account_sees_none_of_its_mail(self):
        mail = self.mail("Confidential")
        self.assertEqual(self.ids({"view": "all"}, self.reader), [mail.id])
        for user in (self.sender, self.stranger):
            mailbox = self.mailbox(user)
            self.assertFalse(self.ids({"view": "all"}, user))
            self.assertFalse(self.ids({"view": "all"}, user, query="confidential"))
            self.assertNotIn(
                self.account.id, [entry["id"] for entry in mailbox.sidebar()["accounts"]]
            )
            for attempt in (
                lambda box=mailbox: box.page(self.here()),
                lambda box=mailbox: box.conversation(mail.id),
                lambda box=mailbox: box.link_targets(mail.id),
                lambda box=mailbox: box.link([mail.id], "res.partner", self.owner.partner_id.id),
                lambda u=user: mail.with_user(u).mark_read(),
                lambda u=user: mail.with_user(u).star(),
            ):
                with self.assertRaises(AccessError):
                    attempt()
        self.assertFalse(mail.is_read)
        self.assertFalse(mail.is_starred)

    def test_the_writer_reads_his_mail_but_marks_nothing_in_an_account_of_others(self):
        mail = self.mail("Mine", direction="out", state="sent", user_id=self.sender.id)
        self.assertTrue(mail.with_user(self.sender).has_access("read"))
        with self.assertRaises(AccessError):
            mail.with_user(self.sender).star()

    def test_what_one_marks_the_others_see_at_once(self):
        mail = self.mail("For all")
        mail.with_user(self.reader).star()
        mail.with_user(self.reader).mark_read()
        self.env.cr.flush()
        sent = self.env["bus.bus"].search([("message", "like", "mail_center/changed")])
        told = [line for line in sent if str(self.account.id) in line.message]
        self.assertTrue(told)
        (row,) = self.mailbox().page(self.here())["rows"]
        self.assertTrue(row["starred"])
        self.assertFalse(row["unread"])

    def test_a_mail_is_linked_once_and_its_chip_says_why(self):
        mail = self.mail("Roof")
        partner = self.env["res.partner"].create({"name": "Brick and Sons"})
        mailbox = self.mailbox(self.reader)
        mailbox.link([mail.id], "res.partner", partner.id)
        self.assertFalse(mailbox.link([mail.id], "res.partner", partner.id))
        ((chip,),) = [row["links"] for row in mailbox.page(self.here())["rows"]]
        self.assertEqual((chip["name"], chip["reason"]),
                         ("Brick and Sons", "Linked by a person"))

    def test_records_of_the_correspondent_are_suggested_first(self):
        partner = self.env["res.partner"].create({"name": "Brick and Sons"})
        mail = self.mail("Roof", partner_id=partner.id)
        suggested = self.mailbox().link_targets(mail.id)
        self.assertIn(("res.partner", partner.id), [(t["model"], t["id"]) for t in suggested])
        found = self.mailbox().link_targets(mail.id, term="brick and")
        self.assertIn(partner.id, [t["id"] for t in found if t["model"] == "res.partner"])
        self.mailbox().link([mail.id], "res.partner", partner.id)
        again = self.mailbox().link_targets(mail.id)
        self.assertNotIn(("res.partner", partner.id), [(t["model"], t["id"]) for t in again])

    def test_a_whole_conversation_is_linked(self):
        partner = self.env["res.partner"].create({"name": "Brick and Sons"})
        first = self.mail("Roof", 1)
        answer = self.mail("Re: Roof", 2, folder=self.folder, thread=first.thread_id)
        draft = self.mail("Re: Roof", 3, thread=first.thread_id, direction="out", state="draft")
        gone = self.mail("Re: Roof", 5, thread=first.thread_id, is_deleted=True)
        other = self.mail("Wall", 4)
        box = self.mailbox()
        one = box.link([first.id], "res.partner", partner.id)
        rest = box.link([first.id], "res.partner", partner.id, True)
        links = self.env["mail.center.link"].browse(one + rest)
        self.assertEqual(links.message_id, first | answer)
        self.assertEqual(len(rest), 1, "what was linked stays")
        self.assertFalse((draft | other | gone).link_ids)

    def test_a_strangers_reply_address_is_pointed_out(self):
        mail = self.mail("Pay", email_from="boss@firm.example",
                         reply_to_display="Boss <boss@evil.example>")
        (shown,) = self.mailbox().conversation(mail.id)["messages"]
        levels = {notice["level"]: notice["text"] for notice in shown["notices"]}
        self.assertIn("boss@evil.example", levels["warning"])
        self.assertIn("first mail", levels["info"])

    # ---- cost ---------------------------------------------------------------

    def plan(self, sources, conditions=(), together=False, cursor=None):
        """The nodes of PostgreSQL's plan for a page, as ``{(node type, table)}``."""
        mailbox = self.mailbox()
        (kind, number), = sources
        return self.plan_of(
            mailbox._source_sql(kind, number, list(conditions), together, cursor, 50)
        )

    def plan_of(self, query):
        self.env.cr.execute(SQL("EXPLAIN (FORMAT JSON) %s", query))
        (found,) = self.env.cr.fetchone()
        nodes, todo = set(), [(json.loads(found) if isinstance(found, str) else found)[0]["Plan"]]
        while todo:
            node = todo.pop()
            nodes.add((node["Node Type"], node.get("Relation Name") or node.get("Index Name")))
            todo += node.get("Plans", [])
        return nodes

    def conditions(self, query):
        search = self.env["mail.center.message"]
        return search._search_conditions(search._search_query(query))

    def test_a_page_of_a_large_folder_comes_from_an_index(self):
        mail = self.mail("Template")
        self.env.flush_all()
        self.env.cr.execute(
            """
            WITH made AS (
                INSERT INTO mail_center_message
                       (account_id, direction, state, subject, body_text, date, "references",
                        sender_plain)
                SELECT %(account)s, 'in', 'received', 'Mail ' || n,
                       CASE WHEN n %% 3 = 0 THEN 'offer' ELSE 'other' END,
                       timestamp '2026-01-01' + n * interval '1 minute',
                       repeat(md5(n::text), 45), -- as wide as a mail is
                       ' person' || n || ' '
                  FROM generate_series(1, 8000) AS n RETURNING id, date)
            INSERT INTO mail_center_message_location (message_id, folder_id, uid, date)
            SELECT id, %(folder)s, 1000 + row_number() OVER (ORDER BY id), date FROM made
            """,
            {"account": self.account.id, "folder": self.inbox.id},
        )
        self.env.cr.execute("ANALYZE mail_center_message, mail_center_message_location")
        folder, account = [("folder", self.inbox.id)], [("account", self.account.id)]
        cursor = [mail.date.isoformat(), mail.id]
        box = self.mailbox()
        indexed = {
            "open": self.plan(folder),
            "next page": self.plan(folder, cursor=cursor),
            "conversations": self.plan(folder, together=True),
            "all mail": self.plan(account),
            "sent": self.plan(account, box._view_conditions("sent")),
            "starred": self.plan(account, box._view_conditions("starred")),
            "unlinked": self.plan(account, box._view_conditions("unlinked")),
        }
        others = {
            "the inbox without what is snoozed": self.plan(
                folder, [self.env["mail.center.snooze"]._condition(False)], together=True
            ),
            **{view: self.plan(account, box._view_conditions(view))
               for view in ("unanswered", "mine", "snoozed")},
            **{query: self.plan(account, self.conditions(query))
               for query in ("is:unread", "-is:automatic", "after:7d")},
        }
        # In proportion to a mailbox of this size.
        with patch.object(mail_center_mailbox_find, "NEWEST", 50):
            for query in ("offer", "template", "from:anna", "subject:mail"):
                others[f"newest: {query}"] = self.plan_of(
                    box._newest_sql(account, self.conditions(query), cursor, 50)
                )
        words = {
            f"{place}: {query}": self.plan_of(
                box._words_sql(sources, self.conditions(query), None, 50))
            for query in ("template", "from:anna", "from:erson77", "from:an", "to:owalsk",
                          "subject:template", '"one template"')
            for place, sources in (("all", account), ("folder", folder))
        }
        indexes = {"mail_center_message__search_vector_index", "mail_center_message_people"}
        for name, plan in words.items():
            with self.subTest(name):
                used = {index for kind, index in plan if kind == "Bitmap Index Scan"}
                self.assertTrue(used & indexes, plan)
                self.assertNotIn(("Seq Scan", "mail_center_message"), plan)
        few = self.plan_of(
            box._words_sql(account, self.conditions("template"), None, 50, few=True)
        )
        self.assertEqual({index for kind, index in few if kind.endswith("Index Scan")},
                         {"mail_center_message__search_vector_index"})  # fmt: skip
        large = {"mail_center_message", "mail_center_message_location"}
        for name, plan in {**indexed, **others}.items():
            with self.subTest(name):
                self.assertFalse({table for kind, table in plan if kind == "Seq Scan"} & large,
                                 plan)
        for name, plan in indexed.items():
            with self.subTest(name):
                self.assertNotIn("Sort", {kind for kind, _table in plan}, plan)
