from odoo import api, fields, models
from odoo.exceptions import RedirectWarning

from ..readable import nameable


class MailCenterType(models.Model):
    """What kind of mail it is. Its name is told to who may use it, and on mail that he may read."""

    _name = "mail.center.type"
    _inherit = "mail.center.named"
    _description = "Email message type"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    active = fields.Boolean(default=True)
    is_mailing = fields.Boolean(
        string="Mailing",
        help="For newsletters and the like. Recipients are offered to unsubscribe in their mail "
        "program. Who does so is put on the blacklist and gets no more mail of such a type, "
        "from any account.",
    )
    is_confidential = fields.Boolean(
        string="Confidential",
        help="Stays inside the company: before such a mail is sent, recipients whose address is "
        "not of the company are named, and the writer is asked.",
    )
    profile_ids = fields.Many2many(
        "mail.center.profile",
        "mail_center_type_profile_rel",
        "type_id",
        "profile_id",
        string="Profiles",
        # A type that loses its last profile would be open to everyone; and one whose only
        # profile is archived has one all the same.
        ondelete="restrict",
        context={"active_test": False},
        help="Only members of these profiles may use the type. Empty: everyone may.",
    )

    _name_unique = models.UniqueIndex("(name)", "A message type with this name already exists.")

    @api.depends_context("uid")
    def _compute_display_name(self):
        shown = (self - nameable(self))._on_readable_mail()
        for message_type in shown:
            message_type.display_name = message_type.name
        return super(MailCenterType, self - shown)._compute_display_name()

    def _on_readable_mail(self):
        """Those of these types that are on mail which the user may read, wherever he works."""
        user = self.env.user
        messages = self.env(su=False)["mail.center.message"].with_context(
            allowed_company_ids=user.company_ids.ids
        )
        if not self or not messages.has_access("read"):
            return self.browse()
        return self.filtered(
            lambda one: messages.search_count([("type_id", "=", one._origin.id)], limit=1)
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_used(self):
        uses = (
            ("mail.center.message", "type_id", self.env._("messages")),
            ("mail.center.template", "type_id", self.env._("templates")),
            ("mail.center.account", "incoming_type_id", self.env._("accounts (incoming)")),
            ("mail.center.account", "outgoing_type_id", self.env._("accounts (outgoing)")),
        )
        for message_type in self:
            found = []
            for model, field, label in uses:
                records = self.env[model].sudo().with_context(active_test=False)
                count = records.search_count([(field, "=", message_type.id)])
                if count:
                    found.append(f"{label}: {count}")
            if found:
                raise RedirectWarning(
                    self.env._(
                        "The message type “%(name)s” is used by %(uses)s. "
                        "Archive it instead: it then can't be chosen any more, "
                        "and what uses it keeps it.",
                        name=message_type.name,
                        uses=", ".join(found),
                    ),
                    self.env.ref("mail_center.mail_center_type_action_archive").id,
                    self.env._("Archive the type"),
                    {"active_model": self._name, "active_ids": message_type.ids},
                )
