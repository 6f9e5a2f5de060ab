"""Passwords at rest: unreadable without the key, and no key is ever lost or doubled."""

import multiprocessing
import os
import stat
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.secrets import KeyFileError, Keyring, WrongKey, load_or_create

OLD, NEW = Keyring.generate_key(), Keyring.generate_key()


@given(st.text(st.characters(blacklist_categories=["Cs"])))
def test_a_password_of_any_letters_comes_back(secret):
    keyring = Keyring.from_text(NEW)
    token = keyring.encrypt(secret)
    assert keyring.decrypt(token) == secret
    assert len(secret) < 4 or secret not in token


def test_the_same_password_looks_different_each_time():
    keyring = Keyring.from_text(NEW)
    assert keyring.encrypt("secret") != keyring.encrypt("secret")


def test_a_database_copied_without_its_key_asks_for_passwords_again():
    token = Keyring.from_text(OLD).encrypt("secret")
    with pytest.raises(WrongKey):
        Keyring.from_text(NEW).decrypt(token)


@pytest.mark.parametrize("token", ["", None, "secret", "mc1.x.y", "mc2.000000000000.AAAA"])
def test_what_is_no_token_is_never_taken_for_a_password(token):
    with pytest.raises(WrongKey):
        Keyring.from_text(NEW).decrypt(token)


def test_a_token_that_somebody_changed_is_noticed():
    keyring = Keyring.from_text(NEW)
    token = keyring.encrypt("secret")
    changed = [token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1:]
               for n in range(len(token) - 3)]
    for bad in changed:
        with pytest.raises(WrongKey):
            keyring.decrypt(bad)


def test_old_passwords_stay_readable_while_keys_are_changed():
    token = Keyring.from_text(OLD).encrypt("secret")
    both = Keyring.from_text(f"# new first\n{NEW}\n{OLD}, # the old one\n")
    assert both.decrypt(token) == "secret"
    assert both.needs_rotation(token)
    rotated = both.rotate(token)
    assert not both.needs_rotation(rotated)
    assert both.rotate(rotated) == rotated
    assert Keyring.from_text(NEW).decrypt(rotated) == "secret"


@pytest.mark.parametrize("text", ["", "\n", "# nothing"])
def test_a_keyring_without_a_key_is_an_error(text):
    with pytest.raises(ValueError, match="no key"):
        Keyring.from_text(text)


@pytest.mark.parametrize("bad", ["short", "ż" * 44, NEW[:-4], NEW + "AAAA"])
def test_a_bad_key_is_named_by_its_number_and_not_shown(bad):
    with pytest.raises(ValueError, match="Key 2") as failure:
        Keyring.from_text(f"{NEW},{bad}")
    shown = "".join(traceback.format_exception(failure.value))
    assert bad not in str(failure.value)
    assert NEW not in shown


def test_neither_keys_nor_passwords_show_in_repr_or_tracebacks():
    keyring = Keyring.from_text(NEW)
    assert NEW not in repr(keyring) + str(keyring)
    token = keyring.encrypt("plant3d")
    try:
        keyring.decrypt(token[:-8] + "AAAAAAA=")
    except WrongKey as exc:
        shown = "".join(traceback.format_exception(exc))
    assert "plant3d" not in shown
    assert NEW not in shown


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path):
    path = tmp_path / "mail.key"
    token = load_or_create(path).encrypt("secret")
    assert load_or_create(path).decrypt(token) == "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["mail.key"]


def _encrypt_at(path, start, tokens):
    start.wait()
    tokens.put(load_or_create(path).encrypt("secret"))


def test_processes_that_start_at_the_same_time_agree_on_one_key(tmp_path):
    context = multiprocessing.get_context("spawn" if os.name == "nt" else "fork")
    for attempt in range(5):
        path = tmp_path / f"{attempt}.key"
        start, tokens = context.Event(), context.Queue()
        workers = [context.Process(target=_encrypt_at, args=(path, start, tokens))
                   for _ in range(8)]
        for worker in workers:
            worker.start()
        start.set()
        made = [tokens.get(timeout=30) for _ in workers]
        for worker in workers:
            worker.join(30)
        keyring = load_or_create(path)
        assert [keyring.decrypt(token) for token in made] == ["secret"] * len(workers)


@pytest.mark.parametrize("content", ["", "not a key", "ż"])
def test_a_damaged_key_file_is_never_replaced(tmp_path, content):
    path = tmp_path / "mail.key"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(KeyFileError, match="key file"):
        load_or_create(path)
    assert path.read_text(encoding="utf-8") == content


def test_a_missing_folder_is_explained(tmp_path):
    with pytest.raises(KeyFileError, match="folder must exist"):
        load_or_create(tmp_path / "missing" / "mail.key")
