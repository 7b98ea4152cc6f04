"""A copy before it is accepted, as staff see it: which tables and fields, what is described, what is another's.

Read on live data, masked: staff see where something is replaced and why, not what stands there.
Source: GDPR Art. 15(4), 5(1)(c); design language, "Masked first".
"""

from dataclasses import dataclass, replace
from itertools import islice

from django.utils import translation
from django.utils.translation import gettext, ngettext

from discreet.engines.subjects.reach import Purpose
from discreet.engines.subjects.redact import Kind as Why
from discreet.engines.subjects.standins import Document, Edited, Held
from discreet.foundation.datamap.queries import built
from discreet.foundation.desk import masks
from discreet.mechanisms.rights import names, planning, queries
from discreet.mechanisms.rights.copying import choices, delivery
from discreet.mechanisms.rights.copying.package import TableData
from discreet.mechanisms.rights.copying.values import kind_words, plain, stand_in
from discreet.mechanisms.rights.deciding.items import ItemDecision
from discreet.mechanisms.rights.deciding.lifting import WORDS, Lift
from discreet.mechanisms.rights.summaries import table_name

ROWS_LOOKED_AT = 1_000  # of a table: a page is no package
EXAMPLES = 2
_MASKS = {"email": masks.mask_email, "phone": masks.mask_phone, "name": masks.mask_name}


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """One field. `why`: what was replaced in it. `examples`: masked, before and after. `lifted`: why no letters."""

    name: str
    label: str
    holds: str
    why: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]
    is_withheld: bool
    may_lift: bool
    lifted: str


@dataclass(frozen=True, slots=True)
class TableShown:
    """One table. `value`: its name for forms. `decided`: why it, or fields of it, are held back."""

    value: str
    source: str
    raw: str
    title: str
    rows: int
    is_part: bool
    is_withheld: bool
    decided: str
    columns: tuple[ColumnShown, ...]

    @property
    def replaced(self) -> tuple[ColumnShown, ...]:
        return tuple(one for one in self.columns if one.why or one.lifted)


def preview(number: str) -> list[TableShown]:
    """Return what the copy of a request would hold now, in the language of the page.

    Raises:
        NobodyFound, SeveralPeople: it is not one person yet.
        SourceRefusal: a source does not answer.
    """
    graph = built().graph
    stored = {
        (table.source, table_name(table)): one
        for table, one in queries.item_decisions_of(queries.batch_of(number)).items()
    }
    language = translation.get_language() or "en"
    with planning.readers_of(graph) as opened:
        reached = planning.reach_one(number, purpose=Purpose.COPY, opened=opened)
        refs = {(ref.source, table_name(ref)): str(ref) for ref in reached.tables}
        counts = {(ref.source, table_name(ref)): len(found.rows) for ref, found in reached.tables.items()}
        categories = {
            (ref.source, table_name(ref)): {one.name: one.category for one in found.table.columns}
            for ref, found in reached.tables.items()
        }
        shown = []
        for table in delivery.copy_tables(number, reached, opened, examples=EXAMPLES):
            read = sum(1 for _ in islice(iter(table.rows), ROWS_LOOKED_AT))
            place = (table.source, table.table)
            rows = max(read, counts[place])
            one = _table(table, rows, read, categories[place], stored.get(place), language)
            shown.append(replace(one, value=refs[place]))
    return sorted(shown, key=lambda one: not (one.replaced or one.decided))  # what there is to look at first


def _table(
    table: TableData,
    rows: int,
    read: int,
    categories: dict[str, str],
    decision: ItemDecision | None,
    language: str,
) -> TableShown:
    one = choices.decided(decision) if decision is not None else None
    is_withheld = one is not None and one.choice.is_withheld
    held_back = set(one.choice.withheld) if one is not None else set()
    columns = [name for name in categories if name in table.columns or name in held_back or is_withheld]
    return TableShown(
        value="",
        source=table.source,
        raw=table.table,
        title=table.place,
        rows=rows,
        is_part=not is_withheld and rows > read,
        is_withheld=is_withheld,
        decided=f"{one.reason} {one.article}".strip() if one is not None else "",
        columns=tuple(
            _column(table, name, categories[name], decision, name in held_back, language) for name in columns
        ),
    )


def _column(
    table: TableData,
    name: str,
    category: str,
    decision: ItemDecision | None,
    is_withheld: bool,
    language: str,
) -> ColumnShown:
    meaning = table.meanings.get(name)
    is_zh = language.startswith("zh")
    found = {key: values for key, values in table.tally.counts.items() if key[0] == name}
    lifted = decision.lifted.get(name, "") if decision is not None else ""
    return ColumnShown(
        name=name,
        label=names.column_words(table.source, table.table, name),
        holds="" if meaning is None else meaning.zh if is_zh else meaning.en,
        why=tuple(_why(why, of, values) for (_, why, of), values in sorted(found.items())),
        examples=tuple(_masked(category, *pair) for pair in table.tally.examples.get(name, [])),
        is_withheld=is_withheld,
        may_lift=any(why is Why.ANOTHER for _, why, _ in found),
        lifted=gettext(WORDS[Lift(lifted)]) if lifted in set(Lift) else "",
    )


def _why(why: Why, category: str, values: int) -> str:
    if why is Why.ANOTHER:
        words = ngettext("%(n)s value: another person", "%(n)s values: another person", values)
        return words % {"n": f"{values:,}"}
    words = ngettext("%(n)s value is described: %(kind)s", "%(n)s values are described: %(kind)s", values)
    return words % {"n": f"{values:,}", "kind": kind_words(category)}


def _masked(category: str, before: object, after: object) -> tuple[str, str]:
    """Return a value and what replaced it, with nothing to read in either; of a secret not even its length."""
    if isinstance(after, Held):
        return masks.DOT * 6, stand_in(after)
    if isinstance(after, Edited):
        kept = [part if isinstance(part, str) else "" for part in after.parts]
        texts = [masks.mask_name(part) if part else "" for part in kept]
        left = " ".join(text or masks.DOT * 6 for text in texts)
        shown = [
            text if isinstance(part, str) else stand_in(part)
            for part, text in zip(after.parts, texts, strict=True)
        ]
        return left, " ".join(shown)
    if category in _MASKS:
        return _MASKS[category](str(before)), str(plain(after))
    words = masks.mask_name(str(before))[:40] if isinstance(before, str) else masks.DOT * 6
    return words or masks.DOT * 6, _shown(after)


def _shown(after: object) -> str:
    return gettext("fields of a document are replaced") if isinstance(after, Document) else str(plain(after))
