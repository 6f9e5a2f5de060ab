"""Programs that are started, watched and ended; logs that are read; addons that change."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time

import pytest

from dev import addons, databases, process
from dev.console import DevError, Steps
from dev.paths import ROOT
from dev.process import PidFile, run_logged, start_background

ENTRY = "2026-11-24 10:00:00,123 4711 {} db odoo.addons.mail_center.models.x: {}"


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "LOG", tmp_path)
    return tmp_path / "work.log"


def wait_for(log, pattern: str) -> str:
    """What ``pattern`` matches in a log, once it does."""
    while True:
        found = re.search(pattern, log.read_text() if log.exists() else "", re.MULTILINE)
        if found:
            return found[1]
        time.sleep(0.01)


class TestEnding:
    def test_a_process_that_got_the_pid_of_an_ended_one_is_left_alone(self, tmp_path):
        with subprocess.Popen(["sleep", "60"]) as other:
            note = PidFile(tmp_path / "x.pid")
            note.path.write_text(f"{other.pid} 12345\n")
            assert note.pid() is None
            assert note.stop() is False
            assert other.poll() is None
            other.kill()

    def test_a_server_is_ended_and_its_note_removed(self, tmp_path):
        note = PidFile(tmp_path / "x.pid")
        server = start_background(["sleep", "60"], tmp_path / "x.log", note)
        assert note.pid() == server.pid
        assert note.stop() is True
        assert not note.path.exists()
        assert process.start_time(server.pid) is None

    def test_a_server_that_will_not_end_is_killed(self, tmp_path):
        note = PidFile(tmp_path / "x.pid")
        stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); "
        log = tmp_path / "x.log"
        server = start_background([sys.executable, "-c", stubborn + "time.sleep(60)"], log, note)
        wait_for(log, "(1)")
        assert note.stop(timeout=0.2) is True
        assert process.start_time(server.pid) is None

    def test_rubbish_in_a_pid_file_is_nobody(self, tmp_path):
        path = tmp_path / "x.pid"
        path.write_text("rubbish")
        assert PidFile(path).pid() is None

    @pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_a_stopped_command_ends_what_it_was_waiting_for(self, tmp_path, sig):
        # SIGINT is ignored at first, as a shell does for what it starts in the background.
        program = (
            "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
            "from pathlib import Path; from dev import process\n"
            "process.LOG = Path(sys.argv[1]); process.interruptible()\n"
            "try: process.run_logged(['sh', '-c', 'echo $$; exec sleep 60'], 'work')\n"
            "except KeyboardInterrupt: sys.exit(130)\n"
        )
        runner = subprocess.Popen([sys.executable, "-c", program, tmp_path], cwd=ROOT)
        log = tmp_path / "work.log"
        child = int(wait_for(log, r"^(\d+)$"))
        runner.send_signal(sig)
        assert runner.wait(20) == 130
        assert process.start_time(child) is None

    def test_a_command_stopped_in_the_moment_of_a_start_leaves_nothing_behind(self, tmp_path):
        program = (
            "import signal, subprocess, sys\n"
            "from pathlib import Path; from dev import process\n"
            "class Interrupted(subprocess.Popen):\n"
            "    def __init__(self, *words, **options):\n"
            "        super().__init__(*words, **options)\n"
            "        print(self.pid, flush=True)\n"
            "        signal.raise_signal(signal.SIGTERM)\n"
            "subprocess.Popen = Interrupted\n"
            "process.LOG = Path(sys.argv[1]); process.interruptible()\n"
            "try: process.run_logged(['sleep', '60'], 'work')\n"
            "except KeyboardInterrupt: sys.exit(130)\n"
        )
        words = [sys.executable, "-c", program, tmp_path]
        options = {"cwd": ROOT, "capture_output": True, "text": True, "timeout": 40}
        ended = subprocess.run(words, check=False, **options)
        assert ended.returncode == 130
        assert process.start_time(int(ended.stdout)) is None

    def test_a_step_that_must_not_be_cut_is_waited_for(self, tmp_path):
        program = (
            "import sys; from pathlib import Path; from dev import process\n"
            "process.LOG = Path(sys.argv[1]); process.interruptible()\n"
            "words = ['sh', '-c', 'echo begun; sleep 1; echo through']\n"
            "try: process.run_logged(words, 'work', finish=True)\n"
            "except KeyboardInterrupt: sys.exit(130)\n"
        )
        runner = subprocess.Popen([sys.executable, "-c", program, tmp_path], cwd=ROOT)
        log = tmp_path / "work.log"
        wait_for(log, r"^(begun)$")
        runner.send_signal(signal.SIGINT)
        assert runner.wait(20) == 130
        assert log.read_text().endswith("through\n")


class TestLogs:
    def test_a_failure_names_the_log_and_quotes_its_end(self, log):
        words = ["sh", "-c", "seq 1 100; echo the reason; exit 7"]
        with pytest.raises(DevError) as error:
            run_logged(words, "work", hint="It could not be done.")
        text = str(error.value)
        assert "It could not be done." in text
        assert str(log) in text
        assert "ended with 7" in text
        assert text.endswith("the reason")
        assert "\n    50\n" not in text

    def test_a_program_that_is_missing_is_named(self, log):
        with pytest.raises(DevError, match="no-such-program is missing"):
            run_logged(["no-such-program"], "work")

    def test_only_entries_from_warning_up_are_complaints(self, tmp_path):
        path = tmp_path / "odoo.log"
        path.write_text(
            "\n".join([
                ENTRY.format("INFO", "WARNING is only a word here"),
                ENTRY.format("WARNING", "field without a label"),
                ENTRY.format("INFO", "going on"),
                ENTRY.format("ERROR", "could not load"),
                "Traceback (most recent call last):",
                '  File "x.py", line 1, in <module>',
                "ValueError: the reason",
                ENTRY.format("DEBUG", "after it"),
                "not an entry",
            ])
        )
        complaints = databases.log_complaints(path)
        assert [line.rpartition(": ")[2] for line in complaints] == [
            "field without a label",
            "could not load",
            "Traceback (most recent call last):".rpartition(": ")[2],
            "the reason",
        ]
        with pytest.raises(DevError, match="field without a label"):
            databases.require_clean(path)

    def test_a_clean_log_passes(self, tmp_path):
        path = tmp_path / "odoo.log"
        path.write_text(ENTRY.format("INFO", "loaded") + "\n")
        databases.require_clean(path)


class TestProgress:
    def test_each_step_says_its_number_outcome_and_time(self, capsys):
        steps = Steps(2)
        with steps.step("First"):
            pass
        with pytest.raises(DevError), steps.step("Second"):
            raise DevError("no")
        first, second = capsys.readouterr().out.splitlines()
        assert first.startswith("[1/2] First … ok (")
        assert second.startswith("[2/2] Second … failed (")


class TestAddons:
    @pytest.fixture
    def repository(self, tmp_path):
        for name, depends in {
            "one": ["base"], "two": ["one", "foreign"], "three": ["two", "nowhere"],
        }.items():
            (tmp_path / name / "tests").mkdir(parents=True)
            (tmp_path / name / "__manifest__.py").write_text(repr({"depends": depends}))
        for name in ("base", "foreign"):
            (tmp_path / "odoo" / name).mkdir(parents=True)
            (tmp_path / "odoo" / name / "__manifest__.py").write_text("{}")
        return tmp_path

    def test_an_addon_whose_dependency_is_not_here_is_left_out(self, repository):
        manifests = addons.ours(repository)
        assert list(manifests) == ["one", "three", "two"]
        names = addons.installable(manifests, repository / "odoo")
        assert names == ["one", "two"]
        assert addons.foreign_dependencies(manifests, names) == {"base", "foreign"}

    def test_changed_code_is_noticed_and_changed_tests_are_not(self, repository):
        before = addons.fingerprints(["one"], repository)
        (repository / "one" / "tests" / "test_x.py").write_text("x = 1\n")
        assert addons.fingerprints(["one"], repository) == before
        (repository / "one" / "views.xml").write_text("<odoo/>\n")
        assert addons.fingerprints(["one"], repository) != before

    def test_a_broken_manifest_is_named(self, repository):
        (repository / "one" / "__manifest__.py").write_text("{'depends': [")
        with pytest.raises(DevError, match="__manifest__.py is not a Python dictionary"):
            addons.ours(repository)
