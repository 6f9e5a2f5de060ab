import time
from functools import partial
from types import MappingProxyType

from odoo import api, models

from ..core.smtp import SENT
from .mail_center_claim import ClaimLost
from .mail_center_outbox_event import insert_events
from .mail_center_outbox_recipient import OPEN_STATES

# A mark that was made ahead is made again when the mail before took so long (seconds): the mail
# could be another worker's by then.
FRESH = 5


class MailCenterSender(models.AbstractModel):
    """The usual case, fast: a server that takes one mail after the other, for all recipients.

    One short transaction for two mails: that the ends of their contents go out now, and that the
    server took the two before. The rest (answers, states, history, log, notices) is written for
    many mails at once; until then *phase* is ``done``, and whoever finds such a mail after a
    crash knows that everybody who was to get it did.
    """

    _inherit = "mail.center.sender"

    # Everything in one statement: each row is written once. *is_sent*: nobody is left who did
    # not get it.
    _STORE_ACCEPTED = f"""
          WITH known (id, code, reply) AS (
                SELECT * FROM unnest(%(ids)s::int[], %(codes)s::text[], %(replies)s::text[])
               ),
               taken AS MATERIALIZED (
                SELECT known.*, outbox.message_id, outbox.state,
                       NOT EXISTS (
                         SELECT 1 FROM mail_center_outbox_recipient AS other
                          WHERE other.outbox_id = known.id AND NOT other.state = ANY(%(reached)s)
                       ) AS is_sent
                  FROM known JOIN mail_center_outbox AS outbox ON outbox.id = known.id
                 WHERE outbox.claim_token = %(token)s AND outbox.state = 'sending'
                   FOR NO KEY UPDATE OF outbox
               ),
               stored AS (
                UPDATE mail_center_outbox AS outbox
                   SET phase = 'done', sent_at = now() AT TIME ZONE 'utc',
                       state = CASE WHEN is_sent THEN 'sent' ELSE outbox.state END,
                       claim_token = CASE WHEN NOT is_sent THEN outbox.claim_token END,
                       error = CASE WHEN NOT is_sent THEN error END,
                       is_done_with = is_done_with AND NOT is_sent,
                       sent_is_proof = sent_is_proof AND NOT is_sent,
                       doubt_next = CASE WHEN NOT is_sent THEN doubt_next END,
                       doubt_checks = CASE WHEN is_sent THEN 0 ELSE doubt_checks END,
                       write_uid = %(uid)s, write_date = now() AT TIME ZONE 'utc'
                  FROM taken
                 WHERE outbox.id = taken.id
             RETURNING taken.*
               ),
               reached AS (
                UPDATE mail_center_outbox_recipient recipient
                   SET state = 'sent', code = stored.code, reply = stored.reply,
                       reason_code = 'accepted', date = now() AT TIME ZONE 'utc'
                  FROM stored, mail_center_outbox_recipient AS before
                 WHERE recipient.outbox_id = stored.id AND recipient.state = ANY(%(open)s)
                   AND before.id = recipient.id
             RETURNING recipient.id, stored.id AS outbox_id, before.state, stored.code, stored.reply
               ),
               history AS ({insert_events(
                    "SELECT outbox_id, id, state, 'sent', code, reply FROM reached UNION ALL "
                    "SELECT id, NULL::int, state, 'sent', NULL, NULL FROM stored WHERE is_sent"
               )}),
               shown AS (
                UPDATE mail_center_message AS message
                   SET state = 'sent', write_uid = %(uid)s, write_date = now() AT TIME ZONE 'utc'
                  FROM stored
                 WHERE message.id = stored.message_id AND is_sent
               )
        SELECT id, is_sent FROM stored ORDER BY id
    """

    # That the ends of *both* go out now, and that the server took the other *ids*.
    _MARK = """
        UPDATE mail_center_outbox
           SET phase = CASE WHEN id = ANY(%(both)s) THEN 'content' ELSE 'done' END
         WHERE id = ANY(%(ids)s) AND claim_token = %(token)s
           -- Found by their ids: the index of what is being sent grows with each mark.
           AND coalesce(state, '') = 'sending'
     RETURNING id
    """
    _MARK_TYPES = MappingProxyType({"both": "int[]", "ids": "int[]", "token": "text"})

    @api.model
    def _is_accepted(self, attempt):
        """Whether the server took the mail for everybody who was still to get it."""
        return attempt.phase == "done" and all(
            result.state == SENT and result.reply for result in attempt.results.values()
        )

    @api.model
    def _accepted_values(self, token, accepted):
        """Parameters of ``_STORE_ACCEPTED``; *accepted*: ``[(outbox id, attempt)]``."""
        replies = [next(iter(attempt.results.values())).reply for _id, attempt in accepted]
        return {
            "token": token,
            "ids": [row_id for row_id, _attempt in accepted],
            "codes": [f"{reply.code} {reply.enhanced}".strip() for reply in replies],
            "replies": [reply.text or None for reply in replies],
            "open": list(OPEN_STATES),
            "reached": [SENT, *OPEN_STATES],
            "uid": self.env.uid,
        }

    @api.model
    def _phase(self, row, token, accepted, phase):
        """Commit that the final dot is about to go out; see RFC 5321, 4.5.3.2.6.

        That of the mail after it may be told in the same statement; see ``Accepted``.
        """
        if phase != "content":
            return

        ahead, since = accepted.ahead
        accepted.ahead = None, 0.0
        if row.id == ahead and 0 <= time.time() - since < FRESH:
            return

        both = [row.id, accepted.following] if accepted.following else [row.id]
        # Noted first: of a statement that fails nobody knows whether it was stored.
        accepted.ahead = accepted.following, time.time()
        marked = accepted.run(
            {"both": both, "ids": [*both, *accepted.unmarked], "token": token}
        )
        if (row.id,) not in marked:
            raise ClaimLost(row.id)
        if (accepted.following,) not in marked:
            accepted.ahead = None, 0.0
        accepted.unmarked.clear()

    @api.model
    def _unmark(self, token, accepted):
        """What was marked ahead and never handed over waits as if it had not been, and commit."""
        ahead, _since = accepted.ahead
        accepted.ahead = None, 0.0
        if ahead:
            query = """
                UPDATE mail_center_outbox SET phase = 'claimed'
                 WHERE id = %(id)s AND claim_token = %(token)s AND state = 'sending'
                   AND phase = 'content'
             RETURNING id
            """
            params = {"id": ahead, "token": token}
            self._transaction(partial(self._rows, self.env.cr, query, params), sql_only=True)

    @api.model
    def _record_others(self, token, accepted, noted):
        """Mails taken over meanwhile, since this worker was slow: it knows what became of them."""
        others = [(row_id, attempt) for row_id, attempt in accepted if row_id not in noted]
        accepted.clear()
        for row_id, attempt in others:
            self._record(self.env["mail.center.outbox"].sudo().browse(row_id), token, attempt)

    @api.model
    def _settle(self, account, token, accepted):
        """Write down what is *accepted* and empty it, and commit."""
        if not accepted:
            return

        def settle():
            self.env.invalidate_all()
            self.env.cr.execute(
                self._STORE_ACCEPTED, self._accepted_values(token, accepted), log_exceptions=False
            )
            noted = dict(self.env.cr.fetchall())
            rows = self.env["mail.center.outbox"].sudo().browse(noted)
            sent = rows.filtered(lambda row: noted[row.id])
            self._tell_all_of(sent)
            self._sum_up_accepted(rows - sent)
            for _id, attempt in accepted[-1:]:
                self._record_account(account, attempt)
            return noted

        noted, _left = self._transaction(settle)
        self._record_others(token, accepted, noted)

    @api.model
    def _sum_up_accepted(self, rows):
        """The states of mails that a server took; most have reached everybody."""
        # Of those whose worker died no answer is kept.
        left = rows._open_recipients()
        if left:
            left.write({"state": SENT, "reason_code": "accepted", "date": self.env.cr.now()})
            left.outbox_id.sent_at = self.env.cr.now()
        unsent = rows.recipient_ids.filtered(lambda one: one.state != SENT).outbox_id
        sent = rows - unsent.filtered(lambda row: row._summary() != SENT)
        if sent:
            self._store_sent(sent)
            self._tell_all_of(sent)
        for row in rows - sent:
            self._sum_up(row)

    @api.model
    def _store_sent(self, rows):
        """What ``_set_state`` stores of mails that everybody got, for many at once."""
        self.env.flush_all()
        self.env.cr.execute(
            f"""
              WITH before AS (
                    SELECT id, state FROM mail_center_outbox WHERE id = ANY(%(ids)s)
                   ),
                   stored AS (
                    UPDATE mail_center_outbox AS outbox
                       SET state = 'sent', claim_token = NULL, error = NULL, is_done_with = FALSE,
                           sent_is_proof = FALSE, doubt_next = NULL, doubt_checks = 0,
                           write_uid = %(uid)s, write_date = now() AT TIME ZONE 'utc'
                      FROM before
                     WHERE outbox.id = before.id
                 RETURNING outbox.id, message_id, before.state
                   ),
                   history AS ({insert_events(
                        "SELECT id, NULL::int, state, 'sent', NULL, NULL FROM stored"
                   )})
            UPDATE mail_center_message AS message
               SET state = 'sent', write_uid = %(uid)s, write_date = now() AT TIME ZONE 'utc'
              FROM stored
             WHERE message.id = stored.message_id
            """,
            {"ids": rows.ids, "uid": self.env.uid},
            log_exceptions=False,
        )
        rows.invalidate_recordset()
        rows.message_id.invalidate_recordset(["state"])

    @api.model
    def _tell_all_of(self, sent):
        """What follows from it that mails were stored as *sent*."""
        if sent:
            sent._state_changed(SENT)
            sent._state_entered(SENT)
            self._tell_sent(sent)

    @api.model
    def _tell_sent(self, rows):
        label = dict(rows._fields["state"]._description_selection(self.env))[SENT]
        text = self.env._("%(state)s: mail no. %(number)s")
        self.env["mail.center.log"]._add_many(
            [
                {
                    "account": row.account_id,
                    "event": f"send_{SENT}",
                    "message": text % {"state": label, "number": row.id},
                    "mails": 1,
                    "correlation": f"outbox-{row.id}",
                }
                for row in rows
            ]
        )
        for account, mails in rows.grouped("account_id").items():
            account._notify_readers(mails.message_id)
