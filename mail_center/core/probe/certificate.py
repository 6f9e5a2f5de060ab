"""What a person needs to know of a server's certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from ..i18n import _

_NAMES_SHOWN = 5
MAX_PEM = 64 * 1024  # bytes; a chain of a dozen certificates


class AuthorityError(ValueError):
    """What was pasted can't be trusted as an authority. ``reason``: one of empty, private_key,
    too_large, not_pem, damaged; the text says the same in English, without quoting what was
    pasted: it may be a secret."""

    def __init__(self, reason: str):
        super().__init__(AUTHORITY_TEXTS[reason])
        self.reason = reason


AUTHORITY_TEXTS = {
    "empty": _("There is no certificate in it."),
    "private_key": _(
        "This is a private key, which belongs to the server alone: don't paste it anywhere. "
        "The certificate begins with -----BEGIN CERTIFICATE-----."
    ),
    "too_large": _("This is too long for a certificate. Paste only the authority's."),
    "not_pem": _(
        "This is not a certificate in PEM form. Paste the whole text, from "
        "-----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----."
    ),
    "damaged": _("The certificate is damaged: some of its text is missing or changed."),
}


@dataclass(frozen=True)
class Certificate:
    """``names``: whom it is for; ``subject``: its holder's name; ``issuer``: who signed it;
    ``not_before`` and ``not_after``: aware, in UTC."""

    names: tuple[str, ...]
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime

    @classmethod
    def from_der(cls, der: bytes | None) -> Certificate | None:
        """Read a certificate; None when there is none or it can't be read."""
        try:
            parsed = x509.load_der_x509_certificate(der or b"")
            subject = _common_name(parsed.subject)
            names = [subject]
            try:
                extension = parsed.extensions.get_extension_for_class(
                    x509.SubjectAlternativeName
                ).value
                names = [
                    *extension.get_values_for_type(x509.DNSName),
                    *map(str, extension.get_values_for_type(x509.IPAddress)),
                ] or names
            except x509.ExtensionNotFound:
                pass
            return cls(
                names=tuple(name for name in names if name),
                subject=subject,
                issuer=_common_name(parsed.issuer),
                not_before=parsed.not_valid_before_utc,
                not_after=parsed.not_valid_after_utc,
            )
        except (ValueError, TypeError, x509.DuplicateExtension, x509.InvalidVersion):
            return None

    @property
    def days_left(self) -> int:
        """Whole days until it expires; negative when it has."""
        return (self.not_after - datetime.now(timezone.utc)).days

    def params(self) -> dict[str, str]:
        """For texts: names, issuer, expires (ISO date), days."""
        shown = ", ".join(self.names[:_NAMES_SHOWN])
        more = len(self.names) - _NAMES_SHOWN
        return {
            "names": f"{shown} (+{more})" if more > 0 else shown or "?",
            "issuer": self.issuer or "?",
            "expires": self.not_after.date().isoformat(),
            "days": str(self.days_left),
        }


def authorities(pem: str) -> list[Certificate]:
    """The certificates in a PEM text (RFC 7468), at least one. Raises AuthorityError."""
    if not pem.strip():
        raise AuthorityError("empty")
    if len(pem) > MAX_PEM:
        raise AuthorityError("too_large")
    if "PRIVATE KEY-----" in pem:
        raise AuthorityError("private_key")
    if "-----BEGIN CERTIFICATE-----" not in pem:
        raise AuthorityError("not_pem")
    try:
        parsed = x509.load_pem_x509_certificates(pem.encode("ascii", "replace"))
    except ValueError:
        raise AuthorityError("damaged") from None
    found = [Certificate.from_der(each.public_bytes(Encoding.DER)) for each in parsed]
    if len(found) != pem.count("-----BEGIN CERTIFICATE-----") or None in found:
        raise AuthorityError("damaged")
    return found


def _common_name(name: x509.Name) -> str:
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(oid):
            return str(attribute.value)
    return ""
