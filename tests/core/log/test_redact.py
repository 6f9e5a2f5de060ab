from pathlib import Path

import polib
import pytest

from core.log import redact

TERMS = Path(__file__).resolve().parents[3] / "mail_center" / "i18n" / "pl.po"

SECRETS = [
    'a1 LOGIN anna@x.example hunter2',
    "C: abcd12 login anna hunter2",
    'a1 LOGIN "anna" "hunter2 with \\" quote"',
    "a1 BAD LOGIN joe hunter2",
    '* BAD LOGIN "joe" "hunter2"',
    'a1 NO LOGIN "joe" "hunter2" was not expected',
    "the server said:\na1 BAD LOGIN joe hunter2\r\na2 OK",
    "login joe hunter2",
    "C: login joe hunter2",
    "a2 AUTHENTICATE PLAIN AGFubmEAaHVudGVyMg==",
    "AUTH PLAIN AGFubmEAaHVudGVyMg==",
    "C: PASS hunter2 and more",
    "APOP anna c4c9334bac560ecc979e58001b3e22fb",
    "Authorization: Bearer hunter2-hunter2",
    '{"access_token": "hunter2", "refresh_token":"hunter2"}',
    "password=hunter2&x=1",
    "password: 'hunter2 x'",
]


@pytest.mark.parametrize("line", SECRETS)
def test_credentials_are_taken_out_and_a_second_time_changes_nothing(line):
    clean = redact(line)
    for secret in ("hunter2", "AGFubmEA", "c4c9334b"):
        assert secret not in clean
    assert "***" in clean
    assert redact(clean) == clean


@pytest.mark.parametrize(
    "line",
    [
        "a1 NO [AUTHENTICATIONFAILED] Authentication failed.",
        "535 5.7.8 Error: authentication failed",
        "a1 NO LOGIN failed. Try again later.",
        "a1 NO LOGIN failed",
        "a1 BAD LOGIN unknown command.",
        "Nobody can log in at present",
        "UID 12: the header is broken",
    ],
)
def test_what_servers_say_stays_readable(line):
    assert redact(line) == line


def test_what_we_say_ourselves_stays_readable_in_every_language():
    said = {text for term in polib.pofile(TERMS) for text in (term.msgid, term.msgstr)}
    assert [text for text in said if redact(text) != text] == []


def test_a_long_hostile_text_takes_no_time():
    assert redact('LOGIN "' + "\\" * 100_000)
    assert redact("password=" * 20_000)
    assert redact("login " * 20_000 + '"')
    assert redact("LOGIN a " + "b " * 20_000)
    assert redact("BAD LOGIN " + " " * 20_000 + "x" * 20_000)
    assert redact("a1" * 50_000 + " login" * 20_000)
