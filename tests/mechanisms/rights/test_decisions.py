"""What staff decide table by table: who may, with which reason and article, and what then stays."""

import dataclasses
from datetime import UTC, datetime

import pytest
from django.test import Client

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.rulepacks.law import Law
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import deciding_items
from discreet.mechanisms.rights.deciding import queries as item_queries
from discreet.mechanisms.rights.deciding.citations import citation
from discreet.mechanisms.rights.deciding.items import ItemDecision, Justification, Verdict, completed_article
from discreet.mechanisms.rights.letters import said as letters
from discreet.mechanisms.rights.refusals import (
    ArticleTooLong,
    FieldsMissing,
    NotAnArticle,
    NotAnItem,
    NotYours,
    WhyMissing,
    WrongRequestState,
)
from discreet.mechanisms.rights.rules import Outcome
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.errors import Refused
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, CLEO, VIEWER

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.3")]

LOGIN, CUSTOMER = TableRef("shop", "login"), TableRef("shop", "customer")
CLAIM = ItemDecision(Verdict.REFUSE, justification=Justification.LEGAL_CLAIMS)


def decide(number: str, table: TableRef, decision: ItemDecision, *, actor: Actor = AGENT) -> None:
    deciding_items.decide_item(
        actor=actor,
        now=datetime.now(UTC),
        batch_id=queries.batch_of(number),
        table=table,
        decision=decision,
    )


def carried_out(number: str) -> queries.RequestView:
    driving.replan(number)
    driving.approve(number)
    driving.work()
    assert driving.failures() == []
    return queries.request_view(number)


def test_a_refused_table_stays_and_the_person_reads_why_and_by_which_article(shop: Company) -> None:
    number = driving.planned("erasure", ANN)
    decide(number, LOGIN, CLAIM)
    view = carried_out(number)
    assert view.outcome == Outcome.ERASED_EXCEPT_KEPT
    assert shop.run("SELECT count(*) FROM login WHERE customer_id = 1") == [(2,)]
    (line,) = [one for one in letters.kept_lines(view, "en") if one["raw"] == "shop / login"]
    assert line["why"] == "It is needed to establish, exercise or defend legal claims."
    assert line["article"] == "GDPR Art. 17(3)(e)"
    (chinese,) = [one for one in letters.kept_lines(view, "zh-hans") if one["raw"] == "shop / login"]
    assert chinese["why"].endswith("。") and chinese["article"] == "GDPR Art. 17(3)(e)"


def test_in_part_keeps_the_fields_named_and_erases_the_others(free_shop: Company) -> None:
    number = driving.planned("erasure", CLEO)
    decide(number, CUSTOMER, dataclasses.replace(CLAIM, verdict=Verdict.PARTLY, columns=("email",)))
    view = carried_out(number)
    ((email, name),) = free_shop.run("SELECT email, name FROM customer WHERE id = 3")
    assert email == CLEO and name != "=HYPERLINK(1)"
    (line,) = [one for one in letters.kept_lines(view, "en") if one["raw"] == "shop / customer"]
    assert line["fields"] == "E-mail address" and line["article"] == "GDPR Art. 17(3)(e)"


def test_a_decision_takes_the_plan_and_its_first_approval_back(shop: Company) -> None:
    number = driving.planned("erasure", ANN)
    before = queries.plan_view(queries.batch_of(number))
    decide(number, LOGIN, CLAIM)
    assert queries.plan_view(before.batch_id).digest == ""
    assert driving.replan(number) not in ("", before.digest)
    decide(number, LOGIN, ItemDecision(Verdict.GRANT))
    assert driving.replan(number) == before.digest


def test_the_evidence_names_table_verdict_reason_and_article(shop: Company) -> None:
    number = driving.planned("erasure", ANN)
    decide(number, LOGIN, CLAIM)
    entry = next(one for one in entries_for(f"request:{number}") if one.act == "rights.decide_item")
    assert entry.facts == {
        "table": "shop.login",
        "verdict": "refuse",
        "columns": [],
        "justification": "LegalClaimImpaired",
        "article": "GDPR Art. 17(3)(e)",
    }


@pytest.mark.parametrize(
    ("table", "decision", "refusal"),
    [
        (LOGIN, ItemDecision(Verdict.REFUSE), WhyMissing),
        (LOGIN, ItemDecision(Verdict.REFUSE, justification="BecauseWeLikeIt"), WhyMissing),
        (LOGIN, dataclasses.replace(CLAIM, article="call +41 44 668 18 00"), NotAnArticle),
        (LOGIN, dataclasses.replace(CLAIM, article="§ " * 100), ArticleTooLong),
        (LOGIN, dataclasses.replace(CLAIM, verdict=Verdict.PARTLY), FieldsMissing),
        (LOGIN, dataclasses.replace(CLAIM, verdict=Verdict.PARTLY, columns=("id",)), FieldsMissing),
        (TableRef("shop", "nowhere"), CLAIM, NotAnItem),
    ],
)
def test_nothing_is_refused_without_a_reason_fields_and_a_table_that_there_are(
    shop: Company, table: TableRef, decision: ItemDecision, refusal: type[Refused]
) -> None:
    number = driving.planned("erasure", ANN)
    with pytest.raises(refusal):
        decide(number, table, decision)
    assert queries.item_decisions_of(queries.batch_of(number)) == {}


def test_who_only_reads_decides_nothing_and_nobody_does_before_the_identity_is_proven(shop: Company) -> None:
    number = driving.planned("erasure", ANN)
    with pytest.raises(NotYours):
        decide(number, LOGIN, CLAIM, actor=VIEWER)
    early = driving.opened("erasure", CLEO)
    with pytest.raises(WrongRequestState):
        decide(early, LOGIN, CLAIM)


def test_a_copy_with_a_table_refused_waits_for_a_person(shop: Company) -> None:
    number = driving.planned("access", ANN)
    decide(number, LOGIN, dataclasses.replace(CLAIM, justification=Justification.OTHERS_RIGHTS))
    driving.replan(number)
    assert driving.state(number).value == "planned"
    (item,) = [one for one in item_queries.items_of(queries.request_view(number)) if one.table == LOGIN]
    assert item.decision is not None and item.decision.article == "GDPR Art. 15(4)"


@pytest.mark.parametrize(
    ("typed", "why", "laws", "cited"),
    [
        ("", Justification.LEGAL_CLAIMS, (Law.GDPR,), "GDPR Art. 17(3)(e)"),
        ("BGB § 195", Justification.LEGAL_CLAIMS, (Law.GDPR,), "BGB § 195"),
        ("", Justification.LEGAL_CLAIMS, (Law.PIPL,), ""),
        ("§ 147 AO", Justification.LEGAL_OBLIGATION, (Law.GDPR,), "§ 147 AO; GDPR Art. 17(3)(b)"),
        ("GDPR Art. 17(3)(b)", Justification.LEGAL_OBLIGATION, (Law.GDPR,), "GDPR Art. 17(3)(b)"),
    ],
)
def test_the_article_is_the_one_typed_or_the_one_of_the_law(
    typed: str, why: Justification, laws: tuple[Law, ...], cited: str
) -> None:
    assert completed_article(typed, justification=why, laws=laws) == cited


def test_what_staff_decided_rests_on_no_exception_that_they_did_not_name() -> None:
    """A statute of limitation is no duty to keep."""
    assert citation("BGB § 195", laws=[Law.GDPR], reason="kept_by_decision").exception == ""
    assert citation("BGB § 195", laws=[Law.GDPR]).exception == "GDPR Art. 17(3)(b)"


def test_a_table_is_decided_on_the_page_and_the_plan_is_made_again(shop: Company, desk: Client) -> None:
    number = driving.planned("erasure", ANN)
    address = f"/desk/requests/{number}/"
    shown = desk.get(address).content.decode()
    assert "legal claims (GDPR Art. 17(3)(e))" in shown
    answer = desk.post(
        f"{address}decide/",
        {"table": "shop.login", "verdict": "refuse", "justification": "LegalClaimImpaired", "article": ""},
        follow=True,
    )
    told = " ".join(answer.content.decode().split())
    assert "Decided. The plan was made again." in told and "Kept as staff decided" in told
    assert queries.plan_view(queries.batch_of(number)).digest


@pytest.mark.parametrize(("why", "article"), [("ProcessExcessive", "GDPR Art. 12(5)(b)"), ("", "")])
def test_a_refusal_needs_words_of_its_own_and_names_the_article_of_its_reason(
    shop: Company, desk: Client, why: str, article: str
) -> None:
    number = driving.planned("erasure", ANN)
    address = f"/desk/requests/{number}/refuse/"
    desk.post(address, {"justification": why, "reason": " ", "article": ""})
    assert driving.state(number).value == "planned"
    desk.post(address, {"justification": why, "reason": "The tenth since January.", "article": ""})
    view = queries.request_view(number)
    (told,) = letters.refusals(view)
    assert told["article"] == article and told["reason"].endswith("The tenth since January.")
    assert told["reason"].startswith("The request is manifestly excessive") is bool(why)
    assert view.course.justification == why
