"""A mailbox in the database, without a server."""

from datetime import datetime, timedelta

from odoo.tests import TransactionCase, new_test_user

START = datetime(2026, 5, 4, 8, 0)


class StoredMailCase(TransactionCase):
    """An account of ``owner`` with an inbox and a folder; ``mail()`` stores one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,base.group_partner_manager,mail_center.group_user"
        cls.owner, cls.reader, cls.sender, cls.stranger = (
            new_test_user(cls.env, login=f"mc_{name}", groups=groups)
            for name in ("owner", "reader", "sender", "stranger")
        )
        cls.account = cls.env["mail.center.account"].create(
            {
                "name": "Office",
                "email": "office@mc.example",
                "user_id": cls.owner.id,
                "permission_ids": [
                    (0, 0, {"user_id": cls.reader.id, "can_read": True}),
                    (0, 0, {"user_id": cls.sender.id, "can_read": False, "can_send": True}),
                ],
            }
        )
        cls.inbox, cls.folder = cls.env["mail.center.folder"].create(
            [
                {"account_id": cls.account.id, "path": path, "delimiter": "/",
                 "special_use": use, "policy": "read"}
                for path, use in (("INBOX", "inbox"), ("Offers", False))
            ]
        )
        cls.uid = 0
        cls.env["mail.center.linkable"].search(
            [("model", "=", "res.partner"), ("active", "=", False)]
        ).active = True

    @classmethod
    def mail(cls, subject, minutes=0, folder=None, thread=None, **vals):
        """Store a received mail, so many minutes after START."""
        thread = thread or cls.env["mail.center.thread"].create(
            {"account_id": cls.account.id, "subject": subject}
        )
        mail = cls.env["mail.center.message"].create(
            {
                "account_id": cls.account.id,
                "direction": "in",
                "subject": subject,
                "date": START + timedelta(minutes=minutes),
                "thread_id": thread.id,
                **vals,
            }
        )
        cls.uid += 1
        cls.env["mail.center.message.location"].create(
            {"message_id": mail.id, "folder_id": (folder or cls.inbox).id, "uid": cls.uid}
        )
        thread._refresh()
        return mail

    def mailbox(self, user=None):
        return self.env["mail.center.mailbox"].with_user(user or self.owner)

    def ids(self, place, user=None, **options):
        return [row["id"] for row in self.mailbox(user).page(place, **options)["rows"]]

    def here(self):
        return {"folder": self.inbox.id}
