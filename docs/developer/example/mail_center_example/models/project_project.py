from odoo import fields, models


class ProjectProject(models.Model):
    _inherit = "project.project"

    # In a template: {{ document.open_task_names }}
    open_task_names = fields.Char(string="Open tasks", compute="_compute_open_task_names")

    def _compute_open_task_names(self):
        for project in self:
            open_tasks = project.task_ids.filtered(lambda task: not task.is_closed)
            project.open_task_names = ", ".join(open_tasks.mapped("name"))

    def _mail_center_recipients(self):
        """The customer, and the project's manager."""
        partners, emails = super()._mail_center_recipients()
        return partners | self.user_id.partner_id.filtered("email"), emails
