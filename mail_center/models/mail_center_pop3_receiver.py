import time
from dataclasses import replace
from functools import partial

from odoo import api, models

from ..core.imap import chunks
from ..core.intake import Intake, take_in
from ..core.net import MailServerError
from ..core.pop3 import MAX_MESSAGE, Session, head_digest
from .mail_center_claim import CLAIM_SECONDS
from .mail_center_receiver import WORTH_A_BAR, OutOfTime
from .mail_center_receiver_messages import CHUNK_BYTES, CHUNK_COUNT

# What is fetched is stored at least this often: POP3 brings one message at a time.
CHUNK_SECONDS = 20
# The slowest server that keeps its claim while a chunk is under way, in bytes a second.
SLOWEST = 32 * 1024


class MailCenterReceiver(models.AbstractModel):
    _inherit = "mail.center.receiver"

    @api.model
    def _receive_mailbox(self, account, token):
        if account.protocol != "pop3":
            return super()._receive_mailbox(account, token)
        endpoint = account._endpoint("pop3")
        self._commit()  # no transaction stays open while the network is in use
        with Session.open(endpoint) as session:
            account._remember_certificate("fetch_certificate_until", session)
            return self._receive_pop3(account, token, session)

    @api.model
    def _receive_pop3(self, account, token, session, until=None):
        """Fetch what is new in a POP3 mailbox; nothing is deleted there.

        ``until``: ``time.monotonic()`` at which to stop between two chunks, with OutOfTime.
        Returns how many messages were stored.
        """
        folder, _left = self._transaction(lambda: self._pop3_folder(account, token))
        if folder.policy == "off":
            return 0
        self._commit()
        listed = session.uidl()
        sizes = session.sizes()
        here = self.env["mail.center.pop3.message"]._here(account)
        self._commit()
        if gone := here - listed.keys():
            self._transaction(lambda: self._pop3_gone(account, token, gone))
        wanted = {number: uidl for uidl, number in listed.items() if uidl not in here}
        if until is None and len(wanted) >= WORTH_A_BAR:
            self._transaction(lambda: self._expect(account, token, len(wanted)))
        stored = 0
        for chunk in chunks(
            {number: sizes.get(number, 0) for number in wanted},
            CHUNK_BYTES, CHUNK_COUNT, newest_first=True,
        ):
            stored += self._receive_pop3_chunk(
                account, token, session, folder, {number: wanted[number] for number in chunk}, sizes
            )
            if until and time.monotonic() > until:
                raise OutOfTime
        self._transaction(lambda: self._pop3_checked(account, token, folder, len(listed)))
        return stored

    @api.model
    def _receive_pop3_chunk(self, account, token, session, folder, wanted, sizes):
        """Fetch and store the messages of *wanted* (number → unique id)."""
        size = sum(sizes.get(number, 0) for number in wanted)
        seconds = CLAIM_SECONDS + size // SLOWEST
        self._transaction(lambda: self._renew(account, token, seconds))
        stored = 0
        numbers = iter(wanted)
        error = None
        while not error:
            taken, error = self._take_in_pop3(session, numbers, wanted, sizes)
            if not taken:
                break
            count, left = self._transaction(
                partial(self._store_pop3, account, token, folder, taken)
            )
            stored += count
            if not left:
                raise OutOfTime
        if error:
            # What came before the interruption is stored: the next run goes on behind it.
            raise error
        return stored

    @api.model
    def _store_pop3(self, account, token, folder, taken):
        self._renew(account, token)
        rows = self.env["mail.center.pop3.message"]._of(account, list(taken))
        messages, _quarantined = self.env["mail.center.filing"]._file(
            folder, [replace(taken[uidl], uid=rows[uidl].id) for uidl in taken]
        )
        for uidl in taken:
            digest = head_digest(taken[uidl].raw) if taken[uidl].raw else False
            rows[uidl].write({"state": "here", "digest": digest})
        account._notify_readers(messages)
        self._progressed(account, len(taken))
        self._tell_stored(folder, len(messages))
        account._announce(messages)
        return len(messages)

    @api.model
    def _take_in_pop3(self, session, numbers, wanted, sizes):
        """Unique id → Intake, and the error that ended the connection if any.

        For some seconds, and until a chunk is in memory: the *sizes* are the server's word only.
        """
        taken, held = {}, 0
        end = time.monotonic() + CHUNK_SECONDS
        for number in numbers:
            uidl, size = wanted[number], sizes.get(number, 0)
            if size > MAX_MESSAGE:
                taken[uidl] = Intake(b"", error=self._pop3_too_large())
                continue
            try:
                taken[uidl] = take_in(session.fetch(number, size=size))
            except MailServerError as error:
                if error.kind == "limit":
                    # The server lied about the size: this one must not be tried for ever.
                    taken[uidl] = Intake(b"", error=self._pop3_too_large())
                elif error.kind == "refused":
                    text = self.env._("The server can't give this mail: %s", self._in_words(error))
                    taken[uidl] = Intake(b"", error=text)
                if not session.usable:
                    return taken, error
            held += len(taken[uidl].raw) if uidl in taken else 0
            if time.monotonic() > end or held >= CHUNK_BYTES:
                break
        return taken, None

    @api.model
    def _pop3_too_large(self):
        return self.env._(
            "The mail is larger than %s MB. It stays in the mailbox on the server.",
            MAX_MESSAGE // 1024**2,
        )

    @api.model
    def _pop3_folder(self, account, token):
        """The only folder that POP3 knows. After the switch to IMAP it is the INBOX."""
        self._renew(account, token)
        folders = self.env["mail.center.folder"].sudo()
        account.folder_ids._make_way({"INBOX"})
        return folders.search(
            [("account_id", "=", account.id), ("path", "=", "INBOX")]
        ) or folders.create({"account_id": account.id, "path": "INBOX", "special_use": "inbox"})

    @api.model
    def _pop3_gone(self, account, token, uidls):
        self._renew(account, token)
        self.env["mail.center.pop3.message"]._mark_gone(account, uidls)

    @api.model
    def _pop3_checked(self, account, token, folder, count):
        self._renew(account, token)
        folder.write(
            {
                "known_uids": len(self.env["mail.center.pop3.message"]._here(account)),
                "server_count": count,
                "last_check": self.env.cr.now(),
                "complete": True,
            }
        )
