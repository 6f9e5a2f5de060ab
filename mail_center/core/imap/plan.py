"""What to do in a folder, from what is stored and what the server says. Pure.

The caller's part, per folder: ``SELECT``, with :func:`resync_from` where QRESYNC is offered →
:func:`plan` → fetch UIDs ``low..high`` that it does not know → flags, and what was told to be gone
→ if :meth:`Plan.must_compare`, compare all UIDs (:func:`compare`) → :meth:`FolderState.after`.
Interrupted anywhere and begun again, this ends with exactly the server's set of messages.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .wire import runs


@dataclass(frozen=True)
class FolderStatus:
    """A folder as the server describes it on SELECT or EXAMINE (RFC 3501 section 6.3.1).

    ``highestmodseq`` is None without CONDSTORE (RFC 7162). ``permanent_flags`` holds the flags
    that can be stored for good; ``\\*`` in it allows new keywords.
    """

    uidvalidity: int
    uidnext: int
    exists: int
    highestmodseq: int | None = None
    permanent_flags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FolderState:
    """A folder as it is stored here.

    ``uidvalidity`` 0: never synchronised. ``uidnext``: the server's UIDNEXT at the last sync.
    ``known_uids``: how many UIDs of this UIDVALIDITY are accounted for here, quarantined and
    deliberately skipped ones included. ``last_uid``: the highest of them.
    ``complete``: every message below ``uidnext`` is accounted for; False while an import runs.
    """

    uidvalidity: int = 0
    uidnext: int = 1
    highestmodseq: int | None = None
    known_uids: int = 0
    last_uid: int = 0
    complete: bool = False

    @staticmethod
    def after(
        status: FolderStatus, known_uids: int, last_uid: int, complete: bool = True
    ) -> FolderState:
        """The state to store once the plan made from ``status`` has been carried out.

        With ``complete`` False (stopped in mid-import) flag changes since the old HIGHESTMODSEQ
        have not been seen for certain, so that none is stored.
        """
        return FolderState(
            uidvalidity=status.uidvalidity,
            uidnext=status.uidnext,
            highestmodseq=status.highestmodseq if complete else None,
            known_uids=known_uids,
            last_uid=last_uid,
            complete=complete,
        )


@dataclass(frozen=True)
class Told:
    """What a server with QRESYNC (RFC 7162) tells while a folder is opened: UIDs, both.

    ``flags``: of what changed since the stored HIGHESTMODSEQ, perhaps new messages too; ``gone``:
    spans (low, high) that were expunged since; UIDs that never were here may be among them.
    """

    flags: Mapping[int, frozenset[str]]
    gone: tuple[tuple[int, int], ...] = ()

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Spans (low, high) of all UIDs that are spoken of."""
        return [*self.gone, *runs(sorted(self.flags))]

    def vanished(self, known: Iterable[int]) -> list[int]:
        """Those of the ``known`` UIDs that are gone, sorted."""
        known = sorted(known)
        gone: set[int] = set()
        for low, high in self.gone:
            gone.update(known[bisect_left(known, low) : bisect_right(known, high)])
        return sorted(gone)


def resync_from(state: FolderState) -> tuple[int, int, int] | None:
    """(UIDVALIDITY, HIGHESTMODSEQ, highest UID) since which a server with QRESYNC is to tell.

    None where what is stored is no ground for that.
    """
    if state.uidvalidity and state.complete and state.highestmodseq and state.last_uid:
        return state.uidvalidity, state.highestmodseq, state.last_uid
    return None


@dataclass(frozen=True)
class Plan:
    """What a sync has to do.

    ``action``: *nothing* (no new message), *new* (look at UIDs ``low..high``, fetch the unknown
    ones), *reset* (the stored UIDs mean nothing any more: look at ``low..high`` and rematch with
    what is stored by Message-ID, then by content).
    ``reason``: up_to_date, first, arrived, resume, uidvalidity, uidnext_backwards.
    ``compare``: all UIDs have to be compared with the stored ones, because some are gone.
    ``flags``: *none*, *told* (:class:`Told` holds them, and what is gone), *changed*
    (``FETCH … CHANGEDSINCE changed_since``) or *all*.
    """

    action: str
    low: int = 0
    high: int = 0
    reason: str = "up_to_date"
    compare: bool = False
    flags: str = "none"
    changed_since: int | None = None
    expected: int = 0

    @property
    def idle(self) -> bool:
        """Nothing at all to do."""
        return self.action == "nothing" and not self.compare and self.flags == "none"

    def must_compare(self, known_uids: int) -> bool:
        """Whether messages are gone from the server, once the new ones are stored.

        ``known_uids``: how many UIDs are accounted for now. Everything the server had at
        SELECT is known by then, so an equal count means an equal set.
        """
        return self.compare or known_uids != self.expected


def plan(state: FolderState, status: FolderStatus, told: Told | None = None) -> Plan:
    """Compare the stored ``state`` with the server's ``status``, and with what it ``told`` beside.

    UIDNEXT never goes back within one UIDVALIDITY (RFC 3501 section 2.3.1.1); a server where it
    does has been restored or is broken, and its UIDs may by now name other messages: *reset*.
    """
    top = status.uidnext - 1
    whole = {"low": 1, "high": top, "expected": status.exists}
    if not state.uidvalidity:
        if not status.exists:
            return Plan("nothing", expected=0)
        return Plan("new", reason="first", **whole)
    if state.uidvalidity != status.uidvalidity:
        return Plan("reset", reason="uidvalidity", compare=True, flags="all", **whole)
    if status.uidnext < state.uidnext or status.uidnext <= state.last_uid:
        return Plan("reset", reason="uidnext_backwards", compare=True, flags="all", **whole)
    flags, since = _flags(state, status)
    if told is not None and flags == "changed":
        flags = "told"
    if not state.complete:
        if not status.exists:
            return Plan("nothing", compare=bool(state.known_uids), expected=0)
        return Plan("new", reason="resume", flags=flags, changed_since=since, **whole)
    # A counter that goes backwards means a restored mailbox or a lost index: the count of
    # messages alone proves nothing then.
    compare_all = bool(
        status.highestmodseq
        and state.highestmodseq
        and status.highestmodseq < state.highestmodseq
    )
    if status.uidnext > state.uidnext:
        return Plan("new", state.uidnext, top, "arrived", compare_all, flags, since, status.exists)
    compare_all = compare_all or state.known_uids != status.exists
    return Plan("nothing", 0, 0, "up_to_date", compare_all, flags, since, status.exists)


def _flags(state: FolderState, status: FolderStatus) -> tuple[str, int | None]:
    if not state.known_uids or not status.exists:
        return "none", None
    # A server without CONDSTORE, one that has just learnt it, or one whose counter was reset.
    if not status.highestmodseq or not state.highestmodseq:
        return "all", None
    if status.highestmodseq < state.highestmodseq:
        return "all", None
    if status.highestmodseq == state.highestmodseq:
        return "none", None
    return "changed", state.highestmodseq


def compare(known: Iterable[int], server: Iterable[int], high: int) -> tuple[list[int], list[int]]:
    """(UIDs to fetch, UIDs gone), both sorted.

    ``high``: UIDNEXT - 1 of the status the plan was made from; later arrivals are left to the
    next plan, so that the stored UIDNEXT stays true.
    """
    known, server = set(known), {uid for uid in server if uid <= high}
    return sorted(server - known), sorted(known - server)


def chunks(
    sizes: Mapping[int, int], max_bytes: int, max_count: int, newest_first: bool = False
) -> Iterator[list[int]]:
    """Split UIDs (``sizes``: UID → bytes) into fetches of bounded size and count.

    A message that is larger than ``max_bytes`` makes a chunk of its own. Every UID comes once;
    within a chunk and over all of them in ascending order, or descending with ``newest_first``.
    """
    if max_bytes < 1 or max_count < 1:
        raise ValueError("A chunk must hold at least one byte and one message.")
    chunk: list[int] = []
    total = 0
    for uid in sorted(sizes, reverse=newest_first):
        size = max(sizes[uid], 0)
        if chunk and (len(chunk) >= max_count or total + size > max_bytes):
            yield chunk
            chunk, total = [], 0
        chunk.append(uid)
        total += size
    if chunk:
        yield chunk
