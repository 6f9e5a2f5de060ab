"""Takes credentials out of text that may hold protocol lines, whatever it came from."""

from __future__ import annotations

import re

_MARK = "***"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ARGUMENT = rf"(?:{_QUOTED}|\S+)"
# How an answer ends that says of the command itself that it was refused.
_REFUSAL = r"(?i:failed|failure|denied|disabled|rejected|refused|credentials|command|error)"
_PATTERNS = (
    # IMAP LOGIN (RFC 9051 section 6.2.3): the login stays, the password goes. It is told from the
    # word of a sentence by its capitals or its tag,
    (re.compile(r'((?:(?<!NO )(?<!BAD )\bLOGIN|\b[A-Za-z]{0,16}\d{1,9}\s+(?i:LOGIN))'
                rf'\s+{_ARGUMENT}\s+)({_ARGUMENT})'), r"\1"),
    # by its quotes, or by a line that ends after two arguments: in an answer that gives the command
    # back (and is not "a1 NO LOGIN failed. Try again later."), or as all that there is.
    (re.compile(rf'(\b(?i:LOGIN)\s+{_QUOTED}\s+)({_QUOTED})'), r"\1"),
    (re.compile(rf'((?:\b(?:NO|BAD)\s|^[ \t]*(?:[>*][ \t]*|C:[ \t]*)?)(?i:LOGIN)[ \t]+{_ARGUMENT}'
                rf'[ \t]+)(?!{_REFUSAL}\W*$)({_ARGUMENT})(?=\s*$)', re.M), r"\1"),
    # SASL: IMAP AUTHENTICATE, SMTP AUTH (RFC 4954), POP3 AUTH (RFC 5034), initial responses.
    (re.compile(r"(\bAUTH(?:ENTICATE)?\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|"
                r"SCRAM-[\w-]+)\s+)([A-Za-z0-9+/=_-]{4,})", re.I), r"\1"),
    # POP3 PASS and APOP (RFC 1939).
    (re.compile(r"(^\s*(?:>\s*|C:\s*)?PASS\s+)(.+)$", re.I | re.M), r"\1"),
    (re.compile(r"(\bAPOP\s+\S+\s+)([0-9a-f]{32})", re.I), r"\1"),
    # OAuth 2.0 bearer tokens (RFC 6750), in clear or in JSON.
    (re.compile(r"(\bBearer\s+)([\w.~+/=-]{8,})", re.I), r"\1"),
    (re.compile(r"((?:access|refresh|id)_token[\"']?\s*[:=]\s*[\"']?)([\w.~+/=-]{4,})", re.I),
     r"\1"),
    (re.compile(r"((?:password|passwd|pwd|client_secret|api_?key)[\"']?\s*[:=]\s*)"
                r"(\"[^\"]*\"|'[^']*'|[^\s,;&]+)", re.I), r"\1"),
)


def redact(text: str) -> str:
    """*text* with what looks like a password or a token replaced by ``***``. Safe to repeat."""
    for pattern, kept in _PATTERNS:
        text = pattern.sub(kept + _MARK, text)
    return text
