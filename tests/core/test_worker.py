"""Which worker is certainly gone, so that its claims end at once."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import worker


def identity_of(pid):
    start = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return f"{socket.gethostname()}:{pid}:{start}"


def test_a_living_worker_is_not_dead():
    assert not worker.is_dead(worker.identity())


def test_a_worker_of_another_machine_is_never_taken_for_dead():
    assert not worker.is_dead("elsewhere:1:1")


def test_a_killed_worker_is_dead_before_its_parent_has_noticed():
    child = subprocess.Popen(["sleep", "60"])
    try:
        name = identity_of(child.pid)
        assert not worker.is_dead(name)
        os.kill(child.pid, signal.SIGKILL)
        stat = Path(f"/proc/{child.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)
        assert worker.is_dead(name), "a zombie does nothing more"
    finally:
        child.wait()
    assert worker.is_dead(name)
