"""Searching the mailbox."""

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
            "from:lukasz@zolty.example": {"invoice"},
            "to:anna": {"sent"},
            "subject:offer": {"offer", "sent"},
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
        }.items():
            with self.subTest(query):
                self.assertEqual(self.found(query), wanted)

    def test_mail_is_found_by_its_type_and_by_what_it_is_linked_to(self):
        self.offer.type_id = self.env["mail.center.type"].create({"name": "Price list"})
        partner = self.env["res.partner"].create({"name": "Brick and Sons"})
        self.mailbox().link([self.invoice.id], "res.partner", partner.id)
        for query, wanted in {
            "type:price": {"offer"},
            "link:contact": {"invoice"},
            "is:linked": {"invoice"},
            "is:unlinked": {"offer", "sent"},
        }.items():
            with self.subTest(query):
                self.assertEqual(self.found(query), wanted)

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
