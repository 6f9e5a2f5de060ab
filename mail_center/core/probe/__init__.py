"""The connection test: a ladder of steps that says where it breaks, why, and what to try next."""

from .certificate import AuthorityError, Certificate, authorities
from .ladder import STEPS, Step, probe_imap, probe_pop3, probe_smtp
from .policy import MAIL_PORTS, Policy, is_public
from .texts import TEXTS, Text
from .together import RESERVE, climb_together

__all__ = [
    "MAIL_PORTS",
    "RESERVE",
    "STEPS",
    "TEXTS",
    "AuthorityError",
    "Certificate",
    "Policy",
    "Step",
    "Text",
    "authorities",
    "climb_together",
    "is_public",
    "probe_imap",
    "probe_pop3",
    "probe_smtp",
]
