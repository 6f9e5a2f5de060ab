"""Several people and one mailbox: types, who handles what, records made of mail."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .mailbox_common import StoredMailCase


class TestTeam(StoredMailCase):
    def row(self, mail, user=None, **options):
        rows = self.mailbox(user).page(self.here(), **options)["rows"]
        return next(row for row in rows if row["id"] == mail.id)

    def test_many_mails_get_a_type_at_once(self):
        kind = self.env["mail.center.type"].create({"name": "About a roof"})
        mails = self.mail("One") | self.mail("Two", minutes=1)
        self.mailbox(self.reader).set_type(mails.ids, kind.id)
        self.assertEqual([self.row(mail)["type"] for mail in mails], ["About a roof"] * 2)
        self.mailbox().set_type(mails[0].ids, False)
        self.assertEqual(self.row(mails[0])["type"], "")
        with self.assertRaises(AccessError):
            self.mailbox(self.stranger).set_type(mails.ids, kind.id)

    def test_a_type_that_one_may_not_see_is_not_given(self):
        profile = self.env["mail.center.profile"].create({"name": "Board"})
        kind = self.env["mail.center.type"].create(
            {"name": "Secret of the board", "profile_ids": [(6, 0, profile.ids)]}
        )
        mail = self.mail("One")
        with self.assertRaises(AccessError):
            self.mailbox(self.reader).set_type(mail.ids, kind.id)
        self.assertNotIn(kind.id, [one["id"] for one in self.mailbox(self.reader).types()])

    def test_a_conversation_is_handled_by_one_person_and_all_see_it(self):
        mail = self.mail("Roof")
        answer = self.mail("Re: Roof", minutes=1, thread=mail.thread_id)
        other = self.mail("Other", minutes=2)
        self.mailbox(self.owner).assign(mail.ids, self.reader.id)
        self.assertEqual(self.row(answer)["handled_by"]["id"], self.reader.id)
        self.assertFalse(self.row(other)["handled_by"])
        self.assertEqual(self.ids({"view": "mine"}, self.reader, conversations=False),
                         [answer.id, mail.id])
        self.assertFalse(self.ids({"view": "mine"}, self.owner))
        found = self.ids({"view": "all"}, query="assigned:nobody")
        self.assertEqual(found, [other.id])
        self.assertEqual(self.ids({"view": "all"}, self.reader, query="-assigned:me"), [other.id])
        self.assertEqual(
            self.mailbox().conversation(mail.id)["handled_by"]["name"], self.reader.name
        )
        self.mailbox(self.reader).assign(mail.ids, False)
        self.assertFalse(self.row(answer)["handled_by"])

    def test_colleagues_stand_in_the_order_of_the_alphabet_after_oneself(self):
        names = ["Zenon", "Łucja", "Lech", "Święta"]
        groups = [self.env.ref("base.group_user").id, self.env.ref("mail_center.group_user").id]
        users = self.env["res.users"].create(
            [{"name": f"{name} A", "login": name, "group_ids": groups} for name in names]
        )
        self.account.permission_ids = [
            (0, 0, {"user_id": user.id, "can_read": True}) for user in users
        ]
        people = self.mailbox(self.owner).people(self.mail("Roof").ids)
        self.assertEqual(people[0]["name"], self.owner.name)
        found = [one["name"][:-2] for one in people if one["id"] in users.ids]
        self.assertEqual(found, ["Lech", "Łucja", "Święta", "Zenon"])

    def test_who_is_given_mail_is_told(self):
        mail = self.mail("Roof")
        self.mailbox(self.owner).assign(mail.ids, self.reader.id)
        self.env.cr.flush()
        told = self.env["bus.bus"].search([("message", "like", "mail_center/assigned")])
        self.assertTrue([line for line in told if "Roof" in line.message])

    def test_mail_is_given_only_to_those_who_may_read_it(self):
        mail = self.mail("Roof")
        names = [person["id"] for person in self.mailbox(self.reader).people(mail.ids)]
        self.assertEqual(names[0], self.reader.id)
        self.assertEqual(set(names), {self.owner.id, self.reader.id})
        with self.assertRaises(UserError):
            self.mailbox().assign(mail.ids, self.stranger.id)
        for attempt in (
            lambda: self.mailbox(self.stranger).assign(mail.ids, self.stranger.id),
            lambda: self.mailbox(self.stranger).people(mail.ids),
            lambda: self.mailbox(self.stranger).creatable(mail.id),
            lambda: self.mailbox(self.stranger).created(mail.id, "res.partner", 1),
        ):
            with self.assertRaises(AccessError):
                attempt()

    # ---- records ------------------------------------------------------------

    def test_a_contact_made_of_a_mail_takes_its_other_mails_too(self):
        first = self.mail("One", email_from="eve@brick.example")
        mail = self.mail("Two", email_from="eve@brick.example",
                         from_display="Eve Brick <eve@brick.example>")
        box = self.mailbox()
        (kind,) = [one for one in box.creatable(mail.id) if one["model"] == "res.partner"]
        partner = Form(
            self.env["res.partner"].with_user(self.owner).with_context(**kind["context"])
        ).save()
        box.created(mail.id, "res.partner", partner.id)
        self.assertEqual((partner.name, partner.email), ("Eve Brick", "eve@brick.example"))
        self.assertEqual((mail | first).partner_id, partner)
        self.assertEqual(mail.link_ids.res_id, partner.id)
        self.assertNotIn("res.partner", [one["model"] for one in box.creatable(first.id)])

    def test_the_mails_of_a_record_are_a_place_of_the_mailbox(self):
        partner = self.env["res.partner"].create({"name": "Brick and Sons"})
        mails = [self.mail(f"No. {number}", minutes=number) for number in range(5)]
        linked = [mails[number].id for number in (4, 2, 0)]
        box = self.mailbox()
        box.link(linked, "res.partner", partner.id)
        place = {"record": ["res.partner", partner.id]}
        first = box.page(place, limit=2)
        self.assertEqual(first["title"], "Brick and Sons")
        self.assertEqual([row["id"] for row in first["rows"]], linked[:2])
        second = box.page(place, limit=2, cursor=first["next"])
        self.assertEqual([row["id"] for row in second["rows"]], linked[2:])
        self.assertFalse(second["next"])
        self.assertFalse(self.ids(place, self.stranger))
        self.assertFalse(self.ids(place, query="Nothing"))
