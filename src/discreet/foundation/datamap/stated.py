"""How a map that a person stated differs from what was found before: as found, corrected, added."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from discreet.foundation.datamap import queries

Part = tuple[str, ...]
Parts = Mapping[Part, str]


@dataclass(frozen=True, slots=True)
class Stated:
    """How many parts of a map a person left as found, corrected, and added to what was found."""

    as_found: int
    corrected: int
    added: int

    def __add__(self, other: "Stated") -> "Stated":
        return Stated(
            self.as_found + other.as_found, self.corrected + other.corrected, self.added + other.added
        )

    @property
    def words(self) -> str:
        told = {"found": self.as_found, "corrected": self.corrected, "added": self.added}
        return gettext("%(found)s parts as found, %(corrected)s corrected, %(added)s added") % told


def parts_of(source: str) -> Parts:
    """Return what the map says of each part of `source`: tables, fields, links, and what erasure and law do."""
    found: dict[Part, str] = {}
    for table in queries.source_map(source).tables:
        if table.is_gone:
            continue
        name = str(table.ref)
        found["table", name] = str(table.is_people)
        if table.erase is not None:
            found["erasure", name] = table.erase.value
        if table.keep is not None:
            found["law", name] = repr(table.keep)
        for field in table.fields:
            if not field.is_gone:
                found["field", name, field.name] = field.category.id
                if field.erase is not None:
                    found["erasure", name, field.name] = f"{field.erase.value} {field.replacement or ''}"
        for link in table.links:
            if link.from_table == table.ref and not link.is_rejected:
                ends = (*link.from_columns, str(link.to_table), *link.to_columns, *(link.discriminator or ()))
                found["link", name, *ends] = link.role.value
    return found


def compared(before: Parts, after: Parts) -> Stated:
    """Count what stayed, what changed or was taken out, and what is new."""
    return Stated(
        as_found=sum(after.get(part) == said for part, said in before.items()),
        corrected=sum(after.get(part) != said for part, said in before.items()),
        added=len(after.keys() - before.keys()),
    )
