"""The file that a place handed over for a person's copy: looked at before it leaves, and taken back where it is wrong."""

import contextlib
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction

from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.mechanisms.rights.actions.asking_places import give_missing_tasks, loaded, refuse_unless_asked
from discreet.mechanisms.rights.models import ManualAsk, RightsRequest
from discreet.mechanisms.rights.outside.queries import may_take_back
from discreet.mechanisms.rights.outside.refusals import NoSuchFile, TooLateToTakeBack
from discreet.vocabulary.actors import Actor, Role


@act("rights.view_manual_file")
def record_view(*, actor: Actor, now: datetime, number: str, ask_id: int) -> str:
    """Record that a file is looked at, before it is opened; return its kind.

    Raises:
        UnknownManualAsk, NotYours, NoSuchFile
    """
    ask = loaded(ask_id, number)
    if not actor.may(Role.APPROVER):
        refuse_unless_asked(ask, actor)
    if not ask.file_kind:
        raise NoSuchFile
    facts: dict[str, Json] = {"source": ask.source, "file": ask.file_kind}
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)
    return ask.file_kind


@act("rights.take_back_manual_answer")
def take_back(*, actor: Actor, now: datetime, number: str, ask_id: int) -> None:
    """Open a question again whose answer, for a copy or to know, is wrong: nothing has left yet.

    Raises:
        UnknownManualAsk, NotYours
        TooLateToTakeBack: the copy is leaving, or what was done on paper cannot be undone.
    """
    ask = loaded(ask_id, number)
    refuse_unless_asked(ask, actor)
    if not may_take_back(ask.pk):
        raise TooLateToTakeBack
    facts: dict[str, Json] = {"source": ask.source, "answer": ask.answer}
    ask.answer = ask.answered_by = ask.article = ask.file_kind = ""
    ask.answered_at, ask.reason_sealed, ask.file_bytes = None, None, 0
    ask.save()
    batch = ask.request.batch
    give_missing_tasks(batch, ManualAsk.objects.filter(pk=ask.pk), now=now)
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)


def ask_places_anew(request: RightsRequest) -> None:
    """Forget what places answered in a round that was taken back, with their files. Called within its act."""
    for ask_id in request.manual_asks.values_list("pk", flat=True):
        transaction.on_commit(partial(remove, ask_id))
    request.manual_asks.all().delete()


def path_of(ask_id: int) -> Path:
    """Return where the file of a question lies, sealed."""
    home: Path = settings.DISCREET_HOME
    return home / "manual" / f"{ask_id}.sealed"


def remove(ask_id: int) -> None:
    """Delete the file of a question; a second call changes nothing."""
    with contextlib.suppress(FileNotFoundError):
        path_of(ask_id).unlink()
