"""The whole corpus through all that a mail goes through before the database, within the limits.

A message becomes a mail or is refused with a reason; none takes more than two seconds of CPU or 200
megabytes.
"""

import pytest

from core.intake import take_in

from .broken_messages import BROKEN, HOSTILE
from .special_messages import SPECIAL
from .test_broken_mail import CPYTHON, assert_storable

SECONDS = 2
CORPUS = {
    **BROKEN,
    **HOSTILE,
    **SPECIAL,
    **{f"CPython {path.stem}": path.read_bytes for path in CPYTHON},
}


@pytest.mark.parametrize("name", CORPUS)
def test_every_message_ends_as_mail_or_quarantine_in_two_seconds_and_200_megabytes(
    name, run_confined
):
    made = CORPUS[name]
    raw = made if isinstance(made, bytes) else made()

    def work():
        intake = take_in(raw)
        if intake.mail is None:
            return f"quarantine: {intake.error}"
        assert_storable(intake.mail)
        return "mail"

    outcome = run_confined(work, SECONDS)
    assert outcome == "mail" or outcome.startswith("quarantine: The "), outcome
    assert "could not be read" not in outcome  # our own fault


def test_the_corpus_is_large():
    made_here = {**BROKEN, **HOSTILE, **SPECIAL}
    assert len(made_here) > 300
    assert sum(isinstance(raw, bytes) for raw in made_here.values()) > 230


def test_the_confinement_of_two_seconds_ends_what_takes_longer(run_confined):
    def forever():
        while True:
            pass

    assert run_confined(forever, SECONDS) == "killed by SIGPROF"
