"""What the command line prints for people: the documents that `--json` gives, as lines and tables.

In the reader's language, and never more than the document holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from discreet.foundation.desk import times
from discreet.foundation.desk.phrases import is_chinese, listed, sentences
from discreet.mechanisms.rights.kinds import TITLES, Kind, Way, way_of
from discreet.mechanisms.rights.letters.said import kept_lines
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.summaries import GAPS
from discreet.mechanisms.rights.words import ACTIONS, ANSWERS, MATCHES, NOTES, OUTCOMES, STATES, WRITES
from discreet.vocabulary.columns import in_columns
from discreet.vocabulary.text import gettext_noop

_NOT_COVERED = gettext_noop("Not covered")
_NOT_SEARCHED = gettext_noop("What the search did not cover")


def told_people(document: Mapping[str, Any]) -> Iterator[str]:
    """Tell what `find` found: each candidate with its rows by table."""
    people = document["people"]
    count = len(people)
    words = ngettext("%(n)s person matches in %(source)s", "%(n)s people match in %(source)s", count)
    yield words % {"n": count, "source": document["source"]}
    for one in people:
        matched = listed(gettext(MATCHES.get(name, name)) for name in one["matched_by"])
        yield ""
        yield gettext("Candidate %(number)s, matched by: %(matched)s") % {
            "number": one["candidate"],
            "matched": matched,
        }
        for note in one["notes"]:
            yield f"  {gettext(NOTES.get(note, note))}"
        roots = listed(_row_name(root) for root in one["roots"])
        yield "  " + gettext("Starting rows: %(rows)s") % {"rows": roots}
        rows = [(name, str(found["rows"]), str(found["shared"])) for name, found in one["tables"].items()]
        yield from table((gettext("Table"), gettext("Rows"), gettext("Shared")), rows)
    yield from _gaps(_NOT_SEARCHED, document["not_searched"])


def _row_name(root: Mapping[str, Any]) -> str:
    if not root["key"]:
        return gettext("%(table)s (a row without a key)") % {"table": root["table"]}
    return f"{root['table']} {'/'.join(map(str, root['key']))}"


def told_plan(document: Mapping[str, Any], *, name: str, kind: Kind) -> Iterator[str]:
    """Tell a plan: what happens to the rows of each table and why, and what it does not cover."""
    people = document["people"]
    words = ngettext("%(name)s: plan for %(n)s person", "%(name)s: plan for %(n)s people", people)
    yield words % {"name": name, "n": people}
    yield gettext("Hash: %(hash)s") % {"hash": document["hash"]}
    head = (gettext("Table"), gettext("Rows"), gettext("Shared"), gettext("Action"), gettext("Reason"))
    for source in document["sources"]:
        yield ""
        yield source["name"]
        rows = [
            (one["table"], str(one["rows"]), str(one["shared"]), _action(one, kind), _why(one))
            for one in source["tables"]
        ]
        yield from table(head, rows)
    if document["open_questions"]:
        yield ""
        tables = listed(map(str, document["open_questions"]))
        yield gettext("Decide what happens to the rows that others share: %(tables)s") % {"tables": tables}
    yield from _gaps(_NOT_COVERED, document["not_covered"])


def told_request(document: Mapping[str, Any], view: RequestView) -> Iterator[str]:
    """Tell how a request stands, what was kept, what was written where, and what was not searched."""
    yield f"{document['id']}  {gettext(TITLES[Kind(document['kind'])])}"
    outcome = document["outcome"]
    facts = [
        (gettext("Batch"), document["batch"]),
        (gettext("State"), gettext(STATES[view.state])),
        (gettext("Outcome"), gettext(OUTCOMES[outcome]) if outcome else None),
        (gettext("Answer"), gettext(ANSWERS[view.answer]) if view.answer else None),
        (gettext("Received"), times.moment(view.received_at, now=datetime.now(UTC))),
        (gettext("Due"), due_in_words(view.due_at)),
        (gettext("Residence"), document["residence"]),
        (gettext("People who match"), document["candidates"]),
        (gettext("Plan"), document["plan"]),
        (gettext("Plan made by"), document["prepared_by"]),
        (gettext("Approved by"), document["approved_by"]),
    ]
    yield from table((), [(label, str(value)) for label, value in facts if value is not None])
    if kept := kept_lines(view, get_language() or "en"):
        yield ""
        yield gettext("What stays, and why")
        head = (gettext("Table"), gettext("How much"), gettext("Kept until"), gettext("Why"))
        rows = [
            (one["raw"], one["rows"], one["until"] or "–", sentences([one["why"], one["article"]]))
            for one in kept
        ]
        yield from table(head, rows)
    for refused in (one for one in document["kept"] if "table" not in one):
        yield gettext("Why we refused")
        yield f"  {sentences([refused.get('reason', ''), refused.get('article', '')])}"
    if document["sources"]:
        yield ""
        yield gettext("What was written")
        done = [
            (f"{source['name']} / {name}", gettext(WRITES.get(how, how)), str(rows))
            for source in document["sources"]
            for name, counts in source["counts"].items()
            for how, rows in counts.items()
        ]
        yield from table((gettext("Table"), gettext("Action"), gettext("Rows")), done)
    yield from _gaps(_NOT_SEARCHED, document["search"].get("not_searched") or [])


def due_in_words(due_at: datetime | None) -> str | None:
    """Return the last local day that is in time, as pages show it, and its zone; None where no clock runs.

    The time follows where the clock ends on that day; one that ends elsewhere's midnight would name another day.
    """
    if due_at is None:
        return None
    at = timezone.localtime(due_at)
    ends_that_day = times.last_day(due_at) == at.date()
    return gettext("%(at)s (%(zone)s)") % {
        "at": f"{times.due_day(due_at)}{f' {at:%H:%M:%S}' if ends_that_day else ''}",
        "zone": times.zone(due_at),
    }


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Return lines with columns in line, indented; a Chinese character takes two places."""
    if rows:
        lines = [*([head] if head else []), *rows]
        yield from in_columns([list(map(_plain, line)) for line in lines])


def _gaps(title: str, gaps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not gaps:
        return
    yield ""
    yield gettext(title)
    rows = []
    for one in gaps:
        place = " / ".join(part for part in (one["source"], one["table"]) if part)
        columns = f" ({', '.join(one['columns'])})" if one.get("columns") else ""
        why = str(one.get("reason", ""))
        rows.append((place + columns, gettext(GAPS[why]) if why in GAPS else why))
    yield from table((), rows)


def _action(one: Mapping[str, Any], kind: Kind) -> str:
    """Return what happens to the rows, and to fields of rows that stay."""
    if way_of(kind) in (Way.COPY, Way.TELL):
        return gettext("Copy")
    done = {field["action"] for field in one["fields"]}
    if one["action"] == "replace" and "null" in done:
        return gettext("Empty, replace")
    if one["action"] == "keep" and done:
        return gettext("Keep, empty") if "null" in done else gettext("Keep, replace")
    return gettext(ACTIONS[one["action"]])


def _why(one: Mapping[str, Any]) -> str:
    """Return the reason; for a duty to keep with the map's own words and the last date."""
    own = one.get("reason_zh" if is_chinese() else "reason_en") if one.get("article") else ""
    until = gettext("Kept until %(date)s.") % {"date": one["until"]} if one["until"] else ""
    return sentences([one["reason"], own or "", until])


def _plain(text: str) -> str:
    """Return the text without what would steer a terminal."""
    return "".join(char if char.isprintable() or char == "\N{NO-BREAK SPACE}" else "?" for char in text)
