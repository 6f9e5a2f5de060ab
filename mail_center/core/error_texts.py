"""What :class:`MailServerError` says, as texts that can be translated.

The sessions raise finished English sentences. Here are the sentences with places for what was
filled in, marked for translation; :func:`parse` finds the one that a message was made of.
"""

from __future__ import annotations

import re

from .i18n import _

TEXTS = (
    # the network
    _("The server name {host} was not found."),
    _("Looking up the name {host} took too long."),
    _("{host} port {port} does not answer."),
    _("No connection to {host} port {port}: {why}."),
    _("The time for connecting is over."),
    _("The connection is closed."),
    _("The connection to the server is closed."),
    _("The connection was lost while {what}."),
    _("The server closed the connection."),
    _("The server closed the connection in the middle of a mail."),
    _("The server did not answer in time while {what}."),
    _("The server takes too long to answer."),
    _("The server sends more than was asked for."),
    _("The server sends an endless line."),
    _("The server announces {size} bytes, more than we accept."),
    # encryption
    _("No encrypted connection could be agreed on."),
    _("The connection is encrypted already."),
    _("The server closed the connection during the TLS handshake."),
    _("The server does not offer STARTTLS. Logging in without encryption is refused."),
    _("The server does not offer STARTTLS (STLS). Logging in without encryption is refused."),
    _("The server refuses STARTTLS."),
    _(
        "The server (or somebody in between) sent data ahead of the encryption. "
        "Nothing was sent to it."
    ),
    _("The connection is compressed already."),
    _("The server sent data ahead of the compression."),
    _("Logging in without encryption is refused."),
    _("The pinned certificate authority is not a PEM certificate."),
    _("The server's certificate has expired."),
    _("The server's certificate is not valid yet."),
    _("The server's certificate is for another name."),
    _("The server's certificate is self-signed."),
    _("The server's certificate was issued by an unknown authority."),
    _("The server's certificate can't be trusted."),
    # the login
    _("The server refuses the login or the password."),
    _("The server refuses the login."),
    _("The server can't log anybody in at present."),
    _("The server can't open the mailbox at present."),
    _(
        "The server allows no login by password on this connection. "
        "Try another security (TLS or STARTTLS)."
    ),
    _("The server accepts only ASCII letters in login and password."),
    _("The server skips the login (PREAUTH), which is not safe with encryption."),
    _("The server logs in without credentials."),
    _(
        "The server offers no login on this connection. "
        "Choose STARTTLS or TLS, or leave the login empty."
    ),
    _("The server offers no kind of login that we know."),
    _("The server's login challenge is broken."),
    # what the server answers
    _("This is not an IMAP server."),
    _("The server's answer is no SMTP."),
    _("The server refuses the connection."),
    _("The server refuses to talk to us."),
    _("The server refuses: {what}."),
    _("The server ended the session for now."),
    _("The server ended the session during {what}."),
    _("The server's answer to {what} makes no sense."),
    _("The server's answer to {what} can't be understood."),
    # the mailbox
    _("The folder is read-only on the server."),
    _("The mailbox is full on the server."),
    _("The folder {folder} can't be created."),
    _("The server gives no UIDVALIDITY."),
    _("The server can't give all messages."),
    _("The server can't remove single messages (UIDPLUS)."),
    _("The server can't tell of new mail by itself (IDLE)."),
    _(
        "The server can't tell its messages apart (no UIDL), so new ones can't be known. "
        "Use IMAP for this mailbox."
    ),
    _("The message is larger than {size} bytes, the most we accept."),
)

_PLACE = re.compile(r"\{(\w+)\}")


def _pattern(text: str) -> re.Pattern:
    pieces = _PLACE.split(text)  # text, name, text, name, …, text
    return re.compile(
        "".join(
            f"(?P<{piece}>.+?)" if number % 2 else re.escape(piece)
            for number, piece in enumerate(pieces)
        ),
        re.DOTALL,
    )


_PATTERNS = tuple((text, _pattern(text)) for text in TEXTS if "{" in text)


def parse(message: str) -> tuple[str, dict[str, str]]:
    """The text that ``message`` was made of, and what was filled in; unknown: as it is, ``{}``.

    ``parse("The server name x.example was not found.")`` is
    ``("The server name {host} was not found.", {"host": "x.example"})``.
    """
    if message not in TEXTS:
        for text, pattern in _PATTERNS:
            if match := pattern.fullmatch(message):
                return text, match.groupdict()
    return message, {}
