"""Does answering customers work? Measured from what was carried out, never from what somebody ticked.

A request's outcome is written in the transaction that records its evidence, so these counts and the ledger
say the same; each value names the newest entry it rests on. Where no request has come, nothing is measured.
Source: GDPR Art. 12(3), 17; PIPL Art. 47, 50; MECHANISMS.md, M8.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from discreet.foundation.desk.indicators import Indicator, Measurement, Mechanism, State, register
from discreet.foundation.desk.texts import Text
from discreet.foundation.ledger.queries import entries_for
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.rules import Answer as Way
from discreet.mechanisms.rights.rules import Outcome
from discreet.vocabulary.text import gettext_noop

RIGHTS = Mechanism(number=8, label=gettext_noop("Customer rights"), url_name="rights:requests")
WEEKS = 12
WEEK = timedelta(weeks=1)
TOLERATED_SHARE = 95
ENDING_ACTS = frozenset(
    {"rights.finish_erasure", "rights.finish_search", "rights.finish_access", "rights.refuse_request"}
)
ERASURE_ENDINGS = (Outcome.ERASED, Outcome.ERASED_EXCEPT_KEPT, Outcome.INCOMPLETE)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answered request. `due_at` None: the laws that apply name no number."""

    number: str
    received_at: datetime
    due_at: datetime | None
    completed_at: datetime
    outcome: str


def answered_in_time(now: datetime) -> Measurement | None:
    """Share of answers that came before the strictest deadline; who still waits past it counts as late."""
    answers = [answer for answer in _answers(now) if answer.due_at is not None]
    waiting = _overdue(now).count()
    if not answers and not waiting:
        return None
    in_time = [answer for answer in answers if _is_in_time(answer)]
    late = len(answers) - len(in_time) + waiting
    share = _percent(len(in_time), len(answers) + waiting)
    return Measurement(
        state=_state_of_share(share, missed=late),
        value=str(share),
        unit="%",
        target=gettext_noop("100 %, over 12 weeks"),
        why=Text(gettext_noop("%(late)s late of %(all)s."), {"late": late, "all": len(answers) + waiting})
        if late
        else "",
        next_act=gettext_noop("Answer what is overdue") if waiting else "",
        url=reverse("rights:requests"),
        evidence=_newest_evidence(answers),
        series=_weekly(answers, now=now, good=_is_in_time),
        target_value=100.0,
    )


def open_and_overdue(now: datetime) -> Measurement | None:
    """Requests without an answer whose strictest deadline has passed."""
    received = RightsRequest.objects.filter(received_at__lte=now).order_by("-received_at", "-pk")
    newest = received.values_list("number", flat=True).first()
    if newest is None:
        return None
    late = _overdue(now).order_by("due_at")
    count = late.count()
    oldest = late.values_list("number", flat=True).first()
    return Measurement(
        state=State.FAILING if count else State.WORKING,
        value=str(count),
        unit=gettext_noop("requests"),
        target="0",
        why=Text(gettext_noop("%(number)s has waited longest."), {"number": oldest}) if oldest else "",
        next_act=gettext_noop("Answer it now") if oldest else "",
        url=reverse("rights:request", args=[oldest]) if oldest else reverse("rights:requests"),
        evidence=_entry_of(oldest or newest, frozenset({"rights.receive_request"})),
    )


def median_time_to_answer(now: datetime) -> Measurement | None:
    """Median time from receipt to answer, against the shortest time that a law gave one of these requests."""
    answers = [answer for answer in _answers(now) if answer.due_at is not None]
    if not answers:
        return None
    spent = timedelta(seconds=median(_spent(answer).total_seconds() for answer in answers))
    limit = min(answer.due_at - answer.received_at for answer in answers if answer.due_at is not None)
    is_within = spent <= limit
    value, unit = _duration(spent)
    return Measurement(
        state=State.WORKING if is_within else State.FAILING,
        value=value,
        unit=unit,
        target=Text(gettext_noop("at most %(days)s days, the shortest legal limit"), {"days": limit.days}),
        why="" if is_within else gettext_noop("Most answers take longer than the shortest legal limit."),
        url=reverse("rights:requests"),
        evidence=_newest_evidence(answers),
        series=_weekly_median_days(answers, now=now),
        target_value=float(limit.days),
    )


def erasures_verified(now: datetime) -> Measurement | None:
    """Share of carried-out erasures after which a fresh search of every source found nothing again."""
    ended = [answer for answer in _answers(now) if answer.outcome in ERASURE_ENDINGS]
    if not ended:
        return None
    verified = [answer for answer in ended if _is_verified(answer)]
    missed = len(ended) - len(verified)
    return Measurement(
        state=State.FAILING if missed else State.WORKING,
        value=str(_percent(len(verified), len(ended))),
        unit="%",
        target=gettext_noop("100 %, over 12 weeks"),
        why=Text(
            gettext_noop("%(missed)s of %(all)s ended incomplete."), {"missed": missed, "all": len(ended)}
        )
        if missed
        else "",
        next_act=gettext_noop("Read what was found again") if missed else "",
        url=reverse("rights:requests") + ("?state=incomplete" if missed else ""),
        evidence=_newest_evidence(ended),
        series=_weekly(ended, now=now, good=_is_verified),
        target_value=100.0,
    )


#: When the answer left: by letter when it was sent, else when it was done.
_ANSWERED = Coalesce("letter_sent_at", "completed_at")


def _answers(now: datetime) -> list[Answer]:
    """Return the requests answered in the last weeks, oldest answer first; withdrawn ones were not answered.

    One whose letter still has to be sent is not answered yet.
    """
    rows = (
        RightsRequest.objects.annotate(answered=_ANSWERED)
        .filter(answered__gt=now - WEEKS * WEEK, answered__lte=now)
        .exclude(answer=Way.LETTER_DUE)
    )
    fields = rows.exclude(outcome="").order_by("answered", "pk")
    return [
        Answer(number, received_at, due_at, completed_at, outcome)
        for number, received_at, due_at, completed_at, outcome in fields.values_list(
            "number", "received_at", "due_at", "answered", "outcome"
        )
        if completed_at is not None
    ]


def _overdue(now: datetime) -> QuerySet[RightsRequest]:
    waits = Q(answered__isnull=True) | Q(answered__gt=now) | Q(answer=Way.LETTER_DUE)
    return RightsRequest.objects.annotate(answered=_ANSWERED).filter(
        waits, received_at__lte=now, due_at__lt=now
    )


def _is_in_time(answer: Answer) -> bool:
    return answer.due_at is not None and answer.completed_at <= answer.due_at


def _is_verified(answer: Answer) -> bool:
    return answer.outcome != Outcome.INCOMPLETE


def _spent(answer: Answer) -> timedelta:
    return answer.completed_at - answer.received_at


def _percent(part: int, whole: int) -> int:
    """Return the share, rounded down: 100 means all of them."""
    return part * 100 // whole


def _state_of_share(share: int, *, missed: int) -> State:
    if not missed:
        return State.WORKING
    return State.ATTENTION if share >= TOLERATED_SHARE else State.FAILING


def _duration(spent: timedelta) -> tuple[str, str]:
    hours = spent.total_seconds() / 3600
    if hours < 1:
        minutes = int(spent.total_seconds() // 60)
        if minutes < 2:
            return str(minutes) if minutes else "< 1", gettext_noop("minute")
        return str(minutes), gettext_noop("minutes")
    if hours < 48:
        whole = round(hours)
        return str(whole), gettext_noop("hour") if whole == 1 else gettext_noop("hours")
    return f"{hours / 24:.1f}", gettext_noop("days")


def _by_week(answers: Sequence[Answer], *, now: datetime) -> list[list[Answer]]:
    weeks: list[list[Answer]] = [[] for _ in range(WEEKS)]
    for answer in answers:
        weeks[WEEKS - 1 - (now - answer.completed_at) // WEEK].append(answer)
    return weeks


def _weekly(
    answers: Sequence[Answer], *, now: datetime, good: Callable[[Answer], bool]
) -> tuple[float | None, ...]:
    return tuple(
        100.0 * sum(map(good, week)) / len(week) if week else None for week in _by_week(answers, now=now)
    )


def _weekly_median_days(answers: Sequence[Answer], *, now: datetime) -> tuple[float | None, ...]:
    return tuple(
        median(_spent(answer).total_seconds() for answer in week) / 86400 if week else None
        for week in _by_week(answers, now=now)
    )


def _newest_evidence(answers: Sequence[Answer]) -> int | None:
    return _entry_of(answers[-1].number, ENDING_ACTS) if answers else None


def _entry_of(number: str, acts: frozenset[str]) -> int | None:
    found = [entry.entry_id for entry in entries_for(f"request:{number}") if entry.act in acts]
    return found[-1] if found else None


NONE_CAME = gettext_noop("No request has come yet.")
NONE_ANSWERED = gettext_noop("No request has been answered in the last 12 weeks.")
NONE_ERASED = gettext_noop("No erasure has been carried out in the last 12 weeks.")
for _id, _label, _measure, _why in (
    ("rights.answered_in_time", gettext_noop("Answered in time"), answered_in_time, NONE_ANSWERED),
    ("rights.overdue", gettext_noop("Open and overdue"), open_and_overdue, NONE_CAME),
    ("rights.median_time", gettext_noop("Median time to answer"), median_time_to_answer, NONE_ANSWERED),
    (
        "rights.erasures_verified",
        gettext_noop("Erasures verified by a fresh search"),
        erasures_verified,
        NONE_ERASED,
    ),
):
    register(
        Indicator(
            id=_id,
            mechanism=RIGHTS,
            label=_label,
            measure=_measure,
            unmeasured_why=_why,
            looks_back=True,  # from what was received, due and answered by then
        )
    )
