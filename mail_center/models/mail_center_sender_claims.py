from datetime import timedelta

from odoo import api, models

from .. import worker
from ..core import smtp
from ..core.smtp import MAILING, MAILING_SHARE, allowance

CLAIM_SECONDS = 600
BATCH = 20
RECOVERED_AT_ONCE = 100
# A worker may die of anything; of a mail that so many died with it is the mail.
DEADLY_ATTEMPTS = 5


class MailCenterSender(models.AbstractModel):
    """Which mails are a worker's: any number of workers and machines drain one queue.

    A claim is a token in the row with an end. Who dies leaves it: on the same machine it is
    noticed at once, on another one when the time is over.
    """

    _inherit = "mail.center.sender"

    _DUE = """
        outbox.state IN ('queued', 'deferred')
        AND (outbox.next_attempt IS NULL OR outbox.next_attempt <= now() AT TIME ZONE 'utc')
        AND (outbox.send_after IS NULL OR outbox.send_after <= now() AT TIME ZONE 'utc')
        AND account.active AND account.send_enabled AND account.send_blocked IS NOT TRUE
        AND (account.send_retry_at IS NULL OR account.send_retry_at <= now() AT TIME ZONE 'utc')
        -- Read here and not from the cache: it counts from the next batch on.
        AND NOT EXISTS (SELECT 1 FROM ir_config_parameter
                         WHERE key = 'mail_center.sending_suspended' AND value <> '')
    """
    # What nobody may have to wait for: no mailing, no server that is slow or in trouble.
    _PROMPT = f"""
        coalesce(outbox.priority, 0) < {MAILING}
        AND NOT coalesce(account.send_is_slow, FALSE) AND coalesce(account.send_failures, 0) = 0
    """

    @api.model
    def _due_groups(self, prompt=False):
        """``[(account id, mailing?)]`` of what is due, what is most urgent first."""
        self.env.flush_all()
        self.env.cr.execute(
            f"""
            SELECT outbox.account_id, coalesce(outbox.priority, 0) >= {MAILING} AS mailing
              FROM mail_center_outbox outbox
              JOIN mail_center_account account ON account.id = outbox.account_id
             WHERE {self._DUE} AND (NOT %(prompt)s OR {self._PROMPT})
          GROUP BY outbox.account_id, mailing
          ORDER BY mailing, min(outbox.id)
            """,
            {"prompt": prompt},
        )
        return self.env.cr.fetchall()

    @api.model
    def _claim(self, token, served, prompt=False):
        """Take due mails of one account for this worker, and commit.

        *served*: (account id, mailing?) → how often it had its turn, None when it is to have no
        more; those that come away with nothing are noted in it.
        """
        groups = [group for group in self._due_groups(prompt) if served[group] is not None]
        # The account that has much to send does not go before those that have little.
        for group in sorted(groups, key=lambda group: (group[1], served[group])):
            rows, _left = self._transaction(lambda group=group: self._claim_some(token, *group))
            if rows:
                served[group] += 1
                return rows
            served[group] = None
        return self.env["mail.center.outbox"].sudo()

    @api.model
    def _claim_some(self, token, account_id, mailing):
        """Up to a batch of an account's due mails, as its limits allow."""
        account = self.env["mail.center.account"].sudo().browse(account_id)
        batch = BATCH
        if account._send_limits():
            # Another worker that counts at the same time has to count again.
            self.env.cr.execute(
                "UPDATE mail_center_account SET send_ticket = coalesce(send_ticket, 0) + 1"
                " WHERE id = %s",
                [account_id],
                log_exceptions=False,
            )
            left = allowance(account._send_usage(), MAILING_SHARE if mailing else 1.0)
            if not left:
                return self.env["mail.center.outbox"].sudo()
            batch = min(batch, left)
        self.env.cr.execute(
            f"""
              WITH due AS (
                    SELECT outbox.id, outbox.state FROM mail_center_outbox outbox
                      JOIN mail_center_account account ON account.id = outbox.account_id
                     WHERE {self._DUE} AND outbox.account_id = %(account)s
                       AND (coalesce(outbox.priority, 0) >= {MAILING}) = %(mailing)s
                  ORDER BY outbox.priority NULLS FIRST, outbox.id
                     LIMIT %(batch)s
                       FOR NO KEY UPDATE OF outbox SKIP LOCKED
                   )
            UPDATE mail_center_outbox AS outbox
               SET state = 'sending', phase = 'claimed', attempts = coalesce(attempts, 0) + 1,
                   claim_token = %(token)s, claim_worker = %(worker)s,
                   claim_until = now() AT TIME ZONE 'utc' + %(seconds)s * interval '1 second'
              FROM due
             WHERE outbox.id = due.id
         RETURNING outbox.id, due.state
            """,
            {
                "account": account_id,
                "mailing": mailing,
                "batch": batch,
                "token": token,
                "worker": worker.identity(),
                "seconds": CLAIM_SECONDS,
            },
            log_exceptions=False,  # collisions of workers are expected and tried again
        )
        before = dict(self.env.cr.fetchall())
        self.env.invalidate_all()
        rows = self.env["mail.center.outbox"].sudo().browse(sorted(before))
        rows = rows.sorted(lambda row: (row.priority, row.id))
        rows.message_id.state = "sending"
        for row in rows:
            row._note(before[row.id], "sending")
        return rows

    @api.model
    def _prolong(self, token):
        """Keep the claims of a batch that takes long, before they run out."""
        self.env.cr.execute(
            """
            UPDATE mail_center_outbox
               SET claim_until = now() AT TIME ZONE 'utc' + %(seconds)s * interval '1 second'
             WHERE claim_token = %(token)s AND state = 'sending'
               AND claim_until < now() AT TIME ZONE 'utc' + %(seconds)s / 2 * interval '1 second'
            """,
            {"token": token, "seconds": CLAIM_SECONDS},
        )
        self._commit()

    @api.model
    def _recover(self):
        """Take over what dead workers left: back to the queue, or *uncertain* after the dot."""
        while self._transaction(self._recover_some)[0]:
            pass

    @api.model
    def _recover_some(self):
        self.env.cr.execute(
            "SELECT DISTINCT claim_worker FROM mail_center_outbox WHERE state = 'sending'"
        )
        dead = [name for (name,) in self.env.cr.fetchall() if name and worker.is_dead(name)]
        # Another worker that tidies up in this moment does it as well as this one.
        self.env.cr.execute(
            """
            SELECT id FROM mail_center_outbox
             WHERE state = 'sending'
               AND (claim_until IS NULL OR claim_until <= now() AT TIME ZONE 'utc'
                    OR claim_worker = ANY(%s))
          ORDER BY id
             LIMIT %s
               FOR NO KEY UPDATE SKIP LOCKED
            """,
            [dead, RECOVERED_AT_ONCE],
        )
        ids = [row_id for (row_id,) in self.env.cr.fetchall()]
        for row in self.env["mail.center.outbox"].sudo().browse(ids):
            if row.phase == "content":
                self._in_doubt(row)
            elif row._is_expired(self.env.cr.now()):
                row._open_recipients().write({"state": "failed", "reason_code": "given_up"})
                row._set_state(row._summary(), phase=False, claim_token=False)
            else:
                vals = {"phase": False, "claim_token": False}
                if row.attempts > DEADLY_ATTEMPTS:
                    # Perhaps it is this mail that workers die of: the others go first.
                    pause = smtp.next_delay(row.attempts - DEADLY_ATTEMPTS)
                    vals["next_attempt"] = self.env.cr.now() + timedelta(seconds=pause)
                row._set_state("queued", **vals)
        return len(ids)
