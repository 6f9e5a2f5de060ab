"""Signatures of the tokens that come back to us through other people's mail programs. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac


def mac(key: bytes, purpose: str, payload: str, size: int = 10) -> str:
    """``size`` bytes of HMAC-SHA256 over an ASCII payload, in lower case base32 without padding.

    Lower case letters and digits survive what mail servers do to ids. What is signed for one
    *purpose* is worth nothing for another. Raises ValueError without a key.
    """
    if not key:
        raise ValueError("A token can't be signed without a key.")
    message = f"mail_center {purpose} {payload}".encode("ascii")
    digest = hmac.new(key, message, hashlib.sha256).digest()[:size]
    return base64.b32encode(digest).decode("ascii").rstrip("=").lower()


def is_mac(key: bytes, purpose: str, payload: str, given: str, size: int = 10) -> bool:
    """Whether *given* is the signature, in a time that tells nothing about it."""
    return hmac.compare_digest(mac(key, purpose, payload, size), given)
