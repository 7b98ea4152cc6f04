"""Between the web server and Django: how much of a web process the public side may take.

A flood of public forms must not take the desk's time. Of one process's threads a few work on the public side, a few
wait for their turn, and whoever comes after is asked to come back in a moment, with a page that is ready and costs
next to nothing. What is left of the threads is the desk's.

Source: failure promise 13; issue "Customer rights in full", Speed and memory.
"""

import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.utils.translation.trans_real import parse_accept_lang_header

from discreet.foundation.centre.public import BUSY

PUBLIC = "/privacy/"
FORMS = ("/privacy/ask/", "/privacy/papers/")  # what takes its time; other pages have places of their own
LANGUAGE_COOKIE = "discreet_language"
_LONGEST_WAIT_S = 5.0
_PAGE_LIVES_S = 60.0  # the company's name and contacts stand on it
_DESK_THREADS = 2  # at least so many are never the public side's
_SWITCH_S = 0.0005  # Python's 5 ms would let a form hold up for as long whoever is only to be sent away


@dataclass(frozen=True, slots=True)
class Places:
    """How many requests one web process works on, and how many wait for it."""

    working: int
    waiting: int


@dataclass(frozen=True, slots=True)
class PublicPlaces:
    """Those of the forms, and those of all other public pages: whoever has sent a form wants to see how it stands."""

    forms: Places
    pages: Places


def public_places(*, threads: int, working: int, waiting: int) -> PublicPlaces:
    """Return what is wished for forms, and a part of it for other pages, as far as it leaves threads to the desk."""
    left = max(0, threads - _DESK_THREADS)
    forms = max(1, min(working, left // 2))
    pages = max(1, min(working // 2, left - forms))
    left = max(0, left - forms - pages)
    forms_wait = max(0, min(waiting, left))
    pages_wait = max(0, min(waiting // 4, left - forms_wait))
    return PublicPlaces(forms=Places(forms, forms_wait), pages=Places(pages, pages_wait))


class _Queue:
    """The places as they are taken and given back."""

    def __init__(self, places: Places) -> None:
        self.working = threading.Semaphore(places.working)
        self.waiting = threading.Semaphore(places.waiting)

    def gets_its_turn(self) -> bool:
        if self.working.acquire(blocking=False):
            return True
        if not self.waiting.acquire(blocking=False):
            return False
        try:
            return self.working.acquire(timeout=_LONGEST_WAIT_S)
        finally:
            self.waiting.release()


@dataclass(frozen=True, slots=True)
class _Page:
    status: str
    headers: list[tuple[str, str]]
    body: bytes
    made_at: float


class Door:
    """A WSGI application around another one."""

    def __init__(self, application: WSGIApplication, *, places: PublicPlaces) -> None:
        self._application = application
        self._forms, self._others = _Queue(places.forms), _Queue(places.pages)
        self._pages: dict[tuple[str, str], _Page] = {}
        self._making = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if not path.startswith(PUBLIC):
            return self._application(environ, start_response)
        queue = self._forms if path.startswith(FORMS) else self._others
        if not queue.gets_its_turn():
            page = self._busy_page(language_of(environ), str(environ.get("REQUEST_METHOD", "")))
            start_response(page.status, list(page.headers))
            return [page.body]
        try:
            response = self._application(environ, start_response)
        except BaseException:
            queue.working.release()
            raise
        if getattr(response, "streaming", False):
            return _Held(response, queue.working)
        queue.working.release()
        return response

    def _busy_page(self, language: str, method: str) -> _Page:
        """Return what to say: to whoever sent something, that it was not taken; else, to look again."""
        which, now = (language, "GET" if method in ("GET", "HEAD") else "POST"), time.monotonic()
        page = self._pages.get(which)
        if page is not None and now - page.made_at < _PAGE_LIVES_S:
            return page
        with self._making:  # one thread makes it; the others come back to a page that is there
            page = self._pages.get(which)
            if page is None or time.monotonic() - page.made_at >= _PAGE_LIVES_S:
                page = self._pages[which] = self._made_page(*which)
        return page

    def _made_page(self, language: str, method: str) -> _Page:
        """Have the house itself make the page, with all that wraps a public page."""
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> object:
            said.append((status, headers))
            return None

        response = self._application(_busy_environ(language, method), start)  # type: ignore[arg-type]
        body = b"".join(response)
        if hasattr(response, "close"):
            response.close()
        status, headers = said[-1]
        kept = [(name, value) for name, value in headers if name.lower() != "set-cookie"]
        return _Page(status=status, headers=kept, body=body, made_at=time.monotonic())


class _Held:
    """A response that is still being sent holds its place until its end, whatever the end is."""

    def __init__(self, response: Iterable[bytes], place: threading.Semaphore) -> None:
        self._response = response
        self._place: threading.Semaphore | None = place

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response

    def close(self) -> None:
        place, self._place = self._place, None
        if place is not None:
            place.release()
            getattr(self._response, "close", lambda: None)()

    def __del__(self) -> None:
        self.close()


def language_of(environ: WSGIEnvironment) -> str:
    """Return the language that the page of a busy house is shown in: as chosen before, or as the browser asks."""
    for part in str(environ.get("HTTP_COOKIE", "")).split(";"):
        name, _, value = part.strip().partition("=")
        if name == LANGUAGE_COOKIE:
            return "zh-hans" if value.startswith("zh") else "en"
    for asked, _ in parse_accept_lang_header(str(environ.get("HTTP_ACCEPT_LANGUAGE", ""))[:200]):
        if asked.startswith(("zh", "en")):
            return "zh-hans" if asked.startswith("zh") else "en"
    return "en"


def wrapped(application: WSGIApplication) -> Door:
    """Return Django's application behind the door, with the places that the environment names."""
    sys.setswitchinterval(_SWITCH_S)
    named = public_places(
        threads=web_threads(),
        working=int(os.environ.get("DISCREET_PUBLIC_THREADS", "4")),
        waiting=int(os.environ.get("DISCREET_PUBLIC_QUEUE", "32")),
    )
    return Door(application, places=named)


def web_threads() -> int:
    """Return how many threads one web process answers with."""
    return int(os.environ.get("DISCREET_WEB_THREADS", "56"))


def _busy_environ(language: str, method: str) -> WSGIEnvironment:
    from django.conf import settings

    host = next(
        (one for one in settings.ALLOWED_HOSTS if one not in ("*", "") and one[0] != "."), "localhost"
    )
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": PUBLIC,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": host,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": host,
        "HTTP_ACCEPT_LANGUAGE": language,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        BUSY: method,
    }
