"""The truth of an invented database, in the form of `truth.yaml`: known because it was built, not guessed."""

from typing import Any

from bench.discover.naming import document
from bench.discover.rows import COPIED_THINGS, LASTING, OF_THE_ROW, OWN_SHARES
from bench.discover.schema import PEOPLE, Field, Reference, Schema, Table

# Copies by which a person is found: they belong to the links that must be found.
REACHING = ("username", "email", "mobile")


def _category(one: Field) -> str:
    return str(document("concepts.yaml")[one.concept].get("is", "none")) if one.concept else "none"


def _is_number_of_pair_key(schema: Schema, table: Table, one: Field) -> bool:
    """Say whether a column is "customer_no" beside "site_no": the key of a row, or a customer number."""
    keys = schema.tables[schema.main_people].primary
    if len(keys) != 2:
        return False
    return one is keys[1] or one.target == (schema.main_people, keys[1].header)


def _is_ambiguous(schema: Schema, table: Table, one: Field, rows: list[dict[str, Any]]) -> bool:
    facts = document("concepts.yaml")[one.concept] if one.concept else {}
    if facts.get("amb") or _is_number_of_pair_key(schema, table, one):
        return True
    is_empty = not any(row[one.header] is not None for row in rows)
    if _category(one) == "none":
        # A file, a picture or a page of somebody is about them, or only theirs; a state without a value may be both.
        is_misleading = (
            is_empty and schema.names.word("", one.concept) == "state_code" if one.concept else False
        )
        return is_misleading or (table.what in PEOPLE and one.concept in ("file_name", "thing_pic", "url"))
    if not schema.is_about_people(table.key) and one.role not in ("creator", "updater"):
        return True
    # Two letters of pinyin over nothing: nobody can tell.
    is_blind = schema.form == "initials" and not one.comment
    return is_blind and is_empty


def _end(table: Table, fields: list[Field]) -> str | list[str]:
    names = [f"{table.name}.{one.header}" for one in fields]
    return names[0] if len(names) == 1 else names


def _is_required(schema: Schema, table: Table, reference: Reference) -> bool:
    """Say whether somebody's data hangs on a link: it ends at people, or at rows that are theirs."""
    if reference.is_guess:
        return False
    goal = schema.tables[reference.table]
    return goal.what in PEOPLE or (
        bool(schema.ancestors(goal.key)) and goal.key in schema.ancestors(table.key)
    )


def _reference_links(schema: Schema) -> tuple[list[list[Any]], list[list[Any]]]:
    required, further = [], []
    for table in schema.tables.values():
        for one in table.references:
            goal = schema.tables[one.table]
            if one.is_by_username:
                end = f"{goal.name}.{one.fields[0].target[1]}" if one.fields[0].target else ""
            else:
                end = _end(goal, goal.primary)  # type: ignore[assignment]
            link = [_end(table, one.fields), end, one.kind]
            is_required = _is_required(schema, table, one)
            if one.kind == "polymorphic":
                is_required = goal.what in PEOPLE or bool(schema.ancestors(goal.key))
            (required if is_required else further).append(link)
    return required, further


def _copy_links(schema: Schema) -> tuple[list[list[Any]], list[list[Any]]]:
    required, further = [], []
    for table in schema.tables.values():
        sources = schema.ancestors(table.key) if table.what == "thing" else []
        for one in table.fields:
            role = one.role
            if one.concept == "full_name" and role in ("creator", "updater"):
                staff = schema.tables[schema.main_staff]
                if (named := staff.holding("full_name")) is not None:
                    further.append([_end(table, [one]), _end(staff, [named]), "copy"])
            if one.concept in COPIED_THINGS and "product" in [ref.table for ref in table.references]:
                product = schema.tables["product"]
                if (source := product.holding(one.concept)) is not None and table.what == "thing":
                    further.append([_end(table, [one]), _end(product, [source]), "copy"])
            if one.concept not in LASTING or role not in OWN_SHARES or (table.key, one.concept) in OF_THE_ROW:
                continue
            for place, key in enumerate(sources):
                for source in schema.tables[key].fields:
                    if source.concept != one.concept or source.role not in OWN_SHARES:
                        continue
                    if ((key, source.concept) in OF_THE_ROW) != (role == "caller"):
                        continue
                    link = [_end(table, [one]), _end(schema.tables[key], [source]), "copy"]
                    is_reaching = (
                        role == "own"
                        and source.role == ""
                        and one.concept in REACHING
                        and schema.tables[key].what in PEOPLE
                        and place == len(sources) - 1
                        and max(source.null_share, one.null_share) < 0.5
                        and table.rows >= 30
                    )
                    (required if is_reaching else further).append(link)
    return required, further


def _sibling_links(schema: Schema) -> list[list[Any]]:
    """Return the same fact of the same people in two tables that hang on theirs: neither is a copy of the other."""
    told: dict[tuple[str, str], list[tuple[Table, Field]]] = {}
    for table in schema.tables.values():
        chain = schema.ancestors(table.key) if table.what == "thing" else []
        if not chain:
            continue
        for one in table.fields:
            if (
                one.concept in LASTING
                and one.role in OWN_SHARES
                and (table.key, one.concept) not in OF_THE_ROW
            ):
                told.setdefault((chain[-1], one.concept), []).append((table, one))
    return [
        [_end(*_one(start)), _end(*_one(end)), "copy"]
        for places in told.values()
        for start in places
        for end in places
        if start[0] is not end[0] and end[0].key not in schema.ancestors(start[0].key)
    ]


def _one(place: tuple[Table, Field]) -> tuple[Table, list[Field]]:
    return place[0], [place[1]]


def truth_document(schema: Schema, rows: dict[str, list[dict[str, Any]]], engine: str) -> dict[str, Any]:
    """Return the truth of a schema."""
    links, more = _reference_links(schema)
    copies, more_copies = _copy_links(schema)
    ambiguous, also = [], {}
    tables: dict[str, Any] = {}
    for table in schema.tables.values():
        columns = {}
        for one in table.fields:
            columns[one.header] = _category(one)
            path = f"{table.name}.{one.header}"
            if _is_ambiguous(schema, table, one, rows[table.key]):
                ambiguous.append(path)
            others = list(document("concepts.yaml")[one.concept].get("also", [])) if one.concept else []  # type: ignore[call-overload]
            if others:
                also[path] = others
        tables[table.name] = {"rows": len(rows[table.key]), "columns": columns}
    return {
        "database": schema.name,
        "engine": engine,
        "field_of_work": schema.field_of_work,
        "style": f"{schema.language} {schema.form}, values {schema.locale}, keys {schema.id_form}",
        "fks_declared": schema.declares,
        "synthetic": True,
        "subject_tables": [one.name for one in schema.tables.values() if one.what in PEOPLE],
        "ambiguous_tables": [one.name for one in schema.tables.values() if one.what == "maybe"],
        "links": links + copies,
        "more_links": more + more_copies + _sibling_links(schema),
        "ambiguous": ambiguous,
        "also": also,
        "tables": tables,
    }
