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
from discreet.foundation.ledger.queries import entries_for
from discreet.mechanisms.rights import names
from discreet.mechanisms.rights.copying.values import WITHHELD, kind_words
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


def copied_lines(copy: Copy | None) -> list[dict[str, str]]:
    """Return a line for each table that the copy holds rows of, then what was replaced, in the reader's language."""
    found = []
    for place, rows in (copy.rows if copy else {}).items():
        source, _, table = place.partition(".")  # no source's name holds a dot
        count = ngettext("%(n)s row", "%(n)s rows", rows) % {"n": f"{rows:,}"}
        found.append({"table": names.place_name(source, table), "rows": count})
    return [*found, *(_replaced(*one) for one in (copy.replaced if copy else {}).items())]


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
        return gettext(
            "The copy is ready. We hold no e-mail address of yours, so we give it to you where we checked your "
            "identity."
        )
    if view.answer == Answer.LETTER_SENT:
        return gettext("We gave you the copy where we checked your identity.")
    if copy.fetched_at is not None:
        words = gettext("The copy was fetched on %(day)s by the link that we sent; the link works no more.")
        return words % {"day": times.day(copy.fetched_at)}
    until = _works_until(view, now)
    if until is None:
        return gettext("The link that we sent ran out without being used. Ask us for another copy.")
    words = gettext("We have sent a link to the e-mail address we hold. It works once, until %(day)s.")
    return words % {"day": times.day(until)}


def _works_until(view: RequestView, now: datetime) -> datetime | None:
    """Return until when the link can be used; None = no longer."""
    until = view.package_expires_at
    return until if until is not None and until > now and view.has_package else None


def facts_for_staff(view: RequestView, copy: Copy | None, *, now: datetime) -> list[tuple[str, str]]:
    """Return for staff how the copy went and whether it was fetched: (label, text)."""
    if copy is None:
        return []
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
