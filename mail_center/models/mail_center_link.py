from odoo import api, fields, models
from odoo.exceptions import UserError

from ..mailer_fields import filled

REASONS = [
    ("written", "Written from the record"),
    ("token", "Answer to a mail written from the record"),
    ("reply", "Same conversation as a linked mail"),
    ("address", "Sender's address"),
    ("number", "Its number is in the subject"),
    ("document", "The only open document of the sender"),
    ("learned", "As it was done by hand before"),
    ("rule", "A rule of the account"),
    ("person", "Linked by a person"),
]


class MailCenterLink(models.Model):
    _name = "mail.center.link"
    _description = "Email link"
    _order = "id"

    message_id = fields.Many2one(
        "mail.center.message", required=True, ondelete="cascade", index=True
    )
    res_model = fields.Char(string="Document model", required=True)
    res_id = fields.Many2oneReference(
        string="Document", required=True, model_field="res_model"
    )
    reason = fields.Selection(REASONS, required=True, default="person", readonly=True)
    note = fields.Char(readonly=True, help="What exactly it was linked by.")
    user_id = fields.Many2one("res.users", string="Linked by", readonly=True)
    record_name = fields.Char(compute="_compute_record_name", string="Record")

    _by_person = models.Index("(message_id) WHERE reason = 'person'")
    _link_unique = models.UniqueIndex("(res_model, res_id, message_id)")

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_record_name(self):
        for link in self:
            record = link._record()
            link.record_name = (
                record.display_name if record else self.env._("(a record you may not read)")
            )

    @api.model
    def _reasons(self):
        return dict(self._fields["reason"]._description_selection(self.env))

    def _explanation(self, reasons):
        """Why it is linked, for a reader of the mail; *reasons*: of :meth:`_reasons`."""
        self.ensure_one()
        text = reasons.get(self.reason, "")
        return f"{text}: {self.note}" if self.note else text

    def _record(self):
        """The linked record when it exists and the current user may read it, else None."""
        self.ensure_one()
        # Who may read the record may not always read the link: see record_emails.
        link = self.sudo()
        if link.res_model not in self.env or not link.res_id:
            return None
        record = self.env[link.res_model].browse(link.res_id).exists()
        return record if record and record.has_access("read") else None

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su:
                # Linking a mail opens it to the readers of the record.
                given = filled(self, vals)
                message = self.env["mail.center.message"].browse(given.get("message_id"))
                message.check_access("read")
                self._check_target(given.get("res_model"), given.get("res_id"))
                vals.update(reason="person", note=False, user_id=self.env.uid)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            raise UserError(self.env._("A link can't be changed: remove it and make another."))
        return super().write(vals)

    @api.model
    def _check_target(self, res_model, res_id):
        if res_model not in self.env["mail.center.linkable"]._models():
            raise UserError(
                self.env._(
                    "Emails can't be linked to this kind of document. A manager can allow it "
                    "under Settings → Email messages → Linkable documents."
                )
            )
        self.env[res_model].browse(res_id).check_access("read")

    def action_open_record(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    @api.model
    @api.readonly
    def record_emails(self, res_model, res_id, limit=50):
        """The emails of one record, newest first, for its chatter.

        Returns ``{"count", "emails": [...], "can_write"}``. Who may read the record but
        not the account learns only that there is a mail, unless the account shares
        linked mail.
        """
        empty = {"count": 0, "emails": [], "enabled": False}
        if res_model not in self.env["mail.center.linkable"]._models() or not res_id:
            return empty
        if not self.env.user.has_group("mail_center.group_user"):
            return empty
        record = self.env[res_model].browse(int(res_id))
        record.check_access("read")
        here = [("res_model", "=", res_model), ("res_id", "=", record.id)]
        # Of a record with thousands of mails only what is shown is read.
        shown = self.env["mail.center.message"].sudo().search(
            [("link_ids", "any", here)], limit=max(1, min(int(limit), 200))
        )
        links = self.sudo().search([*here, ("message_id", "in", shown.ids)])
        reasons = links._reasons()
        reason = {link.message_id.id: link._explanation(reasons) for link in links}
        return {
            "count": self.sudo().search_count(here),
            "emails": [self._email_of_record(mail, reason[mail.id]) for mail in shown],
            "enabled": True,
        }

    @api.model
    def _may_read_linked(self, message):
        """May the user read *message* (sudo) who may read a record it is linked to?"""
        account = message.account_id
        if message.is_odoos and message.user_id != self.env.user:
            return False  # Odoo also sends new passwords
        if account.sudo(False).can_read:
            return True
        companies = self.env.companies
        return account.share_linked and (
            not account.company_id or account.company_id in companies
        )

    @api.model
    def _email_of_record(self, message, reason):
        data = {
            "id": message.id,
            "date": fields.Datetime.to_string(message.date),
            "direction": message.direction,
            "state": message.state,
            "state_label": dict(message._fields["state"]._description_selection(self.env))[
                message.state
            ],
            "readable": self._may_read_linked(message),
        }
        if data["readable"]:
            data.update(
                subject=message.subject or self.env._("(no subject)"),
                sender=message.from_display or message.email_from or "",
                to=message.to_display or "",
                snippet=message.snippet or "",
                reason=reason,
                remote=message.remote_count,
                owned=message.account_id.sudo(False).can_read,
                attachments=[
                    {"id": file.id, "name": file.name, "size": file.file_size,
                     "mimetype": file.mimetype, "warning": file.mail_center_warning}
                    for file in message.file_ids
                ],
            )
        return data
