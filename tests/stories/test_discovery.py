"""A new user connects a database, writes no map, looks through what was found, and erases with proof."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.servers import Server
from tests.stories import companies, visit
from tests.stories.companies import Company
from tests.stories.erasing import LANGUAGES, erase_and_prove
from tests.stories.house import House, open_house

pytestmark = [pytest.mark.browser, pytest.mark.duty("M8.4")]


FOUND = {"northwind": ("customers", "employees", "suppliers"), "mall": ("ums_member", "ums_admin")}
#: The map is drawn once a company, so each is looked through in a language of its own.
LOOKED_THROUGH_IN = {"northwind": "zh-hans", "mall": "en"}
IN_WORDS = {
    "en": ("Where personal data is held", "wait for confirmation", "everything is confirmed"),
    "zh-hans": ("个人信息在哪里", "待确认", "全部已确认"),
}


def _northwind(company: Company) -> Company:
    """Ask for the customers by phone: their five letters are a key and no number that they know."""
    phones = {"en": ("030-0074321", "DE"), "zh-hans": ("(307) 555-4680", "US")}
    people = {
        language: replace(person, claim={"phone": phones[language][0], "residence": phones[language][1]})
        for language, person in company.people.items()
    }
    return replace(company, people=people)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("northwind", marks=[pytest.mark.postgresql, pytest.mark.xdist_group("found-northwind")]),
        pytest.param("mall", marks=[pytest.mark.mariadb, pytest.mark.xdist_group("found-mall")]),
    ],
)
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, Company]]:
    """A house that serves one of the companies, connected and without a map."""
    folder = tmp_path_factory.mktemp("found")
    with ExitStack() as stack:
        servers = {"northwind": "postgresql_server", "mall": "mariadb_server"}
        server: Server = request.getfixturevalue(servers[request.param])
        fill = companies.northwind if request.param == "northwind" else companies.mall
        company = stack.enter_context(fill(server))
        if request.param == "northwind":
            company = _northwind(company)
        house = stack.enter_context(open_house(folder))
        names = ("--name-en", "Story Ltd", "--name-zh", "故事公司", "--phone-region", "CN")
        people = {"chen": "agent", "lena": "approver", "adm": "administrator"}
        house.add_staff(people, ("company", "set", *names))
        house.serve()
        yield house, company


def _look_through(browser: Browser, house: House, company: Company) -> None:
    """Connect on the desk, watch the scan, look at what was found in each way, and confirm it."""
    (source,) = company.sources
    language = LOOKED_THROUGH_IN[source.name]
    overview, waits, confirmed = IN_WORDS[language]
    with visit.visitor(browser, house, language=language, login="adm") as admin:
        admin.goto(f"{house.base}/desk/map/connect/")
        admin.fill("[name=name]", source.name)
        admin.fill("[name=url]", source.url)
        admin.fill("[name=write_url]", source.url)
        visit.press(admin, "main form button.btn-primary")
        assert "/scan/" in admin.url, admin.inner_text("main")
        progress = admin.locator("#scan-progress [role=progressbar]")
        expect(progress).to_have_attribute("aria-valuenow", "100", timeout=90_000)
        admin.reload()
        assert all(table in admin.inner_text("main") for table in FOUND[source.name])
        admin.goto(f"{house.base}/desk/map/overview/")
        expect(admin.locator("h1")).to_have_text(overview)
        for path in ("", "fields/", f"source/{source.name}/graph/"):
            admin.goto(f"{house.base}/desk/map/{path}")
            expect(admin.locator("main")).to_contain_text(FOUND[source.name][0] if path else source.name)
        admin.goto(f"{house.base}/desk/map/source/{source.name}/")
        expect(admin.locator("h1")).to_contain_text(waits)
        visit.press(admin, "a[href$='/confirm/']")
        visit.press(admin, "form[action$='/confirm/'] button")
        expect(admin.locator("a[href$='/confirm/']")).to_have_count(0)
        expect(admin.locator("h1")).to_contain_text(confirmed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_scan_found_and_a_person_confirmed_is_enough_to_erase_with_proof(
    browser: Browser, scene: tuple[House, Company], language: str, tmp_path: Path
) -> None:
    house, company = scene
    if company.sources[0].name not in house.run("sources"):
        _look_through(browser, house, company)
    erase_and_prove(browser, house, company, language, tmp_path)
