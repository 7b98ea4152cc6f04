"""The search over everything but people. An app registers what it holds in its own `search.py`:

    register(Area(id="datamap.fields", label=gettext_noop("Fields"), find=find_fields, order=30))

`find(actor, words)` returns hits with their `rank`, at most `MAX_HITS`, in one query. No area may look into
customers' data or show it.

Finding a person is apart (`desk:find`), by what apps give to `register_people`. Words that name a person are sent
in the body of a request and never in an address.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from discreet.foundation.desk.discovery import discover
from discreet.foundation.desk.texts import translated
from discreet.foundation.staff.permissions import ANY_STAFF
from discreet.vocabulary.actors import Actor, Role

MAX_QUERY = 200
MAX_WORDS = 6
MAX_HITS = 20
SUGGESTED = 8
_GAPS = re.compile(r"[\s\x00]+")


class Rank(IntEnum):
    """How well something matches; the least is the best."""

    EXACT = 0
    STARTS = 1
    NAMED = 2
    MENTIONED = 3


@dataclass(frozen=True, slots=True)
class Words:
    """What was asked for: the whole text and its words, all in lower case."""

    text: str
    parts: tuple[str, ...]

    def rank(self, name: str, *others: str) -> Rank | None:
        """Return how well a thing of this name matches, by its other texts at the least; None if it does not."""
        called = name.casefold()
        if called == self.text:
            return Rank.EXACT
        if called.startswith(self.text):
            return Rank.STARTS
        if all(part in called for part in self.parts):
            return Rank.NAMED
        whole = "\n".join((called, *(other.casefold() for other in others)))
        return Rank.MENTIONED if all(part in whole for part in self.parts) else None


@dataclass(frozen=True, slots=True)
class Hit:
    """One place that was found. Without a `url` it is only shown."""

    title: str
    detail: str
    url: str
    icon: str = "arrow-right"
    rank: Rank = Rank.NAMED
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """One kind of thing that can be found, by whom, and where it stands among the others."""

    id: str
    label: str
    find: Callable[[Actor, Words], Sequence[Hit]]
    roles: frozenset[Role] = ANY_STAFF
    order: int = 50


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one area, the best first."""

    label: str
    hits: tuple[Hit, ...]
    is_cut: bool


PeopleFinder = Callable[[Actor, str], Sequence[Hit]]
_areas: dict[str, Area] = {}
_people: list[PeopleFinder] = []
_personal: list[Callable[[str], bool]] = []


def register(area: Area) -> None:
    """Add an area. Registering the same `id` again changes nothing."""
    _areas.setdefault(area.id, area)


def register_people(finder: PeopleFinder, *, is_personal: Callable[[str], bool]) -> None:
    """Add a way to find a person; `is_personal` says which words name one."""
    if finder not in _people:
        _people.append(finder)
        _personal.append(is_personal)


def names_person(text: str) -> bool:
    """Say whether the words are personal data, so that no address, log or history may hold them."""
    discover()
    return any(says(text.strip()) for says in _personal)


def words_of(text: str) -> Words | None:
    """Return what was asked for; None for nothing."""
    clean = _GAPS.sub(" ", text[:MAX_QUERY]).strip().casefold()
    return Words(text=clean, parts=tuple(dict.fromkeys(clean.split(" ")[:MAX_WORDS]))) if clean else None


def search(*, actor: Actor, text: str) -> Sequence[Found]:
    """Return what the words lead to, by area; an area with an exact match stands first."""
    words = words_of(text)
    if words is None:
        return []
    discover()
    groups = []
    for area in _areas.values():
        hits = sorted(area.find(actor, words), key=_rank) if area.roles & actor.roles else []
        if hits:
            found = Found(
                label=translated(area.label), hits=tuple(hits[:MAX_HITS]), is_cut=len(hits) >= MAX_HITS
            )
            groups.append((hits[0].rank is not Rank.EXACT, area.order, area.id, found))
    return [found for *_, found in sorted(groups, key=lambda group: group[:3])]


def suggest(*, actor: Actor, text: str) -> Sequence[Hit]:
    """Return the best few hits over all areas."""
    groups = search(actor=actor, text=text)
    return sorted((hit for group in groups for hit in group.hits), key=_rank)[:SUGGESTED]


def find_people(*, actor: Actor, text: str) -> Sequence[Hit]:
    """Return the requests of the person that the words name. The words themselves are recorded nowhere."""
    clean = text.strip()[:MAX_QUERY]
    if not clean:
        return []
    discover()
    return [hit for finder in _people for hit in finder(actor, clean)]


def _rank(hit: Hit) -> Rank:
    return hit.rank
