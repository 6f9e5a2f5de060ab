from odoo import fields, models

# What is older than so many unread mails is no news to anybody.
TAKEN_OVER = 5000


class MailCenterAccount(models.Model):
    _inherit = "mail.center.account"

    personal_read = fields.Boolean(
        string="Read state of each person",
        help="What one person reads stays unread for the others, and on the server. Otherwise "
        "what one has read is read for all.",
    )

    def write(self, vals):
        changed = self.filtered(lambda account: "personal_read" in vals
                                and account.personal_read != bool(vals["personal_read"]))
        result = super().write(vals)
        Unread = self.env["mail.center.unread"].sudo()
        for account in changed.sudo():
            if account.personal_read:
                unread = self.env["mail.center.message"].sudo().search(
                    [("account_id", "=", account.id), ("direction", "=", "in"),
                     ("is_read", "=", False)], limit=TAKEN_OVER, order="id desc",
                )
                Unread._add(account._readers(), account, unread.ids)
            else:
                Unread.search([("account_id", "=", account.id)]).unlink()
        return result
