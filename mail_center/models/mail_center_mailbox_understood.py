from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from ..core.mime.invitation import read_invitation
from ..moments import written

# Traits of a mail that are shown as such.
BADGES = frozenset(
    ("bounce", "delay", "delivered", "read", "invitation", "encrypted", "signed", "auto-reply",
     "blocked", "list")
)  # fmt: skip


class MailCenterMailbox(models.AbstractModel):
    """What kind of mail it is, said to its reader: badges, notices, invitations, what was told."""

    _inherit = "mail.center.mailbox"

    @api.model
    def _row_fields(self):
        return [*super()._row_fields(), "traits"]

    @api.model
    def _row(self, mail, states, links, together):
        # A list has no room for what is so of every other mail.
        badges = self._badges(mail, but=("list", "signed"))
        return {**super()._row(mail, states, links, together), "badges": badges}

    @api.model
    def _opened(self, mail, chips):
        return {
            **super()._opened(mail, chips),
            "badges": self._badges(mail),
            "can_manage": mail.account_id.can_manage,
            "invitation": self._invitation(mail),
            "reported": self._reported(mail),
        }

    @api.model
    def _badges(self, mail, but=()):
        """``[{"key", "text", "title", "level"}]``, what matters most first; none of *but*."""
        words = (mail.traits or "").split()
        if BADGES.difference(but).isdisjoint(words):
            return []
        _ = self.env._
        sealed = "S/MIME" if "smime" in words else "PGP"
        known = {
            "bounce": (_("Came back"), _("A server could not deliver a mail."), "danger"),
            "delay": (_("Delayed"), _("A server is still trying to deliver a mail."), "warning"),
            "delivered": (_("Delivered"), _("A server confirms a delivery."), "success"),
            "read": (_("Read receipt"), _("A mail program confirms that a mail was opened."),
                     "success"),
            "invitation": (_("Invitation"), _("A calendar sent it."), "info"),
            "encrypted": (_("Encrypted"), _("Encrypted with %s.", sealed), "secondary"),
            "signed": (_("Signed"), _("Signed with %s. The signature is not checked here.",
                                      sealed), "secondary"),
            "auto-reply": (_("Automatic reply"), _("A machine wrote it; none answers it."),
                           "secondary"),
            "blocked": (_("Blocked"), _("A rule of the account blocks it."), "secondary"),
            "list": (_("To many"), _("Sent to a list or in bulk."), "secondary"),
        }
        return [
            {"key": key, "text": text, "title": title, "level": level}
            for key, (text, title, level) in known.items()
            if key in words and key not in but
        ]

    @api.model
    def _notices(self, mail):
        notices = super()._notices(mail)
        words = (mail.traits or "").split()
        if "encrypted" in words:
            sealed = "S/MIME" if "smime" in words else "PGP"
            notices.append({"level": "info", "text": self.env._(
                "Encrypted with %s: only a mail program that holds your key can open it. "
                "Download the mail as .eml for it.", sealed)})
        if "signed" in words and "smime" in words and not (mail.body_text or "").strip():
            notices.append({"level": "info", "text": self.env._(
                "The words are inside the S/MIME signature. A mail program shows them: download "
                "the mail as .eml for it.")})
        if "winmail" in words:
            notices.append({"level": "info", "text": self.env._(
                "Outlook packed this mail into a winmail.dat, which was unpacked here.")})
        if "damaged" in words:
            notices.append({"level": "warning", "text": self.env._(
                "This mail seems to be cut off or damaged: parts may be missing. What could be "
                "read is shown; the original is kept as .eml.")})
        if {"bounce", "delay"} & set(words) and mail.direction == "in":
            notices += self._report_notices(mail)
        return notices

    @api.model
    def _report_notices(self, mail):
        """What became of the mail that a bounce is about, or that there is none."""
        ids = (mail.in_reply_to or "").split()
        sent = self.env["mail.center.message"].search(
            [("account_id", "=", mail.account_id.id), ("message_id", "in", ids),
             ("direction", "=", "out")], limit=1,
        ) if ids else self.env["mail.center.message"]
        if not sent:
            return [{"level": "warning", "text": self.env._(
                "It names no mail that was sent from here: it may be about another program's "
                "mail, or a forgery.")}]
        reason = sent.sudo().outbox_ids[:1].error
        if mail._has_trait("bounce") and reason:
            return [{"level": "warning", "text": reason}]
        return []

    # ---- what was told about a sent mail ------------------------------------

    @api.model
    def _reported(self, mail):
        """``[{"email", "kind", "text"}]`` of the recipients whose servers told something later."""
        if mail.direction != "out" or not mail.sudo().outbox_ids:
            return []
        # With the user's own rights: a hidden recipient is the writer's secret.
        recipients = self.env["mail.center.outbox.recipient"].search(
            [("outbox_id", "in", mail.sudo().outbox_ids.ids), ("reported", "!=", False)]
        )
        told = []
        for one in recipients:
            when = written(self.env, one.reported_date)
            texts = {
                "delayed": self.env._("Delayed on the way to %(to)s (told %(when)s)",
                                      to=one.email, when=when),
                "delivered": self.env._("Delivered to %(to)s, %(when)s", to=one.email, when=when),
                "read": self.env._("Opened by %(to)s, %(when)s", to=one.email, when=when),
            }
            told.append({"email": one.email, "kind": one.reported, "text": texts[one.reported]})
        return told

    # ---- invitations --------------------------------------------------------

    @api.model
    def _invitation(self, mail):
        """What the invitation in a mail says, ``False`` without one: see the keys below."""
        if not mail._has_trait("invitation"):
            return False
        files = mail.sudo().attachment_ids.filtered(lambda one: one.mimetype == "text/calendar")
        found = next((one for file in files if (one := read_invitation(file.raw or b""))), None)
        if not found:
            return False
        _ = self.env._
        titles = {
            "REQUEST": _("Invitation"), "CANCEL": _("Cancelled"), "REPLY": _("Answer"),
            "COUNTER": _("Another time is proposed"), "PUBLISH": _("Calendar event"),
        }
        answers = {
            "ACCEPTED": _("%s takes part", found.guest), "DECLINED": _("%s declines", found.guest),
            "TENTATIVE": _("%s may take part", found.guest),
        }
        return {
            "method": found.method,
            "title": titles.get(found.method, titles["PUBLISH"]),
            "summary": found.summary,
            "when": self._event_time(found),
            "where": found.where,
            "organizer": found.organizer,
            "guests": found.guests if found.method == "REQUEST" else 0,
            "answer": answers.get(found.answer, ""),
            "repeats": found.repeats,
        }

    @api.model
    def _event_time(self, event):
        start, end = event.start, event.end
        if start is None:
            return ""
        if not isinstance(start, datetime):
            last = end - timedelta(days=1) if end and not isinstance(end, datetime) else start
            return " – ".join(dict.fromkeys(
                format_date(self.env, day, date_format="full") for day in (start, max(start, last))
            ))
        zone = event.zone
        tz = self.env.user.tz or "UTC"
        if start.tzinfo is None:
            tz = "UTC"  # in a zone of its own: as it stands there
        first, last = (
            one.replace(tzinfo=None) if isinstance(one, datetime) else None for one in (start, end)
        )
        begin = format_datetime(self.env, first, tz=tz, dt_format="EEEE d MMMM y HH:mm")
        text = begin
        if last and last > first:
            long = fields.Datetime.context_timestamp(self.with_context(tz=tz), first).date() != (
                fields.Datetime.context_timestamp(self.with_context(tz=tz), last).date())
            pattern = "EEEE d MMMM y HH:mm" if long else "HH:mm"
            text += f" – {format_datetime(self.env, last, tz=tz, dt_format=pattern)}"
        return f"{text} ({zone})" if zone else text
