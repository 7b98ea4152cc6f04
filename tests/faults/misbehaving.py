"""Companies whose database does things behind our back: triggers that restore, keep, copy or undo."""

import re

from discreet.foundation.datamap.actions import apply_map
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import company as ours
from tests.mechanisms.rights.company import NOW

ARCHIVE = "CREATE TABLE archive (id integer PRIMARY KEY, mail varchar(200))"
ARCHIVE_MAP = "      archive:\n        columns: {id: none, mail: email}\n"


def mapped(
    company: Company, *, extra: tuple[str, ...] = (), more_map: str = "", links: bool = True
) -> Company:
    """Make the company; `links` False: no foreign key is declared in it."""
    tables = ours.TABLES
    if not links:
        tables = tuple(re.sub(r", FOREIGN KEY \(\w+\) REFERENCES \w+ \(\w+\)", "", one) for one in tables)
    company.fill((*tables, *ours.ROWS, *extra))
    company.connect("shop")
    text = ours.MAP % {"name": "shop", "keep": ours.KEEP}
    apply_map(actor=ours.OPERATOR, now=NOW, text=text + more_map)
    return company


RESTORES = {
    "sqlite": (
        "CREATE TRIGGER back AFTER DELETE ON customer BEGIN "
        "INSERT INTO customer VALUES (OLD.id, OLD.email, OLD.phone, OLD.name, NULL, OLD.deleted_at); END",
    ),
    "postgresql": (
        "CREATE FUNCTION back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO customer VALUES (OLD.id, OLD.email, OLD.phone, OLD.name, NULL, OLD.deleted_at); "
        "RETURN OLD; END $$",
        "CREATE TRIGGER back AFTER DELETE ON customer FOR EACH ROW EXECUTE FUNCTION back()",
    ),
}
KEEPS = {
    "sqlite": ("CREATE TRIGGER keeps BEFORE DELETE ON customer BEGIN SELECT RAISE(IGNORE); END",),
    "postgresql": (
        "CREATE FUNCTION keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "CREATE TRIGGER keeps BEFORE DELETE ON customer FOR EACH ROW EXECUTE FUNCTION keeps()",
    ),
}
COPIES = {
    "sqlite": (
        ARCHIVE,
        "CREATE TRIGGER copies AFTER DELETE ON customer BEGIN "
        "INSERT INTO archive VALUES (OLD.id + 1000, OLD.email); END",
    ),
    "postgresql": (
        ARCHIVE,
        "CREATE FUNCTION copies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO archive VALUES (OLD.id + 1000, OLD.email); RETURN OLD; END $$",
        "CREATE TRIGGER copies AFTER DELETE ON customer FOR EACH ROW EXECUTE FUNCTION copies()",
    ),
    "mysql": (
        ARCHIVE,
        "CREATE TRIGGER copies AFTER DELETE ON customer FOR EACH ROW "
        "INSERT INTO archive VALUES (OLD.id + 1000, OLD.email)",
    ),
}


def undone_update(company: Company) -> Company:
    trigger = (
        "CREATE TRIGGER undo AFTER UPDATE OF note ON orders WHEN NEW.note IS NULL BEGIN "
        "UPDATE orders SET note = OLD.note WHERE id = OLD.id; END"
    )
    return mapped(company, extra=(trigger,))
