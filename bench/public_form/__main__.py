"""Measure the public form: submissions a second, the desk during a flood of ten times that, and the recovery.

    .venv/bin/python -m bench.public_form [--rate 100] [--seconds 10] [--flood 1000] [--steps sustained,flood]

Serves a new home in a temporary folder (or the database that DISCREET_DATABASE_URL names) with the product's own
server and its worker on loopback. A generator in a process of its own sends forms that it read before, each of
another person from another address, as a trusted proxy forwards them; it runs on the same processors, so what it
takes is missing to the server. What was answered is counted in the database afterwards. The status pages that
visitors are led to are read in the step "visits" only.
"""

import argparse
import contextlib
import http.cookiejar
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median, quantiles

from bench.public_form.load import FILL_S, PATH, Plan

PASSWORD = "quiet bamboo lamp"
PAGES = ("/desk/requests/", "/desk/")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--flood", type=float, default=1000.0)
    parser.add_argument("--before", type=int, default=1000, help="requests in the database before")
    parser.add_argument("--steps", default="sustained,visits,flood")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="discreet-bench-"))
    os.environ |= {
        "DISCREET_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "discreet.project.settings",
        "DISCREET_DEMO": "1",
        "DISCREET_TRUSTED_PROXIES": "127.0.0.1",
    }
    import django

    django.setup()
    try:
        prepare()
        fill(options.before)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [str(Path(sys.executable).with_name("discreet")), "serve", "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
            try:
                measure(port, options, server)
            finally:
                server.terminate()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def prepare() -> None:
    from datetime import UTC, datetime

    from django.core.management import call_command

    from discreet.foundation.keys.api import ensure_keyring
    from discreet.foundation.staff.actions import create_member
    from discreet.vocabulary.actors import Actor, ActorKind, Role

    call_command("migrate", verbosity=0)
    ensure_keyring()
    operator = Actor(kind=ActorKind.SHELL, name="bench", roles=frozenset({Role.AGENT, Role.ADMINISTRATOR}))
    create_member(
        actor=operator,
        now=datetime.now(UTC),
        username="bench",
        email="",
        roles=[Role.AGENT],
        password=PASSWORD,
    )


def fill(requests: int) -> None:
    """Make requests, so that the desk's lists are full before and after."""
    from datetime import UTC, datetime

    from discreet.engines.subjects.identity import Identity
    from discreet.mechanisms.rights.actions.importing import receive_batch
    from discreet.mechanisms.rights.kinds import Kind
    from discreet.vocabulary.actors import SYSTEM

    claims = [(Identity(email=f"before-{number}@example.com"), "DE", "en") for number in range(requests)]
    receive_batch(actor=SYSTEM, now=datetime.now(UTC), kind=Kind.ERASURE, claims=claims)


def measure(port: int, options: argparse.Namespace, server: "subprocess.Popen[bytes]") -> None:
    base, steps = f"http://localhost:{port}", options.steps.split(",")
    wait_for(f"{base}/privacy/")
    staff = Staff(base)
    for page in PAGES * 2:
        staff.ask(page)  # the first ones compile templates
    print(f"load of the machine: {os.getloadavg()[0]:.1f}; generator and server share {os.cpu_count()} cores")
    quiet = {page: median(staff.ask(page) for _ in range(9)) for page in PAGES}
    visitors = Visitors(base, 220)
    quiet["form"] = median(visitors.send() for _ in range(9))
    print("memory of all processes, MB:", memory_mb(server.pid))
    print("quiet, ms:", {name: round(spent * 1000) for name, spent in quiet.items()}, flush=True)
    before = stored()
    if "sustained" in steps:
        count = int(options.rate * options.seconds)
        plan = Plan(options.rate, options.seconds, forms=count, connections=64, name="s")
        before = report("sustained", *loaded(port, plan, server).finish(), before)
    if "visits" in steps:
        rate = options.rate / 4
        plan = Plan(
            rate,
            options.seconds,
            forms=int(rate * options.seconds),
            connections=64,
            name="v",
            is_whole_visit=True,
        )
        before = report("visits: form, submission, status page", *loaded(port, plan, server).finish(), before)
    if "flood" in steps:
        flood(port, options, server, staff, visitors, quiet)
    print("memory of all processes, MB:", memory_mb(server.pid), "and when threads have rested:", flush=True)
    time.sleep(40)
    print(memory_mb(server.pid))


def flood(
    port: int,
    options: argparse.Namespace,
    server: "subprocess.Popen[bytes]",
    staff: "Staff",
    visitors: "Visitors",
    quiet: dict[str, float],
) -> None:
    before = stored()
    plan = Plan(options.flood, options.seconds, forms=100, connections=400, name="f")
    load = loaded(port, plan, server)
    spent, threads, began = {page: [] for page in PAGES}, [], time.perf_counter()
    for turn in range(int(options.seconds * 2)):
        time.sleep(max(0.0, began + turn / 2 - time.perf_counter()))
        for page in PAGES:
            threads.append(threading.Thread(target=lambda page=page: spent[page].append(staff.ask(page))))
            threads[-1].start()
    for thread in threads:
        thread.join()
    answers, used = load.finish()
    recovered = recovery(staff, visitors, quiet)
    report("flood", answers, used, before + recovered.forms)
    for page, times in spent.items():
        print(f"desk during the flood: {page}", figures([one * 1000 for one in times]))
    print(f"a form and both pages within twice their quiet time after {recovered.seconds:.1f} s", flush=True)
    print(f"  at each look, ms: {recovered.looks}", flush=True)


@dataclass(slots=True)
class Recovery:
    seconds: float = 0.0
    forms: int = 0
    looks: list[list[int]] = field(default_factory=list)


def recovery(staff: "Staff", visitors: "Visitors", quiet: dict[str, float]) -> Recovery:
    """Look again and again until all is as it was, for half a minute at most."""
    found, ended = Recovery(), time.perf_counter()
    while found.seconds < 30 and found.forms < 200:
        times = {page: staff.ask(page) for page in PAGES}
        with contextlib.suppress(urllib.error.HTTPError):
            times["form"] = visitors.send()
            found.forms += 1
        found.seconds = time.perf_counter() - ended
        found.looks.append([round(spent * 1000) for spent in times.values()])
        if times.keys() == quiet.keys() and all(times[name] <= 2 * quiet[name] for name in quiet):
            break
        time.sleep(0.1)
    return found


class loaded:  # noqa: N801 - it reads as what it is
    """A generator at work, from the moment at which it begins to send."""

    def __init__(self, port: int, plan: Plan, server: "subprocess.Popen[bytes]") -> None:
        self._server = server
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.public_form.load", str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin and self._process.stderr
        self._process.stdin.write(json.dumps(asdict(plan)))
        self._process.stdin.close()
        self._process.stdin = None
        first = self._process.stderr.readline()
        if first.strip() != "ready":
            raise SystemExit(first + self._process.stderr.read())
        self._before = processor_s(server.pid)

    def finish(self) -> tuple[dict, dict[str, float]]:  # type: ignore[type-arg]
        """Return what it says, and the processor time that the server has used meanwhile."""
        said, wrong = self._process.communicate()
        if self._process.returncode:
            raise SystemExit(wrong)
        after = processor_s(self._server.pid)
        return json.loads(said), {name: round(after[name] - self._before[name], 1) for name in after}


def report(name: str, answers: dict, used: dict[str, float], before: int) -> int:  # type: ignore[type-arg]
    """Print what came of a load; return how many requests are stored now."""
    after, seconds = stored(), answers["seconds"]
    taken = answers["by_status"].get("302", 0)
    there = tokens_there(answers["locations"])
    print(f"{name}: {answers['sent']} sent in {seconds:.1f} s ({answers['sent'] / seconds:.0f}/s)")
    print(f"  answers {answers['by_status']}, lost {answers['lost']}")
    print(
        f"  taken {taken} ({taken / seconds:.0f}/s), in the database {after - before}, their addresses {there}"
    )
    print(f"  taken: {figures(answers['taken_ms'])}")
    print(f"  sent away: {figures(answers['sent_away_ms'])}")
    print(f"  processor time, s: {used | {'generator': answers['processor_s']}}", flush=True)
    return after


def figures(times_ms: list[float]) -> str:
    if len(times_ms) < 2:
        return "none"
    cuts = quantiles(times_ms, n=100, method="inclusive")
    return f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, max {max(times_ms):.0f} ms (n={len(times_ms)})"


def stored() -> int:
    from discreet.mechanisms.rights.models import RightsRequest

    return RightsRequest.objects.count()


def tokens_there(locations: list[str]) -> int:
    """Return how many of the addresses that were told lead to a request, each to one of its own."""
    from discreet.foundation.cases.models import CaseToken
    from discreet.foundation.cases.rules import token_hash

    hashes = [token_hash(location.rstrip("/").rsplit("/", 1)[1]) for location in locations]
    cases: set[int] = set()
    for start in range(0, len(hashes), 500):
        some = CaseToken.objects.filter(token_hash__in=hashes[start : start + 500])
        cases |= set(some.values_list("case_id", flat=True))
    return len(cases)


class Staff:
    """A browser of an agent who signed in at the sign-in page."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        opener = urllib.request.build_opener(self._cookies)
        page = opener.open(f"{base}/account/login/", timeout=30).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        fields = {"csrfmiddlewaretoken": token[1], "login": "bench", "password": PASSWORD}
        request = urllib.request.Request(
            f"{base}/account/login/", urllib.parse.urlencode(fields).encode(), headers={"Origin": base}
        )
        where = opener.open(request, timeout=30).url
        if "/desk/" not in where:
            raise SystemExit(f"not signed in: {where}")

    def ask(self, page: str) -> float:
        """Return the seconds to the last byte."""
        opener = urllib.request.build_opener(self._cookies)
        began = time.perf_counter()
        with opener.open(self._base + page, timeout=60) as answer:
            answer.read()
            if answer.status != 200 or answer.url != self._base + page:
                raise SystemExit(f"{page} led to {answer.url}")
        return time.perf_counter() - began


class Visitors:
    """People who have read the form and filled it, each in a browser of their own; they send it one by one."""

    def __init__(self, base: str, count: int) -> None:
        self._base = base
        self._filled = [self._read(number) for number in range(count)]
        time.sleep(FILL_S)

    def _read(self, number: int) -> tuple[urllib.request.OpenerDirector, urllib.request.Request]:
        forwarded = {"X-Forwarded-For": f"10.200.{number >> 8 & 255}.{number & 255}"}
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(), NoRedirect())
        asked = urllib.request.Request(self._base + PATH, headers=forwarded)
        page = opener.open(asked, timeout=30).read().decode()
        hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|form_token)" value="([^"]+)"', page))
        fields = {**hidden, "website": "", "email": f"quiet-{number}@example.com", "residence": "DE"}
        body = urllib.parse.urlencode(fields).encode()
        return opener, urllib.request.Request(
            self._base + PATH, body, headers={**forwarded, "Origin": self._base}
        )

    def send(self) -> float:
        """Let the next one send; return the seconds to the answer.

        Raises:
            urllib.error.HTTPError: sent away.
        """
        opener, request = self._filled.pop()
        began = time.perf_counter()
        with opener.open(request, timeout=60) as answer:
            if answer.status != 302:
                raise SystemExit(f"a quiet submission was answered {answer.status}")
        return time.perf_counter() - began


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves the status page unread."""

    def http_error_302(self, req, fp, code, msg, headers):  # type: ignore[no-untyped-def]
        return fp


def wait_for(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def processes() -> dict[int, int]:
    """Return the parent of every process."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
    return parents


def family(pid: int) -> set[int]:
    parents, members = processes(), {pid}
    while more := {one for one, parent in parents.items() if parent in members} - members:
        members |= more
    return members


def memory_mb(pid: int) -> list[int]:
    """Return the proportional memory of a process and of each beneath it."""
    held = []
    for one in sorted(family(pid)):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            held.append(sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) // 1024)
    return held


def processor_s(pid: int) -> dict[str, float]:
    """Return the processor time that web and worker, the two children of a server, have used."""
    children = sorted(one for one, parent in processes().items() if parent == pid)
    used = {}
    for name, child in zip(("web", "worker"), children, strict=False):
        used[name] = 0.0
        for one in family(child):
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
                used[name] += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


if __name__ == "__main__":
    main()
