"""What customer and staff do in the browser, by selectors that hold in every language."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from tests.browser.harness import DESKTOP, choose, sign_in
from tests.stories.house import PASSWORD, House, until

CODE = re.compile(r"\b(\d{6,10})\b")


@contextmanager
def visitor(browser: Browser, house: House, *, language: str, login: str = "") -> Iterator[Page]:
    """Yield a page of a browser profile of its own, signed in if a login is given."""
    context = browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, accept_downloads=True)
    context.set_default_timeout(10_000)
    page = context.new_page()
    choose(page, house.base, language=language)
    if login:
        sign_in(page, house.base, login, PASSWORD)
    yield page
    context.close()


def ask(page: Page, house: House, claim: Mapping[str, str], *, kind: str = "erasure") -> str:
    """Ask on the privacy centre's page and return the address of the status page."""
    page.goto(f"{house.base}/privacy/")
    page.click(f"a[href$='/ask/{kind}/']")
    for name, value in claim.items():
        if name == "residence":
            page.select_option("[name=residence]", value)
        else:
            page.fill(f"[name={name}]", value)
    # nobody fills a form in less than three seconds: the page refuses it
    until(lambda: page.evaluate("performance.now() > 3300") or None, "a person's pace")
    with page.expect_navigation():
        page.click("main form button.btn-primary")
    assert "/privacy/request/" in page.url, page.inner_text("main")
    return page.url


def number_on(page: Page) -> str:
    found = re.search(r"R-\d+", page.inner_text("main"))
    assert found, page.inner_text("main")
    return found.group()


def code_from_mail(house: House, mailbox: str) -> str:
    """Return the code that went to the contact held, and to nobody else."""

    def find() -> str | None:
        for mail in house.mails():
            body = mail.get_body(preferencelist=("plain",))
            found = CODE.search(str(body.get_content())) if body else None
            if found and mailbox in str(mail["To"]):
                return found.group(1)
        return None

    return until(find, f"a code\n{house.log()}")


def enter_code(page: Page, code: str) -> None:
    page.fill("[name=code]", code)
    with page.expect_navigation():
        page.click("form[action$='/code/'] button")


def wait_for(page: Page, selector: str) -> None:
    """Load the page again until it shows something."""

    def look() -> bool | None:
        page.reload()
        return page.locator(selector).count() > 0 or None

    until(look, selector)


def press(page: Page, selector: str) -> None:
    """Press a button that leads to a page."""
    with page.expect_navigation():
        page.click(selector)


def open_request(page: Page, house: House, number: str) -> None:
    """Go from the desk's home to a request by what stands there."""
    page.goto(f"{house.base}/desk/requests/")
    press(page, f"a:text-is('{number}')")
