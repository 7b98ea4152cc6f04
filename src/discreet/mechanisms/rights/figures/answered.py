"""What was answered within the last weeks, and what waits past its deadline: counted, week by week.

Source: GDPR Art. 12(3); PIPL Art. 50.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from discreet.mechanisms.rights.figures.counting import Milliseconds, before_which, is_so, literally
from discreet.mechanisms.rights.figures.kept import KeptCounts
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.rules import Answer, Outcome

WEEKS = 12
WEEK = timedelta(weeks=1)
ERASURE_ENDINGS = (Outcome.ERASED, Outcome.ERASED_EXCEPT_KEPT, Outcome.INCOMPLETE)

#: When the answer left: by letter when it was sent, else when it was done. The index holds this expression.
ANSWERED = Coalesce("letter_sent_at", "completed_at")


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, by week, the oldest first; and the newest request among them."""

    weeks: tuple[tuple[int, int], ...]
    newest: str

    @property
    def good(self) -> int:
        return sum(good for good, _ in self.weeks)

    @property
    def of(self) -> int:
        return sum(of for _, of in self.weeks)


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of the last weeks.

    `in_time`: of those that a law gave a time. `verified`: of erasures. `medians`: seconds to the answer by week;
    `shortest`: the shortest time that a law gave one of them.
    """

    counted_at: datetime
    counted: int
    in_time: Share
    verified: Share
    median_s: float | None
    medians_s: tuple[float | None, ...]
    shortest: timedelta | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """Requests without an answer whose strictest deadline has passed; the one that waits longest."""

    count: int
    oldest: str


_kept: KeptCounts[Answers] = KeptCounts()


def answers(now: datetime) -> Answers:
    """Return the answers of the last weeks; where they are very many, as they stood at most a minute or two ago."""
    return _kept.get("answers", now=now, count=lambda: _count(now))


def _count(now: datetime) -> Answers:
    rows = _answered(now)
    weeks = before_which("answered", [now - place * WEEK + _INSTANT for place in range(WEEKS - 1, 0, -1)])
    alike = {
        "week": weeks,
        "is_dated": is_so(Q(due_at__isnull=False)),
        "is_in_time": is_so(Q(answered__lte=F("due_at"))),
        "is_erasure": is_so(Q(outcome__in=ERASURE_ENDINGS)),
        "is_verified": is_so(~Q(outcome=Outcome.INCOMPLETE.value)),
    }
    groups = list(
        rows.annotate(**alike).values(*alike).annotate(count=Count("pk")).values_list(*alike, "count")
    )
    dated = rows.filter(due_at__isnull=False)
    spent: dict[int, list[float]] = defaultdict(list)
    for week, milliseconds in dated.values_list(weeks, Milliseconds("answered", "received_at")).iterator():
        spent[week].append(milliseconds / 1000)
    every = [seconds for of_week in spent.values() for seconds in of_week]
    shortest = dated.aggregate(shortest=Min(Milliseconds("due_at", "received_at")))["shortest"]
    erased = rows.filter(outcome__in=ERASURE_ENDINGS)
    return Answers(
        counted_at=now,
        counted=sum(count for *_, count in groups),
        in_time=Share(_by_week((w, good, n) for w, dated, good, _, _, n in groups if dated), _newest(dated)),
        verified=Share(
            _by_week((w, good, n) for w, _, _, is_one, good, n in groups if is_one), _newest(erased)
        ),
        median_s=median(every) if every else None,
        medians_s=tuple(median(spent[week]) if spent[week] else None for week in range(WEEKS)),
        shortest=timedelta(milliseconds=shortest) if shortest is not None else None,
    )


def _answered(now: datetime) -> QuerySet[RightsRequest]:
    """Return the requests answered in the last weeks; withdrawn ones were not answered.

    One whose letter still has to be sent is not answered yet.
    """
    found = RightsRequest.objects.annotate(answered=ANSWERED)
    found = found.filter(answered__gt=now - WEEKS * WEEK, answered__lte=now)
    return found.exclude(answer=Answer.LETTER_DUE.value).exclude(outcome="").order_by()


def _by_week(groups: Iterable[tuple[int, bool, int]]) -> tuple[tuple[int, int], ...]:
    good, of = [0] * WEEKS, [0] * WEEKS
    for week, is_good, count in groups:
        of[week] += count
        good[week] += count * bool(is_good)
    return tuple(zip(good, of, strict=True))


def _newest(found: QuerySet[RightsRequest]) -> str:
    return found.order_by(ANSWERED.desc(), "-pk").values_list("number", flat=True).first() or ""


def overdue(now: datetime) -> Overdue:
    """Return what waits past its deadline, at that moment: what was answered since waited then."""
    late = RightsRequest.objects.filter(due_at__lt=now)
    is_letter_due = literally("answer = 'letter_due'")
    waiting = (
        late.filter(completed_at__isnull=True),
        late.filter(is_letter_due, completed_at__isnull=False),
        late.annotate(answered=ANSWERED).filter(answered__gt=now).exclude(answer=Answer.LETTER_DUE.value),
    )
    first = [
        found.order_by("due_at", "pk").values_list("due_at", "pk", "number").first() for found in waiting
    ]
    return Overdue(
        count=sum(found.count() for found in waiting),
        oldest=min((one for one in first if one is not None), default=("", 0, ""))[2],
    )


_INSTANT = timedelta(microseconds=1)  # a week ends with its last moment, not before it
