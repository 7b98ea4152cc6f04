"""What staff decided of a copy's tables, item by item: what is not handed over, and which stand-ins are lifted.

Source: GDPR Art. 15(4), 23; PIPL Art. 45; issue "Customer rights in full", Decisions item by item.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from discreet.engines.subjects.access import Choice
from discreet.engines.subjects.graph import TableRef
from discreet.mechanisms.rights.models import Batch


@dataclass(frozen=True, slots=True)
class Decided:
    """`reason` and `article`: why something is not handed over, as the person reads it."""

    choice: Choice
    reason: str = ""
    article: str = ""


def of_request(number: str) -> dict[TableRef, Decided]:
    """Return what was decided of each table of the copy that a request asks for."""
    batch = Batch.objects.filter(requests__number=number).first()
    stored: Mapping[str, Any] = getattr(batch, "item_decisions", None) or {}
    return {table_of(name): decided(one) for name, one in stored.items()}


def decided(stored: Mapping[str, Any]) -> Decided:
    """Return a stored decision. A table that is refused is held back whole; of one partly granted, its columns."""
    verdict = stored.get("verdict", "grant")
    columns = frozenset(stored.get("columns") or ())
    return Decided(
        choice=Choice(
            is_withheld=verdict == "refuse",
            withheld=columns if verdict == "partly" else frozenset(),
            lifted=frozenset(stored.get("lifted") or ()),
        ),
        reason=str(stored.get("justification", "")),
        article=str(stored.get("article", "")),
    )


def name_of(table: TableRef) -> str:
    """Return the name under which a decision on a table is kept."""
    return "\x1f".join(part for part in (table.source, table.schema, table.table) if part)


def table_of(name: str) -> TableRef:
    source, *schema, table = name.split("\x1f")
    return TableRef(source=source, schema=schema[0] if schema else "", table=table)
