"""Changing the company's profile."""

import secrets
from datetime import datetime

from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.organisation.company import CompanyProfile, as_stored, complete
from discreet.foundation.organisation.models import CompanyRecord
from discreet.foundation.organisation.queries import profile as present_profile
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

#: Fields whose value names no person and decides how requests run: evidence holds the value itself.
DECISIVE_FIELDS = ("laws", "zones", "calendars", "languages", "phone_region", "access_is_reviewed")


class NotAnAdministrator(Refused):
    code = "not_an_administrator"
    message = gettext_noop("Only an administrator changes the company's profile.")
    status = 403


@act("organisation.set_profile")
def set_profile(*, actor: Actor, now: datetime, profile: CompanyProfile) -> CompanyProfile:
    """Replace the profile; return it as kept. Deadlines already set do not move.

    Evidence names the fields that changed, with their new values only where these name no person.

    Raises:
        NotAnAdministrator: the actor is none.
        Refused: a field is wrong (refusals of `company`).
    """
    if not actor.may(Role.ADMINISTRATOR):
        raise NotAnAdministrator
    kept = complete(profile)
    row = CompanyRecord.objects.select_for_update().filter(pk=1).first()
    before = present_profile() if row is not None else None
    values = as_stored(kept)
    changed = sorted(
        values if before is None else {k for k, v in values.items() if v != as_stored(before)[k]}
    )
    CompanyRecord(pk=1, revision=secrets.token_hex(16), changed_at=now, **values).save(
        force_insert=row is None, force_update=row is not None
    )
    facts: dict[str, Json] = {"changed": changed}
    facts |= {name: values[name] for name in DECISIVE_FIELDS if name in changed}
    record(actor=actor, now=now, subject="organisation:company", facts=facts)
    return kept
