"""The planner against a model of a server that does everything that servers do."""

from dataclasses import dataclass, field, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.imap import FolderState, FolderStatus, Told, compare, plan, resync_from

HIGH = 2**32 - 1


class Folder:
    """A folder as RFC 3501 and RFC 7162 have it: UID → content, flags, modification counters."""

    def __init__(self, validity=1):
        self.validity = validity
        self.next = 1
        self.modseq = 1
        self.mails: dict[int, str] = {}
        self.flags: dict[int, frozenset] = {}
        self.modified: dict[int, int] = {}
        self.expunged: dict[int, int] = {}

    def _touch(self, uid):
        self.modseq += 1
        self.modified[uid] = self.modseq

    def append(self, content, flags=frozenset()):
        uid = self.next
        self.mails[uid], self.flags[uid] = content, flags
        self.next += 1
        self._touch(uid)

    def expunge(self, uid):
        del self.flags[uid], self.modified[uid]
        self.modseq += 1
        self.expunged[uid] = self.modseq
        return self.mails.pop(uid)

    def mark(self, uid):
        self.flags[uid] ^= {"\\Seen"}
        self._touch(uid)

    def uids(self, low=1, high=HIGH):
        return [uid for uid in sorted(self.mails) if low <= uid <= high]

    def status(self, offers):
        counter = self.modseq if offers.condstore else None
        return FolderStatus(self.validity, self.next, len(self.mails), counter)

    def told(self, offers, since):
        """The answer to SELECT … (QRESYNC …)."""
        if not (offers.condstore and offers.qresync and since and since[0] == self.validity):
            return None
        _validity, modseq, last = since
        flags = {uid: marks for uid, marks in self.flags.items() if self.modified[uid] > modseq}
        if offers.forgetful:
            # It keeps no record of what was expunged when: it names all that is not there.
            edges = [0, *self.uids(1, last), last + 1]
            gone = [(low + 1, high - 1) for low, high in zip(edges, edges[1:], strict=False)
                    if high - low > 1]
        else:
            gone = [(uid, uid) for uid, when in self.expunged.items() if when > modseq]
        return Told(flags, tuple(gone))


@dataclass
class Offers:
    """The extensions of a server; it may be exchanged for another one at any time."""

    condstore: bool = True
    qresync: bool = True
    forgetful: bool = False
    list_status: bool = True


@dataclass
class Copy:
    """A folder as it is here, and how much was asked of the server for it."""

    state: FolderState = field(default_factory=FolderState)
    mails: dict[int, str] = field(default_factory=dict)
    flags: dict[int, frozenset] = field(default_factory=dict)
    trips: int = 0

    def sync(self, folder, offers, stop_after=None, newest_first=False):
        """Carry the plan out; with ``stop_after`` the line breaks after so many mails."""
        self.trips = 0
        status = folder.status(offers)
        if offers.list_status and self._idle(plan(self.state, status)):
            return []
        self.trips += 1
        told = folder.told(offers, resync_from(self.state))
        made = plan(self.state, status, told)
        if self._idle(made):
            return []
        if made.action == "reset":
            self._rematch(folder, made)
        fetched = self._fetch(folder, made, stop_after, newest_first)
        if fetched is None:
            self._store(status, complete=False)
            return []
        self._flags(folder, made, told)
        if made.must_compare(len(self.mails)):
            self.trips += 1
            missing, gone = compare(self.mails, folder.uids(), status.uidnext - 1)
            assert not missing
            self._forget(gone)
        self._store(status)
        return fetched

    def _idle(self, made):
        return made.idle and not made.must_compare(self.state.known_uids)

    def _rematch(self, folder, made):
        """By what the mails are: here by content, which is theirs alone."""
        known = {content: self.flags[uid] for uid, content in self.mails.items()}
        self.mails = {
            uid: folder.mails[uid]
            for uid in folder.uids(made.low, made.high)
            if folder.mails[uid] in known
        }
        self.flags = {uid: known[content] for uid, content in self.mails.items()}

    def _fetch(self, folder, made, stop_after, newest_first):
        if made.action == "nothing":
            return []
        self.trips += 1
        wanted = [uid for uid in folder.uids(made.low, made.high) if uid not in self.mails]
        fetched = []
        for number, uid in enumerate(sorted(wanted, reverse=newest_first)):
            if number == stop_after:
                return None
            self.mails[uid], self.flags[uid] = folder.mails[uid], folder.flags[uid]
            fetched.append((folder.validity, self.mails[uid]))
        return fetched

    def _flags(self, folder, made, told):
        if made.flags == "told":
            self.flags |= {uid: flags for uid, flags in told.flags.items() if uid in self.mails}
            self._forget(told.vanished(self.mails))
        elif made.flags != "none":
            self.trips += 1
            since = made.changed_since if made.flags == "changed" else 0
            self.flags |= {
                uid: flags for uid, flags in folder.flags.items()
                if uid in self.mails and folder.modified[uid] > since
            }

    def _forget(self, gone):
        for uid in gone:
            del self.mails[uid], self.flags[uid]

    def _store(self, status, complete=True):
        self.state = FolderState.after(
            status, len(self.mails), max(self.mails, default=0), complete
        )

    def twin(self):
        return replace(self, mails=dict(self.mails), flags=dict(self.flags))


class OneFolder(RuleBasedStateMachine):
    """One folder: filled, emptied, marked, renumbered, restored, and read by a line that breaks."""

    def __init__(self):
        super().__init__()
        self.folder = Folder()
        self.copy = Copy()
        self.offers = Offers()
        self.delivered = 0
        self.fetched: list = []

    # -- what happens on the server --

    @rule(count=st.integers(1, 4))
    def deliver(self, count):
        for _ in range(count):
            self.delivered += 1
            self.folder.append(f"mail {self.delivered}")

    @rule(skipped=st.integers(1, 5))
    def skip_uids(self, skipped):
        self.folder.next += skipped

    @precondition(lambda self: self.folder.mails)
    @rule(data=st.data())
    def expunge(self, data):
        self.folder.expunge(data.draw(st.sampled_from(self.folder.uids())))

    @precondition(lambda self: self.folder.mails)
    @rule(data=st.data())
    def mark(self, data):
        self.folder.mark(data.draw(st.sampled_from(self.folder.uids())))

    @rule()
    def renumber(self):
        """Another UIDVALIDITY: the same mails under new UIDs."""
        old, self.folder = self.folder, Folder(self.copy.state.uidvalidity + 1)
        for uid in old.uids():
            self.folder.append(old.mails[uid], old.flags[uid])

    @rule(data=st.data())
    def reset_counter(self, data):
        """The index was rebuilt: HIGHESTMODSEQ begins anew and nothing expunged is remembered.

        A counter that has caught up by the next look can't be told from one that never was reset
        (RFC 7162 forbids it), so that one sync sees it before.
        """
        if not self.copy.state.highestmodseq or self.copy.state.highestmodseq < 3:
            return
        self.folder.modseq = data.draw(st.integers(1, self.copy.state.highestmodseq - 1))
        self.folder.modified = dict.fromkeys(self.folder.mails, self.folder.modseq)
        self.folder.expunged = {}
        for uid in data.draw(st.sets(st.sampled_from(self.folder.uids() or [0]))) - {0}:
            self.folder.flags[uid] ^= {"\\Seen"}
        self.offers.condstore = True
        self.fetched += self.copy.sync(self.folder, self.offers)

    @rule(lost=st.integers(1, 4), data=st.data())
    def restore_from_backup(self, lost, data):
        """UIDNEXT goes backwards, and the UIDs behind it come again with other mails.

        A sync sees it before UIDNEXT has caught up: a server whose old UIDs have all been given
        anew by then, under the same UIDVALIDITY, can't be told from one where nothing happened
        (RFC 3501 forbids it).
        """
        for uid in self.folder.uids()[-lost:]:
            self.folder.expunge(uid)
        self.folder.expunged = {}  # the backup knows nothing of it
        self.folder.next = max(self.folder.mails, default=0) + 1
        room = self.copy.state.uidnext - 1 - self.folder.next
        if room > 0:
            self.deliver(data.draw(st.integers(1, room)))
        if self.folder.next < self.copy.state.uidnext:
            self.fetched += self.copy.sync(self.folder, self.offers)

    @rule(condstore=st.booleans(), qresync=st.booleans(), forgetful=st.booleans(),
          list_status=st.booleans())
    def exchange_the_server(self, **offered):
        self.offers = Offers(**offered)

    # -- what the client does --

    @rule(stop_after=st.none() | st.integers(0, 3), newest_first=st.booleans())
    def sync(self, stop_after, newest_first):
        self.fetched += self.copy.sync(self.folder, self.offers, stop_after, newest_first)

    @invariant()
    def a_finished_sync_ends_with_exactly_the_mails_of_the_server(self):
        # On a copy: the machine goes on from where it was.
        copy = self.copy.twin()
        fetched = self.fetched + copy.sync(self.folder, self.offers)
        assert copy.mails == self.folder.mails
        assert copy.flags == self.folder.flags
        assert len(fetched) == len(set(fetched)), "a mail was fetched twice"
        if copy.state.uidvalidity:
            copy.sync(self.folder, self.offers)
            if self.offers.condstore and self.offers.list_status:
                assert copy.trips == 0, "nothing happened, and something was asked"
            assert copy.trips <= 2


class Mailbox(RuleBasedStateMachine):
    """Several folders: mail is moved between them, they are renamed, deleted and made anew."""

    NAMES = ("INBOX", "Archive", "Klienci", "Kosz")

    def __init__(self):
        super().__init__()
        self.made = 0
        self.server: dict[str, Folder] = {}
        self.here: dict[str, Copy] = {}
        self.stored: list[str] = []  # each mail is stored once, however many folders it was in
        self.offers = Offers()
        self.delivered = 0
        self.create("INBOX")

    @rule(name=st.sampled_from(NAMES))
    def create(self, name):
        if name not in self.server:
            self.made += 1
            self.server[name] = Folder(self.made)

    @rule(name=st.sampled_from(NAMES), count=st.integers(1, 3))
    def deliver(self, name, count):
        for _ in range(count if name in self.server else 0):
            self.delivered += 1
            self.server[name].append(f"mail {self.delivered}")

    @rule(data=st.data(), source=st.sampled_from(NAMES), into=st.sampled_from(NAMES),
          copy=st.booleans())
    def move(self, data, source, into, copy):
        if {source, into} <= self.server.keys() and self.server[source].mails:
            uid = data.draw(st.sampled_from(self.server[source].uids()))
            flags = self.server[source].flags[uid]
            content = self.server[source].mails[uid]
            if not copy:
                self.server[source].expunge(uid)
            self.server[into].append(content, flags)

    @rule(source=st.sampled_from(NAMES[1:]), name=st.sampled_from(NAMES[1:]))
    def rename(self, source, name):
        """The folder keeps its UIDVALIDITY; its old name may be another folder's soon."""
        if source in self.server and name not in self.server:
            self.server[name] = self.server.pop(source)

    @rule(name=st.sampled_from(NAMES[1:]))
    def delete(self, name):
        self.server.pop(name, None)

    @rule(condstore=st.booleans(), qresync=st.booleans(), list_status=st.booleans())
    def exchange_the_server(self, **offered):
        self.offers = Offers(**offered)

    @rule(stop_after=st.none() | st.integers(0, 2))
    def sync(self, stop_after):
        self._pass(self.here, self.stored, stop_after)

    def _pass(self, here, stored, stop_after=None):
        for name in here.keys() - self.server.keys():
            del here[name]
        for name, folder in self.server.items():
            copy = here.setdefault(name, Copy())
            before = set(copy.mails.values())
            copy.sync(folder, self.offers, stop_after)
            stored += sorted(set(copy.mails.values()) - before - set(stored))

    @invariant()
    def each_mail_of_each_folder_is_here_and_stored_once(self):
        here = {name: copy.twin() for name, copy in self.here.items()}
        stored = list(self.stored)
        self._pass(here, stored)
        assert {name: copy.mails for name, copy in here.items()} == {
            name: folder.mails for name, folder in self.server.items()
        }
        assert {name: copy.flags for name, copy in here.items()} == {
            name: folder.flags for name, folder in self.server.items()
        }
        assert len(stored) == len(set(stored))


OneFolder.TestCase.settings = settings(max_examples=300, stateful_step_count=25, deadline=None)
Mailbox.TestCase.settings = settings(max_examples=200, stateful_step_count=25, deadline=None)
TestOneFolder = OneFolder.TestCase
TestMailbox = Mailbox.TestCase
