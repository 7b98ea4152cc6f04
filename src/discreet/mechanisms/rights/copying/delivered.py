"""What a delivered copy holds and how it goes to the person: for the letter, the status page and staff.

From the evidence of the delivery: the data may have changed since the preview.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, ngettext

from discreet.engines.subjects.redact import Kind as Why
from discreet.foundation.desk import times
from discreet.foundation.desk.phrases import sentences
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.organisation.queries import profile
from discreet.mechanisms.rights import names
from discreet.mechanisms.rights.copying.values import WITHHELD, kind_words
from discreet.mechanisms.rights.opening.identity import goes_to_person_only
from discreet.mechanisms.rights.outside import said as places
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import Answer, Outcome
from discreet.mechanisms.rights.words import ANSWERS


@dataclass(frozen=True, slots=True)
class Copy:
    """`rows`: “source.table” → rows. `fetched_at`: None = nobody has used the link.

    `replaced`: how many values are described instead of sent, by category; are another person's; are held back.
    """

    rows: Mapping[str, int]
    not_covered: Sequence[Mapping[str, Any]]
    fetched_at: datetime | None
    replaced: Mapping[str, int] = field(default_factory=dict)


def copy_of(view: RequestView) -> Copy | None:
    """Return what the evidence says of the copy; None where none was delivered."""
    if view.outcome != Outcome.DELIVERED:
        return None
    entries = entries_for(f"request:{view.number}")
    made = next((one for one in entries if one.act == "rights.finish_access" and "rows" in one.facts), None)
    if made is None:
        return None
    facts: Any = made.facts
    return Copy(
        rows=facts["rows"],
        not_covered=facts.get("not_covered") or (),
        fetched_at=next((one.at for one in reversed(entries) if one.act == "rights.fetch_package"), None),
        replaced=facts.get("replaced") or {},
    )


def not_told(view: RequestView) -> Sequence[Mapping[str, Any]]:
    """Return what the answer of a request to know does not cover."""
    if view.outcome != Outcome.TOLD:
        return ()
    entries = entries_for(f"request:{view.number}")
    facts: Any = next((one.facts for one in reversed(entries) if one.act == "rights.finish_telling"), {})
    return facts.get("not_covered") or ()


def copied_lines(view: RequestView, copy: Copy | None) -> list[dict[str, str]]:
    """Return a line for each table that the copy holds rows of and each file in it, then what was replaced.

    In the reader's language.
    """
    found = []
    for place, rows in (copy.rows if copy else {}).items():
        source, _, table = place.partition(".")  # no source's name holds a dot
        count = ngettext("%(n)s row", "%(n)s rows", rows) % {"n": f"{rows:,}"}
        found.append({"table": names.place_name(source, table), "rows": count})
    files = places.file_lines(view) if copy else []
    return [*found, *files, *(_replaced(*one) for one in (copy.replaced if copy else {}).items())]


def _replaced(kind: str, values: int) -> dict[str, str]:
    """Return the line on what is not sent as it stands: described, another person's, or held back."""
    count = ngettext("%(n)s value", "%(n)s values", values) % {"n": f"{values:,}"}
    if kind == Why.ANOTHER:
        return {"table": gettext("Other people, with letters in their place"), "rows": count}
    if kind == WITHHELD:
        count = ngettext("%(n)s part", "%(n)s parts", values) % {"n": f"{values:,}"}
        return {"table": gettext("Held back for the rights of others or for secrets"), "rows": count}
    return {"table": gettext("Held, not sent: %(kind)s") % {"kind": kind_words(kind)}, "rows": count}


def handed_over(view: RequestView, copy: Copy | None, *, now: datetime) -> str:
    """Return how the copy comes to the person, as the person reads it; "" where there is none."""
    if copy is None:
        return ""
    if view.answer == Answer.LETTER_DUE:
        return _waits(view, now)
    if view.answer == Answer.LETTER_SENT and view.answered_at is not None:
        words = gettext("We gave you the copy on %(day)s, where we checked your identity.")
        if not goes_to_person_only(view.course.requester):
            words = gettext("We gave you the copy on %(day)s, where we checked your documents.")
        return words % {"day": times.day(view.answered_at)}
    if copy.fetched_at is not None:
        words = gettext("The copy was fetched on %(day)s by the link that we sent; the link works no more.")
        return words % {"day": times.day(copy.fetched_at)}
    until = _works_until(view, now)
    if until is None:
        return gettext("The link that we sent ran out without being used. Ask us for another copy.")
    words = gettext("We have sent a link to the e-mail address we hold. It works once, until %(day)s.")
    return words % {"day": times.day(until)}


def is_waiting(view: RequestView) -> bool:
    """Say whether a copy is made that nobody has been handed."""
    return view.outcome == Outcome.DELIVERED and view.answer == Answer.LETTER_DUE


def _waits(view: RequestView, now: datetime) -> str:
    """Return why no mail takes the copy to whoever reads this, by when they have it, and whom to write to."""
    why = gettext(
        "The copy is ready. We hold no e-mail address of yours, so we give it to you where we checked your identity."
    )
    if not goes_to_person_only(view.course.requester):
        why = gettext(
            "The copy is ready. It is another person’s data, so no mail takes it to you: we hand it to you where we "
            "checked your documents."
        )
    company = profile()
    address, due = company.officer_email or company.contact_email, view.due_at
    when = gettext("You have it by %(day)s.") % {"day": times.due_day(due)} if due and due > now else ""
    where = gettext("For a time and a place write to %(address)s.") % {"address": address} if address else ""
    return sentences([why, when, where])


def _works_until(view: RequestView, now: datetime) -> datetime | None:
    """Return until when the link can be used; None = no longer."""
    until = view.package_expires_at
    return until if until is not None and until > now and view.has_package else None


def facts_for_staff(view: RequestView, copy: Copy | None, *, now: datetime) -> list[tuple[str, str]]:
    """Return for staff how the copy went and whether it was fetched: (label, text)."""
    if copy is None:
        return []
    if is_waiting(view):
        return [(gettext("Answer"), gettext("Not handed over yet"))]
    if view.answer == Answer.LETTER_SENT and view.answered_at is not None:
        handed = gettext("Handed over %(at)s") % {"at": times.moment(view.answered_at, now=now)}
        return [(gettext("Answer"), handed)]
    found = [(gettext("Answer"), gettext(ANSWERS[view.answer]) if view.answer else "–")]
    if view.answer != Answer.MAIL:
        return found
    until = _works_until(view, now)
    if copy.fetched_at is not None:
        link = gettext("Fetched %(at)s") % {"at": times.moment(copy.fetched_at, now=now)}
    elif until is None:
        link = gettext("Ran out unused")
    else:
        link = gettext("Not fetched yet; works until %(day)s") % {"day": times.day(until)}
    return [*found, (gettext("Link"), link)]
