"""The door: the public side takes no more of a web process than its own places, and says so kindly."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client, RequestFactory

from discreet.foundation.centre.public import BUSY
from discreet.project.door import Door, Places, PublicPlaces, language_of, public_places
from tests.stories.house import until

pytestmark = [pytest.mark.duty("M8.2"), pytest.mark.promise(13)]


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """Keep the test's connection over requests, as Django's own test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def both(working: int, waiting: int) -> PublicPlaces:
    return PublicPlaces(forms=Places(working, waiting), pages=Places(1, 0))


class Streamed:
    """An answer that is still being sent when the application has returned."""

    streaming = True

    def __init__(self) -> None:
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield b"part"

    def close(self) -> None:
        self.is_closed = True


class House:
    """An application whose answers can be held back. The page of a busy house it makes at once."""

    def __init__(self) -> None:
        self.may_end, self.asked, self.lock = threading.Event(), list[str](), threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if BUSY in environ:
            start_response("503 Busy", [("Set-Cookie", "a=b"), ("Retry-After", "10")])
            return [b"come back"]
        with self.lock:
            self.asked.append(environ["PATH_INFO"])
        assert self.may_end.wait(30)
        if environ["PATH_INFO"].endswith("/fails/"):
            raise ZeroDivisionError
        start_response("200 OK", [])
        return Streamed() if environ["PATH_INFO"].endswith("/stream/") else [b"here"]


def ask(door: Door, path: str) -> tuple[str, dict[str, str], Iterable[bytes]]:
    said: list[tuple[str, dict[str, str]]] = []
    body = door(
        {"PATH_INFO": path, "REQUEST_METHOD": "POST"},
        lambda status, headers, exc_info=None: said.append((status, dict(headers))),  # type: ignore[arg-type, return-value]
    )
    return *said[0], body


def test_who_comes_after_those_at_work_and_those_who_wait_is_asked_to_come_back() -> None:
    house = House()
    door = Door(house, places=both(2, 1))
    statuses: list[str] = []
    threads = [
        threading.Thread(target=lambda path=path: statuses.append(ask(door, path)[0]))
        for path in ("/privacy/ask/erasure/", "/privacy/papers/a/", "/privacy/papers/b/")
    ]
    for thread in threads:
        thread.start()
    until(
        lambda: (len(house.asked) == 2 and door._forms.waiting._value == 0) or None,
        "full",
    )  # type: ignore[attr-defined]

    status, headers, body = ask(door, "/privacy/ask/erasure/")
    assert (status, headers, list(body)) == ("503 Busy", {"Retry-After": "10"}, [b"come back"])
    assert len(house.asked) == 2, "who is sent away costs the house nothing"

    others = [threading.Thread(target=ask, args=(door, path)) for path in ("/desk/", "/privacy/request/a/")]
    for thread in others:
        thread.start()
    until(lambda: len(house.asked) == 4 or None, "desk and status page are asked")
    house.may_end.set()
    for thread in (*threads, *others):
        thread.join(30)
    assert statuses == ["200 OK"] * 3, "who waited got their turn"
    assert ask(door, "/privacy/")[0] == "200 OK"


def test_a_failure_gives_its_place_back() -> None:
    house = House()
    house.may_end.set()
    door = Door(house, places=both(1, 0))
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            ask(door, "/privacy/fails/")
    assert ask(door, "/privacy/")[0] == "200 OK"


@pytest.mark.parametrize("is_read", [True, False])
def test_an_answer_that_is_still_being_sent_keeps_its_place_until_it_ends_or_is_given_up(
    is_read: bool,
) -> None:
    house = House()
    house.may_end.set()
    door = Door(house, places=both(1, 0))
    _, _, body = ask(door, "/privacy/stream/")
    assert ask(door, "/privacy/")[0] == "503 Busy"
    if is_read:
        with closing(body):  # type: ignore[type-var]
            assert list(body) == [b"part"]
    del body
    assert ask(door, "/privacy/")[0] == "200 OK"


@pytest.mark.parametrize(
    ("threads", "working", "waiting", "expected"),
    [
        (14, 4, 4, PublicPlaces(Places(4, 4), Places(2, 1))),
        (6, 4, 4, PublicPlaces(Places(2, 0), Places(2, 0))),
        (4, 4, 4, PublicPlaces(Places(1, 0), Places(1, 0))),
        (1, 4, 4, PublicPlaces(Places(1, 0), Places(1, 0))),
        (14, 0, 0, PublicPlaces(Places(1, 0), Places(1, 0))),
        (14, 50, 50, PublicPlaces(Places(6, 0), Places(6, 0))),
    ],
)
def test_threads_are_left_to_the_desk_whatever_is_wished(
    threads: int, working: int, waiting: int, expected: PublicPlaces
) -> None:
    assert public_places(threads=threads, working=working, waiting=waiting) == expected


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"HTTP_ACCEPT_LANGUAGE": "zh-CN,zh;q=0.9,en;q=0.8"}, "zh-hans"),
        ({"HTTP_ACCEPT_LANGUAGE": "de,en;q=0.5,zh;q=0.1"}, "en"),
        ({"HTTP_ACCEPT_LANGUAGE": "en;q=0.1,zh;q=0.5"}, "zh-hans"),
        ({"HTTP_ACCEPT_LANGUAGE": "\x00;;;=,,"}, "en"),
        ({"HTTP_ACCEPT_LANGUAGE": "en", "HTTP_COOKIE": "a=b; discreet_language=zh-hans"}, "zh-hans"),
        ({"HTTP_ACCEPT_LANGUAGE": "zh", "HTTP_COOKIE": "discreet_language=en"}, "en"),
    ],
)
def test_a_busy_house_speaks_the_visitors_language(environ: dict[str, str], language: str) -> None:
    assert language_of(environ) == language


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "language", "words"),
    [
        ("POST", "en", "was not taken, and nothing of it is kept"),
        ("POST", "zh", "请在 10 秒后再次提交"),
        ("GET", "en", "A request that was taken before is kept"),
        ("GET", "zh", "之前已收下的请求不受影响"),
    ],
)
def test_the_page_of_a_busy_house_says_what_to_do_and_leaves_no_trace(
    kept_connection: None, method: str, language: str, words: str
) -> None:
    door = Door(WSGIHandler(), places=both(1, 0))
    door._forms.working.acquire()
    said: list[tuple[str, list[tuple[str, str]]]] = []
    environ = RequestFactory().generic(method, "/privacy/ask/erasure/", b"email=ann@example.com").environ
    body = b"".join(
        door(
            {**environ, "HTTP_ACCEPT_LANGUAGE": language},
            lambda status, headers, exc_info=None: said.append((status, headers)),  # type: ignore[arg-type, return-value]
        )
    ).decode()
    status, headers = said[0][0], {name.lower(): value for name, value in said[0][1]}
    assert status.startswith("503") and headers["retry-after"] == "10"
    assert words in body and "ann@" not in body and "csrfmiddlewaretoken" not in body
    assert (
        headers["cache-control"] == "no-store" and "default-src 'self'" in headers["content-security-policy"]
    )
    assert "set-cookie" not in headers


@pytest.mark.django_db
def test_no_visitor_can_ask_for_the_page_of_a_busy_house() -> None:
    assert Client(headers={BUSY: "1", "Discreet-Busy": "1"}).get("/privacy/").status_code == 200
