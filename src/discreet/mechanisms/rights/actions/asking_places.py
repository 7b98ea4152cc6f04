"""Places that no program reads: a named person is asked, and answers once. The files lie sealed; see `manual.py`.

Source: GDPR Art. 12(3), 15(3), 16, 17, 19; PIPL Art. 45 to 47. Why requests wait for them, and for how long:
docs/decisions/manual-sources.md.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.actions import NewTask
from discreet.foundation.cases.bulk import state_of_case
from discreet.foundation.cases.queries import open_tasks
from discreet.foundation.datamap.sharing import ManualSourceFacts
from discreet.foundation.datamap.sharing_queries import ManualSourceView, manual_sources_at
from discreet.foundation.jobs.api import start
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.ledger.canonical import looks_like_contact
from discreet.mechanisms.rights.actions.batches import load_batch, state_of, subject_of_batch
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.models import Batch, ManualAsk, RightsRequest
from discreet.mechanisms.rights.outside.refusals import (
    AnsweredBefore,
    AskEnded,
    FileNeeded,
    KindsNeeded,
    NotApprovedYet,
    NotThatAnswer,
    UnknownManualAsk,
)
from discreet.mechanisms.rights.outside.rules import ANSWERS, CHANGES, SEALED_AS, ManualAnswer, manual_due
from discreet.mechanisms.rights.refusals import NotAnArticle, NotYours, WhyMissing
from discreet.mechanisms.rights.rules import Outcome, State
from discreet.vocabulary.actors import SYSTEM, Actor, Role
from discreet.vocabulary.categories import CATEGORIES
from discreet.vocabulary.text import gettext_noop

TASKS = {
    "copy": gettext_noop("Look for one person in %(name)s and hand over what is held"),
    "tell": gettext_noop("Look for one person in %(name)s and say which kinds of data are held"),
    "erase": gettext_noop("Erase %(people)s people from %(name)s, or say what is kept and why"),
    "correct": gettext_noop("Correct one person's data in %(name)s"),
}
TASK_KEEP = gettext_noop("Decide whether %(name)s may keep what it holds of a person")
#: Questions that still matter: of a request that goes on, or that ended without the answer.
LIVE = Q(request__completed_at__isnull=True) | Q(request__outcome=Outcome.INCOMPLETE.value)
MOST_REASON = 1000
BEFORE_ORDER = frozenset({State.RECEIVED, State.VERIFIED, State.PLANNED, State.ACCEPTED})


@act("rights.ask_manual_sources")
def ask_manual_sources(*, now: datetime, batch_id: int, sources: Sequence[ManualSourceView]) -> None:
    """Ask the persons of these sources about every open request of a batch. What was asked before stays.

    Raises:
        NotApprovedYet: the order to erase or to correct goes out only with the approved plan.
    """
    batch = load_batch(batch_id)
    if way_of(batch.kind).value in CHANGES and state_of(batch) in BEFORE_ORDER:
        raise NotApprovedYet
    requests = list(batch.requests.filter(completed_at__isnull=True).order_by("position", "pk"))
    known = set(ManualAsk.objects.filter(request__batch=batch).values_list("request_id", "source"))
    asked: dict[str, Json] = {}
    for one in sources:
        fresh = [request for request in requests if (request.pk, one.facts.key) not in known]
        ManualAsk.objects.bulk_create(
            [
                ManualAsk(
                    request=request,
                    source=one.facts.key,
                    version=one.version.number,
                    assignee=one.facts.assignee,
                    made_at=now,
                    due_at=manual_due(
                        now=now, answer_days=one.facts.answer_days, answer_due_at=request.due_at
                    ),
                )
                for request in fresh
            ],
            batch_size=500,
        )
        if fresh:
            asked[one.facts.key] = len(fresh)
            _give_task(batch.kind, fresh[0], one.facts, people=len(fresh), now=now)
    record(actor=SYSTEM, now=now, subject=subject_of_batch(batch), facts={"asked": asked})


def _give_task(
    kind: str, request: RightsRequest, facts: ManualSourceFacts, *, people: int, now: datetime
) -> None:
    name = _both_names(facts)
    task = NewTask(
        key=task_key(facts.key),
        what=TASKS[way_of(kind).value],
        params=(("name", name), ("people", people)),
        assignee=facts.assignee,
        due_at=manual_due(now=now, answer_days=facts.answer_days, answer_due_at=request.due_at),
        url_name="rights:manual",
        url_args=(request.number,),
        is_after_end=True,
    )
    cases.add_task(actor=SYSTEM, now=now, number=request.number, task=task)


def task_key(source: str) -> str:
    return f"manual-{source}"[:48]


@act("rights.wait_for_manual_sources")
def wait_for_manual(*, now: datetime, batch_id: int, run: int) -> None:
    """Note that a run of a batch is held back until manual sources have answered, or the answer is near."""
    batch = load_batch(batch_id)
    waiting = ManualAsk.objects.filter(request__batch=batch, request__completed_at__isnull=True)
    waiting.update(waited_run=run)
    give_missing_tasks(batch, waiting.filter(answer=""), now=now)
    record(actor=SYSTEM, now=now, subject=subject_of_batch(batch), facts={"run": run, "waits": True})


@act("rights.go_on_without_waiting")
def go_on(*, now: datetime, batch_id: int, run: int) -> None:
    """Go on with a run of a batch that was held back. Asking twice goes on once."""
    batch = load_batch(batch_id)
    start("rights.go_on", key=f"{batch_id}:{run}", args={"batch_id": batch_id, "run": run})
    record(actor=SYSTEM, now=now, subject=subject_of_batch(batch), facts={"run": run, "waits": False})


@act("rights.ask_manual_again")
def ask_again_after_end(*, now: datetime, batch_id: int) -> None:
    """Give the persons who have not answered their task anew, after the requests ended without them."""
    batch = load_batch(batch_id)
    rows = ManualAsk.objects.filter(
        request__batch=batch, request__outcome=Outcome.INCOMPLETE.value, answer=""
    )
    give_missing_tasks(batch, rows, now=now)
    facts: dict[str, Json] = {"asked": sorted(set(rows.values_list("source", flat=True)))}
    record(actor=SYSTEM, now=now, subject=subject_of_batch(batch), facts=facts)


def give_missing_tasks(batch: Batch, rows: QuerySet[ManualAsk], *, now: datetime) -> None:
    """Give a task where none is open: the request that bore it was withdrawn, or has ended."""
    numbers = set(batch.requests.values_list("number", flat=True))
    by_source: dict[tuple[str, int, str], list[ManualAsk]] = {}
    for row in rows.select_related("request").order_by("request__position"):
        by_source.setdefault((row.source, row.version, row.answered_by), []).append(row)
    stated = manual_sources_at((source, version) for source, version, _ in by_source)
    for (source, version, proposed_by), asks in by_source.items():
        key = keep_key(source) if proposed_by else task_key(source)
        if open_tasks(key).keys() & numbers:
            continue
        facts = stated[source, version]
        if proposed_by:
            _ask_to_confirm(asks[0], facts, proposed_by=proposed_by, now=now)
        else:
            _give_task(batch.kind, asks[0].request, facts, people=len(asks), now=now)


def _ask_to_confirm(ask: ManualAsk, facts: ManualSourceFacts, *, proposed_by: str, now: datetime) -> None:
    """Ask an approver whether a place may keep what it holds: the customer reads it as a refusal."""
    task = NewTask(
        key=keep_key(facts.key),
        what=TASK_KEEP,
        params=(("name", _both_names(facts)),),
        role=Role.APPROVER,
        barred=person_of(proposed_by),
        due_at=ask.due_at,
        url_name="rights:manual",
        url_args=(ask.request.number,),
        is_after_end=True,
    )
    cases.add_task(actor=SYSTEM, now=now, number=ask.request.number, task=task)


def person_of(label: str) -> str:
    """Return the `Actor.person` whose label stands in a record."""
    return label.partition(":")[2].partition(" (")[0].casefold()


def keep_key(source: str) -> str:
    return f"keep-{source}"[:48]


def _both_names(facts: ManualSourceFacts) -> str:
    return facts.name_en if facts.name_en == facts.name_zh else f"{facts.name_en} / {facts.name_zh}"


def loaded(ask_id: int, number: str) -> ManualAsk:
    """Return a question about a request.

    Raises:
        UnknownManualAsk
    """
    ask = (
        ManualAsk.objects.select_for_update(of=("self",))
        .select_related("request__batch")
        .filter(pk=ask_id, request__number=number[:16])
        .first()
    )
    if ask is None:
        raise UnknownManualAsk
    return ask


def refuse_unless_asked(ask: ManualAsk, actor: Actor) -> None:
    """Refuse whoever is neither the person asked, nor an agent, nor an administrator.

    Raises:
        NotYours
    """
    if not (actor.name == ask.assignee or actor.may(Role.AGENT) or actor.may(Role.ADMINISTRATOR)):
        raise NotYours


def _refuse_unless_needed(ask: ManualAsk) -> None:
    """Refuse what was answered, what waits for an approval, and what nobody needs any more.

    Raises:
        AnsweredBefore, AskEnded, NotApprovedYet
    """
    if ask.answer or ask.answered_by:
        raise AnsweredBefore
    if ask.request.completed_at is not None:
        if ask.request.outcome != Outcome.INCOMPLETE:
            raise AskEnded
        return
    if way_of(ask.request.kind).value in CHANGES and state_of_case(ask.request.number) in BEFORE_ORDER:
        raise NotApprovedYet


def refuse_unless_open(*, actor: Actor, number: str, ask_id: int) -> None:
    """Refuse before a file is looked at.

    Raises:
        UnknownManualAsk, NotYours, AnsweredBefore, AskEnded
    """
    ask = (
        ManualAsk.objects.select_related("request__batch")
        .filter(pk=ask_id, request__number=number[:16])
        .first()
    )
    if ask is None:
        raise UnknownManualAsk
    refuse_unless_asked(ask, actor)
    _refuse_unless_needed(ask)


@act("rights.show_to_manual_source")
def record_showing(*, actor: Actor, now: datetime, number: str, ask_id: int) -> list[str]:
    """Record that whom to look for is shown, before it is; return the requests it is about.

    Raises:
        UnknownManualAsk, NotYours, AnsweredBefore, AskEnded, NotApprovedYet
    """
    ask = loaded(ask_id, number)
    refuse_unless_asked(ask, actor)
    _refuse_unless_needed(ask)
    numbers = list(
        ManualAsk.objects.filter(request__batch_id=ask.request.batch_id, source=ask.source, answer="")
        .order_by("request__position")
        .values_list("request__number", flat=True)
    )
    facts: dict[str, Json] = {"source": ask.source, "people": len(numbers)}
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)
    return numbers


@act("rights.answer_manual_source")
def answer_ask(
    *,
    actor: Actor,
    now: datetime,
    number: str,
    ask_id: int,
    answer: ManualAnswer,
    reason: str = "",
    article: str = "",
    file_kind: str = "",
    file_bytes: int = 0,
    kinds: Sequence[str] = (),
    is_for_all: bool = False,
) -> None:
    """Take the answer of a manual source, for one request or for all of its batch that are open.

    `reason` stays sealed; `article` is what makes the company keep it. A file was sealed by the caller. `kinds`: the
    categories that are held, for a request to know; they stay sealed, too. To keep something is only proposed here:
    an approver confirms it (`keeping_places`), for the customer reads it as a refusal.

    Raises:
        UnknownManualAsk, NotYours, AnsweredBefore, AskEnded, NotApprovedYet, NotThatAnswer, FileNeeded, KindsNeeded,
        WhyMissing, NotAnArticle
    """
    ask = loaded(ask_id, number)
    refuse_unless_asked(ask, actor)
    _refuse_unless_needed(ask)
    batch = ask.request.batch
    reason, article = reason.strip()[:MOST_REASON], article.strip()[:80]
    if way_of(batch.kind) is Way.TELL:
        reason = _kinds_in_words(answer, kinds)
    _refuse_answer(batch.kind, ask, answer, reason=reason, article=article, file_kind=file_kind)
    asks = [ask]
    if is_for_all and not file_kind:
        rows = ManualAsk.objects.filter(request__batch=batch, source=ask.source, answer="", answered_by="")
        asks = list(rows.select_related("request"))
    is_proposal = answer is ManualAnswer.KEPT
    for one in asks:
        one.answer, one.article = "" if is_proposal else answer.value, article
        one.file_kind, one.file_bytes = file_kind, file_bytes
        one.reason_sealed = keys.seal(one.request.number, reason.encode(), SEALED_AS) if reason else None
        one.answered_at, one.answered_by = None if is_proposal else now, actor.label
    ManualAsk.objects.bulk_update(
        asks,
        ["answer", "article", "file_kind", "file_bytes", "reason_sealed", "answered_at", "answered_by"],
        batch_size=200,
    )
    still_open = ManualAsk.objects.filter(LIVE, request__batch=batch, answer="")
    if not still_open.filter(source=ask.source, answered_by="").exists():
        finish_task(ask, task_key(ask.source), actor=actor, now=now)
    facts: dict[str, Json] = {
        "source": ask.source,
        "answer": answer.value,
        "article": article,
        "file": file_kind,
        "people": len(asks),
        "to_be_confirmed": is_proposal,
    }
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)
    if is_proposal:
        give_missing_tasks(batch, still_open.exclude(answered_by=""), now=now)
    go_on_if_all_answered(ask, now=now)


def _refuse_answer(
    kind: str, ask: ManualAsk, answer: ManualAnswer, *, reason: str, article: str, file_kind: str
) -> None:
    if answer not in ANSWERS.get(way_of(kind).value, ()):
        raise NotThatAnswer
    if answer is ManualAnswer.HANDED_OVER and not file_kind and way_of(kind) is Way.COPY:
        raise FileNeeded
    if answer is ManualAnswer.KEPT and not reason:
        raise WhyMissing
    if article and looks_like_contact(article):
        raise NotAnArticle


def _kinds_in_words(answer: ManualAnswer, kinds: Sequence[str]) -> str:
    """Return the categories as they are sealed, in the order of the list of categories."""
    if answer is not ManualAnswer.HANDED_OVER:
        return ""
    if not kinds or not all(kind in CATEGORIES and CATEGORIES[kind].is_personal for kind in kinds):
        raise KindsNeeded
    return " ".join(kind for kind in CATEGORIES if kind in kinds)


def kinds_of(ask_id: int) -> tuple[str, ...]:
    """Return the categories that a manual source said are held; none where it did not say so."""
    ask = ManualAsk.objects.select_related("request__batch").get(pk=ask_id)
    if ask.answer != ManualAnswer.HANDED_OVER or way_of(ask.request.batch.kind) is not Way.TELL:
        return ()
    if ask.reason_sealed is None:
        return ()
    return tuple(keys.open_sealed(ask.request.number, bytes(ask.reason_sealed), SEALED_AS).decode().split())


def finish_task(ask: ManualAsk, key: str, *, actor: Actor, now: datetime) -> None:
    """Mark a task about a place as done, whichever request of the batch bears it."""
    numbers = set(ask.request.batch.requests.values_list("number", flat=True))
    for number in open_tasks(key).keys() & numbers:
        cases.finish_task(actor=actor, now=now, number=number, key=key)


def go_on_if_all_answered(ask: ManualAsk, *, now: datetime) -> None:
    """Go on with what was held back; search again where the request ended without this answer."""
    batch = ask.request.batch
    if ManualAsk.objects.filter(LIVE, request__batch=batch, answer="").exists():
        return
    if ask.waited_run == batch.run and batch.requests.filter(completed_at__isnull=True).exists():
        go_on(now=now, batch_id=batch.pk, run=batch.run)
    elif batch.capture_sealed is not None and batch.finished_at is not None:
        key = f"{batch.pk}:{batch.finished_at.timestamp():.6f}"
        start("rights.search_again", key=key, args={"batch_id": batch.pk})
