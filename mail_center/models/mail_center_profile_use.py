"""What a profile is used by, and why it is then archived and not deleted."""

from odoo import api, models
from odoo.exceptions import RedirectWarning
from odoo.tools import format_list

NAMED = 5


class MailCenterProfile(models.Model):
    _inherit = "mail.center.profile"

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_used(self):
        for profile in self:
            uses = profile._uses()
            if uses:
                raise RedirectWarning(
                    self.env._(
                        "The profile “%(name)s” decides who may use:\n%(uses)s\n"
                        "Give these to another profile first, or archive this one: it then gives "
                        "nobody a right any more, and nothing is opened to others.",
                        name=profile.name,
                        uses="\n".join(f"• {label}: {names}" for label, names in uses),
                    ),
                    self.env.ref("mail_center.mail_center_profile_action_archive").id,
                    self.env._("Archive the profile"),
                    {"active_model": self._name, "active_ids": profile.ids},
                )

    def _uses(self):
        """``[(kind, names)]`` of the records that this profile opens to its members."""
        self.ensure_one()
        everything = self.env(su=True, context=dict(self.env.context, active_test=False))
        permissions = everything["mail.center.account.permission"].search(
            [("profile_id", "=", self.id)]
        )
        found = [
            (
                self.env._("Templates"),
                everything["mail.center.template"].search([("profile_ids", "in", self.ids)]),
            ),
            (
                self.env._("Message types"),
                everything["mail.center.type"].search([("profile_ids", "in", self.ids)]),
            ),
            (self.env._("Accounts"), permissions.account_id),
        ]
        return [(label, self._names(records)) for label, records in found if records]

    def _names(self, records):
        names = [self.env._("“%(name)s”", name=record.display_name) for record in records[:NAMED]]
        if len(records) > NAMED:
            names.append(self.env._("%s more", len(records) - NAMED))
        return format_list(self.env, names)
