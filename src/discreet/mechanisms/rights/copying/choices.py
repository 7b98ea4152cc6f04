"""What staff decided of a copy's tables, item by item: what is not handed over, and which letters are lifted.

Source: GDPR Art. 15(4), 23; PIPL Art. 45; issue "Customer rights in full", Decisions item by item.
"""

from dataclasses import dataclass

from django.utils.translation import gettext

from discreet.engines.subjects.access import Choice
from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap.queries import built
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.deciding.items import WORDS, ItemDecision, Justification, Verdict


@dataclass(frozen=True, slots=True)
class Decided:
    """`reason` and `article`: why something is not handed over, as the person reads it."""

    choice: Choice
    reason: str = ""
    article: str = ""


def of_request(number: str) -> dict[TableRef, Decided]:
    """Return what was decided of each table of the copy that a request asks for, in the language that is set."""
    stored = queries.item_decisions_of(queries.batch_of(number))
    return {table: decided(one) for table, one in stored.items()}


def decided(one: ItemDecision) -> Decided:
    """Return a decision. A table that is refused is held back whole; of one partly granted, its columns."""
    known = one.justification in set(Justification)
    return Decided(
        choice=Choice(
            is_withheld=one.verdict is Verdict.REFUSE,
            withheld=frozenset(one.columns) if one.verdict is Verdict.PARTLY else frozenset(),
            lifted=frozenset(one.lifted),
        ),
        reason=gettext(WORDS[Justification(one.justification)]) if known else one.justification,
        article=one.article,
    )


def columns_of(table: TableRef) -> tuple[str, ...]:
    """Return the columns of a table of the confirmed map."""
    return tuple(column.name for column in built().graph.tables[table].columns)
