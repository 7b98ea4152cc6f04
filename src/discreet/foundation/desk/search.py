"""The search box: places, cases by number, ledger entries, and what apps register in their `search.py`.

register(find_fields)      # Callable[[Actor, str], Sequence[Hit]]

Words that name a person (`is_personal`) are sent in the body of a request and never in an address.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from discreet.foundation.cases import queries as cases
from discreet.foundation.desk.cases import page_of
from discreet.foundation.desk.discovery import discover
from discreet.foundation.desk.navigation import places
from discreet.vocabulary.actors import Actor

MAX_QUERY = 200
MAX_HITS = 20


@dataclass(frozen=True, slots=True)
class Hit:
    title: str
    detail: str
    url: str
    icon: str = "arrow-right"


Provider = Callable[[Actor, str], Sequence[Hit]]
_providers: list[Provider] = []
_personal: list[Callable[[str], bool]] = []


def register(provider: Provider, *, is_personal: Callable[[str], bool] | None = None) -> None:
    """Add a source of hits; `is_personal` says which words name a person."""
    if provider not in _providers:
        _providers.append(provider)
    if is_personal is not None and is_personal not in _personal:
        _personal.append(is_personal)


def names_person(words: str) -> bool:
    """Say whether the words are personal data, so that no address, log or history may hold them."""
    discover()
    return any(says(words.strip()) for says in _personal)


def find(*, actor: Actor, query: str) -> Sequence[Hit]:
    """Return what the words lead to. The words themselves are recorded nowhere."""
    words = query.strip()[:MAX_QUERY]
    if not words:
        return []
    discover()
    hits = [*_places(actor, words), *_cases(words), *_entries(words)]
    for provider in _providers:
        hits.extend(provider(actor, words))
    return hits


def _places(actor: Actor, words: str) -> Sequence[Hit]:
    return [
        Hit(title=place.label, detail=group.label, url=place.url, icon=place.icon)
        for group in places(actor=actor, path="")
        for place in group.places
        if words.casefold() in place.label.casefold()
    ]


def _cases(words: str) -> Sequence[Hit]:
    where = cases.CaseFilter(number_starts=words.upper())
    found = cases.list_cases(where=where, page_size=MAX_HITS) if "-" in words else None
    return [
        Hit(title=row.number, detail=gettext(row.title), url=url, icon="clipboard-list")
        for row in (found.rows if found else ())
        for url in [page_of(kind=row.kind, number=row.number)]
        if url
    ]


def _entries(words: str) -> Sequence[Hit]:
    digits = words.replace(",", "")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 12):
        return []
    return [
        Hit(
            title=gettext("Ledger entry %(number)s") % {"number": words},
            detail=gettext("Evidence"),
            url=reverse("desk:ledger_entry", args=[int(digits)]),
            icon="binary-tree",
        )
    ]
