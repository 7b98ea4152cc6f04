"""The rows of an invented database: references that hold, copies that went stale, people who recur."""

from random import Random
from typing import Any

from bench.discover import identifiers as ids
from bench.discover.people import Person, pool_of
from bench.discover.schema import PEOPLE, Field, Reference, Schema, Table
from bench.discover.values import VALUES, World

# In these parts a column tells of the person a row is about, so often.
OWN_SHARES = {
    "": 1.0,
    "own": 0.94,
    "holder": 0.95,
    "receiver": 0.7,
    "billing": 0.9,
    "sender": 0.6,
    "caller": 1.0,
}
# What is copied from the thing a row names.
COPIED_THINGS = ("sku", "thing_name")
# What tables are full of that are no goods.
NAMED_AFTER = {
    "department": "departments", "ward": "departments", "medicine": "drugs", "role": "jobs", "vacancy": "jobs",
} | dict.fromkeys(("category", "plan", "lookup", "tag", "branch", "warehouse", "course", "school_class", "route",
                   "tenant", "project", "training", "campaign", "coupon", "fitness_class", "deal"), "things")  # fmt: skip
# Facts of a person that are the same wherever they are written.
LASTING = frozenset(
    [
        "full_name",
        "first_name",
        "last_name",
        "username",
        "email",
        "mobile",
        "phone",
        "fax",
        "street",
        "city",
        "district",
        "region",
        "country",
        "postal_code",
        "birth_date",
        "gender",
        "national_id",
        "bank_account",
        "passport",
        "plate",
        "wechat",
        "credit_score",
        "salary",
        "tax_number",
    ]
)
# What is told afresh in each row, though the row is somebody's: a person has two accounts, and two lines.
OF_THE_ROW = frozenset({("account", "bank_account"), ("line", "mobile"), ("card", "card_number")})


class Filler:
    """Fills the tables of a schema in the order in which they name one another."""

    def __init__(self, schema: Schema, rng: Random) -> None:
        self.schema = schema
        self.rng = rng
        self.world = World(
            rng=rng, pool=pool_of(schema.locale, rng), phone_form=rng.choice((0, 0, 1, 2)),
            gender_form=rng.randrange(5), date_form=rng.randrange(4), number_form=rng.randrange(4),
            hash_form=rng.randrange(4),
        )  # fmt: skip
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.persons: dict[str, list[Person]] = {}

    def fill(self) -> dict[str, list[dict[str, Any]]]:
        for key in self._order():
            self._fill_table(self.schema.tables[key])
        return self.rows

    def _order(self) -> list[str]:
        done: list[str] = []
        waiting = dict(self.schema.tables)
        while waiting:
            ready = [
                key
                for key, table in waiting.items()
                if all(one.table in done or one.table == key for one in table.references)
            ]
            # A circle of references: the first table goes without its rows to name.
            for key in ready or [next(iter(waiting))]:
                done.append(key)
                del waiting[key]
        return done

    def _fill_table(self, table: Table) -> None:
        self.rows[table.key] = rows = []
        self.persons[table.key] = persons = []
        about = None if table.what != "thing" else self.schema.person_reference(table.key)
        for number in range(1, table.rows + 1):
            row = self._key(table, number)
            named: dict[str, int] = {}
            for reference in table.references:
                at = self._choose(reference, table, number)
                if at is not None:
                    named[reference.table] = at
                    self._refer(row, reference, at)
                elif not reference.is_by_username:
                    row |= {one.header: None for one in reference.fields}
            person = self._person(about, named)
            for one in table.fields:
                if one.header not in row:
                    row[one.header] = self._value(table, one, person, named)
            rows.append(row)
            persons.append(person)

    def _key(self, table: Table, number: int) -> dict[str, Any]:
        keys = table.primary
        if len(keys) == 2:
            return {keys[0].header: number % 4 + 1, keys[1].header: number // 4 + 1}
        value: object = number
        match self.schema.id_form:
            case "uuid":
                value = ids.uuid(self.rng)
            case "long":
                value = 10**18 + number * 4194304 * 977 + self.rng.randrange(4096)
            case "code":
                value = f"{(table.key[0] + table.key[-2:]).upper()}{number:05d}"
        return {keys[0].header: value}

    def _choose(self, reference: Reference, table: Table, number: int) -> int | None:
        total = len(self.rows.get(reference.table, ()))
        share = reference.fields[0].null_share
        if not total or self.rng.random() < share:
            return None
        if reference.table == table.key:
            return self.rng.randrange(total)
        # Some have much and many have little, as in life.
        return min(int(total * self.rng.random() ** 1.6), total - 1)

    def _refer(self, row: dict[str, Any], reference: Reference, at: int) -> None:
        goal = self.rows[reference.table][at]
        if reference.kind == "polymorphic":
            kind, number = reference.fields
            if kind.header in row and self.rng.random() < 0.5:
                return  # the row is about the other one
            row[kind.header] = self.schema.names.word("tables", reference.table).partition("/")[0]
            row[number.header] = goal[self.schema.tables[reference.table].primary[0].header]
            return
        for one in reference.fields:
            assert one.target is not None
            row[one.header] = goal[one.target[1]]

    def _person(self, about: Reference | None, named: dict[str, int]) -> Person:
        if about is not None and about.table in named:
            return self.persons[about.table][named[about.table]]
        return self.world.person()

    def _value(self, table: Table, one: Field, person: Person, named: dict[str, int]) -> object:
        if one.null_share and self.rng.random() < one.null_share:
            return None
        if one.role in ("creator", "updater"):
            staff = self.persons.get(self.schema.main_staff) or [person]
            return VALUES[one.concept](self.world, self.rng.choice(staff))
        if one.concept == "thing_name" and table.key in NAMED_AFTER:
            return self.world.pick(NAMED_AFTER[table.key])
        if one.concept in COPIED_THINGS and table.what == "thing":
            for key, at in named.items():
                source = self.schema.tables[key].holding(one.concept)
                if source is not None and key == "product":
                    return self.rows[key][at][source.header]
        if one.role == "caller" and "line" in named:
            line = self.schema.tables["line"].holding("mobile")
            return self.rows["line"][named["line"]][line.header] if line else None
        if table.what in PEOPLE and one.role in ("contact", "holder"):
            share = 1.0
        else:
            share = OWN_SHARES.get(one.role, 0.0)
        told = person if self.rng.random() < share else self.world.person()
        if (table.key, one.concept) in OF_THE_ROW:
            return VALUES[one.concept](self.world, self.world.person())
        if one.concept not in LASTING:
            return VALUES[one.concept](self.world, told)
        if one.concept not in told.made:
            told.made[one.concept] = VALUES[one.concept](self.world, told)
        return told.made[one.concept]


def fill_rows(schema: Schema, rng: Random) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each table, by its key in the field's list."""
    return Filler(schema, rng).fill()
