"""How many choices stand and how they arrive: what the desk's page counts and draws."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from discreet.foundation.permission.models import Choice
from discreet.foundation.permission.queries import ChoiceView, choices_by_ref
from discreet.foundation.permission.rules import DIRECT, Channel, Decision, Kind

WEEKS = 26
RECENT_DAYS = 30
RECENT_SHOWN = 50


@dataclass(frozen=True, slots=True)
class KindCount:
    kind: Kind
    stands: int
    new: int
    ended: int


@dataclass(frozen=True, slots=True)
class Week:
    """`begins` is its Monday, in the company's time."""

    begins: date
    by_channel: Mapping[Channel, int]

    @property
    def total(self) -> int:
        return sum(self.by_channel.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """`to_decide`: objections that wait. `kinds` and `weeks` leave nothing out; `channels` names those that were used."""

    stands: int
    to_decide: int
    kinds: Sequence[KindCount]
    channels: Sequence[Channel]
    weeks: Sequence[Week]

    @property
    def is_empty(self) -> bool:
        return not any(one.stands or one.new or one.ended for one in self.kinds) and not self.channels


def figures(*, now: datetime, today: date) -> Figures:
    """Count what stands by kind, and what arrived in the last half year by week and channel."""
    standing = Q(ended_at__isnull=True) & (Q(until__isnull=True) | Q(until__gt=now))
    recent = now - timedelta(days=RECENT_DAYS)
    rows = {
        row["kind"]: row
        for row in Choice.objects.values("kind").annotate(
            stands=Count("pk", filter=standing),
            new=Count("pk", filter=Q(since__gte=recent)),
            ended=Count("pk", filter=Q(ended_at__gte=recent)),
        )
    }
    kinds = [
        KindCount(kind, *((row["stands"], row["new"], row["ended"]) if row else (0, 0, 0)))
        for kind in Kind
        for row in [rows.get(kind.value)]
    ]
    weeks = _weeks(today)
    used = {channel for week in weeks for channel, count in week.by_channel.items() if count}
    return Figures(
        stands=sum(one.stands for one in kinds),
        to_decide=Choice.objects.filter(ended_at__isnull=True, decision=Decision.PENDING.value).count(),
        kinds=kinds,
        channels=[channel for channel in Channel if channel in used],
        weeks=weeks,
    )


def direct_choices(*, since: datetime, until: datetime) -> Mapping[tuple[Kind, Channel], int]:
    """Return how many choices of a span came by no request, by kind and channel. Each took effect as it came.

    The same words said again are one choice: a browser that sends its signal with every visit counts once.
    """
    rows = (
        Choice.objects.filter(
            since__gte=since, since__lt=until, channel__in=[channel.value for channel in DIRECT]
        )
        .values_list("kind", "channel")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return {(Kind(kind), Channel(channel)): count for kind, channel, count in rows}


def first_direct_choice() -> datetime | None:
    """Return when the first choice that is kept came by no request."""
    found = Choice.objects.filter(channel__in=[channel.value for channel in DIRECT])
    return found.order_by("since").values_list("since", flat=True).first()


def recent_changes() -> list[ChoiceView]:
    """Return the choices that were made, said again, decided or ended last, the newest change first."""
    newest = Choice.objects.order_by("-last_said_at").values_list("ref", "last_said_at")[:RECENT_SHOWN]
    ended = Choice.objects.filter(ended_at__isnull=False).order_by("-ended_at")
    changed = [*newest, *ended.values_list("ref", "ended_at")[:RECENT_SHOWN]]
    last: dict[str, datetime] = {}
    for ref, at in changed:
        if at is not None:
            last[ref] = max(at, last.get(ref, at))
    refs = sorted(last, key=lambda ref: last[ref], reverse=True)[:RECENT_SHOWN]
    return choices_by_ref(refs)


def _weeks(today: date) -> list[Week]:
    monday = today - timedelta(days=today.weekday())
    begins = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    days = (
        Choice.objects.annotate(day=TruncDate("since"))
        .filter(day__gte=begins[0])
        .values_list("day", "channel")
        .annotate(count=Count("pk"))
    )
    counted: dict[date, Counter[Channel]] = {begin: Counter() for begin in begins}
    for day, channel, count in days:
        week = day - timedelta(days=day.weekday())
        if week in counted:
            counted[week][Channel(channel)] += count
    return [Week(begins=begin, by_channel=counted[begin]) for begin in begins]
