import time
import uuid
from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError

from .. import worker
from ..core.gather import MORE_BYTES
from ..core.imap import Session, chunks
from ..core.mime import Unparsable, parse
from ..core.net import MailServerError
from ..core.pop3 import Session as Pop3Session
from ..core.pop3 import read_head, same_size
from .mail_center_claim import CLAIM_SECONDS
from .mail_center_receiver_messages import CHUNK_BYTES, CHUNK_COUNT

HEADERS_COUNT = 500
CLAIM_WAIT_SECONDS = 10
# In all well below the time after which Odoo ends a worker that answers a browser (120 s).
POP3_SECONDS = 25
IMAP_SECONDS = 40
GRACE_SECONDS = 15


class Unfinished(Exception):
    """The time for one go is used up; what was read is kept, the next go continues."""


class MailCenterPop3Switch(models.AbstractModel):
    """Compares what came by POP3 with the INBOX of the same mailbox, and changes over to it.

    While it is connected it holds the account's claim like any run of the fetching job, and no
    transaction is open. What it reads is kept in ``mail.center.switch.line``, chunk by chunk.
    """

    _name = "mail.center.pop3.switch"
    _description = "Switch from POP3 to IMAP"

    # ---- the claim ----------------------------------------------------------

    @api.model
    def _claim(self, account):
        """Take the account as a fetching worker does and commit; the claim's token."""
        receiver = self.env["mail.center.receiver"]
        token = uuid.uuid4().hex
        end = time.monotonic() + CLAIM_WAIT_SECONDS
        while True:
            self.env.flush_all()
            self.env.cr.execute(
                """
                UPDATE mail_center_account
                   SET claim_token = %(token)s, claim_worker = %(worker)s,
                       claim_until = now() AT TIME ZONE 'utc' + %(seconds)s * interval '1 second'
                 WHERE id = (SELECT id FROM mail_center_account
                              WHERE id = %(account)s AND protocol = 'pop3'
                                AND (claim_until IS NULL
                                     OR claim_until <= now() AT TIME ZONE 'utc'
                                     OR claim_worker = ANY(%(dead)s))
                                FOR NO KEY UPDATE SKIP LOCKED)
                """,
                {
                    "account": account.id,
                    "token": token,
                    "worker": worker.identity(),
                    "seconds": CLAIM_SECONDS,
                    "dead": receiver._dead_workers(),
                },
            )
            taken = self.env.cr.rowcount
            receiver._commit()
            self.env.invalidate_all()
            if account.protocol != "pop3":
                raise UserError(self.env._("This account was switched to IMAP already."))
            if taken:
                return token
            if time.monotonic() > end:
                raise UserError(
                    self.env._(
                        "Mail of this account is being fetched just now. Try again in a minute."
                    )
                )
            time.sleep(0.5)

    @api.model
    def _release(self, account, token, **vals):
        self.env["mail.center.receiver"]._finish(account, token, vals)

    # ---- both sides ---------------------------------------------------------

    @api.model
    def _dry_run(self, wizard):
        """Compare, change nothing. Returns ``(Result, messages not yet fetched by POP3)``.

        Raises MailServerError of protocol ``imap``, Unfinished. That POP3 doesn't answer does
        not end it: the second value is the error then.
        """
        account = wizard.account_id
        token = self._claim(account)
        try:
            waiting = self._pop3_waiting(account)
            self._read_inbox(wizard, token)
            self.env.invalidate_all()
            result = self._result(wizard)
        finally:
            self.env.cr.rollback()
            self._release(account, token)
        return result, waiting

    @api.model
    def _pop3_waiting(self, account):
        """How many messages POP3 lists that are not here, or the error as an exception."""
        here = self.env["mail.center.pop3.message"]._here(account)
        try:
            endpoint = account._endpoint("pop3")
            self.env["mail.center.receiver"]._commit()
            with Pop3Session.open(endpoint, deadline=time.monotonic() + POP3_SECONDS) as session:
                return len(session.uidl().keys() - here)
        except (MailServerError, ValueError, OSError) as error:
            return error

    @api.model
    def _switch(self, wizard, without_pop3=False):
        """Fetch the last mail by POP3, compare once more, and change over. Returns the Result.

        Raises MailServerError, Unfinished, OutOfTime (there is more POP3 mail than could be
        fetched in one go).
        """
        account = wizard.account_id
        receiver = self.env["mail.center.receiver"]
        token = self._claim(account)
        try:
            if not without_pop3:
                self._fetch_last(account, token)
            uidvalidity = self._read_inbox(wizard, token)
            result, _left = receiver._transaction(
                lambda: self._change_over(wizard, token, uidvalidity)
            )
        finally:
            self.env.cr.rollback()
            self._release(account, token, next_sync=False)
        return result

    @api.model
    def _fetch_last(self, account, token):
        receiver = self.env["mail.center.receiver"]
        endpoint = account._endpoint("pop3")
        receiver._commit()
        end = time.monotonic() + POP3_SECONDS
        with Pop3Session.open(endpoint, deadline=end + GRACE_SECONDS) as session:
            receiver._receive_pop3(account, token, session, until=end)

    # ---- reading the INBOX --------------------------------------------------

    @api.model
    def _read_inbox(self, wizard, token):
        """Bring the wizard's lines up to date with the server. Returns UIDVALIDITY."""
        receiver = self.env["mail.center.receiver"]
        account = wizard.account_id
        endpoint = account._endpoint("imap")
        receiver._commit()
        end = time.monotonic() + IMAP_SECONDS
        with Session.open(endpoint, deadline=end + GRACE_SECONDS) as session:
            status = session.select("INBOX", readonly=True)
            uids = session.uids(1, status.uidnext - 1)
            known, _left = receiver._transaction(
                lambda: self._begin_reading(wizard, token, status.uidvalidity, uids)
            )
            unknown = sorted(set(uids) - known, reverse=True)
            for start in range(0, len(unknown), HEADERS_COUNT):
                self._in_time(end)
                chunk = unknown[start : start + HEADERS_COUNT]
                sizes, headers = session.sizes(chunk), session.headers(chunk)
                vals = [
                    self._line_vals(wizard, uid, sizes[uid], headers[uid])
                    for uid in sizes.keys() & headers.keys()
                ]
                receiver._transaction(lambda vals=vals: self._keep(account, token, vals))
            self._read_bodies(wizard, token, session, end)
        return status.uidvalidity

    @api.model
    def _in_time(self, end):
        if time.monotonic() > end:
            raise Unfinished

    @api.model
    def _begin_reading(self, wizard, token, uidvalidity, uids):
        """Drop lines of messages that are gone. Returns the UIDs of which there is a line."""
        self.env["mail.center.receiver"]._renew(wizard.account_id, token)
        lines = wizard.line_ids
        stale = lines
        if wizard.uidvalidity == uidvalidity:
            present = set(uids)
            stale = lines.filtered(lambda line: line.uid not in present)
        stale.unlink()
        wizard.write({"uidvalidity": uidvalidity, "server_count": len(uids)})
        return set((lines - stale).mapped("uid"))

    @api.model
    def _line_vals(self, wizard, uid, size, header):
        head = read_head(header)
        return {
            "switch_id": wizard.id,
            "uid": uid,
            "size": size,
            "message_id": head.message_id or False,
            "digest": head.digest,
            "head": head.key or False,
        }

    @api.model
    def _keep(self, account, token, vals_list):
        self.env["mail.center.receiver"]._renew(account, token)
        self.env["mail.center.switch.line"].create(vals_list)

    @api.model
    def _read_bodies(self, wizard, token, session, end):
        """Fetch whole messages where the header leaves room for doubt."""
        receiver = self.env["mail.center.receiver"]
        doubtful, _left = receiver._transaction(lambda: self._recognise(wizard, token))
        for chunk in chunks(doubtful, CHUNK_BYTES, CHUNK_COUNT, newest_first=True):
            self._in_time(end)
            found = {}
            room = sum(doubtful[uid] for uid in chunk) + MORE_BYTES
            for raw in session.fetch(chunk, room=room):
                try:
                    found[raw.uid] = parse(raw.raw).content_hash
                except Unparsable:
                    found[raw.uid] = raw.raw
            receiver._transaction(
                lambda chunk=chunk, found=found: self._keep_contents(wizard, token, chunk, found)
            )

    @api.model
    def _recognise(self, wizard, token):
        """Note the content of what is known by its header. Returns UID → size of the rest."""
        self.env["mail.center.receiver"]._renew(wizard.account_id, token)
        here = self._here(wizard.account_id)
        twins = defaultdict(list)
        for mail in here:
            twins[mail.digest].append(mail)
        ids = {mail.message_id for mail in here} - {""}
        keys = {key for mail in here for key in mail.keys}
        broken = [line.size for line in self._quarantined(wizard.account_id)]
        doubtful = {}
        for line in wizard.line_ids.filtered(lambda line: not line.is_read):
            contents = {
                mail.content for mail in twins[line.digest] if same_size(mail.size, line.size)
            }
            if len(contents) == 1:
                line.content = contents.pop()
            elif (
                line.message_id in ids
                or line.head in keys
                or any(same_size(size, line.size) for size in broken)
            ):
                doubtful[line.uid] = line.size
        return doubtful

    @api.model
    def _keep_contents(self, wizard, token, uids, found):
        self.env["mail.center.receiver"]._renew(wizard.account_id, token)
        quarantined = self._quarantined(wizard.account_id)
        for line in wizard.line_ids.filtered(lambda line: line.uid in set(uids)):
            content = found.get(line.uid)
            if isinstance(content, bytes):
                twins = quarantined.filtered(
                    lambda one, raw=content: _same_bytes(one._source(), raw)
                ) - wizard.line_ids.quarantine_id
                line.quarantine_id = twins[:1]
            else:
                line.content = content
            line.is_read = True

    # ---- changing over ------------------------------------------------------

    @api.model
    def _change_over(self, wizard, token, uidvalidity):
        """Give mail its places in the INBOX and leave POP3, all in this transaction."""
        account = wizard.account_id
        receiver = self.env["mail.center.receiver"]
        folder = receiver._pop3_folder(account, token)
        result = self._result(wizard)
        self.env["mail.center.message.location"].create(
            [
                {"message_id": message, "folder_id": folder.id, "uid": uid}
                for message, uid in result.pairs
            ]
        )
        for line, uid in result.waiting:
            self.env["mail.center.quarantine"].browse(line).write(
                {"folder_id": folder.id, "uidvalidity": uidvalidity, "uid": uid}
            )
        uids = [uid for _record, uid in (*result.pairs, *result.waiting)]
        folder.write(
            {
                "uidvalidity": uidvalidity,
                "uidnext": 0,
                "highestmodseq": 0,
                "known_uids": len(uids),
                "last_uid": max(uids, default=0),
                # The first sync looks at everything and fetches what has no place yet.
                "complete": False,
            }
        )
        account._leave_pop3(self.env.cr.now())
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM mail_center_pop3_message WHERE account_id = %s", [account.id]
        )
        wizard.line_ids.unlink()
        self.env["mail.center.log"]._add(
            account,
            "pop3_ended",
            self.env._(
                "Switched from POP3 to IMAP: %(both)s mails are in both, %(here)s only here, "
                "%(there)s are still to be fetched.",
                both=len(result.pairs), here=result.only_here, there=result.only_there,
            ),
        )
        return result


def _same_bytes(one, other):
    """Whether two messages are equal but for line ends, and those at the end."""
    return _lines(one) == _lines(other)


def _lines(raw):
    return raw.replace(b"\r\n", b"\n").rstrip(b"\n")
