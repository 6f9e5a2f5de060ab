from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang


class MailCenterFolder(models.Model):
    """What the last comparison of a folder, UID by UID, with the server found.

    Every message of the server is *here* (it has a location), in *quarantine*, or *left out*
    on purpose (a location without a message); what is none of them is *missing*. What is here
    and no longer on the server is *gone*.
    """

    _inherit = "mail.center.folder"

    comparison_date = fields.Datetime(string="Compared", readonly=True)
    comparison_server = fields.Integer(readonly=True, aggregator=None)
    comparison_here = fields.Integer(readonly=True, aggregator=None)
    comparison_quarantine = fields.Integer(readonly=True, aggregator=None)
    comparison_left_out = fields.Integer(readonly=True, aggregator=None)
    comparison_missing = fields.Integer(string="Missing", readonly=True)
    comparison_gone = fields.Integer(string="Gone", readonly=True)
    comparison_differs = fields.Boolean(
        string="Differs", compute="_compute_comparison_differs", store=True
    )
    comparison_wanted = fields.Selection(
        [("compare", "Compare"), ("repair", "Repair")], readonly=True, copy=False,
        help="Waits for the next time the mailbox is looked into.",
    )
    comparison_text = fields.Char(string="Comparison", compute="_compute_comparison_text")

    @api.depends("comparison_missing", "comparison_gone")
    def _compute_comparison_differs(self):
        for folder in self:
            folder.comparison_differs = bool(folder.comparison_missing or folder.comparison_gone)

    @api.depends_context("lang")
    @api.depends("comparison_date", "comparison_wanted", "comparison_server", "comparison_here",
                 "comparison_quarantine", "comparison_left_out", "comparison_missing",
                 "comparison_gone")
    def _compute_comparison_text(self):
        _ = self.env._
        for folder in self:
            parts = []
            if folder.comparison_wanted == "repair":
                parts.append(_("Repair is under way"))
            elif folder.comparison_date:
                parts.append(_("server %s", folder._number("server")))
                parts.append(_("here %s", folder._number("here")))
                parts.append(_("quarantine %s", folder._number("quarantine")))
                if folder.comparison_left_out:
                    parts.append(_("left out %s", folder._number("left_out")))
                if folder.comparison_missing:
                    parts.append(_("missing %s", folder._number("missing")))
                if folder.comparison_gone:
                    parts.append(_("gone from the server %s", folder._number("gone")))
            folder.comparison_text = " · ".join(parts) or False

    def _number(self, name):
        return formatLang(self.env, self[f"comparison_{name}"], digits=0)

    # ---- buttons ------------------------------------------------------------

    def action_compare(self):
        """Compare these folders with the server, the next time it is looked into: at once."""
        return self._want("compare", self.env._("The folders are being compared…"))

    def action_repair(self):
        """Fetch what is missing in these folders, and forget what is gone from the server."""
        return self._want("repair", self.env._("What is missing is being fetched…"))

    def _want(self, what, text):
        self.check_access("write")
        folders = self.sudo().filtered(lambda folder: folder._is_compared())
        if not folders:
            raise UserError(
                self.env._(
                    "Only folders that are fetched over IMAP and exist on the server "
                    "can be compared."
                )
            )
        folders.comparison_wanted = what
        folders.account_id.next_sync = False
        self.env.ref("mail_center.ir_cron_receive").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "info", "message": text},
        }

    def _is_compared(self):
        return (
            self.policy != "off" and self.selectable and self.exists_on_server
            and self.account_id.protocol == "imap"
        )

    # ---- every night --------------------------------------------------------

    @api.model
    def _cron_compare(self):
        """Ask for a comparison of every folder that is fetched.

        It takes place in the account's next run, on the connection that this has anyway.
        """
        now = self.env.cr.now()
        self.sudo().search(
            [
                ("account_id.sync_enabled", "=", True),
                ("account_id.protocol", "=", "imap"),
                ("policy", "!=", "off"),
                ("selectable", "=", True),
                ("exists_on_server", "=", True),
                ("comparison_wanted", "=", False),
                "|", "|",
                ("comparison_date", "=", False),
                ("comparison_date", "<", now - timedelta(hours=12)),
                ("comparison_date", ">", now + timedelta(hours=12)),  # the clock was wrong
            ]
        ).comparison_wanted = "compare"
