"""The number of a quotation in a subject links the mail, if its customer wrote it."""

from odoo.addons.mail_center.tests.understanding_common import UnderstandingCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestNumberLinks(UnderstandingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")
        cls.partner = cls.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        cls.order = cls.env["sale.order"].create({"partner_id": cls.partner.id})

    def linked(self, message):
        return message.link_ids.filtered(lambda one: one.res_model == "sale.order")

    def test_the_customers_mail_with_the_number_goes_to_the_quotation(self):
        mail = self.take(self.letter(f"Re: your offer {self.order.name.lower()}!"))
        self.assertEqual(self.linked(mail).res_id, self.order.id)
        (chip,) = [one for one in self.opened(mail)["links"] if one["model"] == "sale.order"]
        self.assertIn(self.order.name, chip["reason"])

    def test_a_stranger_with_the_number_gets_no_further_than_a_suggestion(self):
        mail = self.take(self.letter(self.order.name, sender="mallory@evil.example"))
        self.assertFalse(self.linked(mail))
        (found,) = self.mailbox().conversation(mail.id)["suggestions"]
        self.assertEqual((found["model"], found["id"]), ("sale.order", self.order.id))
        self.mailbox().link([mail.id], "sale.order", self.order.id)
        self.assertEqual(self.linked(mail).reason, "person")

    def test_a_colleague_of_the_customer_is_believed(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.partner.parent_id = firm
        self.env["res.partner"].create(
            {"name": "Joe", "email": "joe@x.example", "parent_id": firm.id}
        )
        mail = self.take(self.letter(self.order.name, sender="joe@x.example"))
        self.assertEqual(self.linked(mail).res_id, self.order.id)
