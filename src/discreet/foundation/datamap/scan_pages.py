"""What the page of a scan shows: how far it is, which tables refused, what differs, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, gettext

from discreet.foundation.datamap import labels, map_pages, page_queries
from discreet.foundation.datamap.differences import Difference, What
from discreet.foundation.datamap.page_queries import FoundField
from discreet.foundation.datamap.scan_queries import Halt, ScanView, halt_of
from discreet.foundation.datamap.views import category_of
from discreet.foundation.desk.people import actors_in_words

MOST_SHOWN = 300  # in each group
BAR_WIDTH = 400
TABLES = (What.NEW_TABLE, What.GONE_TABLE)
TO_CONFIRM = (What.NEW_FIELD, What.CHANGED)


@dataclass(frozen=True, slots=True)
class RefusedTable:
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A difference; with `url` where its part is still in the map, and `value` where it can be confirmed."""

    name: str
    url: str
    before: str
    before_kind: str
    after: str
    after_kind: str
    is_new_personal: bool
    is_confirmed: bool
    value: str


@dataclass(frozen=True, slots=True)
class DifferenceGroup:
    title: str
    code: str
    rows: tuple[DifferenceRow, ...]
    count: int

    @property
    def hidden(self) -> int:
        return self.count - len(self.rows)

    @property
    def to_confirm(self) -> int:
        return sum(bool(row.value) for row in self.rows)


@dataclass(frozen=True, slots=True)
class ScanPage:
    view: ScanView
    state: str
    status: str  # how its state is drawn
    phase: str
    started_by: str
    bar: str  # width of the filled part
    refused: tuple[RefusedTable, ...]
    groups: tuple[DifferenceGroup, ...]
    halt: tuple[str, ...] = ()  # why nobody reads at the moment

    @property
    def to_confirm(self) -> int:
        return sum(group.to_confirm for group in self.groups)


_STATUS = {"running": "run", "paused": "warn", "waiting": "run", "done": "good", "failed": "bad"}


def scan_page(view: ScanView) -> ScanPage:
    label, halt = view.started_by, halt_of(view)
    return ScanPage(
        view=view,
        state=gettext(labels.SCAN_STATES[view.state]),
        status=_STATUS.get(view.state, "none"),
        phase=gettext(labels.SCAN_PHASES[view.phase]),
        started_by=actors_in_words([label]).get(label, label),
        bar=f"{BAR_WIDTH * view.percent / 100:.1f}",
        refused=tuple(RefusedTable(each.table, refusal_words(each.code)) for each in view.refused),
        groups=_groups(view) if not view.is_open else (),
        halt=halt_words(halt) if halt else (),
    )


def halt_words(halt: Halt) -> tuple[str, ...]:
    """Return why a scan stands still, and what goes on with it."""
    again = gettext("It is tried again by itself; what was read is kept.") if halt.is_tried_again else ""
    if halt.message:
        why = gettext(halt.message) % halt.params
    elif not halt.has_worker:
        why = gettext("The command that read the source has ended. “Go on” hands the scan to a worker.")
    elif halt.is_tried_again:
        why, again = gettext("The scan waits for a worker."), ""
    else:
        why = gettext("The scan failed. The operator finds the cause in the log.")
    return tuple(text for text in (why, again) if text)


def refusal_words(code: str) -> str:
    return gettext(labels.TABLE_REFUSALS.get(code, labels.TABLE_NOT_READ))


def _groups(view: ScanView) -> tuple[DifferenceGroup, ...]:
    by_kind: dict[What, list[Difference]] = {what: [] for what in labels.DIFFERENCES}
    for each in view.differences:
        by_kind[each.what].append(each)
    shown = {what: sorted(all_, key=_urgency)[:MOST_SHOWN] for what, all_ in by_kind.items()}
    wanted = {(each.table, each.field) for what in shown for each in shown[what] if each.field}
    fields = page_queries.fields_named(view.source, wanted) if wanted else {}
    tables = {}
    if any(shown[what] for what in TABLES):
        tables = {one.label: one.id for one in page_queries.table_lines(view.source)}
    return tuple(
        DifferenceGroup(
            title=gettext(labels.DIFFERENCES[what]),
            code=what.value,
            rows=tuple(
                _row(view.source, each, fields.get((each.table, each.field)), tables) for each in shown[what]
            ),
            count=len(by_kind[what]),
        )
        for what in labels.DIFFERENCES
        if by_kind[what]
    )


def _urgency(each: Difference) -> tuple[bool, bool, str, str]:
    """Order by what needs a person most: new personal data first, the sensitive before the others."""
    is_sensitive = bool(each.after) and category_of(each.after).is_sensitive
    return (not each.is_new_personal, not is_sensitive, each.table, each.field)


def _row(source: str, each: Difference, found: FoundField | None, tables: dict[str, int]) -> DifferenceRow:
    before, before_kind = _category(each.before)
    after, after_kind = _category(each.after)
    url, is_confirmed, value = "", False, ""
    if found is not None:
        url = map_pages.table_url(source, found.table_id, found.field.id)
        is_confirmed = found.field.is_confirmed
        if each.what in TO_CONFIRM:
            after, after_kind = _category(found.field.category.id)
            value = "" if is_confirmed else f"{found.field.id}:{found.field.category.id}"
    elif each.what in TABLES and each.table in tables:
        url = map_pages.table_url(source, tables[each.table])
    return DifferenceRow(
        name=f"{each.table}.{each.field}" if each.field else each.table,
        url=url,
        before=before,
        before_kind=before_kind,
        after=after,
        after_kind=after_kind,
        is_new_personal=each.is_new_personal,
        is_confirmed=is_confirmed,
        value=value,
    )


def _category(name: str) -> tuple[str, str]:
    if not name:
        return "", ""
    category = category_of(name)
    return category.label(get_language() or "en"), map_pages.chip_kind(category)


def delta(view: ScanView | None) -> Sequence[tuple[str, int]]:
    """Return how many differences of each kind the last finished scan found, in words."""
    if view is None:
        return ()
    counts = dict.fromkeys(labels.DIFFERENCES, 0)
    for each in view.differences:
        counts[each.what] += 1
    return [(gettext(labels.DIFFERENCES[what]), count) for what, count in counts.items() if count]
