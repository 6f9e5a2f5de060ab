"""DKIM signatures (RFC 6376) with a key of one's own, by dkimpy."""

from __future__ import annotations

import base64
import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ..i18n import _

try:
    import dkim
except ImportError:  # mail is sent without a signature; the account says so
    dkim = None

BITS = 2048
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
# Signed where they are there; said twice: nobody can add another one (section 8.15).
HEADERS = (
    b"from", b"from", b"to", b"cc", b"subject", b"subject", b"date", b"message-id", b"reply-to",
    b"in-reply-to", b"references", b"mime-version", b"content-type", b"list-unsubscribe",
    b"list-unsubscribe-post",
)


class KeyProblem(ValueError):
    """The key can't be used."""


def new_key() -> str:
    """A new private key, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


def public_part(pem: str) -> str:
    """The public key in base64, as it stands in the DNS. Raises KeyProblem."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyProblem(_("This is no private key in PEM.")) from None
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < 1024:
        raise KeyProblem(_("DKIM wants an RSA key of 1024 bits or more."))
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


def dns_record(pem: str) -> str:
    """What is to be published as TXT of ``selector._domainkey.domain``."""
    return f"v=DKIM1; k=rsa; p={public_part(pem)}"


def sign(raw: bytes, domain: str, selector: str, pem: str) -> bytes:
    """``raw`` with a DKIM-Signature before it. Raises KeyProblem; ``raw`` ends its lines CR LF."""
    if dkim is None:
        raise KeyProblem(_("The Python package dkimpy is missing: mail can't be signed."))
    public_part(pem)
    if not (_NAME.fullmatch(selector) and _NAME.fullmatch(domain)):
        # It is written into the header: a line break there would be a field of somebody's own.
        raise KeyProblem(_("The selector or the domain is no name of the DNS."))
    names = {line.partition(b":")[0].strip().lower() for line in
             raw.partition(b"\r\n\r\n")[0].split(b"\r\n") if line[:1].strip()}
    try:
        signature = dkim.sign(
            raw, selector.encode("ascii"), domain.encode("idna"), pem.encode(),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name for name in HEADERS if name in names],
        )
    except (dkim.DKIMException, UnicodeError) as error:
        raise KeyProblem(str(error)) from error
    return signature + raw
