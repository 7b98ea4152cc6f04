"""What the desk itself can find: its places, cases by number, and the ledger by entry, subject and act."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from discreet.foundation.cases import queries as cases
from discreet.foundation.desk import acts
from discreet.foundation.desk.cases import icon_of, kinds, page_of
from discreet.foundation.desk.navigation import places
from discreet.foundation.desk.search import MAX_HITS, Area, Hit, Rank, Words, register
from discreet.foundation.ledger import queries as ledger
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.text import gettext_noop

MAX_DIGITS = 12
#: Kinds of subjects that are no cases, as evidence names them.
SUBJECT_KINDS = ("batch", "source", "staff", "ledger", "mail")


def find_places(actor: Actor, words: Words) -> Sequence[Hit]:
    """Return the places of the sidebar, by their name."""
    return [
        Hit(title=place.label, detail=group.label, url=place.url, icon=place.icon, rank=rank)
        for group in places(actor=actor, path="")
        for place in group.places
        for rank in [words.rank(place.label, group.label)]
        if rank is not None
    ]


def find_cases(actor: Actor, words: Words) -> Sequence[Hit]:
    """Return cases by their number, or the digits that it begins with."""
    prefix, _, digits = words.text.upper().rpartition("-")
    if not (digits.isascii() and digits.isdecimal()) and not (prefix and not digits):
        return []
    found = cases.by_number(prefix=prefix, digits=digits, limit=MAX_HITS)
    return [
        Hit(
            title=row.number,
            detail=gettext(row.title),
            url=url,
            icon=icon_of(row.kind),
            rank=Rank.EXACT if row.number.rpartition("-")[2] == digits else Rank.STARTS,
        )
        for row in found
        for url in [page_of(kind=row.kind, number=row.number)]
        if url
    ]


def find_evidence(actor: Actor, words: Words) -> Sequence[Hit]:
    """Return the ledger entry of a number, the evidence about a subject, and acts by their name."""
    return [*_entry(words), *_subjects(words), *_acts(words)][:MAX_HITS]


def _entry(words: Words) -> Sequence[Hit]:
    digits = words.text.replace(",", "")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= MAX_DIGITS):
        return []
    entry = ledger.entry_of_number(int(digits))
    if entry is None:
        return []
    return [
        Hit(
            title=gettext("Ledger entry %(number)s") % {"number": f"{entry.number:,}"},
            detail=f"{acts.title(entry)} · {entry.subject}",
            url=reverse("desk:ledger_entry", args=[entry.entry_id]),
            icon="binary-tree",
            rank=Rank.STARTS,
        )
    ]


def _subjects(words: Words) -> Sequence[Hit]:
    return [
        Hit(
            title=subject,
            detail=gettext("Evidence about this subject"),
            url=f"{reverse('desk:ledger')}?{urlencode({'subject': subject})}",
            icon="binary-tree",
            rank=Rank.STARTS,
            is_code=True,
        )
        for subject in ledger.known_subjects(_spelled(words.text))
    ]


def _spelled(text: str) -> list[str]:
    """Return how a subject may be written in the ledger: as it is, or as the identifier of each kind."""
    kind, mark, name = text.partition(":")
    if mark:
        return [text, f"{kind}:{name.upper()}"]
    return [f"{kind}:{one}" for kind in (*kinds(), *SUBJECT_KINDS) for one in (text, text.upper())]


def _acts(words: Words) -> Sequence[Hit]:
    hits = []
    for name in acts.named():
        label = acts.label(name, {})
        rank = words.rank(label, name) if words.text != name else Rank.EXACT
        if rank is not None:
            hits.append((rank, label, name))
    return [
        Hit(
            title=label,
            detail=gettext("Evidence of this act"),
            url=f"{reverse('desk:ledger')}?{urlencode({'act': name})}",
            icon="binary-tree",
            rank=rank,
        )
        for rank, label, name in sorted(hits)[:8]
    ]


register(Area(id="desk.places", label=gettext_noop("Pages of the desk"), find=find_places, order=10))
register(Area(id="desk.cases", label=gettext_noop("Cases"), find=find_cases, order=20))
register(Area(id="desk.evidence", label=gettext_noop("Evidence in the ledger"), find=find_evidence, order=90))
