"""What people had in a database of the last release; runs in its Odoo's shell, where ``env`` is.

It uses no more than that release knew. ``tests/upgrade/test_upgrade.py`` looks for it again, by the
names below, when the database has been updated.
"""

import base64

RAW = b"From: kasia@old.example\r\nSubject: Old mail\r\nMessage-ID: <old@old.example>\r\n\r\nHello."


def fill(env):
    user = env["res.users"].with_context(no_reset_password=True).create({
        "name": "Olga Old", "login": "olga.old", "password": "olga.old",
        "email": "olga@old.example",
        "group_ids": [(6, 0, [env.ref("base.group_user").id,
                              env.ref("mail_center.group_user").id])],
    })
    profile = env["mail.center.profile"].create({
        "name": "Old team", "user_ids": [(6, 0, user.ids)],
    })
    account = env["mail.center.account"].create({
        "name": "Old mailbox", "email": "olga@old.example", "user_id": user.id,
        "imap_host": "imap.old.example", "imap_login": "olga", "imap_password": "old secret",
        "smtp_host": "smtp.old.example", "smtp_login": "olga", "use_for_integration": True,
        "active": True,
    })
    env["mail.center.account.permission"].create({
        "account_id": account.id, "profile_id": profile.id, "can_read": True, "can_send": True,
    })
    kind = env["mail.center.type"].create({
        "name": "Old type", "profile_ids": [(6, 0, profile.ids)],
    })
    env["mail.center.template"].create({
        "name": "Old template", "type_id": kind.id, "subject": "Hello {{ recipient.name }}",
        "body_html": "<p>Dear customer</p>", "is_default": True,
        "profile_ids": [(6, 0, profile.ids)],
    })
    folder = env["mail.center.folder"].create({"account_id": account.id, "path": "INBOX"})
    thread = env["mail.center.thread"].create({"account_id": account.id, "subject": "Old mail"})
    message = env["mail.center.message"].create({
        "account_id": account.id, "direction": "in", "subject": "Old mail", "type_id": kind.id,
        "email_from": "kasia@old.example", "from_display": "Kasia <kasia@old.example>",
        "message_id": "<old@old.example>",
        "thread_id": thread.id, "raw_source": base64.b64encode(RAW),
    })
    env["mail.center.message.location"].create({
        "message_id": message.id, "folder_id": folder.id, "uid": 7, "flags": "\\Seen",
    })
    partner = env["res.partner"].create({"name": "Kasia Old", "email": "kasia@old.example"})
    env["mail.center.link"].create({
        "message_id": message.id, "res_model": "res.partner", "res_id": partner.id,
    })
    env["mail.center.quarantine"].create({
        "account_id": account.id, "folder_id": folder.id, "uid": 8, "error": "Old error",
        "raw_source": base64.b64encode(b"broken"),
    })
    env["mail.center.draft"].with_user(user).create({
        "subject": "Old draft", "body_html": "<p>Half written</p>", "account_id": account.id,
    })
    account.with_user(user).integration_send(
        "kasia@old.example", "Old waiting mail", "<p>Waits.</p>", reference="old 1"
    )
    env["mail.center.log"]._add(account, "sync_failed", "Old sentence", level="error")
    env["ir.config_parameter"].set_param("mail_center.undo_seconds", "30")


if "env" in globals():  # given by Odoo's shell
    fill(globals()["env"])
    globals()["env"].cr.commit()
