"""Mail is understood in another process, which may be brought down."""

import os
import signal
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

import pytest

from core.ahead import ahead
from core.beside import Beside
from core.imap import RawMessage
from core.intake import take_in

MOMENT = datetime(2026, 5, 4, 8, 0, tzinfo=timezone.utc)


def messages(count):
    return [
        RawMessage(
            uid=number,
            raw=b"From: Eve <eve@x.example>\r\nTo: anna@mc.example\r\nSubject: Mail %d\r\n"
            b"Date: Mon, 04 May 2026 10:00:00 +0200\r\nContent-Type: text/html\r\n\r\n"
            b"<p>Words <b>and</b> <a href='https://x.example'>more</a></p>\r\n" % number,
            flags=frozenset({"\\Seen"}),
            internal_date=MOMENT,
            size=1,
        )
        for number in range(1, count + 1)
    ]


def here(message):
    return take_in(message.raw, message.uid, message.flags, message.internal_date)


def test_the_other_process_understands_the_same():
    with Beside() as beside:
        found = beside.submit(messages(30)).result()
    assert found == [here(message) for message in messages(30)]


def test_awkward_mail_comes_back_as_it_is_understood_here():
    folder = Path(os.__file__).parent / "test" / "test_email" / "data"
    raws = [path.read_bytes() for path in sorted(folder.glob("*.txt"))]
    if not raws:
        pytest.skip("this Python came without its tests")
    wanted = [RawMessage(n, raw, frozenset(), None, len(raw)) for n, raw in enumerate(raws, 1)]
    with Beside() as beside:
        assert beside.submit(wanted).result() == [here(message) for message in wanted]


def test_a_process_that_was_killed_is_followed_by_another():
    with Beside() as beside:
        beside.submit(messages(1)).result()
        os.kill(beside._process.pid, signal.SIGKILL)
        assert [one.uid for one in beside.submit(messages(3)).result()] == [1, 2, 3]


def test_a_mail_that_brings_the_reader_down_is_told_and_the_others_are_read(monkeypatch):
    # Over there a mail with this word ends the process, as a fault in a library would.
    bomb = (
        "import os, sys; sys.path[0] = sys.argv[1]; from core import beside; whole = beside.take_in"
        "\ndef read(raw, *more):\n    if b'Mail 2\\r' in raw: os.abort()\n"
        "    return whole(raw, *more)\nbeside.take_in = read; beside.serve()"
    )
    monkeypatch.setattr("core.beside.START", bomb)
    with Beside() as beside:
        found = beside.submit(messages(3)).result()
    assert [one.mail is not None for one in found] == [True, False, True]
    assert "brought down" in found[1].error and found[1].raw == messages(2)[1].raw


def test_where_no_process_can_be_started_mail_is_read_here():
    with Beside(python="/nonexistent/python") as beside:
        assert beside.submit(messages(2)).result() == [here(message) for message in messages(2)]


def test_nothing_but_our_own_classes_is_taken_from_the_other_process(monkeypatch):
    evil = (
        "import os, pickle, sys, struct; sys.path[0] = sys.argv[1]\n"
        "from core import beside\n"
        "class Evil:\n    def __reduce__(self): return os.system, ('touch /nonexistent/evil',)\n"
        "beside.take_in = lambda *order: Evil()\n"
        "beside.object = type('o', (), {'__setattr__': staticmethod(lambda *a: None)})\n"
        "beside.serve()"
    )
    monkeypatch.setattr("core.beside.START", evil)
    with Beside() as beside:
        (found,) = beside.submit(messages(1)).result()
    assert not found.mail and "brought down" in found.error


def test_results_come_in_order_and_errors_where_they_belong():
    def work(item):
        if item == 3:
            raise ValueError(item)
        return item * 10

    found = []
    with pytest.raises(ValueError, match="3"), closing(ahead(work, range(9))) as results:
        for result in results:
            found.append(result)
    assert found == [0, 10, 20]


def test_what_nobody_waits_for_any_more_is_not_begun():
    begun = []
    with closing(ahead(begun.append, range(1000))) as results:
        next(results)
    assert len(begun) < 10
