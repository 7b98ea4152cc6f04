"""The map file: lossless, and exact about what is wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discreet.engines.subjects.graph import EraseAction, LinkRole, Match
from discreet.foundation.datamap import mapfile_refusals as wrong
from discreet.foundation.datamap.mapfile import (
    FieldPart,
    KeepPart,
    LinkPart,
    MapFile,
    SourcePart,
    TableName,
    TablePart,
)
from discreet.foundation.datamap.mapfile_read import parse
from discreet.foundation.datamap.mapfile_write import dump
from discreet.vocabulary.categories import ASSIGNABLE

HOSTILE = [
    '"; DROP TABLE keep;--',
    "a.b",
    "a\\b",
    "null",
    "yes",
    "1",
    "~",
    "x: y",
    "- x",
    "#",
    "%s",
    ":p",
    "名字",
    "😀",
    "\u2028",
    "a\nb",
    " ",
    "'",
    "x" * 80,
    "<<",
    "*a",
    "&a",
    "\x85",
    "\ufeff",
    "\x07",
]
names = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12),
)
filled = names.filter(lambda text: bool(text.strip()))
table_names = st.builds(TableName, table=names, schema=st.one_of(st.just(""), names))


@st.composite
def field_parts(draw: st.DrawFn, name: str) -> FieldPart:
    erase = draw(st.one_of(st.none(), st.sampled_from(EraseAction)))
    return FieldPart(
        name=name,
        category=draw(st.sampled_from(ASSIGNABLE)),
        erase=erase,
        replacement=draw(st.one_of(st.just(""), names)) if erase is EraseAction.REPLACE else None,
        is_confirmed=draw(st.booleans()),
    )


@st.composite
def link_parts(draw: st.DrawFn) -> LinkPart:
    match = draw(st.sampled_from(Match))
    width = draw(st.integers(1, 3)) if match is Match.EXACT else 1
    return LinkPart(
        columns=tuple(draw(st.lists(filled, min_size=width, max_size=width))),
        to=draw(table_names),
        to_columns=tuple(draw(st.lists(filled, min_size=width, max_size=width))),
        role=draw(st.sampled_from(LinkRole)),
        to_source=draw(st.one_of(st.none(), filled)),
        match=match,
        discriminator=draw(st.one_of(st.none(), st.tuples(filled, st.one_of(st.just(""), names)))),
        is_confirmed=draw(st.booleans()),
    )


@st.composite
def keep_parts(draw: st.DrawFn) -> KeepPart:
    years = draw(st.one_of(st.none(), st.integers(1, 200)))
    return KeepPart(
        article=draw(filled),
        reason_en=draw(filled),
        reason_zh=draw(filled),
        years=years,
        start_column=None if years is None else draw(filled),
        fields=tuple(draw(st.lists(filled, max_size=2, unique=True))),
    )


@st.composite
def table_parts(draw: st.DrawFn, name: TableName) -> TablePart:
    columns = draw(st.lists(names, max_size=3, unique=True))
    return TablePart(
        name=name,
        is_people=draw(st.booleans()),
        erase=draw(st.one_of(st.none(), st.sampled_from(EraseAction))),
        keep=draw(st.one_of(st.none(), keep_parts())),
        is_confirmed=draw(st.booleans()),
        fields=tuple(draw(field_parts(column)) for column in columns),
        links=tuple(draw(st.lists(link_parts(), max_size=2))),
    )


@st.composite
def documents(draw: st.DrawFn) -> MapFile:
    sources = draw(st.lists(names, max_size=2, unique=True))
    return MapFile(
        sources=tuple(
            SourcePart(
                name=source,
                tables=tuple(
                    draw(table_parts(name)) for name in draw(st.lists(table_names, max_size=3, unique=True))
                ),
            )
            for source in sources
        )
    )


@settings(max_examples=150, deadline=None)
@given(documents())
def test_a_written_map_reads_back_as_the_same_map(document: MapFile) -> None:
    assert parse(dump(document)) == document


HEAD = "version: 1\nsources:\n  shop:\n    tables:\n"


@pytest.mark.parametrize(
    ("text", "refusal", "line", "column"),
    [
        ("version: [1\n", wrong.NotYaml, 2, 1),
        ("", wrong.MissingKey, 1, 1),
        ("version: 2\nsources: {}\n", wrong.NotAllowedValue, 1, 10),
        ("version: 1\nsource: {}\n", wrong.UnknownKey, 2, 1),
        (HEAD + "      t:\n        colums: {}\n", wrong.UnknownKey, 6, 9),
        (HEAD + "      t:\n        columns:\n          a: emial\n", wrong.NotAllowedValue, 7, 14),
        (
            HEAD + "      t:\n        columns:\n          a: none\n          a: email\n",
            wrong.TwiceInFile,
            8,
            11,
        ),
        (HEAD + "      t:\n        columns: [a]\n", wrong.WrongShape, 6, 18),
        (HEAD + "      t:\n        people: maybe\n", wrong.NotAllowedValue, 6, 17),
        (HEAD + "      t: &x\n        people: true\n", wrong.AliasRefused, 5, 10),
        (
            HEAD + "      t:\n        columns:\n          a: {category: name, erase: replace}\n",
            wrong.ReplacementMismatch,
            7,
            14,
        ),
        (
            HEAD + "      t:\n        keep: {article: ask dpo@example.com, reason: {en: a, zh: b}}\n",
            wrong.NotAnArticle,
            6,
            25,
        ),
        (
            HEAD + "      t:\n        keep: {article: X, reason: {en: a, zh: b}, years: 3}\n",
            wrong.KeepMismatch,
            6,
            15,
        ),
        (
            HEAD
            + "      t:\n        links:\n        - {columns: [a, b], to: u, to_columns: [c], role: owner}\n",
            wrong.WidthMismatch,
            7,
            11,
        ),
        (HEAD + "      a.b.c: {}\n", wrong.NotAllowedValue, 5, 7),
        ("version: 1\nsources: " + "[" * 40, wrong.TooLarge, 2, 25),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_column(
    text: str, refusal: type[wrong.MapFileRefused], line: int, column: int
) -> None:
    with pytest.raises(refusal) as caught:
        parse(text)
    assert (caught.value.params["line"], caught.value.params["column"]) == (line, column)


def test_words_that_yaml_would_turn_into_other_things_stay_words() -> None:
    text = HEAD + "      no:\n        columns:\n          null: email\n          2024-01-01: none\n"
    [source] = parse(text).sources
    assert [field.name for field in source.tables[0].fields] == ["null", "2024-01-01"]


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda raw: raw.decode("latin-1"))))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except wrong.MapFileRefused as refused:
        assert refused.params
