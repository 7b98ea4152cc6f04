"""Decide several fields or links at once, and take a decision back. Evidence as in `actions`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from discreet.engines.subjects.graph import LinkRole
from discreet.events.datamap import MapChanged, SourceMapped
from discreet.foundation.datamap import changes, reasons, refusals
from discreet.foundation.datamap.actions import has_open_parts, link_facts, plain_name, raise_version
from discreet.foundation.datamap.models import DataField, DataLink
from discreet.foundation.datamap.page_queries import FieldState, LinkState
from discreet.foundation.jobs.api import publish
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.categories import ASSIGNABLE

MAX_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class FieldDecision:
    """`seen`: the category the person saw. `category`: what the field holds; None: what was seen."""

    field_id: int
    seen: str
    category: str | None = None


@act("datamap.decide_fields")
def decide_fields(*, actor: Actor, now: datetime, source: str, decisions: Sequence[FieldDecision]) -> int:
    """Confirm or correct fields of a source, all or none; return how many.

    Raises:
        ChangedMeanwhile: a field holds another category than the person saw.
    """
    wanted = {each.field_id: each for each in decisions}
    rows = _fields(source, wanted)
    facts: list[Json] = []
    for row in rows:
        decision = wanted[row.id]
        category = decision.category or row.category
        if decision.seen != row.category:
            raise refusals.ChangedMeanwhile
        if category not in ASSIGNABLE and category != row.category:
            raise refusals.UnknownCategory(category=category)
        named: dict[str, Json] = {"table": plain_name(row.table.name), "field": plain_name(row.name)}
        facts.append({**named, "category": category, "category_before": row.category})
        if category != row.category:
            row.category, row.confidence_percent = category, 0
            row.reasons, row.erase, row.replacement = reasons.to_json(reasons.STATED), "", None
        row.confirmed_by, row.confirmed_at = actor.label, now
    _write_fields(rows)
    _changed(actor=actor, now=now, source=source, facts={"fields": facts})
    return len(rows)


def _fields(source: str, ids: Sequence[int] | dict[int, FieldDecision]) -> list[DataField]:
    rows = list(
        DataField.objects.select_for_update(of=("self",))
        .select_related("table")
        .filter(id__in=list(ids)[:MAX_AT_ONCE], table__source=source, is_gone=False, table__is_gone=False)
    )
    if not rows or len(rows) != len(ids):
        raise refusals.NotInMap
    return rows


def _write_fields(rows: Sequence[DataField]) -> None:
    columns = ["category", "confidence_percent", "reasons", "erase", "replacement"]
    DataField.objects.bulk_update(rows, [*columns, "confirmed_by", "confirmed_at"], batch_size=100)


@act("datamap.undo_fields")
def undo_fields(
    *, actor: Actor, now: datetime, source: str, before: Sequence[FieldState], decided_at: datetime
) -> int:
    """Take fields back to how they stood before this actor decided them at `decided_at`; return how many.

    Raises:
        ChangedMeanwhile: somebody decided one of them since.
    """
    states = {each.id: each for each in before}
    rows = _fields(source, list(states))
    facts: list[Json] = []
    for row in rows:
        state = states[row.id]
        if (row.confirmed_by, row.confirmed_at) != (actor.label, decided_at):
            raise refusals.ChangedMeanwhile
        named: dict[str, Json] = {"table": plain_name(row.table.name), "field": plain_name(row.name)}
        facts.append({**named, "category": state.category, "category_before": row.category})
        row.category, row.confidence_percent = state.category, state.confidence_percent
        row.reasons, row.erase, row.replacement = list(state.reasons), state.erase, state.replacement
        row.confirmed_by, row.confirmed_at = state.confirmed_by, _moment(state.confirmed_at)
    _write_fields(rows)
    _changed(actor=actor, now=now, source=source, facts={"fields": facts, "taken_back": True})
    return len(rows)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class LinkDecision:
    """`role` None: as proposed. `is_rejected`: there is no such link."""

    link_id: int
    role: LinkRole | None = None
    is_rejected: bool = False


@act("datamap.decide_links")
def decide_links(*, actor: Actor, now: datetime, source: str, decisions: Sequence[LinkDecision]) -> int:
    """Confirm links with their roles, or reject proposed ones, all or none; return how many.

    A rejected link is not proposed again; one that a person added is removed.

    Raises:
        DeclaredLink: the database declares a link that is to be rejected.
    """
    wanted = {each.link_id: each for each in decisions}
    rows = _links(source, list(wanted))
    facts: list[Json] = []
    for row in rows:
        decision = wanted[row.id]
        if decision.is_rejected:
            _reject(row)
        else:
            row.role = decision.role.value if decision.role else row.role
            row.is_rejected, row.confirmed_by, row.confirmed_at = False, actor.label, now
            row.save()
        facts.append({**link_facts(row), "rejected": decision.is_rejected})
    _changed(actor=actor, now=now, source=source, facts={"links": facts})
    return len(rows)


def _reject(row: DataLink) -> None:
    if row.is_declared:
        raise refusals.DeclaredLink
    if not row.confidence_percent:
        row.delete()
        return
    row.confirmed_by, row.confirmed_at, row.is_rejected = "", None, True
    row.save()


def _links(source: str, ids: Sequence[int]) -> list[DataLink]:
    rows = list(
        DataLink.objects.select_for_update(of=("self",))
        .select_related("from_table", "to_table")
        .filter(id__in=ids[:MAX_AT_ONCE], from_table__source=source)
    )
    if not rows or len(rows) != len(ids):
        raise refusals.NotInMap
    return rows


@act("datamap.undo_links")
def undo_links(
    *, actor: Actor, now: datetime, source: str, before: Sequence[LinkState], decided_at: datetime
) -> int:
    """Take links back to how they stood before this actor decided them at `decided_at`; return how many.

    Raises:
        ChangedMeanwhile: somebody decided one of them since.
        NotInMap: a link is gone, such as one that a person had added and removed.
    """
    states = {each.id: each for each in before}
    rows = _links(source, list(states))
    facts: list[Json] = []
    for row in rows:
        state = states[row.id]
        if not row.is_rejected and (row.confirmed_by, row.confirmed_at) != (actor.label, decided_at):
            raise refusals.ChangedMeanwhile
        row.role, row.is_rejected = state.role, state.is_rejected
        row.confirmed_by, row.confirmed_at = state.confirmed_by, _moment(state.confirmed_at)
        row.save()
        facts.append({**link_facts(row), "rejected": row.is_rejected})
    _changed(actor=actor, now=now, source=source, facts={"links": facts, "taken_back": True})
    return len(rows)


def _changed(*, actor: Actor, now: datetime, source: str, facts: dict[str, Json]) -> None:
    number = raise_version()
    record(actor=actor, now=now, subject=f"source:{source}", facts={**facts, "map_version": number})
    publish(MapChanged(source=source, map_version=number))
    changes.follow(actor=actor, now=now, source=source)
    if not has_open_parts(source):
        publish(SourceMapped(source=source, map_version=number))
