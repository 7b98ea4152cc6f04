"""From a proven request to its plan: who it is, what is held, what would be done. Reads the sources, writes none."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.locate import Candidate
from discreet.engines.subjects.reach import Purpose
from discreet.engines.subjects.storage import to_json
from discreet.foundation.centre import verification
from discreet.foundation.datamap.queries import built
from discreet.foundation.keys import api as keys
from discreet.foundation.mail.api import open_contact
from discreet.foundation.organisation.queries import profile
from discreet.mechanisms.rights import contacts, gaps, planning, queries
from discreet.mechanisms.rights.actions import applying, deciding, receiving
from discreet.mechanisms.rights.correcting.workflows import prepare_or_ask
from discreet.mechanisms.rights.deciding.items import ItemDecision, Verdict
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.outside import manual
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.refusals import NobodyFound, SeveralPeople
from discreet.mechanisms.rights.results import rows_gone
from discreet.mechanisms.rights.rules import State, access_goes_by_itself
from discreet.mechanisms.rights.summaries import access_summary, joined_access, plan_summary
from discreet.vocabulary.actors import SYSTEM, Actor
from discreet.vocabulary.categories import CATEGORIES


def prepare_batch(batch_id: int, actor: Actor, now: datetime) -> str:
    """Locate whom nobody looked for yet, then plan. Returns the plan's digest, "" where none is due."""
    members = queries.members(batch_id)
    if not members or queries.state_of_batch(batch_id) not in (State.VERIFIED, State.PLANNED):
        return ""
    if way_of(members[0].kind) is Way.STAND:
        while applying.apply_choices(actor=actor, now=now, batch_id=batch_id):
            pass
        return ""
    _find([one.number for one in members if one.candidates is None], batch_id, actor, now)
    manual.ask(batch_id, now)
    if way_of(members[0].kind) is Way.CORRECT:
        number = members[0].number
        return prepare_or_ask(batch_id, number, actor, now, lambda: _find([number], batch_id, actor, now))
    if way_of(members[0].kind) in (Way.COPY, Way.TELL):
        return _prepare_access(batch_id, actor, now)
    return _prepare_erasure(batch_id, actor, now)


def _prepare_erasure(batch_id: int, actor: Actor, now: datetime) -> str:
    planned = planning.plan_batch(batch_id, today=now.date(), is_captured=True)
    if rows_gone(planned.plan):  # keys were changed meanwhile: look again, by what the person said
        _find([one.number for one in queries.members(batch_id)], batch_id, actor, now)
        planned = planning.plan_batch(batch_id, today=now.date(), is_captured=True)
        if not planned.plan.tables:
            raise NobodyFound
    batch_key = queries.batch_key(batch_id)
    not_covered = [
        *gaps.of_plan(planned.plan, planned.reach, planned.captured),
        *manual.gaps_of_plan(batch_id),
    ]
    summary = plan_summary(planned.plan, planned.reach, not_covered=not_covered)
    summary["statements"] = planned.statements
    plan = deciding.NewPlan(
        digest=planned.plan.digest,
        sealed=keys.seal(batch_key, to_json(planned.plan).encode(), "plan"),
        capture_sealed=keys.seal(batch_key, to_json(planned.captured).encode(), "capture"),
        summary=summary,
        open_questions=tuple(str(ref) for ref in planned.plan.open_questions),
    )
    deciding.save_plan(actor=actor, now=now, batch_id=batch_id, plan=plan)
    contacts.keep(batch_id, planned.reach, now)
    return planned.plan.digest


def look_for(numbers: Sequence[str]) -> list[tuple[Candidate, ...]]:
    """Look for people by what they said; of whom a code proved, only rows that hold the address it went to."""
    located = planning.look(queries.claims_of_many(numbers))
    mailboxes = {
        number: open_contact(contact)
        for number, contact in verification.held_contacts(queries.proven_among(numbers)).items()
    }
    return [
        tuple(own for one in found if (own := one.of_mailbox(mailboxes[number])) is not None)
        if number in mailboxes
        else found
        for number, found in zip(numbers, located.candidates, strict=True)
    ]


def _find(numbers: Sequence[str], batch_id: int, actor: Actor, now: datetime) -> None:
    """Find who the requests are about and keep it sealed; whoever is not one person leaves the batch."""
    if numbers:
        receiving.note_all(
            actor=actor,
            now=now,
            found=[
                (number, planning.candidates_of(candidates, today=now.date()))
                for number, candidates in zip(numbers, look_for(numbers), strict=True)
            ],
        )
    if len(queries.members(batch_id)) > 1:
        deciding.set_apart(actor=actor, now=now, batch_id=batch_id)


def _prepare_access(batch_id: int, actor: Actor, now: datetime) -> str:
    members = queries.members(batch_id)
    graph = built().graph
    sensitive, by_law = 0, 0
    summaries: list[dict[str, Any]] = []
    asked = recipient_queries.manual_gaps_of_batch(batch_id)
    for member in members:
        with planning.readers_of(graph) as opened:
            reached = planning.reach_one(member.number, purpose=Purpose.COPY, opened=opened)
        categories = [
            CATEGORIES[column.category]
            for table in reached.tables.values()
            for column in table.table.personal_columns
            if column.category in CATEGORIES
        ]
        sensitive += sum(category.is_sensitive for category in categories)
        by_law += sum(category.is_sensitive_by_law for category in categories)
        summaries.append(access_summary(reached, not_covered=gaps.of_access(reached, asked=asked)))
    summary = {**joined_access(summaries), "sensitive_fields": by_law}
    digest = _summary_digest(summary, decided=queries.item_decisions_of(batch_id))
    plan = deciding.NewPlan(digest=digest, sealed=b"", capture_sealed=b"", summary=summary, open_questions=())
    deciding.save_plan(actor=actor, now=now, batch_id=batch_id, plan=plan)
    if access_goes_by_itself(
        is_reviewed=profile().access_is_reviewed,
        candidates=1,
        sensitive_fields=sensitive if way_of(members[0].kind) is Way.COPY else 0,
        is_asked_by_person=queries.are_all_by_themselves(batch_id),
    ) and not queries.item_decisions_of(batch_id):
        deciding.accept_access(actor=SYSTEM, now=now, batch_id=batch_id)
    return digest


def _summary_digest(summary: dict[str, Any], *, decided: Mapping[TableRef, ItemDecision]) -> str:
    """Return what an approval of an answer binds to: which rows of which tables, and what is left out."""
    said = {
        str(table): one.to_json()
        for table, one in decided.items()
        if one.verdict is not Verdict.GRANT or one.lifted
    }
    text = json.dumps([summary["sources"], said] if said else summary["sources"], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def plan_or_ask(batch_id: int, now: datetime) -> None:
    """Make a new plan; where it is no longer clear who it is, ask staff."""
    try:
        prepare_batch(batch_id, SYSTEM, now)
    except (NobodyFound, SeveralPeople):
        deciding.ask_who(now=now, batch_id=batch_id)
