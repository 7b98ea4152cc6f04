"""The load generator, a process of its own: it reads forms as a browser does, and sends them at a steady rate.

    python -m bench.public_form.load PORT < plan.json > answers.json

It keeps its connections, as a proxy in front does, and names another client address for each visitor. Requests are
built before the clock starts; a late answer holds up no later request.
"""

import asyncio
import json
import re
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from urllib.parse import urlencode

FILL_S = 2.5  # a form that comes back within two seconds is taken for a program's
PATH = "/privacy/ask/erasure/"
_HIDDEN = re.compile(rb'name="(csrfmiddlewaretoken|form_token)" value="([^"]+)"')
_COOKIE = re.compile(rb"set-cookie:\s*(csrftoken=[^;\r]+)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_LOCATION = re.compile(rb"location:\s*([^\r]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plan:
    """`forms` are fetched first, each by another visitor; `rate` 0 sends as fast as `connections` answers come."""

    rate: float
    seconds: float
    forms: int
    connections: int
    name: str
    is_whole_visit: bool = False


@dataclass(slots=True)
class Answers:
    sent: int = 0
    lost: int = 0
    seconds: float = 0.0
    processor_s: float = 0.0
    by_status: dict[str, int] = field(default_factory=dict)
    taken_ms: list[float] = field(default_factory=list)
    sent_away_ms: list[float] = field(default_factory=list)
    locations: list[str] = field(default_factory=list)


class Connection(asyncio.Protocol):
    """One kept connection: one request, then its answer."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._got = bytearray()
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        length = _LENGTH.search(self._got, 0, end)
        if len(self._got) >= end + 4 + (int(length[1]) if length else 0):
            answer, self._answer = self._answer, None
            if not answer.done():
                answer.set_result(bytes(self._got))
            self._got.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError())

    async def ask(self, request: bytes) -> bytes:
        assert self.transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer


class Pool:
    def __init__(self, port: int, most: int) -> None:
        self._port, self._most = port, most
        self._idle: deque[Connection] = deque()
        self._places = asyncio.Semaphore(most)

    async def ask(self, request: bytes) -> bytes:
        async with self._places:
            connection = self._idle.popleft() if self._idle else None
            if connection is None or connection.transport is None:
                loop = asyncio.get_running_loop()
                _, connection = await loop.create_connection(Connection, "127.0.0.1", self._port)
            answer = await connection.ask(request)
            if connection.transport is not None:
                self._idle.append(connection)
            return answer


def address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def reading(number: int, path: str = PATH) -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {address(number)}\r\n"
        "Accept-Language: en\r\n\r\n"
    ).encode()


def sending(number: int, name: str, form: tuple[str, dict[str, str]]) -> bytes:
    cookie, hidden = form
    body = urlencode(
        {
            **hidden,
            "website": "",
            "email": f"{name}-{number}@example.com",
            "phone": "",
            "customer_number": "",
            "residence": ("DE", "CN", "US-CA", "")[number % 4],
            "requester": "self",
        }
    ).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {address(number)}\r\n"
        f"Accept-Language: en\r\nOrigin: http://localhost\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def form_of(page: bytes) -> tuple[str, dict[str, str]]:
    cookie = _COOKIE.search(page)
    if cookie is None:
        raise SystemExit(f"no form: {page[:200]!r}")
    return cookie[1].decode(), {name.decode(): value.decode() for name, value in _HIDDEN.findall(page)}


async def fetch(pool: Pool, plan: Plan) -> list[tuple[str, dict[str, str]]]:
    at_once = asyncio.Semaphore(4)

    async def one(number: int) -> tuple[str, dict[str, str]]:
        async with at_once:
            return form_of(await pool.ask(reading(number)))

    return list(await asyncio.gather(*(one(number) for number in range(plan.forms))))


async def send(pool: Pool, plan: Plan, requests: list[bytes]) -> Answers:
    answers, start, used = Answers(), time.perf_counter(), time.process_time()

    async def one(number: int, request: bytes) -> None:
        began = time.perf_counter()
        try:
            if plan.is_whole_visit:
                await pool.ask(reading(number))
            answer = await pool.ask(request)
            where = _LOCATION.search(answer)
            if plan.is_whole_visit and where:
                await pool.ask(reading(number, where[1].decode()))
        except OSError:
            answers.lost += 1
            return
        spent, status = (time.perf_counter() - began) * 1000, answer[9:12].decode()
        answers.by_status[status] = answers.by_status.get(status, 0) + 1
        (answers.taken_ms if status == "302" else answers.sent_away_ms).append(spent)
        if status == "302" and where:
            answers.locations.append(where[1].decode())

    tasks = []
    for number, request in enumerate(requests):
        ahead = start + number / plan.rate - time.perf_counter()
        if ahead > 0.001:
            await asyncio.sleep(ahead)
        tasks.append(asyncio.create_task(one(number, request)))
    answers.sent = len(tasks)
    sent_in = time.perf_counter() - start
    _, late = await asyncio.wait(tasks, timeout=30)
    for task in late:
        task.cancel()
    answers.lost += len(late)
    answers.seconds = sent_in
    answers.processor_s = round(time.process_time() - used, 1)
    return answers


async def run(port: int, plan: Plan) -> Answers:
    pool = Pool(port, plan.connections)
    forms = await fetch(pool, plan)
    count = int(plan.rate * plan.seconds)
    requests = [sending(number, plan.name, forms[number % len(forms)]) for number in range(count)]
    await asyncio.sleep(FILL_S)
    print("ready", file=sys.stderr, flush=True)
    return await send(pool, plan, requests)


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(run(int(sys.argv[1]), Plan(**json.load(sys.stdin)))))))
