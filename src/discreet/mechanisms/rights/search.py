"""How the desk finds the requests of a person: by the contact they were opened with, or by the bare number."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext

from discreet.foundation.desk.search import MAX_HITS, Hit, register_people
from discreet.mechanisms.rights import listing
from discreet.mechanisms.rights.kinds import TITLES, Kind
from discreet.mechanisms.rights.opening import digests as contact_digests
from discreet.mechanisms.rights.words import OUTCOMES, STATES
from discreet.vocabulary.actors import Actor


def find_requests(actor: Actor, words: str) -> Sequence[Hit]:
    """Return the requests of whoever has this e-mail address or phone number, and the one of this number."""
    return [
        Hit(
            title=row.number,
            detail=f"{gettext(TITLES[Kind(row.kind)])} · "
            + gettext(OUTCOMES[row.outcome] if row.outcome else STATES[row.state]),
            url=reverse("rights:request", args=[row.number]),
            icon="user-check",
        )
        for row in listing.rows(listing.numbers_of_contact(words)[:MAX_HITS])
    ]


register_people(find_requests, is_personal=contact_digests.is_contact)
