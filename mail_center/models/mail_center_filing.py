import logging

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import split_every

from ..by_server import by_server
from ..core.intake import SUBJECT_MAX
from ..core.mime.traits import traits
from ..durable import is_disk_trouble

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
        passed = self._passed_over(folder, intakes)
        good = [intake for intake in intakes if intake.mail and intake not in passed]
        failed = [(intake, intake.error) for intake in intakes if not intake.mail]
        found = self._find_stored(folder, good)
        fresh, again = [], []
        seen = {}
        for intake in good:
            key = self._identity(intake)
            if intake.uid in found:
                again.append((intake, found[intake.uid]))
            elif key in seen:
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
        nothing = self.env["mail.center.message"]
        locations += [(intake, nothing) for intake in passed]
        self._create_locations(folder, locations)
        self._quarantine(folder, failed)
        pairs = [(by_uid[i.uid], i.mail) for i in fresh if i.uid in by_uid]
        self._stored(folder.account_id, messages, pairs)
        folder.write(
            {
                "known_uids": folder.known_uids + len(intakes),
                "last_uid": max([folder.last_uid, *(intake.uid for intake in intakes)]),
            }
        )
        self._arrived(messages)
        return messages, len(failed)

    @api.model
    def _stored(self, account, messages, pairs):
        """What follows once new *messages* lie in their places; *pairs*: ``(message, Mail)``."""
        self.env["mail.center.unread"].sudo()._arrive(account, messages)
        self._understand_all(account, pairs)
        self.env["mail.activity"]._mail_center_answered(messages)

    @api.model
    def _arrived(self, messages):
        """*messages* are new here: stored, linked, and what rules do with them is done."""

    # ---- what is here already -----------------------------------------------

    @api.model
    def _passed_over(self, folder, intakes):
        """Those of *intakes* that are noted as seen, and stored nowhere."""
        return []

    @api.model
    def _identity(self, intake):
        """Two mails of an account with this in common are one mail in two places."""
        mail = intake.mail
        return (mail.message_id, mail.content_hash)

    @api.model
    def _find_stored(self, folder, intakes):
        """UID → message, for what this account has already: moved, copied, sent from here."""
        if not intakes:
            return {}
        ids = {intake.mail.message_id for intake in intakes if intake.mail.message_id}
        nameless = {intake.mail.content_hash for intake in intakes if not intake.mail.message_id}
        candidates = (
            self.env["mail.center.message"]
            .sudo()
            .search_fetch(
                Domain("account_id", "=", folder.account_id.id)
                & (
                    Domain("message_id", "in", list(ids))
                    | Domain("message_id", "=", False)
                    & Domain("content_hash", "in", list(nameless))
                ),
                ["message_id", "content_hash", "direction"],
            )
        )
        by_hash = {
            (message.message_id or "", message.content_hash): message for message in candidates
        }
        ours = {}
        if folder.special_use == "sent":
            # Some servers change what they file as sent. The Message-ID is of our making, so
            # there it is proof enough; elsewhere a stranger may have copied it.
            ours = {message.message_id: message for message in candidates if message.outbox_ids}
        found = {}
        for intake in intakes:
            message = by_hash.get(self._identity(intake)) or ours.get(intake.mail.message_id)
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
            # Of the account; given here, so that no second statement has to write it.
            "company_id": account.company_id.id,
            "direction": "out" if outgoing else "in",
            "state": self._state_of(folder, outgoing),
            "kind": mail.kind,
            "message_id": mail.message_id or False,
            "in_reply_to": " ".join(mail.in_reply_to or self._reported(mail)) or False,
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
            "search_vector": intake.words or False,
            "remote_count": intake.remote,
            "size": mail.size,
            "is_automatic": mail.automatic.is_auto_reply or mail.automatic.is_bulk,
            "traits": " ".join(traits(mail)) or False,
            "is_read": outgoing or "\\Seen" in intake.flags,
            "is_starred": "\\Flagged" in intake.flags,
            "type_id": (account.outgoing_type_id if outgoing else account.incoming_type_id).id,
            "attachment_count": sum(not file.inline for file in mail.attachments),
            "file_names": "\n".join(
                file.filename for file in mail.attachments if not file.inline
            ) or False,
            "files_unread": any(not file.inline for file in mail.attachments),
            **self.env["mail.center.message"]._safety_vals(account, intake),
        }

    @api.model
    def _state_of(self, folder, outgoing):
        if folder.special_use == "drafts":
            return "draft"
        return "sent" if outgoing else "received"

    @api.model
    def _reported(self, mail):
        """A report belongs to the conversation of the mail it is about, whatever it references."""
        return [mail.report.original_message_id] if mail.report else []

    @api.model
    def _understand_all(self, account, pairs):
        """:meth:`_understand`; a mail with which that fails is stored all the same."""
        if not pairs:
            return
        try:
            with self.env.cr.savepoint():
                self._understand(account, pairs)
        except Exception as error:
            self._reraise_concurrency(error)
            if len(pairs) > 1:
                for half in split_every(-(-len(pairs) // 2), pairs, list):
                    self._understand_all(account, half)
                return
            ((message, _mail),) = pairs
            thread = message.thread_id
            message.thread_id = False
            thread.filtered(lambda one: not one.message_ids).unlink()
            _logger.exception("What mail %s means for others was not worked out", message.id)
            self.env["mail.center.log"]._add(
                account,
                "stored_alone",
                self.env._(
                    "A mail was stored, but not put into its conversation: “%s”.",
                    message.display_name,
                ),
                level="warning",
                detail=f"{type(error).__name__}: {error}"[:2000],
            )

    @api.model
    def _understand(self, account, pairs):
        """What new mail means for what is here already; *pairs*: ``[(message, ParsedMail)]``."""
        messages = self.env["mail.center.message"].sudo().concat(*[one for one, _mail in pairs])
        self.env["mail.center.outbox"]._read_reports(account, pairs)
        self.env["mail.center.mailing"]._read_requests(account, messages)
        self.env["mail.center.linking"]._place(account, messages)
        self.env["mail.center.rule.run"]._run(account, messages)

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
                self._plan_threads(folder.account_id, vals_list)
                messages = self._insert(intakes, vals_list, partners)
            return messages, dict(zip([i.uid for i in intakes], messages, strict=True)), []
        except Exception as error:
            self._reraise_concurrency(error)
            if is_disk_trouble(error):
                raise
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
    def _plan_threads(self, account, vals_list):
        """Conversations are known before the mails are written, so that these are written once.

        What fails here is tried again when they are stored, see :meth:`_understand_all`.
        """
        try:
            with self.env.cr.savepoint():
                self.env["mail.center.linking"]._thread_new(account, vals_list)
        except Exception as error:
            self._reraise_concurrency(error)
            for vals in vals_list:
                vals.pop("thread_id", None)

    @api.model
    def _insert(self, intakes, vals_list, partners):
        for intake, vals in zip(intakes, vals_list, strict=True):
            vals["partner_id"] = self._correspondent(intake.mail, vals, partners)
        messages = self.env["mail.center.message"].sudo().create(vals_list)
        attachments = self._attachments()
        pairs = list(zip(intakes, messages, strict=True))
        attachments._store_sources([(message, intake.raw) for intake, message in pairs])
        attachments.create(
            [vals for intake, message in pairs for vals in self._file_vals(intake, message)]
        )
        attachments._sync_files()
        return messages

    @api.model
    def _file_vals(self, intake, message):
        return [
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

    @api.model
    def _attachments(self):
        """Where files are stored as they came: pictures unshrunk, HTML as plain text."""
        return by_server(
            self.env["ir.attachment"]
            .sudo()
            .with_context(
                image_no_postprocess=True,
                attachments_mime_plainxml=True,
                mail_center_index_later=True,
                mail_center_new_files=True,
            )
        )

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
        # One statement for a chunk: through the ORM it takes five times as long.
        self.env.cr.execute_values(
            """
            INSERT INTO mail_center_message_location
                   (message_id, folder_id, uid, flags, date, is_unread,
                    create_uid, write_uid, create_date, write_date)
            VALUES %s
            """,
            [
                (message.id or None, folder.id, intake.uid,
                 " ".join(sorted(intake.flags)) or None, message.date or None,
                 message.direction == "in" and not message.is_read)
                for intake, message in pairs
            ],
            template=f"(%s, %s, %s, %s, %s::timestamp, %s, {self.env.uid}, {self.env.uid},"
            " now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc')",
            page_size=500,
        )  # fmt: skip
        folder.invalidate_recordset(["location_ids"])
        for _intake, message in pairs:
            message.invalidate_recordset(["location_ids"])
