from odoo import api, fields, models


class MailCenterLinkUndone(models.Model):
    """A link that a person took away: nothing makes it again by itself.

    It goes when a person makes the link. Nobody has access rights to it.
    """

    _name = "mail.center.link.undone"
    _description = "Undone email link"
    _rec_name = "res_model"

    message_id = fields.Many2one(
        "mail.center.message", required=True, ondelete="cascade", index=True
    )
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(required=True, model_field="res_model")
    reason = fields.Char(help="Why the link had been there.")

    _undone_unique = models.UniqueIndex("(res_model, res_id, message_id)")


class MailCenterLink(models.Model):
    _inherit = "mail.center.link"

    @api.model_create_multi
    def create(self, vals_list):
        links = super().create(vals_list)
        by_person = links.filtered(lambda link: link.reason == "person")
        if by_person:
            Undone = self.env["mail.center.link.undone"].sudo()
            undone = Undone.search([("message_id", "in", by_person.message_id.ids)])
            wanted = {(link.message_id, link.res_model, link.res_id) for link in by_person}
            undone.filtered(
                lambda one: (one.message_id, one.res_model, one.res_id) in wanted
            ).unlink()
        return links

    def unlink(self):
        if not self.env.su:
            self.check_access("unlink")
            self.env["mail.center.link.undone"].sudo().create(
                [
                    {"message_id": link.message_id.id, "res_model": link.res_model,
                     "res_id": link.res_id, "reason": link.reason}
                    for link in self
                ]
            )
        return super().unlink()
