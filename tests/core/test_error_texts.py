import ast
from pathlib import Path

import pytest

from core import error_texts
from core.smtp import outcome

CORE = Path(error_texts.__file__).parent
SOURCES = [CORE / "endpoint.py", CORE / "net.py"] + sorted(
    path for folder in ("imap", "pop3", "smtp") for path in (CORE / folder).glob("*.py")
)
RAISING = {"error", "_error", "MailServerError"}


def literals(node):
    """The texts that an expression can be, with ``1`` for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            part.value if isinstance(part, ast.Constant) else "1" for part in node.values
        )
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def messages():
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in RAISING and len(node.args) > 1:
                    found.update((path.name, text) for text in literals(node.args[1]))
    return sorted(found)


@pytest.mark.parametrize(("file", "message"), messages())
def test_what_a_session_raises_can_be_shown_in_another_language(file, message):
    text, values = error_texts.parse(message)
    assert text in error_texts.TEXTS, f"add it to core/error_texts.py: {message!r} of {file}"
    assert text.format(**values) == message


@pytest.mark.parametrize(
    ("message", "values"),
    [
        ("The server name mail.example was not found.", {"host": "mail.example"}),
        ("a.example port 993 does not answer.", {"host": "a.example", "port": "993"}),
        (
            "No connection to a.example port 25: No route to host.",
            {"host": "a.example", "port": "25", "why": "No route to host"},
        ),
        ("The server refuses: opening the folder A: {B}.", {"what": "opening the folder A: {B}"}),
        ("The server's certificate has expired.", {}),
    ],
)
def test_a_message_is_taken_apart_into_its_text_and_what_was_filled_in(message, values):
    text, found = error_texts.parse(message)
    assert found == values
    assert text in error_texts.TEXTS
    assert text.format(**found) == message


def test_a_message_that_nobody_knows_stays_as_it_is():
    assert error_texts.parse("Something {else}.") == ("Something {else}.", {})
    assert error_texts.parse("") == ("", {})


def test_the_advice_of_an_smtp_outcome_is_no_text_of_its_own():
    advice = outcome.classify(outcome.Reply.parse(535, "5.7.8 no"), "auth").advice
    assert error_texts.parse(advice) == (advice, {})
