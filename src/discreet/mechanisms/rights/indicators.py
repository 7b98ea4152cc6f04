"""Does answering customers work? Measured from what was carried out, never from what somebody ticked.

A request's outcome is written in the transaction that records its evidence, so these counts and the ledger
say the same; each value names the newest entry it rests on. Where no request has come, nothing is measured.
Source: GDPR Art. 12(3), 17; PIPL Art. 47, 50; MECHANISMS.md, M8.
"""

from datetime import datetime, timedelta

from django.urls import reverse

from discreet.foundation.desk.indicators import Indicator, Measurement, Mechanism, State, register
from discreet.foundation.desk.texts import Text
from discreet.foundation.ledger.queries import entries_for
from discreet.mechanisms.rights.figures.answered import Answers, Share, answers, overdue
from discreet.mechanisms.rights.models import RightsRequest
from discreet.vocabulary.text import gettext_noop

RIGHTS = Mechanism(number=8, label=gettext_noop("Customer rights"), url_name="rights:requests")
TOLERATED_SHARE = 95
ENDING_ACTS = frozenset(
    {"rights.finish_erasure", "rights.finish_search", "rights.finish_access", "rights.refuse_request"}
)


def answered_in_time(now: datetime) -> Measurement | None:
    """Share of answers that came before the strictest deadline; who still waits past it counts as late."""
    counted, waiting = answers(now), overdue(now).count
    found = counted.in_time
    if not found.of and not waiting:
        return None
    late = found.of - found.good + waiting
    share = _percent(found.good, found.of + waiting)
    return Measurement(
        state=_state_of_share(share, missed=late),
        value=str(share),
        unit="%",
        target=gettext_noop("100 %, over 12 weeks"),
        why=Text(gettext_noop("%(late)s late of %(all)s."), {"late": late, "all": found.of + waiting})
        if late
        else "",
        next_act=gettext_noop("Answer what is overdue") if waiting else "",
        url=reverse("rights:requests"),
        evidence=_entry_of(found.newest, ENDING_ACTS),
        series=_weekly(found),
        target_value=100.0,
        counted_at=_if_earlier(counted, now),
    )


def open_and_overdue(now: datetime) -> Measurement | None:
    """Requests without an answer whose strictest deadline has passed."""
    received = RightsRequest.objects.filter(received_at__lte=now).order_by("-received_at", "-pk")
    newest = received.values_list("number", flat=True).first()
    if newest is None:
        return None
    late = overdue(now)
    return Measurement(
        state=State.FAILING if late.count else State.WORKING,
        value=str(late.count),
        unit=gettext_noop("requests"),
        target="0",
        why=Text(gettext_noop("%(number)s has waited longest."), {"number": late.oldest})
        if late.oldest
        else "",
        next_act=gettext_noop("Answer it now") if late.oldest else "",
        url=reverse("rights:request", args=[late.oldest]) if late.oldest else reverse("rights:requests"),
        evidence=_entry_of(late.oldest or newest, frozenset({"rights.receive_request"})),
    )


def median_time_to_answer(now: datetime) -> Measurement | None:
    """Median time from receipt to answer, against the shortest time that a law gave one of these requests."""
    found = answers(now)
    if found.median_s is None or found.shortest is None:
        return None
    spent = timedelta(seconds=found.median_s)
    is_within = spent <= found.shortest
    value, unit = _duration(spent)
    return Measurement(
        state=State.WORKING if is_within else State.FAILING,
        value=value,
        unit=unit,
        target=Text(
            gettext_noop("at most %(days)s days, the shortest legal limit"), {"days": found.shortest.days}
        ),
        why="" if is_within else gettext_noop("Most answers take longer than the shortest legal limit."),
        url=reverse("rights:requests"),
        evidence=_entry_of(found.in_time.newest, ENDING_ACTS),
        series=tuple(None if seconds is None else seconds / 86400 for seconds in found.medians_s),
        target_value=float(found.shortest.days),
        counted_at=_if_earlier(found, now),
    )


def erasures_verified(now: datetime) -> Measurement | None:
    """Share of carried-out erasures after which a fresh search of every source found nothing again."""
    counted = answers(now)
    found = counted.verified
    if not found.of:
        return None
    missed = found.of - found.good
    return Measurement(
        state=State.FAILING if missed else State.WORKING,
        value=str(_percent(found.good, found.of)),
        unit="%",
        target=gettext_noop("100 %, over 12 weeks"),
        why=Text(gettext_noop("%(missed)s of %(all)s ended incomplete."), {"missed": missed, "all": found.of})
        if missed
        else "",
        next_act=gettext_noop("Read what was found again") if missed else "",
        url=reverse("rights:requests") + ("?state=incomplete" if missed else ""),
        evidence=_entry_of(found.newest, ENDING_ACTS),
        series=_weekly(found),
        target_value=100.0,
        counted_at=_if_earlier(counted, now),
    )


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


def _if_earlier(counted: Answers, now: datetime) -> datetime | None:
    return counted.counted_at if counted.counted_at != now else None


def _weekly(share: Share) -> tuple[float | None, ...]:
    return tuple(100.0 * good / of if of else None for good, of in share.weeks)


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
