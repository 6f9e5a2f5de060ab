from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class MailCenterAccount(models.Model):
    """Accounts taken over from Odoo's own incoming and outgoing mail servers."""

    _inherit = "mail.center.account"

    adopted_fetchmail_id = fields.Many2one(
        "fetchmail.server",
        string="Adopted incoming server",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="mail_center.group_manager",
        help="Odoo itself fetches nothing from it while this account is active.",
    )
    adopted_mail_server_id = fields.Many2one(
        "ir.mail_server",
        string="Adopted outgoing server",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="mail_center.group_manager",
    )
    # How the incoming server was before, so that the way back leads there.
    adopted_was_active = fields.Boolean(
        readonly=True, copy=False, groups="mail_center.group_manager"
    )
    adopted_was_confirmed = fields.Boolean(
        readonly=True, copy=False, groups="mail_center.group_manager"
    )
    can_undo_adoption = fields.Boolean(compute="_compute_can_undo_adoption")
    adoption_text = fields.Char(compute="_compute_can_undo_adoption")

    @api.depends_context("uid", "lang")
    @api.depends("active", "pop3_ended", "adopted_fetchmail_id")
    def _compute_can_undo_adoption(self):
        manager = self.env.user.has_group("mail_center.group_manager")
        for account in self:
            account.adoption_text = manager and self.env._(
                "Adopted from the incoming server “%s”. Odoo itself fetches nothing from it any "
                "more.",
                account.sudo().adopted_fetchmail_id.name,
            )
            account.can_undo_adoption = bool(
                manager
                and account.active
                and not account.pop3_ended
                and account.sudo().adopted_fetchmail_id
            )

    @api.model
    def action_adopt_servers(self):
        """Open the window that proposes accounts for the mail servers that Odoo has already."""
        wizard = self.env["mail.center.adopt"].create({})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Adopt mail servers"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _adopt(self, server):
        """Take *server* (a fetchmail.server) over: from now on only this account fetches."""
        self.ensure_one()
        server = server.sudo()
        if not server.try_lock_for_update(allow_referencing=True):
            raise UserError(
                self.env._(
                    "Odoo is fetching mail from “%s” just now. Try again in a minute.", server.name
                )
            )
        self.sudo().write(
            {
                "adopted_fetchmail_id": server.id,
                "adopted_was_active": server.active,
                "adopted_was_confirmed": server.state == "done",
            }
        )
        server.write({"active": False, "state": "draft"})
        self.env["mail.center.log"]._add(
            self,
            "adopted",
            self.env._(
                "%(user)s adopted the mail server “%(server)s”. Odoo itself no longer fetches "
                "from it.",
                user=self.env.user.name,
                server=server.name,
            ),
        )

    def action_undo_adoption(self):
        """Give the mailbox back to Odoo's own fetching. The mail that came stays here."""
        if not (self.env.su or self.env.user.has_group("mail_center.group_manager")):
            raise AccessError(self.env._("Only an email manager may undo an adoption."))
        for account in self.sudo():
            if account.pop3_ended:
                raise UserError(
                    self.env._(
                        "“%s” was switched to IMAP. POP3 is blocked for it for good, so there is "
                        "no way back.",
                        account.name,
                    )
                )
            server = account.adopted_fetchmail_id
            if not server or not account.active:
                raise UserError(
                    self.env._("“%s” has no adopted server to give back.", account.name)
                )
            # Archived first: while the account is active its server can't be switched on. A
            # worker that fetches just now finds its claim gone and stores nothing more.
            account.write({"active": False, "claim_token": False, "claim_until": False})
            server.write(
                {
                    "active": account.adopted_was_active,
                    "state": "done" if account.adopted_was_confirmed else "draft",
                }
            )
            self.env["mail.center.log"]._add(
                account,
                "adoption_undone",
                self.env._(
                    "%(user)s gave the mail server “%(server)s” back to Odoo. The account is "
                    "archived, its mail stays.",
                    user=self.env.user.name,
                    server=server.name,
                ),
            )
        return True

    def write(self, vals):
        if vals.get("active"):
            for account in self.sudo().filtered(lambda one: not one.active):
                server = account.adopted_fetchmail_id
                if server.active and server.state == "done":
                    raise UserError(
                        self.env._(
                            "Odoo itself fetches the mail of “%(account)s” again, from the server "
                            "“%(server)s”. Adopt that server once more instead: then only one of "
                            "the two fetches.",
                            account=account.name,
                            server=server.name,
                        )
                    )
        return super().write(vals)
