"""The connection test: a ladder of steps that says where it breaks, why, and what to try next."""

from .certificate import Certificate
from .ladder import STEPS, Step, probe_imap, probe_smtp
from .policy import MAIL_PORTS, Policy, is_public
from .texts import TEXTS, Text

__all__ = [
    "MAIL_PORTS",
    "STEPS",
    "TEXTS",
    "Certificate",
    "Policy",
    "Step",
    "Text",
    "is_public",
    "probe_imap",
    "probe_smtp",
]
