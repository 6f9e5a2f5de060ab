from datetime import timedelta
from functools import partial

from odoo import api, models

from .. import worker

CLAIM_SECONDS = 120


class ClaimLost(Exception):
    """Another worker has taken the account over: what this one holds must not be stored."""


class MailCenterClaim(models.AbstractModel):
    """One job per account at a time, over all workers and machines.

    A claim is a row's token with an end: a worker that died leaves it, and another takes over.
    """

    _name = "mail.center.claim"
    _inherit = "mail.center.transaction"
    _description = "Email job claims"

    _DUE = """
        active AND sync_enabled AND sync_blocked IS NOT TRUE
        AND CASE protocol WHEN 'imap' THEN imap_host ELSE pop3_host END IS NOT NULL
        AND (next_sync IS NULL OR next_sync <= now() AT TIME ZONE 'utc'
             -- Nobody waits so long: the clock was wrong when this was written.
             OR next_sync > now() AT TIME ZONE 'utc' + interval '2 hours')
        AND (claim_until IS NULL OR claim_until <= now() AT TIME ZONE 'utc'
             OR claim_until > now() AT TIME ZONE 'utc' + interval '2 hours'
             OR claim_worker = ANY(%(dead)s))
    """

    @api.model
    def _dead_workers(self):
        self.env.cr.execute(
            """
            SELECT DISTINCT claim_worker FROM mail_center_account
             WHERE claim_until > now() AT TIME ZONE 'utc'
            """
        )
        return [name for (name,) in self.env.cr.fetchall() if name and worker.is_dead(name)]

    @api.model
    def _due_count(self):
        self.env.cr.execute(
            f"SELECT count(*) FROM mail_center_account WHERE {self._DUE}",
            {"dead": self._dead_workers()},
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _due_accounts(self):
        """Those that nobody works at and whose time has come, the longest waiting first."""
        self.env["mail.center.account"].flush_model()
        self.env.cr.execute(
            f"SELECT id FROM mail_center_account WHERE {self._DUE}"
            " ORDER BY next_sync NULLS FIRST, id",
            {"dead": self._dead_workers()},
        )
        ids = [number for (number,) in self.env.cr.fetchall()]
        return self.env["mail.center.account"].sudo().browse(ids)

    @api.model
    def _claim(self, token, account=None):
        """Take one due account (*account*: that one alone) for this worker and commit; empty when
        there is none. See :meth:`_is_careful` for what its context says."""
        # Again, when another worker or a person has written to that account in the same moment.
        (number, before), _left = self._transaction(partial(self._take_due, token, account))
        taken = self.env["mail.center.account"].sudo().browse(number)
        return taken.with_context(mail_center_careful=bool(before))

    @api.model
    def _take_due(self, token, account):
        """``(id or [], who had it last)`` of one due account, marked as this worker's."""
        self.env["mail.center.account"].flush_model()
        self.env.cr.execute(
            # MATERIALIZED: as the inner side of a join it would run, and take one, again and again.
            f"""
              WITH due AS MATERIALIZED (
                    SELECT id AS due_id, claim_worker AS before
                      FROM mail_center_account
                     WHERE {self._DUE} AND (%(account)s IS NULL OR id = %(account)s)
                  ORDER BY next_sync NULLS FIRST, id
                     LIMIT 1
                       FOR NO KEY UPDATE SKIP LOCKED
                   )
            UPDATE mail_center_account AS taken
               SET claim_token = %(token)s, claim_worker = %(worker)s,
                   claim_until = now() AT TIME ZONE 'utc' + %(seconds)s * interval '1 second',
                   -- Killed in mid-run it is not the first again.
                   next_sync = now() AT TIME ZONE 'utc', sync_wanted = false,
                   sync_state = CASE WHEN sync_state = 'failing' THEN sync_state ELSE 'running' END
              FROM due
             WHERE taken.id = due.due_id
         RETURNING taken.id, due.before
            """,
            {
                "token": token,
                "worker": worker.identity(),
                "seconds": CLAIM_SECONDS,
                "account": account.id if account else None,
                "dead": self._dead_workers(),
            },
        )
        return self.env.cr.fetchone() or ([], None)

    @api.model
    def _is_careful(self, account):
        """Whether who had the claimed *account* last never gave it back.

        A mail may have brought that worker down; so until a run has come to its end.
        """
        return bool(account.env.context.get("mail_center_careful"))

    @api.model
    def _renew(self, account, token, seconds=CLAIM_SECONDS):
        """Prolong the claim inside the current transaction, or raise ClaimLost."""
        self.env.cr.execute(
            """
            UPDATE mail_center_account
               SET claim_until = now() AT TIME ZONE 'utc' + %s * interval '1 second'
             WHERE id = %s AND claim_token = %s
            """,
            [seconds, account.id, token],
        )
        if not self.env.cr.rowcount:
            raise ClaimLost(account.id)

    @api.model
    def _require_claim(self, account, token):
        """Raise ClaimLost as :meth:`_renew` does, and lock nothing: until this transaction renews
        the claim too, others may change the account, and then it collides with them."""
        self.env.cr.execute(
            "SELECT FROM mail_center_account WHERE id = %s AND claim_token = %s",
            [account.id, token],
        )
        if not self.env.cr.rowcount:
            raise ClaimLost(account.id)

    @api.model
    def _in(self, seconds):
        return self.env.cr.now().replace(microsecond=0) + timedelta(seconds=seconds)

    @api.model
    def _finish(self, account, token, vals):
        """Give the account back with the outcome, unless another worker has it by now."""
        def give_back():
            self._renew(account, token, seconds=0)
            if not self._is_careful(account) or vals.get("sync_state") == "ok":
                # Nobody was brought down: see _claim.
                vals["claim_worker"] = False
            account.write(vals)
            account.invalidate_recordset(["sync_wanted"])
            if account.sync_wanted and vals.get("sync_state") == "ok":
                # Mail came, or was marked, behind the receiver's back.
                account.next_sync = self._in(0)

        try:
            self._transaction(give_back)
        except ClaimLost:
            self.env.cr.rollback()
