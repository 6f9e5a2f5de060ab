from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_list


class MailCenterTemplateDefault(models.Model):
    """Which template is the default of a profile and a type: one row for each such pair.

    Without a profile it is the default of everyone, without a type that of every type. The index
    keeps two managers who work at the same time from making two defaults.
    """

    _name = "mail.center.template.default"
    _description = "Default email template of a profile and type"

    template_id = fields.Many2one(
        "mail.center.template", required=True, ondelete="cascade", index=True
    )
    profile_id = fields.Many2one("mail.center.profile", ondelete="cascade")
    type_id = fields.Many2one("mail.center.type", ondelete="cascade")

    _pair_unique = models.UniqueIndex(
        "(COALESCE(profile_id, 0), COALESCE(type_id, 0))",
        "There is a default template for this profile and type already.",
    )

    @api.depends("profile_id", "type_id")
    def _compute_display_name(self):
        for row in self:
            row.display_name = self._pair_name(row.profile_id, row.type_id)

    @api.model
    def _pair_name(self, profile, message_type):
        if profile and message_type:
            return self.env._(
                "%(profile)s (%(type)s)", profile=profile.name, type=message_type.name
            )
        if profile:
            return self.env._("%(profile)s (all types)", profile=profile.name)
        if message_type:
            return self.env._("everyone (%(type)s)", type=message_type.name)
        return self.env._("everyone (all types)")

    @api.model
    def _held(self, profiles, message_type):
        """The rows of these profiles (none: of everyone) and the type, whoever holds them."""
        return self.sudo().search(
            Domain("type_id", "=", message_type.id)
            & Domain("profile_id", "in", profiles.ids or [False])
        )

    @api.model
    def _claim(self, template):
        """Make *template* the default of its profiles and type; the rows that change hands are
        returned as ``[(former template, name of the pair)]``."""
        rows = self.sudo()
        profiles, message_type = template.sudo().profile_ids, template.sudo().type_id
        held = rows._held(profiles, message_type)
        rows.search([("template_id", "=", template.id), ("id", "not in", held.ids)]).unlink()
        released = [
            (row.template_id, row.display_name) for row in held if row.template_id != template
        ]
        for profile_id in profiles.ids or [None]:
            # A concurrent claim of the same pair ends in a serialization failure, and Odoo tries
            # the later one again: the last one to save wins, and is told whom it released.
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO mail_center_template_default
                        (template_id, profile_id, type_id, create_uid, create_date,
                         write_uid, write_date)
                    VALUES (%(template)s, %(profile)s, %(type)s, %(uid)s, now() at time zone 'UTC',
                            %(uid)s, now() at time zone 'UTC')
                    ON CONFLICT (COALESCE(profile_id, 0), COALESCE(type_id, 0))
                    DO UPDATE SET template_id = EXCLUDED.template_id,
                                  write_uid = EXCLUDED.write_uid,
                                  write_date = EXCLUDED.write_date
                    """,
                    template=template.id,
                    profile=profile_id,
                    type=message_type.id or None,
                    uid=self.env.uid,
                )
            )
        self.invalidate_model(flush=False)
        return released


class MailCenterTemplate(models.Model):
    _inherit = "mail.center.template"

    default_ids = fields.One2many(
        "mail.center.template.default",
        "template_id",
        string="Default for",
        groups="mail_center.group_manager",
    )
    is_default = fields.Boolean(
        string="Default",
        compute="_compute_is_default",
        inverse="_inverse_is_default",
        search="_search_is_default",
        compute_sudo=True,
        help="Inserted into every new message of this type that the members of its profiles "
        "write. There is one default for each profile and type.",
    )
    default_notice = fields.Char(compute="_compute_default_notice")

    @api.depends("default_ids")
    def _compute_is_default(self):
        for template in self:
            template.is_default = bool(template.default_ids)

    def _search_is_default(self, operator, value):
        if operator != "in":
            return NotImplemented
        rows = self.env["mail.center.template.default"].sudo()._search([])
        return Domain("id", "in" if True in value else "not in", rows.subselect("template_id"))

    def _inverse_is_default(self):
        for template in self:
            template._set_default(template.is_default)

    def _set_default(self, wanted):
        self.ensure_one()
        self.check_access("write")
        rows = self.env["mail.center.template.default"]
        if wanted and self.active:
            self.env.flush_all()
            self._tell_released(rows._claim(self))
        else:
            rows.sudo().search([("template_id", "=", self.id)]).unlink()
        self.invalidate_model(["default_ids", "is_default"], flush=False)

    def write(self, vals):
        defaults = self.filtered("is_default")
        result = super().write(vals)
        # What the default is one of has changed. (With is_default, its inverse has seen to it.)
        if "is_default" not in vals and {"profile_ids", "type_id", "active"} & vals.keys():
            for template in defaults:
                template._set_default(template.active)
        return result

    def _tell_released(self, released):
        """Say in the browser which templates are not the default any more."""
        for template in self.browse({former.id for former, _pair in released}):
            pairs = [pair for former, pair in released if former == template]
            self.env.user._bus_send(
                "simple_notification",
                {
                    "type": "info",
                    "title": self.env._("Default template changed"),
                    "message": self.env._(
                        "“%(new)s” is now the default for %(pairs)s. “%(old)s” is released.",
                        new=self.name,
                        old=template.name,
                        pairs=format_list(self.env, pairs),
                    ),
                },
            )

    @api.depends("is_default", "profile_ids", "type_id", "active")
    def _compute_default_notice(self):
        """What saving the form will change for other templates."""
        rows = self.env["mail.center.template.default"]
        for template in self:
            template.default_notice = False
            if not (template.is_default and template.active):
                continue
            held = rows._held(template.profile_ids._origin, template.type_id._origin)
            others = held.filtered(
                lambda row, template=template: row.template_id != template._origin
            )
            if others:
                template.default_notice = self.env._(
                    "Saving releases %(templates)s: there is one default for each profile and "
                    "type, and this template becomes the default for %(pairs)s.",
                    templates=format_list(
                        self.env,
                        [
                            self.env._("“%(name)s”", name=former.name)
                            for former in others.template_id
                        ],
                    ),
                    pairs=format_list(self.env, others.mapped("display_name")),
                )

    @api.model
    def _default_for(self, message_type=None, model=False):
        """The default template of the current user for a mail of that type on a record of
        *model* (False: none); empty if there is none.

        One's profiles come before everyone, in their order; the type before all types.
        """
        profiles = self.env["mail.center.profile"].sudo()
        own = profiles._ids_of(self.env.user)
        # With every mail that is begun, and mostly there are none.
        self.env["mail.center.template.default"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT template_id, profile_id, type_id FROM mail_center_template_default"
                " WHERE (profile_id IS NULL OR profile_id = ANY(%s))"
                " AND (type_id IS NULL OR type_id = %s)",
                list(own), message_type.id or None if message_type else None,
            )
        )
        if not rows:
            return self.browse()
        profile_order = {
            profile_id: rank
            for rank, profile_id in enumerate(profiles.search([("id", "in", own)]).ids)
        }
        usable = set(
            self.search(
                self._usable_domain(model) & Domain("id", "in", [row[0] for row in rows])
            ).ids
        )
        best = sorted(
            (row for row in rows if row[0] in usable),
            key=lambda row: (profile_order.get(row[1], len(profile_order)), not row[2]),
        )
        return self.browse([row[0] for row in best[:1]])
