from odoo.addons.mail_center.tests.mailbox_common import StoredMailCase
from odoo.tests import Form, TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestFromMail(StoredMailCase, TransactionCase):
    def test_an_opportunity_of_a_mail_knows_what_the_mail_says(self):
        salesman = self.owner
        salesman.group_ids += self.env.ref("sales_team.group_sale_salesman")
        mail = self.mail(
            "New roof", email_from="eve@brick.example", from_display="Eve <eve@brick.example>",
            body_text="How much is\na roof?",
        )
        box = self.mailbox(salesman)
        (kind,) = [one for one in box.creatable(mail.id) if one["model"] == "crm.lead"]
        form = Form(self.env["crm.lead"].with_user(salesman).with_context(**kind["context"]))
        lead = form.save()
        box.created(mail.id, "crm.lead", lead.id)
        self.assertEqual(
            (lead.name, lead.email_from, lead.contact_name, lead.type),
            ("New roof", "eve@brick.example", "Eve", "opportunity"),
        )
        self.assertIn("How much is", lead.description)
        self.assertEqual(lead.with_user(salesman).mail_center_email_count, 1)

    def test_who_may_not_create_it_is_not_offered_it(self):
        mail = self.mail("New roof", email_from="eve@brick.example")
        self.assertNotIn(
            "crm.lead", [one["model"] for one in self.mailbox(self.reader).creatable(mail.id)]
        )
