import time

from odoo import api, models

from .mail_center_receiver import WORTH_A_BAR


class MailCenterReceiver(models.AbstractModel):
    """Tells how far a run is, while it goes on."""

    _inherit = "mail.center.receiver"

    @api.model
    def _receive_folder(self, account, token, session, folder):
        started, before = time.monotonic(), folder.last_check
        stored = super()._receive_folder(account, token, session, folder)
        if folder.last_check != before:
            # Where nothing had happened nothing is said: a mailbox may have hundreds of folders.
            self.env["mail.center.log"]._add(
                account,
                "folder_pass",
                self.env._("The folder “%s” was brought up to date.", folder.path),
                level="debug",
                duration=time.monotonic() - started,
            )
        return stored

    @api.model
    def _fetch(self, account, token, session, folder, status, uids):
        if len(uids) >= WORTH_A_BAR:
            self._transaction(lambda: self._expect(account, token, len(uids)))
        return super()._fetch(account, token, session, folder, status, uids)

    @api.model
    def _store(self, account, token, folder, intakes, again=False):
        result = super()._store(account, token, folder, intakes, again)
        self._progressed(account, len(intakes))
        self._tell_stored(folder, result, sorted(intake.uid for intake in intakes))
        return result

    @api.model
    def _update_folder_list(self, account, token, remote):
        # The first transaction of a connection: what came before it is told here.
        self._tell_connected(account)
        return super()._update_folder_list(account, token, remote)

    @api.model
    def _pop3_folder(self, account, token):
        self._tell_connected(account)
        return super()._pop3_folder(account, token)

    @api.model
    def _tell_connected(self, account):
        kind = account.protocol
        self.env["mail.center.log"]._add(
            account,
            "connected",
            self.env._(
                "Connected to %(host)s, port %(port)s, and logged in.",
                host=account[f"{kind}_host"],
                port=account[f"{kind}_port"],
            ),
            level="debug",
            detail=f"{kind} {account[f'{kind}_security']} {account[f'{kind}_login'] or ''}",
        )

    @api.model
    def _tell_stored(self, folder, count, uids=()):
        """*count* mails of a chunk were stored; told in the transaction that stores them."""
        if not count:
            return
        self.env["mail.center.log"]._add(
            folder.account_id,
            "stored",
            self.env._(
                "Mail stored from the folder “%(folder)s”: %(count)s.",
                folder=folder.path, count=count,
            ),
            detail=f"UID {uids[0]}…{uids[-1]}" if uids else "",
            mails=count,
        )

    @api.model
    def _expect(self, account, token, count):
        """*count* more mails are to be fetched. Part of a transaction."""
        self._renew(account, token)
        vals = {"sync_total": account.sync_done + count}
        if not account.sync_total or not account.sync_started:
            vals["sync_started"] = self.env.cr.now()
        account.write(vals)
        account._notify_status()

    @api.model
    def _progressed(self, account, count):
        """*count* mails of those expected are here. Part of the transaction that stores them."""
        if account.sync_total:
            account.sync_done = min(account.sync_done + count, account.sync_total)
            account._notify_status()

    @api.model
    def _finish(self, account, token, vals):
        account.invalidate_recordset(["status"])
        before = (account.status, account.sync_failures, account.sync_total)
        if "sync_state" in vals:  # else it goes on at the next run of the job
            vals = {**vals, "sync_total": 0, "sync_done": 0, "sync_started": False}
        result = super()._finish(account, token, vals)
        if (account.status, account.sync_failures, account.sync_total) != before:
            account._notify_status()
            self._commit()
        return result
