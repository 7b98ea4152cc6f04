"""What the company's requests come to: by deadline, by kind, by year. Counts and days; no person, no number of a request.

Source: 11 CCR 7102 (yearly figures); GDPR Art. 5(2), 12(3); PIPL Art. 50.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import fmean, median
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from discreet.foundation.permission.figures import direct_choices, first_direct_choice
from discreet.foundation.permission.rules import Channel
from discreet.foundation.permission.rules import Kind as Choice
from discreet.mechanisms.rights.figures.counting import literally
from discreet.mechanisms.rights.figures.kept import KeptCounts
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.rules import Outcome, answered_at

WHOLE = frozenset({Outcome.ERASED, Outcome.DELIVERED, Outcome.TOLD, Outcome.CORRECTED, Outcome.APPLIED})
PART = frozenset({Outcome.ERASED_EXCEPT_KEPT, Outcome.CORRECTED_EXCEPT})


class Reported(StrEnum):
    """The kinds of request that 11 CCR 7102(a)(1) counts."""

    KNOW = "know"
    DELETE = "delete"
    CORRECT = "correct"
    OPT_OUT = "opt_out"
    LIMIT = "limit"


REPORTED: Mapping[Reported, frozenset[Kind]] = {
    Reported.DELETE: frozenset({Kind.ERASURE, Kind.ACCOUNT_CLOSURE}),
    Reported.CORRECT: frozenset({Kind.RECTIFICATION}),
    Reported.KNOW: frozenset({Kind.KNOW, Kind.ACCESS, Kind.PORTABILITY}),
    Reported.OPT_OUT: frozenset({Kind.OPT_OUT}),
    Reported.LIMIT: frozenset({Kind.LIMIT}),
}


#: What people also choose by a click, a signal or a call, without any request.
CHOSEN: Mapping[Reported, Choice] = {Reported.OPT_OUT: Choice.OPT_OUT, Reported.LIMIT: Choice.LIMIT}


@dataclass(frozen=True, slots=True)
class Tally:
    """Requests of one kind. Days from receipt to answer; None where none is answered."""

    received: int = 0
    whole: int = 0
    part: int = 0
    refused: int = 0
    withdrawn: int = 0
    waiting: int = 0
    late: int = 0
    median_days: float | None = None
    mean_days: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """One year. `months`: (received, answered) by month; `days`: how many were answered within so many days.

    `reported` and `paths` hold choices that came by no request, too; `paths` names the ways that were used. All else
    is of requests alone.
    """

    year: int
    counted_at: datetime
    by_kind: Mapping[Kind, Tally]
    reported: Mapping[Reported, Tally]
    whole: Tally
    proven: int
    decided: int
    answered: int
    refusals: Sequence[tuple[str, int]]
    months: Sequence[tuple[int, int]]
    days: Sequence[tuple[int, int]]
    paths: Sequence[tuple[Reported, Channel, Tally]]

    @property
    def is_empty(self) -> bool:
        return not self.whole.received and not self.paths

    @property
    def counted(self) -> int:
        return self.whole.received


@dataclass(frozen=True, slots=True)
class _Row:
    kind: Kind
    channel: str
    outcome: str
    received_at: datetime
    due_at: datetime | None
    answered_at: datetime | None
    is_over: bool
    is_proven: bool
    is_decided: bool
    justification: str


#: The histogram of the time to answer: within so many days.
WITHIN_DAYS = (1, 3, 7, 14, 30, 45, 90)


def years(now: datetime, *, zone: ZoneInfo) -> list[int]:
    """Return the years in which requests were received, the newest first; at least this one."""
    request = RightsRequest.objects.order_by("received_at").values_list("received_at", flat=True).first()
    oldest = min(at for at in (request, first_direct_choice(), now) if at is not None)
    return list(range(now.astimezone(zone).year, oldest.astimezone(zone).year - 1, -1))


_kept: KeptCounts[Figures] = KeptCounts()


def kept_figures(year: int, *, now: datetime, zone: ZoneInfo, is_californian: bool = False) -> Figures:
    """Return the figures of a year; where they are of very many requests, at most a minute or two old."""
    return _kept.get(
        (year, zone.key, is_californian),
        now=now,
        count=lambda: figures(year, now=now, zone=zone, is_californian=is_californian),
    )


def figures(year: int, *, now: datetime, zone: ZoneInfo, is_californian: bool = False) -> Figures:
    """Return the figures of the requests received in a year of the company's zone.

    `is_californian`: only those of people who live in California. A click, a signal or a call does not say where
    anybody lives, and uses a right of California: it counts there.
    """
    begins, ends = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    direct = direct_choices(since=begins, until=ends)
    rows = [
        _row(*values) for values in _received(begins, ends, is_californian).values_list(*_COLUMNS).iterator()
    ]
    by_kind: dict[Kind, list[_Row]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    answered = [row for row in rows if row.answered_at is not None]
    refusals = Counter(row.justification for row in rows if row.outcome == Outcome.REFUSED)
    received, replied = (
        Counter(_month(row.received_at, zone) for row in rows),
        Counter(
            _month(row.answered_at, zone)
            for row in answered
            if row.answered_at and row.answered_at.astimezone(zone).year == year
        ),
    )
    spent = [_days(row) for row in answered]
    return Figures(
        year=year,
        counted_at=now,
        by_kind={kind: _tally(by_kind[kind], now) for kind in Kind if by_kind.get(kind)},
        reported={
            one: _tally(
                [row for kind in kinds for row in by_kind[kind]],
                now,
                at_once=sum(count for (kind, _), count in direct.items() if kind is CHOSEN.get(one)),
            )
            for one, kinds in REPORTED.items()
        },
        whole=_tally(rows, now),
        proven=sum(row.is_proven for row in rows),
        decided=sum(row.is_decided for row in rows),
        answered=len(answered),
        refusals=refusals.most_common(),
        months=[(received[month], replied[month]) for month in range(1, 13)],
        days=_histogram(spent),
        paths=_paths(by_kind, direct, now),
    )


def _paths(
    by_kind: Mapping[Kind, Sequence[_Row]], direct: Mapping[tuple[Choice, Channel], int], now: datetime
) -> list[tuple[Reported, Channel, Tally]]:
    """Return by which ways opt-outs and limits came, each of them in one."""
    found = []
    for one, chosen in CHOSEN.items():
        rows = [row for kind in REPORTED[one] for row in by_kind.get(kind, ())]
        for channel in Channel:
            own = [row for row in rows if _way_of(row) is channel]
            tally = _tally(own, now, at_once=direct.get((chosen, channel), 0))
            if tally.received:
                found.append((one, channel, tally))
    return found


def _way_of(row: _Row) -> Channel:
    return Channel.IMPORT if row.channel == "import" else Channel.REQUEST


#: The board's columns: name → due within so long; "over" lies before now, "later" after all.
LANES: tuple[tuple[str, timedelta], ...] = (
    ("over", timedelta(0)),
    ("two_days", timedelta(days=2)),
    ("week", timedelta(days=7)),
    ("month", timedelta(days=30)),
)


def letters_due() -> int:
    """Return how many answers wait for staff to send them."""
    return RightsRequest.objects.filter(literally("answer = 'letter_due'")).count()


_COLUMNS = (
    "kind",
    "channel",
    "outcome",
    "received_at",
    "due_at",
    "completed_at",
    "letter_sent_at",
    "answer",
    "verified_at",
    "batch__approved_at",
    "justification",
)


def _row(
    kind: str,
    channel: str,
    outcome: str,
    received_at: datetime,
    due_at: datetime | None,
    completed_at: datetime | None,
    letter_sent_at: datetime | None,
    answer: str,
    verified_at: datetime | None,
    approved_at: datetime | None,
    justification: str,
) -> _Row:
    left = answered_at(answer=answer, completed_at=completed_at, letter_sent_at=letter_sent_at)
    return _Row(
        kind=Kind(kind),
        channel=channel,
        outcome=outcome,
        received_at=received_at,
        due_at=due_at,
        answered_at=left if outcome else None,
        is_over=completed_at is not None,
        is_proven=verified_at is not None or outcome == Outcome.APPLIED,
        is_decided=approved_at is not None or outcome in (Outcome.REFUSED, Outcome.APPLIED),
        justification=justification,
    )


def _received(begins: datetime, ends: datetime, is_californian: bool) -> QuerySet[RightsRequest]:
    found = RightsRequest.objects.filter(received_at__gte=begins, received_at__lt=ends)
    found = found.filter(duplicate_of="")
    return found.filter(residence="US-CA") if is_californian else found


def _tally(rows: Sequence[_Row], now: datetime, *, at_once: int = 0) -> Tally:
    """Count rows, and beside them what came by no request and took effect as it came."""
    spent = [_days(row) for row in rows if row.answered_at is not None] + [0.0] * at_once
    return Tally(
        received=len(rows) + at_once,
        whole=sum(row.outcome in WHOLE for row in rows) + at_once,
        part=sum(row.outcome in PART for row in rows),
        refused=sum(row.outcome == Outcome.REFUSED for row in rows),
        withdrawn=sum(row.is_over and not row.outcome for row in rows),
        waiting=sum(not row.is_over or row.outcome == Outcome.INCOMPLETE for row in rows),
        late=sum(_is_late(row, now) for row in rows),
        median_days=median(spent) if spent else None,
        mean_days=fmean(spent) if spent else None,
    )


def _is_late(row: _Row, now: datetime) -> bool:
    if row.due_at is None or (row.is_over and not row.outcome):
        return False
    return (row.answered_at or now) > row.due_at


def _days(row: _Row) -> float:
    assert row.answered_at is not None
    return max((row.answered_at - row.received_at).total_seconds(), 0) / 86_400


def _month(at: datetime, zone: ZoneInfo) -> int:
    return at.astimezone(zone).month


def _histogram(spent: Sequence[float]) -> list[tuple[int, int]]:
    found, below = [], 0.0
    for within in WITHIN_DAYS:
        found.append((within, sum(below <= one < within for one in spent)))
        below = within
    return found
