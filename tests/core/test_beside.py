"""Mail is understood in another process, which may be brought down."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

import pytest

from core import beside as module
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
        "class Evil:\n    mail = None\n"
        "    def __reduce__(self): return os.system, ('touch /nonexistent/evil',)\n"
        "whole = beside.take_in\n"
        "beside.take_in = lambda raw, *more: Evil() if b'Mail' in raw else whole(raw, *more)\n"
        "beside.object = type('o', (), {'__setattr__': staticmethod(lambda one, *a:"
        " isinstance(one, Evil) or one.__dict__.update([a]))})\n"
        "beside.serve()"
    )
    monkeypatch.setattr("core.beside.START", evil)
    with Beside() as beside:
        (found,) = beside.submit(messages(1)).result()
    assert not found.mail and "brought down" in found.error


def over_there(monkeypatch, what):
    """Over there the statement *what* is run before a mail, ``raw``, is understood."""
    monkeypatch.setattr(
        "core.beside.START",
        "import os, sys, time; sys.path[0] = sys.argv[1]\n"
        "from core import beside; whole = beside.take_in\n"
        f"def read(raw, *more):\n    {what}\n    return whole(raw, *more)\n"
        "beside.take_in = read; beside.serve()",
    )


@pytest.mark.parametrize("line", ["# another version", "raise ImportError('half an update')"])
def test_where_the_code_on_the_disk_is_another_by_now_mail_is_read_here(
    monkeypatch, tmp_path, line
):
    shutil.copytree(module.ADDON / "core", tmp_path / "core")
    with (tmp_path / "core" / "intake.py").open("a") as code:
        code.write(f"\n{line}\n")
    monkeypatch.setattr("core.beside.ADDON", tmp_path)
    with Beside() as beside:
        for _chunk in range(2):
            assert beside.submit(messages(3)).result() == [here(one) for one in messages(3)]
        assert beside._process is None


def test_the_same_code_elsewhere_is_the_same(monkeypatch, tmp_path):
    shutil.copytree(module.ADDON / "core", tmp_path / "core")
    monkeypatch.setattr("core.beside.ADDON", tmp_path)
    with Beside() as beside:
        beside.submit(messages(1)).result()
        assert beside._process


def test_where_no_mail_at_all_can_be_read_over_there_none_is_blamed(monkeypatch):
    over_there(monkeypatch, "os.abort()")
    with Beside() as beside:
        assert beside.submit(messages(3)).result() == [here(message) for message in messages(3)]


@pytest.mark.parametrize("module_name, kind", [("core.missing", "ModuleNotFoundError"),
                                               ("core.intake", "UnpicklingError")])  # fmt: skip
def test_an_answer_that_cannot_be_read_is_blamed_on_its_mail_alone(
    monkeypatch, module_name, kind
):
    name = "Later"
    with pytest.raises(Exception) as raised:
        module._Reader.find_class(None, module_name, name)
    assert raised.typename == kind
    monkeypatch.setattr(
        "core.beside.START",
        "import sys, types; sys.path[0] = sys.argv[1]\nfrom core import beside\n"
        f"missing = sys.modules.setdefault({module_name!r}, types.ModuleType({module_name!r}))\n"
        f"class Later(beside.Intake): pass\nLater.__module__ = {module_name!r}\n"
        "missing.Later = Later; whole = beside.take_in\n"
        "beside.take_in = lambda raw, *more: ("
        "Later(raw) if b'Mail 2\\r' in raw else whole(raw, *more))\n"
        "beside.serve()",
    )
    with Beside() as beside:
        found = beside.submit(messages(3)).result()
    assert [one.mail is not None for one in found] == [True, False, True]


def test_a_mail_that_hangs_its_reader_is_told_and_the_others_are_read(monkeypatch):
    over_there(monkeypatch, "b'Mail 2\\r' in raw and time.sleep(600)")
    monkeypatch.setattr("core.beside.MAIL_SECONDS", 6)
    with Beside() as beside:
        found = beside.submit(messages(3)).result()
    assert [one.mail is not None for one in found] == [True, False, True]


def test_many_mails_that_hang_are_told_a_few_at_a_time(monkeypatch):
    over_there(monkeypatch, "b'Mail' in raw and time.sleep(600)")
    monkeypatch.setattr("core.beside.MAIL_SECONDS", 1)
    monkeypatch.setattr("core.beside.ENOUGH_SECONDS", 2)
    with Beside() as beside:
        found = beside.submit(messages(30)).result()
    assert 1 <= len(found) < 30
    assert all("brought down" in one.error for one in found)


def test_nobody_waits_for_a_mail_that_hangs_when_all_is_over(monkeypatch, tmp_path):
    over_there(monkeypatch, f"b'Mail' in raw and (open('{tmp_path}/on', 'w'), time.sleep(600))")
    with Beside() as beside:
        future = beside.submit(messages(2))
        while not (tmp_path / "on").exists():
            threading.Event().wait(0.05)
    assert future.result() == []


def test_a_process_that_was_left_alone_with_a_mail_that_hangs_ends(monkeypatch):
    over_there(monkeypatch, "beside.ALARM_SECONDS and time.sleep(600)")
    start = module.START.replace("whole =", "beside.ALARM_SECONDS = 1; whole =")
    with subprocess.Popen([sys.executable, "-c", start, str(module.ADDON)],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # fmt: skip
        module._order(process.stdin, messages(1))
        try:
            assert process.wait(timeout=60) == -signal.SIGALRM
        finally:
            process.kill()


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


def test_nothing_is_begun_before_it_is_wanted_when_time_is_up():
    begun, in_time = [], True
    with closing(ahead(begun.append, range(9), early=lambda _item: in_time)) as results:
        in_time = False
        for wanted in range(9):
            next(results)
            assert begun == list(range(wanted + 1))


def test_something_can_be_done_while_a_result_is_waited_for(monkeypatch):
    monkeypatch.setattr("core.ahead.PAUSE_SECONDS", 0.05)
    waited = threading.Event()
    assert list(ahead(lambda _item: waited.wait(60), [1], meanwhile=waited.set)) == [True]
