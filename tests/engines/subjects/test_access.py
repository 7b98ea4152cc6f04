"""A copy holds the person's rows: described where a number may not leave, and without other people's data."""

import json
import sqlite3
from dataclasses import replace

import pytest

from discreet.engines.subjects import access
from discreet.engines.subjects.access import AccessTable, Choice, rows_for_access
from discreet.engines.subjects.graph import Column, Graph, LinkRole, Match
from discreet.engines.subjects.known_names import KnownNames
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.reach import Purpose, reach
from discreet.engines.subjects.standins import (
    UNREAD,
    Another,
    Document,
    Edited,
    Held,
    StandIns,
    letter,
    mark_of,
)
from discreet.engines.subjects.whose import others_of
from tests.engines.subjects import shop
from tests.engines.subjects.shop import _table, link, ref
from tests.engines.subjects.sqlite_source import SqliteReader, connect

ANN, BEN = ({ref("customer"): {(number,)}} for number in (1, 2))
Rows = dict[str, list[dict[str, object]]]


def tables_of(
    *people: dict,
    graph: Graph | None = None,
    opened: dict[str, sqlite3.Connection] | None = None,
    person: int = 0,
    purpose: Purpose = Purpose.COPY,
    **more: object,
) -> dict[str, tuple[AccessTable, list[dict[str, object]]]]:
    readers = shop.readers(opened or shop.connections())
    found = reach(
        graph=graph or shop.graph(), readers=readers, roots_by_person=people, limits=Limits(), purpose=purpose
    )
    others = others_of(reach=found, person=person, readers=readers, known=KnownNames())
    tables = rows_for_access(reach=found, person=person, readers=readers, others=others, **more)  # type: ignore[arg-type]
    return {
        table.table.table: (table, [dict(zip(table.columns, row, strict=True)) for row in table.rows])
        for table in tables
    }


def rows_of(*people: dict, **more: object) -> Rows:
    return {name: rows for name, (_, rows) in tables_of(*people, **more).items()}  # type: ignore[arg-type]


def with_rows(*statements: str) -> dict[str, sqlite3.Connection]:
    opened = shop.connections()
    for statement in statements:
        opened["shop"].execute(statement)
    return opened


@pytest.mark.parametrize("purpose", [Purpose.COPY, Purpose.ACCESS])
def test_an_access_package_holds_only_the_persons_rows(purpose: Purpose) -> None:
    """Ann sees her orders and addresses, not Ben's order to the same house."""
    package = rows_of(ANN, purpose=purpose)
    assert {row["id"] for row in package["orders"]} == {10, 11}
    assert package["orders"][0]["ship_name"] == "Ann Lee"
    assert len(package["address"]) == 2
    assert package["ticket"] == [{"id": 70, "contact_id": 7, "subject": "Broken", "body": "pot broke"}]
    assert "employee" not in package


def test_an_access_package_of_a_batch_is_split_by_person() -> None:
    """Two people of one pass see nothing of each other."""
    for person, order_ids in ((0, {10, 11}), (1, {12})):
        package = rows_of(ANN, BEN, person=person)
        assert {row["id"] for row in package["orders"]} == order_ids


def test_an_access_package_leaves_out_what_only_a_shared_address_leads_to() -> None:
    """Orders shipped to Ben's house by Ann and Cat are theirs, even if the map says the address owns them."""
    graph = shop.graph()
    links = tuple(
        replace(one, role=LinkRole.OWNER) if one.from_columns == ("shipping_address_id",) else one
        for one in graph.links
    )
    package = rows_of(BEN, graph=replace(graph, links=links))
    assert {row["id"] for row in package["orders"]} == {12}
    assert {row["order_id"] for row in package["order_line"]} == {12}


def test_whoever_a_row_points_at_is_a_stand_in_and_the_same_one_everywhere() -> None:
    opened = with_rows(
        "UPDATE orders SET ship_name = 'Ben Roe' WHERE id = 10",
        "INSERT INTO note VALUES (9, 'customer', 1, 'Ben Roe called, ben@example.com')",
    )
    package = rows_of(ANN, opened=opened)
    ben = next(row["referrer_id"] for row in package["orders"] if row["id"] == 11)
    rep = package["customer"][0]["support_rep_id"]
    assert isinstance(ben, Another) and isinstance(rep, Another) and ben != rep
    assert package["orders"][0]["ship_name"] == ben
    assert package["note"][-1]["body"] == Edited((ben, " called, ", ben))
    assert package["note"][-1]["subject_id"] == 1


def test_a_copy_is_the_same_however_small_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rows_of(ANN)
    monkeypatch.setattr(access, "CHUNK_ROWS", 1)
    assert rows_of(ANN) == whole


@pytest.mark.parametrize(
    "text",
    [
        "Mein Nachbar Ben Roe, +41 79 222 33 44",
        "ask ben@example.com or Cat Poe",
        "Robert Nowak was there, bob@nowhere.example",
        "联系王芳女士 13800138000",
    ],
)
def test_a_text_names_nobody_else(text: str) -> None:
    opened = with_rows(f"INSERT INTO note VALUES (9, 'customer', 1, '{text}')")
    body = rows_of(ANN, opened=opened)["note"][-1]["body"]
    assert isinstance(body, Edited)
    kept = "".join(part for part in body.parts if isinstance(part, str))
    for others in ("Ben", "Roe", "@", "Poe", "Nowak", "222", "王芳", "138"):
        assert others not in kept


def test_a_text_keeps_what_is_the_persons_own() -> None:
    text = "Ann Lee, ANN@example.com, +41 79 123 45 67, likes 3 cups"
    opened = with_rows(f"INSERT INTO note VALUES (9, 'customer', 1, '{text}')")
    assert rows_of(ANN, opened=opened)["note"][-1]["body"] == text


def extra(script: str, *tables: object, links: tuple = ()) -> tuple[Graph, dict[str, sqlite3.Connection]]:
    graph, opened = shop.graph(), shop.connections()
    opened["shop"].executescript(script)
    more = {table.ref: table for table in tables}  # type: ignore[attr-defined]
    return Graph({**graph.tables, **more}, (*graph.links, *links)), opened


def test_secrets_and_full_numbers_are_described_by_category_and_by_value() -> None:
    """Whatever the map says of a column: a card number in a field of any other kind is one."""
    graph, opened = extra(
        "CREATE TABLE vault(id INTEGER PRIMARY KEY, customer_id INTEGER, ssn TEXT, pass TEXT, print BLOB,"
        " remark TEXT, amount INTEGER, doc TEXT, policy TEXT, empty TEXT);"
        "INSERT INTO vault VALUES (4111111111111111, 1, '536904399', 'x', x'00ff', 'card 4111 1111 1111 1111!',"
        """ 5500005555555559, '{"pin": "1234", "n": 4111111111111111, "ok": [1]}', 'Basic plan', NULL);"""
        "INSERT INTO vault VALUES (5, 1, NULL, '', NULL, '', 12, '{}', 'AB 123456789', NULL);",
        _table(
            "vault", "id",
            "id!# customer_id# ssn:social_security_id pass:password print:biometric remark amount#"
            " doc:behaviour policy:insurance empty:secret",
        ),
        links=(link("shop.vault.customer_id", "shop.customer.id", LinkRole.OWNER),),
    )  # fmt: skip
    tables = tables_of(ANN, graph=graph, opened=opened)
    first, second = sorted(tables["vault"][1], key=lambda row: -int(str(row["id"])))
    card = Held("payment_card")
    assert first["ssn"] == Held("social_security_id") and first["pass"] == Held("password")
    assert first["print"] == Held("biometric")
    assert first["remark"] == Edited(("card ", card, "!"))
    assert first["amount"] == card
    assert first["doc"] == Document({"pin": Held("secret"), "n": card, "ok": [1]})
    assert first["id"] == 4111111111111111  # a key ties rows, and has a card's check digit by chance
    assert first["policy"] == "Basic plan" and second["policy"] == Held("insurance")
    assert second["ssn"] is None and second["empty"] is None and second["doc"] == "{}"
    assert tables["vault"][0].tally.counts[("remark", "held", "payment_card")] == 1  # type: ignore[index]


def test_a_row_of_two_owners_shows_neither_the_other_nor_what_is_theirs() -> None:
    graph, opened = extra(
        "CREATE TABLE joint(id INTEGER PRIMARY KEY, one_id INTEGER, two_id INTEGER, email TEXT, label TEXT);"
        "INSERT INTO joint VALUES (1, 1, 2, 'ben@example.com', 'home'), (2, 1, NULL, 'old@example.com', 'mine');",
        _table("joint", "id", "id!# one_id# two_id# email:email label"),
        links=tuple(
            link(f"shop.joint.{name}", "shop.customer.id", LinkRole.OWNER) for name in ("one_id", "two_id")
        ),
    )
    first, second = rows_of(ANN, graph=graph, opened=opened)["joint"]
    assert first["one_id"] == 1 and isinstance(first["two_id"], Another)
    assert first["email"] == first["two_id"] and first["label"] == "home"
    assert second["email"] == "old@example.com"  # her own row, in a field that says nothing else


def test_columns_of_another_person_are_one_person_by_their_prefix() -> None:
    graph, opened = extra(
        "CREATE TABLE gift(id INTEGER PRIMARY KEY, customer_id INTEGER, recipient_name TEXT,"
        " recipient_email TEXT, recipient_address TEXT, agent TEXT, wrapped INTEGER);"
        "INSERT INTO gift VALUES (1, 1, 'Zoe Far', 'zoe@far.example', 'Far Road 1', 'Rep', 1),"
        " (2, 1, 'Ann Lee', 'ann@example.com', 'One Street', NULL, 0);",
        _table(
            "gift",
            "id",
            "id!# customer_id# recipient_name:name recipient_email:email recipient_address:address agent:name"
            " wrapped#",
        ),
        links=(link("shop.gift.customer_id", "shop.customer.id", LinkRole.OWNER),),
    )
    first, second = rows_of(ANN, graph=graph, opened=opened)["gift"]
    zoe = first["recipient_name"]
    assert isinstance(zoe, Another)
    assert first["recipient_email"] == first["recipient_address"] == zoe
    assert isinstance(first["agent"], Another) and first["agent"] != zoe and first["wrapped"] == 1
    assert second["recipient_name"] == "Ann Lee" and second["recipient_address"] == "One Street"


def test_whom_a_value_mentions_is_a_stand_in_whatever_its_field_is_called() -> None:
    graph, opened = extra(
        "CREATE TABLE post(id INTEGER PRIMARY KEY, customer_id INTEGER, addr TEXT);"
        "INSERT INTO post VALUES (1, 1, 'ben@example.com'), (2, 1, 'ANN@example.com');",
        _table("post", "id", "id!# customer_id# addr:email"),
        links=(
            link("shop.post.customer_id", "shop.customer.id", LinkRole.OWNER),
            link("shop.post.addr", "shop.customer.email", LinkRole.MENTION, match=Match.EMAIL),
        ),
    )
    first, second = rows_of(ANN, graph=graph, opened=opened)["post"]
    assert isinstance(first["addr"], Another) and second["addr"] == "ANN@example.com"


def test_what_a_person_decided_is_held_back_or_left_as_it_is() -> None:
    choices = {
        ref("orders"): Choice(withheld=frozenset({"total"}), lifted=frozenset({"referrer_id"})),
        ref("vip"): Choice(is_withheld=True),
        ref("customer"): Choice(lifted=frozenset({"support_rep_id"})),
    }
    tables = tables_of(ANN, choices=choices)
    orders, rows = tables["orders"]
    assert orders.withheld == ("total",) and "total" not in rows[0]
    assert {row["referrer_id"] for row in rows} == {None, 2}
    assert tables["vip"][1] == [] and tables["vip"][0].count == 1 and tables["vip"][0].columns == ()
    assert tables["customer"][1][0]["support_rep_id"] == 2


def test_a_lifted_stand_in_does_not_lift_what_is_never_sent_out() -> None:
    opened = with_rows("UPDATE note SET body = 'ben@example.com 4111111111111111' WHERE id = 1")
    package = rows_of(ANN, opened=opened, choices={ref("note"): Choice(lifted=frozenset({"body"}))})
    assert package["note"][0]["body"] == Edited(("ben@example.com ", Held("payment_card")))


def test_a_preview_keeps_few_examples_beside_what_replaced_them() -> None:
    opened = with_rows("UPDATE orders SET ship_name = 'Ben Roe'")
    table, rows = tables_of(ANN, opened=opened, examples=1)["orders"]
    assert len(rows) == 2
    assert table.tally.examples["ship_name"] == [("Ben Roe", rows[0]["ship_name"])]
    assert table.tally.counts[("ship_name", "another", "")] == 2  # type: ignore[index]


def test_a_number_is_read_from_a_document_of_any_depth() -> None:
    deep: object = "4111111111111111"
    for _ in range(15):
        deep = {"a": [deep]}
    opened = connect("CREATE TABLE x(id INTEGER PRIMARY KEY, mail TEXT, doc TEXT)")
    opened.execute("INSERT INTO x VALUES (1, 'a@b.example', ?)", (json.dumps(deep),))
    graph = Graph({ref("x"): _table("x", "id", "id!# mail:email doc:behaviour", people=True)})
    readers = {"shop": SqliteReader(opened)}
    found = reach(
        graph=graph,
        readers=readers,
        roots_by_person=[{ref("x"): {(1,)}}],
        limits=Limits(),
        purpose=Purpose.COPY,
    )
    others = others_of(reach=found, person=0, readers=readers, known=KnownNames())
    (table,) = rows_for_access(reach=found, person=0, readers=readers, others=others)
    ((_, _, doc),) = table.rows
    assert isinstance(doc, Document) and "4111" not in repr(doc)


def test_stand_ins_are_letters_and_know_spellings() -> None:
    people = StandIns()
    first = people.of([mark_of("email", "Bob@Example.com"), mark_of("name", "Bob Else")])
    assert people.of([mark_of("name", "BOB  ELSE")]) == first == Another("A")
    assert people.of([mark_of("phone", "+41 44 668 18 01")]) == Another("B")
    assert people.of([mark_of("phone", "044 668 18 01")]) == Another("B")
    assert [letter(number) for number in (0, 25, 26, 27, 702)] == ["A", "Z", "AA", "AB", "AAA"]


def test_what_names_the_person_or_a_program_is_no_other_person() -> None:
    """A nickname in the person's own row, and the string by which their telephone's browser names itself."""
    graph, opened = shop.graph(), shop.connections()
    customer = graph.tables[ref("customer")]
    more = (Column(name="settings", category="preference"), Column(name="user_agent", category="device_id"))
    table = replace(customer, columns=(*customer.columns, *more))
    graph = Graph({**graph.tables, table.ref: table}, graph.links)
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
    settings = {"nickname": "阿美", "friends": [{"nickname": "小明"}], "referrer_nickname": "老王"}
    opened["shop"].executescript(
        "ALTER TABLE customer ADD settings TEXT; ALTER TABLE customer ADD user_agent TEXT"
    )
    opened["shop"].execute(
        "UPDATE customer SET settings = ?, user_agent = ? WHERE id = 1", (json.dumps(settings), phone)
    )
    (row,) = rows_of(ANN, graph=graph, opened=opened)["customer"]
    assert row["user_agent"] == phone
    told = row["settings"]
    assert isinstance(told, Document) and isinstance(told.value, dict)
    assert told.value["nickname"] == "阿美"
    assert isinstance(told.value["friends"][0]["nickname"], Another)
    assert isinstance(told.value["referrer_nickname"], Another)


def test_what_is_not_read_of_a_very_long_text_is_not_sent() -> None:
    """A number that stands across the bound is described whole; nothing behind it leaves."""
    card = "4111 1111 1111 1111"
    text = "x " * 49_995 + card + " y" * 10 + " ben@example.org " + "z " * 5_000
    opened = with_rows(f"INSERT INTO note VALUES (9, 'customer', 1, '{text}')")
    (note,) = [row["body"] for row in rows_of(ANN, opened=opened)["note"] if row["id"] == 9]
    assert isinstance(note, Edited)
    beginning, *rest = note.parts
    assert beginning == "x " * 49_995
    assert rest == [Held("payment_card"), Held(UNREAD)]
