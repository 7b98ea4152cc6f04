"""Deadlines as iCalendar: numbers of cases, what is due and by which law. Nothing about a person.

Source: RFC 5545, 3.1 (lines of at most 75 octets), 3.3.11 (escaping), 3.6.1 (events).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from discreet.foundation.desk.calendar import Due

LONGEST_LINE = 75


def icalendar(dues: Iterable[Due], *, now: datetime, name: str, base_url: str) -> bytes:
    """Return the deadlines as all-day events; the same clock keeps its id, so an import again moves it."""
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Discreet//Deadlines//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(name)}",
    ]
    for due in dues:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{due.number}-{due.rule_id}@{base_url.partition('://')[2].partition('/')[0] or 'discreet'}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{due.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{due.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(f'{due.number}: {due.what}' + (f' ({due.law})' if due.law else ''))}",
            f"DESCRIPTION:{_escaped(due.title)}",
            "TRANSP:TRANSPARENT",
        ]
        if due.url:
            lines.append(f"URL:{base_url.rstrip('/')}{due.url}")
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) for line in lines).encode()


def _escaped(text: str) -> str:
    plain = " ".join(text.split())
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """Return the line with its end, broken so that no part is longer than the standard allows."""
    parts, part, size = [], "", 0
    for character in line:
        width = len(character.encode())
        if size + width > LONGEST_LINE:
            parts.append(part)
            part, size = " ", 1
        part += character
        size += width
    return "\r\n".join([*parts, part]) + "\r\n"
