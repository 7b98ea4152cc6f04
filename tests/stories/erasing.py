"""An erasure step by step through the browser, and what must be true of the databases afterwards."""

import json
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.stories import companies, visit
from tests.stories.companies import Company, Person
from tests.stories.house import House

LANGUAGES = ("en", "zh-hans")
ENDINGS = {  # as far as everything could be searched
    ("erased", "en"): re.compile("Erased( wherever we could search)?"),
    ("erased", "zh-hans"): re.compile("已删除(可检索范围内的个人信息)?"),
    ("erased_except_kept", "en"): re.compile("Erased( wherever we could search)?, except what must be kept"),
    ("erased_except_kept", "zh-hans"): re.compile("已删除(可检索范围内的个人信息)?（依法保留部分除外）"),
}


def erase_and_prove(browser: Browser, house: House, company: Company, language: str, folder: Path) -> None:
    """From the customer's first click to a proof that a stranger accepts; then look into the databases."""
    person = company.people[language]
    before, theirs = company.rows(), company.keys_of(person)
    assert all(theirs[table] for table in person.gone), "the person stands in every table they must leave"
    with visit.visitor(browser, house, language=language) as customer:
        number = _ask_and_prove(customer, browser, house, person, language)
        _decide(browser, house, number, language)
        _read_the_answer(customer, person, language)
        proof = _download_proof(customer, folder)
    _check_as_a_stranger(house, proof, number, person, language)
    _check_the_databases(company, person, before, theirs)


def _ask_and_prove(page: Page, browser: Browser, house: House, person: Person, language: str) -> str:
    visit.ask(page, house, person.claim)
    number = visit.number_on(page)
    if person.mailbox:
        visit.enter_code(page, visit.code_from_mail(house, person.mailbox))
        return number
    with visit.visitor(browser, house, language=language, login="chen") as agent:  # no address is held
        visit.open_request(agent, house, number)
        agent.fill("form[action$='/verify/'] [name=reason]", "Called back on the number in the account.")
        visit.press(agent, "form[action$='/verify/'] button")
    return number


def _decide(browser: Browser, house: House, number: str, language: str) -> None:
    with visit.visitor(browser, house, language=language, login="chen") as agent:
        visit.open_request(agent, house, number)
        visit.wait_for(agent, "form[action$='/accept/']")
        expect(agent.locator("main")).to_contain_text("DELETE FROM")
        visit.press(agent, "form[action$='/accept/'] button")
        expect(agent.locator("form[action$='/accept/']")).to_have_count(0)
    with visit.visitor(browser, house, language=language, login="lena") as approver:
        visit.open_request(approver, house, number)
        visit.press(approver, "form[action$='/accept/'] button")
        visit.wait_for(approver, f"a[href$='/{number}/letter.pdf']")


def _read_the_answer(page: Page, person: Person, language: str) -> None:
    visit.wait_for(page, "a[href$='proof.json']")
    expect(page.locator("h1")).to_have_text(ENDINGS[person.outcome, language])
    if person.outcome == "erased_except_kept":
        by_law = page.locator(".kept", has_text="AO § 147")
        expect(by_law).to_have_count(1)
        expect(by_law).to_contain_text("商店 / 发票" if language == "zh-hans" else "Shop / Invoice")
        expect(by_law).to_contain_text("税法" if language == "zh-hans" else "Tax law")


def _download_proof(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.click("a[href$='proof.json']")
    path = folder / "proof.json"
    download.value.save_as(path)
    return path


def _check_as_a_stranger(house: House, proof: Path, number: str, person: Person, language: str) -> None:
    said = house.verifies(proof, language[:2])
    assert number in said
    text = proof.read_text(encoding="utf-8")
    assert not [value for value in person.secrets if value in text]
    endings = [fact for fact in _facts(json.loads(text)) if "outcome" in fact]
    assert [fact["outcome"] for fact in endings] == [person.outcome]


def _facts(bundle: object) -> list[dict[str, object]]:
    """Return the facts of every erasure that ended, wherever the bundle keeps its entries."""
    found: list[dict[str, object]] = []
    if isinstance(bundle, dict):
        if bundle.get("act") == "rights.finish_erasure":
            found.append(bundle["facts"])
        for part in bundle.values():
            found += _facts(part)
    elif isinstance(bundle, list):
        for part in bundle:
            found += _facts(part)
    elif isinstance(bundle, str) and bundle.startswith("{"):
        found += _facts(json.loads(bundle))
    return found


def _check_the_databases(
    company: Company,
    person: Person,
    before: companies.Rows,
    theirs: dict[str, set[tuple[object, ...]]],
) -> None:
    after = company.rows()
    for table, rows in before.items():
        changed = {key for key, row in rows.items() if after[table].get(key) != row}
        assert changed <= theirs.get(table, set()), f"{table}: somebody else's row changed"
        assert set(after[table]) <= set(rows), f"{table}: a row appeared"
    for table in person.gone:
        assert not theirs[table] & set(after[table]), table
    left = [
        (table, key)
        for table, rows in after.items()
        for key, row in rows.items()
        if any(secret in str(value) for value in row for secret in person.secrets)
    ]
    assert left == []
