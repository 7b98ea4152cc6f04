"""Who receives personal data, and which places no program reads: what is in force, and what was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap.models import ManualSource, Recipient
from discreet.foundation.datamap.sharing import (
    Contact,
    ManualSourceFacts,
    RecipientFacts,
    RecipientKind,
    Reference,
    Version,
)

Row = TypeVar("Row", Recipient, ManualSource)


@dataclass(frozen=True, slots=True)
class RecipientView:
    facts: RecipientFacts
    version: Version


@dataclass(frozen=True, slots=True)
class ManualSourceView:
    facts: ManualSourceFacts
    version: Version


def recipients(*, with_ended: bool = False) -> list[RecipientView]:
    """Return the newest statement about each recipient, by name; those that ended only when asked for."""
    found = [recipient_view(row) for row in _newest(Recipient.objects.order_by("key", "version"))]
    return sorted(
        (one for one in found if with_ended or not one.version.is_ended), key=lambda one: one.facts.name_en
    )


def recipient_versions(key: str) -> list[RecipientView]:
    """Return every statement about one recipient, the newest first; none where there is no such key."""
    return [recipient_view(row) for row in Recipient.objects.filter(key=key).order_by("-version")]


def recipients_at(versions: Iterable[tuple[str, int]]) -> dict[tuple[str, int], RecipientFacts]:
    """Return what was stated in each of the versions (key, number)."""
    wanted = set(versions)
    rows = Recipient.objects.filter(key__in={key for key, _ in wanted})
    return {
        (row.key, row.version): recipient_view(row).facts for row in rows if (row.key, row.version) in wanted
    }


def manual_sources(*, with_ended: bool = False) -> list[ManualSourceView]:
    """Return the newest statement about each manual source, by name."""
    found = [manual_view(row) for row in _newest(ManualSource.objects.order_by("key", "version"))]
    return sorted(
        (one for one in found if with_ended or not one.version.is_ended), key=lambda one: one.facts.name_en
    )


def manual_source_versions(key: str) -> list[ManualSourceView]:
    """Return every statement about one manual source, the newest first."""
    return [manual_view(row) for row in ManualSource.objects.filter(key=key).order_by("-version")]


def manual_sources_at(versions: Iterable[tuple[str, int]]) -> dict[tuple[str, int], ManualSourceFacts]:
    """Return what was stated in each of the versions (key, number)."""
    wanted = set(versions)
    rows = ManualSource.objects.filter(key__in={key for key, _ in wanted})
    return {
        (row.key, row.version): manual_view(row).facts for row in rows if (row.key, row.version) in wanted
    }


def recipient_view(row: Recipient) -> RecipientView:
    facts = RecipientFacts(
        key=row.key,
        name_en=row.name_en,
        name_zh=row.name_zh,
        kind=RecipientKind(row.kind),
        contact=Contact(row.contact),
        reference=Reference(row.reference),
        address=row.address,
        subscription=row.subscription,
        assignee=row.assignee,
        language=row.language,
        country=row.country,
        tables=tuple(TableRef(source, table, schema) for source, schema, table in row.tables),
        categories=tuple(row.categories),
        since_date=row.since_date,
        until_date=row.until_date,
        remind_days=row.remind_days,
    )
    return RecipientView(facts=facts, version=_version(row))


def manual_view(row: ManualSource) -> ManualSourceView:
    facts = ManualSourceFacts(
        key=row.key,
        name_en=row.name_en,
        name_zh=row.name_zh,
        assignee=row.assignee,
        categories=tuple(row.categories),
        answer_days=row.answer_days,
    )
    return ManualSourceView(facts=facts, version=_version(row))


def _version(row: Recipient | ManualSource) -> Version:
    return Version(
        number=row.version, valid_from=row.valid_from, stated_by=row.stated_by, is_ended=row.is_ended
    )


def _newest(rows: Iterable[Row]) -> Sequence[Row]:
    return list({row.key: row for row in rows}.values())  # the last of each key, in the order of versions
