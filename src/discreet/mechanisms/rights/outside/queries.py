"""Reading notices to recipients and questions to manual sources. What is sealed stays sealed here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from discreet.engines.subjects.identity import Identity
from discreet.foundation.datamap.sharing import ManualSourceFacts, RecipientFacts
from discreet.foundation.datamap.sharing_queries import manual_sources_at, recipients_at
from discreet.foundation.keys import api as keys
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.matching.roots import Candidates
from discreet.mechanisms.rights.models import Batch, ManualAsk, RecipientNotice, RightsRequest
from discreet.mechanisms.rights.opening.queries import proven_claim
from discreet.mechanisms.rights.outside.refusals import UnknownChoices
from discreet.mechanisms.rights.outside.rules import (
    LISTED,
    SEALED_AS,
    UNANSWERED,
    ManualAnswer,
    NoticeState,
    still_waits,
)
from discreet.mechanisms.rights.rules import Outcome, State

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ToldRecipient:
    """One recipient of a request: who it is, and how far its being told is. `people`: in the whole batch."""

    notice_id: int
    facts: RecipientFacts
    state: NoticeState
    way: str
    people: int
    made_at: datetime
    told_at: datetime | None
    reminders: int
    ended_at: datetime | None
    ended_by: str
    hindrance: str


@dataclass(frozen=True, slots=True)
class ManualView:
    """One question to a manual source. `others`: open ones of the same batch and source.

    `proposed_by`: who wants to keep what is held there; nobody confirmed it yet.
    """

    ask_id: int
    number: str
    facts: ManualSourceFacts
    assignee: str
    made_at: datetime
    due_at: datetime
    answer: ManualAnswer
    article: str
    file_kind: str
    file_bytes: int
    answered_at: datetime | None
    answered_by: str
    proposed_by: str
    others: int


def recipients_told(number: str) -> list[ToldRecipient]:
    """Return who was told, or will be, of what was done for a request. Source: GDPR Art. 19, last sentence."""
    batch = RightsRequest.objects.filter(number=number[:16]).values_list("batch_id", flat=True)
    found = RecipientNotice.objects.filter(batch_id__in=batch).order_by("pk")
    return _told([row for row in found if number in row.numbers])


def recipients_told_of_choices(number: str) -> list[ToldRecipient]:
    """Return who was told of a day's choices, by the number of their case."""
    return _told(list(RecipientNotice.objects.filter(batch__key_id=number[:16]).order_by("pk")))


def kind_of_choices(number: str) -> str:
    """Return what was chosen in the case of a day's choices.

    Raises:
        UnknownChoices
    """
    found = Batch.objects.filter(key_id=number[:16], import_key__startswith=LISTED).first()
    if found is None:
        raise UnknownChoices(number=number)
    return found.kind


def _told(rows: Sequence[RecipientNotice]) -> list[ToldRecipient]:
    stated = recipients_at((row.recipient, row.version) for row in rows)
    return [
        ToldRecipient(
            notice_id=row.pk,
            facts=stated[row.recipient, row.version],
            state=NoticeState(row.state),
            way=row.way,
            people=len(row.numbers),
            made_at=row.made_at,
            told_at=row.told_at,
            reminders=row.reminders,
            ended_at=row.ended_at,
            ended_by=row.ended_by,
            hindrance=row.hindrance,
        )
        for row in rows
    ]


def is_anybody_held(batch_id: int) -> bool:
    """Say whether recipients were written down and not told yet."""
    return RecipientNotice.objects.filter(batch_id=batch_id, state=NoticeState.HELD.value).exists()


def reminders_due(now: datetime) -> list[int]:
    """Return the notices whose reminder is due, some at a time."""
    due = RecipientNotice.objects.filter(remind_at__lte=now).order_by("remind_at")
    return list(due.values_list("pk", flat=True)[:AT_ONCE])


def choices_untold(batch_id: int) -> tuple[list[str], int]:
    """Return the applied requests of a batch that no notice concerns yet, and the number of their round."""
    notices = list(RecipientNotice.objects.filter(batch_id=batch_id).values_list("numbers", "run"))
    had = {number for numbers, _ in notices for number in numbers}
    stands = Q(outcome=Outcome.APPLIED.value) | (Q(completed_at__isnull=True) & ~Q(choice_ref=""))
    applied = RightsRequest.objects.filter(stands, batch_id=batch_id)
    numbers = list(applied.order_by("position", "pk").values_list("number", flat=True))
    round_number = max((run for _, run in notices), default=-1) + 1
    return [number for number in numbers if number not in had], round_number


def references_given(numbers: Sequence[str]) -> dict[str, tuple[Identity, Candidates | None]]:
    """Open what each person said of themselves, as far as it is proven, and which rows they start from."""
    claims, roots = queries.claims_of_many(numbers), queries.roots_of_many(numbers)
    requests = RightsRequest.objects.in_bulk(list(numbers), field_name="number")
    return {
        number: (proven_claim(requests[number], claim), found)
        for number, claim, found in zip(numbers, claims, roots, strict=True)
    }


def manual_asks(number: str) -> list[ManualView]:
    """Return the questions asked of manual sources for a request."""
    return _views(ManualAsk.objects.filter(request__number=number[:16]))


def may_take_back(ask_id: int) -> bool:
    """Say whether an answer may be taken back: before the decision, or while another place is still waited for."""
    ask = ManualAsk.objects.select_related("request").get(pk=ask_id)
    if not ask.answer or ask.request.completed_at is not None:
        return False
    if way_of(ask.request.kind) not in (Way.COPY, Way.TELL):
        return False
    if queries.state_of_request(ask.request.number) in (State.VERIFIED, State.PLANNED):
        return True
    return ManualAsk.objects.filter(request__batch_id=ask.request.batch_id, answer="").exists()


def kept_reasons(number: str) -> dict[str, str]:
    """Open why manual sources keep what they hold of a person, by source; nothing once it was destroyed."""
    return _reasons(number, ManualAsk.objects.filter(answer=ManualAnswer.KEPT.value))


def proposed_reasons(number: str) -> dict[str, str]:
    """Open why manual sources want to keep what they hold, by source, where nobody confirmed it yet."""
    return _reasons(number, ManualAsk.objects.filter(answer="").exclude(answered_by=""))


def _reasons(number: str, asks: QuerySet[ManualAsk]) -> dict[str, str]:
    rows = asks.filter(request__number=number[:16])
    return {
        row.source: keys.open_sealed(number, bytes(row.reason_sealed), SEALED_AS).decode()
        for row in rows
        if row.reason_sealed is not None
    }


def manual_asks_of_batch(batch_id: int) -> list[ManualView]:
    return _views(ManualAsk.objects.filter(request__batch_id=batch_id))


def _views(found: QuerySet[ManualAsk]) -> list[ManualView]:
    rows = list(found.select_related("request").order_by("request__position", "source"))
    stated = manual_sources_at((row.source, row.version) for row in rows)
    open_in: dict[tuple[int, str, bool], int] = {}
    for batch_id, source, proposed_by in (
        ManualAsk.objects.filter(request__batch_id__in={row.request.batch_id for row in rows}, answer="")
        .values_list("request__batch_id", "source", "answered_by")
        .iterator()
    ):
        place = (batch_id, source, bool(proposed_by))
        open_in[place] = open_in.get(place, 0) + 1
    return [
        ManualView(
            ask_id=row.pk,
            number=row.request.number,
            facts=stated[row.source, row.version],
            assignee=row.assignee,
            made_at=row.made_at,
            due_at=row.due_at,
            answer=ManualAnswer(row.answer),
            article=row.article,
            file_kind=row.file_kind,
            file_bytes=row.file_bytes,
            answered_at=row.answered_at,
            answered_by=row.answered_by if row.answer else "",
            proposed_by="" if row.answer else row.answered_by,
            others=open_in.get((row.request.batch_id, row.source, bool(row.answered_by)), 0)
            - (row.answer == ""),
        )
        for row in rows
    ]


def places_awaited(number: str, *, kind: str, state: State) -> list[ManualView]:
    """Return the places whose answers alone hold a request back: everything else is done or ready."""
    if way_of(kind) is Way.STAND or state not in (State.ACCEPTED, State.EXECUTING):
        return []
    held = ManualAsk.objects.filter(
        request__number=number[:16], answer="", waited_run=F("request__batch__run")
    )
    return _views(held)


def manual_awaited(batch_id: int, *, now: datetime) -> bool:
    """Say whether an open request of the batch still waits for a manual source."""
    rows = ManualAsk.objects.filter(request__batch_id=batch_id, request__completed_at__isnull=True, answer="")
    return any(
        still_waits(now=now, due_at=due_at, answer_due_at=answer_due_at)
        for due_at, answer_due_at in rows.values_list("due_at", "request__due_at")
    )


def manual_gaps(numbers: Sequence[str]) -> list[dict[str, Any]]:
    """Return as gaps the manual sources that have not answered for all of these requests."""
    rows = ManualAsk.objects.filter(request__number__in=numbers, answer="")
    return [manual_gap(source) for source in sorted(set(rows.values_list("source", flat=True)))]


def manual_gap(source: str, *, reason: str = UNANSWERED) -> dict[str, Any]:
    """Return a manual source in the shape of what is not covered."""
    return {
        "source": source,
        "table": "",
        "columns": [],
        "reason": reason,
        "rows": 0,
        "rows_estimated": False,
    }


def manual_gaps_of_batch(batch_id: int) -> list[dict[str, Any]]:
    """Return the same for every request of a batch."""
    live = Q(request__completed_at__isnull=True) | Q(request__outcome=Outcome.INCOMPLETE.value)
    rows = ManualAsk.objects.filter(live, request__batch_id=batch_id, answer="")
    numbers = list(rows.values_list("request__number", flat=True).distinct())
    return manual_gaps(numbers)


def held_back(now: datetime) -> list[tuple[int, int]]:
    """Return the batches, with their run, that were held back for a manual source and need wait no more."""
    found = ManualAsk.objects.filter(
        request__completed_at__isnull=True, waited_run=F("request__batch__run")
    ).values_list("request__batch_id", "waited_run")
    return [
        (batch_id, run)
        for batch_id, run in found.distinct()
        if run is not None
        and queries.state_of_batch(batch_id) in (State.ACCEPTED, State.EXECUTING)
        and not manual_awaited(batch_id, now=now)
    ]
