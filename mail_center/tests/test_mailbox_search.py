"""Searching the mailbox."""

from unittest.mock import patch

from odoo.exceptions import UserError

from ..models import mail_center_mailbox_find, mail_center_mailbox_search
from .mailbox_common import StoredMailCase


class TestMailboxSearch(StoredMailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.mail(
            "Faktura za maj", 1, from_display="Łukasz Żółty <lukasz@zolty.example>",
            email_from="lukasz@zolty.example", to_display="office@mc.example",
            body_text="W załączniku przesyłam fakturę za dachówkę.",
            attachment_count=1, file_names="faktura_2026_05.pdf",
        )
        cls.offer = cls.mail(
            "Offer", 60 * 24 * 10, folder=cls.folder, from_display="Anna <anna@firm.example>",
            to_display="sales@mc.example", body_text="The red brick is sold out.", is_read=True,
            is_starred=True,
        )
        cls.sent = cls.mail(
            "Re: Offer", 60 * 24 * 20, thread=cls.offer.thread_id, direction="out", state="sent",
            from_display="Office <office@mc.example>", to_display="Anna <anna@firm.example>",
            body_text="Then the brick that is red, please.",
        )

    def found(self, query, place=None):
        names = {self.invoice.id: "invoice", self.offer.id: "offer", self.sent.id: "sent"}
        return {names[i] for i in self.ids(place or {"view": "all"}, query=query)}

    def test_mail_is_found_by_what_is_typed(self):
        for query, wanted in {
            "brick": {"offer", "sent"},
            "BRICK": {"offer", "sent"},
            "bri": {"offer", "sent"},
            '"red brick"': {"offer"},
            "brick -sold": {"sent"},
            "faktury": {"invoice"},
            "zalacznik": {"invoice"},
            "dachowka": {"invoice"},
            "żółty": {"invoice"},
            "zolty": {"invoice"},
            "faktura_2026": {"invoice"},
            "from:anna": {"offer"},
            "from:firm.example": {"offer"},
            "from:łukasz": {"invoice"},
            "from:ukas": {"invoice"},
            "from:ÓŁT": {"invoice"},
            "from:olty": {"invoice"},
            "from:irm.example": {"offer"},
            "from:@firm": {"offer"},
            "from:@irm": set(),
            "from:example": {"invoice", "offer", "sent"},
            "from:mc.example": {"sent"},
            "from:an": {"offer"},
            "from:nn": set(),
            'from:"zolty lukasz"': {"invoice"},
            "-from:nna": {"invoice", "sent"},
            "to:ales": {"offer"},
            "to:mc.example": {"invoice", "offer"},
            "-from:anna": {"invoice", "sent"},
            "from:lukasz@zolty.example": {"invoice"},
            "to:anna": {"sent"},
            "subject:offer": {"offer", "sent"},
            "subject:brick": set(),
            "subject:faktura": {"invoice"},
            "has:attachment": {"invoice"},
            "-has:attachment": {"offer", "sent"},
            "is:unread": {"invoice"},
            "is:starred": {"offer"},
            "is:sent": {"sent"},
            "before:2026-05-10": {"invoice"},
            "after:2026-05-20": {"sent"},
            "on:2026-05-14": {"offer"},
            "in:offers": {"offer"},
            "in:inbox": {"invoice", "sent"},
            "account:office": {"invoice", "offer", "sent"},
            "account:other": set(),
            "brick from:anna": {"offer"},
            "nowhere": set(),
            "%": set(),
            "from:%": set(),
            '-"red brick" brick': {"sent"},
            '"brick red"': set(),
            '"is red" subject:offer': {"sent"},
            "-subject:faktura brick": {"offer", "sent"},
        }.items():
            # Of words that few mails have each mail is asked whose it is.
            for look in (0, 10**9):
                with (
                    self.subTest(query, look=look),
                    patch.object(mail_center_mailbox_find, "LOOK", look),
                ):
                    self.assertEqual(self.found(query), wanted)
                    found = self.ids({"view": "all"}, user=self.stranger, query=query)
                    self.assertEqual(found, [])

    def test_without_trigrams_people_are_found_by_the_beginnings_of_their_names(self):
        with patch.object(self.registry, "has_trigram", False):
            self.assertEqual(self.found("from:zol"), {"invoice"})
            self.assertEqual(self.found("from:firm.exa"), {"offer"})
            self.assertEqual(self.found("from:olty"), set())

    def test_the_index_is_asked_for_the_part_of_a_name_that_not_all_mails_have(self):
        box, messages = self.mailbox(), self.env["mail.center.message"]
        query = messages._search_query("from:irm.example")
        common = box._common(query)
        self.assertEqual(common, {"from": {"exa", "xam", "amp", "mpl", "ple"}, "to": set()})
        (condition,) = messages._search_conditions(query, common)
        self.assertEqual(list(condition.params), ["%irm%", "%irm example%"])
        with patch.object(type(box), "_common", lambda *args: {"from": {"irm"}}):
            self.assertEqual(self.found("from:irm.example"), {"offer"})

    def test_people_who_change_are_found_by_their_new_names(self):
        self.offer.write({"from_display": "Ewa <ewa@lis.example>", "cc_display": "Jan Kos"})
        self.assertEqual(self.found("from:wa@lis"), {"offer"})
        self.assertEqual(self.found("from:nna"), set())
        self.assertEqual(self.found("to:kos"), {"offer"})

    def test_mail_is_found_by_its_type_and_by_what_it_is_linked_to(self):
        self.offer.type_id = self.env["mail.center.type"].create({"name": "Price list"})
        partner = self.env["res.partner"].create({"name": "Brick and Sons"})
        self.mailbox().link([self.invoice.id], "res.partner", partner.id)
        for query, wanted in {
            "type:price": {"offer"},
            "link:contact": {"invoice"},
            "-link:contact": {"offer", "sent"},
            "link:contact faktury": {"invoice"},
            "link:contact brick": set(),
            "-link:contact brick": {"offer", "sent"},
            "link:nothing faktury": set(),
            "is:linked": {"invoice"},
            "is:unlinked": {"offer", "sent"},
        }.items():
            # Of many mails all links are read at once, of few each is asked for its own.
            for many in (-1, mail_center_mailbox_find.AGAIN):
                with (
                    self.subTest(query, many=many),
                    patch.object(mail_center_mailbox_find, "AGAIN", many),
                ):
                    self.assertEqual(self.found(query), wanted)

    def test_what_takes_a_look_into_the_mail_is_found_page_by_page(self):
        partner = self.env["res.partner"].create({"name": "Brick and Sons"})
        mails = [
            self.mail("Noise", 60 * 24 * 30 + number, body_text=text)
            for number, text in enumerate(("A red brick.", "A brick, red.") * 4)
        ]
        self.mailbox().link([mail.id for mail in mails[2:]], "res.partner", partner.id)
        everywhere = {"view": "all"}
        for query, wanted in {
            '"red brick"': [mails[6].id, mails[4].id, mails[2].id, mails[0].id, self.offer.id],
            '"red brick" link:contact': [mails[6].id, mails[4].id, mails[2].id],
            '"red brick" -link:contact': [mails[0].id, self.offer.id],
            "subject:noise -link:contact": [mails[1].id, mails[0].id],
        }.items():
            found, cursor = [], None
            with self.subTest(query), patch.object(mail_center_mailbox_find, "NEWEST", 1):
                while cursor is None or cursor:
                    page = self.mailbox().page(everywhere, cursor, query, limit=2)
                    self.assertLessEqual(len(page["rows"]), 2)
                    found += [row["id"] for row in page["rows"]]
                    cursor = page["next"]
                self.assertEqual(found, wanted)

    def test_filters_tell_how_many_mails_they_leave(self):
        tokens = ["is:unread", "has:attachment", "is:starred", "is:unlinked"]
        partner = self.env["res.partner"].create({"name": "Brick and Sons"})
        self.mailbox().link([self.invoice.id], "res.partner", partner.id)

        def counts(place, query="", user=None):
            found = self.mailbox(user).facets(place, tokens, query)
            self.assertFalse(found["more"])
            return [found["counts"][token] for token in tokens]

        self.assertEqual(counts({"view": "all"}), [1, 1, 1, 2])
        self.assertEqual(counts({"view": "all"}, "brick"), [0, 0, 1, 2])
        self.assertEqual(counts({"folder": self.folder.id}), [0, 0, 1, 1])
        self.assertEqual(counts({"view": "all"}, user=self.stranger), [0, 0, 0, 0])
        with patch.object(mail_center_mailbox_find, "NEWEST", 2), patch.object(
            mail_center_mailbox_search, "NEWEST", 2
        ):
            found = self.mailbox().facets({"view": "all"}, tokens)
        self.assertTrue(found["more"], "older mail was not counted")

    def test_what_is_not_among_the_newest_mails_is_found_too(self):
        for number in range(3):
            self.mail("Noise", 60 * 24 * 30 + number, body_text="brick")
        for place in ({"view": "all"}, {"view": "inbox"}, {"folder": self.folder.id}):
            wanted = self.ids(place, query="brick")
            with patch.object(mail_center_mailbox_find, "NEWEST", 1):
                self.assertEqual(self.ids(place, query="brick"), wanted)
                first = self.mailbox().page(place, query="brick", limit=1)
                self.assertEqual([row["id"] for row in first["rows"]], wanted[:1])
                if first["next"]:
                    self.assertEqual(
                        self.ids(place, query="brick", cursor=first["next"]), wanted[1:]
                    )

    def test_a_phrase_of_common_words_shows_new_mail_at_once_and_then_the_rest(self):
        for number in range(3):
            self.mail("Noise", 60 * 24 * 30 + number, body_text="A red and a green brick.")
        box, everywhere = self.mailbox(), {"view": "all"}
        with patch.object(mail_center_mailbox_find, "AGAIN", 0):
            with patch.object(mail_center_mailbox_find, "NEWEST", 2):
                first = box.page(everywhere, query='"red brick"')
                self.assertFalse(first["rows"])
                rest = box.page(everywhere, query='"red brick"', cursor=first["next"])
                self.assertEqual([row["id"] for row in rest["rows"]], [self.offer.id])
                self.assertFalse(rest["next"])
            page = box.page(everywhere, query='"red brick"')
            self.assertEqual([row["id"] for row in page["rows"]], [self.offer.id])
            self.assertFalse(page["next"], "all mail was looked at")

    def test_search_in_a_folder_stays_in_it(self):
        self.assertEqual(self.found("brick", {"folder": self.folder.id}), {"offer"})

    def test_a_day_is_a_day_where_the_reader_lives(self):
        # 23:30 in Warsaw is still the day before in London.
        late = self.mail("Late", 0, date="2026-07-01 22:30:00")
        for zone, day in (("Europe/Warsaw", "2026-07-02"), ("Europe/London", "2026-07-01")):
            self.owner.tz = zone
            self.assertIn(late.id, self.ids({"view": "all"}, query=f"on:{day}"))

    def test_a_condition_nobody_understands_is_told(self):
        page = self.mailbox().page({"view": "all"}, query="is:purple brick")
        self.assertEqual(page["unknown"], ["is:purple"])
        self.assertEqual(page["words"], ["bric"])
        self.assertEqual(len(page["rows"]), 2)


class TestFileText(StoredMailCase):
    def with_file(self, raw, **vals):
        mail = self.mail("Offer", attachment_count=1, files_unread=True)
        self.env["mail.center.filing"]._attachments().create(
            {"name": "list.csv", "mimetype": "text/csv", "raw": raw,
             "res_model": "mail.center.message", "res_id": mail.id, **vals}
        )
        return mail

    def read_files(self):
        work = self.registry["mail.center.transaction"]
        with patch.object(work, "_commit", lambda _self: 60):
            self.env["mail.center.message"]._cron_index_files()

    def test_what_a_file_says_is_found(self):
        mail = self.with_file("Dachówka karpiówka;12\n".encode())
        self.assertFalse(self.ids({"view": "all"}, query="karpiowka"))
        self.read_files()
        self.assertEqual(self.ids({"view": "all"}, query="karpiowka"), [mail.id])
        self.assertFalse(self.ids({"view": "all"}, self.stranger, query="karpiowka"))
        self.assertFalse(mail.files_unread)

    def test_files_that_odoos_indexation_can_read_are_found(self):
        mail = self.with_file(b"PK", mimetype="application/x-mc", name="offer.x")
        kinds = self.registry["ir.attachment"]

        def index(_self, data, kind, checksum=None):
            return "brontosaurus" if kind == "application/x-mc" else kind.partition("/")[0]

        with patch.object(kinds, "_index", index):
            self.read_files()
        self.assertEqual(self.ids({"view": "all"}, query="brontosaurus"), [mail.id])

    def test_a_file_that_brings_its_reader_down_is_tried_once(self):
        poison = self.with_file(b"%PDF", mimetype="application/x-mc")
        after = self.with_file("karpiówka".encode())
        kinds = self.registry["ir.attachment"]
        tried = []

        def index(_self, data, kind, checksum=None):
            tried.append(kind)
            raise ValueError("a broken file")

        with patch.object(kinds, "_index", index):
            self.read_files()
            self.read_files()
        self.assertEqual(tried, ["application/x-mc"])
        self.assertFalse((poison | after).filtered("files_unread"))
        self.assertEqual(self.ids({"view": "all"}, query="karpiowka"), [after.id])


class TestKeptSearches(StoredMailCase):
    def test_a_search_is_kept_for_oneself_replaced_and_forgotten(self):
        box = self.mailbox()
        box.save_search("Offers", "subject:offer")
        kept = box.save_search("Offers", "subject:offer has:file")
        self.assertEqual([(k["name"], k["query"]) for k in kept],
                         [("Offers", "subject:offer has:file")])
        self.assertFalse(self.mailbox(self.reader).saved_searches())
        self.mailbox(self.reader).forget_search(kept[0]["id"])
        self.assertTrue(box.saved_searches(), "of another one")
        self.assertFalse(box.forget_search(kept[0]["id"]))
        with self.assertRaises(UserError):
            box.save_search(" ", "x")

    def test_a_kept_search_is_no_filter_of_odoos_lists(self):
        self.mailbox().save_search("Offers", "subject:offer")
        filters = self.env["ir.filters"].with_user(self.owner)
        self.assertFalse(filters.get_filters("mail.center.message"))
