"""Places that no program reads: asked, waited for, answered; nothing is called done that nobody answered for."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import gettext, override
from pytest_django import Settings

from discreet.engines.subjects.corrections import Change, Choice
from discreet.foundation.cases.queries import my_work, open_tasks
from discreet.foundation.datamap import sharing_actions
from discreet.foundation.datamap.sharing_queries import manual_sources
from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms.rights import queries, schedules
from discreet.mechanisms.rights.actions import asking_places, deciding, keeping_places, place_files
from discreet.mechanisms.rights.copying import delivered as copies
from discreet.mechanisms.rights.copying import delivery
from discreet.mechanisms.rights.copying.delivered import not_told
from discreet.mechanisms.rights.correcting.letters import corrected_lines
from discreet.mechanisms.rights.letters import said as letters
from discreet.mechanisms.rights.letters.said import kept_lines, not_searched
from discreet.mechanisms.rights.models import ManualAsk, RightsRequest
from discreet.mechanisms.rights.outside import manual, manual_pages
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.outside.refusals import (
    AnsweredBefore,
    AskEnded,
    FileNotTaken,
    NotApprovedYet,
    NothingProposed,
    NotThatAnswer,
    OwnProposal,
    TooLateToTakeBack,
)
from discreet.mechanisms.rights.outside.rules import ManualAnswer
from discreet.mechanisms.rights.progress import working
from discreet.mechanisms.rights.refusals import NotAnApprover, NotYours, WhyMissing
from discreet.mechanisms.rights.rules import Outcome, State
from discreet.mechanisms.rights.status_page import next_of, next_unseen, told_lines
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.foundation.sources.conftest import Company, _sqlite
from tests.foundation.staff.people import add
from tests.mechanisms.rights import correcting
from tests.mechanisms.rights.company import (
    AGENT,
    ANN,
    ANN_NAME,
    ANN_PHONE,
    APPROVER,
    BOB,
    CLEO,
    NOW,
    OPERATOR,
)
from tests.mechanisms.rights.driving import (
    accepted,
    approve,
    batch_of,
    failures,
    hand_over,
    planned,
    state,
    work,
)
from tests.mechanisms.rights.places import (
    ARCHIVE,
    CLERK,
    PDF,
    STRANGER,
    ask_of,
    confirm,
    outcome,
    reasons,
    say,
)
from tests.mechanisms.rights.test_batch import imported


@pytest.fixture
def asked(free_shop: Company, db: None) -> Company:
    """The company, with a paper archive that Olga answers for."""
    add("olga", Role.VIEWER)
    sharing_actions.state_manual_source(actor=OPERATOR, now=NOW, facts=ARCHIVE)
    return free_shop


@pytest.fixture
def crm(tmp_path: Path) -> Iterator[Company]:
    yield from _sqlite(correcting.second_database(tmp_path))


@pytest.fixture
def correction(sqlite_company: Company, crm: Company, db: None) -> tuple[Company, Company]:
    """The company of corrections, with the same archive."""
    correcting.set_up(sqlite_company, crm)
    add("olga", Role.VIEWER)
    sharing_actions.state_manual_source(actor=OPERATOR, now=NOW, facts=ARCHIVE)
    return sqlite_company, crm


@pytest.fixture(autouse=True)
def fresh_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are received now: how long an answer is waited for is a matter of days."""
    for module in ("driving", "correcting"):
        monkeypatch.setattr(f"tests.mechanisms.rights.{module}.NOW", datetime.now(UTC))


@pytest.mark.duty("M8.4")
def test_an_erasure_waits_for_the_archive_and_ends_with_its_answer(asked: Company) -> None:
    number = planned("erasure", CLEO)
    gaps = queries.plan_view(batch_of(number)).summary["not_covered"]
    assert "manual_after_approval" in {one["reason"] for one in gaps}
    approve(number)
    work()
    assert failures() == []
    view = ask_of(number)
    assert open_tasks(asking_places.task_key("archive")).keys() == {number}
    assert [item.number for item in my_work(actor=CLERK, now=NOW)] == [number]
    due_at = queries.request_view(number).due_at
    assert due_at is not None and view.due_at < due_at
    assert (state(number), outcome(number)) == (State.EXECUTING, "")
    assert asked.run("SELECT count(*) FROM customer WHERE id = 3") == [(0,)], (
        "what can be erased is not held up"
    )
    told = {
        "en": ("days rather than minutes", "Paper archive, by"),
        "zh-hans": ("数天而非几分钟", "纸质档案"),
    }
    for language, (customer, staff) in told.items():
        with override(language):
            waiting = queries.request_view(number)
            assert customer in gettext(next_of(waiting)) and customer in gettext(next_unseen(waiting))
            assert working(waiting) is None, "no page says that a program is at it"
            assert staff in manual_pages.awaited_words(waiting, language=language)
    say(number, ManualAnswer.ERASED)
    work()
    assert (state(number), outcome(number)) == (State.DONE, Outcome.ERASED)
    assert not {"manual_unanswered", "manual_after_approval"} & reasons(number)
    ended = queries.request_view(number)
    assert manual.gaps_now(ended) == [one for one in gaps if one["reason"] != "manual_after_approval"]
    said = {"en": ("Paper archive", "erased or destroyed"), "zh-hans": ("纸质档案", "已删除或销毁")}
    for language, (place, words) in said.items():
        (line,) = [one for one in letters.erased_lines(ended, language) if one["table"] == place]
        assert words in line["what"]
    assert open_tasks(asking_places.task_key("archive")) == {}
    with pytest.raises(AnsweredBefore):
        say(number, ManualAnswer.NOTHING)


def nobody_is_asked(number: str) -> bool:
    asked = recipient_queries.manual_asks(number)
    return not asked and not my_work(actor=CLERK, now=NOW) and open_tasks("manual-archive") == {}


@pytest.mark.parametrize("kind", ["erasure", "account_closure"])
def test_nothing_on_paper_is_ordered_erased_before_the_plan_is_approved(asked: Company, kind: str) -> None:
    number, refused = planned(kind, CLEO), planned(kind, BOB)
    assert nobody_is_asked(number)
    batch_id = batch_of(number)
    digest = queries.plan_view(batch_id).digest
    deciding.accept_erasure(actor=AGENT, now=datetime.now(UTC), batch_id=batch_id, plan_digest=digest)
    assert nobody_is_asked(number), "one decision of two orders nothing"
    deciding.accept_erasure(actor=APPROVER, now=datetime.now(UTC), batch_id=batch_id, plan_digest=digest)
    assert nobody_is_asked(number), "the plan is made again on live data first, and may be sent back"
    with pytest.raises(NotApprovedYet):
        asking_places.ask_manual_sources(now=NOW, batch_id=batch_of(refused), sources=manual_sources())
    deciding.refuse_request(
        actor=APPROVER, now=datetime.now(UTC), number=refused, reason="Needed for a claim", article=""
    )
    work()
    assert nobody_is_asked(refused) is False and recipient_queries.manual_asks(refused) == []
    assert [one.number for one in my_work(actor=CLERK, now=NOW)] == [number]


def test_an_order_from_before_the_approval_is_not_taken_up_until_it_is_approved_or_ever(
    asked: Company,
) -> None:
    """What an older version asked too early, or a plan that was sent back, leaves a question behind."""
    number = planned("erasure", CLEO)
    ask = ManualAsk.objects.create(
        request=RightsRequest.objects.get(number=number),
        source="archive",
        version=1,
        assignee="olga",
        made_at=NOW,
        due_at=datetime.now(UTC) + timedelta(days=9),
    )
    for attempt in (
        lambda: say(number, ManualAnswer.ERASED),
        lambda: manual.people_asked(actor=CLERK, now=NOW, number=number, ask_id=ask.pk),
    ):
        with pytest.raises(NotApprovedYet):
            attempt()
    (line,) = manual_pages.lines(queries.request_view(number), language="en", actor=CLERK)
    assert (line.answer, line.may_answer) == ("Waits for the plan to be approved", False)
    deciding.refuse_request(actor=APPROVER, now=NOW, number=number, reason="Needed for a claim", article="")
    with pytest.raises(AskEnded):
        say(number, ManualAnswer.ERASED)
    for language, words in (("en", "Not needed any more"), ("zh-hans", "不再需要")):
        with override(language):
            (short,) = manual_pages.short_lines(number, language=language)
        assert words in short.answer


def test_what_the_archive_keeps_is_named_and_its_reason_stays_sealed(asked: Company) -> None:
    number = accepted(CLEO)
    work()
    with pytest.raises(WhyMissing):
        say(number, ManualAnswer.KEPT)
    say(number, ManualAnswer.KEPT, reason="Signed by Cleo herself", article="Art. 958f OR")
    confirm(number)
    work()
    view = queries.request_view(number)
    assert view.outcome == Outcome.ERASED_EXCEPT_KEPT
    (kept,) = [one for one in view.kept if one["source"] == "archive"]
    assert (kept["article"], kept["reason"]) == ("Art. 958f OR", manual.KEPT)
    assert not [entry for entry in LedgerEntry.objects.all() if "Signed by Cleo" in str(entry.body)]
    for language in ("en", "zh-hans"):
        (line,) = [one for one in kept_lines(view, language) if one["raw"].startswith("archive")]
        assert "Signed by Cleo herself" in line["why"] and "Art. 958f OR" in line["article"]
        told = kept_lines(view, language, with_reasons=False)
        assert "Signed by Cleo" not in str(told)  # the report names nobody
    (short,) = manual_pages.short_lines(number, language="en")
    assert short.why == "Signed by Cleo herself. Art. 958f OR"


@pytest.mark.promise(1)
def test_an_erasure_without_an_answer_ends_incomplete_before_the_answer_is_late_and_heals(
    asked: Company,
) -> None:
    number = accepted(CLEO)
    work()
    due_at = queries.request_view(number).due_at
    assert due_at is not None
    assert schedules.end_waits(datetime.now(UTC)) == 0
    RightsRequest.objects.filter(number=number).update(due_at=datetime.now(UTC) + timedelta(days=2))
    ManualAsk.objects.update(due_at=datetime.now(UTC) - timedelta(days=1))
    assert schedules.end_waits(datetime.now(UTC)) == 1
    work()
    assert (state(number), outcome(number)) == (State.DONE, Outcome.INCOMPLETE)
    assert "manual_unanswered" in reasons(number)
    assert open_tasks(asking_places.task_key("archive")).keys() == {number}, "the task goes on after the end"
    assert schedules.end_waits(datetime.now(UTC)) == 0
    say(number, ManualAnswer.NOTHING)
    work()
    assert failures() == []
    assert outcome(number) == Outcome.ERASED
    assert "manual_unanswered" not in reasons(number)


@pytest.mark.duty("M8.1")
def test_a_copy_waits_for_the_file_that_the_archive_hands_over(asked: Company) -> None:
    number = planned("access", ANN)
    if state(number) is State.PLANNED:
        hand_over(number)
    work()
    assert state(number) is State.ACCEPTED
    assert "Your copy was approved" in next_of(queries.request_view(number))
    with pytest.raises(FileNotTaken):
        say(number, ManualAnswer.HANDED_OVER, content=b"MZ\x00\x01")
    say(number, ManualAnswer.HANDED_OVER, content=PDF)
    (file,) = manual.manual_files(number)
    assert (file.name, file.content, file.source_zh) == ("archive.pdf", PDF, "纸质档案")
    work()
    assert failures() == []
    assert state(number) is State.DONE
    (lying,) = list((Path(place_files.path_of(0)).parent).iterdir())
    assert PDF not in lying.read_bytes()
    package = zipfile.ZipFile(
        io.BytesIO(b"".join(delivery.take_package(actor=AGENT, now=NOW, number=number)))
    )
    assert package.read("files/archive.pdf") == PDF
    assert "files/archive.pdf" in package.read("index.html").decode()
    assert "manual_unanswered" not in package.read("data.json").decode()
    view = queries.request_view(number)
    assert "archive" not in {one["source"] for one in manual.gaps_now(view)}, "it has answered"
    with override("en"):
        lines = copies.copied_lines(view, copies.copy_of(view))
    assert {"table": "Paper archive", "rows": "a file (PDF)"} in lines


@pytest.mark.duty("M8.1")
def test_a_request_to_know_waits_for_the_kinds_that_the_archive_names(
    asked: Company, settings: Settings
) -> None:
    settings.DISCREET_DEMO = True
    number = planned("know", ANN)
    if state(number) is State.PLANNED:
        hand_over(number)
    work()
    assert state(number) is State.ACCEPTED, "nothing is told while the archive has not answered"
    client = Client()
    client.force_login(add("olga2", Role.VIEWER), backend="django.contrib.auth.backends.ModelBackend")
    ManualAsk.objects.update(assignee="olga2")
    base, ask_id = f"/desk/requests/{number}/manual/", ask_of(number).ask_id
    page = client.get(base).content.decode()
    assert "as the data map states" in page and 'type="file"' not in page
    for kinds in ([], ["nothing-like-it"]):
        refused = client.post(f"{base}{ask_id}/answer/", {"answer": "handed_over", "kinds": kinds})
        assert refused.status_code == 422 and "Mark which kinds" in refused.content.decode()
    said = {"answer": "handed_over", "kinds": ["signature", "address"]}
    assert client.post(f"{base}{ask_id}/answer/", said).status_code == 302
    work()
    assert (state(number), failures()) == (State.DONE, [])
    view = queries.request_view(number)
    for language, place in (("en", "Paper archive"), ("zh-hans", "纸质档案")):
        lines = {one["category"]: one for one in told_lines(view, language)}
        assert any(place in one["places"] for one in lines.values())
        assert [one["rows"] for one in lines.values() if one["places"] == place] == ["–"]
        with override(language):
            assert not [line for line in not_searched(view) if "asked" in line or "询问" in line]
    assert "manual_unanswered" not in {one["reason"] for one in not_told(view)}


def test_a_request_to_know_names_the_archive_that_did_not_answer_in_time(asked: Company) -> None:
    number = planned("know", ANN)
    if state(number) is State.PLANNED:
        hand_over(number)
    work()
    assert state(number) is State.ACCEPTED
    ManualAsk.objects.update(due_at=NOW)
    RightsRequest.objects.filter(number=number).update(due_at=datetime.now(UTC) + timedelta(days=1))
    schedules.end_waits(datetime.now(UTC))
    work()
    assert (state(number), failures()) == (State.DONE, [])
    view = queries.request_view(number)
    assert "manual_unanswered" in {one["reason"] for one in not_told(view)}
    with override("en"):
        assert any("Their person was asked" in line for line in not_searched(view))


def test_a_place_answers_once_for_a_whole_batch(asked: Company, tmp_path: Path) -> None:
    numbers = imported(tmp_path, "email", ANN, BOB, CLEO)
    approve(numbers[0])
    work()
    assert len(open_tasks(asking_places.task_key("archive"))) == 1
    say(numbers[1], ManualAnswer.NOTHING)
    assert open_tasks(asking_places.task_key("archive")) != {}
    say(numbers[0], ManualAnswer.ERASED, is_for_all=True)
    assert open_tasks(asking_places.task_key("archive")) == {}
    work()
    assert [state(number) for number in numbers] == [State.DONE] * 3
    assert [ask_of(number).answer for number in numbers] == [
        ManualAnswer.ERASED,
        ManualAnswer.NOTHING,
        ManualAnswer.ERASED,
    ]


def test_only_who_is_asked_and_agents_see_and_answer(asked: Company) -> None:
    number = accepted(CLEO)
    work()
    view = ask_of(number)
    with pytest.raises(NotYours):
        say(number, ManualAnswer.ERASED, actor=STRANGER)
    with pytest.raises(NotYours):
        manual.people_asked(actor=STRANGER, now=NOW, number=number, ask_id=view.ask_id)
    before = LedgerEntry.objects.count()
    (whom,) = manual.people_asked(actor=CLERK, now=NOW, number=number, ask_id=view.ask_id)
    assert (whom.number, whom.emails) == (number, (CLEO,))
    assert asked.run("SELECT count(*) FROM customer WHERE id = 3") == [(0,)], "noted before the row went"
    assert whom.names == ("=HYPERLINK(1)",), "paper is not filed by e-mail address"
    assert (whom.customer_numbers, whom.addresses) == (("3",), ("Lone Road 2, Basel",))
    assert LedgerEntry.objects.count() == before + 1
    with pytest.raises(NotThatAnswer):
        say(number, ManualAnswer.HANDED_OVER, actor=AGENT, content=PDF)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_person_asked_answers_on_their_page(asked: Company, settings: Settings, language: str) -> None:
    settings.DISCREET_DEMO = True
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.force_login(add("olga2", Role.VIEWER), backend="django.contrib.auth.backends.ModelBackend")
    number = planned("access", ANN)
    ManualAsk.objects.update(assignee="olga2")
    base, ask_id = f"/desk/requests/{number}/manual/", ask_of(number).ask_id
    assert ANN not in client.get(base).content.decode()
    shown = client.post(f"{base}{ask_id}/show/").content.decode()
    assert all(text in shown for text in (ANN, ANN_NAME, ANN_PHONE, "Shared Lane 1, Bern"))
    assert ("Customer number" if language == "en" else "客户编号") in shown
    bad = client.post(f"{base}{ask_id}/answer/", {"answer": "handed_over"})
    assert bad.status_code == 422
    assert 'role="alert"' in bad.content.decode()
    file = SimpleUploadedFile("Ann Canary.pdf", PDF)
    assert client.post(f"{base}{ask_id}/answer/", {"answer": "handed_over", "paper": file}).status_code == 302
    page = client.get(base).content.decode()
    assert "PDF" in page
    assert "Canary" not in page
    assert client.post(f"{base}{ask_id}/answer/", {"answer": "nothing"}).status_code == 409


@pytest.mark.duty("M8.4")
def test_a_correction_on_paper_says_what_is_wrong_and_right_and_is_answered_for(
    correction: tuple[Company, Company],
) -> None:
    number = correcting.asked(
        Change("name", "Mia Other", "Mia Canary"), Change("email", correcting.NEW, correcting.MIA)
    )
    assert nobody_is_asked(number)
    correcting.choose(number, Choice.CORRECT)
    correcting.approve(number)
    work()
    assert (state(number), failures()) == (State.EXECUTING, [])
    (whom,) = manual.people_asked(actor=CLERK, now=NOW, number=number, ask_id=ask_of(number).ask_id)
    wanted = {one.category: one for one in whom.wanted}
    assert (wanted["email"].old[0].lower(), wanted["email"].new) == (correcting.MIA, correcting.NEW)
    assert ("Mia Canary" in wanted["name"].old, wanted["name"].new) == (True, "Mia Other")
    with override("zh-hans"):
        shown = dict(manual_pages.whom_lines(whom, language="zh-hans"))
    assert shown["待更正：电子邮箱"][1] == f"正确值：{correcting.NEW}"
    say(number, ManualAnswer.CORRECTED)
    work()
    view = queries.request_view(number)
    assert view.state is State.DONE
    for language, place in (("en", "Paper archive"), ("zh-hans", "纸质档案")):
        assert place in [one["table"] for one in corrected_lines(view, language)]


def test_what_a_place_keeps_reaches_the_customer_only_once_an_approver_confirmed_it(asked: Company) -> None:
    number = accepted(CLEO)
    work()
    say(number, ManualAnswer.KEPT, reason="Signed contract", article="HGB § 257")
    work()
    assert state(number) is State.EXECUTING, "nobody else has agreed yet"
    assert ask_of(number).answer is ManualAnswer.NONE
    assert open_tasks(asking_places.task_key("archive")) == {}
    assert open_tasks(asking_places.keep_key("archive")).keys() == {number}
    own = Actor(kind=ActorKind.STAFF, name="olga", roles=frozenset({Role.APPROVER}))
    for actor, refusal in ((CLERK, NotAnApprover), (own, OwnProposal)):
        with pytest.raises(refusal):
            confirm(number, actor=actor)
    with pytest.raises(AnsweredBefore):
        say(number, ManualAnswer.ERASED)
    view = queries.request_view(number)
    (line,) = manual_pages.lines(view, language="en", actor=APPROVER)
    assert (line.may_decide, line.may_answer, line.reason) == (True, False, "Signed contract")
    keeping_places.reject_keep(
        actor=APPROVER, now=datetime.now(UTC), number=number, ask_id=ask_of(number).ask_id
    )
    assert open_tasks(asking_places.keep_key("archive")) == {}
    assert open_tasks(asking_places.task_key("archive")).keys() == {number}, "back to who answers"
    with pytest.raises(NothingProposed):
        confirm(number)
    say(number, ManualAnswer.KEPT, reason="Signed contract", article="HGB § 257")
    ManualAsk.objects.update(due_at=datetime.now(UTC) - timedelta(days=1))
    RightsRequest.objects.filter(number=number).update(due_at=datetime.now(UTC) + timedelta(days=2))
    schedules.end_waits(datetime.now(UTC))
    work()
    assert outcome(number) == Outcome.INCOMPLETE, "without a confirmation it is not called kept"
    assert open_tasks(asking_places.keep_key("archive")).keys() == {number}, "the question goes on"
    confirm(number)
    work()
    assert (outcome(number), failures()) == (Outcome.ERASED_EXCEPT_KEPT, [])
    assert open_tasks(asking_places.keep_key("archive")) == {}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_file_is_looked_at_before_it_leaves_and_a_wrong_one_is_replaced(
    asked: Company, settings: Settings, language: str
) -> None:
    settings.DISCREET_DEMO = True
    number = planned("access", ANN)
    assert state(number) is State.PLANNED
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    user = add("olga2", Role.VIEWER, Role.APPROVER)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    ManualAsk.objects.update(assignee="olga2")
    say(number, ManualAnswer.HANDED_OVER, content=b"%PDF-1.7 somebody else's", actor=AGENT)
    base, ask_id = f"/desk/requests/{number}/manual/", ask_of(number).ask_id
    preview = client.get(f"/desk/requests/{number}/package/").content.decode()
    assert ("Files from manual sources" if language == "en" else "手工来源的文件") in preview
    assert base in preview
    before = LedgerEntry.objects.count()
    got = client.post(f"{base}{ask_id}/file/")
    assert (got.status_code, got.content) == (200, b"%PDF-1.7 somebody else's")
    assert "attachment" in got["Content-Disposition"] and got["X-Content-Type-Options"] == "nosniff"
    assert LedgerEntry.objects.count() == before + 1
    with pytest.raises(NotYours):
        place_files.record_view(actor=STRANGER, now=NOW, number=number, ask_id=ask_id)
    assert client.post(f"{base}{ask_id}/again/").status_code == 302
    assert manual.manual_files(number) == []
    assert open_tasks(asking_places.task_key("archive")).keys() == {number}
    assert client.post(f"{base}{ask_id}/file/").status_code == 404
    say(number, ManualAnswer.HANDED_OVER, content=PDF, actor=AGENT)
    assert [one.content for one in manual.manual_files(number)] == [PDF]
    hand_over(number)
    work()
    assert state(number) is State.DONE
    with pytest.raises(TooLateToTakeBack):
        place_files.take_back(actor=AGENT, now=NOW, number=number, ask_id=ask_id)
