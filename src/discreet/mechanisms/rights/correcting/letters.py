"""What a letter and the status page say of a correction: where, which fields, what stays. No old and no new value."""

from collections import Counter, defaultdict
from typing import Any

from django.utils import translation
from django.utils.translation import gettext, ngettext

from discreet.foundation.desk.phrases import listed
from discreet.foundation.mail.letters import Block, Heading, Table
from discreet.mechanisms.rights import names
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.outside import said as places
from discreet.mechanisms.rights.outside.rules import ManualAnswer
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import Outcome


def corrected_lines(view: RequestView, language: str) -> list[dict[str, str]]:
    """Return one line for each table that was written: how many rows, which fields."""
    if way_of(view.kind) is not Way.CORRECT or view.completed_at is None:
        return []
    written = {source.name for source in view.sources}
    rows: Counter[tuple[str, str]] = Counter()
    fields: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    sources: list[Any] = view.plan.summary.get("sources", [])  # type: ignore[assignment]
    for source in sources:
        for table in source["tables"] if source["name"] in written else ():
            if table["action"] == "correct":
                place = (source["name"], table["table"])
                rows[place] = max(rows[place], table["rows"])
                fields[place].update(dict.fromkeys(one["column"] for one in table["fields"]))
    with translation.override(language):
        return [
            {
                "table": names.place_name(*place),
                "what": ngettext("%(n)s row: %(fields)s", "%(n)s rows: %(fields)s", rows[place])
                % {
                    "n": rows[place],
                    "fields": listed([names.column_words(*place, name) for name in fields[place]]),
                },
            }
            for place in sorted(rows)
        ] + places.done_lines(view, ManualAnswer.CORRECTED, language)


def read_again(view: RequestView) -> str:
    """Return what the reading afterwards came to, in the reader's language."""
    if view.outcome in (Outcome.CORRECTED, Outcome.CORRECTED_EXCEPT):
        return gettext("Afterwards we read every corrected field again: the right value stands there.")
    if view.outcome != Outcome.INCOMPLETE:
        return ""
    if view.search.get("refused"):
        return gettext("Afterwards we could not read the fields again, so we do not call it corrected.")
    return gettext(
        "Afterwards we read the fields again, and not all of them hold the right value. We are working on it."
    )


def blocks(view: RequestView, language: str) -> list[Block]:
    """Return the part of the letter that says where it was corrected."""
    lines = corrected_lines(view, language)
    if not lines:
        return []
    rows = tuple((one["table"], one["what"]) for one in lines)
    head = (gettext("Where"), gettext("What was corrected"))
    return [Heading(gettext("What was corrected")), Table(head=head, rows=rows, widths=(2, 3))]
