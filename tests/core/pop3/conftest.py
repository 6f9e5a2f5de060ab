"""Fixtures: a real Dovecot that speaks POP3."""

from tests.core.dovecot import dovecot

__all__ = ["dovecot"]
