import time
from array import array
from contextlib import closing, nullcontext
from functools import partial
from itertools import count as count_from

from odoo import api, models
from odoo.tools import split_every

from ..core.ahead import ahead
from ..core.beside import Beside
from ..core.gather import gather
from ..core.imap import FolderState, chunks, compare, plan, resync_from, settled
from ..core.intake import Intake
from .mail_center_receiver import OutOfTime

CHUNK_BYTES = 8 * 1024 * 1024
CHUNK_COUNT = 200
# Of chunks that are under way at once: with one that is larger no other is fetched ahead.
AHEAD_BYTES = 3 * CHUNK_BYTES
WORTH_A_PROCESS = 200  # mails; to start one takes as long as to understand some fifty
# Of an account whose last run was never heard of again: a mail may have brought it down.
CAREFUL_COUNT = 20
# Seconds of a scheduled job that must be left for a chunk to be fetched before it is wanted.
WORTH_AHEAD = 2
COUNTED_ANEW = 100  # mails that came into a folder at once
SIZED_AT_ONCE = 5000  # mails
MESSAGE_BYTES_MAX = 150 * 1024 * 1024


class MailCenterReceiver(models.AbstractModel):
    """The messages of one folder: what is new, what changed, what left."""

    _inherit = "mail.center.receiver"

    @api.model
    def _receive_folder(self, account, token, session, folder):
        """Bring one folder up to date. Returns how many messages were stored."""
        state, path = folder._state(), folder.path
        self._commit()
        status, told = session.resync(path, resync_from(state))
        steps = plan(state, status, told)
        if steps.idle and not steps.must_compare(state.known_uids):
            return 0
        if steps.action == "reset":
            self._transaction(lambda: self._reset(account, token, folder, steps))
        stored = 0
        if steps.action != "nothing":
            stored = self._fetch_new(account, token, session, folder, status, steps)
        if steps.flags == "told":
            self._transaction(lambda: self._apply_told(account, token, folder, told))
        elif steps.flags != "none":
            changed = session.flags(changed_since=steps.changed_since)
            self._transaction(lambda: self._apply_flags(account, token, folder, changed))
        if steps.must_compare(folder.known_uids):
            self._commit()
            on_server = session.uids(1, status.uidnext - 1)
            missing, gone = compare(folder._known_uids(), on_server, status.uidnext - 1)
            self._commit()
            stored += self._fetch(account, token, session, folder, status, missing)
            self._transaction(lambda: self._forget(account, token, folder, gone))
        self._transaction(lambda: self._advance(account, token, folder, status, complete=True))
        if stored >= COUNTED_ANEW:
            self._transaction(self._count_anew)
        return stored

    @api.model
    def _count_anew(self):
        """Let PostgreSQL look at what has come: until it has, it takes these tables for empty, and
        a page of the mailbox took half a minute after an import of 400 mails."""
        self.env.cr.execute("ANALYZE mail_center_message, mail_center_message_location")

    @api.model
    def _fetch_new(self, account, token, session, folder, status, steps):
        unknown = self._unknown(session, folder, steps)
        self._commit()
        return self._fetch(account, token, session, folder, status, unknown)

    @api.model
    def _unknown(self, session, folder, steps):
        """The UIDs that are not here, ascending, in an array: they are held until all of them are
        fetched, and a list of a million takes 36 MB."""
        uids = session.uids(steps.low, steps.high)
        known = folder._known_uids(steps.low, steps.high)
        return array("I", (uid for uid in uids if uid not in known))

    @api.model
    def _fetch(self, account, token, session, folder, status, uids):
        """Fetch and store *uids*, which ascend, from the newest on; how many were stored."""
        if not uids:
            return 0
        careful = self._is_careful(account)
        self._transaction(lambda: self._advance(account, token, folder, status, complete=False))
        if session.far:
            session.compress()
        stored = 0
        with self._beside(len(uids), careful) as beside:
            # What is held of each mail before it is fetched must not grow with the folder.
            for some in split_every(SIZED_AT_ONCE, reversed(uids), list):
                stored += self._fetch_some(account, token, session, folder, some, beside, careful)
        return stored

    @api.model
    def _fetch_some(self, account, token, session, folder, uids, beside, careful):
        """Fetch and store *uids* of the open folder, the newest first; how many were stored."""
        stored = 0
        sizes = dict.fromkeys(uids, 0) | session.sizes(uids)
        whole = account.whole_megabytes * 1024**2 or MESSAGE_BYTES_MAX
        work = partial(gather, session, sizes=sizes, largest=MESSAGE_BYTES_MAX, whole=whole)
        end = time.monotonic() + self._commit()
        in_memory = {}  # chunk, by the identity of what came of it → bytes

        def weight(chunk):
            return sum(sizes[uid] for uid in chunk if sizes[uid] <= whole)

        def early(chunk):
            held = sum(list(in_memory.values()))
            return time.monotonic() + WORTH_AHEAD < end and held + weight(chunk) <= AHEAD_BYTES

        def fetched(chunk):
            batch = work(chunk=chunk, beside=beside)
            in_memory[id(batch)] = max(weight(chunk), batch.held)
            return batch

        def meanwhile():
            self._transaction(lambda: self._renew(account, token))

        count = CAREFUL_COUNT if careful else CHUNK_COUNT

        def gathered():
            """The batches of all, then of the mails that the server had announced too small: by
            what they have, and when that is not true either one by one, and then no more."""
            rest = sizes
            for most, last in ((count, False), (count, False), (1, True)):
                # While a chunk is stored, the next one is understood and the one after that is
                # fetched.
                parts = chunks(rest, CHUNK_BYTES, most, newest_first=True)
                rest = {}
                with closing(ahead(fetched, parts, early=early, meanwhile=meanwhile)) as found:
                    for batch in found:
                        (batch.too_large if last else rest).update(batch.larger)
                        yield batch
                if not rest:
                    return
                sizes.update(rest)

        with closing(gathered()) as batches:
            for batch in batches:
                intakes = list(self._taken(batch, meanwhile))
                if intakes:  # else all of them were expunged meanwhile
                    done, left = self._store_chunk(account, token, folder, intakes)
                    stored += done
                    if not left or batch.untried:
                        raise OutOfTime
                del intakes, in_memory[id(batch)]
        return stored

    @api.model
    def _beside(self, count, careful=False):
        """Where *count* mails are understood: few here, many in a process beside this one, and so
        all when one of them may have brought down who tried before (*careful*)."""
        return Beside() if careful or count >= WORTH_A_PROCESS else nullcontext()

    @api.model
    def _store_chunk(self, account, token, folder, intakes):
        tries = count_from()
        return self._transaction(
            lambda: self._store(account, token, folder, intakes, again=next(tries) > 0)
        )

    @api.model
    def _store(self, account, token, folder, intakes, again=False):
        """Store a chunk, in a transaction that renews the claim.

        At the end, so that a person who pauses the import, or changes anything else of the
        account, does not wait for as long as this takes: the chunk is done *again* then, and
        that time it is she who waits.
        """
        if again:
            self._renew(account, token)
        else:
            self._require_claim(account, token)
        messages, _quarantined = self.env["mail.center.filing"]._file(folder, intakes)
        # With those that were here already and now lie in this folder too.
        uids = [intake.uid for intake in intakes]
        account._notify_readers(messages | self._places(folder, uids).message_id)
        account._announce(messages)
        self._renew(account, token)
        return len(messages)

    @api.model
    def _places(self, folder, uids):
        return self.env["mail.center.message.location"].sudo().search_fetch(
            [("folder_id", "=", folder.id), ("uid", "in", list(uids))],
            ["uid", "flags", "message_id"],
        )

    @api.model
    def _taken(self, batch, meanwhile):
        """The intakes of a :class:`core.gather.Gathered`; what can't be had says so in one."""
        for uid, size in batch.too_large.items():
            error = self.env._(
                "The mail is %s MB large. It stays in the mailbox on the server.", size // 1024**2
            )
            yield Intake(b"", uid=uid, error=error)
        yield from batch.intakes(meanwhile)
        for uid, error in batch.refused.items():
            text = self.env._("The server can't give this mail: %s", self._in_words(error))
            yield Intake(b"", uid=uid, error=text)

    @api.model
    def _advance(self, account, token, folder, status, complete):
        self._renew(account, token)
        after = FolderState.after(status, folder.known_uids, folder.last_uid, complete)
        folder.write(
            {
                "uidvalidity": after.uidvalidity,
                "uidnext": after.uidnext,
                "highestmodseq": after.highestmodseq or 0,
                "complete": after.complete,
                "server_count": status.exists,
                "last_check": self.env.cr.now(),
            }
        )

    @api.model
    def _reset(self, account, token, folder, steps):
        """The stored UIDs mean nothing any more. The mail stays and is recognised again."""
        self._renew(account, token)
        self.env["mail.center.message.location"].sudo().search(
            [("folder_id", "=", folder.id)]
        ).unlink()
        folder.write({"uidvalidity": 0, "known_uids": 0, "last_uid": 0, "complete": False})
        self.env["mail.center.log"]._add(
            account,
            "folder_renumbered",
            self.env._("The server renumbered the folder “%s”.", folder.path),
            detail=steps.reason,
        )

    @api.model
    def _apply_told(self, account, token, folder, told):
        """What the server said while the folder was opened: marks that changed, mail that left."""
        known = folder._known_in(told.spans)
        flags = {uid: marks for uid, marks in told.flags.items() if uid in known}
        self._apply_flags(account, token, folder, flags)
        if gone := told.vanished(known):
            self._forget(account, token, folder, gone)

    @api.model
    def _apply_flags(self, account, token, folder, flags):
        """Take over read and star marks that other programs set on the server."""
        self._renew(account, token)
        locations = self._places(folder, flags)
        waiting = self.env["mail.center.change"].sudo()._pending_flags(folder, flags)
        changed = self.env["mail.center.message"].sudo()
        for location in locations:
            text = " ".join(sorted(flags[location.uid])) or False
            if location.flags != text:
                location.flags = text
                changed |= location.message_id
                # What was marked here and is not on the server yet is not undone.
                result = settled(flags[location.uid], waiting.get(location.uid, {}))
                location.message_id.write(
                    {"is_read": "\\Seen" in result, "is_starred": "\\Flagged" in result}
                )
        changed.thread_id._refresh()
        account._notify_readers(changed)

    @api.model
    def _forget(self, account, token, folder, gone):
        """Messages that left the folder: their location goes, the mail itself is kept."""
        self._renew(account, token)
        locations = self._places(folder, gone)
        account._notify_readers(locations.message_id)
        locations.unlink()
        self.env["mail.center.quarantine"].sudo().search(
            [
                ("folder_id", "=", folder.id),
                ("uidvalidity", "=", folder.uidvalidity),
                ("uid", "in", gone),
            ]
        ).uidvalidity = 0
        folder.known_uids = len(folder._known_uids())
