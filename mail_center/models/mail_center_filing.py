import logging

from odoo import api, models
from odoo.tools import split_every

from ..core.intake import SUBJECT_MAX, take_in
from ..core.mime import LinkToken, read_token
from ..core.threads import New, assign, mentioned

_logger = logging.getLogger(__name__)


class MailCenterFiling(models.AbstractModel):
    """Puts mail that was taken in (:class:`core.intake.Intake`) into the database.

    Runs inside the caller's transaction and never commits, so that the folder's watermark
    moves together with what it stands for.
    """

    _name = "mail.center.filing"
    _description = "Email filing"

    @api.model
    def _file(self, folder, intakes):
        """Store a chunk of one folder.

        Returns ``(messages, quarantined)``: the new messages as a recordset and how many mails
        went to quarantine. A mail that is stored already only gets its new location.
        """
        known = folder._known_uids(min(i.uid for i in intakes), max(i.uid for i in intakes))
        intakes = [intake for intake in intakes if intake.uid not in known]
        good = [intake for intake in intakes if intake.mail]
        failed = [(intake, intake.error) for intake in intakes if not intake.mail]
        found = self._find_stored(folder, good)
        fresh, again = [], []
        seen = {}
        for intake in good:
            key = self._identity(intake)
            if intake.uid in found:
                again.append((intake, found[intake.uid]))
            elif key and key in seen:
                again.append((intake, seen[key]))
            else:
                seen[key] = intake
                fresh.append(intake)
        messages, by_uid, refused = self._create_messages(folder, fresh)
        failed += refused
        locations = [(intake, by_uid[intake.uid]) for intake in fresh if intake.uid in by_uid]
        for intake, target in again:
            message = by_uid.get(target.uid) if hasattr(target, "uid") else target
            if message:
                locations.append((intake, message))
            else:
                failed.append((intake, self.env._("Its twin in the same folder failed too.")))
        self._create_locations(folder, locations)
        self._quarantine(folder, failed)
        self._thread(folder.account_id, messages)
        self._link(messages)
        folder.write(
            {
                "known_uids": folder.known_uids + len(intakes),
                "last_uid": max([folder.last_uid, *(intake.uid for intake in intakes)]),
            }
        )
        return messages, len(failed)

    # ---- what is here already -----------------------------------------------

    @api.model
    def _identity(self, intake):
        """Two mails of an account with this in common are one mail in two places."""
        mail = intake.mail
        return (mail.message_id, mail.content_hash) if mail.message_id else None

    @api.model
    def _find_stored(self, folder, intakes):
        """UID → message, for what this account has already: moved, copied, sent from here."""
        ids = {intake.mail.message_id for intake in intakes if intake.mail.message_id}
        if not ids:
            return {}
        candidates = (
            self.env["mail.center.message"]
            .sudo()
            .search_fetch(
                [("account_id", "=", folder.account_id.id), ("message_id", "in", list(ids))],
                ["message_id", "content_hash", "direction"],
            )
        )
        by_hash = {(message.message_id, message.content_hash): message for message in candidates}
        # Some servers change what they file as sent. The Message-ID is of our making, so in
        # the folder of sent mail it is proof enough; elsewhere a stranger may have copied it.
        ours = {
            message.message_id: message for message in candidates if message.direction == "out"
        }
        found = {}
        for intake in intakes:
            message = by_hash.get(self._identity(intake))
            if not message and folder.special_use == "sent":
                message = ours.get(intake.mail.message_id)
            if message:
                found[intake.uid] = message
        return found

    # ---- messages -----------------------------------------------------------

    @api.model
    def _message_vals(self, folder, intake, account=None):
        mail, account = intake.mail, account or folder.account_id
        sender = mail.from_[0] if mail.from_ else mail.sender
        outgoing = not folder or self._is_outgoing(folder, mail, sender)
        date = intake.date
        return {
            "account_id": account.id,
            "direction": "out" if outgoing else "in",
            "state": "sent" if outgoing else "received",
            "kind": mail.kind,
            "message_id": mail.message_id or False,
            "in_reply_to": " ".join(mail.in_reply_to) or False,
            "references": " ".join(mail.references) or False,
            "content_hash": mail.content_hash,
            "subject": mail.subject[:SUBJECT_MAX] or False,
            "email_from": sender.email if sender else False,
            "from_display": str(sender) if sender else False,
            "to_display": ", ".join(map(str, mail.to)) or False,
            "cc_display": ", ".join(map(str, mail.cc)) or False,
            "reply_to_display": ", ".join(map(str, mail.reply_to)) or False,
            "date": date.replace(tzinfo=None) if date else self.env.cr.now(),
            "received_date": (
                intake.internal_date.replace(tzinfo=None) if intake.internal_date else False
            ),
            "body_html": intake.html,
            "body_text": intake.text,
            "snippet": intake.snippet,
            "remote_count": intake.remote,
            "size": mail.size,
            "is_automatic": mail.automatic.is_auto_reply or mail.automatic.is_bulk,
            "is_read": outgoing or "\\Seen" in intake.flags,
            "is_starred": "\\Flagged" in intake.flags,
            "type_id": (account.outgoing_type_id if outgoing else account.incoming_type_id).id,
            "attachment_count": sum(not file.inline for file in mail.attachments),
        }

    @api.model
    def _is_outgoing(self, folder, mail, sender):
        """Did the account's owner write this? From alone proves nothing: anyone can write it."""
        if folder.special_use in ("sent", "drafts"):
            return True
        if folder.special_use in ("inbox", "junk"):
            return False
        # Filed by hand into another folder: a copy of one's own mail was never transported.
        ours = bool(sender) and sender.key == folder.account_id.email.casefold()
        return ours and not any(name.lower() == "received" for name, _value in mail.headers)

    @api.model
    def _create_messages(self, folder, intakes):
        """Returns ``(messages, {uid: message}, [(intake, error)])``."""
        empty = self.env["mail.center.message"].sudo()
        if not intakes:
            return empty, {}, []
        partners = self._partners(folder.account_id, intakes)
        try:
            with self.env.cr.savepoint():
                vals_list = [self._message_vals(folder, intake) for intake in intakes]
                messages = self._insert(intakes, vals_list, partners)
            return messages, dict(zip([i.uid for i in intakes], messages, strict=True)), []
        except Exception as error:
            self._reraise_concurrency(error)
            if len(intakes) == 1:
                _logger.warning("Mail %s of folder %s refused", intakes[0].uid, folder.id)
                return empty, {}, [(intakes[0], f"{type(error).__name__}: {error}"[:2000])]
        # One of them is poisonous: find it by halves, keep the rest.
        messages, by_uid, refused = empty, {}, []
        for half in split_every(-(-len(intakes) // 2), intakes, list):
            done, uids, errors = self._create_messages(folder, half)
            messages |= done
            by_uid.update(uids)
            refused += errors
        return messages, by_uid, refused

    @api.model
    def _reraise_concurrency(self, error):
        """A conflict with another transaction is nobody's fault: the whole chunk is redone."""
        if getattr(error, "pgcode", None) in ("40001", "40P01", "55P03"):
            raise error

    @api.model
    def _insert(self, intakes, vals_list, partners):
        for intake, vals in zip(intakes, vals_list, strict=True):
            vals["partner_id"] = self._correspondent(intake.mail, vals, partners)
        messages = self.env["mail.center.message"].sudo().create(vals_list)
        files = []
        for intake, message in zip(intakes, messages, strict=True):
            files.append(
                {
                    "name": "message.eml",
                    "res_model": message._name,
                    "res_id": message.id,
                    "res_field": "raw_source",
                    "mimetype": "message/rfc822",
                    "raw": intake.raw,
                }
            )
            files += [
                {
                    "name": file.filename,
                    "description": file.content_id,
                    "res_model": message._name,
                    "res_id": message.id,
                    "mimetype": file.content_type,
                    "raw": file.content,
                }
                for file in intake.mail.attachments
            ]
        self.env["ir.attachment"].sudo().create(files)
        return messages

    @api.model
    def _partners(self, account, intakes):
        """Address (lower case) → partner, for everyone in these mails but our own people."""
        emails = {
            address.key
            for intake in intakes
            for address in (*intake.mail.from_, *intake.mail.to)
        }
        emails.discard(account.email.casefold())
        domain = [("email_normalized", "in", list(emails))]
        if account.company_id:
            domain.append(("company_id", "in", [False, account.company_id.id]))
        partners = self.env["res.partner"].sudo().search(domain, order="id desc")
        return {
            partner.email_normalized: partner
            for partner in partners
            if not any(not user.share for user in partner.user_ids)
        }

    @api.model
    def _correspondent(self, mail, vals, partners):
        addresses = mail.to if vals["direction"] == "out" else mail.from_
        for address in addresses:
            if address.key in partners:
                return partners[address.key].id
        return False

    @api.model
    def _create_locations(self, folder, pairs):
        self.env["mail.center.message.location"].sudo().create(
            [
                {
                    "message_id": message.id,
                    "folder_id": folder.id,
                    "uid": intake.uid,
                    "flags": " ".join(sorted(intake.flags)) or False,
                }
                for intake, message in pairs
            ]
        )

    # ---- quarantine ---------------------------------------------------------

    @api.model
    def _quarantine(self, folder, failed):
        for intake, error in failed:
            line = (
                self.env["mail.center.quarantine"]
                .sudo()
                .create(
                    {
                        "account_id": folder.account_id.id,
                        "folder_id": folder.id,
                        "uidvalidity": folder.uidvalidity,
                        "uid": intake.uid,
                        "error": error.replace("\x00", ""),
                        "size": len(intake.raw),
                    }
                )
            )
            self.env["ir.attachment"].sudo().create(
                {
                    "name": "message.eml",
                    "res_model": line._name,
                    "res_id": line.id,
                    "res_field": "raw_source",
                    "mimetype": "message/rfc822",
                    "raw": intake.raw,
                }
            )
            self.env["mail.center.log"]._add(
                folder.account_id,
                "quarantined",
                self.env._(
                    "A mail in “%(folder)s” could not be understood and is kept in quarantine.",
                    folder=folder.path,
                ),
                level="warning",
                detail=f"UID {intake.uid}: {error}".replace("\x00", ""),
            )

    @api.model
    def _retry(self, line):
        """Take a quarantined mail in again."""
        attachment = line.env["ir.attachment"].search(
            [
                ("res_model", "=", line._name),
                ("res_id", "=", line.id),
                ("res_field", "=", "raw_source"),
            ]
        )
        intake = take_in(attachment.raw or b"", uid=line.uid)
        error = intake.error
        if intake.mail:
            folder = line.folder_id
            messages, by_uid, refused = self._create_messages(folder, [intake])
            if by_uid:
                if folder.uidvalidity == line.uidvalidity:
                    self._create_locations(folder, [(intake, by_uid[intake.uid])])
                self._thread(line.account_id, messages)
                self._link(messages)
                line.write({"state": "solved", "message_id": messages.id})
                return
            error = refused[0][1]
        line.error = error.replace("\x00", "")

    # ---- conversations ------------------------------------------------------

    @api.model
    def _thread(self, account, messages):
        """Give new messages their conversation; see :mod:`core.threads`."""
        if not messages:
            return
        mails = [
            (
                message.id,
                mentioned(
                    message.message_id or "",
                    (message.in_reply_to or "").split(),
                    (message.references or "").split(),
                ),
            )
            for message in messages
        ]
        References = self.env["mail.center.thread.reference"].sudo()
        Threads = self.env["mail.center.thread"].sudo()
        known = {
            reference.message_id: reference.thread_id.id
            for reference in References.search_fetch(
                [
                    ("account_id", "=", account.id),
                    ("message_id", "in", list({i for _key, ids in mails for i in ids})),
                ],
                ["message_id", "thread_id"],
            )
        }
        plan = assign(mails, known)
        news = list(dict.fromkeys(t for t in plan.thread.values() if isinstance(t, New)))
        created = Threads.create([{"account_id": account.id} for _new in news])
        number = {new: thread.id for new, thread in zip(news, created, strict=True)}
        Messages = self.env["mail.center.message"].sudo()
        for old, target in plan.merge.items():
            Messages.search([("thread_id", "=", old)]).thread_id = target
            References.search([("thread_id", "=", old)]).thread_id = target
            Threads.browse(old).unlink()
        for message in messages:
            thread = plan.thread[message.id]
            message.thread_id = number.get(thread, thread)
        References.create(
            [
                {
                    "account_id": account.id,
                    "message_id": message_id,
                    "thread_id": number.get(thread, thread),
                }
                for message_id, thread in plan.references.items()
            ]
        )
        messages.thread_id._refresh()

    # ---- links --------------------------------------------------------------

    @api.model
    def _link(self, messages):
        """Link new messages to records: by token, by conversation, by address."""
        if not messages:
            return
        linkable = self.env["mail.center.linkable"]._models()
        key = self._token_key()
        wanted = {}
        for message in messages:
            ids = [*(message.references or "").split(), *(message.in_reply_to or "").split()]
            token = read_token(key, reversed(ids))
            if token and token.model in linkable:
                wanted.setdefault((message.id, token.model, token.res_id), "token")
        self.env["mail.center.link"].flush_model()
        messages.flush_recordset()
        if threads := messages.thread_id.ids:
            self.env.cr.execute(
                """
                SELECT DISTINCT message.thread_id, link.res_model, link.res_id
                  FROM mail_center_link link
                  JOIN mail_center_message message ON message.id = link.message_id
                 WHERE message.thread_id IN %s AND link.reason <> 'address'
                """,
                [tuple(threads)],
            )
            linked = {}
            for thread, res_model, res_id in self.env.cr.fetchall():
                linked.setdefault(thread, []).append((res_model, res_id))
            for message in messages:
                for res_model, res_id in linked.get(message.thread_id.id, ()):
                    if res_model in linkable:
                        wanted.setdefault((message.id, res_model, res_id), "reply")
        if "res.partner" in linkable:
            for message in messages.filtered("partner_id"):
                wanted.setdefault((message.id, "res.partner", message.partner_id.id), "address")
        Links = self.env["mail.center.link"].sudo()
        existing = {
            (link.message_id.id, link.res_model, link.res_id)
            for link in Links.search_fetch(
                [("message_id", "in", messages.ids)], ["message_id", "res_model", "res_id"]
            )
        }
        alive = self._alive({(model, res_id) for _message, model, res_id in wanted})
        Links.create(
            [
                {"message_id": message, "res_model": model, "res_id": res_id, "reason": reason}
                for (message, model, res_id), reason in wanted.items()
                if (message, model, res_id) not in existing and (model, res_id) in alive
            ]
        )

    @api.model
    def _alive(self, targets):
        alive = set()
        for model in {model for model, _res_id in targets}:
            if model in self.env:
                ids = [res_id for name, res_id in targets if name == model]
                alive |= {(model, i) for i in self.env[model].sudo().browse(ids).exists().ids}
        return alive

    @api.model
    def _token_key(self):
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return f"mail_center link token {secret}".encode()

    @api.model
    def _token(self, res_model, res_id, account):
        return LinkToken(res_model, res_id, account.id)
