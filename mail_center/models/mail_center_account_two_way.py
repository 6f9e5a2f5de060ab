from odoo import api, fields, models


class MailCenterAccount(models.Model):
    """Whether what is done here is done in the mailbox on the server: for all folders at once."""

    _inherit = "mail.center.account"

    is_two_way = fields.Boolean(compute="_compute_is_two_way")

    @api.depends("folder_ids.policy", "folder_ids.exists_on_server", "folder_ids.selectable")
    def _compute_is_two_way(self):
        for account in self:
            folders = account.sudo()._followed_folders()
            account.is_two_way = bool(folders) and all(
                folder.policy == "two_way" for folder in folders
            )

    def _followed_folders(self):
        return self.folder_ids.filtered(
            lambda folder: folder.selectable and folder.exists_on_server
            and (folder.policy != "off" or folder.special_use == "drafts")
        )

    def action_two_way(self):
        """Read marks, stars, moves, deletions and drafts from here go to the server too."""
        self._require("manage")
        self.sudo()._followed_folders().write({"policy": "two_way"})
        return True

    def action_read_only(self):
        """Nothing is changed on the server any more."""
        self._require("manage")
        folders = self.sudo()._followed_folders()
        folders.filtered(lambda folder: folder.special_use != "drafts").write({"policy": "read"})
        folders.filtered(lambda folder: folder.special_use == "drafts").write({"policy": "off"})
        return True
