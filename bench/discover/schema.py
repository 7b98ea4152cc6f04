"""The schema of an invented database: tables, columns, keys and references, from a field's list and a style's dice."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from bench.discover.naming import PREFIXES, STYLES, Names, document

ROWS = {
    "people": (60, 1800), "many": (150, 2400), "some": (40, 500), "few": (5, 24), "one": (1, 1), "none": (0, 0),
}  # fmt: skip
PEOPLE = ("customer", "staff", "supplier")
NULL_SHARES = (*[0.0] * 9, 0.1, 0.2, 0.4, 0.7, 0.96, 1.0)
# Roles that say of themselves that staff is meant, whatever the column is called.
STAFF_ROLES = ("creator", "updater", "approver", "manager")


@dataclass(slots=True)
class Field:
    """A column: what it holds, or which row it names."""

    header: str
    concept: str = ""
    role: str = ""
    kind: str = "text"
    # table and column of the row it names
    target: tuple[str, str] | None = None
    # key of the pair or polymorphic reference this column is part of
    group: str = ""
    null_share: float = 0.0
    is_key: bool = False
    comment: str = ""


@dataclass(slots=True)
class Reference:
    """From columns to a table's key; declared as a foreign key or not."""

    fields: list[Field]
    table: str
    role: str = ""
    is_declared: bool = False
    kind: str = "implicit"
    # what a reader of the schema cannot know: which table is meant
    is_guess: bool = False
    is_by_username: bool = False


@dataclass(slots=True)
class Table:
    key: str
    name: str
    what: str
    rows: int
    fields: list[Field] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)

    @property
    def primary(self) -> list[Field]:
        return [one for one in self.fields if one.is_key]

    def holding(self, concept: str, role: str = "") -> Field | None:
        return next((one for one in self.fields if one.concept == concept and one.role == role), None)


@dataclass(slots=True)
class Schema:
    name: str
    field_of_work: str
    language: str
    form: str
    locale: str
    names: Names
    tables: dict[str, Table]
    main_people: str
    main_staff: str
    id_form: str
    declares: str
    comments: str  # language of comments, "" for none

    def ancestors(self, key: str) -> list[str]:
        """Return the tables whose person a row of this one is about: along the first reference that leads to one."""
        chain: list[str] = []
        while True:
            step = self.person_reference(key)
            if (
                step is None
                or step.table in (*chain, key)
                or (self.tables[key].what in PEOPLE and chain == [])
            ):
                return chain
            chain.append(step.table)
            key = step.table
            if self.tables[key].what in PEOPLE:
                return chain

    def person_reference(self, key: str) -> Reference | None:
        """Return the reference by which a row is somebody's: to people, or to a row that is somebody's."""
        table = self.tables[key]
        candidates = [one for one in table.references if one.table != key and one.kind != "polymorphic"]
        for wanted in ("customer", "staff", "supplier"):
            for one in candidates:
                if self.tables[one.table].what == wanted and one.role not in (*STAFF_ROLES, "agent"):
                    return one
        for one in candidates:
            if self._is_somebodys(one.table, {key}):
                return one
        return next((one for one in candidates if self.tables[one.table].what in PEOPLE), None)

    def _is_somebodys(self, key: str, seen: set[str]) -> bool:
        if self.tables[key].what in PEOPLE:
            return False
        return any(
            self.tables[one.table].what == "customer" or self._is_somebodys(one.table, seen | {key})
            for one in self.tables[key].references
            if one.table not in seen
            and one.table != key
            and one.kind != "polymorphic"
            and one.role not in (*STAFF_ROLES, "agent")
        )

    def is_about_people(self, key: str) -> bool:
        return self.tables[key].what != "thing" or bool(self.ancestors(key)) or self.has_polymorphic(key)

    def has_polymorphic(self, key: str) -> bool:
        return any(one.kind == "polymorphic" for one in self.tables[key].references)


def _styles(rng: Random, count: int) -> list[tuple[str, str, str]]:
    listed = [(language, form, locales) for language, form, locales, weight in STYLES for _ in range(weight)]
    rng.shuffle(listed)
    chosen = [listed[at % len(listed)] for at in range(count)]
    return [(language, form, rng.choice(locales)) for language, form, locales in chosen]


def plan(seed: int, count: int) -> list[tuple[str, tuple[str, str, str]]]:
    """Return a field of work and a style for each of `count` schemas: all of both before any comes again."""
    rng = Random(f"plan/{seed}")
    fields = list(document("domains.yaml")["domains"])
    rng.shuffle(fields)
    return list(zip([fields[at % len(fields)] for at in range(count)], _styles(rng, count), strict=True))


class Builder:
    """Builds one schema."""

    def __init__(self, rng: Random, name: str, field_of_work: str, style: tuple[str, str, str]) -> None:
        language, form, locale = style
        self.rng = rng
        has_prefix = language != "zh" or form == "pinyin_snake"
        names = Names(
            rng=rng, language=language, form=form, table_prefix=rng.choice(PREFIXES) if has_prefix else "",
            is_plural=rng.random() < 0.4, has_column_prefix=has_prefix and rng.random() < 0.12, chosen={},
        )  # fmt: skip
        comments = rng.choice(("", "zh" if locale == "zh_CN" else "en"))
        self.schema = Schema(
            name=name, field_of_work=field_of_work, language=language, form=form, locale=locale, names=names,
            tables={}, main_people="", main_staff="", id_form=rng.choice(("int", "int", "int", "uuid", "code", "long")),
            declares=rng.choice(("all", "all", "none", "none", "some")), comments=comments,
        )  # fmt: skip
        self.is_plain_key = rng.random() < 0.6
        self.has_pair_key = self.schema.id_form == "int" and rng.random() < 0.18
        self.audit = rng.choice(("", "time", "time", "time_user", "full"))

    def build(self) -> Schema:
        raw: dict[str, list[Any]] = dict(document("domains.yaml")["domains"][self.schema.field_of_work])  # type: ignore[call-overload]
        self.schema.main_people = next(key for key, entry in raw.items() if entry[0] in ("customer", "staff"))
        staff = [key for key, entry in raw.items() if entry[0] == "staff"]
        self.schema.main_staff = next((key for key in staff if key in ("staff", "sys_user")), staff[0])
        common = list(document("domains.yaml")["common"].items())
        for key, entry in self.rng.sample(common, self.rng.randrange(2, 9)):
            raw.setdefault(key, entry)
        if "user_role" in raw:
            raw.setdefault("role", document("domains.yaml")["common"]["role"])
        if "person_tag" in raw:
            raw.setdefault("tag", document("domains.yaml")["common"]["tag"])
        taken: set[str] = set()
        for key, (what, rows, _) in raw.items():
            self._add_table(key, what, rows, taken)
        for key, (_, _, columns) in raw.items():
            self._add_columns(self.schema.tables[key], columns, list(raw))
        return self.schema

    def _add_table(self, key: str, what: str, rows: str, taken: set[str]) -> None:
        low, high = ROWS[rows]
        number = int(low * (high / low) ** self.rng.random()) if low else 0
        if what == "thing" and rows in ("some", "many") and self.rng.random() < 0.07:
            number = 0
        name = self.schema.names.table(key)
        while name.casefold() in taken:
            name += "2"
        taken.add(name.casefold())
        table = Table(key=key, name=name, what=what, rows=number)
        names = self.schema.names
        if self.has_pair_key and key == self.schema.main_people:
            site = {"zh": "网点号/wang_dian_hao"}.get(names.language, "site_no")
            table.fields.append(Field(names.joined([site]), "", "", "int", is_key=True))
            table.fields.append(
                Field(names.reference(key, "", with_table=True, suffix="no"), "", "", "int", is_key=True)
            )
        else:
            kind = {"int": "int", "long": "long"}.get(self.schema.id_form, "text")
            table.fields.append(Field(names.key(key, is_plain=self.is_plain_key), "", "", kind, is_key=True))
        self.schema.tables[key] = table

    def _add_columns(self, table: Table, columns: list[str], keys: list[str]) -> None:
        for spec in columns:
            if spec.endswith("~") and self.rng.random() < 0.45:
                continue
            self._add_spec(table, spec.rstrip("~"), keys)
        if table.what != "maybe" and table.rows and len(table.fields) > 3:
            self._add_audit(table)

    def _add_spec(self, table: Table, spec: str, keys: list[str]) -> None:
        if spec.startswith("*"):
            self._add_polymorphic(table, spec[1:].split(","), keys)
        elif spec.startswith(">"):
            role, _, target = spec[1:].rpartition(":")
            self._add_reference(table, self._key_of(target, keys), role)
        else:
            role, _, concept = spec.rpartition(":")
            self._add_field(table, concept, role)

    def _key_of(self, target: str, keys: list[str]) -> str:
        main = next((key for key in ("order", "visit", "deal", "ticket", "stay") if key in keys), keys[-1])
        return {"@customer": self.schema.main_people, "@staff": self.schema.main_staff, "@main": main}.get(
            target, target
        )

    def _unique(self, table: Table, header: str, concept: str = "", role: str = "") -> str:
        used = {one.header.casefold() for one in table.fields}
        names = self.schema.names
        if header.casefold() in used and names.form == "initials" and concept:
            # Initials that mean two things: the second one is written out.
            header = "".join(
                part.partition("/")[2].replace("_", "") or part for part in names.concept(concept, role)
            )
        tail = 2
        base = header
        while header.casefold() in used:
            header = f"{base}{tail}"
            tail += 1
        return header

    def _add_field(self, table: Table, concept: str, role: str) -> None:
        facts = document("concepts.yaml")[concept]
        names = self.schema.names
        header = self._unique(
            table, names.column(concept, role, table.key, self.schema.main_people), concept, role
        )
        share = 0.0
        if concept not in ("full_name", "last_name", "order_no", "thing_name", "created_at"):
            share = self.rng.choice(NULL_SHARES)
        if concept == "deleted_at":
            share = 0.9
        comment = ""
        if self.schema.comments and self.rng.random() < 0.8:
            comment = names.comment(concept, role, self.rng, language=self.schema.comments)
        table.fields.append(
            Field(header, concept, role, str(facts.get("type", "text")), null_share=share, comment=comment)
        )

    def _add_reference(self, table: Table, target: str, role: str) -> None:
        names, rng, schema = self.schema.names, self.rng, self.schema
        goal = schema.tables[target]
        is_self = target == table.key
        with_table = bool(role) and not is_self and rng.random() < 0.5
        keys = goal.primary
        made: list[Field] = []
        share = rng.choice((0.0, 0.0, 0.0, 0.2)) if not is_self else 0.3
        for at, key in enumerate(keys):
            if len(keys) == 2 and at == 0:
                header = (
                    names.joined([names.word("roles", role)] if role else []) + key.header
                    if role
                    else key.header
                )
            else:
                suffix = "no" if len(keys) == 2 else "id"
                header = names.reference(target, role, with_table=with_table or not role, suffix=suffix)
            header = self._unique(table, header)
            made.append(
                Field(
                    header,
                    "",
                    role,
                    key.kind,
                    (target, key.header),
                    group=f"{role}>{target}",
                    null_share=share,
                )
            )
        table.fields.extend(made)
        is_declared = schema.declares == "all" or (schema.declares == "some" and rng.random() < 0.6)
        is_known = not role or with_table or role in STAFF_ROLES or is_self
        is_guess = not is_declared and not is_known and schema.id_form in ("int", "code")
        table.references.append(
            Reference(made, target, role, is_declared, "fk" if is_declared else "implicit", is_guess=is_guess)
        )

    def _add_polymorphic(self, table: Table, targets: list[str], keys: list[str]) -> None:
        names = self.schema.names
        goals = [key for key in dict.fromkeys(self._key_of(one, keys) for one in targets) if key != table.key]
        goals = [key for key in goals if len(self.schema.tables[key].primary) == 1]
        if not goals:
            return
        word = names.word("roles", "subject")
        kind, number = ("类型/lei_xing", "ID") if names.language == "zh" else ("type", "id")
        kind_field = Field(self._unique(table, names.joined([word, kind])), "", "subject", "text", group="*")
        id_kind = self.schema.tables[goals[0]].primary[0].kind
        id_field = Field(self._unique(table, names.joined([word, number])), "", "subject", id_kind, group="*")
        table.fields += [kind_field, id_field]
        table.references += [
            Reference([kind_field, id_field], goal, "subject", kind="polymorphic") for goal in goals
        ]

    def _add_audit(self, table: Table) -> None:
        if self.audit in ("", "none") or table.key in ("migration", "setting"):
            return
        if table.holding("created_at") is None:
            self._add_field(table, "created_at", "")
        if self.audit == "time":
            return
        staff = self.schema.tables[self.schema.main_staff]
        if table is not staff and self.rng.random() < 0.7:
            by_name = self.rng.random() < 0.4
            for role in ("creator", "updater"):
                if any(one.role == role for one in table.fields):
                    continue
                if by_name:
                    self._add_operator(table, staff, role)
                else:
                    self._add_reference(table, staff.key, role)
        if self.audit == "full":
            for concept in ("updated_at", self.rng.choice(("deleted", "deleted_at")), "row_version"):
                self._add_field(table, concept, "")

    def _add_operator(self, table: Table, staff: Table, role: str) -> None:
        """Add who wrote a row by what they are called: a user name if staff have one, else their name."""
        username = staff.holding("username")
        names = self.schema.names
        header = self._unique(table, names.joined([names.word("roles", role)]))
        concept = "username" if username else "full_name"
        if not username and staff.holding("full_name") is None:
            return
        field_made = Field(header, concept, role, "text")
        table.fields.append(field_made)
        if username:
            field_made.target = (staff.key, username.header)
            table.references.append(Reference([field_made], staff.key, role, is_by_username=True))


def build_schema(rng: Random, name: str, field_of_work: str, style: tuple[str, str, str]) -> Schema:
    return Builder(rng, name, field_of_work, style).build()
