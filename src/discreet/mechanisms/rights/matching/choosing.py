"""Who matches a request, as staff read it: masked, with the label that chooses each."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext

from discreet.foundation.centre import verification
from discreet.foundation.desk import masks
from discreet.foundation.desk.phrases import listed
from discreet.foundation.mail.api import open_contact
from discreet.mechanisms.rights.matching.roots import Candidates, Root
from discreet.mechanisms.rights.opening.identity import How
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.words import FACTS, MATCHES


def candidate_documents(found: Candidates) -> list[dict[str, Any]]:
    """Return `[{"candidate", "matched_by", "rows", "facts"}]`; `candidate` is the label."""
    return [
        {
            "candidate": label,
            "matched_by": sorted({name for root in person.roots for name in root.matched_by}),
            "rows": [masked_row(root) for root in person.roots],
            "facts": [{"kind": fact.kind.value, "text": fact.text} for fact in person.facts],
        }
        for label, person in zip(found.labels(), found.people, strict=True)
    ]


def told_candidates(document: Mapping[str, Any]) -> Iterator[str]:
    people = document["candidates"]
    if people is None:
        yield gettext("%(number)s: nobody was looked for yet; making the plan does") % {
            "number": document["id"]
        }
        return
    words = ngettext("%(n)s person matches %(number)s", "%(n)s people match %(number)s", len(people))
    yield words % {"n": len(people), "number": document["id"]}
    for one in people:
        matched = listed(gettext(MATCHES.get(name, name)) for name in one["matched_by"])
        yield ""
        yield gettext("Candidate %(number)s, matched by: %(matched)s") % {
            "number": one["candidate"],
            "matched": matched,
        }
        yield "  " + gettext("Starting rows: %(rows)s") % {"rows": listed(one["rows"])}
        for fact in one["facts"]:
            yield f"  {gettext(FACTS[fact['kind']])}: {fact['text']}"


def row_words(root: Root) -> str:
    """Return table and key of a row for a page, so that a key reads as none of a count."""
    key = _key(root)
    told = {"table": str(root.table), "key": key}
    return gettext("%(table)s, key %(key)s") % told if key else str(root.table)


def masked_row(root: Root) -> str:
    """Return table and key of a row: a number as it is, for staff compare it with their systems; else masked."""
    return f"{root.table} {_key(root)}"


def _key(root: Root) -> str:
    return "/".join(str(part) if isinstance(part, int) else masks.mask_name(str(part)) for part in root.key)


def code_fact(view: RequestView) -> list[tuple[str, str]]:
    """Return where the code went, masked, as label and words: it speaks for no row without this address."""
    is_by_code = view.verified_at is None or view.verified_how == How.CODE
    contact = verification.held_contact(view.number) if is_by_code else None
    if contact is None or not verification.is_code_sent(view.number):
        return []
    told = {"address": masks.mask_email(open_contact(contact))}
    words = gettext("%(address)s, the only address that each of these rows holds") % told
    return [(gettext("Code sent to"), words)]
