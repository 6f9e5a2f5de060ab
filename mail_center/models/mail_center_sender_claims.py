from dataclasses import replace
from datetime import timedelta
from functools import partial

from odoo import api, models

from .. import worker
from ..core import smtp
from ..core.smtp import MAILING, MAILING_SHARE
from .mail_center_outbox_event import insert_events
from .mail_center_outbox_recipient import OPEN_STATES
from .mail_center_sender import CLAIM_SECONDS

# Mails at once: the others wait no longer than PATIENCE for them, the memory holds so many
# bytes.
BATCH = 100
# Of an account whose batch before was quick.
QUICK_BATCH = 400
BATCH_BYTES = 64 * 1024 * 1024
RECOVERED_AT_ONCE = 100
SAME_TIME = timedelta(seconds=10)
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
        AND (outbox.next_attempt IS NULL OR outbox.next_attempt <= now() AT TIME ZONE 'utc'
             -- Nothing waits so long: the clock was wrong when this was written.
             OR outbox.next_attempt > now() AT TIME ZONE 'utc' + interval '12 hours')
        AND (outbox.send_after IS NULL OR outbox.send_after <= now() AT TIME ZONE 'utc')
        AND account.active AND account.send_enabled AND account.send_blocked IS NOT TRUE
        AND (account.send_retry_at IS NULL OR account.send_retry_at <= now() AT TIME ZONE 'utc'
             OR account.send_retry_at > now() AT TIME ZONE 'utc' + interval '12 hours')
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
    def _claim(self, token, served, prompt=False, quick=()):
        """Take due mails of one account for this worker, and commit.

        *served*: (account id, mailing?) → how often it had its turn, None when it is to have no
        more; those that come away with nothing are noted in it. *quick*: those that may have a
        large batch.
        """
        groups = [group for group in self._due_groups(prompt) if served[group] is not None]
        # The account that has much to send does not go before those that have little.
        for group in sorted(groups, key=lambda group: (group[1], served[group])):
            limit = QUICK_BATCH if group in quick else BATCH
            rows, _left = self._transaction(partial(self._claim_some, token, *group, limit))
            if rows:
                served[group] += 1
                return rows
            served[group] = None
        return self.env["mail.center.outbox"].sudo()

    @api.model
    def _claim_some(self, token, account_id, mailing, limit=BATCH):
        """Up to a batch of an account's due mails, as its limits allow."""
        account = self.env["mail.center.account"].sudo().browse(account_id)
        limits = account._send_limits()
        if limits:
            # Another worker that counts at the same time has to count again.
            self.env.cr.execute(
                "UPDATE mail_center_account SET send_ticket = coalesce(send_ticket, 0) + 1"
                " WHERE id = %s",
                [account_id],
                log_exceptions=False,
            )
        self.env.cr.execute(
            f"""
            SELECT outbox.id,
                   (SELECT count(*) FROM mail_center_outbox_recipient recipient
                     WHERE recipient.outbox_id = outbox.id AND recipient.state = ANY(%(open)s)),
                   (SELECT coalesce(size, 0) FROM mail_center_message
                     WHERE id = outbox.message_id)
              FROM mail_center_outbox outbox
              JOIN mail_center_account account ON account.id = outbox.account_id
             WHERE {self._DUE} AND outbox.account_id = %(account)s
               AND (coalesce(outbox.priority, 0) >= {MAILING}) = %(mailing)s
          ORDER BY outbox.priority NULLS FIRST, outbox.id
             LIMIT %(limit)s
               FOR NO KEY UPDATE OF outbox SKIP LOCKED
            """,
            {"account": account_id, "mailing": mailing, "open": list(OPEN_STATES),
             "limit": limit},
            log_exceptions=False,  # collisions of workers are expected and tried again
        )
        found, total = [], 0
        for row_id, people, size in self.env.cr.fetchall():
            total += size
            if found and total > BATCH_BYTES:
                break
            found.append((row_id, people))
        if limits:
            found = self._within_limits(account, found, MAILING_SHARE if mailing else 1.0)
        ids = [row_id for row_id, _people in found]
        if not ids:
            return self.env["mail.center.outbox"].sudo()
        self.env.cr.execute(
            f"""
              WITH before AS (SELECT id, state FROM mail_center_outbox WHERE id = ANY(%(ids)s)),
                   claimed AS (
                    UPDATE mail_center_outbox AS outbox
                       SET state = 'sending', phase = 'claimed',
                           attempts = coalesce(attempts, 0) + 1,
                           claim_token = %(token)s, claim_worker = %(worker)s,
                           claim_until = now() AT TIME ZONE 'utc' + %(seconds)s
                                         * interval '1 second'
                      FROM before
                     WHERE outbox.id = before.id
                 RETURNING outbox.id, before.state
                   )
            -- The mail itself stays as it is meanwhile: a large row with many indexes.
            {insert_events("SELECT id, NULL::int, state, 'sending', NULL, NULL FROM claimed")}
            """,
            {
                "ids": ids,
                "token": token,
                "worker": worker.identity(),
                "seconds": CLAIM_SECONDS,
                "uid": self.env.uid,
            },
            log_exceptions=False,
        )
        self.env.invalidate_all()
        return self.env["mail.center.outbox"].sudo().browse(ids)

    @api.model
    def _within_limits(self, account, found, share):
        """Of ``[(id, recipients)]`` what may leave now; the rest waits, and says so."""
        usages = account._send_usage()
        fit = smtp.fitting([people for _id, people in found], usages, share)
        if fit < len(found):
            sent = [
                replace(one, used=one.used + sum(
                    people if one.unit == "recipients" else 1 for _id, people in found[:fit]
                ))
                for one in usages
            ]
            until = self.env.cr.now() + timedelta(
                seconds=smtp.free_in(sent, share, found[fit][1])
            )
            known = account.send_limited_until
            if not known or abs(until - known) > SAME_TIME:
                account.send_limited_until = until
                self._wake(at=until)
        return found[:fit]

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
            elif row.phase == "done":
                self._sum_up_accepted(row)
            elif row._is_expired(self.env.cr.now()):
                self._give_up_on(row)
            else:
                vals = {"phase": False, "claim_token": False}
                if row.attempts > DEADLY_ATTEMPTS:
                    # Perhaps it is this mail that workers die of: the others go first.
                    pause = smtp.next_delay(row.attempts - DEADLY_ATTEMPTS)
                    vals["next_attempt"] = self.env.cr.now() + timedelta(seconds=pause)
                row._set_state("queued", **vals)
        return len(ids)
