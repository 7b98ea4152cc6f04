"""What the pages of a request say: who is awaited, which clock is which, whose law, what became of a link."""

import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.desk.cases import my_work
from discreet.foundation.desk.people import actors_in_words
from discreet.foundation.rulepacks.law import Law
from discreet.mechanisms.rights import case_page, queries
from discreet.mechanisms.rights.actions import receiving
from discreet.mechanisms.rights.course import history
from discreet.mechanisms.rights.deciding.citations import citation
from discreet.mechanisms.rights.forms import StaffAskForm
from discreet.mechanisms.rights.matching.roots import FactKind
from discreet.mechanisms.rights.opening.residences import residence_words
from discreet.mechanisms.rights.readable import readable
from discreet.mechanisms.rights.refusals import WrongRequestState
from discreet.mechanisms.rights.rules import State
from discreet.mechanisms.rights.views import refusal_text, request_document
from discreet.vocabulary.actors import Role
from tests.foundation.sources.conftest import Company
from tests.foundation.staff.people import add
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, APPROVER, CLEO, CUSTOMER, NOW, VIEWER, who
from tests.mechanisms.rights.test_package import delivered, link_of, opened_zip

pytestmark = pytest.mark.django_db
TWIN = "twin@example.com"


def status_page(client: Client, number: str) -> str:
    token = add_public_token(actor=CUSTOMER, now=NOW, number=number)
    return client.get(f"/privacy/request/{token}/").content.decode()


@pytest.mark.parametrize(
    ("law", "exception"),
    [
        (Law.GDPR, "GDPR Art. 17(3)(b)"),
        (Law.PIPL, "PIPL Art. 47(2)"),
        (Law.CCPA, "Cal. Civ. Code 1798.105(d)(8)"),
    ],
)
def test_a_duty_is_shown_with_the_exception_of_the_persons_own_law(law: Law, exception: str) -> None:
    found = citation("GDPR Art. 17(3)(b); AO § 147(1) No. 4, (3); UStG § 14b(1)", laws=[law])
    assert (found.duty, found.exception) == ("AO § 147(1) No. 4, (3); UStG § 14b(1)", exception)


def test_unknown_residence_shows_the_exceptions_of_all_laws_of_the_company() -> None:
    found = citation("Art. 958f OR", laws=[Law.GDPR, Law.PIPL])
    assert found.exception == "GDPR Art. 17(3)(b); PIPL Art. 47(2)"


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        (
            'SELECT "public"."c"."id" FROM "public"."c" WHERE "public"."c"."id" = ANY (CAST(:k0 AS bigint[]))'
            " LIMIT :param_1::INTEGER",
            'SELECT "id" FROM "public"."c" WHERE "id" = ANY (‹keys›) LIMIT ‹bound›',
        ),
        (
            'SELECT "c"."id" FROM "c" WHERE lower("c"."email") IN (:k0) LIMIT :param_1 OFFSET :param_2',
            'SELECT "id" FROM "c" WHERE lower("email") IN (‹keys›) LIMIT ‹bound›',
        ),
        ("SELECT `c`.`id` FROM `c` WHERE (`c`.`a`, `c`.`b`) IN ((:k0, :k1))",
         "SELECT `id` FROM `c` WHERE (`a`, `b`) IN ((‹keys›))"),
    ],
)  # fmt: skip
def test_a_statement_is_shown_without_placeholders(statement: str, shown: str) -> None:
    assert readable(statement, bound="keys", limit="bound") == shown


def test_a_plan_shows_how_many_keys_and_what_becomes_of_each_field(shop: Company, desk: Client) -> None:
    page = desk.get(f"/desk/requests/{driving.planned('erasure', ANN)}/").content.decode()
    assert "DELETE FROM login WHERE id IN (‹2 keys›)" in page
    assert "note = NULL" in page and "Emptied: " in page
    assert ":k0" not in page and ":param" not in page and "OFFSET" not in page


def test_each_clock_says_what_it_asks_for(shop: Company, desk: Client) -> None:
    number = driving.opened("erasure", ANN)
    page = desk.get(f"/desk/requests/{number}/").content.decode()
    assert "Answer by" in page


def test_home_shows_when_the_answer_is_due_and_not_the_acknowledgement(shop: Company) -> None:
    number = receiving.receive_request(
        actor=AGENT, now=NOW, kind="erasure", claim=who(ANN), residence="US-CA", channel="shell"
    ).number
    (item,) = (one for one in my_work(actor=AGENT, now=NOW) if one.act == "Check the identity")
    view = queries.request_view(number)
    assert view.case.row.due_at is not None and view.due_at is not None
    assert item.due_at == view.due_at > view.case.row.due_at
    labels = {clock.label for clock in case_page.context(view, actor=AGENT, now=NOW)["clocks"]}
    assert labels == {"Acknowledge by", "Answer by"}


def test_a_page_without_proof_says_what_is_awaited_and_from_whom(shop: Company) -> None:
    number = driving.opened("erasure", ANN)
    for actor in (APPROVER, VIEWER):
        shown = case_page.context(queries.request_view(number), actor=actor, now=NOW)
        assert "Awaited from an agent" in shown["awaited"]


def test_a_request_and_its_downloads_are_kept_by_no_cache(shop: Company, desk: Client) -> None:
    number = driving.erased(ANN).number
    for name in ("", "letter.pdf", "proof.json"):
        response = desk.get(f"/desk/requests/{number}/{name}")
        assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")


def test_several_candidates_can_be_told_apart(shop: Company) -> None:
    shop.run("UPDATE customer SET deleted_at = '2024-07-01' WHERE id = 5")
    shop.run("INSERT INTO login VALUES (30, 4, '192.0.2.9', NULL)")
    number = driving.planned("erasure", TWIN)
    first, second = queries.roots_of(number).people  # type: ignore[union-attr]
    assert (FactKind.NAME, "T••• O••") in [(fact.kind, fact.text) for fact in first.facts]
    assert (FactKind.ROWS, "login 1") in [(fact.kind, fact.text) for fact in first.facts]
    assert (FactKind.DELETED, "2024-07-01") in [(fact.kind, fact.text) for fact in second.facts]
    assert "Twin" not in repr(first.facts + second.facts)


def test_no_plan_is_offered_before_somebody_is_chosen(shop: Company, desk: Client) -> None:
    number = driving.planned("erasure", TWIN)
    page = desk.get(f"/desk/requests/{number}/").content.decode()
    assert "people match: choose who it is" in page
    assert "Preview the plan" not in page


def test_who_is_chosen_on_the_page_is_who_stood_there(shop: Company, desk: Client) -> None:
    number = driving.planned("erasure", TWIN)
    page = desk.get(f"/desk/requests/{number}/").content.decode()
    first, second = re.findall('name="candidate" value="([0-9a-f]+)"', page)
    assert desk.post(f"/desk/requests/{number}/choose/", {"candidate": "0"}).status_code == 422
    assert desk.post(f"/desk/requests/{number}/choose/", {"candidate": second}).status_code == 302
    (one,) = queries.candidates_of(number).people
    assert [root.key for root in one.roots] == [(5,)]
    assert desk.post(f"/desk/requests/{number}/choose/", {"candidate": first}).status_code == 422


def test_a_kept_shared_row_says_why_in_both_languages(shop: Company) -> None:
    kept = request_document(driving.erased(ANN))["kept"]
    assert all(one["reason_en"] and one["reason_zh"] for one in kept)
    (shared,) = [one for one in kept if one["reason"] == "shared"]
    assert shared["reason_en"].startswith("Also used by others")


def test_a_request_for_a_copy_says_nothing_of_erasing(shop: Company, client: Client) -> None:
    cache.clear()
    number = driving.verified("access", ANN)
    assert "erase" not in status_page(client, number).lower().replace("/privacy/ask/erasure/", "")


def test_a_used_link_says_so_instead_of_offering_the_file(shop: Company, client: Client) -> None:
    cache.clear()
    number = delivered(ANN)
    path = f"/privacy/package/{number}/{link_of(number)}/"
    assert "Fetch my data" in client.get(path).content.decode()
    assert client.post(path).status_code == 200
    gone = client.get(path)
    assert (gone.status_code, "Fetch my data" in gone.content.decode()) == (410, False)


@pytest.mark.promise(26)
def test_a_link_that_is_wrong_or_too_old_offers_nothing(shop: Company) -> None:
    number = delivered(ANN)
    token, now = link_of(number), timezone.now()
    assert queries.is_package_ready(number, token, now=now)
    assert not queries.is_package_ready(number, token + "x", now=now)
    assert not queries.is_package_ready(number, token, now=now + timedelta(days=15))


def test_a_package_calls_no_column_of_a_person_not_personal(shop: Company) -> None:
    meaning = json.loads(opened_zip(delivered(ANN)).read("meaning.json"))
    assert "Not personal" not in json.dumps(meaning)
    assert meaning["shop.customer"]["id"]["en"] == "Technical identifier"
    assert meaning["shop.orders"]["placed_on"]["zh"] == "下单日期"


def test_a_refusal_names_the_state_in_the_readers_language() -> None:
    refusal = WrongRequestState(number="R-1", state="received")
    assert "“Waiting for proof of identity”" in refusal_text(refusal)
    with translation.override("zh-hans"):
        assert "“待核实身份”" in refusal_text(refusal)


def test_the_timeline_names_each_step_and_who_took_it(shop: Company, desk: Client) -> None:
    view = driving.erased(ANN)
    shown = [one for one in history.steps(view.number) if not one.is_work]
    told = [(one.title, one.detail) for one in shown]
    assert ("Received", "agent, at the command line") not in told
    assert any("Discreet" in detail for _, detail in told)
    assert "First decision: proposed" in {title for title, _ in told}
    assert "Second decision: approved" in {title for title, _ in told}
    page = desk.get(f"/desk/requests/{view.number}/").content.decode()
    assert "customer:customer" not in page and "system:discreet" not in page and "staff:" not in page


def test_actors_are_people_the_customer_or_discreet(db: None) -> None:
    add("wei", Role.AGENT)
    labels = {
        "staff:wei": "wei (agent)",
        "shell:wei (shell user root)": "wei (agent), at the command line of root",
        "shell:root": "root, at the command line",
        "api:wei (token crm)": "wei (agent), through the API token “crm”",
        "customer:customer": "The customer",
        "system:discreet": "Discreet",
    }
    assert actors_in_words(labels) == labels
    with translation.override("zh-hans"):
        assert actors_in_words(["staff:wei", "customer:customer"]) == {
            "staff:wei": "wei（经办人）",
            "customer:customer": "客户",
        }


def test_mail_and_bookkeeping_are_folded_behind_the_steps(shop: Company, desk: Client) -> None:
    number = driving.erased(ANN).number
    folded = [one.title for one in history.steps(number) if one.is_work]
    assert "Legal clocks started" in folded
    page = desk.get(f"/desk/requests/{number}/").content.decode()
    before, _, behind = page.partition('<details class="tl-work">')
    assert "Legal clocks started" not in before and "Legal clocks started" in behind


def test_the_address_of_a_wrong_code_leads_back_to_the_page(shop: Company, client: Client) -> None:
    """The browser stands there after a wrong code, and the page says to keep its address."""
    token = add_public_token(actor=CUSTOMER, now=NOW, number=driving.opened("erasure", CLEO))
    answer = client.post(f"/privacy/request/{token}/code/", {"code": "000000"})
    assert answer.status_code == 422
    back = client.get(f"/privacy/request/{token}/code/")
    assert (back.status_code, back["Location"]) == (302, f"/privacy/request/{token}/")


def test_a_plan_that_came_back_says_why(shop: Company) -> None:
    number = driving.planned("erasure", CLEO)
    assert history.sent_back(number) == ""
    driving.approve(number)
    shop.run("INSERT INTO login VALUES (29, 3, '192.0.2.9', NULL)")
    driving.work()
    assert queries.state_of_request(number) is State.PLANNED
    assert "changed after the approval" in history.sent_back(number)
    view = queries.request_view(number)
    assert case_page.context(view, actor=AGENT, now=timezone.now())["sent_back"]
    driving.approve(number)
    driving.work()
    assert history.sent_back(number) == ""
    assert queries.request_view(number).outcome == "erased"


@pytest.mark.parametrize(
    ("residence", "en", "zh"),
    [
        ("DE", "Germany", "德国"),
        ("US-CA", "California", "加利福尼亚州"),
        ("US-NY", "United States (NY)", "美国（NY）"),
        ("CN", "Mainland China", "中国大陆"),
        ("CN-HK", "Hong Kong SAR China", "中国香港特别行政区"),
        ("", "", ""),
    ],
)
def test_where_somebody_lives_is_said_in_the_readers_language(residence: str, en: str, zh: str) -> None:
    assert residence_words(residence) == en
    with translation.override("zh-hans"):
        assert residence_words(residence) == zh


def test_the_list_and_the_case_name_the_country(shop: Company, desk: Client) -> None:
    number = driving.opened("erasure", ANN)
    for page in ("/desk/requests/", f"/desk/requests/{number}/"):
        shown = desk.get(page).content.decode()
        assert "Germany" in shown and ">DE<" not in shown


def test_the_heading_of_the_list_counts_what_is_shown(shop: Company, desk: Client) -> None:
    driving.opened("erasure", ANN)
    headings = {
        query: re.findall("<h1>(.*?)</h1>", desk.get(f"/desk/requests/{query}").content.decode())
        for query in ("", "?state=ended", "?state=all", "?q=R-1")
    }
    assert headings == {
        "": ["1 request is overdue"],
        "?state=ended": ["No request has ended"],
        "?state=all": ["1 request in all"],
        "?q=R-1": ["1 request matches"],
    }


def test_the_form_of_staff_speaks_of_the_customer_and_takes_a_name(shop: Company, desk: Client) -> None:
    page = desk.get("/desk/requests/new/").content.decode()
    assert "Where the customer lives" in page
    assert "you" not in page.partition('<form class="panel narrow"')[2].partition("</form>")[0].lower()
    given = {"kind": "access", "email": ANN, "name": "Annabel Canary", "residence": "", "language": "en"}
    answer = desk.post("/desk/requests/new/", given)
    assert answer.status_code == 302
    claim = queries.claim_of(answer["Location"].rstrip("/").rpartition("/")[2])
    assert (claim.email, claim.name, claim.phone) == (ANN, "Annabel Canary", None)


@pytest.mark.parametrize(
    ("kind", "scope", "reasons", "status"),
    [
        ("objection", "profiling", "My own situation", 302),
        ("restriction", "", "The address is wrong", 302),
        ("consent_withdrawal", "marketing", "", 302),
        ("erasure", "marketing", "", 422),
        ("consent_withdrawal", "profiling", "", 422),
        ("access", "", "Because", 422),
    ],
)
def test_staff_note_what_a_request_is_about_and_why(
    shop: Company, desk: Client, kind: str, scope: str, reasons: str, status: int
) -> None:
    given = {"kind": kind, "email": ANN, "scope": scope, "reasons": reasons, "language": "en"}
    answer = desk.post("/desk/requests/new/", given)
    assert answer.status_code == status
    if status == 302:
        number = answer["Location"].rstrip("/").rpartition("/")[2]
        assert queries.request_view(number).course.scope == scope
        assert queries.words_sealed(number).reasons == reasons


@pytest.mark.parametrize(
    ("language", "words", "never"),
    [
        ("en", "There is nothing at this address", "There is no case"),
        ("zh-hans", "请求编号", "案件"),
    ],
)
def test_a_wrong_status_address_says_what_to_do(
    client: Client, language: str, words: str, never: str
) -> None:
    with translation.override(language):
        client.get(f"/privacy/language/{language}/")
    for path in ("", "code/", "letter.pdf"):
        with translation.override(language):
            answer = client.get(f"/privacy/request/wrong-token/{path}", follow=True)
        page = answer.content.decode()
        assert (answer.status_code, words in page, never in page) == (404, True, False)
        assert "/privacy/#progress" in page


def test_the_clock_that_was_met_is_named(shop: Company) -> None:
    number = receiving.receive_request(
        actor=CUSTOMER, now=NOW, kind="erasure", claim=who(ANN), residence="US-CA", channel="centre"
    ).number
    titles = [one.title for one in history.steps(number)]
    assert "Receipt acknowledged in time" in titles and "Answered in time" not in titles


def test_a_plan_previewed_again_is_not_told_as_another_plan(shop: Company, desk: Client) -> None:
    number = driving.planned("erasure", ANN)
    assert desk.post(f"/desk/requests/{number}/plan/").status_code == 302
    driving.work()
    titles = [step.title for step in history.steps(number)]
    assert titles.count("Plan made") == 1 and "Plan previewed again, unchanged" in titles


def test_the_key_of_who_was_found_does_not_read_as_a_count(shop: Company, desk: Client) -> None:
    page = desk.get(f"/desk/requests/{driving.planned('erasure', ANN)}/").content.decode()
    assert "shop.customer, key 1" in page


def test_nothing_says_of_a_row_that_nobody_checked_that_nothing_requires_it(
    shop: Company, desk: Client
) -> None:
    page = desk.get(f"/desk/requests/{driving.planned('erasure', ANN)}/").content.decode()
    assert "no duty to keep is stated for this table" in page and "nothing requires" not in page


def test_the_answer_is_by_default_in_the_language_of_the_page() -> None:
    with translation.override("zh-hans"):
        assert StaffAskForm()["language"].value() == "zh-hans"
    with translation.override("en"):
        assert StaffAskForm()["language"].value() == "en"
