from odoo import api, models

from .. import worker

CLAIM_SECONDS = 600
BATCH = 20
RECOVERED_AT_ONCE = 100


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
        AND account.active AND account.send_enabled
    """

    @api.model
    def _due_count(self):
        self.env.flush_all()
        self.env.cr.execute(
            f"""
            SELECT count(*) FROM mail_center_outbox outbox
              JOIN mail_center_account account ON account.id = outbox.account_id
             WHERE {self._DUE}
            """
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _claim(self, token, tried):
        """Take up to a batch of due mails of one account for this worker, and commit."""
        self.env.flush_all()
        self.env.cr.execute(
            f"""
              WITH first AS (
                    SELECT outbox.account_id FROM mail_center_outbox outbox
                      JOIN mail_center_account account ON account.id = outbox.account_id
                     WHERE {self._DUE} AND outbox.account_id <> ALL(%(tried)s)
                  ORDER BY outbox.id LIMIT 1
                   ),
                   due AS (
                    SELECT outbox.id, outbox.state FROM mail_center_outbox outbox
                      JOIN mail_center_account account ON account.id = outbox.account_id
                      JOIN first ON first.account_id = outbox.account_id
                     WHERE {self._DUE}
                  ORDER BY outbox.id
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
                "tried": tried,
                "batch": BATCH,
                "token": token,
                "worker": worker.identity(),
                "seconds": CLAIM_SECONDS,
            },
        )
        before = dict(self.env.cr.fetchall())
        self.env.invalidate_all()
        rows = self.env["mail.center.outbox"].sudo().browse(sorted(before))
        rows.message_id.state = "sending"
        for row in rows:
            row._note(before[row.id], "sending")
        self._commit()
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
            else:
                row._set_state("queued", phase=False, claim_token=False)
        return len(ids)
