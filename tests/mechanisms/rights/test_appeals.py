"""Appeals: whom they wait for, what the pages show meanwhile, and how they end."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils.translation import gettext, override
from pytest_django import Settings

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.cases.queries import my_work
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import appealing, deciding, receiving
from discreet.mechanisms.rights.complaints import complaint_words
from discreet.mechanisms.rights.course import page as course_page
from discreet.mechanisms.rights.course.stages import stages
from discreet.mechanisms.rights.letters.said import laws_of
from discreet.mechanisms.rights.progress import working
from discreet.mechanisms.rights.refusals import WrongRequestState
from discreet.mechanisms.rights.rules import Outcome, State
from discreet.mechanisms.rights.status_page import next_of
from discreet.mechanisms.rights.words import state_words
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.foundation.sources.conftest import Company
from tests.foundation.staff.people import add
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, APPROVER, CLEO, CUSTOMER, NOW, SECOND_APPROVER

pytestmark = [pytest.mark.duty("M8.3"), pytest.mark.django_db]


def test_an_appeal_waits_for_whoever_may_decide_it_and_can_be_taken_back(shop: Company) -> None:
    """The approvers decided; only an administrator is left, who has no other task here."""
    for name, role in (("lan", Role.APPROVER), ("root-admin", Role.ADMINISTRATOR)):
        add(name, role)
    admin = Actor(kind=ActorKind.STAFF, name="root-admin", roles=frozenset({Role.ADMINISTRATOR}))
    view = driving.erased(CLEO)
    assert view.outcome in (Outcome.ERASED, Outcome.ERASED_EXCEPT_KEPT)
    number, now = view.number, datetime.now(UTC)
    appealing.appeal(actor=CUSTOMER, now=now, number=number, words="Not mine")
    assert [one.task.key for one in my_work(actor=admin, now=now)] == ["appeal"]
    assert my_work(actor=APPROVER, now=now) == ()
    view = queries.request_view(number)
    assert gettext(state_words(view.state, view.outcome)) == "Appealed: being looked at again"
    assert [one.state for one in stages(view)] == ["done"] * 6 + ["now"], "what was done stays done"
    assert "You decided this request" in course_page.context(view, actor=APPROVER, now=now)["why_no_appeal"]
    assert course_page.context(view, actor=admin, now=now)["may_decide_appeal"]
    appealing.take_back_appeal(actor=CUSTOMER, now=now, number=number)
    assert driving.state(number) is State.DONE and my_work(actor=admin, now=now) == ()
    with pytest.raises(WrongRequestState):
        appealing.take_back_appeal(actor=CUSTOMER, now=now, number=number)
    appealing.appeal(actor=CUSTOMER, now=now, number=number, words="Mine after all")
    assert queries.words_sealed(number).appeal == "Mine after all"


def test_an_appeal_that_nobody_may_decide_says_so_to_administrators(shop: Company) -> None:
    add("lan", Role.APPROVER, Role.ADMINISTRATOR)
    number = driving.opened(email=ANN)
    deciding.refuse_request(actor=APPROVER, now=NOW, number=number, reason="Abusive", article="")
    appealing.appeal(actor=CUSTOMER, now=NOW, number=number, words="I asked once")
    lan = Actor(kind=ActorKind.STAFF, name="lan", roles=frozenset({Role.APPROVER, Role.ADMINISTRATOR}))
    (item,) = my_work(actor=lan, now=NOW)
    assert "nobody may decide it" in item.task.what
    steps = stages(queries.request_view(number))
    assert [one.state for one in steps] == ["done", "ended", "now"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("What was erased", "Take the appeal back")), ("zh-hans", ("删除了什么", "撤回申诉"))],
)
def test_the_page_of_an_appealed_request_keeps_what_was_done_and_where_to_complain(
    shop: Company, settings: Settings, language: str, words: tuple[str, ...]
) -> None:
    view = driving.erased(CLEO)
    token = add_public_token(actor=CUSTOMER, now=NOW, number=view.number)
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = f"/privacy/request/{token}/"
    assert client.post(f"{page}appeal/", {"words": "Not mine"}).status_code == 302
    shown = client.get(page).content.decode()
    assert all(one in shown for one in words)
    assert f"{page}proof.json" in shown and complaint_words(laws_of(view))[:20] in shown
    assert client.post(f"{page}appeal/back/").status_code == 302
    assert driving.state(view.number) is State.DONE


def reopened(number: str) -> queries.RequestView:
    now = datetime.now(UTC)
    appealing.appeal(actor=CUSTOMER, now=now, number=number, words="Look again")
    appealing.reopen_request(actor=SECOND_APPROVER, now=now, number=number, reason="We look again")
    driving.work()
    assert driving.failures() == []
    return queries.request_view(number)


def chosen(label: int = 0) -> str:
    """Open an erasure that two people match, and have staff choose one of them."""
    number = driving.planned("erasure", "twin@example.com")
    found = queries.candidates_of(number)
    assert found is not None and len(found.people) == 2
    now = datetime.now(UTC)
    receiving.choose_candidates(actor=AGENT, now=now, number=number, chosen=[found.labels()[label]])
    driving.work()
    assert driving.state(number) is State.PLANNED
    return number


@pytest.mark.parametrize(("language", "words"), [("en", "any more"), ("zh-hans", "已找不到")])
def test_an_erasure_opened_again_whose_rows_are_gone_goes_to_staff_who_can_end_it(
    shop: Company, settings: Settings, language: str, words: str
) -> None:
    settings.DISCREET_DEMO = True
    view = reopened(driving.erased(CLEO).number)
    assert (view.state, view.candidates, working(view)) == (State.VERIFIED, 0, None)
    with override(language):
        assert words in gettext(next_of(view))
    assert [one.task.what for one in my_work(actor=AGENT, now=NOW)] == [deciding.TASK_NOBODY]
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    user = add("wei", Role.VIEWER, Role.AGENT)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/desk/requests/{view.number}/").content.decode()
    assert words in page and f"/desk/requests/{view.number}/plan/" not in page, "no button that only fails"
    deciding.refuse_request(actor=AGENT, now=NOW, number=view.number, reason="Erased before", article="")
    assert driving.state(view.number) is State.REFUSED


def test_a_person_chosen_in_the_first_round_stays_chosen(shop: Company) -> None:
    number = chosen()
    deciding.refuse_request(actor=APPROVER, now=datetime.now(UTC), number=number, reason="Claim", article="")
    assert (reopened(number).state, queries.request_view(number).candidates) == (State.PLANNED, 1)


def test_after_the_chosen_ones_erasure_nobody_else_is_taken_for_them(shop: Company) -> None:
    number = chosen()
    driving.approve(number)
    driving.work()
    assert shop.run("SELECT count(*) FROM customer WHERE email = 'twin@example.com'") == [(1,)]
    view = reopened(number)
    assert (view.state, view.candidates) == (State.VERIFIED, 0), "the other twin matches, and never asked"
