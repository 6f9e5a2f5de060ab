"""What a calendar invitation says (RFC 5545, RFC 6047): what, when, where, who asks. Pure."""

from __future__ import annotations

import io
import re
import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo

from dateutil import tz

from .charset import clean_line, decode

# An invitation of a person takes a few kilobytes; of a longer one the beginning is read.
_MAX = 128 * 1024
_TEXT = 300
_FOLD = re.compile(r"\r?\n[ \t]")
_PARAMETER = re.compile(r';([A-Za-z0-9-]{1,60})=("[^"\n]*"|[^;:",\n]*)')
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_DURATION = re.compile(r"P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?"
                       r"(?:\d{1,6}S)?)?")  # fmt: skip
_ESCAPED = re.compile(r"\\([\\;,nN])")
_METHODS = ("REQUEST", "CANCEL", "REPLY", "COUNTER", "PUBLISH", "REFRESH", "ADD", "DECLINECOUNTER")


@dataclass(frozen=True, slots=True)
class Invitation:
    """One event. A moment is an aware datetime (UTC), a naive one in a zone that nobody knows
    (`zone` names it, '' for the reader's own), or a date for whole days; `end` is exclusive.
    """

    method: str  # REQUEST, CANCEL, REPLY, …
    summary: str = ""
    start: datetime | date | None = None
    end: datetime | date | None = None
    zone: str = ""
    where: str = ""
    organizer: str = ""
    answer: str = ""  # of a REPLY: ACCEPTED, DECLINED, TENTATIVE
    guest: str = ""  # of a REPLY: who answers
    guests: int = 0
    repeats: bool = False


def read_invitation(content: bytes) -> Invitation | None:
    """The first event of a text/calendar part, None when there is none."""
    text = _FOLD.sub("", decode(content[:_MAX])[0])
    lines = text.splitlines()
    upper = [line.strip().upper() for line in lines]
    try:
        begin = upper.index("BEGIN:VEVENT")
    except ValueError:
        return None
    end = next((n for n in range(begin, len(upper)) if upper[n] == "END:VEVENT"), len(upper))
    method = next((line.partition(":")[2].strip() for line in upper[:begin]
                   if line.startswith("METHOD:")), "")  # fmt: skip
    fields: dict[str, tuple[dict[str, str], str]] = {}
    guests = 0
    depth = 0
    for line in lines[begin + 1 : end]:
        name, params, value = _content_line(line)
        # An alarm inside the event has fields of the same names.
        depth += (name == "BEGIN") - (name == "END")
        if depth:
            continue
        guests += name == "ATTENDEE"
        fields.setdefault(name, (params, value))
    zones = _own_zones(lines[:begin] + lines[end:])
    start, zone = _moment(fields.get("DTSTART"), zones)
    until, _zone = _moment(fields.get("DTEND"), zones)
    if until is None:
        until = _after(start, fields.get("DURATION"))
    guest = fields.get("ATTENDEE", ({}, ""))
    return Invitation(
        method=method if method in _METHODS else "PUBLISH",
        summary=_words(fields, "SUMMARY"),
        start=start,
        end=until,
        zone=zone,
        where=_words(fields, "LOCATION"),
        organizer=_person(fields.get("ORGANIZER")),
        answer=guest[0].get("PARTSTAT", "").upper()[:20] if method == "REPLY" else "",
        guest=_person(guest) if method == "REPLY" else "",
        guests=guests,
        repeats="RRULE" in fields or "RDATE" in fields,
    )


def _content_line(line: str) -> tuple[str, dict[str, str], str]:
    match = re.match(r"[A-Za-z0-9-]{1,60}", line)
    if not match:
        return "", {}, ""
    params: dict[str, str] = {}
    position = match.end()
    while found := _PARAMETER.match(line, position):
        params.setdefault(found[1].upper(), found[2].strip('"'))
        position = found.end()
        if len(params) > 50:
            break
    value = line[position + 1 :] if line[position : position + 1] == ":" else ""
    return match[0].upper(), params, value


def _words(fields: dict, name: str) -> str:
    value = fields.get(name, ({}, ""))[1][: 4 * _TEXT]
    value = _ESCAPED.sub(lambda m: " " if m[1] in "nN" else m[1], value)
    return clean_line(value)[:_TEXT]


def _person(field: tuple[dict[str, str], str] | None) -> str:
    if not field:
        return ""
    params, value = field
    address = re.sub(r"(?i)^mailto:", "", value.strip())
    return clean_line(params.get("CN") or address)[:_TEXT]


def _moment(field, zones: dict[str, tzinfo]) -> tuple[datetime | date | None, str]:
    if not field:
        return None, ""
    params, value = field
    match = _MOMENT.fullmatch(value.strip())
    if not match:
        return None, ""
    try:
        year, month, day = (int(match[n]) for n in (1, 2, 3))
        if match[4] is None:
            return date(year, month, day), ""
        moment = datetime(year, month, day, int(match[4]), int(match[5]), min(int(match[6]), 59))
        if match[7]:
            return moment.replace(tzinfo=timezone.utc), ""
        name = params.get("TZID", "")
        zone = _known_zone(name) or zones.get(name)
        if zone is None:
            return moment, clean_line(name)[:100]
        return moment.replace(tzinfo=zone).astimezone(timezone.utc), ""
    except (ValueError, OverflowError):
        return None, ""


def _after(start, duration) -> datetime | date | None:
    match = _DURATION.fullmatch(duration[1].strip()) if duration else None
    if not match or start is None:
        return None
    weeks, days, hours, minutes = (int(one or 0) for one in match.groups())
    try:
        return start + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    except OverflowError:
        return None


def _known_zone(name: str) -> tzinfo | None:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}", name):
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _own_zones(lines: list[str]) -> dict[str, tzinfo]:
    """The zones that the calendar itself describes, as Outlook does under names of its own."""
    zones: dict[str, tzinfo] = {}
    block: list[str] | None = None
    for line in lines:
        upper = line.strip().upper()
        if upper == "BEGIN:VTIMEZONE":
            block = []
        elif upper == "END:VTIMEZONE" and block is not None and len(zones) < 10:
            zone = _own_zone(block)
            name = next((_content_line(one)[2] for one in block
                         if one.upper().startswith("TZID")), "")  # fmt: skip
            if zone and name:
                zones.setdefault(name, zone)
            block = None
        elif block is not None and len(block) < 200:
            # A rule that repeats each second would be counted through since 1601.
            if upper.startswith("RRULE") and "FREQ=YEARLY" not in upper:
                continue
            block.append(line.strip())
    return zones


def _own_zone(block: list[str]) -> tzinfo | None:
    source = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VTIMEZONE", *block, "END:VTIMEZONE",
                          "END:VCALENDAR"])  # fmt: skip
    try:
        return tz.tzical(io.StringIO(source)).get()
    except Exception:  # whatever a stranger's description of a zone brings about
        return None
