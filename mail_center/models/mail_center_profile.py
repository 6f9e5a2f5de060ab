from odoo import api, fields, models
from odoo.fields import Domain


class MailCenterProfile(models.Model):
    """A named set of people. Archived it is a set of nobody: it gives no right any more, and what
    is kept for it alone is still kept from everybody else."""

    _name = "mail.center.profile"
    _inherit = "mail.center.named"
    _description = "Email profile"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    user_ids = fields.Many2many(
        "res.users",
        "mail_center_profile_user_rel",
        "profile_id",
        "user_id",
        string="Users",
        domain=[("share", "=", False)],
    )
    group_ids = fields.Many2many(
        "res.groups",
        "mail_center_profile_group_rel",
        "profile_id",
        "group_id",
        string="Groups",
        help="Everyone who has one of these groups belongs to the profile.",
    )
    member_ids = fields.Many2many(
        "res.users",
        compute="_compute_member_ids",
        search="_search_member_ids",
        compute_sudo=True,
        string="Members",
    )
    member_count = fields.Integer(compute="_compute_member_ids", compute_sudo=True)

    _name_unique = models.UniqueIndex("(name)", "A profile with this name already exists.")

    @api.depends("active", "user_ids", "group_ids.all_user_ids")
    def _compute_member_ids(self):
        for profile in self:
            people = profile if profile.active else self.browse()
            members = (people.user_ids | people.group_ids.all_user_ids).filtered(
                lambda user: not user.share
            )
            profile.member_ids = members
            profile.member_count = len(members)

    def _search_member_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        users = self.env["res.users"].sudo().browse([uid for uid in value if uid])
        return self._domain_of(users)

    @api.model
    def _domain_of(self, users):
        """The profiles that one of *users* is a member of."""
        groups = {group for user in users.sudo() for group in user._get_group_ids()}
        return Domain("active", "=", True) & (
            Domain("user_ids", "in", users.ids) | Domain("group_ids", "in", list(groups))
        )
