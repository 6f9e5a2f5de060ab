"""The plan of a sync, proven against a model of a server."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.imap import FolderState, FolderStatus, chunks, plan
from core.imap.plan import compare

SYNCED = FolderState(uidvalidity=7, uidnext=11, highestmodseq=50, known_uids=5, last_uid=10,
                     complete=True)
SERVER = FolderStatus(uidvalidity=7, uidnext=11, exists=5, highestmodseq=50)


def test_a_folder_in_which_nothing_happened_costs_nothing():
    made = plan(SYNCED, SERVER)
    assert (made.action, made.idle) == ("nothing", True)


def test_a_new_folder_is_read_from_the_first_mail():
    made = plan(FolderState(), SERVER)
    assert (made.action, made.low, made.high, made.reason) == ("new", 1, 10, "first")
    assert made.flags == "none"  # they come with the messages


def test_an_empty_new_folder_costs_nothing():
    assert plan(FolderState(), FolderStatus(7, 1, 0)).idle


def test_only_new_mails_are_looked_at():
    made = plan(SYNCED, replace(SERVER, uidnext=14, exists=7, highestmodseq=53))
    assert (made.action, made.low, made.high, made.reason) == ("new", 11, 13, "arrived")
    assert (made.flags, made.changed_since) == ("changed", 50)
    assert not made.must_compare(known_uids=7)
    assert made.must_compare(known_uids=8)  # one of the old ones is gone


def test_a_mail_deleted_on_the_server_is_noticed_by_the_count():
    made = plan(SYNCED, replace(SERVER, exists=4))
    assert (made.action, made.compare, made.idle) == ("nothing", True, False)


def test_a_folder_emptied_on_the_server_is_noticed():
    assert plan(SYNCED, replace(SERVER, exists=0)).compare
    assert plan(replace(SYNCED, complete=False), replace(SERVER, exists=0)).compare


def test_flags_are_read_again_in_full_where_the_server_can_not_say_what_changed():
    assert plan(SYNCED, replace(SERVER, highestmodseq=None)).flags == "all"
    assert plan(replace(SYNCED, highestmodseq=None), SERVER).flags == "all"
    assert plan(SYNCED, replace(SERVER, highestmodseq=3)).flags == "all"  # the counter was reset
    assert plan(SYNCED, replace(SERVER, highestmodseq=51)).changed_since == 50


def test_another_uidvalidity_starts_over_with_a_rematch():
    made = plan(SYNCED, replace(SERVER, uidvalidity=8))
    assert (made.action, made.reason, made.low, made.high) == ("reset", "uidvalidity", 1, 10)


@pytest.mark.parametrize("uidnext", [1, 9, 10])
def test_a_uidnext_that_goes_backwards_starts_over_with_a_rematch(uidnext):
    made = plan(SYNCED, replace(SERVER, uidnext=uidnext))
    assert (made.action, made.reason) == ("reset", "uidnext_backwards")


def test_an_interrupted_import_goes_on_and_looks_at_all_it_may_have_missed():
    made = plan(replace(SYNCED, complete=False, known_uids=2), SERVER)
    assert (made.action, made.low, made.high, made.reason) == ("new", 1, 10, "resume")


def test_arrivals_after_the_folder_was_opened_are_left_to_the_next_run():
    assert compare(known=[1, 2, 3], server=[2, 3, 4, 9], high=4) == ([4], [1])


@given(
    sizes=st.dictionaries(st.integers(1, 2**32 - 1), st.integers(0, 5000), max_size=60),
    max_bytes=st.integers(1, 6000),
    max_count=st.integers(1, 20),
    newest_first=st.booleans(),
)
def test_chunks_hold_every_mail_once_within_their_bounds(
    sizes, max_bytes, max_count, newest_first
):
    parts = list(chunks(sizes, max_bytes, max_count, newest_first))
    assert [uid for part in parts for uid in part] == sorted(sizes, reverse=newest_first)
    for part in parts:
        assert 1 <= len(part) <= max_count
        assert len(part) == 1 or sum(sizes[uid] for uid in part) <= max_bytes


def test_a_chunk_without_room_is_an_error():
    with pytest.raises(ValueError, match="at least one"):
        list(chunks({1: 1}, 0, 5))


class Server:
    """A mailbox as RFC 3501 has it: UID → content, with flags and modification counters."""

    def __init__(self):
        self.validity = 1
        self.next = 1
        self.modseq = 1
        self.mails: dict[int, str] = {}
        self.flags: dict[int, bool] = {}
        self.modified: dict[int, int] = {}

    def touch(self, uid):
        self.modseq += 1
        self.modified[uid] = self.modseq

    def status(self, condstore):
        return FolderStatus(self.validity, self.next, len(self.mails),
                            self.modseq if condstore else None)

    def uids(self, low, high):
        return [uid for uid in sorted(self.mails) if low <= uid <= high]


class Sync(RuleBasedStateMachine):
    """A client that carries plans out, is interrupted, and never asks for more than it must."""

    def __init__(self):
        super().__init__()
        self.server = Server()
        self.state = FolderState()
        self.mails: dict[int, str] = {}
        self.flags: dict[int, bool] = {}
        self.delivered = 0
        self.condstore = True
        self.fetched: list[tuple[int, str]] = []

    # -- what happens on the server --

    @rule(count=st.integers(1, 4))
    def deliver(self, count):
        for _ in range(count):
            self.delivered += 1
            uid = self.server.next
            self.server.mails[uid] = f"mail {self.delivered}"
            self.server.flags[uid] = False
            self.server.next += 1
            self.server.touch(uid)

    @rule(skipped=st.integers(1, 5))
    def skip_uids(self, skipped):
        self.server.next += skipped

    @precondition(lambda self: self.server.mails)
    @rule(data=st.data())
    def expunge(self, data):
        uid = data.draw(st.sampled_from(sorted(self.server.mails)))
        del self.server.mails[uid], self.server.flags[uid]
        self.server.modseq += 1

    @precondition(lambda self: self.server.mails)
    @rule(data=st.data())
    def flag(self, data):
        uid = data.draw(st.sampled_from(sorted(self.server.mails)))
        self.server.flags[uid] = not self.server.flags[uid]
        self.server.touch(uid)

    @rule()
    def change_uidvalidity(self):
        """Rebuilt: the same mails under new UIDs."""
        contents = list(self.server.mails.values())
        seen = list(self.server.flags.values())
        self.server = Server.__new__(Server)
        self.server.__init__()
        self.server.validity = self.state.uidvalidity + 1
        for content, flag in zip(contents, seen, strict=True):
            self.server.mails[self.server.next] = content
            self.server.flags[self.server.next] = flag
            self.server.touch(self.server.next)
            self.server.next += 1

    @rule(lost=st.integers(1, 4), data=st.data())
    def restore_from_backup(self, lost, data):
        """UIDNEXT goes backwards, and the UIDs behind it come again with other mails.

        A sync sees it before UIDNEXT has caught up: a server whose old UIDs have all been given
        anew by then, under the same UIDVALIDITY, can't be told from one where nothing happened
        (RFC 3501 forbids it).
        """
        for uid in sorted(self.server.mails)[-lost:]:
            del self.server.mails[uid], self.server.flags[uid]
        self.server.next = max(self.server.mails, default=0) + 1
        room = self.state.uidnext - 1 - self.server.next
        if room > 0:
            self.deliver(data.draw(st.integers(1, room)))
        if self.server.next < self.state.uidnext:
            self.run()

    @rule(offered=st.booleans())
    def switch_condstore(self, offered):
        self.condstore = offered

    # -- what the client does --

    @rule(stop_after=st.none() | st.integers(0, 3), newest_first=st.booleans())
    def sync(self, stop_after, newest_first):
        self.run(stop_after, newest_first)

    def run(self, stop_after=None, newest_first=False):
        status = self.server.status(self.condstore)
        made = plan(self.state, status)
        if made.idle:
            return
        if made.action == "reset":
            # Rematch: the caller does it by Message-ID and content, here by content.
            known = {content: flag for uid, content in self.mails.items()
                     for flag in [self.flags[uid]]}
            self.mails = {
                uid: self.server.mails[uid]
                for uid in self.server.uids(made.low, made.high)
                if self.server.mails[uid] in known
            }
            self.flags = {uid: known[content] for uid, content in self.mails.items()}
        wanted = []
        if made.action != "nothing":
            wanted = [u for u in self.server.uids(made.low, made.high) if u not in self.mails]
        complete = True
        for number, uid in enumerate(sorted(wanted, reverse=newest_first)):
            if number == stop_after:
                complete = False
                break
            self.mails[uid] = self.server.mails[uid]
            self.flags[uid] = self.server.flags[uid]
            self.fetched.append((self.server.validity, self.mails[uid]))
        if complete and made.must_compare(len(self.mails)):
            missing, gone = compare(self.mails, self.server.uids(1, 2**32), made.high or
                                    status.uidnext - 1)
            assert not missing
            for uid in gone:
                del self.mails[uid], self.flags[uid]
        if complete and made.flags != "none":
            since = made.changed_since if made.flags == "changed" else 0
            for uid in self.mails:
                if self.server.modified[uid] > since:
                    self.flags[uid] = self.server.flags[uid]
        self.state = FolderState.after(
            status, len(self.mails), max(self.mails, default=0), complete
        )

    @invariant()
    def a_finished_sync_ends_with_exactly_the_mails_of_the_server(self):
        if not self.server.mails and not self.mails:
            return
        # On copies: the machine goes on from where it was.
        before = (self.state, dict(self.mails), dict(self.flags), list(self.fetched))
        self.run()
        assert self.mails == self.server.mails
        assert self.flags == self.server.flags
        assert plan(self.state, self.server.status(self.condstore)).action == "nothing"
        assert not plan(self.state, self.server.status(self.condstore)).compare
        assert len(self.fetched) == len(set(self.fetched)), "a mail was fetched twice"
        self.state, self.mails, self.flags, self.fetched = before


Sync.TestCase.settings = settings(max_examples=300, stateful_step_count=25, deadline=None)
TestSync = Sync.TestCase
