"""What the published records say, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..i18n import _

OK, WARNING, PROBLEM, UNKNOWN = "ok", "warning", "problem", "unknown"

# Providers ask their customers to name them in SPF by these.
_INCLUDES = {
    "gmail.com": "_spf.google.com",
    "office365.com": "spf.protection.outlook.com",
    "outlook.com": "spf.protection.outlook.com",
    "zoho.com": "zohomail.com",
    "zoho.eu": "zohomail.eu",
    "messagingengine.com": "spf.messagingengine.com",
    "fastmail.com": "spf.messagingengine.com",
    "mail.me.com": "icloud.com",
}


@dataclass(frozen=True)
class Finding:
    """``kind``: spf, dkim or dmarc. ``level``: ok, warning, problem or unknown.

    ``text``: plain English with ``{value}`` where ``value`` belongs. ``record``: what is published.
    """

    kind: str
    level: str
    text: str
    value: str = ""
    record: str = ""


def judge_spf(texts: Iterable[str] | None, smtp_host: str = "") -> Finding:
    """SPF (RFC 7208) of a domain from its TXT records; None: the DNS could not be asked."""
    if texts is None:
        return Finding("spf", UNKNOWN, _("The DNS could not be asked for SPF."))
    records = [text for text in texts if text.lower().split(" ")[0] == "v=spf1"]
    if not records:
        return Finding(
            "spf", PROBLEM,
            _("The domain does not say who may send for it (SPF): others take its mail for spam. "
              "Publish the record that your provider names."),
        )
    if len(records) > 1:
        return Finding(
            "spf", PROBLEM,
            _("The domain has several SPF records, which makes all of them void. Leave one."),
            record=" | ".join(records),
        )
    record = records[0]
    words = record.lower().split()[1:]
    wanted = next(
        (include for host, include in _INCLUDES.items()
         if smtp_host == host or smtp_host.endswith(f".{host}")), "",
    )
    if "+all" in words or "all" in words:
        return Finding(
            "spf", PROBLEM, _("The SPF record lets everybody send for the domain (+all)."),
            record=record,
        )
    if wanted and not any(wanted in word for word in words):
        return Finding(
            "spf", PROBLEM,
            _("The SPF record does not name this account's provider. Add “include:{value}”."),
            wanted, record,
        )
    if not {"-all", "~all"} & set(words) and not any(w.startswith("redirect=") for w in words):
        return Finding(
            "spf", WARNING,
            _("The SPF record does not end with “-all” or “~all”: it forbids nobody to send."),
            record=record,
        )
    return Finding("spf", OK, _("The domain says who may send for it (SPF)."), record=record)


def judge_dmarc(texts: Iterable[str] | None) -> Finding:
    """DMARC (RFC 7489) from the TXT records of ``_dmarc.`` and the domain."""
    if texts is None:
        return Finding("dmarc", UNKNOWN, _("The DNS could not be asked for DMARC."))
    records = [text for text in texts if text.replace(" ", "").lower().startswith("v=dmarc1")]
    if not records:
        return Finding(
            "dmarc", PROBLEM,
            _("The domain has no DMARC record. Large providers want one: publish "
              "“v=DMARC1; p=none” as TXT of _dmarc under the domain to begin with."),
        )
    record = records[0]
    policy = _tags(record).get("p", "").lower()
    if len(records) > 1 or policy not in ("none", "quarantine", "reject"):
        return Finding(
            "dmarc", PROBLEM, _("The DMARC record is wrong and counts for nothing."),
            record=" | ".join(records),
        )
    if policy == "none":
        return Finding(
            "dmarc", WARNING,
            _("DMARC only watches (p=none). When SPF and DKIM are right, “p=quarantine” protects "
              "the domain against forged mail."), record=record,
        )
    return Finding(
        "dmarc", OK, _("Forged mail of the domain is kept away (DMARC, p={value})."), policy, record
    )


def judge_dkim(found: Mapping[str, str] | None, own: tuple[str, str] = ("", "")) -> Finding:
    """DKIM (RFC 6376) from ``{selector: record}`` of the keys that were found.

    ``own``: selector and public key (base64) with which this account signs, where it does.
    """
    if found is None:
        return Finding("dkim", UNKNOWN, _("The DNS could not be asked for DKIM."))
    selector, public = own
    if selector:
        record = found.get(selector, "")
        if not record:
            return Finding(
                "dkim", PROBLEM,
                _("The key with which this account signs is not published. Publish the record "
                  "below as TXT of {value}._domainkey under the domain."), selector,
            )
        if _tags(record).get("p", "").replace(" ", "") != public:
            return Finding(
                "dkim", PROBLEM,
                _("The key published under {value}._domainkey is another one than the one with "
                  "which this account signs."), selector, record,
            )
        return Finding(
            "dkim", OK, _("Mail is signed with the key “{value}”, which is published."), selector,
            record,
        )
    usable = {name: record for name, record in found.items() if _tags(record).get("p")}
    if usable:
        name, record = sorted(usable.items())[0]
        return Finding(
            "dkim", OK,
            _("The domain publishes a DKIM key ({value}): its provider signs the mail."), name,
            record,
        )
    return Finding(
        "dkim", WARNING,
        _("No DKIM key was found under the usual names. Switch DKIM on at your provider, or let "
          "this account sign."),
    )


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, _sign, value in pairs if name.strip()}
