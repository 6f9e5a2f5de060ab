from odoo.addons.mail_center.tests.mailbox_common import StoredMailCase
from odoo.tests import Form, TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestFromMail(StoredMailCase, TransactionCase):
    def test_a_task_of_a_mail_knows_what_the_mail_says(self):
        self.owner.group_ids += self.env.ref("project.group_project_user")
        partner = self.env["res.partner"].create({"name": "Eve", "email": "eve@brick.example"})
        mail = self.mail("Leak", partner_id=partner.id, email_from="eve@brick.example",
                         body_text="The roof leaks.")
        box = self.mailbox()
        (kind,) = [one for one in box.creatable(mail.id) if one["model"] == "project.task"]
        task = Form(
            self.env["project.task"].with_user(self.owner).with_context(**kind["context"])
        ).save()
        box.created(mail.id, "project.task", task.id)
        self.assertEqual((task.name, task.partner_id), ("Leak", partner))
        self.assertIn("The roof leaks.", task.description)
        self.assertEqual(mail.link_ids.res_id, task.id)
