"""A day's choices that came by no request: a case and a batch of their own carry the notices to recipients.

Source: 11 CCR 7026(f)(2), (3), 7027(g).
"""

from datetime import datetime

from discreet.foundation.cases import actions as cases
from discreet.foundation.datamap.sharing_queries import recipients
from discreet.foundation.jobs.api import start
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.organisation.queries import profile
from discreet.foundation.permission.actions.listing import settle_list
from discreet.foundation.permission.listed import is_anybody_on
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.models import Batch
from discreet.mechanisms.rights.outside.rules import LISTED, is_told
from discreet.vocabulary.actors import SYSTEM
from discreet.vocabulary.text import gettext_noop

CASE_KIND, PREFIX = "choices", "C"
TITLE = gettext_noop("Choices of a day")
_TELLING, _TOLD = "telling", "told"


@act("rights.take_up_list")
def take_up_list(*, now: datetime, list_ref: str, kind: str) -> None:
    """Open what carries the notices of a day's choices, or settle the list where nobody must be told.

    Repeating it changes nothing: a list has one batch.
    """
    is_due = any(is_told(kind=kind, recipient=one.facts.kind) for one in recipients())
    facts: dict[str, Json] = {"told": is_due and is_anybody_on(list_ref)}
    if Batch.objects.filter(import_key=f"{LISTED}{list_ref}").exists():
        facts = {"repeated": True}
    elif not facts["told"]:
        settle_list(now=now, list_ref=list_ref, case_number="")
    else:
        _open(now=now, list_ref=list_ref, kind=Kind(kind))
    record(actor=SYSTEM, now=now, subject=f"choices:{list_ref}", facts=facts)


def _open(*, now: datetime, list_ref: str, kind: Kind) -> None:
    """Open case and batch. The case holds nobody and ends at once; tasks and notes stand on it."""
    opened = cases.open_case(
        actor=SYSTEM,
        now=now,
        prefix=PREFIX,
        kind=CASE_KIND,
        title=TITLE,
        state=_TELLING,
        language=profile().languages[0],
        subject=b"",
    )
    batch = Batch.objects.create(kind=kind.value, key_id=opened.number, import_key=f"{LISTED}{list_ref}")
    transitions = {_TELLING: (_TOLD,)}
    cases.close(actor=SYSTEM, now=now, number=opened.number, state=_TOLD, transitions=transitions)
    args: dict[str, str | int] = {"batch_id": batch.pk, "list_ref": list_ref}
    start("rights.tell_of_list", key=list_ref, args=args)
