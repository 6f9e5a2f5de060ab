from odoo import api, fields, models
from odoo.fields import Domain

from ..remembered import forget, remembered


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
        return Domain("id", "in", sorted({one for user in users for one in self._ids_of(user)}))

    @api.model
    def _ids_of(self, user):
        """The ids of the profiles that *user* is a member of, a tuple."""
        groups = user.sudo()._get_group_ids()
        return remembered(
            self.env, ("profiles", user.id, groups), lambda: self._find_ids(user.id, groups)
        )

    @api.model
    def _find_ids(self, user_id, group_ids):
        self.flush_model(["active", "user_ids", "group_ids"])
        self.env.cr.execute(
            """
            SELECT id FROM mail_center_profile
             WHERE active AND (
                id IN (SELECT profile_id FROM mail_center_profile_user_rel WHERE user_id = %s)
                OR id IN (SELECT profile_id FROM mail_center_profile_group_rel
                           WHERE group_id = ANY(%s)))
            """,
            [user_id, list(group_ids)],
        )
        return tuple(number for (number,) in self.env.cr.fetchall())

    def modified(self, fnames, create=False, before=False):
        forget(self.env)
        return super().modified(fnames, create=create, before=before)

    def unlink(self):
        result = super().unlink()
        forget(self.env)  # permissions went with it
        return result
