"""A place that no program reads wants to keep what it holds of a person: proposed by who answers, decided by another.

The customer reads it as a refusal, with its article. Source: GDPR Art. 12(4), 17(3); PIPL Art. 47.
"""

from datetime import datetime

from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.mechanisms.rights.actions.asking_places import (
    finish_task,
    give_missing_tasks,
    go_on_if_all_answered,
    keep_key,
    loaded,
    person_of,
)
from discreet.mechanisms.rights.models import ManualAsk
from discreet.mechanisms.rights.outside.refusals import NothingProposed, OwnProposal
from discreet.mechanisms.rights.outside.rules import ManualAnswer
from discreet.mechanisms.rights.refusals import NotAnApprover
from discreet.vocabulary.actors import Actor, Role


@act("rights.confirm_manual_keep")
def confirm_keep(*, actor: Actor, now: datetime, number: str, ask_id: int, is_for_all: bool = False) -> None:
    """Take a proposal to keep as the answer, for one request or for all of its batch with one from this place.

    Raises:
        UnknownManualAsk, NothingProposed, NotAnApprover, OwnProposal
    """
    ask = _proposed(actor, number, ask_id)
    asks = _together(ask, is_for_all=is_for_all)
    for one in asks:
        one.answer, one.answered_at, one.answered_by = ManualAnswer.KEPT.value, now, actor.label
    ManualAsk.objects.bulk_update(asks, ["answer", "answered_at", "answered_by"], batch_size=200)
    _settle(ask, actor=actor, now=now)
    facts: dict[str, Json] = {"source": ask.source, "people": len(asks), "article": ask.article}
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)
    go_on_if_all_answered(ask, now=now)


@act("rights.reject_manual_keep")
def reject_keep(*, actor: Actor, now: datetime, number: str, ask_id: int, is_for_all: bool = False) -> None:
    """Send a proposal to keep back: the person in charge of the place must erase or correct, or say better why.

    Raises:
        UnknownManualAsk, NothingProposed, NotAnApprover, OwnProposal
    """
    ask = _proposed(actor, number, ask_id)
    asks = _together(ask, is_for_all=is_for_all)
    for one in asks:
        one.article, one.reason_sealed, one.answered_by = "", None, ""
    ManualAsk.objects.bulk_update(asks, ["article", "reason_sealed", "answered_by"], batch_size=200)
    _settle(ask, actor=actor, now=now)
    facts: dict[str, Json] = {"source": ask.source, "people": len(asks)}
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)


def _proposed(actor: Actor, number: str, ask_id: int) -> ManualAsk:
    ask = loaded(ask_id, number)
    if ask.answer or not ask.answered_by:
        raise NothingProposed
    if not actor.may(Role.APPROVER):
        raise NotAnApprover
    if actor.person == person_of(ask.answered_by):
        raise OwnProposal
    return ask


def _together(ask: ManualAsk, *, is_for_all: bool) -> list[ManualAsk]:
    """Return the proposals that are decided at once: those of the same person, so that nobody decides their own."""
    if not is_for_all:
        return [ask]
    found = ManualAsk.objects.filter(
        request__batch_id=ask.request.batch_id, source=ask.source, answer="", answered_by=ask.answered_by
    )
    return list(found.select_related("request"))


def _settle(ask: ManualAsk, *, actor: Actor, now: datetime) -> None:
    """End the task once nothing is proposed any more; give the tasks that are missing now."""
    rows = ManualAsk.objects.filter(request__batch_id=ask.request.batch_id, source=ask.source, answer="")
    if not rows.exclude(answered_by="").exists():
        finish_task(ask, keep_key(ask.source), actor=actor, now=now)
    give_missing_tasks(ask.request.batch, rows, now=now)
