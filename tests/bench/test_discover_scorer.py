"""The scorer of discovery counts what its docstring says, on truths small enough to count by hand."""

from typing import Any

import pytest
from bench.discover.scorer import Count, score, total_of
from bench.discover.truth import Truth, truth_of

TABLES = {
    "person": {"rows": 2, "columns": {"id": "none", "mail": "email", "born": "birth_date", "nick": "name"}},
    "booking": {
        "rows": 2,
        "columns": {"id": "none", "person_id": "none", "room_id": "none", "memo": "free_text"},
    },
    "room": {"rows": 1, "columns": {"id": "none", "label": "none"}},
}


def made(**more: object) -> Truth:
    document: dict[str, object] = {
        "database": "tiny",
        "tables": TABLES,
        "subject_tables": ["person"],
        "links": [["booking.person_id", "person.id", "implicit"]],
        "ambiguous": ["person.nick"],
    }
    return truth_of(document | more)


def drawn(verdicts: dict[str, dict[str, str]], links: Any = (), people: Any = ()) -> dict[str, Any]:
    tables = {
        table: {"columns": {column: {"category": name} for column, name in columns.items()}}
        for table, columns in verdicts.items()
    }
    return {"tables": tables, "links": list(links), "people": list(people)}


def link(start: str | list[str], end: str | list[str], kind: str = "implicit") -> dict[str, object]:
    return {
        "from": [start] if isinstance(start, str) else start,
        "to": [end] if isinstance(end, str) else end,
        "kind": kind,
    }


def test_a_wrong_category_is_both_wrongly_given_and_missed() -> None:
    found = score(drawn({"person": {"mail": "email", "born": "age"}, "booking": {"memo": "none"}}), made())
    assert found.columns == Count(right=1, wrong=1, missed=2)
    assert found.columns.f1 == pytest.approx(2 / 5)


def test_false_personal_verdicts_are_a_share_of_the_none_columns() -> None:
    found = score(drawn({"room": {"label": "name"}, "booking": {"id": "unknown"}}), made())
    assert (found.false_personal, found.none_columns) == (2, 6)
    assert found.columns.wrong == 2


def test_an_ambiguous_column_counts_on_neither_side() -> None:
    for verdict in ("name", "none", "username"):
        found = score(drawn({"person": {"nick": verdict}}), made())
        assert found.columns == Count(right=0, wrong=0, missed=3)


def test_another_right_category_is_right() -> None:
    found = score(drawn({"person": {"born": "age"}}), made(also={"person.born": ["age"]}))
    assert found.columns.right == 1


def test_a_table_may_be_named_with_its_schema() -> None:
    links = [link("public.booking.person_id", "public.person.id")]
    found = score(drawn({"public.PERSON": {"Mail": "email"}}, links, ["public.person"]), made())
    assert (found.columns.right, found.links.right, found.people) == (1, 1, Count(right=1))


def test_a_link_backwards_is_missed_and_extra() -> None:
    found = score(drawn({}, [link("person.id", "booking.person_id")]), made())
    assert (found.links.recall, found.proposed.precision) == (0, 0)
    assert "link missed: booking.person_id → person.id (implicit)" in found.misses
    assert "link extra: person.id → booking.person_id (implicit)" in found.misses


def test_a_link_outside_the_truth_is_judged_only_by_a_complete_list() -> None:
    proposed = drawn({}, [link("booking.person_id", "person.id", "fk"), link("booking.room_id", "room.id")])
    without = score(proposed, made())
    assert (without.proposed, without.unjudged, without.other_kind) == (Count(right=1), 1, 1)
    listed = score(proposed, made(more_links=[["booking.room_id", "room.id", "implicit"]]))
    assert (listed.proposed, listed.unjudged) == (Count(right=2), 0)
    assert score(proposed, made(more_links=[])).proposed == Count(right=1, wrong=1)
    assert listed.links == Count(right=1), "what need not be found adds nothing to the recall"


def test_a_link_of_two_columns_matches_as_a_whole() -> None:
    truth = made(links=[[["booking.id", "booking.room_id"], ["person.id", "person.born"], "fk"]])
    swapped = link(["booking.room_id", "booking.id"], ["person.born", "person.id"])
    crossed = link(["booking.room_id", "booking.id"], ["person.id", "person.born"])
    assert score(drawn({}, [swapped]), truth).links.recall == 1
    assert score(drawn({}, [crossed]), truth).links.recall == 0
    assert score(drawn({}, [link("booking.id", "person.id")]), truth).links.recall == 0


def test_a_polymorphic_link_may_leave_its_type_column_out() -> None:
    truth = made(links=[[["booking.memo", "booking.room_id"], "person.id", "polymorphic"]])
    for start in ("booking.room_id", ["booking.memo", "booking.room_id"]):
        assert score(drawn({}, [link(start, "person.id", "polymorphic")]), truth).links.recall == 1
    assert score(drawn({}, [link("booking.memo", "person.id")]), truth).links.recall == 0


def test_a_link_of_ambiguous_columns_alone_counts_on_neither_side() -> None:
    truth = made(ambiguous=["booking.memo", "person.nick"], links=[["booking.memo", "person.nick", "copy"]])
    found = score(drawn({}, [link("person.nick", "booking.memo")]), truth)
    assert (found.links, found.proposed) == (Count(), Count())


def test_tables_of_people_are_counted_but_ambiguous_ones() -> None:
    found = score(drawn({}, people=["person", "room", "booking"]), made(ambiguous_tables=["booking"]))
    assert found.people == Count(right=1, wrong=1, missed=0)


def test_a_total_adds_counts_and_not_ratios() -> None:
    one = score(drawn({"person": {"mail": "email"}}), made())
    none = score(drawn({}), made())
    assert total_of([one, none]).columns == Count(right=1, missed=5)
