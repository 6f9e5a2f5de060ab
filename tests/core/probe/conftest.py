"""Fixtures: a real Dovecot and a real SMTP server with its certificates."""

import pytest

from tests.core.dovecot import Dovecot


@pytest.fixture(scope="session")
def sandbox():
    """IMAP and SMTP of one provider."""
    with Dovecot() as server:
        server.start_smtp()
        yield server
        server.stop_smtp()
