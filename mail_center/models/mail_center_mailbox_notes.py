from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.alphabet import alphabetical

WRITING_MINUTES = 2


class MailCenterMailbox(models.AbstractModel):
    """Internal notes, who is writing, and what comes back later."""

    _inherit = "mail.center.mailbox"

    @api.model
    def _team_view(self, thread):
        """What the team knows of a conversation, for its reading pane."""
        if not thread or not thread.has_access("read"):
            return {"notes": [], "writing": [], "snoozed": False}
        snooze = self.env["mail.center.snooze"].search(
            [("user_id", "=", self.env.uid), ("thread_id", "=", thread.id),
             ("until", ">", fields.Datetime.now())], limit=1,
        )
        return {
            "notes": self.env["mail.center.note"]._of(thread),
            "writing": self._writing(thread),
            "snoozed": fields.Datetime.to_string(snooze.until) if snooze else False,
        }

    # ---- notes --------------------------------------------------------------

    @api.model
    def add_note(self, message_id, body):
        """Write an internal note on the conversation of a mail."""
        messages = self._messages([message_id])
        thread = messages.sudo().thread_id.sudo(False)
        if not thread:
            raise UserError(self.env._("This mail has no conversation yet."))
        self.env["mail.center.note"]._add(thread, body)
        handler = thread.sudo().user_id
        if handler in self._people(messages.account_id) - self.env.user:
            handler._bus_send(
                "mail_center/noted",
                {"by": self.env.user.name, "subject": thread.subject or "",
                 "message_id": messages.id},
            )
        self._tell(messages)

    @api.model
    def remove_note(self, note_id):
        """Take one's own note away."""
        note = self.env["mail.center.note"].browse(int(note_id))
        note.check_access("unlink")
        messages = note.sudo().thread_id.message_ids[:1]
        note.unlink()
        self._tell(messages)

    # ---- who is writing -----------------------------------------------------

    @api.model
    def _writing(self, thread):
        """The names of colleagues who have been writing an answer in the last minutes."""
        since = fields.Datetime.now() - timedelta(minutes=WRITING_MINUTES)
        drafts = self.env["mail.center.draft"].sudo().search(
            [("parent_id.thread_id", "=", thread.id), ("state", "=", "draft"),
             ("is_open", "=", True), ("is_touched", "=", True), ("write_date", ">", since),
             ("user_id", "!=", self.env.uid)]
        )
        return sorted({draft.user_id.name for draft in drafts}, key=alphabetical)

    # ---- later --------------------------------------------------------------

    @api.model
    def snooze(self, message_ids, until):
        """Take the conversations of mails out of one's inbox until a time (UTC), and be reminded.

        A mail that comes meanwhile brings its conversation back.
        """
        messages = self._messages(message_ids)
        when = fields.Datetime.to_datetime(until)
        if not when or when <= fields.Datetime.now():
            raise UserError(self.env._("Choose a time that is still to come."))
        Snoozes = self.env["mail.center.snooze"].sudo()
        threads = messages.sudo().thread_id
        self._unsnooze(threads)
        Snoozes.create(
            [
                {"user_id": self.env.uid, "thread_id": thread.id, "until": when}
                for thread in threads
            ]
        )
        for thread in threads:
            self._remind(messages.filtered(lambda m, t=thread: m.thread_id == t)[:1], when)
        self._tell_oneself(messages)

    @api.model
    def unsnooze(self, message_ids):
        """Bring conversations back at once."""
        messages = self._messages(message_ids)
        self._unsnooze(messages.sudo().thread_id)
        self._tell_oneself(messages)

    @api.model
    def remind(self, message_ids, until):
        """Make an activity of each mail, due on the day of *until*; nothing is hidden."""
        when = fields.Datetime.to_datetime(until)
        if not when:
            raise UserError(self.env._("Choose a time that is still to come."))
        for message in self._messages(message_ids):
            self._remind(message, when)

    @api.model
    def _unsnooze(self, threads):
        self.env["mail.center.snooze"].sudo().search(
            [("user_id", "=", self.env.uid), ("thread_id", "in", threads.ids)]
        ).unlink()

    @api.model
    def _remind(self, message, when):
        """An activity of the user's: on a record the mail is linked to, else on its own.

        It is done by itself when the other side, or we, have answered the last word.
        """
        day = fields.Datetime.context_timestamp(self, when).date()
        title = self.env._("Email: %s", message.subject or self.env._("(no subject)"))
        thread = message.sudo().thread_id
        last = message.sudo().search(
            [("thread_id", "=", thread.id), ("state", "!=", "draft")], limit=1
        ) if thread else message
        waits_for = "out" if last.direction == "in" else "in"
        hint = (
            self.env._("This is done by itself as soon as the mail is answered.")
            if waits_for == "out"
            else self.env._("This is done by itself as soon as the answer comes.")
        )
        link = Markup('<p><a href="/odoo/mailbox/{}">{}</a></p><p>{}</p>').format(
            message.id, self.env._("Open the email"), hint
        )
        vals = {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": title,
            "note": link,
            "date_deadline": day,
            "user_id": self.env.uid,
        }
        record = self._activity_record(message)
        if record is not None:
            vals.update(
                res_model_id=self.env["ir.model"].sudo()._get(record._name).id, res_id=record.id
            )
        reminder = self.env["mail.activity"].create(vals)
        reminder.sudo().write(
            {"mail_center_thread_id": thread.id, "mail_center_waits_for": waits_for}
        )

    @api.model
    def _activity_record(self, message):
        for link in message.link_ids:
            record = link._record()
            if record is None or "activity_ids" not in record._fields:
                continue
            try:
                record.check_access("write")
            except AccessError:
                continue
            return record
        return None

    @api.model
    def _tell_oneself(self, messages):
        self.env.user._bus_send(
            "mail_center/changed", {"account_id": messages[:1].account_id.id, "records": []}
        )
