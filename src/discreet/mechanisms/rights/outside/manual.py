"""Manual sources of a request: asked, waited for, answered; their files and what they leave open.

A file is sealed under its request's case key: `HOME/manual/<question>.sealed`. It goes into the person's copy as
an attachment that we name.
"""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from discreet.foundation.datamap.sharing import ManualSourceFacts
from discreet.foundation.datamap.sharing_queries import manual_sources
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.api import Json
from discreet.foundation.papers import antivirus
from discreet.foundation.papers.rules import Verdict
from discreet.foundation.papers.scanning import scanner
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import asking_places, place_files
from discreet.mechanisms.rights.actions.executing import PersonResult
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.outside.refusals import FileInfected, FileNotTaken, NoSuchFile
from discreet.mechanisms.rights.outside.rules import (
    AFTER_APPROVAL,
    ANSWERS,
    CHANGES,
    FILE_KINDS,
    MANUAL_KEPT,
    UNANSWERED,
    ManualAnswer,
    file_kind,
)
from discreet.mechanisms.rights.outside.whom import Whom, people
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import Outcome, State
from discreet.vocabulary.actors import Actor

KEPT = MANUAL_KEPT


@dataclass(frozen=True, slots=True)
class ManualFile:
    """A file for the person's copy. `name` is ours: what its sender called it is not kept."""

    name: str
    source_en: str
    source_zh: str
    content: bytes


def ask(batch_id: int, now: datetime) -> None:
    """Ask the manual sources in force what they hold, where a plan is made to tell or to copy it."""
    way = way_of(queries.kind_of_batch(batch_id)).value
    if way in ANSWERS and way not in CHANGES:
        _ask(batch_id, now)


def _ask(batch_id: int, now: datetime) -> None:
    sources = manual_sources()
    if sources:
        asking_places.ask_manual_sources(now=now, batch_id=batch_id, sources=sources)


def gaps_of_plan(batch_id: int) -> list[dict[str, Any]]:
    """Return the manual sources whose order to erase or correct goes out once the plan is approved, as gaps."""
    asked = {one.facts.key for one in recipient_queries.manual_asks_of_batch(batch_id)}
    return [
        recipient_queries.manual_gap(one.facts.key, reason=AFTER_APPROVAL)
        for one in manual_sources()
        if one.facts.key not in asked
    ] + recipient_queries.manual_gaps_of_batch(batch_id)


def gaps_now(view: RequestView) -> list[dict[str, Any]]:
    """Return what the plan does not cover, with the places that have not answered by now."""
    planned: Any = view.plan.summary.get("not_covered") or []
    asked = {one.facts.key for one in recipient_queries.manual_asks(view.number)}
    return [
        one
        for one in planned
        if one.get("reason") not in (AFTER_APPROVAL, UNANSWERED) or one["source"] not in asked
    ] + recipient_queries.manual_gaps([view.number])


def waits(batch_id: int, run: int, now: datetime) -> bool:
    """Say whether a run must wait for manual sources, and note that it does.

    The order to erase or to correct goes out here: approved, planned again on live data, and written.
    """
    is_change = way_of(queries.kind_of_batch(batch_id)).value in CHANGES
    if is_change and queries.state_of_batch(batch_id) is State.EXECUTING:
        _ask(batch_id, now)
    if not recipient_queries.manual_awaited(batch_id, now=now):
        return False
    asking_places.wait_for_manual(now=now, batch_id=batch_id, run=run)
    return True


def ask_again(batch_id: int, now: datetime) -> None:
    """Ask once more where an erasure ended without an answer."""
    if recipient_queries.manual_gaps_of_batch(batch_id):
        asking_places.ask_again_after_end(now=now, batch_id=batch_id)


def with_answers(batch_id: int, results: Sequence[PersonResult]) -> list[PersonResult]:
    """Return the results with what manual sources said: nothing is called erased that nobody answered for."""
    by_number = defaultdict(list)
    for view in recipient_queries.manual_asks_of_batch(batch_id):
        by_number[view.number].append(view)
    return [_with(result, by_number[result.number]) for result in results]


def _with(result: PersonResult, asked: Sequence[recipient_queries.ManualView]) -> PersonResult:
    if not asked:
        return result
    kept = kept_of(asked)
    outcome, unanswered = result.outcome, [one.facts.key for one in asked if not one.answer]
    if unanswered:
        outcome = Outcome.INCOMPLETE
    elif kept and outcome is Outcome.ERASED:
        outcome = Outcome.ERASED_EXCEPT_KEPT
    answers = {one.facts.key: one.answer.value for one in asked}
    return replace(
        result,
        outcome=outcome,
        kept=(*result.kept, *kept),
        facts={**result.facts, "manual_sources": answers},
    )


def kept_of(asked: Sequence[recipient_queries.ManualView]) -> list[dict[str, Json]]:
    """Return what places keep, in the shape of what stays in tables."""
    return [
        {
            "source": one.facts.key,
            "table": "",
            "rows": 1,
            "fields": [],
            "reason": KEPT,
            "article": one.article,
            "reason_en": f"{one.facts.name_en}: kept, as the person in charge of it decided",
            "reason_zh": f"{one.facts.name_zh}：经负责人员决定予以保留",
            "until": None,
        }
        for one in asked
        if one.answer is ManualAnswer.KEPT
    ]


def manual_files(number: str) -> list[ManualFile]:
    """Return the files that manual sources handed over for the copy of a request, named by us."""
    found = []
    for view in recipient_queries.manual_asks(number):
        if view.answer is ManualAnswer.HANDED_OVER:
            sealed = place_files.path_of(view.ask_id).read_bytes()
            found.append(
                ManualFile(
                    name=f"{view.facts.key}.{view.file_kind}",
                    source_en=view.facts.name_en,
                    source_zh=view.facts.name_zh,
                    content=keys.open_sealed(number, sealed, _aad(view.ask_id)),
                )
            )
    return found


def open_file(*, actor: Actor, now: datetime, number: str, ask_id: int) -> tuple[str, bytes]:
    """Return our name of a file that a place handed over, and the file; the evidence is committed first.

    Raises:
        UnknownManualAsk, NotYours, NoSuchFile
    """
    kind = place_files.record_view(actor=actor, now=now, number=number, ask_id=ask_id)
    (view,) = [one for one in recipient_queries.manual_asks(number) if one.ask_id == ask_id]
    try:
        sealed = place_files.path_of(ask_id).read_bytes()
    except FileNotFoundError:
        raise NoSuchFile from None
    return f"{number}-{view.facts.key}.{kind}", keys.open_sealed(number, sealed, _aad(ask_id))


def kinds_held(number: str) -> list[tuple[ManualSourceFacts, tuple[str, ...]]]:
    """Return which categories manual sources said they hold, for a request to know."""
    return [
        (view.facts, asking_places.kinds_of(view.ask_id)) for view in recipient_queries.manual_asks(number)
    ]


def answer(
    *,
    actor: Actor,
    now: datetime,
    number: str,
    ask_id: int,
    answer: ManualAnswer,
    reason: str = "",
    article: str = "",
    content: bytes = b"",
    kinds: Sequence[str] = (),
    is_for_all: bool = False,
) -> None:
    """Take an answer; a file is looked at and sealed first, outside of any transaction.

    Raises:
        FileNotTaken, FileInfected, and what `asking_places.answer_ask` refuses.
    """
    kind = ""
    is_copy = way_of(queries.request_view(number).kind) is Way.COPY
    if answer is ManualAnswer.HANDED_OVER and content and is_copy:
        asking_places.refuse_unless_open(actor=actor, number=number, ask_id=ask_id)
        kind = file_kind(content)
        if not kind:
            raise FileNotTaken(kinds=", ".join(FILE_KINDS))
        asked = scanner()
        if asked is not None and antivirus.ask(asked, content) is not Verdict.CLEAN:
            raise FileInfected
        _write(ask_id, keys.seal(number, content, _aad(ask_id)))
    asking_places.answer_ask(
        actor=actor,
        now=now,
        number=number,
        ask_id=ask_id,
        answer=answer,
        reason=reason,
        article=article,
        file_kind=kind,
        file_bytes=len(content) if kind else 0,
        kinds=kinds,
        is_for_all=is_for_all,
    )


def people_asked(*, actor: Actor, now: datetime, number: str, ask_id: int) -> list[Whom]:
    """Return whom a manual source must look for; the evidence is committed first.

    Raises:
        UnknownManualAsk, NotYours, AnsweredBefore, AskEnded, NotApprovedYet
    """
    return people(asking_places.record_showing(actor=actor, now=now, number=number, ask_id=ask_id))


def remove_files(number: str) -> None:
    """Delete the files of a request; a second call changes nothing."""
    for view in recipient_queries.manual_asks(number):
        place_files.remove(view.ask_id)


def _write(ask_id: int, sealed: bytes) -> None:
    path = place_files.path_of(ask_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(sealed)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def _aad(ask_id: int) -> str:
    return f"manual/{ask_id}"
