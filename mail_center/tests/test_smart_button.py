from lxml import etree
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSmartButton(TransactionCase):
    """*Emails (n)* on the form of every linkable document."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,base.group_partner_manager,mail_center.group_user"
        cls.anna = new_test_user(cls.env, "smart_anna", groups=groups)
        cls.jan = new_test_user(cls.env, "smart_jan", groups=groups)
        cls.stranger = new_test_user(
            cls.env, "smart_stranger", groups="base.group_user,base.group_partner_manager"
        )
        cls.partners = cls.env["res.partner"].create([{"name": "Eve"}, {"name": "Mallory"}])
        cls.mails = cls.env["mail.center.message"]
        for user, count in ((cls.anna, 2), (cls.jan, 1)):
            account = cls.env["mail.center.account"].create(
                {"name": user.name, "email": f"{user.login}@mc.example", "user_id": user.id}
            )
            for number in range(count):
                cls.mails |= cls.mails.create(
                    {"account_id": account.id, "direction": "in", "subject": f"No. {number}"}
                )
        cls.env["mail.center.link"].create(
            [
                {"message_id": mail.id, "res_model": "res.partner", "res_id": cls.partners[0].id,
                 "reason": "address"}
                for mail in cls.mails
            ]
        )

    def button(self, user, model="res.partner", view=None):
        form = self.env[model].with_user(user).get_view(view and self.env.ref(view).id, "form")
        return etree.fromstring(form["arch"]).xpath(
            "//button[@name='action_mail_center_emails']/field[@name='mail_center_email_count']"
        )

    def test_it_counts_and_opens_the_mails_the_user_may_open(self):
        for user, count in ((self.anna, 2), (self.jan, 1), (self.stranger, 0)):
            eve, mallory = self.partners.with_user(user)
            self.assertEqual(eve.mail_center_email_count, count, user.login)
            self.assertEqual(mallory.mail_center_email_count, 0)
        for user, count in ((self.anna, 2), (self.jan, 1)):
            action = self.partners[0].with_user(user).action_mail_center_emails()
            self.assertEqual(action["tag"], "mail_center_mailbox")
            key = action["context"]["mail_center_place"]
            self.assertEqual(key, f"record_res-partner_{self.partners[0].id}")
            place = {"record": ["res.partner", self.partners[0].id]}
            mailbox = self.env["mail.center.mailbox"].with_user(user)
            rows = mailbox.page(place, conversations=False)["rows"]
            self.assertEqual(len(rows), count, user.login)
            found = self.mails.browse([row["id"] for row in rows])
            self.assertEqual(found.account_id.user_id, user)

    def test_it_is_shown_to_those_who_use_mail(self):
        self.assertEqual(len(self.button(self.anna)), 1)
        self.assertFalse(self.button(self.stranger))

    def test_a_document_gets_it_by_becoming_linkable_and_loses_it_again(self):
        if "crm.team" not in self.env:
            self.skipTest("needs sales_team, which make test installs")
        self.assertFalse(self.button(self.env.user, "crm.team"))
        linkable = self.env["mail.center.linkable"].create(
            {"model_id": self.env["ir.model"]._get_id("crm.team")}
        )
        self.env.user.group_ids += self.env.ref("mail_center.group_user")
        self.assertEqual(len(self.button(self.env.user, "crm.team")), 1)
        linkable.active = False
        self.assertFalse(self.button(self.env.user, "crm.team"))

    def test_forms_in_dialogs_have_none(self):
        self.assertFalse(self.button(self.anna, view="base.view_partner_simple_form"))
