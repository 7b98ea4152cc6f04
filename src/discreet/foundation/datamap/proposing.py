"""Between a source's catalogue and the classifying engine: tables as it wants them, and what it makes of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from discreet.engines.classify.headers import read_header
from discreet.engines.classify.judging import judge_table
from discreet.engines.classify.keys import Codes
from discreet.engines.classify.lexicon import ACTORS, lexicon
from discreet.engines.classify.link_model import LinkColumn, LinkTable
from discreet.engines.classify.model import ColumnSample, Ground, Reason, TableSample, Verdict
from discreet.engines.classify.model import Kind as Shape
from discreet.engines.classify.people import PeopleVerdict, judge_people
from discreet.engines.classify.tables import RowKind, read_table
from discreet.engines.classify.words import tokens_of, uses_pinyin
from discreet.engines.subjects.graph import LinkRole, TableRef
from discreet.foundation.datamap.rules import KeyTo, TableTraits, owned_tables, propose_roles
from discreet.foundation.sources.catalogue import (
    Catalogue,
    ColumnInfo,
    ForeignKey,
    Kind,
    TableInfo,
    TableKind,
)
from discreet.foundation.sources.cells import UNDECODABLE

VIEWS = (TableKind.VIEW, TableKind.MATERIALIZED_VIEW)
_SHAPES = {
    Kind.INTEGER: Shape.INTEGER,
    Kind.DECIMAL: Shape.DECIMAL,
    Kind.FLOAT: Shape.DECIMAL,
    Kind.BOOLEAN: Shape.BOOLEAN,
    Kind.TEXT: Shape.TEXT,
    Kind.BINARY: Shape.BINARY,
    Kind.DATE: Shape.DATE,
    Kind.TIMESTAMP: Shape.TIMESTAMP,
    Kind.UUID: Shape.UUID,
    Kind.INET: Shape.INET,
}
_DOCUMENTS = ("json", "xml", "array", "struct", "map", "hstore", "list")

#: Categories that a header may name and that are nothing but a reference where a link leads to a table's key.
LOOKS_LIKE_A_KEY = frozenset(["cookie_id", "customer_id", "employment", "insurance"])
MERE_REFERENCE = Verdict("none", 80, (Reason(Ground.REFERENCE),))
_OF_NOBODY = (RowKind.THING, RowKind.CONFIGURATION)
_SAYS_LITTLE = ("none", "free_text", "photo")

Values = Mapping[str, Sequence[str]]


def shape_of(column: ColumnInfo) -> Shape:
    """Return how the engine calls a column's type."""
    if column.kind is Kind.OTHER:
        return Shape.JSON if any(word in column.type.lower() for word in _DOCUMENTS) else Shape.TEXT
    return _SHAPES.get(column.kind, Shape.OTHER)


def values_of(
    table: TableInfo, rows: Iterable[Sequence[object]], names: Sequence[str]
) -> dict[str, list[str]]:
    """Return a sample's cells as texts by column; bytes and what could not be decoded are left out."""
    found: dict[str, list[str]] = {name: [] for name in names}
    for row in rows:
        for name, cell in zip(names, row, strict=True):
            if (
                cell is not None
                and cell is not UNDECODABLE
                and not isinstance(cell, bytes | bytearray | memoryview)
            ):
                found[name].append(str(cell))
    return found


def sample_of(table: TableInfo, values: Values | None = None) -> TableSample:
    """Return a table for the engine; without `values`, its headers alone."""
    keys = frozenset(table.primary_key) | {name for key in table.foreign_keys for name in key.columns}
    return TableSample(
        name=table.ref.table,
        comment=table.comment,
        columns=[
            ColumnSample(
                name=column.name,
                comment=column.comment,
                kind=shape_of(column),
                type=column.type,
                max_length=column.max_length,
                is_key=column.name in keys,
                is_primary=column.name in table.primary_key,
                values=values.get(column.name, ()) if values is not None else (),
                was_read=values is not None,
            )
            for column in table.columns
        ],
    )


def is_pinyin(catalogue: Catalogue) -> bool:
    """Return whether a source's headers are pinyin for the most part."""
    tables = [table for table in catalogue.tables if table.columns][:200]
    hits = sum(uses_pinyin([column.name for column in table.columns]) for table in tables)
    return bool(tables) and hits * 2 >= len(tables)


def link_table(
    table: TableInfo, categories: Mapping[str, str], people: str, codes: Mapping[str, Codes]
) -> LinkTable:
    """Return a table for the engine of links. `codes`: the form of each column's values, as far as it has one."""
    return LinkTable(
        key=table.ref.table if not table.ref.schema else f"{table.ref.schema}.{table.ref.table}",
        name=table.ref.table,
        columns=[
            LinkColumn(
                name=column.name,
                kind=shape_of(column),
                category=categories.get(column.name, "none"),
                is_unique=column.is_unique,
                comment=column.comment,
                codes=codes.get(column.name),
            )
            for column in table.columns
        ],
        primary_key=table.primary_key,
        people=people,
        comment=table.comment,
        is_view=table.kind in VIEWS,
        declared=frozenset(tuple(key.columns) for key in table.foreign_keys)
        | frozenset((key.columns[0],) for key in table.foreign_keys if len(key.columns) == 1),
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """A link as far as roles are concerned."""

    source: TableRef
    target: TableRef
    is_actor: bool = False
    is_copy: bool = False
    is_polymorphic: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is guessed of a schema: people tables, verdicts by column, roles of the declared keys."""

    people: Mapping[TableRef, PeopleVerdict]
    verdicts: Mapping[TableRef, Mapping[str, Verdict]]
    roles: Mapping[tuple[TableRef, ForeignKey], LinkRole] = field(default_factory=dict)


def names_a_firm(name: str) -> bool:
    """Return whether a table's name speaks of an organisation: the address of a branch is nobody's own."""
    meanings = {lexicon().entities.get(token.word, token.meaning) for token in tokens_of(name)}
    return bool(meanings & {"organisation", "company"})


def traits_of(table: TableInfo, people: PeopleVerdict, categories: Iterable[str]) -> TableTraits:
    """Return what the rules of links ask of a table."""
    rows = read_table(table.ref.table, table.comment)
    return TableTraits(
        is_people=people.is_people,
        is_staff=(rows.people == "staff" and rows.kind is RowKind.PERSON) or people.kind == "staff",
        is_supplier=(rows.people == "supplier" and rows.kind is RowKind.PERSON) or people.kind == "supplier",
        has_personal_columns=rows.kind not in _OF_NOBODY
        and not (names_a_firm(table.ref.table) and not rows.people)
        and any(category not in _SAYS_LITTLE for category in categories),
    )


def judge_all_people(
    catalogue: Catalogue, verdicts: Mapping[TableRef, Mapping[str, Verdict]], pairs: Iterable[Pair]
) -> dict[TableRef, PeopleVerdict]:
    """Say of every table whether its rows are people; of views, which show rows of others, only without tables."""
    named = {
        table.ref
        for table in catalogue.tables
        if read_table(table.ref.table, table.comment).kind is RowKind.PERSON
    }
    refers = {pair.source for pair in pairs if pair.target in named and pair.source != pair.target}
    pinyin = is_pinyin(catalogue)
    found = {
        table.ref: judge_people(
            sample_of(table), verdicts[table.ref], refers_to_people=table.ref in refers, with_initials=pinyin
        )
        for table in catalogue.tables
    }
    leads_on = _led_on(pairs, {ref for ref, verdict in found.items() if verdict.is_people}, named)
    found |= dict.fromkeys(leads_on, PeopleVerdict(False))
    views = {table.ref for table in catalogue.tables if table.kind in VIEWS}
    if any(verdict.is_people for ref, verdict in found.items() if ref not in views):
        return {ref: verdict if ref not in views else PeopleVerdict(False) for ref, verdict in found.items()}
    return found


def _led_on(pairs: Iterable[Pair], people: set[TableRef], named: set[TableRef]) -> set[TableRef]:
    """Return the tables taken for people by their columns alone whose rows lead to people: points, cards, a copy."""
    ways = {
        (pair.source, pair.target)
        for pair in pairs
        if not pair.is_actor and not pair.is_copy and {pair.source, pair.target} <= people
    }
    return {
        source
        for source, target in ways
        if source not in named and source != target and (target, source) not in ways
    }


def propose(catalogue: Catalogue) -> Proposal:
    """Guess from headers alone: people tables, then whose rows the others are, then what needs that context."""
    known = {table.ref for table in catalogue.tables}
    pinyin = is_pinyin(catalogue)
    samples = {table.ref: sample_of(table) for table in catalogue.tables}
    first = {ref: judge_table(sample, is_pinyin=pinyin) for ref, sample in samples.items()}
    keys = [
        (table.ref, key) for table in catalogue.tables for key in table.foreign_keys if key.to_table in known
    ]
    pairs = [Pair(ref, key.to_table, is_actor=is_actor_key(key)) for ref, key in keys]
    people = judge_all_people(catalogue, first, pairs)
    traits = all_traits(
        catalogue, people, {ref: [v.category for v in each.values()] for ref, each in first.items()}
    )
    owned = owned_of(pairs, traits)
    verdicts = {
        ref: judge_table(samples[ref], is_owned=True, is_pinyin=pinyin) if ref in owned else first[ref]
        for ref in samples
    }
    return Proposal(
        people=people, verdicts=verdicts, roles=dict(zip(keys, roles_of(pairs, traits), strict=True))
    )


def all_traits(
    catalogue: Catalogue,
    people: Mapping[TableRef, PeopleVerdict],
    categories: Mapping[TableRef, Iterable[str]],
) -> dict[TableRef, TableTraits]:
    return {
        table.ref: traits_of(table, people[table.ref], categories[table.ref]) for table in catalogue.tables
    }


def is_actor_key(key: ForeignKey) -> bool:
    """Return whether a declared key says who did something, and not whose the row is."""
    sense = read_header(key.columns[0])
    return sense.whose in ACTORS or sense.meaning in ACTORS


def _keys(pairs: Sequence[Pair]) -> list[KeyTo]:
    return [
        KeyTo(
            pair.source,
            pair.target,
            is_actor=pair.is_actor,
            is_copy=pair.is_copy,
            is_polymorphic=pair.is_polymorphic,
        )
        for pair in pairs
    ]


def roles_of(pairs: Sequence[Pair], traits: Mapping[TableRef, TableTraits]) -> list[LinkRole]:
    """Return the proposed role of each link, in order."""
    return propose_roles(_keys(pairs), traits)


def owned_of(pairs: Sequence[Pair], traits: Mapping[TableRef, TableTraits]) -> frozenset[TableRef]:
    """Return the tables without people of their own whose rows belong to somebody, or are a part of a person's data."""
    details = {
        pair.target
        for pair, role in zip(pairs, roles_of(pairs, traits), strict=True)
        if role is LinkRole.DETAIL
    }
    return owned_tables(_keys(pairs), traits) | details
