"""Fixtures: a real Dovecot, with all extensions and with none."""

from tests.core.dovecot import account, any_dovecot, dovecot, plain_dovecot, session

__all__ = ["account", "any_dovecot", "dovecot", "plain_dovecot", "session"]
