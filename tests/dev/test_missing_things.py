"""What the bootstrap says when something is missing, and that it says so before any work."""

from __future__ import annotations

import ast
import fcntl
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dev import interpreter, odoo_process, odoo_source, packages, paths
from dev.console import DevError
from dev.paths import ROOT


@pytest.fixture
def clone(tmp_path):
    """A clone in which nothing was ever run, with the program only."""
    ignored = shutil.ignore_patterns("demo", "__pycache__")
    shutil.copytree(ROOT / "dev", tmp_path / "dev", ignore=ignored)
    return tmp_path


def call(clone, *words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "dev", *words],
        cwd=clone, capture_output=True, text=True, env={**os.environ, **environment}, check=False,
    )


def fake_python(folder: Path, version: str) -> Path:
    program = folder / "python"
    program.write_text(f"#!/bin/sh\necho {version}\n")
    program.chmod(0o755)
    return program


class TestPackages:
    def test_without_root_the_exact_command_is_printed(self, monkeypatch):
        monkeypatch.setattr(packages, "_root_prefix", lambda: None)
        with pytest.raises(DevError) as error:
            packages.install(["postgresql", "chromium"])
        assert "apt-get install --no-install-recommends postgresql chromium" in str(error.value)

    def test_sudo_that_would_ask_for_a_password_counts_as_no_root(self, monkeypatch, tmp_path):
        sudo = tmp_path / "sudo"
        sudo.write_text('#!/bin/sh\necho "sudo: a password is required" >&2\nexit 1\n')
        sudo.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
        assert packages._root_prefix() is None

    def test_without_apt_the_missing_packages_are_named(self, monkeypatch):
        monkeypatch.setattr(packages.shutil, "which", lambda name: None)
        with pytest.raises(DevError, match=r"missing: dovecot-imapd\. There is no apt-get here"):
            packages.install(["dovecot-imapd"])

    def test_what_is_there_is_not_installed_again(self, tmp_path):
        (tmp_path / "15").mkdir()
        there, absent = f"{tmp_path}/*", f"{tmp_path}/16"
        assert packages.missing({"a": there, "b": absent}) == ["b"]

    def test_the_system_is_called_what_it_calls_itself(self, tmp_path):
        release = tmp_path / "os-release"
        release.write_text('NAME="Fedora"\nPRETTY_NAME="Fedora Linux 44 (Workstation)"\n')
        assert packages.system_name(release) == "Fedora Linux 44 (Workstation)"
        assert packages.system_name(tmp_path / "none") == "an unknown system"


class TestPython:
    def test_a_named_python_that_is_too_old_is_refused_with_its_version(self, tmp_path):
        program = fake_python(tmp_path, "3.9")
        with pytest.raises(DevError, match=r"is Python 3\.9; Odoo 19 needs 3\.10 to 3\.13"):
            interpreter.find({"PYTHON": str(program)})

    def test_a_named_python_that_does_not_start_is_refused(self, tmp_path):
        with pytest.raises(DevError, match="is not a Python that starts"):
            interpreter.find({"PYTHON": str(tmp_path / "none")})

    def test_a_named_python_is_taken(self, tmp_path):
        program = fake_python(tmp_path, "3.13")
        assert interpreter.find({"PYTHON": str(program)}) == (str(program), "3.13")

    def test_of_those_present_the_preferred_one_is_taken(self, monkeypatch):
        present = {"/a/python3": "3.11", "/b/python3.13": "3.13", "/c/shim": None}
        monkeypatch.setattr(interpreter, "candidates", lambda version: list(present))
        monkeypatch.setattr(interpreter, "version_of", present.get)
        assert interpreter.find({}) == ("/b/python3.13", "3.13")

    def test_none_that_odoo_supports_is_told_with_what_to_install(self, monkeypatch):
        monkeypatch.setattr(interpreter, "candidates", lambda version: [])
        with pytest.raises(DevError, match="apt-get install python3 python3-venv"):
            interpreter.find({})

    def test_an_old_python_can_read_the_first_file_and_is_told_so_there(self):
        source = (ROOT / "dev" / "__main__.py").read_text()
        ast.parse(source, feature_version=(3, 4))
        first = source.index("sys.exit(")
        assert first < source.index("from dev"), "the check must come before other imports"


class TestMirror:
    DEBIAN = (
        "MetaKey: main/binary-amd64/Packages\nOrigin: Debian\nLabel: Debian\nSuite: stable\n"
        "Repo-URI: https://mirror.example/debian/\nComponent: main\n"
    )
    SECURITY = (
        "Origin: Debian\nLabel: Debian-Security\nRepo-URI: https://security.example/debian/\n"
    )
    OTHER = "Origin: Ubuntu\nLabel: Ubuntu\nRepo-URI: https://other.example/ubuntu/\n"

    def test_debians_own_archive_is_found_among_others(self):
        targets = "\n".join([self.OTHER, self.SECURITY, self.DEBIAN])
        assert odoo_source.debian_mirror(targets) == "https://mirror.example/debian/"

    @pytest.mark.parametrize("targets", ["", "\n", OTHER, f"{OTHER}\n{SECURITY}"])
    def test_where_there_is_none_none_is_made_up(self, targets):
        assert odoo_source.debian_mirror(targets) is None

    def test_sources_without_debian_are_told(self, monkeypatch, tmp_path):
        monkeypatch.delenv("DEBIAN_MIRROR", raising=False)
        monkeypatch.setattr(odoo_source, "APT", tmp_path)
        monkeypatch.setattr(odoo_source, "_indextargets", lambda *options: self.OTHER)
        monkeypatch.setattr(odoo_source, "_run_apt", lambda *words, **options: None)
        with pytest.raises(DevError, match="name no Debian archive"):
            odoo_source.find_mirror()

    def test_a_named_mirror_is_taken(self, monkeypatch):
        monkeypatch.setenv("DEBIAN_MIRROR", "https://mine.example/debian")
        assert odoo_source.find_mirror() == "https://mine.example/debian"

    def test_a_link_that_leads_nowhere_is_noticed(self, tmp_path):
        (tmp_path / "lib").mkdir()
        (tmp_path / "file").touch()
        (tmp_path / "lib" / "good").symlink_to("../file")
        (tmp_path / "lib" / "bad").symlink_to("../gone")
        assert odoo_source.dangling_links(tmp_path) == [tmp_path / "lib" / "bad"]


class TestPorts:
    @pytest.fixture
    def taken(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            yield listener.getsockname()[1]

    def test_a_named_port_that_is_taken_is_refused_before_any_work(self, clone, taken):
        answer = call(clone, "run", PORT=str(taken))
        assert answer.returncode == 1
        assert f"Port {taken} is taken by another program" in answer.stderr
        assert "[1/" not in answer.stdout

    def test_without_a_named_port_the_next_free_one_is_taken(self, taken):
        assert odoo_process.choose_port(None, first=taken) > taken

    def test_a_port_that_another_program_took_is_not_taken_for_ones_own(self, taken):
        assert odoo_process.listens(os.getpid(), taken)
        assert not odoo_process.listens(os.getppid(), taken)

    @pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
    def test_what_is_no_port_is_refused(self, port):
        with pytest.raises(DevError, match="is not a port number"):
            odoo_process.choose_port(port)


class TestOneAtATime:
    @pytest.mark.parametrize("command", ["run", "test"])
    def test_a_second_start_on_the_same_clone_is_told(self, clone, command):
        (clone / ".odoo").mkdir()
        with open(clone / ".odoo" / f"{command}.lock", "a") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            answer = call(clone, command)
        assert answer.returncode == 1
        assert f"'make {command}'" in answer.stderr
        assert "running on this clone" in answer.stderr
        assert "Traceback" not in answer.stderr

    def test_stop_and_clean_of_a_clone_where_nothing_runs_say_so(self, clone):
        assert call(clone, "stop").stdout == "nothing was running\n"
        assert call(clone, "clean").stdout == "nothing to remove\n"

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
    def test_another_users_folder_is_not_written_into(self, clone):
        (clone / ".odoo").mkdir()
        os.chown(clone / ".odoo", 65534, 65534)
        answer = call(clone, "setup")
        assert answer.returncode == 1
        assert "belongs to another user: run the command as nobody" in answer.stderr


class TestPlaces:
    def test_no_space_left_is_told_before_the_download(self, tmp_path, monkeypatch):
        usage = shutil._ntuple_diskusage(10**10, 10**10, 10**9)
        monkeypatch.setattr(paths.shutil, "disk_usage", lambda folder: usage)
        with pytest.raises(DevError, match=r"1\.0 GB free, about 4 GB are needed"):
            paths.require_space(tmp_path, 4)

    def test_state_of_a_clone_too_deep_for_a_socket_goes_elsewhere(self, tmp_path, monkeypatch):
        deep = tmp_path / ("d" * 60)
        deep.mkdir()
        elsewhere = tmp_path / "elsewhere"
        monkeypatch.setattr(paths, "CACHE", deep)
        monkeypatch.setattr(paths, "LOCATION_FILE", deep / "state-location")
        monkeypatch.setattr(paths, "fallback_state", lambda: elsewhere)
        assert paths.state_dir() == elsewhere
        assert paths.state_dir() == elsewhere, "decided once, it stays"

    def test_each_clone_has_its_own_place_elsewhere(self):
        one, two = paths.fallback_state(Path("/a")), paths.fallback_state(Path("/b"))
        assert one != two
        assert one.parent == Path("/var/tmp")

    def test_a_place_that_somebody_prepared_is_refused(self, tmp_path):
        (tmp_path / "real").mkdir()
        (tmp_path / "state").symlink_to("real")
        with pytest.raises(DevError, match="is not ours"):
            paths._make_state(tmp_path / "state")
