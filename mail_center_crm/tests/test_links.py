"""Mail finds its opportunity by itself, says why, and what a person undid stays undone."""

from odoo import fields
from odoo.addons.mail_center.tests.understanding_common import UnderstandingCase
from odoo.exceptions import ValidationError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestLinks(UnderstandingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")
        cls.partner = cls.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        cls.lead, cls.other = cls.env["crm.lead"].create(
            [{"name": name, "partner_id": cls.partner.id, "type": "opportunity"}
             for name in ("Roof", "Garage")]
        )

    def fresh(self, subject="Hello", **options):
        now = fields.Datetime.now().strftime("%a, %d %b %Y %H:%M:%S +0000")
        letter = self.letter(subject, **options)
        return self.take(letter.replace("Mon, 4 May 2026 10:00:00 +0000", now))

    def answer(self, message):
        head = f"In-Reply-To: {message.message_id}\n"
        return self.take(self.letter("Re: Question", headers=head))

    def linked(self, message):
        return {link.res_id: link.reason for link in message.link_ids
                if link.res_model == "crm.lead"}

    def take_off(self, message, record):
        links = message.link_ids.with_user(self.owner)
        links.filtered(lambda one: (one.res_model, one.res_id) ==
                       (record._name, record.id)).unlink()

    def link(self, message, record):
        self.mailbox().link([message.id], record._name, record.id)

    def test_the_only_open_opportunity_of_the_sender_gets_the_mail_and_says_why(self):
        self.other.action_set_lost()
        mail = self.fresh()
        self.assertEqual(self.linked(mail), {self.lead.id: "document"})
        (chip,) = [one for one in self.opened(mail)["links"] if one["model"] == "crm.lead"]
        self.assertIn("only open document", chip["reason"])

    def test_with_two_open_ones_a_person_is_asked(self):
        mail = self.fresh()
        self.assertFalse(self.linked(mail))
        found = self.mailbox().conversation(mail.id)["suggestions"]
        self.assertEqual({(one["model"], one["id"]) for one in found},
                         {("crm.lead", self.lead.id), ("crm.lead", self.other.id)})
        self.link(mail, self.lead)
        self.assertFalse(self.mailbox().conversation(mail.id)["suggestions"])

    def test_old_mail_that_is_imported_is_not_linked_to_what_is_open_today(self):
        self.other.action_set_lost()
        self.assertFalse(self.linked(self.take(self.letter())))

    def test_a_robots_mail_is_not_guessed_about(self):
        self.other.action_set_lost()
        self.assertFalse(self.linked(self.fresh(headers="Precedence: bulk\n")))

    def test_what_was_done_twice_by_hand_is_done_by_itself_then(self):
        for _time in range(2):
            self.link(self.fresh(), self.lead)
        mail = self.fresh()
        self.assertEqual(self.linked(mail), {self.lead.id: "learned"})
        (chip,) = [one for one in self.opened(mail)["links"] if one["model"] == "crm.lead"]
        self.assertIn("eve@x.example", chip["reason"])
        self.take_off(mail, self.lead)
        self.assertFalse(self.linked(self.fresh()), "undone for the sender")

    def test_nothing_is_learned_from_hands_that_differ(self):
        for record in (self.lead, self.other):
            self.link(self.fresh(), record)
        self.assertFalse(self.linked(self.fresh()))

    def test_an_undone_link_stays_undone_through_the_conversation_until_a_person_links_it(self):
        first = self.take(self.letter("Question"))
        self.link(first, self.lead)
        answer = self.answer(first)
        self.assertEqual(self.linked(answer), {self.lead.id: "reply"})
        self.take_off(first, self.lead)
        self.take_off(answer, self.lead)
        next_one = self.answer(answer)
        self.assertFalse(self.linked(next_one))
        self.env["mail.center.linking"]._link(first | answer | next_one)
        self.assertFalse(self.linked(first) or self.linked(answer) or self.linked(next_one))
        self.link(answer, self.lead)
        last = self.answer(next_one)
        self.assertEqual(self.linked(last), {self.lead.id: "reply"})

    def test_taking_one_mail_off_leaves_the_rest_of_the_conversation_linked(self):
        first = self.take(self.letter("Question"))
        self.link(first, self.lead)
        answer = self.answer(first)
        self.take_off(answer, self.lead)
        self.env["mail.center.linking"]._link(answer)
        self.assertFalse(self.linked(answer))
        self.assertTrue(self.linked(first))

    def test_a_mail_can_belong_to_several_records(self):
        mail = self.take(self.letter())
        self.link(mail, self.lead)
        self.link(mail, self.other)
        self.assertEqual(set(self.linked(mail)), {self.lead.id, self.other.id})

    def test_a_filter_that_no_longer_works_keeps_no_mail_away(self):
        kind = self.env["mail.center.linkable"].search([("model", "=", "crm.lead")])
        with self.assertRaises(ValidationError):
            kind.open_domain = "[('no_such_field', '=', 1)]"
        self.env.cr.execute(
            "UPDATE mail_center_linkable SET open_domain = 'nonsense(' WHERE id = %s", [kind.id]
        )
        kind.invalidate_recordset()
        with self.assertLogs("odoo.addons.mail_center", "WARNING"):
            mail = self.fresh()
        self.assertTrue(mail.link_ids.filtered(lambda one: one.res_model == "res.partner"))

    def test_who_may_not_read_an_opportunity_is_not_told_of_it(self):
        mail = self.fresh()
        found = self.mailbox(self.reader).conversation(mail.id)["suggestions"]
        self.assertFalse([one for one in found if one["model"] == "crm.lead"])
