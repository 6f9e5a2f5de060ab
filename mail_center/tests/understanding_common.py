"""Raw mail taken in as it comes from a server, and mail that was sent, without a server."""

import itertools

from ..core.intake import take_in
from .mailbox_common import START, StoredMailCase

_number = itertools.count(1)


class UnderstandingCase(StoredMailCase):
    @classmethod
    def take(cls, raw, folder=None):
        """Take one mail in; returns its message, or an empty recordset for quarantine."""
        cls.uid += 1
        text = raw if isinstance(raw, bytes) else raw.replace("\n", "\r\n").encode()
        intake = take_in(text, uid=cls.uid)
        messages, _failed = cls.env["mail.center.filing"]._file(folder or cls.inbox, [intake])
        return messages

    @classmethod
    def letter(cls, subject="Hello", sender="eve@x.example", text="Good morning.", headers=""):
        """The source of a simple mail; *headers* is more of them, a line each."""
        return (
            f"From: {sender}\nTo: {cls.account.email}\nSubject: {subject}\n"
            f"Date: Mon, 4 May 2026 10:00:00 +0000\nMessage-ID: <{next(_number)}@x.example>\n"
            f"{headers}\n{text}\n"
        )

    @classmethod
    def sent(cls, *recipients, message_id="<sent@mc.example>", hidden=(), **vals):
        """A mail that was sent to these addresses."""
        message = cls.mail("Offer", direction="out", state="sent", message_id=message_id,
                           user_id=cls.owner.id, **vals)  # fmt: skip
        cls.env["mail.center.thread.reference"].create(
            {"account_id": cls.account.id, "thread_id": message.thread_id.id,
             "message_id": message_id}
        )
        cls.env["mail.center.outbox"].create(
            {
                "message_id": message.id, "account_id": cls.account.id,
                "user_id": cls.owner.id, "envelope_from": cls.account.email, "state": "sent",
                "recipient_ids": [
                    (0, 0, {"email": email, "state": "sent", "date": START,
                            "is_hidden": email in hidden})
                    for email in recipients
                ],
            }
        )
        return message

    def opened(self, message, user=None):
        """What the reading pane shows of a mail."""
        shown = self.mailbox(user).conversation(message.id)["messages"]
        return next(one for one in shown if one["id"] == message.id)
