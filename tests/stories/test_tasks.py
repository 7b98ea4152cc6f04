"""Six tasks of staff, each at most six clicks from the home page, in both languages.

A choice in a list counts two clicks: it is opened, then something in it is chosen. With DISCREET_PICTURES set to
a folder, each task leaves a picture there (`script/pictures`).
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import PHONE, choose
from tests.stories import visit
from tests.stories.house import House, open_house, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("tasks"), pytest.mark.duty("M8.4")]
LANGUAGES = ("en", "zh-hans")
AT_MOST = 6
FOLDER = os.environ.get("DISCREET_PICTURES", "")


class Hand:
    """Counts what a person clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, selector: str, *, leads_on: bool = True) -> None:
        self.clicks += 1
        if leads_on:
            visit.press(self.page, selector)
        else:
            self.page.click(selector)

    def choose(self, selector: str, value: str) -> None:
        self.clicks += 2
        self.page.select_option(selector, value)

    def type_choice(self, selector: str, words: str) -> None:
        """Type what filters the choices of a combobox, and take the one that is marked."""
        self.clicks += 2
        self.page.fill(selector, words)
        self.page.press(selector, "Enter")

    def load_until(self, selector: str) -> None:
        """Use the page's own link to load it again; a person who waits a moment longer clicks once."""
        self.clicks += 1

        def look() -> bool | None:
            if self.page.locator(selector).count():
                return True
            again = self.page.locator(".note a")
            if again.count():
                visit.press(self.page, ".note a")
            else:
                self.page.reload()
            return None

        until(look, selector)


def keep_picture(page: Page, name: str, language: str) -> None:
    """Keep a picture for the README where one is asked for."""
    if FOLDER:
        page.evaluate("document.activeElement && document.activeElement.blur()")
        page.screenshot(path=Path(FOLDER) / f"{name}.{language[:2]}.png")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, dict[str, str]]]:
    """The demo; an erasure that kept something, one that waits for a decision, a request to answer."""
    folder = tmp_path_factory.mktemp("tasks")
    with open_house(folder) as house:
        shutil.rmtree(house.home)
        house.run("demo", "--prepare-only")
        numbers = {"kept": "R-1005", "asked en": "R-1006", "asked zh-hans": "R-1007"}
        ask = ("rights", "open", "--residence", "CN", "--kind")
        house.run_all(
            [
                (*ask, "erasure", "--email", "anna.weber@example.org"),
                ("rights", "verify", "R-1005", "--reason", "Called back on the number in the account"),
                ("rights", "plan", "R-1005", "--as", "chen"),
                ("rights", "accept", "R-1005", "--as", "lena"),
                (*ask, "access", "--email", "chenwei@example.com"),
                (*ask, "access", "--email", "gang.lin@example.com"),
            ]
        )
        house.serve()
        until(lambda: house.json("rights", "show", "R-1005")["outcome"], "the erasure's outcome")
        yield house, numbers


@contextmanager
def at_home(browser: Browser, house: House, language: str, login: str) -> Iterator[Hand]:
    """Stand on the home page, signed in, and check the number of clicks at the end."""
    with visit.visitor(browser, house, language=language, login=login) as page:
        page.goto(f"{house.base}/desk/")
        hand = Hand(page)
        yield hand
        assert hand.clicks <= AT_MOST, hand.clicks


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_request_is_answered(browser: Browser, scene: tuple[House, dict[str, str]], language: str) -> None:
    house, numbers = scene
    number = numbers[f"asked {language}"]
    with at_home(browser, house, language, "chen") as hand:
        keep_picture(hand.page, "home", language)
        hand.click("a[href='/desk/requests/']")
        hand.click(f"a:text-is('{number}')")
        hand.page.fill("form[action$='/verify/'] [name=reason]", "Called back")
        hand.click("form[action$='/verify/'] button")
        hand.load_until("form[action$='/accept/'], a[href$='letter.pdf']")
        if hand.page.locator("form[action$='/accept/']").count():
            hand.click("form[action$='/accept/'] button")
    # What the law calls sensitive leaves only when a second person agrees.
    with at_home(browser, house, language, "lena") as hand:
        hand.page.goto(f"{house.base}/desk/requests/{number}/")
        if hand.page.locator("form[action$='/accept/']").count():
            hand.click("form[action$='/accept/'] button")
        visit.wait_for(hand.page, "a[href$='letter.pdf']")
        keep_picture(hand.page, "task-answer", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_kept_is_explained(
    browser: Browser, scene: tuple[House, dict[str, str]], language: str
) -> None:
    house, numbers = scene
    with at_home(browser, house, language, "viewer") as hand:
        hand.click("a[href='/desk/requests/']")
        hand.choose("select[name=state]", "ended")
        hand.click("main form[role=search] button")
        hand.click(f"a:text-is('{numbers['kept']}')")
        main = hand.page.locator("main")
        expect(main).to_contain_text("商店 / 发票" if language == "zh-hans" else "Shop / Invoice")
        expect(main).to_contain_text(
            "PIPL Art. 47(2)"
        )  # the person lives in China; the duty is the company's
        expect(main).to_contain_text("税法要求" if language == "zh-hans" else "Tax law requires")
        keep_picture(hand.page, "task-kept", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_latest_deadline_is_found(
    browser: Browser, scene: tuple[House, dict[str, str]], language: str
) -> None:
    """The list goes by deadline: the nearest stands first, the latest last."""
    house, _ = scene
    with at_home(browser, house, language, "chen") as hand:
        hand.click("a[href='/desk/requests/']")
        keep_picture(hand.page, "task-deadline", language)
        left = [
            int(re.sub(r"\D", "", text))
            for text in hand.page.locator("tbody td:last-child").all_inner_texts()
        ]
        assert len(left) > 1
        assert left == sorted(left)
        hand.click("tbody tr:last-child a")
        expect(hand.page.locator(".clock").first).to_be_visible()


@pytest.mark.parametrize(("language", "category"), [("en", "username"), ("zh-hans", "name")])
def test_the_category_of_a_field_is_corrected(
    browser: Browser, scene: tuple[House, dict[str, str]], language: str, category: str
) -> None:
    house, _ = scene
    with at_home(browser, house, language, "admin") as hand:
        hand.click("nav a[href='/desk/map/']")
        hand.click(".tree a:has(span:text-is('contacts'))")
        hand.click("td.name a:text-is('full_name')")
        keep_picture(hand.page, "task-category", language)
        hand.type_choice("#correct [role=combobox]", category)
        hand.click("form[action$='/correct/'] button", leads_on=False)
        expect(hand.page.locator("#map-notes .note")).to_be_visible()
    assert f"full_name: {category}" in house.run("map", "export", "support")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_erasure_is_proven(
    browser: Browser, scene: tuple[House, dict[str, str]], language: str, tmp_path: Path
) -> None:
    house, numbers = scene
    with at_home(browser, house, language, "auditor") as hand:
        hand.click("[data-search]", leads_on=False)
        hand.page.keyboard.type(numbers["kept"])
        with hand.page.expect_navigation():
            hand.page.keyboard.press("Enter")
        hand.click(f"main a[href$='/desk/requests/{numbers['kept']}/']")
        keep_picture(hand.page, "task-prove", language)
        with hand.page.expect_download() as download:
            hand.click("a[href$='/proof.json']", leads_on=False)
        path = tmp_path / "proof.json"
        download.value.save_as(path)
    assert json.loads(path.read_text(encoding="utf-8"))
    assert house.verifies(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_the_readme(
    browser: Browser, scene: tuple[House, dict[str, str]], language: str
) -> None:
    """What a customer sees on a phone, and the plan that two people decide about."""
    house, _ = scene
    with visit.visitor(browser, house, language=language) as page:
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        page.goto(f"{house.base}/privacy/")
        keep_picture(page, "centre", language)
        visit.ask(page, house, {"email": "nobody@example.org"})
        keep_picture(page, "status", language)
    with at_home(browser, house, language, "lena") as hand:
        hand.click("a[href='/desk/requests/']")
        hand.click("tr:has(.chip.warn) a")
        expect(hand.page.locator("form[action$='/accept/']")).to_have_count(1)
        keep_picture(hand.page, "plan", language)
        choose(hand.page, house.base, language=language, theme="dark")
        hand.page.reload()
        keep_picture(hand.page, "plan-dark", language)


@pytest.mark.duty("M9.1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rule_behind_a_deadline_is_read(
    browser: Browser, scene: tuple[House, dict[str, str]], language: str
) -> None:
    """From the matrix of duties to one that drives something, and from there to a case under it."""
    house, _ = scene
    with at_home(browser, house, language, "viewer") as hand:
        hand.click("a[href='/desk/law/']")
        keep_picture(hand.page, "law", language)
        hand.click("a[href$='law=cn-pipl&use=driving']")
        hand.click("a[href$='/duties/CN-DSR-30D/']")
        main = hand.page.locator("main")
        expect(main).to_contain_text("30 个日历日" if language == "zh-hans" else "30 calendar days")
        hand.click(".work a >> nth=0")
        expect(hand.page.locator(".clock").first).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_at_the_desk(
    browser: Browser, scene: tuple[House, dict[str, str]], language: str, tmp_path: Path
) -> None:
    """What is new, what is due and where a field stands: each a click or a few keys from home."""
    house, _ = scene
    with at_home(browser, house, language, "chen") as hand:
        hand.click("a.bell")
        expect(hand.page.locator("h1")).to_be_visible()
        keep_picture(hand.page, "notifications", language)
        hand.click(".side a[href='/desk/calendar/']")
        hand.click("a[rel=next]")
        expect(hand.page.locator(".cal .tick").first).to_be_visible()
        keep_picture(hand.page, "calendar", language)
        with hand.page.expect_download() as download:
            hand.click("a[href$='deadlines.ics']", leads_on=False)
        download.value.save_as(tmp_path / "deadlines.ics")
        hand.page.keyboard.press("/")
        hand.page.keyboard.type("email")
        with hand.page.expect_navigation():
            hand.page.keyboard.press("Enter")
        expect(hand.page.locator("main .hits a[href*='/desk/map/']").first).to_be_visible()
        keep_picture(hand.page, "search", language)
    assert "SUMMARY:R-" in (tmp_path / "deadlines.ics").read_text(encoding="utf-8")
