"""The only writer of cases. Each act records evidence under `<kind>:<number>`, e.g. `request:R-1001`.

Acts may be called inside a mechanism's act; they then join its transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from discreet.events.cases import CaseExpired
from discreet.foundation.cases.models import Case, CaseClock, CaseTask, CaseToken
from discreet.foundation.cases.numbers import take_numbers
from discreet.foundation.cases.refusals import (
    CaseClosed,
    SamePerson,
    StaleCase,
    UnknownCase,
    UnknownTask,
    WrongState,
)
from discreet.foundation.cases.rules import (
    SUBJECT_AAD,
    ClockFacts,
    Transitions,
    earliest_due,
    is_number,
    may_move,
    token_hash,
)
from discreet.foundation.desk.notify import tell
from discreet.foundation.jobs.api import publish
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.vocabulary.actors import SYSTEM, Actor, Role
from discreet.vocabulary.ids import new_token

RETENTION_DAYS = 3 * 365
EXPIRE_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """`public_token` is told once, here; only its hash is kept."""

    number: str
    public_token: str
    version: int


@dataclass(frozen=True, slots=True)
class NewTask:
    """`what` is an English template with `%(name)s` from `params`; `url_name` the page where it is done.

    `barred`: the `Actor.person` who must not do it. `is_after_end`: it is done once the case is closed.
    """

    key: str
    what: str
    role: Role | None = None
    assignee: str = ""
    barred: str = ""
    due_at: datetime | None = None
    url_name: str = ""
    url_args: tuple[str, ...] = ()
    params: tuple[tuple[str, str | int], ...] = ()
    is_after_end: bool = False


@act("cases.open_case")
def open_case(
    *,
    actor: Actor,
    now: datetime,
    prefix: str,
    kind: str,
    title: str,
    state: str,
    language: str,
    subject: bytes,
    owner: str = "",
) -> OpenedCase:
    """Open a case with the next number of `prefix`, its own key, and `subject` sealed under that key."""
    (number,) = take_numbers(prefix, 1)
    keys.create_case_key(number)
    case = Case.objects.create(
        number=number,
        kind=kind,
        title=title,
        state=state,
        opened_at=now,
        owner=owner,
        language=language,
        subject=keys.seal(number, subject, SUBJECT_AAD),
    )
    token = _new_token(case, now)
    record(actor=actor, now=now, subject=_name(case), facts={"kind": kind, "title": title, "state": state})
    return OpenedCase(number=number, public_token=token, version=1)


@act("cases.add_public_token")
def add_public_token(*, actor: Actor, now: datetime, number: str, is_for_person: bool = False) -> str:
    """Make one more unguessable address for the case (a lost link); the older ones stay valid.

    `is_for_person`: it goes to a contact point held, and so to whom the case is about, whoever opened it.
    """
    case = _load(number)
    token = _new_token(case, now, is_for_person=is_for_person)
    record(actor=actor, now=now, subject=_name(case), facts={"addresses": case.tokens.count()})
    return token


@act("cases.change_subject")
def change_subject(*, actor: Actor, now: datetime, number: str, subject: bytes) -> None:
    """Replace the sealed blob, e.g. after the customer corrected the identity."""
    case = _load_open(number)
    case.subject = keys.seal(number, subject, SUBJECT_AAD)
    _save(case)
    record(actor=actor, now=now, subject=_name(case), facts={"changed": "subject"})


@act("cases.move")
def move(
    *,
    actor: Actor,
    now: datetime,
    number: str,
    to: str,
    transitions: Transitions,
    version: int | None = None,
) -> int:
    """Move the case along an arrow of its mechanism's state machine and return its new version.

    Raises:
        StaleCase: `version` is given and the case has another.
        WrongState: the state machine has no such arrow.
        CaseClosed: it is closed.
    """
    case = _load_open(number)
    _refuse_stale(case, version)
    if not may_move(transitions=transitions, from_state=case.state, to_state=to):
        raise WrongState(number=number, state=case.state)
    before, case.state = case.state, to
    _save(case)
    record(actor=actor, now=now, subject=_name(case), facts={"from": before, "to": to})
    return case.version


@act("cases.set_clocks")
def set_clocks(*, actor: Actor, now: datetime, number: str, clocks: Sequence[ClockFacts]) -> None:
    """Set the legal deadlines: a known rule gets its new date, one not named is dropped."""
    case = _load_open(number)
    named = {clock.rule_id for clock in clocks}
    case.clocks.filter(met_at__isnull=True).exclude(rule_id__in=named).delete()
    for clock in clocks:
        CaseClock.objects.update_or_create(
            case=case,
            rule_id=clock.rule_id,
            defaults={
                "law": clock.law,
                "article": clock.article,
                "due_at": clock.due_at,
                "warn_at": clock.warn_at,
                "is_unsure": clock.is_unsure,
                "paused_at": None,
            },
        )
    _set_due(case)
    facts = [{"rule": clock.rule_id, "due_at": clock.due_at.isoformat()} for clock in clocks]
    record(actor=actor, now=now, subject=_name(case), facts={"clocks": facts})


@act("cases.restart_clocks")
def restart_clocks(*, actor: Actor, now: datetime, number: str, clocks: Sequence[ClockFacts]) -> None:
    """Set the legal deadlines anew, those too that were met: what met them was taken back."""
    case = _load_open(number)
    case.clocks.filter(rule_id__in=[clock.rule_id for clock in clocks]).update(met_at=None)
    set_clocks(actor=actor, now=now, number=number, clocks=clocks)
    facts = {"restarted": [clock.rule_id for clock in clocks]}
    record(actor=actor, now=now, subject=_name(case), facts=facts)


@act("cases.pause_clock")
def pause_clock(*, actor: Actor, now: datetime, number: str, rule_id: str) -> None:
    """Stop one clock; `set_clocks` with its new date starts it again."""
    case = _load_open(number)
    case.clocks.filter(rule_id=rule_id, paused_at__isnull=True, met_at__isnull=True).update(paused_at=now)
    _set_due(case)
    record(actor=actor, now=now, subject=_name(case), facts={"paused": rule_id})


@act("cases.meet_clock")
def meet_clock(*, actor: Actor, now: datetime, number: str, rule_id: str) -> None:
    """Note that what one clock demanded was done."""
    case = _load_open(number)
    case.clocks.filter(rule_id=rule_id, met_at__isnull=True).update(met_at=now)
    _set_due(case)
    record(actor=actor, now=now, subject=_name(case), facts={"met": rule_id})


@act("cases.add_task")
def add_task(*, actor: Actor, now: datetime, number: str, task: NewTask) -> None:
    """Give somebody something to do. A task with the same key that is still open is replaced."""
    case = _load(number) if task.is_after_end else _load_open(number)
    CaseTask.objects.update_or_create(
        case=case,
        key=task.key,
        done_at=None,
        defaults={
            "what": task.what,
            "params": dict(task.params),
            "role": task.role.value if task.role else "",
            "assignee": task.assignee,
            "barred": task.barred,
            "made_at": now,
            "due_at": task.due_at or case.due_at,
            "url_name": task.url_name,
            "url_args": list(task.url_args),
        },
    )
    record(actor=actor, now=now, subject=_name(case), facts={"task": task.key})


@act("cases.finish_task")
def finish_task(*, actor: Actor, now: datetime, number: str, key: str) -> None:
    """Mark a task as done by the actor.

    Raises:
        UnknownTask: no such task is open.
        SamePerson: the actor is barred from it.
    """
    case = _load(number)
    task = case.tasks.select_for_update().filter(key=key, done_at__isnull=True).first()
    if task is None:
        raise UnknownTask(number=number)
    if task.barred and task.barred == actor.person:
        raise SamePerson()
    task.done_at, task.done_by = now, actor.name
    task.save(update_fields=["done_at", "done_by"])
    record(actor=actor, now=now, subject=_name(case), facts={"task": key})


@act("cases.drop_task")
def drop_task(*, actor: Actor, now: datetime, number: str, key: str) -> None:
    """Take back a task that nobody needs to do any more."""
    case = _load(number)
    if not case.tasks.filter(key=key, done_at__isnull=True).delete()[0]:
        raise UnknownTask(number=number)
    record(actor=actor, now=now, subject=_name(case), facts={"dropped": key})


@act("cases.assign")
def assign(*, actor: Actor, now: datetime, number: str, owner: str, version: int | None = None) -> int:
    """Give the case to a staff account (empty: to nobody), tell it, and return the case's new version."""
    case = _load_open(number)
    _refuse_stale(case, version)
    before, case.owner = case.owner, owner
    _save(case)
    if owner and owner not in (before, actor.name):
        params = {"number": number}
        tell(now=now, kind="cases.given", subject=_name(case), staff=[owner], params=params)
    # Account names may be e-mail addresses, which evidence refuses.
    facts = {"from": before.replace("@", " at "), "to": owner.replace("@", " at ")}
    record(actor=actor, now=now, subject=_name(case), facts=facts)
    return case.version


@act("cases.close")
def close(
    *,
    actor: Actor,
    now: datetime,
    number: str,
    state: str,
    transitions: Transitions,
    retention_days: int = RETENTION_DAYS,
    version: int | None = None,
) -> int:
    """Close the case in `state`: clocks met, tasks dropped, expiry set. Return its new version."""
    case = _load_open(number)
    _refuse_stale(case, version)
    if not may_move(transitions=transitions, from_state=case.state, to_state=state):
        raise WrongState(number=number, state=case.state)
    case.clocks.filter(met_at__isnull=True).update(met_at=now)
    case.tasks.filter(done_at__isnull=True).delete()
    case.state, case.closed_at, case.due_at = state, now, None
    case.expires_at = now + timedelta(days=retention_days)
    _save(case)
    facts = {"state": state, "expires_at": case.expires_at.isoformat()}
    record(actor=actor, now=now, subject=_name(case), facts=facts)
    return case.version


@act("cases.reopen")
def reopen(
    *,
    actor: Actor,
    now: datetime,
    number: str,
    state: str,
    transitions: Transitions,
    keeps_clocks_met: bool = False,
) -> int:
    """Open a closed case again in `state`, because what closed it was taken back. Return its new version.

    The clocks that its closing met run on, unless the closing stands and something else is looked at.

    Raises:
        WrongState: it is open, its data are destroyed, or the state machine has no such arrow.
    """
    case = _load(number)
    may = may_move(transitions=transitions, from_state=case.state, to_state=state)
    if case.closed_at is None or case.expired_at is not None or not may:
        raise WrongState(number=number, state=case.state)
    before, case.state = case.state, state
    if not keeps_clocks_met:
        case.clocks.filter(met_at=case.closed_at).update(met_at=None)
    case.closed_at = case.expires_at = None
    _set_due(case)
    record(actor=actor, now=now, subject=_name(case), facts={"from": before, "to": state})
    return case.version


@act("cases.expire_case")
def expire_case(*, actor: Actor, now: datetime, number: str) -> None:
    """Destroy the case's key and empty its blob; number, dates and evidence stay. Idempotent.

    Raises:
        WrongState: the case is open, or its retention has not ended.
    """
    case = _load(number)
    if case.expires_at is None or case.expires_at > now:
        raise WrongState(number=number, state=case.state)
    if case.expired_at is None:
        keys.destroy_case_key(number)
        case.subject, case.expired_at = b"", now
        case.tokens.all().delete()
        case.tasks.filter(done_at__isnull=True).delete()
        _save(case)
        publish(CaseExpired(case_number=number))
    record(actor=actor, now=now, subject=_name(case), facts={"expired": True})


def expire_once(now: datetime) -> int:
    """Expire every closed case whose retention has ended, each in its own act; return how many."""
    ended = Case.objects.filter(expires_at__lte=now, expired_at__isnull=True).order_by("expires_at")
    numbers = list(ended.values_list("number", flat=True)[:EXPIRE_AT_ONCE])
    for number in numbers:
        expire_case(actor=SYSTEM, now=now, number=number)
    return len(numbers)


def _new_token(case: Case, now: datetime, *, is_for_person: bool = False) -> str:
    token = new_token()
    CaseToken.objects.create(
        case=case, token_hash=token_hash(token), made_at=now, is_for_person=is_for_person
    )
    return token


def _name(case: Case) -> str:
    return f"{case.kind}:{case.number}"


def _load(number: str) -> Case:
    found = (
        Case.objects.select_for_update().filter(number=number) if is_number(number) else Case.objects.none()
    )
    case = found.first()
    if case is None:
        raise UnknownCase(number=number[:16])
    return case


def _load_open(number: str) -> Case:
    case = _load(number)
    if case.closed_at is not None:
        raise CaseClosed(number=number)
    return case


def _refuse_stale(case: Case, version: int | None) -> None:
    if version is not None and version != case.version:
        raise StaleCase(number=case.number)


def _save(case: Case) -> None:
    case.version += 1
    case.save()


def _set_due(case: Case) -> None:
    rows = [
        (clock.due_at, clock.paused_at is not None, clock.met_at is not None) for clock in case.clocks.all()
    ]
    case.due_at = earliest_due(rows)
    _save(case)
