from odoo import api, models

from ..core.smtp import SENT
from .mail_center_claim import ClaimLost
from .mail_center_outbox_recipient import OPEN_STATES


class MailCenterSender(models.AbstractModel):
    """The usual case, fast: a server that takes one mail after the other, for all recipients.

    One short transaction a mail: that the end of its content goes out now, together with what the
    server said of the mail before. The rest (states, history, log, notices) is summed up for
    many mails at once; until then *phase* is ``done``, and whoever finds such a mail after a
    crash sums it up without the server.
    """

    _inherit = "mail.center.sender"

    _NOTE_ACCEPTED = """
          WITH known (id, code, reply) AS (
                SELECT * FROM unnest(%(ids)s::int[], %(codes)s::text[], %(replies)s::text[])
               ),
               taken AS (
                UPDATE mail_center_outbox outbox
                   SET phase = 'done'
                  FROM known
                 WHERE outbox.id = known.id AND claim_token = %(token)s AND state = 'sending'
             RETURNING known.*
               ),
               reached AS (
                UPDATE mail_center_outbox_recipient recipient
                   SET state = 'sent', code = taken.code, reply = taken.reply,
                       reason_code = 'accepted', date = now() AT TIME ZONE 'utc'
                  FROM taken, mail_center_outbox_recipient AS before
                 WHERE recipient.outbox_id = taken.id AND recipient.state = ANY(%(open)s)
                   AND before.id = recipient.id
             RETURNING recipient.id, taken.id AS outbox_id, before.state, taken.code, taken.reply
               ),
               history AS (
                INSERT INTO mail_center_outbox_event
                       (outbox_id, recipient_id, date, state_before, state, code, reply,
                        create_uid, create_date, write_uid, write_date)
                SELECT outbox_id, id, now() AT TIME ZONE 'utc', state, 'sent', code, reply,
                       %(uid)s, now() AT TIME ZONE 'utc', %(uid)s, now() AT TIME ZONE 'utc'
                  FROM reached
              ORDER BY id
               )
    """

    @api.model
    def _is_accepted(self, attempt):
        """Whether the server took the mail for everybody who was still to get it."""
        return attempt.phase == "done" and all(
            result.state == SENT and result.reply for result in attempt.results.values()
        )

    @api.model
    def _accepted_values(self, token, accepted):
        """Parameters of ``_NOTE_ACCEPTED``; *accepted*: ``[(outbox id, attempt)]``."""
        replies = [next(iter(attempt.results.values())).reply for _id, attempt in accepted]
        return {
            "token": token,
            "ids": [row_id for row_id, _attempt in accepted],
            "codes": [f"{reply.code} {reply.enhanced}".strip() for reply in replies],
            "replies": [reply.text or None for reply in replies],
            "open": list(OPEN_STATES),
            "uid": self.env.uid,
        }

    @api.model
    def _phase(self, row, token, accepted, phase):
        """Commit that the final dot is about to go out; see RFC 5321, 4.5.3.2.6.

        *accepted* is noted with it and emptied.
        """
        if phase != "content":
            return

        def note():
            self.env.cr.execute(
                f"""
                {self._NOTE_ACCEPTED},
                content AS (
                    UPDATE mail_center_outbox
                       SET phase = 'content', sent_at = now() AT TIME ZONE 'utc'
                     WHERE id = %(id)s AND claim_token = %(token)s AND state = 'sending'
                 RETURNING id
                )
                SELECT (SELECT count(*) FROM content), ARRAY(SELECT id FROM taken)
                """,
                {**self._accepted_values(token, accepted), "id": row.id},
                log_exceptions=False,
            )
            is_ours, noted = self.env.cr.fetchone()
            if not is_ours:
                raise ClaimLost(row.id)
            return noted

        noted, _left = self._transaction(note, sql_only=True)
        self._record_others(token, accepted, noted)

    @api.model
    def _record_others(self, token, accepted, noted):
        """Mails taken over meanwhile, since this worker was slow: it knows what became of them."""
        others = [(row_id, attempt) for row_id, attempt in accepted if row_id not in noted]
        accepted.clear()
        for row_id, attempt in others:
            self._record(self.env["mail.center.outbox"].sudo().browse(row_id), token, attempt)

    @api.model
    def _settle(self, account, token, accepted):
        """Note what is *accepted* and empty it, sum up all such mails of a batch, and commit."""
        def settle():
            self.env.invalidate_all()
            self.env.cr.execute(
                f"{self._NOTE_ACCEPTED} SELECT ARRAY(SELECT id FROM taken)",
                self._accepted_values(token, accepted),
                log_exceptions=False,
            )
            noted = self.env.cr.fetchone()[0]
            rows = self.env["mail.center.outbox"].sudo().search(
                [("claim_token", "=", token), ("state", "=", "sending"), ("phase", "=", "done")],
                order="id",
            )
            self._sum_up_accepted(rows)
            for _id, attempt in accepted[-1:]:
                self._record_account(account, attempt)
            return noted

        noted, _left = self._transaction(settle)
        self._record_others(token, accepted, noted)

    @api.model
    def _sum_up_accepted(self, rows):
        """The states of mails whose recipients are known; most have reached everybody."""
        rows.message_id.fetch(["is_odoos", "state", "account_id"])
        sent = rows.filtered(lambda row: row._summary() == SENT)
        if sent:
            sent._set_state(SENT, claim_token=False, error=False)
            self._tell_sent(sent)
        for row in rows - sent:
            self._sum_up(row)

    @api.model
    def _tell_sent(self, rows):
        label = dict(rows._fields["state"]._description_selection(self.env))[SENT]
        self.env["mail.center.log"]._add_many(
            [
                {
                    "account": row.account_id,
                    "event": f"send_{SENT}",
                    "message": self.env._(
                        "%(state)s: mail no. %(number)s", state=label, number=row.id
                    ),
                    "mails": 1,
                    "correlation": f"outbox-{row.id}",
                }
                for row in rows
            ]
        )
        for account, mails in rows.grouped("account_id").items():
            account._notify_readers(mails.message_id)
