"""Promises on arbitrary schemas and data: random tables, links, circles and rows in SQLite."""

import sqlite3
from dataclasses import dataclass
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discreet.engines.subjects.captured import capture
from discreet.engines.subjects.captures import Budget
from discreet.engines.subjects.found import Reach
from discreet.engines.subjects.graph import Column, Graph, KeepDuty, Link, LinkRole, Table, TableRef
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.plan import make_plan
from discreet.engines.subjects.plans import Decisions, ErasurePlan, Reason
from discreet.engines.subjects.reach import reach
from discreet.engines.subjects.search import fresh_search
from discreet.engines.subjects.storage import plan_from_json, to_json
from tests.engines.subjects.naive import Naive, Node, read_all
from tests.engines.subjects.sqlite_source import SqliteReader, carry_out

TODAY = date(2026, 1, 1)
PERSON = TableRef("s", "t0")
KINDS = ("t0", "t1", "t2")


@dataclass(frozen=True)
class World:
    graph: Graph
    script: str
    roots: tuple[int, ...]

    def open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:")
        connection.executescript(self.script)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def reach(self, connection: sqlite3.Connection) -> Reach:
        return reach(
            graph=self.graph,
            readers={"s": SqliteReader(connection, chunk=3)},
            roots_by_person=[{PERSON: {(root,)}} for root in self.roots],
            limits=Limits(max_others_per_row=1),
        )

    def plan(self, connection: sqlite3.Connection) -> ErasurePlan:
        return make_plan(reach=self.reach(connection), decisions=Decisions(), today=TODAY)


@st.composite
def worlds(draw: st.DrawFn, *, with_duties: bool = False) -> World:
    """Draw tables t0 (people), t1, …, each with a personal column and up to three links to any table."""
    count = draw(st.integers(2, 5))
    sizes = [draw(st.integers(2 if number == 0 else 0, 5)) for number in range(count)]
    tables: dict[TableRef, Table] = {}
    links: list[Link] = []
    script: list[str] = []
    fills: list[str] = []
    for number in range(count):
        ref = TableRef("s", f"t{number}")
        columns = [
            Column("id", nullable=False, numeric=True),
            Column("p", "email" if number == 0 else "address"),
        ]
        parts = ["id INTEGER PRIMARY KEY", "p TEXT"]
        required = draw(st.booleans())
        unique = draw(st.booleans())
        parts.append("q TEXT" + (" NOT NULL" if required else "") + (" UNIQUE" if unique else ""))
        columns.append(Column("q", "name", nullable=not required, unique=unique))
        for position in range(draw(st.integers(0 if number == 0 else 1, 3))):
            name = f"l{position}"
            target = draw(st.integers(0, count - 1))
            role = draw(st.sampled_from(LinkRole))
            if number == 0 and role is LinkRole.OWNER:
                role = LinkRole.MENTION
            is_polymorphic = draw(st.integers(0, 4)) == 0
            is_declared = not is_polymorphic and draw(st.booleans())
            nullable = sizes[target] == 0 or draw(st.integers(0, 3)) > 0
            part = f"{name} INTEGER" + ("" if nullable else " NOT NULL")
            parts.append(part + (f" REFERENCES t{target}(id)" if is_declared else ""))
            columns.append(Column(name, nullable=nullable, numeric=True))
            only = None
            if is_polymorphic:
                parts.append(f"k{position} TEXT")
                columns.append(Column(f"k{position}"))
                only = (f"k{position}", "yes")
            links.append(
                Link(
                    ref,
                    (name,),
                    TableRef("s", f"t{target}"),
                    ("id",),
                    role,
                    is_declared=is_declared,
                    discriminator=only,
                )
            )
        keep = None
        if with_duties and number > 0 and draw(st.integers(0, 2)) == 0:
            keep = KeepDuty("law", "", "", fields=draw(st.sampled_from([(), ("p",)])))
        tables[ref] = Table(ref, ("id",), tuple(columns), is_people=number == 0, keep=keep)
        script.append(f"CREATE TABLE t{number}({', '.join(parts)});")
        fills.extend(_rows(draw, tables[ref], [one for one in links if one.from_table == ref], sizes, number))
    roots = draw(st.sets(st.integers(1, sizes[0]), min_size=1, max_size=2))
    text = "PRAGMA foreign_keys = OFF;\n" + "\n".join(script + fills)
    return World(Graph(tables, tuple(links)), text, tuple(sorted(roots)))


def _rows(draw: st.DrawFn, table: Table, links: list[Link], sizes: list[int], number: int) -> list[str]:
    rows = []
    for key in range(1, sizes[number] + 1):
        values: dict[str, object] = {
            "id": key,
            "p": f"'p{number}-{key}@x.example'",
            "q": f"'q{number}-{key}'",
        }
        for link in links:
            (name,) = link.from_columns
            size = sizes[int(link.to_table.table[1:])]
            choices = [str(one) for one in range(1, size + 1)]
            if table.column(name).nullable:
                choices += ["NULL"]
            if not link.is_declared:
                choices += ["99"]
            values[name] = draw(st.sampled_from(choices or ["99"]))
            if link.discriminator:
                values[link.discriminator[0]] = draw(st.sampled_from(["'yes'", "'no'"]))
        rows.append(
            f"INSERT INTO {table.ref.table}({', '.join(values)}) VALUES ({', '.join(map(str, values.values()))});"
        )
    return rows


SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(worlds())
def test_reach_finds_what_a_row_by_row_walk_finds(world: World):
    """Every row, whose it is, and whether others use it."""
    connection = world.open()
    found = world.reach(connection)
    naive = Naive(world.graph, read_all(connection, world.graph))
    roots: set[Node] = {(PERSON, root) for root in world.roots}
    rows = {(ref, key[0]) for ref, table in found.tables.items() for key in table.rows}
    assert rows == naive.reach(roots)
    for person, root in enumerate(world.roots):
        theirs = {
            (ref, key[0])
            for ref, table in found.tables.items()
            for key in table.rows
            if person in table.found(key).persons
        }
        assert theirs == naive.reach({(PERSON, root)})
    shared = {(ref, key[0]) for ref, table in found.tables.items() for key in table.shared}
    assert shared == naive.shared(roots)


def _check(world: World) -> None:
    connection = world.open()
    before = read_all(connection, world.graph)
    naive = Naive(world.graph, before)
    roots: set[Node] = {(PERSON, root) for root in world.roots}
    inside, shared = naive.reach(roots), naive.shared(roots)
    found = world.reach(connection)
    plan = make_plan(reach=found, decisions=Decisions(), today=TODAY)
    readers = {"s": SqliteReader(connection)}
    captured = capture(readers=readers, reach=found, plan=plan, budget=Budget())
    carry_out(connection, plan_from_json(to_json(plan)).operations.get("s", ()))
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    after = read_all(connection, world.graph)
    reasons = {(one.table, key[0]): one.reason for one in plan.tables for key in one.keys}
    for ref, rows in before.items():
        loose = {
            link.from_columns[0]
            for link in world.graph.outgoing(ref)
            if link.role in (LinkRole.MENTION, LinkRole.OWNER)
        }
        mentions = {
            link.from_columns[0] for link in world.graph.outgoing(ref) if link.role is LinkRole.MENTION
        }
        for key, row in rows.items():
            now = after[ref].get(key)
            if (ref, key) in inside and (ref, key) not in shared:
                if now is None:
                    continue
                reason = reasons[ref, key]
                if reason is Reason.KEPT_BY_LAW:
                    duty = world.graph.tables[ref].keep
                    assert now["p"] == row["p"]
                    assert duty is not None
                    assert (now["q"] == row["q"]) == (not duty.fields)
                else:
                    assert reason is Reason.NEEDED_BY_STAYING
                    assert now["p"] is None
                    assert now["q"] != row["q"]
                continue
            assert now is not None, "somebody else's row is gone"
            changed = {name for name in row if now[name] != row[name]}
            assert all(now[name] is None for name in changed)
            assert changed <= (loose if (ref, key) in shared else mentions)
    result = fresh_search(graph=world.graph, readers=readers, captured=captured, budget=Budget())
    assert result.found == ()


@SLOW
@given(worlds())
def test_an_erasure_removes_the_persons_rows_and_leaves_everybody_elses_as_they_were(world: World):
    """With foreign keys enforced: no row of the person stays full, no other row changes but in a mention."""
    _check(world)


@SLOW
@given(worlds(with_duties=True))
def test_an_erasure_keeps_what_a_duty_keeps_whatever_refers_to_it(world: World):
    """Kept rows keep the fields of the duty; what they refer to stays emptied."""
    _check(world)


@SLOW
@given(worlds(), st.data())
def test_the_digest_changes_if_and_only_if_the_plan_does(world: World, data: st.DataObject):
    """Planning again gives the same; one row more of the person gives another."""
    connection = world.open()
    plan = world.plan(connection)
    assert world.plan(connection).digest == plan.digest
    owners = [link for link in world.graph.incoming(PERSON) if link.role is LinkRole.OWNER]
    if not owners:
        return
    link = data.draw(st.sampled_from(owners))
    connection.execute("PRAGMA foreign_keys = OFF")
    table = world.graph.tables[link.from_table]
    values = {column.name: 99 for column in table.columns if not column.nullable}
    values |= {"id": 777, link.from_columns[0]: world.roots[0]}
    if link.discriminator:
        values[link.discriminator[0]] = "yes"  # type: ignore[assignment]
    connection.execute(
        f"INSERT INTO {table.ref.table}({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
        list(values.values()),
    )
    assert world.plan(connection).digest != plan.digest


@SLOW
@given(worlds())
def test_no_row_of_a_person_keeps_the_action_delete_and_a_reference_to_it(world: World):
    """Deletes come children first, so no enforced reference is left hanging at any moment.

    Rows of one table that require one another in a circle can go only together, in one statement.
    """
    connection = world.open()
    for operation in world.plan(connection).operations.get("s", ()):
        chunk = len(operation.keys) if _may_circle(world.graph, operation.table) else 1
        carry_out(connection, [operation], chunk=chunk)  # raises IntegrityError otherwise
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def _may_circle(graph: Graph, ref: TableRef) -> bool:
    """Say whether rows of a table may refer to one another by a column that cannot be emptied."""
    own = [link for link in graph.outgoing(ref) if link.to_table == ref and link.is_declared]
    return any(not graph.tables[ref].column(name).nullable for link in own for name in link.from_columns)
