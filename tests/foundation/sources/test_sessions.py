"""Reading and writing rows by keys, the same on every kind of database."""

import pytest

from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.reader import Select
from discreet.foundation.sources import refusals, session
from tests.foundation.sources.conftest import Company

pytestmark = pytest.mark.duty("sources")

CUSTOMER, ORDERS, LINE = (TableRef("shop", name) for name in ("customer", "orders", "line"))


def select(table: TableRef, columns: str, by: str, keys: list[tuple[object, ...]], **more: object) -> Select:
    return Select(
        table=table, columns=tuple(columns.split()), key_columns=tuple(by.split()), keys=keys, **more
    )  # type: ignore[arg-type]


def read(query: Select) -> list[tuple[object, ...]]:
    with session.read("shop") as reader:
        return sorted(reader.select(query), key=repr)


def test_a_select_returns_exactly_the_rows_with_the_keys(shop: Company) -> None:
    assert read(select(ORDERS, "id note", "customer_id", [(1,), (99,)])) == [(10, "ring twice"), (11, None)]


def test_composite_keys_match_as_pairs(shop: Company) -> None:
    keys: list[tuple[object, ...]] = [(10, 2), (11, 1), (12, 2)]
    assert read(select(LINE, "item", "order_id place", keys)) == [("cup",), ("tea",)]


def test_folding_ignores_case_and_nothing_else(shop: Company) -> None:
    query = select(CUSTOMER, "id", "email", [("bob@example.com",)], fold=True)
    assert read(query) == [(2,)]
    assert read(select(CUSTOMER, "id", "email", [("bob@example.com",)])) == []


@pytest.mark.parametrize(
    "address",
    [
        "ann_b%c@example.com",
        "back\\slash@example.com",
        "'quote\"@example.com",
        "%@%",
        "____",
        "a+b.c-d@x-y.example",
        "käthe@bücher.example",
        "小明@example.cn",
    ],
)
def test_folding_finds_an_address_whatever_it_is_made_of(shop: Company, address: str) -> None:
    """What narrows the rows down first must let every spelling through that differs in case alone."""
    quoted = address.upper().replace("'", "''")
    if shop.engine not in ("sqlite", "postgresql"):
        quoted = quoted.replace("\\", "\\\\")
    shop.run(f"UPDATE customer SET email = '{quoted}' WHERE id = 3")
    assert read(select(CUSTOMER, "id", "email", [(address.lower(),)], fold=True)) == [(3,)]
    both = [(address.lower(),), ("bob@example.com",), ("nobody@example.com",)]
    assert read(select(CUSTOMER, "id", "email", both, fold=True)) == [(2,), (3,)]


@pytest.mark.parametrize("address", ["ann_b%c@example.com", "%@%", "'quote\"@example.com"])
@pytest.mark.parametrize("others", [0, 3, 40])
def test_trimming_finds_an_address_between_blanks_among_few_keys_and_many(
    shop: Company, address: str, others: int
) -> None:
    quoted = address.upper().replace("'", "''")
    shop.run(f"UPDATE customer SET email = ' {quoted} ' WHERE id = 3")
    shop.run("UPDATE customer SET email = 'x_ann_bcc@example.com' WHERE id = 1")
    keys: list[tuple[object, ...]] = [(address,), *((f"n{number}@example.com",) for number in range(others))]
    assert read(select(CUSTOMER, "id", "email", keys, fold=True, trims=True)) == [(3,)]


@pytest.mark.parametrize("odd", ['it\'s "quoted"', "back\\slash", "小明 😀", "a\tb", "\u2028"])
def test_a_text_is_found_as_one_key_and_among_many(shop: Company, odd: str) -> None:
    quoted = odd.replace("'", "''")
    if shop.engine not in ("sqlite", "postgresql"):
        quoted = quoted.replace("\\", "\\\\")
    shop.run(f"UPDATE customer SET city = '{quoted}' WHERE id = 3")
    many: list[tuple[object, ...]] = [(f"{odd}{number}",) for number in range(300)]
    assert read(select(CUSTOMER, "id", "city", [(odd,)])) == [(3,)]
    assert read(select(CUSTOMER, "id", "city", [*many, (odd,)])) == [(3,)]


def test_keys_of_several_types_are_found_together(shop: Company) -> None:
    """What one way of handing keys over cannot say goes another way."""
    keys: list[tuple[object, ...]] = [(number,) for number in range(2, 40)]
    assert read(select(CUSTOMER, "id", "id", [*keys, ("1",), (2.0,), (2**70,), ("\0",)])) == [
        (1,),
        (2,),
        (3,),
    ]


def test_null_never_equals_a_key(shop: Company) -> None:
    assert read(select(CUSTOMER, "id", "city", [(None,), ("Bern",)])) == [(1,)]


def test_conditions_beside_the_keys_are_met(shop: Company) -> None:
    query = select(LINE, "order_id", "order_id", [(10,), (11,)], equals={"item": "tea", "place": "1"})
    assert read(query) == [(10,), (11,)]


def test_a_limit_holds_over_all_keys(shop: Company) -> None:
    assert len(read(select(LINE, "item", "order_id", [(10,), (11,), (12,)], limit=2))) == 2


def test_thousands_of_keys_return_each_row_once(shop: Company) -> None:
    keys: list[tuple[object, ...]] = [(number,) for number in range(25_000)] * 2
    assert read(select(CUSTOMER, "id", "id", keys)) == [(1,), (2,), (3,)]
    pairs: list[tuple[object, ...]] = [(number, 1) for number in range(6_000)]
    assert read(select(LINE, "order_id", "order_id place", pairs)) == [(10,), (11,), (12,)]


@pytest.mark.parametrize("key", ["0", "abc", "1 ", "1abc", "01", "1.0", "", " 1", 1.5, True and "x", b"1"])
def test_a_value_of_another_type_matches_no_number(shop: Company, key: object) -> None:
    assert read(select(CUSTOMER, "id", "id", [(key,)])) == []


def test_a_number_is_found_by_its_text(shop: Company) -> None:
    assert read(select(CUSTOMER, "id", "id", [("2",)])) == [(2,)]


@pytest.mark.parametrize("key", ["Bern ", "bern", "BERN", "Bérn", "B%", "B_rn", 0])
def test_a_text_that_a_collation_takes_for_equal_is_not_equal(shop: Company, key: object) -> None:
    assert read(select(CUSTOMER, "id", "city", [(key,)])) == []
    with session.write("shop") as writer:
        assert writer.delete(CUSTOMER, ["city"], [(key,)]) == 0


def test_the_statement_shows_no_value(shop: Company) -> None:
    with session.read("shop") as reader:
        text = reader.statement(select(CUSTOMER, "id", "email", [("ann@example.com",)], limit=5))
    assert "ann@" not in text
    assert "customer" in text
    assert "email" in text


def test_names_that_are_not_in_the_catalogue_are_refused(shop: Company) -> None:
    for query in (
        select(TableRef("shop", "nobody"), "id", "id", [(1,)]),
        select(CUSTOMER, "password", "id", [(1,)]),
        select(CUSTOMER, "id", "1=1--", [(1,)]),
        select(TableRef("shop", "customer", "elsewhere"), "id", "id", [(1,)]),
    ):
        with pytest.raises(refusals.UnknownName):
            read(query)


def test_a_read_session_cannot_write(shop: Company) -> None:
    import sqlalchemy as sa

    with session.read("shop") as reader, pytest.raises(refusals.SourceRefusal):
        reader._execute(sa.text("DELETE FROM line"))
    assert shop.run("SELECT count(*) FROM line") == [(4,)]


def test_a_read_session_sees_one_snapshot(shop: Company) -> None:
    if shop.engine == "sqlite":
        shop.run("PRAGMA journal_mode=WAL")
    with session.read("shop") as reader:
        before = reader.count(LINE)
        shop.run("DELETE FROM line WHERE order_id = 10")
        assert reader.count(LINE) == before


def test_rows_are_deleted_and_changed_by_key_in_one_transaction(shop: Company) -> None:
    with session.write("shop") as writer:
        assert writer.delete(LINE, ["order_id", "place"], [(10, 1), (10, 2), (99, 1)]) == 2
        assert writer.update(CUSTOMER, ["id"], [(1,), (2,)], {"name": "erased", "email": None}) == 2
        assert writer.update(CUSTOMER, ["id"], [(1,), (2,)], {"name": "erased"}) == 2, "matched, not changed"
        writer.commit(before_commit=lambda: None)
    assert shop.run("SELECT order_id FROM line ORDER BY 1") == [(11,), (12,)]
    assert shop.run("SELECT id, email, name FROM customer ORDER BY 1")[:2] == [
        (1, None, "erased"),
        (2, None, "erased"),
    ]


def test_leaving_without_commit_changes_nothing(shop: Company) -> None:
    with session.write("shop") as writer:
        writer.delete(LINE, ["order_id"], [(10,)])
        assert writer.select(select(LINE, "place", "order_id", [(10,)])) == []
    assert shop.run("SELECT count(*) FROM line") == [(4,)]


def test_a_lost_fence_changes_nothing(shop: Company) -> None:
    class FenceLost(Exception):
        pass

    def fence() -> None:
        raise FenceLost

    with pytest.raises(FenceLost), session.write("shop") as writer:
        writer.delete(LINE, ["order_id"], [(10,)])
        writer.commit(before_commit=fence)
    assert shop.run("SELECT count(*) FROM line") == [(4,)]


def test_a_constraint_stops_the_change(shop: Company) -> None:
    with session.write("shop") as writer:
        with pytest.raises(refusals.ConstraintRefused):
            writer.delete(CUSTOMER, ["id"], [(1,)])
        with pytest.raises(refusals.Conflict):
            writer.commit(before_commit=lambda: None)
    assert shop.run("SELECT count(*) FROM customer") == [(3,)]


def test_a_source_without_write_address_is_not_written(company: Company, db: None) -> None:
    company.fill()
    company.connect(writable=False)
    with pytest.raises(refusals.NoWriteAddress), session.write("shop"):
        pass


def test_a_view_is_not_written(company: Company, db: None) -> None:
    company.fill((*SHOP_WITH_VIEW,))
    company.connect()
    with session.write("shop") as writer, pytest.raises(refusals.NotWritable):
        writer.delete(TableRef("shop", "everyone"), ["id"], [(1,)])


SHOP_WITH_VIEW = (
    "CREATE TABLE customer (id integer PRIMARY KEY, email varchar(200))",
    "CREATE VIEW everyone AS SELECT id, email FROM customer",
)


def test_rows_without_a_key_are_addressed_by_all_their_columns(company: Company, db: None) -> None:
    company.fill(
        (
            "CREATE TABLE visit (who varchar(40), page varchar(40), seconds integer)",
            "INSERT INTO visit VALUES ('ann', NULL, 3), ('ann', '/', NULL), ('bob', NULL, 3), (NULL, NULL, NULL)",
        )
    )
    company.connect()
    with session.write("shop") as writer:
        keys: list[tuple[object, ...]] = [("ann", None, 3), ("ann", "/", None)]
        assert writer.delete(TableRef("shop", "visit"), ["who", "page", "seconds"], keys) == 2
        assert writer.delete(TableRef("shop", "visit"), ["who", "page"], [("bob", None)]) == 0
        writer.commit(before_commit=lambda: None)
    assert len(company.run("SELECT * FROM visit")) == 2


def test_statements_are_counted(shop: Company) -> None:
    with session.read("shop") as reader:
        list(reader.select(select(CUSTOMER, "id", "id", [(1,)])))
        list(reader.select(select(ORDERS, "id", "customer_id", [(1,)])))
        assert reader.statements == 3, "begin and two reads"


def test_the_fingerprint_changes_with_the_schema_and_not_with_rows(shop: Company) -> None:
    before = session.fingerprint("shop")
    shop.run("INSERT INTO customer VALUES (4, 'd', 'd', 'd')")
    assert session.fingerprint("shop") == before
    with session.read("shop") as reader:
        assert reader.catalogue.fingerprint == before
    shop.run("ALTER TABLE customer ADD COLUMN fax varchar(20)")
    assert session.fingerprint("shop") != before


def test_what_is_asked_ahead_is_what_is_asked_one_by_one(shop: Company) -> None:
    queries = [
        select(ORDERS, "id note", "customer_id", [(1,), (99,)]),
        select(LINE, "item", "order_id place", [(10, 2), (11, 1)]),
        select(CUSTOMER, "id", "id", [(404,)]),
        select(CUSTOMER, "id email", "id", [(1,)], limit=1),
    ]
    alone = [read(query) for query in queries]
    with session.read("shop") as reader:
        reader.ahead(queries)
        assert [sorted(reader.select(query), key=repr) for query in queries] == alone
        assert list(reader.select(queries[0])), (
            "an answer serves once; asked again, the source is asked again"
        )


def test_a_failure_among_what_is_asked_ahead_is_a_refusal(shop: Company) -> None:
    queries = [select(CUSTOMER, "id", "id", [(number,)]) for number in (1, 2)]
    gone = select(LINE, "item", "order_id place", [(10, 2)])
    with session.read("shop") as reader:
        list(reader.select(gone))
    shop.run("DROP TABLE line")
    with session.read("shop") as reader, pytest.raises(refusals.SourceRefusal):
        reader.ahead([*queries, gone])
        list(reader.select(gone))
