from odoo import api, models

from ..core.mime import draft_mark


class MailCenterFiling(models.AbstractModel):
    """Drafts that were put on the server from here are no mail that has arrived."""

    _inherit = "mail.center.filing"

    @api.model
    def _passed_over(self, folder, intakes):
        passed = super()._passed_over(folder, intakes)
        if folder.special_use != "drafts":
            return passed
        marks = {intake.uid: draft_mark(intake.mail) for intake in intakes if intake.mail}
        ours = self.env["mail.center.draft.copy"].sudo().search(
            [("account_id", "=", folder.account_id.id), ("mark", "in", list(marks.values()))]
        )
        known = set(ours.mapped("mark"))
        return passed + [intake for intake in intakes if marks.get(intake.uid) in known]

    @api.model
    def _create_locations(self, folder, pairs):
        if folder.special_use != "drafts":
            for _intake, message in pairs:
                if message.state == "draft":
                    # Sent by the other program just as it was: no draft any more.
                    message.state = self._state_of(folder, message.direction == "out")
        return super()._create_locations(folder, pairs)


class MailCenterReceiver(models.AbstractModel):
    """What another program did to the drafts on the server."""

    _inherit = "mail.center.receiver"

    @api.model
    def _forget(self, account, token, folder, gone):
        gone = list(gone)
        messages = self._places(folder, gone).message_id
        drafts = messages.filtered(lambda message: message.state == "draft")
        result = super()._forget(account, token, folder, gone)
        if folder.policy == "two_way":
            self.env["mail.center.draft.copy"].sudo()._gone(folder, gone)
        # Every version that the other program stored is a message of its own, and only the
        # last one is the draft.
        drafts.invalidate_recordset(["location_ids"])
        drafts.filtered(lambda message: not message.location_ids).unlink()
        return result


class MailCenterFolder(models.Model):
    """Drafts come to a folder that becomes two-way, and leave one that no longer is."""

    _inherit = "mail.center.folder"

    def write(self, vals):
        before = self.filtered(lambda folder: folder.policy == "two_way")
        result = super().write(vals)
        if "policy" in vals:
            now = self.filtered(lambda folder: folder.policy == "two_way")
            changed = ((before | now) - (before & now)).sudo()
            drafts = changed.filtered(lambda folder: folder.special_use == "drafts")
            if drafts:
                self.env["mail.center.draft"].sudo().search(
                    [("account_id", "in", drafts.account_id.ids), ("is_touched", "=", True)]
                )._keep_on_server()
        return result
