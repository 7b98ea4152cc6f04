"""An erasure from the customer's first click to a proof checked elsewhere, on three companies' databases."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.servers import Server
from tests.stories import companies
from tests.stories.companies import Company
from tests.stories.erasing import LANGUAGES, erase_and_prove
from tests.stories.house import House, open_house

pytestmark = [pytest.mark.browser, pytest.mark.promise(1), pytest.mark.duty("M8.4"), pytest.mark.duty("M8.1")]


def _furnish(house: House, company: Company, folder: Path) -> None:
    """Connect and map the company by the command line, and serve it."""
    path = folder / "map.yaml"
    path.write_text(company.map_text, encoding="utf-8")
    names = ("--name-en", "Story Ltd", "--name-zh", "故事公司", "--phone-region", "CN")
    connects = [("connect", one.name, one.url, "--write-url", one.url) for one in company.sources]
    people = {"chen": "agent", "lena": "approver"}
    house.add_staff(people, ("company", "set", *names), *connects, ("map", "apply", str(path)))
    house.serve()


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("sample", marks=pytest.mark.xdist_group("story-sample")),
        pytest.param("northwind", marks=[pytest.mark.postgresql, pytest.mark.xdist_group("story-northwind")]),
        pytest.param("mall", marks=[pytest.mark.mariadb, pytest.mark.xdist_group("story-mall")]),
    ],
)
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, Company]]:
    """A house that serves one of the companies."""
    folder = tmp_path_factory.mktemp("story")
    with ExitStack() as stack:
        if request.param == "sample":
            company = stack.enter_context(companies.sample(folder / "sample"))
        else:
            servers = {"northwind": "postgresql_server", "mall": "mariadb_server"}
            server: Server = request.getfixturevalue(servers[request.param])
            fill = companies.northwind if request.param == "northwind" else companies.mall
            company = stack.enter_context(fill(server))
        house = stack.enter_context(open_house(folder))
        _furnish(house, company, folder)
        yield house, company


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_erasure_goes_from_the_privacy_centre_to_a_proof_that_a_stranger_accepts(
    browser: Browser, scene: tuple[House, Company], language: str, tmp_path: Path
) -> None:
    house, company = scene
    erase_and_prove(browser, house, company, language, tmp_path)
