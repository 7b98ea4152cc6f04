"""What staff write as a reason stays out of evidence and errors, whatever they put into it."""

from datetime import timedelta

import pytest

from discreet.engines.subjects.identity import Identity
from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import deciding, forgetting, proving, receiving, revealing
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.refusals import NotAnArticle
from tests.mechanisms.rights.company import AGENT, ANN, ANN_PHONE, NOW
from tests.mechanisms.rights.driving import state

pytestmark = pytest.mark.django_db
TOLD = f"Wrote from {ANN}, called from {ANN_PHONE}"


def opened() -> str:
    return receiving.receive_request(
        actor=AGENT, now=NOW, kind="erasure", claim=Identity(email=ANN), channel="shell"
    ).number


def evidence() -> str:
    return "\n".join(LedgerEntry.objects.values_list("body", flat=True))


@pytest.mark.parametrize(
    "article",
    [
        ANN,
        f"GDPR Art. 12(5), see {ANN}",
        ANN_PHONE,
        f"Art. 12, call {ANN_PHONE}",
        "ask +86 138 0013 8000 first",
    ],
)
def test_an_article_that_holds_a_contact_point_is_refused_and_nothing_changes(article: str) -> None:
    number = opened()
    before = LedgerEntry.objects.count()
    with pytest.raises(NotAnArticle) as refused:
        deciding.refuse_request(actor=AGENT, now=NOW, number=number, reason="Unfounded", article=article)
    assert ANN not in str(refused.value) and ANN_PHONE not in str(refused.value)
    assert LedgerEntry.objects.count() == before
    assert (state(number).value, queries.request_view(number).kept) == ("received", ())


@pytest.mark.parametrize(
    "article",
    [
        "",
        "GDPR Art. 12(5)",
        "Cal. Civ. Code § 1798.105(d)(8)",
        "《个人信息保护法》第四十七条",
        "Art. 958f OR",
    ],
)
def test_an_article_of_a_law_is_recorded(article: str) -> None:
    number = opened()
    deciding.refuse_request(actor=AGENT, now=NOW, number=number, reason="Unfounded", article=article)
    assert state(number).value == "refused"


def test_reasons_are_no_evidence() -> None:
    """Of proving an identity, of unmasking, of refusing: that there is one stands there, not what it says."""
    number = opened()
    revealing.reveal_person(actor=AGENT, now=NOW, number=number, reason=TOLD)
    proving.verify_identity(actor=AGENT, now=NOW, number=number, reason=TOLD)
    deciding.refuse_request(actor=AGENT, now=NOW, number=number, reason=TOLD, article="")
    assert ANN not in evidence() and ANN_PHONE not in evidence()
    row = RightsRequest.objects.get(number=number)
    assert row.verified_reason_sealed and ANN.encode() not in bytes(row.verified_reason_sealed)


def test_the_reason_of_a_refusal_is_read_by_the_customer_and_forgotten_with_the_case() -> None:
    number = opened()
    deciding.refuse_request(actor=AGENT, now=NOW, number=number, reason=TOLD, article="GDPR Art. 12(5)")
    (kept,) = queries.request_view(number).kept
    assert kept["reason"] == TOLD
    forgetting.forget_request(now=NOW + timedelta(days=400), number=number)
    row = RightsRequest.objects.get(number=number)
    assert row.kept == [{"reason": "", "article": "GDPR Art. 12(5)"}]
    assert queries.request_view(number).outcome == "refused"
