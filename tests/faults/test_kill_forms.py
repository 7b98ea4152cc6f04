"""`kill -9` of the web server in the middle of a flood of public forms: who was answered is received, once."""

import contextlib
import os
import random
import re
import signal
import sqlite3
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.stories.house import House, open_house, until

pytestmark = [pytest.mark.duty("M8.1"), pytest.mark.promise(3), pytest.mark.promise(13)]
FORM = "/privacy/ask/erasure/"
VISITORS = 8
SEED = 20_261_128
FILL_S = 2.2  # sooner it would be taken for a program's


class Asked(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect unread."""

    def redirect_request(self, *args: object) -> None:
        return None


@dataclass
class Visitor:
    """Somebody behind the proxy, with a form of their own, who sends it for one person after another."""

    house: House
    number: int
    sent: list[str] = field(default_factory=list)
    led_to: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(), Asked())
        page = self.ask(FORM).read().decode()
        self._hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|form_token)" value="([^"]+)"', page))

    def ask(self, path: str, body: bytes | None = None) -> "urllib.request._UrlopenRet":
        headers = {"X-Forwarded-For": f"198.51.100.{self.number}", "Origin": self.house.base}
        return self._browser.open(urllib.request.Request(self.house.base + path, body, headers), timeout=30)

    def send(self, person: str) -> str:
        """Send the form for a person; return where the answer led, "" where it was another one."""
        fields = {**self._hidden, "website": "", "email": person, "residence": "DE"}
        try:
            self.ask(FORM, urllib.parse.urlencode(fields).encode())
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.headers.get("Location", "") if answer.code == 302 else ""
        raise AssertionError("a form that is not taken is answered with an error")

    def flood(self) -> None:
        """Send as fast as answers come, until the server is gone."""
        with contextlib.suppress(OSError):
            while True:
                person = f"canary-{self.number}-{len(self.sent)}@example.com"
                self.sent.append(person)
                if path := self.send(person):
                    self.led_to[person] = path


def killed(house: House) -> None:
    """Kill every process of the server at once, as a power cut would."""
    assert house._server is not None
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
    family = {house._server.pid}
    while more := {one for one, parent in parents.items() if parent in family} - family:
        family |= more
    for one in sorted(family):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    house._server.wait(20)
    house._server = None


def one(house: House, query: str) -> int:
    with closing(sqlite3.connect(house.home / "discreet.sqlite3")) as connection:
        return int(connection.execute(query).fetchone()[0])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    more = {
        "DISCREET_TRUSTED_PROXIES": "127.0.0.1",
        "DISCREET_FORMS_PER_ADDRESS": "100000",
        "DISCREET_WEB_WORKERS": "2",
    }
    with open_house(tmp_path_factory.mktemp("forms"), **more) as house:
        yield house


@pytest.mark.parametrize(
    "moment", [0, *(pytest.param(moment, marks=pytest.mark.full) for moment in range(1, 8))]
)
def test_who_was_answered_when_the_server_was_killed_is_received_exactly_once(
    house: House, moment: int
) -> None:
    """Afterwards everybody sends again: that finds each request that was answered, and makes those that were not."""
    house.serve()
    before = one(house, "SELECT count(*) FROM rights_rightsrequest")
    visitors = [Visitor(house, 10 * moment + number) for number in range(VISITORS)]
    filled_at = time.monotonic() + FILL_S
    until(lambda: (time.monotonic() > filled_at) or None, "the forms are filled")
    threads = [threading.Thread(target=visitor.flood) for visitor in visitors]
    for thread in threads:
        thread.start()
    enough = random.Random(SEED + moment).randint(20, 60)
    until(lambda: (sum(len(visitor.led_to) for visitor in visitors) >= enough) or None, "a flood")
    killed(house)
    for thread in threads:
        thread.join(60)

    house.serve()
    answered = {person: path for visitor in visitors for person, path in visitor.led_to.items()}
    numbers = {}
    for person, path in answered.items():
        page = visitors[0].ask(path).read().decode()
        numbers[person] = re.findall(r"\bR-\d+\b", page)[0]
    assert len(set(numbers.values())) == len(answered), "each answer led to a request of its own"

    sent = [(visitor, person) for visitor in visitors for person in visitor.sent]
    for visitor, person in sent:
        path = until(lambda: visitor.send(person) or None, "sent again")  # noqa: B023 - asked at once
        number = re.findall(r"\bR-\d+\b", visitor.ask(path).read().decode())[0]
        assert numbers.setdefault(person, number) == number
    made = one(house, "SELECT count(*) FROM rights_rightsrequest") - before
    assert made == len(sent) == len(set(numbers.values()))
    assert one(house, "SELECT count(*) FROM cases_case") == one(
        house, "SELECT count(*) FROM jobs_job WHERE workflow = 'rights.locate'"
    )
    house.stop()
    for path in house.home.glob("discreet.sqlite3*"):
        assert b"canary-" not in path.read_bytes(), f"{path.name} holds an address in clear"
    assert house.run("ledger", "verify")
