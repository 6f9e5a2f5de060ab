"""What the benchmarks of sending and of writing ask of an Odoo process."""

from __future__ import annotations

import base64
import os
import time

from benchmarks.measure import measured

WORDS = "word " * 14 + "\n"


# ---- sending ---------------------------------------------------------------------------------


def smtp_account(env, host: str, port: int) -> None:
    env["mail.center.account"].create(
        {"name": "sender", "email": "anna@mc.example", "user_id": env.ref("base.user_admin").id,
         "smtp_host": host, "smtp_port": port, "smtp_security": "none", "sync_enabled": False}
    )  # fmt: skip


def queue_mails(env, count: int, size: int, turn: int) -> None:
    """Mails of this many bytes wait to be sent."""
    from odoo.addons.mail_center.core.mime import parse_addresses

    account = env["mail.center.account"].search([("email", "=", "anna@mc.example")])
    env["ir.config_parameter"].sudo().set_param("mail_center.undo_seconds", "0")
    writer = env["mail.center.writer"].with_user(env.ref("base.user_admin"))
    text = WORDS * (size // len(WORDS) // 2)  # once as text and once as HTML
    for number in range(count):
        writer._write_mail(
            account.with_env(writer.env), to=parse_addresses(f"p{number}@x.example"), cc=(),
            bcc=(), subject=f"Mail {turn}.{number}", html=f"<p>{text}</p>", attachments=None,
        )  # fmt: skip
        if number % 100 == 0:
            env.cr.commit()
    env.cr.commit()
    env.cr.execute("UPDATE mail_center_outbox SET send_after = NULL WHERE state = 'queued'")
    env.cr.execute("ANALYZE mail_center_outbox, mail_center_outbox_recipient")
    env.cr.commit()
    env.invalidate_all()


def send_queue(env) -> dict:
    env.cr.execute("SELECT count(*) FROM mail_center_outbox WHERE state = 'sent'")
    before = env.cr.fetchone()[0]
    result: dict = {}
    with measured(env, result):
        env["mail.center.sender"]._cron_send()
    env.cr.execute("SELECT count(*) FROM mail_center_outbox WHERE state = 'sent'")
    result["sent"] = env.cr.fetchone()[0] - before
    return result


def queue_odoo(env, count: int, size: int, host: str, port: int) -> None:
    """The same for Odoo's own queue."""
    servers = env["ir.mail_server"]
    if not servers.search_count([("smtp_host", "=", host)]):
        servers.create({"name": "sink", "smtp_host": host, "smtp_port": port,
                        "smtp_encryption": "none"})  # fmt: skip
    text = WORDS * (size // len(WORDS) // 2)
    env["mail.mail"].create(
        [{"subject": f"Mail {number}", "body_html": f"<p>{text}</p>", "state": "outgoing",
          "email_from": "anna@mc.example", "email_to": f"p{number}@x.example",
          "auto_delete": False} for number in range(count)]
    )  # fmt: skip
    env.cr.commit()


def send_odoo(env) -> dict:
    result: dict = {}
    with measured(env, result):
        env["mail.mail"].process_email_queue()
    left = env["mail.mail"].search_count([("state", "!=", "sent")])
    if left:
        raise RuntimeError(f"{left} mails of Odoo's queue were not sent")
    return result


# ---- writing ---------------------------------------------------------------------------------

BODY = "<p>Dear {name},</p><p>about <b>{title}</b>: thank you. {filler}</p>"


def compose_setup(env) -> None:
    """An opportunity, an account and a template of each kind."""
    user = env.ref("base.user_admin")
    partner = env["res.partner"].create({"name": "Kasia", "email": "kasia@x.example"})
    env["crm.lead"].create(
        {"name": "Bench", "partner_id": partner.id, "user_id": user.id, "type": "opportunity"}
    )
    env["mail.center.account"].create(
        {"name": "anna", "email": "anna@mc.example", "user_id": user.id,
         "smtp_host": "127.0.0.1", "smtp_security": "none", "sync_enabled": False}
    )  # fmt: skip
    env["mail.center.linkable"].search(
        [("model", "=", "crm.lead"), ("active", "=", False)]
    ).active = True
    filler = "Words and more words. " * 100
    env["mail.center.template"].create(
        {"name": "Bench", "subject": "About {{ document.name }}",
         "model_id": env["ir.model"]._get_id("crm.lead"),
         "body_html": BODY.format(name="{{ recipient.name }}", title="{{ document.name }}",
                                  filler=filler)}
    )  # fmt: skip
    env["mail.template"].create(
        {"name": "Bench", "model_id": env["ir.model"]._get_id("crm.lead"),
         "subject": "About {{ object.name }}", "email_to": "{{ object.partner_id.email }}",
         "body_html": BODY.format(name='<t t-out="object.partner_id.name"/>',
                                  title='<t t-out="object.name"/>', filler=filler)}
    )  # fmt: skip
    env.cr.commit()


# What the web client asks for when the full window of "Send message" is opened (recorded in
# Chromium): the whom-to was asked for when the record was, the form itself once for each page.
_ID, _NAMED = {"fields": {}}, {"fields": {"display_name": {}}}
COMPOSER_SPEC = dict.fromkeys(
    ("auto_delete", "auto_delete_keep_log", "composition_batch", "composition_comment_option",
     "composition_mode", "email_layout_xmlid", "force_send", "lang", "model", "model_is_thread",
     "notified_bcc_contains_share", "notify_author", "notify_author_mention",
     "notify_skip_followers", "partner_ids_all_have_email", "render_model", "res_domain",
     "res_ids", "scheduled_date", "subtype_is_log", "use_exclusion_list", "email_from", "subject",
     "reply_to", "can_edit_body", "body", "reply_to_force_new", "reply_to_mode"), {}
) | {
    "author_id": _ID, "mail_server_id": _ID, "parent_id": _ID, "record_alias_domain_id": _ID,
    "record_company_id": _ID, "res_domain_user_id": _ID, "subtype_id": _ID,
    "partner_ids": {"fields": {"display_name": {}, "email": {}, "name": {}},
                    "context": {"form_view_ref": "base.view_partner_simple_form"}},
    "attachment_ids": {"fields": {"name": {}, "mimetype": {}}}, "template_id": _NAMED,
}  # fmt: skip
COMPOSER_BODY = (
    '<div class="o-paragraph"><br></div><div class="o-signature-container">'
    '<div data-o-mail-quote="1"><br>-- <br><div>Anna Nowak</div></div></div>'
)


def _as_admin(env):
    """As the web client asks."""
    user = env.ref("base.user_admin")
    return env(user=user.id, su=False, context={
        "lang": "en_US", "tz": "UTC", "uid": user.id, "allowed_company_ids": user.company_ids.ids,
    })  # fmt: skip


def _files(env, model: str, res_id: int):
    return env["ir.attachment"].create(
        [{"name": f"file{number}.pdf", "res_model": model, "res_id": res_id,
          "mimetype": "application/pdf",
          "datas": base64.b64encode(os.urandom(30_000))} for number in range(3)]
    )  # fmt: skip


def _forget(env) -> None:
    """As a request begins: with nothing in memory."""
    env.flush_all()
    env.invalidate_all()
    env.cr.cache.clear()


def compose_ours(env) -> dict:
    env = _as_admin(env)
    lead = env["crm.lead"].search([("name", "=", "Bench")], limit=1)
    template = env["mail.center.template"].search([("name", "=", "Bench")], limit=1)
    _forget(env)
    times = {}
    begin = time.perf_counter()
    window = env["mail.center.draft"].open_new({"res_model": "crm.lead", "res_id": lead.id})
    env.flush_all()
    times["open"] = time.perf_counter() - begin
    draft = env["mail.center.draft"].browse(window["id"])
    _forget(env)  # each step is a request of its own
    begin = time.perf_counter()
    answer = draft.insert_template(template.id)
    env.flush_all()
    times["template"] = time.perf_counter() - begin
    files = _files(env, draft._name, draft.id)
    from odoo.addons.mail_center.core.mime import parse_addresses

    begin = time.perf_counter()
    built = env["mail.center.writer"]._built(
        draft.account_id, to=parse_addresses("Kasia <kasia@x.example>"), cc=(), bcc=(),
        subject=draft.subject, html=answer["html"], attachments=files, record=lead, parent=None,
    )  # fmt: skip
    times["build"] = time.perf_counter() - begin
    if len(built.raw) < 90_000:
        raise RuntimeError("the files are not in the mail")
    env.cr.rollback()
    return times


def compose_odoos(env) -> dict:
    env = _as_admin(env)
    lead = env["crm.lead"].search([("name", "=", "Bench")], limit=1)
    template = env["mail.template"].search([("name", "=", "Bench")], limit=1)
    _forget(env)
    recipients = lead._message_get_suggested_recipients(reply_discussion=True, no_create=True)
    _forget(env)
    times = {}
    Composer = env["mail.compose.message"].with_context(
        default_attachment_ids=[], default_body=COMPOSER_BODY, default_email_add_signature=False,
        default_model="crm.lead", default_res_ids=lead.ids, clicked_on_full_composer=True,
        default_partner_ids=[one["partner_id"] for one in recipients if one["partner_id"]],
        default_subtype_xmlid="mail.mt_comment",
    )  # fmt: skip
    begin = time.perf_counter()
    values = Composer.onchange({}, [], COMPOSER_SPEC)["value"]
    for owner in (env.uid, False):  # the templates that are offered, each a request of its own
        _forget(env)
        env["mail.template"].search_read(
            [("model", "=", "crm.lead"), ("user_id", "=", owner)], ["display_name"], limit=80
        )
    times["open"] = time.perf_counter() - begin
    composer = Composer.create({"subject": values.get("subject"), "body": values.get("body")})
    _forget(env)
    begin = time.perf_counter()
    composer.template_id = template
    env.flush_all()
    times["template"] = time.perf_counter() - begin
    files = _files(env, "mail.compose.message", composer.id)
    mail = env["mail.mail"].sudo().create(
        {"subject": composer.subject, "body_html": composer.body, "email_from": "anna@mc.example",
         "email_to": "kasia@x.example", "attachment_ids": [(6, 0, files.ids)]}
    )  # fmt: skip
    begin = time.perf_counter()
    values = mail._prepare_outgoing_list()[0]
    server = env["ir.mail_server"]
    build = getattr(server, "_build_email__", None) or server.build_email
    message = build(
        email_from="anna@mc.example", email_to=values["email_to"], subject=values["subject"],
        body=values["body"], body_alternative=values["body_alternative"],
        attachments=[(file.name, file.raw, file.mimetype) for file in files], subtype="html",
        subtype_alternative="plain",
    )  # fmt: skip
    size = len(message.as_bytes())
    times["build"] = time.perf_counter() - begin
    if size < 90_000:
        raise RuntimeError("the files are not in Odoo's mail")
    env.cr.rollback()
    return times
