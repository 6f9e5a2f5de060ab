import hashlib
import hmac

from odoo import api, fields, models
from odoo.exceptions import AccessError

BATCH = 200
# A mail on its way is not ours to empty: what is left of it would be sent.
UNDER_WAY = ("queued", "sending", "deferred", "uncertain")
# What makes a mail recognised again stays: else it would be fetched anew from the server.
EMPTIED = (
    "email_from", "from_display", "to_display", "cc_display", "reply_to_display",
    "partner_id", "body_html", "body_text", "snippet", "file_names", "file_text", "in_reply_to",
    "references", "files_unread", "is_partial", "left_files", "download_wanted", "download_error",
)


class MailCenterErasure(models.Model):
    """The proof that mail was erased: when, by whom, how much, and what it was by its digest.

    The address is there only as a keyed digest: who asks again whether *this* address was erased
    gets an answer, who reads the proof learns no address.
    """

    _name = "mail.center.erasure"
    _description = "Proof of erased email"
    _order = "id desc"
    _rec_name = "create_date"

    create_date = fields.Datetime(string="Erased on", readonly=True, index=True)
    user_id = fields.Many2one("res.users", string="Erased by", readonly=True)
    reason = fields.Selection(
        [("request", "Request of the person"), ("retention", "Retention period")],
        required=True, readonly=True,
    )
    account_id = fields.Many2one(
        "mail.center.account", readonly=True, ondelete="set null", index="btree_not_null"
    )
    address_digest = fields.Char(readonly=True, index="btree_not_null")
    message_count = fields.Integer(string="Emails", readonly=True)
    file_count = fields.Integer(string="Files", readonly=True)
    other_count = fields.Integer(
        string="Other records", readonly=True,
        help="Lines of the log, quarantined mail, unsent mail, recipients.",
    )
    content_digest = fields.Char(
        readonly=True, help="SHA-256 over the digests of the erased sources, in their order."
    )

    @api.model
    def _digest_of(self, address):
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        key = f"mail_center erasure {secret}".encode()
        return hmac.new(key, address.strip().casefold().encode(), hashlib.sha256).hexdigest()

    @api.model
    def _erase(self, messages, reason, **proof):
        """Empty *messages* (those that are not on their way) and keep the proof of it.

        The rows stay: the server's copies are recognised by them and not fetched again.
        """
        messages = messages.sudo().filtered(lambda one: one.state not in UNDER_WAY)
        sources, files = self._empty(messages)
        return self.sudo().create(
            {
                "user_id": self.env.uid if reason == "request" else False,
                "reason": reason,
                "message_count": len(messages),
                "file_count": files,
                "content_digest": hashlib.sha256(" ".join(sources).encode()).hexdigest(),
                **proof,
            }
        )

    @api.model
    def _empty(self, messages):
        """Returns the digests of the sources and how many files went."""
        attachments = self.env["ir.attachment"].sudo().search(
            [("res_model", "=", messages._name), ("res_id", "in", messages.ids),
             ("res_field", "in", [False, "raw_source"])],
            order="id",
        )
        sources = attachments.filtered("res_field").mapped(lambda file: file.checksum or "")
        files = len(attachments.filtered(lambda file: not file.res_field))
        attachments.unlink()
        messages.outbox_ids.recipient_ids.write({"email": "erased", "reply": False})
        messages.outbox_ids.event_ids.write({"reply": False})
        messages.outbox_ids.write({"error": False})
        # What waits for an automation tells of the mail, and would still leave.
        self.env["mail.center.trigger.call"].sudo().search(
            [("message_id", "in", messages.ids)]
        ).unlink()
        messages.link_ids.unlink()
        self._forget_readers_marks(messages)
        for account, own in messages.grouped("account_id").items():
            lang = account.user_id.lang
            own.subject = self.with_context(lang=lang).env._("(erased)")
        messages.write(
            {
                **dict.fromkeys(EMPTIED, False),
                "is_read": True,
                "attachment_count": 0,
                "remote_count": 0,
                "size": 0,
                "erased_date": self.env.cr.now().replace(microsecond=0),
            }
        )
        messages.thread_id._refresh()
        return sources, files

    @api.model
    def _forget_readers_marks(self, messages):
        """What people noted of these mails and their senders."""
        self.env["mail.center.note"].sudo().search(
            [("thread_id", "in", messages.thread_id.ids)]
        ).unlink()
        self.env["mail.center.trusted.sender"].sudo().search(
            [("email", "in", [email for email in messages.mapped("email_from") if email])]
        ).unlink()

    # ---- retention ----------------------------------------------------------

    @api.model
    def _overdue(self):
        """``[(account id, [ids of mail whose time is over])]``, a batch of each account."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT message.account_id, array_agg(message.id)
              FROM (SELECT message.id, message.account_id,
                           row_number() OVER (PARTITION BY message.account_id
                                                  ORDER BY message.date, message.id) AS place
                      FROM mail_center_message message
                      JOIN mail_center_account account ON account.id = message.account_id
                 LEFT JOIN mail_center_type type ON type.id = message.type_id
                     WHERE message.erased_date IS NULL
                       AND message.state NOT IN %s
                       -- The type knows better than the account.
                       AND COALESCE(NULLIF(type.retention_days, 0),
                                    NULLIF(account.retention_days, 0)) IS NOT NULL
                       AND message.date < now() AT TIME ZONE 'utc' - interval '1 day'
                           * COALESCE(NULLIF(type.retention_days, 0), account.retention_days)
                   ) AS message
             WHERE place <= %s
          GROUP BY message.account_id
            """,
            [UNDER_WAY, BATCH],
        )
        return self.env.cr.fetchall()

    @api.model
    def _cron_retention(self):
        """Empty what has been kept for its time, batch by batch."""
        while overdue := self._overdue():
            for account_id, ids in overdue:
                messages = self.env["mail.center.message"].sudo().browse(ids)
                self._erase(messages, "retention", account_id=account_id)
                done, left = len(ids), sum(len(more) for _account, more in overdue) - len(ids)
                if not self.env["ir.cron"]._commit_progress(done, remaining=left):
                    return

    @api.model
    def _require_officer(self):
        if not self.env.user.has_group("mail_center.group_privacy"):
            raise AccessError(
                self.env._("Only a privacy officer may export or erase the data of a person.")
            )
