"""Every right from the person's first click to what the places hold: two databases and a folder of CSV files."""

import io
import json
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core.signing import b64_decode
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.harness import choose
from tests.foundation.papers import files
from tests.servers import Server
from tests.stories import three_places, visit
from tests.stories.house import House, open_house, until
from tests.stories.three_places import LANGUAGES, MAP, PEOPLE, STORIES, Person, Places, Rows, where

pytestmark = [
    pytest.mark.browser,
    pytest.mark.postgresql,
    pytest.mark.xdist_group("every-right"),
]
AGENT_CONTACT = "office@lawyers.example.net"


@dataclass
class Scene:
    """One installation over the three places; staff sign in once and stay."""

    house: House
    places: Places
    browser: Browser
    stack: ExitStack
    signed_in: dict[str, Page] = field(default_factory=dict)

    def staff(self, login: str, language: str) -> Page:
        if login not in self.signed_in:
            entered = visit.visitor(self.browser, self.house, language=language, login=login)
            self.signed_in[login] = self.stack.enter_context(entered)
        page = self.signed_in[login]
        choose(page, self.house.base, language=language)
        return page

    def at_request(self, login: str, language: str, number: str) -> Page:
        page = self.staff(login, language)
        visit.open_request(page, self.house, number)
        return page

    def approve_by_two(self, language: str, number: str) -> None:
        """One person proposes what stands on the page, another approves; the first cannot do both."""
        agent = self.at_request("chen", language, number)
        visit.wait_for(agent, "form[action$='/accept/']")
        visit.press(agent, "form[action$='/accept/'] button")
        expect(agent.locator("form[action$='/accept/']")).to_have_count(0)
        approver = self.at_request("lena", language, number)
        visit.press(approver, "form[action$='/accept/'] button")

    def ask_and_prove(self, page: Page, person: Person, kind: str) -> str:
        """Ask in the privacy centre and enter the code that came to the address held."""
        visit.ask(page, self.house, {"email": person.email, "residence": person.residence}, kind=kind)
        number = visit.number_on(page)
        visit.enter_code(page, visit.code_from_mail(self.house, person.email))
        return number

    def mails_about(self, number: str) -> list[EmailMessage]:
        return [mail for mail in self.house.mails() if number in text_of(mail)]


@pytest.fixture(scope="module")
def scene(
    tmp_path_factory: pytest.TempPathFactory, postgresql_server: Server, browser: Browser
) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("every-right")
    with ExitStack() as stack:
        places = stack.enter_context(three_places.filled(folder, postgresql_server))
        house = stack.enter_context(open_house(folder))
        path = folder / "map.yaml"
        path.write_text(MAP, encoding="utf-8")
        names = ("--name-en", "Story Ltd", "--name-zh", "故事公司", "--phone-region", "DE")
        connects = [("connect", name, url, "--write-url", url) for name, url in places.urls.items()]
        people = {"chen": "agent", "lena": "approver", "admin": "administrator"}
        house.add_staff(people, ("company", "set", *names), *connects, ("map", "apply", str(path)))
        house.serve()
        yield Scene(house=house, places=places, browser=browser, stack=stack)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(preferencelist=("plain",))
    return f"{mail['Subject']}\n{body.get_content() if body else ''}"


def said(language: str, en: str, zh: str) -> str:
    return zh if language == "zh-hans" else en


def download(page: Page, selector: str, path: Path) -> Path:
    with page.expect_download() as started:
        page.click(selector)
    started.value.save_as(path)
    return path


def only_theirs_changed(before: Rows, after: Rows, *people: Person) -> None:
    """Nobody else's row is another one, and no row came."""
    for table, rows in before.items():
        theirs = set().union(*(person.keys.get(table, set()) for person in people))
        changed = {key for key, row in rows.items() if after[table].get(key) != row}
        assert changed <= theirs, f"{table}: somebody else's row changed"
        assert set(after[table]) <= set(rows), f"{table}: a row appeared"


# --- a copy ---


@pytest.mark.duty("M8.1")
@pytest.mark.duty("M8.2")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_copy_is_whole_and_holds_nobody_else(
    browser: Browser, scene: Scene, language: str, tmp_path: Path
) -> None:
    person = PEOPLE["copy", language]
    with visit.visitor(browser, scene.house, language=language) as page:
        number = scene.ask_and_prove(page, person, "access")
        scene.approve_by_two(language, number)  # allergies are sensitive
        path = fetch(page, scene, person, number, tmp_path)
        visit.wait_for(page, "a[href$='proof.json']")
    text = assert_is_whole_and_theirs(path, person)
    assert "orask" in text, "of the note that names another person, the rest is there"


def fetch(page: Page, scene: Scene, person: Person, number: str, folder: Path) -> Path:
    """Follow the link that came to the address held, and press the button there."""

    def link() -> str | None:
        for mail in scene.mails_about(number):
            found = [one for one in text_of(mail).split() if f"/privacy/package/{number}/" in one]
            if found:
                assert str(mail["To"]).lower() == person.email
                return found[0]
        return None

    page.context.new_page().goto(until(link, f"the package\n{scene.house.log()}"))
    opened = page.context.pages[-1]
    path = download(opened, "main form button", folder / "package.zip")
    opened.reload()
    assert opened.locator("main form").count() == 0, "a link works once"
    opened.close()
    return path


def assert_is_whole_and_theirs(path: Path, person: Person) -> str:
    """Compare a package with the places; return all its words, without blanks."""
    with zipfile.ZipFile(path) as archive:
        found = json.loads(archive.read("data.json"))["sources"]
        text = three_places.squeezed("\n".join(archive.read(one).decode() for one in archive.namelist()))
    rows = {
        f"{source}.{table}": len(held) for source, tables in found.items() for table, held in tables.items()
    }
    assert rows == {table: len(keys) for table, keys in person.keys.items()}
    assert [word for word in person.words if three_places.squeezed(word) not in text] == []
    others = [one for one in PEOPLE.values() if one is not person]
    assert [
        word for one in others for word in one.words if three_places.squeezed(word).lower() in text.lower()
    ] == []
    return text


# --- a correction ---


@pytest.mark.duty("M8.4")
@pytest.mark.parametrize(
    ("language", "kind", "new"), [("en", "phone", "+49 30 90 18 77 41"), ("zh-hans", "name", "林晓岚")]
)
def test_a_correction_stands_everywhere_and_the_old_value_nowhere(
    browser: Browser, scene: Scene, tmp_path: Path, language: str, kind: str, new: str
) -> None:
    person = PEOPLE["correct", language]
    old = person.phone if kind == "phone" else person.name
    before = scene.places.rows()
    held = {"shop.customer", "club.member", "crm.contacts"}
    assert where(before, person.digits if kind == "phone" else old) == held
    with visit.visitor(browser, scene.house, language=language) as page:
        claim = {"email": person.email, "residence": person.residence, "old_1": old, "new_1": new}
        page.goto(f"{scene.house.base}/privacy/")
        number = ask_for_correction(page, scene, claim, kind)
        visit.enter_code(page, visit.code_from_mail(scene.house, person.email))
        scene.approve_by_two(language, number)
        visit.wait_for(page, "a[href$='proof.json']")
        expect(page.locator("main")).to_contain_text(said(language, "What was corrected", "已更正的内容"))
        proof = download(page, "a[href$='proof.json']", tmp_path / "proof.json")
    assert number in scene.house.verifies(proof, language[:2])
    assert not [word for word in (old, new, person.email) if word in proof.read_text(encoding="utf-8")]
    after = scene.places.rows()
    assert where(after, person.digits if kind == "phone" else old) == set()
    assert where(after, three_places.squeezed(new)[-8:]) == held
    only_theirs_changed(before, after, person)


def ask_for_correction(page: Page, scene: Scene, claim: dict[str, str], kind: str) -> str:
    page.click("a[href$='/ask/rectification/']")
    page.select_option("[name=residence]", claim.pop("residence"))
    page.select_option("[name=kind_1]", kind)
    for name, value in claim.items():
        page.fill(f"[name={name}]", value)
    until(lambda: page.evaluate("performance.now() > 3300") or None, "a person's pace")
    visit.press(page, "main form button.btn-primary")
    return visit.number_on(page)


# --- an erasure that keeps a part ---


@pytest.mark.promise(1)
@pytest.mark.duty("M8.4")
@pytest.mark.duty("M8.3")
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_erasure_keeps_what_tax_law_wants_and_says_so_in_letter_and_proof(
    browser: Browser, scene: Scene, language: str, tmp_path: Path
) -> None:
    person = PEOPLE["erase", language]
    before, lines = scene.places.rows(), scene.places.lines()
    with visit.visitor(browser, scene.house, language=language) as page:
        number = scene.ask_and_prove(page, person, "erasure")
        scene.approve_by_two(language, number)
        visit.wait_for(page, "a[href$='proof.json']")
        kept = page.locator(".kept", has_text="AO § 147")
        expect(kept).to_contain_text(said(language, "Tax law requires invoices", "税法要求发票"))
        letter = download(page, "a.btn-primary[href$='letter.pdf']", tmp_path / "letter.pdf")
        proof = download(page, "a[href$='proof.json']", tmp_path / "proof.json")
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(letter.read_bytes())).pages)
    assert number in words and "AO§147" in "".join(words.split()), words
    assert number in scene.house.verifies(proof, language[:2])
    assert not [word for word in person.words if word in proof.read_text(encoding="utf-8")]
    after = scene.places.rows()
    left = {table for table, keys in person.keys.items() if keys & set(after[table])}
    assert left == {"shop.invoice"}
    assert after["shop.invoice"][f"{person.number}5"][2] == person.name, "what the law wants stays as it was"
    assert [word for word in person.words if where(after, word) - {"shop.invoice"}] == []
    only_theirs_changed(before, after, person)
    assert scene.places.lines() == without(lines, person), "every other byte of the files stays"


def without(lines: dict[str, list[bytes]], *people: Person) -> dict[str, list[bytes]]:
    starts = tuple(
        f"{key},".encode()
        for person in people
        for table, keys in person.keys.items()
        if table.startswith("crm.")
        for key in keys
    )
    return {name: [line for line in held if not line.startswith(starts)] for name, held in lines.items()}


# --- an opt-out by the browser's signal ---


@pytest.mark.duty("M8.1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_browsers_signal_opts_out_within_a_second(browser: Browser, scene: Scene, language: str) -> None:
    person = PEOPLE["choice", language]
    may = asking(scene, language)
    assert may(email=person.email)
    with visit.visitor(browser, scene.house, language=language) as page:
        page.set_extra_http_headers({"Sec-GPC": "1"})
        page.goto(f"{scene.house.base}/privacy/choices/")
        assert not may(device=device_of(page))
        expect(page.locator(".note.good")).to_contain_text(
            said(language, "Opt-out request honoured", "已执行您的选择退出请求")
        )
        page.fill("[name=contact]", person.email)
        visit.press(page, "button[value=opt_out]")
        assert not may(email=person.email.upper())
        expect(page.locator("h1")).to_have_text(said(language, "Your choice is in force", "您的选择已生效"))
    assert may(email=PEOPLE["copy", language].email), "nobody else opted out"


def asking(scene: Scene, language: str) -> Callable[..., bool]:
    """Make a token on the desk, and return how the company's own programs ask before they sell or share."""
    page = scene.staff("admin", language)
    page.goto(f"{scene.house.base}/desk/staff/tokens/add/")
    page.fill("[name=name]", f"Shop {language}")
    page.select_option("[name=owner]", "chen")
    page.check("[name=scopes][value='choices:read']")
    visit.press(page, "main form button.btn-primary")
    token = page.inner_text("#secret")

    def may(**person: str) -> bool:
        body = {"person": person, "purpose": "DirectMarketing", "sold_or_shared": True}
        asked = urllib.request.Request(
            f"{scene.house.base}/api/v1/permission/check",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return bool(json.load(answer)["allowed"])

    return may


def device_of(page: Page) -> str:
    """Return the id that the browser's own cookie carries."""
    (cookie,) = (one for one in page.context.cookies() if one["name"] == "discreet_choices")
    name: str = json.loads(b64_decode(cookie["value"].split(":")[0].encode()))
    return name


# --- somebody asks for another ---


@pytest.mark.duty("M8.2")
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_agent_asks_with_permission_and_code_and_only_the_person_gets_the_answer(
    browser: Browser, scene: Scene, language: str, tmp_path: Path
) -> None:
    person, paper = PEOPLE["agent", language], tmp_path / "permission.pdf"
    paper.write_bytes(files.pdf(1, f"I permit my lawyer to ask. {person.name}"))
    with visit.visitor(browser, scene.house, language=language) as agent:
        number = ask_as_agent(agent, scene, person)
        code = visit.code_from_mail(scene.house, person.email)  # the person hands it on
        visit.enter_code(agent, code)
        assert agent.locator("section .kept").count() == 1, "a code alone proves no permission"
        agent.reload()  # the permission is asked for by itself
        agent.set_input_files("[name=paper]", paper)
        visit.press(agent, "form[action*='/privacy/papers/'] button")
        look_at_paper(scene, language, number)
        scene.approve_by_two(language, number)
        with visit.visitor(browser, scene.house, language=language) as theirs:
            path = fetch(theirs, scene, person, number, tmp_path)
        agent.reload()
        assert agent.locator("a[href$='proof.json']").count() == 0, "the answer is the person's own"
        assert "/privacy/package/" not in agent.content()
        assert not [word for word in person.words if word in agent.content()]
    assert_is_whole_and_theirs(path, person)
    told = until(lambda: told_agent(scene, number), "the agent is told")
    assert not [word for word in person.words if word in told] and "/privacy/package/" not in told
    assert {str(mail["To"]).lower() for mail in scene.mails_about(number)} == {person.email, AGENT_CONTACT}


def told_agent(scene: Scene, number: str) -> str:
    """Return the one mail that tells the agent that there is an answer."""
    return "".join(str(mail) for mail in scene.mails_about(number) if str(mail["To"]) == AGENT_CONTACT)


def ask_as_agent(page: Page, scene: Scene, person: Person) -> str:
    page.goto(f"{scene.house.base}/privacy/")
    page.click("a[href$='/ask/access/']")
    visit.press(page, "main a[href='?for=another']")
    page.check("[name=requester][value=agent]")
    for name, value in {
        "who_name": "Ms Lawyer",
        "who_contact": AGENT_CONTACT,
        "relation": "lawyer",
        "email": person.email,
        "phone": person.phone,  # a third data point, beside what the code proves
    }.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=residence]", person.residence)
    until(lambda: page.evaluate("performance.now() > 3300") or None, "a person's pace")
    visit.press(page, "main form button.btn-primary")
    return visit.number_on(page)


def look_at_paper(scene: Scene, language: str, number: str) -> None:
    """See the paper once, note what it is, and take the authority as proven."""
    page = scene.at_request("chen", language, number)
    assert page.locator("form[action$='/accept/']").count() == 0, (
        "nothing is decided before permission is seen"
    )
    visit.press(page, "main a[href^='/desk/papers/']")
    page.fill("[name=reason]", "Is it signed?")
    visit.press(page, "form[action$='/show/'] button")
    page.wait_for_selector("img.paper-x")
    page.select_option("[name=seen]", "signed_permission")
    page.check("[name=answer][value=yes]")
    visit.press(page, "form[action$='/check/'] button")
    page = scene.at_request("chen", language, number)
    if page.locator("[name=authority_reason]").count():
        page.fill("[name=authority_reason]", "Signed permission seen")
        visit.press(page, "form[action$='/authorise/'] button")


# --- a list of requests ---


@pytest.mark.promise(1)
@pytest.mark.duty("M8.5")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_is_looked_over_imported_approved_once_and_erased(
    scene: Scene, language: str, tmp_path: Path
) -> None:
    people = [PEOPLE[story, language] for story in STORIES if story.startswith("batch")]
    before, lines = scene.places.rows(), scene.places.lines()
    agent = scene.staff("chen", language)
    agent.goto(f"{scene.house.base}/desk/requests/")
    visit.press(agent, "a[href='/desk/requests/import/']")
    agent.set_input_files("[name=file]", list_of(tmp_path, language, people))
    visit.press(agent, "main form button.btn-primary")
    assert agent.locator("main tbody td.num").all_inner_texts() == ["3"], agent.inner_text("main")
    agent.check("[name=skip_bad]")
    visit.press(agent, "form:has([name=skip_bad]) button.btn-primary")
    batch = agent.url
    expect(agent.locator("main a[href^='/desk/requests/R-']")).to_have_count(len(people) + 1)
    agent.fill("[name=reason]", "Every one of them signed the list in the branch")
    visit.press(agent, "form[action$='/verify/'] button")
    number = agent.locator("main .body a").first.inner_text()
    scene.approve_by_two(language, number)
    agent.goto(batch)
    visit.wait_for(agent, f"main tbody tr:has-text('{said(language, 'Erased', '已删除')}')")
    until(lambda: (agent.reload() is not None and finished(agent, people)) or None, agent.inner_text("main"))
    after = scene.places.rows()
    assert [person.story for person in people for word in person.words if where(after, word)] == []
    only_theirs_changed(before, after, *people)
    assert scene.places.lines() == without(lines, *people)


def finished(page: Page, people: Sequence[Person]) -> bool:
    return page.locator("main tbody tr td.num").all_inner_texts() == [str(len(people))]


def list_of(folder: Path, language: str, people: Sequence[Person]) -> Path:
    """Write a list as a spreadsheet does; its third line is wrong."""
    head = said(language, "kind,email,residence", "类型,邮箱,居住地")
    kind = said(language, "erasure", "删除")
    right = [f"{kind},{person.email},{person.residence}" for person in people]
    path = folder / "list.csv"
    lines = [head, right[0], f"{kind},not an address,DE", *right[1:]]
    path.write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    return path
