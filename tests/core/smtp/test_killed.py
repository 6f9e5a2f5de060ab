"""A worker killed in the middle of sending: what it wrote down tells what may have happened."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.rawserver import RawServer, smtp

ADDON = Path(__file__).parents[3] / "mail_center"
WORKER = """
import os, signal, sys
from core.smtp import Endpoint, Session

record, port, die_at = sys.argv[1], int(sys.argv[2]), sys.argv[3]

def on_phase(phase):
    with open(record, "a") as file:
        file.write(phase + " ")
        file.flush()
        os.fsync(file.fileno())
    if phase == die_at:
        os.kill(os.getpid(), signal.SIGKILL)

endpoint = Endpoint("localhost", port, "none", address="127.0.0.1", timeout=20)
with Session.open(endpoint) as session:
    raw = b"Subject: x\\r\\n\\r\\n" + b"x" * 300_000 + b"\\r\\n"
    attempt = session.send("a@example.com", ["b@example.com"], raw, on_phase)
    on_phase(attempt.results["b@example.com"].state)
"""


def work(tmp_path, die_at="", answers=None):
    """(what the worker wrote down, how many mails the server has taken, its exit code)."""
    record = tmp_path / "record"
    taken = []
    workers = []

    def take(peer):
        taken.append(1)
        if die_at == "server":
            os.kill(workers[0].pid, signal.SIGKILL)
            workers[0].wait()
            return False
        peer.send(b"250 taken\r\n")
        return True

    with RawServer(smtp({".": take, **(answers or {})})) as server:
        workers.append(
            subprocess.Popen(
                [sys.executable, "-c", WORKER, str(record), str(server.port), die_at],
                env={**os.environ, "PYTHONPATH": str(ADDON)},
            )
        )
        code = workers[0].wait(60)
    return record.read_text().split(), len(taken), code


def test_a_worker_that_lives_writes_down_every_phase(tmp_path):
    assert work(tmp_path) == (["mail", "rcpt", "data", "content", "sent"], 1, 0)


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data"])
def test_killed_before_the_content_is_complete_nothing_was_sent(tmp_path, phase):
    written, taken, code = work(tmp_path, phase)
    assert (written[-1], taken, code) == (phase, 0, -signal.SIGKILL)


def test_killed_between_writing_and_the_final_dot_is_in_doubt_and_was_not_sent(tmp_path):
    assert work(tmp_path, "content")[:2] == (["mail", "rcpt", "data", "content"], 0)


def test_killed_after_the_server_took_the_mail_is_in_doubt_and_never_taken_for_unsent(tmp_path):
    assert work(tmp_path, "server")[:2] == (["mail", "rcpt", "data", "content"], 1)
