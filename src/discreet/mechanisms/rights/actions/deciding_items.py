"""Decide table by table: grant, in part, or refuse, with the law's reason. The plan is made again afterwards.

Source: GDPR Art. 12(4), 15(4), 17(3); Cal. Civ. Code 1798.105(d), 1798.145; PIPL Art. 47.
"""

from dataclasses import replace
from datetime import datetime

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, catalogue_facts, record
from discreet.mechanisms.rights.actions.batches import (
    PREPARABLE,
    decision_key,
    load_batch,
    numbers_of,
    set_proposer,
    state_of,
    subject_of_batch,
)
from discreet.mechanisms.rights.actions.deciding import refuse_no_article
from discreet.mechanisms.rights.actions.receiving import refuse_unless
from discreet.mechanisms.rights.deciding.items import (
    MOST_OF_ARTICLE,
    ItemDecision,
    Justification,
    Verdict,
    completed_article,
)
from discreet.mechanisms.rights.deciding.queries import DECIDABLE, decidable_columns, laws_of_batch
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.models import Batch
from discreet.mechanisms.rights.refusals import (
    ArticleTooLong,
    FieldsMissing,
    NotAnItem,
    WhyMissing,
    WrongRequestState,
)
from discreet.mechanisms.rights.summaries import is_decidable, table_name
from discreet.vocabulary.actors import Actor, Role


@act("rights.decide_item")
def decide_item(
    *, actor: Actor, now: datetime, batch_id: int, table: TableRef, decision: ItemDecision
) -> None:
    """Decide on one table of the plan: grant, in part, or refuse, with the law's reason. The plan is made again.

    Without an article the one that the laws of the request name for the reason is taken.

    Raises:
        NotYours, WrongRequestState
        NotAnItem: the plan does not hold this table, or nothing of it can be decided.
        WhyMissing: something is refused without a reason that the law knows.
        FieldsMissing: in part, and no field of the table is named, or one that it does not have.
        NotAnArticle, ArticleTooLong: what stands for an article is an address or a number, or no article.
    """
    if not actor.may(Role.APPROVER):
        refuse_unless(actor, Role.AGENT)
    is_granted = decision.verdict is Verdict.GRANT
    if not is_granted and decision.justification not in set(Justification):
        raise WhyMissing
    refuse_no_article(decision.article)
    batch = load_batch(batch_id)
    state = state_of(batch)
    if state not in PREPARABLE:
        raise WrongRequestState(number=numbers_of(batch)[0], state=state.value)
    _refuse_no_item(batch, table)
    if decision.verdict is Verdict.PARTLY:
        _refuse_unknown_fields(table, decision.columns, batch.kind)
    article = completed_article(
        decision.article,
        justification=decision.justification,
        laws=laws_of_batch(batch_id),
        erases=way_of(batch.kind) is Way.ERASE,
    )
    if len(article) > MOST_OF_ARTICLE:
        raise ArticleTooLong(most=MOST_OF_ARTICLE)
    kept = replace(
        decision,
        columns=decision.columns if decision.verdict is Verdict.PARTLY else (),
        justification="" if is_granted else decision.justification,
        article="" if is_granted else article,
        by=actor.person,
        lifted=_lifted(batch, table),
    )
    batch.item_decisions = {**batch.item_decisions, decision_key(table): kept.to_json()}
    set_proposer(batch, None)
    batch.plan_digest = ""
    batch.save()
    facts: dict[str, Json] = {
        "table": str(table),
        "verdict": kept.verdict.value,
        "columns": list(kept.columns),
        "justification": kept.justification,
        "article": kept.article,
    }
    record(actor=actor, now=now, subject=subject_of_batch(batch), facts=catalogue_facts(facts))


def _lifted(batch: Batch, table: TableRef) -> dict[str, str]:
    """Return what was decided before of letters for others: another decision leaves it as it is."""
    before = batch.item_decisions.get(decision_key(table), {})
    return dict(before.get("lifted", {}))


def _refuse_no_item(batch: Batch, table: TableRef) -> None:
    name = table_name(table)
    is_planned = any(
        source["name"] == table.source
        and any(one["table"] == name and is_decidable(one) for one in source["tables"])
        for source in batch.plan_summary.get("sources", [])
    )
    if way_of(batch.kind) not in DECIDABLE or not is_planned:
        raise NotAnItem(table=str(table))


def _refuse_unknown_fields(table: TableRef, columns: tuple[str, ...], kind: str) -> None:
    if not columns or not set(decidable_columns(table, kind)).issuperset(columns):
        raise FieldsMissing(table=str(table))
