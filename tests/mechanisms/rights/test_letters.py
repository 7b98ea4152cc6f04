"""The words of letters: the company's own, those written by hand, what no text may drop, and what never runs."""

import dataclasses
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.mail.models import OutgoingMessage
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import answering, appealing, deciding, forgetting, lettering, timing
from discreet.mechanisms.rights.deciding.items import ItemDecision, Justification, Verdict
from discreet.mechanisms.rights.letters import answers as letter_answers
from discreet.mechanisms.rights.letters import queries as letter_queries
from discreet.mechanisms.rights.letters.parts import PARTS, Fault, Occasion, Part, filled, problems, shipped
from discreet.mechanisms.rights.models import LetterDraft, LetterTemplate
from discreet.mechanisms.rights.refusals import (
    LetterChanged,
    LetterLeft,
    LetterUnusable,
    NoLetter,
    NotAnApprover,
    NotYours,
)
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.errors import Refused
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, APPROVER, CUSTOMER, NOW, SECOND_APPROVER, VIEWER
from tests.mechanisms.rights.test_decisions import LOGIN, decide

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.3")]

PAYLOAD = '#eval("1+1") <script>alert(1)</script> *bold* $x$ @ref {number} \\ "quoted"'


def read(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def letter(number: str, occasion: Occasion = Occasion.ANSWER, *, language: str = "en") -> str:
    view = queries.request_view(number)
    row = dataclasses.replace(view.case.row, language=language)
    view = dataclasses.replace(view, case=dataclasses.replace(view.case, row=row))
    return read(letter_answers.letter_of(view, occasion, now=timezone.now()))


def write_template(
    part: Part,
    text: str,
    *,
    language: str = "en",
    based_on: int = 0,
    actor: Actor = APPROVER,
    at: datetime = NOW,
) -> int:
    return lettering.write_letter_template(
        actor=actor, now=at, part=part, language=language, text=text, based_on=based_on
    )


def write(
    number: str,
    text: str,
    *,
    part: Part = Part.CLOSING,
    actor: Actor = AGENT,
    occasion: Occasion = Occasion.ANSWER,
) -> None:
    lettering.write_letter(
        actor=actor, now=datetime.now(UTC), number=number, occasion=occasion, part=part, text=text
    )


def refuse(number: str, reason: str = "The tenth since January.") -> None:
    deciding.refuse_request(
        actor=AGENT,
        now=datetime.now(UTC),
        number=number,
        reason=reason,
        article="",
        justification=Justification.EXCESSIVE,
    )


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("part", list(Part))
def test_every_text_that_comes_with_the_product_says_what_the_law_wants(part: Part, language: str) -> None:
    assert problems(part, shipped(part, language)) == ()


def test_every_chinese_text_is_chinese() -> None:
    same = [part for part in Part if shipped(part, "zh-hans") == shipped(part, "en")]
    assert same == []


@pytest.mark.parametrize("part", [part for part in Part if PARTS[part].must])
def test_a_text_that_drops_what_the_law_wants_said_is_refused_with_the_article(part: Part) -> None:
    for name, article in PARTS[part].must.items():
        others = " ".join(f"{{{one}}}" for one in PARTS[part].must if one != name)
        (problem,) = problems(part, f"Hello. {others}")
        assert (problem.fault, problem.placeholder, problem.article) == (Fault.DROPPED, name, article)
        with pytest.raises(LetterUnusable, match=article.replace("(", r"\(").replace(")", r"\)")):
            write_template(part, f"Hello. {others}")
    assert not LetterTemplate.objects.exists()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.EMPTY),
        ("  \n ", Fault.EMPTY),
        ("{password}", Fault.UNKNOWN),
        ("{reason}", Fault.UNKNOWN),
        ("{number", Fault.BRACE),
        ("{}", Fault.UNKNOWN),
        ("{number.__class__}", Fault.UNKNOWN),
        ("x" * 4001, Fault.TOO_LONG),
    ],
)
def test_a_placeholder_outside_the_list_is_refused(text: str, fault: Fault) -> None:
    assert fault in {one.fault for one in problems(Part.CLOSING, text)}


def test_a_line_about_a_missing_fact_is_left_out_and_never_one_that_says_what_is_known() -> None:
    assert filled("Why: {reason}\nRests on: {article}", {"reason": "R", "article": ""}) == ("Why: R",)
    assert filled("{reason} ({article})", {"reason": "R", "article": ""}) == ("R (–)",)
    assert filled("{reason}", {"reason": "{number}"}) == ("{number}",)


def test_versions_are_added_and_a_letter_that_left_reads_as_it_did(shop: Company) -> None:
    number = driving.planned("erasure", ANN)
    refuse(number)
    before = letter(number)
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert write_template(Part.CLOSING, "Yours, the {company} team", at=later) == 1
    assert write_template(Part.CLOSING, "Bye, {company}", based_on=1, at=later) == 2
    assert [one.number for one in letter_queries.versions(Part.CLOSING, "en")] == [2, 1, 0]
    assert letter(number) == before and "Bye," not in before
    assert letter_queries.texts_at("en", at=later)[Part.CLOSING] == "Bye, {company}"
    assert letter_queries.texts_at("zh-hans", at=later)[Part.CLOSING] == shipped(Part.CLOSING, "zh-hans")


def test_two_who_write_at_once_do_not_overwrite_each_other() -> None:
    write_template(Part.CLOSING, "First")
    with pytest.raises(LetterChanged):
        write_template(Part.CLOSING, "Second")
    assert LetterTemplate.objects.get().text == "First"


def test_only_an_approver_or_administrator_words_the_company_s_letters() -> None:
    with pytest.raises(NotAnApprover):
        write_template(Part.CLOSING, "Mine", actor=AGENT)


def test_a_refusal_says_reason_article_and_remedy_in_the_company_s_words(shop: Company) -> None:
    write_template(Part.REFUSED, "No, because {reason} See {article}.")
    number = driving.planned("erasure", ANN)
    refuse(number)
    text = letter(number)
    ground = "Therequestismanifestlyexcessive,aboveallbecauseitisrepeated"
    assert f"No,because{ground}.ThetenthsinceJanuary.SeeGDPRArt.12(5)(b)." in text
    assert "supervisoryauthority" in text and "gotocourt" in text


def test_what_is_written_by_hand_stands_in_this_letter_alone_and_evidence_does_not_hold_it(
    shop: Company,
) -> None:
    number, other = driving.planned("erasure", ANN), driving.planned("erasure", "bob@example.com")
    write(number, "We are sorry about the parcel.\n{company}")
    assert "sorryabouttheparcel" in letter(number) and "sorry" not in letter(other)
    assert b"parcel" not in bytes(LetterDraft.objects.get().text_sealed)
    entry = next(one for one in entries_for(f"request:{number}") if one.act == "rights.write_letter")
    assert entry.facts == {"letter": "answer", "part": "closing", "revision": 1, "by_hand": True}
    write(number, "")
    assert "sorry" not in letter(number) and LetterDraft.objects.count() == 2


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ({"text": "x", "part": Part.REMEDY}, LetterLeft),
        ({"text": "No.", "part": Part.REFUSED}, LetterUnusable),
        ({"text": "x", "occasion": Occasion.APPEAL}, LetterLeft),
        ({"text": "x", "actor": VIEWER}, NotYours),
    ],
)
def test_no_hand_takes_out_what_the_law_wants_said(
    shop: Company, words: dict, refusal: type[Refused]
) -> None:
    number = driving.planned("erasure", ANN)
    with pytest.raises(refusal):
        write(number, **words)
    assert not LetterDraft.objects.exists()


def test_a_letter_that_has_left_is_not_written_again(shop: Company) -> None:
    number = driving.opened("erasure", ANN)
    refuse(number)
    write(number, "By hand")
    answering.answer_by_letter(actor=AGENT, now=datetime.now(UTC), number=number)
    with pytest.raises(LetterLeft):
        write(number, "Too late")
    assert "Byhand" in letter(number)


def test_what_was_written_is_destroyed_with_the_case(shop: Company) -> None:
    number = driving.planned("erasure", ANN)
    write(number, "By hand")
    forgetting.forget_request(now=NOW, number=number)
    assert not LetterDraft.objects.exists()


def test_an_extension_says_why_and_until_when(shop: Company) -> None:
    number = driving.planned("erasure", ANN)
    timing.extend_deadline(actor=AGENT, now=NOW, number=number, reason="Three old systems.")
    for language, words in (("en", "Threeoldsystems."), ("zh-hans", "Threeoldsystems.")):
        text = letter(number, Occasion.EXTENSION, language=language)
        assert words in text
    due = queries.request_view(number).due_at
    assert due is not None and str(due.year) in text
    with pytest.raises(NoLetter):
        letter_answers.existing_letter(queries.request_view(number), "appeal", now=NOW)


def test_a_dismissed_appeal_says_why_the_answer_stands(shop: Company) -> None:
    number = driving.planned("erasure", ANN)
    refuse(number)
    appealing.appeal(actor=CUSTOMER, now=datetime.now(UTC), number=number, words="I asked twice only.")
    appealing.dismiss_appeal(
        actor=SECOND_APPROVER, now=datetime.now(UTC), number=number, reason="Ten are on record."
    )
    found = letter_queries.letters_of(*_with_words(number))
    assert found == (Occasion.APPEAL, Occasion.ANSWER)
    assert "Tenareonrecord." in letter(number, Occasion.APPEAL)


def _with_words(number: str):  # type: ignore[no-untyped-def]
    view = queries.request_view(number)
    return view, letter_answers.words_of(view)


def test_a_copy_says_what_it_leaves_out_and_why(shop: Company) -> None:
    number = driving.planned("access", ANN)
    decide(number, LOGIN, ItemDecision(Verdict.PARTLY, ("ip",), Justification.OTHERS_RIGHTS))
    driving.replan(number)
    driving.hand_over(number)
    driving.work()
    text = letter(number)
    assert "Whatyoudonotget,andwhy" in text
    assert "Itwouldadverselyaffecttherightsofothers.GDPRArt.15(4)" in text


@pytest.mark.parametrize(("is_proven", "answer"), [(True, "mail"), (False, "letter_due")])
def test_a_refusal_is_mailed_to_the_address_held_and_to_nobody_who_is_not_proven(
    shop: Company, is_proven: bool, answer: str
) -> None:
    number = driving.planned("erasure", ANN) if is_proven else driving.opened("erasure", ANN)
    refuse(number, PAYLOAD)
    driving.work()
    assert driving.failures() == []
    assert queries.request_view(number).answer == answer
    sent = OutgoingMessage.objects.filter(template="rights.answered_link")
    assert sent.count() == is_proven


@pytest.mark.parametrize("kind", ["know", "restriction"])
def test_every_outcome_has_its_letter(shop: Company, kind: str) -> None:
    number = driving.planned(kind, ANN)
    view = queries.request_view(number)
    ended = {"know": "told", "restriction": "applied"}[kind]
    view = dataclasses.replace(view, outcome=ended, completed_at=datetime.now(UTC))
    text = read(letter_answers.answer_letter(view, now=timezone.now()))
    assert {"know": "Novalueisrepeated", "restriction": "Yourchoiceholdsfrom"}[kind] in text


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_nothing_that_somebody_typed_runs_in_a_letter(shop: Company, language: str) -> None:
    number = driving.planned("erasure", ANN)
    refuse(number, PAYLOAD)
    assert "".join(PAYLOAD.split()) in letter(number, language=language)


def test_a_letter_in_chinese_is_set_with_the_bundled_font(shop: Company) -> None:
    number = driving.planned("erasure", ANN)
    refuse(number)
    text = letter(number, language="zh-hans")
    assert "〓" not in text and "关于您的请求" in text
