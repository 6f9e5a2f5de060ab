"""A rule makes a lead of a mail: once a conversation, of people only, and not without end."""

from odoo import fields
from odoo.addons.mail_center.models.mail_center_rule_run import MADE_A_DAY
from odoo.addons.mail_center.tests.understanding_common import UnderstandingCase
from odoo.exceptions import AccessError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestLeadRules(UnderstandingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")
        cls.rule = cls.env["mail.center.rule"].with_user(cls.owner).create(
            {"account_id": cls.account.id, "name": "Inquiries", "subject_words": "inquiry",
             "create_model": "crm.lead"}
        )

    def fresh(self, subject="Inquiry", **options):
        now = fields.Datetime.now().strftime("%a, %d %b %Y %H:%M:%S +0000")
        letter = self.letter(subject, **options)
        return self.take(letter.replace("Mon, 4 May 2026 10:00:00 +0000", now))

    def lead(self, message):
        link = message.link_ids.filtered(lambda one: one.res_model == "crm.lead")
        return self.env["crm.lead"].browse(link.res_id).exists()

    def test_a_lead_is_made_of_a_mail_with_what_it_says_and_linked(self):
        mail = self.fresh("Inquiry: roof", sender="Eve <eve@x.example>", text="Forty metres.")
        lead = self.lead(mail)
        self.assertEqual((lead.name, lead.email_from), ("Inquiry: roof", "eve@x.example"))
        self.assertIn("Forty metres", lead.description)
        self.assertEqual(mail.link_ids.reason, "rule")
        self.assertFalse(self.lead(self.fresh("Other")))

    def test_who_has_mail_read_anew_adds_nothing_to_the_lead_that_a_rule_makes(self):
        mail = self.fresh("Other")
        # As when a mail is taken out of the quarantine, by who may manage the account.
        runs = self.env["mail.center.rule.run"].with_user(self.reader).with_context(
            default_phone="planted", default_activity_ids=[(0, 0, {"summary": "planted"})]
        )
        env = runs.env(su=True)
        runs._make(self.rule.with_env(env), mail.with_env(env))
        lead = self.lead(mail)
        self.assertEqual((lead.create_uid, lead.phone), (self.owner, False))
        self.assertFalse(lead.activity_ids)

    def test_the_answers_go_to_the_same_lead(self):
        first = self.fresh()
        head = f"In-Reply-To: {first.message_id}\n"
        answer = self.fresh("Re: Inquiry", headers=head)
        self.assertTrue(self.lead(first))
        self.assertEqual(self.lead(answer), self.lead(first))

    def test_nothing_is_made_of_what_a_machine_wrote_nor_of_old_mail(self):
        for header in ("Auto-Submitted: auto-replied\n", "Precedence: bulk\n"):
            self.assertFalse(self.lead(self.fresh(headers=header)))
        self.assertFalse(self.lead(self.take(self.letter("Inquiry"))))

    def test_two_machines_that_answer_each_other_are_stopped(self):
        made = [bool(self.lead(self.fresh(f"Inquiry {n}"))) for n in range(MADE_A_DAY + 3)]
        self.assertEqual(made, [True] * MADE_A_DAY + [False] * 3)
        self.assertTrue(self.lead(self.fresh(sender="joe@x.example")))

    def test_who_may_make_no_leads_writes_no_rule_that_does(self):
        self.owner.group_ids -= self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.owner.group_ids -= self.env.ref("sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.rule.with_user(self.owner).create_model = "crm.lead"
        with self.assertLogs("odoo.addons.mail_center", "WARNING"):
            self.assertFalse(self.lead(self.fresh()), "made with the rights of its writer")
