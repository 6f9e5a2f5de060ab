"""What a person needs to know of a server's certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from cryptography import x509
from cryptography.x509.oid import NameOID

_NAMES_SHOWN = 5


@dataclass(frozen=True)
class Certificate:
    """``names``: whom it is for; ``issuer``: who signed it; ``not_after``: aware, in UTC."""

    names: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime

    @classmethod
    def from_der(cls, der: bytes | None) -> Certificate | None:
        """Read a certificate; None when there is none or it can't be read."""
        try:
            parsed = x509.load_der_x509_certificate(der or b"")
            names = [_common_name(parsed.subject)]
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


def _common_name(name: x509.Name) -> str:
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(oid):
            return str(attribute.value)
    return ""
