"""Rights requests on the shop: access, erasure, the heavy person, twenty at once, a batch, memory, first start.

    python -m bench.shop [--on postgresql|sqlite|mariadb] [--rows 100000] [--batch 10000] [--quick]

Starts its own server on loopback (or takes DISCREET_BENCH_POSTGRESQL_URL, an empty database), a home of its
own and a real `discreet serve`: web and worker processes as in production. Times run from the commit of the
decision to the commit of the outcome, both read from the rows. Prints Markdown.
"""

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.shop_databases import shop_on

HERE = Path(__file__).resolve().parent
ROUNDS = 7
PORT = 18999
REST_S = 1.5  # until the worker has nothing left of the preparation: its events, its checkpoint
LOOK_S = 0.02  # between two looks for many outcomes: looking takes time from the processors that work
MAP = HERE.parent / "tests" / "maps" / "shop.yaml"


def median_ms(values: list[float]) -> str:
    return f"{statistics.median(values) * 1000:.0f} ms (min {min(values) * 1000:.0f}, max {max(values) * 1000:.0f}, n={len(values)})"


class Bench:
    """Drives one installation through its acts, in this process; a worker of its own carries them out."""

    def __init__(self, url: str) -> None:
        from discreet.foundation.datamap import actions as datamap
        from discreet.foundation.sources import actions as sources
        from discreet.vocabulary.actors import Actor, ActorKind, Role

        self.agent = Actor(kind=ActorKind.SHELL, name="agent", roles=frozenset(Role))
        self.approver = Actor(kind=ActorKind.SHELL, name="approver", roles=frozenset(Role))
        now = datetime.now(UTC)
        sources.connect_source(actor=self.agent, now=now, name="shop", url=url, write_url=url)
        datamap.apply_map(actor=self.agent, now=now, text=MAP.read_text(encoding="utf-8"))
        datamap.confirm_all(actor=self.agent, now=now, source="shop")

    def planned(self, kind: str, email: str) -> int:
        """Open, verify and plan a request; return its batch."""
        from discreet.engines.subjects.identity import Identity
        from discreet.mechanisms.rights import queries
        from discreet.mechanisms.rights.actions import proving, receiving

        now = datetime.now(UTC)
        received = receiving.receive_request(
            actor=self.agent, now=now, kind=kind, claim=Identity(email=email), residence="DE", channel="shell"
        )
        proving.verify_identity(actor=self.agent, now=now, number=received.number, reason="bench")
        batch_id = queries.batch_of(received.number)
        self.wait(lambda: bool(queries.plan_view(batch_id).digest), 120)
        return batch_id

    def wait(self, is_done: "object", seconds: float, pause: float = 0.002) -> None:
        deadline = time.monotonic() + seconds
        while not is_done():  # type: ignore[operator]
            if time.monotonic() > deadline:
                raise SystemExit("bench: a request was not done in time")
            time.sleep(pause)

    def propose(self, batch_id: int) -> None:
        """Decide first, where two people decide: what the second one approves."""
        from discreet.mechanisms.rights import queries
        from discreet.mechanisms.rights.actions import deciding
        from discreet.mechanisms.rights.kinds import Kind
        from discreet.mechanisms.rights.models import Batch

        now = datetime.now(UTC)
        if not queries.takes_two_people(Batch.objects.get(pk=batch_id)):
            return
        if queries.kind_of_batch(batch_id) is Kind.ERASURE:
            digest = queries.plan_view(batch_id).digest
            deciding.accept_erasure(actor=self.agent, now=now, batch_id=batch_id, plan_digest=digest)
        else:
            deciding.accept_access(actor=self.agent, now=now, batch_id=batch_id)

    def accept(self, batch_id: int) -> float:
        """Approve; return the moment the approval was committed."""
        from discreet.mechanisms.rights import queries
        from discreet.mechanisms.rights.actions import deciding
        from discreet.mechanisms.rights.kinds import Kind

        now = datetime.now(UTC)
        if queries.kind_of_batch(batch_id) is Kind.ACCESS:
            deciding.accept_access(actor=self.approver, now=now, batch_id=batch_id)
        else:
            digest = queries.plan_view(batch_id).digest
            deciding.accept_erasure(actor=self.approver, now=now, batch_id=batch_id, plan_digest=digest)
        return time.monotonic()

    def is_done(self, *batch_ids: int) -> bool:
        from discreet.mechanisms.rights.models import RightsRequest

        return not RightsRequest.objects.filter(batch_id__in=batch_ids, completed_at__isnull=True).exists()

    def run(self, kind: str, email: str, seconds: float = 60) -> float:
        batch_id = self.planned(kind, email)
        self.propose(batch_id)
        time.sleep(REST_S)
        start = self.accept(batch_id)
        self.wait(lambda: self.is_done(batch_id), seconds)
        self.check(batch_id)
        return time.monotonic() - start

    def check(self, batch_id: int) -> None:
        from discreet.mechanisms.rights.models import RightsRequest

        outcomes = set(RightsRequest.objects.filter(batch_id=batch_id).values_list("outcome", flat=True))
        if not outcomes <= {"erased", "erased_except_kept", "delivered"}:
            raise SystemExit(f"bench: outcome {outcomes}")

    def together(self, kind: str, emails: list[str]) -> float:
        """Return seconds from before the first approval to the last outcome."""
        batches = [self.planned(kind, email) for email in emails]
        for batch_id in batches:
            self.propose(batch_id)
        time.sleep(REST_S)
        start = time.monotonic()
        for batch_id in batches:
            self.accept(batch_id)
        self.wait(lambda: self.is_done(*batches), 120, pause=LOOK_S)
        for batch_id in batches:
            self.check(batch_id)
        return time.monotonic() - start

    def batch(self, emails: list[str]) -> tuple[float, float, float]:
        """Return seconds to import, to plan, and from approval to the last verified outcome."""
        from discreet.engines.subjects.identity import Identity
        from discreet.mechanisms.rights import queries
        from discreet.mechanisms.rights.actions import importing, proving
        from discreet.mechanisms.rights.kinds import Kind

        begun = time.monotonic()
        batch_id, _ = importing.receive_batch(
            actor=self.agent,
            now=datetime.now(UTC),
            kind=Kind.ERASURE,
            claims=[(Identity(email=email), "DE", "en") for email in emails],
        )
        imported = time.monotonic()
        proving.verify_batch(actor=self.agent, now=datetime.now(UTC), batch_id=batch_id, reason="bench")
        self.wait(lambda: bool(queries.plan_view(batch_id).digest), 900, pause=0.05)
        planned = time.monotonic()
        self.propose(batch_id)
        start = self.accept(batch_id)
        self.wait(lambda: self.is_done(batch_id), 900, pause=0.05)
        done = time.monotonic() - start
        self.check(batch_id)
        return imported - begun, planned - imported, done


def pss_mb(root: int) -> float:
    """Return the proportional set size summed over a process and all its descendants."""
    total = 0
    for pid in descendants(root):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def descendants(root: int) -> list[int]:
    found = [root]
    for pid in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                found.extend(int(child) for child in (task / "children").read_text().split())
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=0, help="people in the batch; 0 leaves it out")
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--on", choices=("postgresql", "sqlite", "mariadb"), default="postgresql")
    parser.add_argument("--quick", action="store_true", help="access and erasure of one person and of twenty")
    args = parser.parse_args()
    home = tempfile.mkdtemp(prefix="discreet-bench-")
    os.environ.update(DISCREET_HOME=home, DJANGO_SETTINGS_MODULE="discreet.project.settings")
    try:
        with tempfile.TemporaryDirectory() as folder, shop_on(args.on, args.rows, Path(folder)) as url:
            with serving() as (server, first_start):
                from discreet.project.start import prepare_home

                prepare_home()
                bench = Bench(url)
                report(bench, args, first_start, server)
            if not args.quick:
                with serving(DISCREET_MAX_SCAN_ROWS="0"):
                    report_without_scans(bench)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def serving(**environment: str) -> Iterator[tuple[int, float]]:
    """Yield the process of a `discreet serve` and the seconds until it answered."""
    begun = time.monotonic()
    serve = subprocess.Popen(
        [sys.executable, "-m", "discreet", "serve", "--port", str(PORT)],
        stdout=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    try:
        yield serve.pid, wait_for_health(begun)
    finally:
        serve.terminate()
        serve.wait(30)


def wait_for_health(begun: float) -> float:
    import urllib.request

    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=5):
                return time.monotonic() - begun
        except OSError:
            if time.monotonic() - begun > 120:
                raise SystemExit("bench: the server did not come up") from None
            time.sleep(0.05)


def report(bench: Bench, args: argparse.Namespace, first_start: float, server: int) -> None:
    rows = args.rows
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"On {args.on}, n = {rows:,}; load of the machine before: {load}\n")
    print("| work | measured |\n|---|---|")
    for warm in range(3):
        bench.run("access", f"c{rows - warm}@example.com")
    access = [bench.run("access", f"c{100 + n}@example.com") for n in range(args.repeat)]
    print(f"| access: decision committed → package closed | {median_ms(access)} |", flush=True)
    erasure = [bench.run("erasure", f"c{200 + n}@example.com") for n in range(args.repeat)]
    print(f"| erasure: approval committed → verified outcome | {median_ms(erasure)} |", flush=True)
    heavy_access = bench.run("access", "heavy@example.com")
    print(f"| access of the heavy person (10,000 rows) | {heavy_access * 1000:.0f} ms |", flush=True)
    heavy = bench.run("erasure", "heavy@example.com")
    print(f"| erasure of the heavy person (10,000 rows) | {heavy * 1000:.0f} ms |", flush=True)
    for kind, first in (("access", 30_000), ("erasure", 40_000)):
        print(
            f"| 20 {kind} requests at once, all done | {median_ms(rounds(bench, kind, first))} |", flush=True
        )
    if args.quick:
        return
    print(f"| statements on the source per access | {statements()} |")
    indexed, scanned = search_parts(f"c{rows - 9}@example.com", f"+4179{rows - 9}")
    print(f"| of a fresh search by value: through indexes | {median_ms(indexed)} |")
    print(
        f"| of a fresh search by value: scans (e-mail in any case, phone by digits) | {median_ms(scanned)} |"
    )
    if args.batch:
        emails = [f"c{1000 + n}@example.com" for n in range(args.batch)]
        imported, planned, done = bench.batch(emails)
        print(
            f"| batch of {args.batch:,} erasures: import / plan / approval → all verified | {imported:.1f} s / {planned:.1f} s / {done:.1f} s |"
        )
    settled = wait_for_rest(bench)
    print(f"| from the last outcome until nothing is left to do (answers are mailed) | {settled:.1f} s |")
    time.sleep(5)  # a worker that has grown starts afresh
    print(f"| PSS of `discreet serve`, all processes, at rest after these runs | {pss_mb(server):.0f} MB |")
    print(f"| first start with migrations | {first_start:.1f} s |")


def report_without_scans(bench: Bench) -> None:
    for warm in range(3):
        bench.run("erasure", f"c{300 + warm}@example.com")
    erasure = [bench.run("erasure", f"c{310 + n}@example.com") for n in range(ROUNDS)]
    print(
        f"| erasure without scans: approval committed → verified outcome | {median_ms(erasure)} |", flush=True
    )
    together = rounds(bench, "erasure", 50_000)
    print(f"| 20 erasure requests at once without scans, all done | {median_ms(together)} |", flush=True)


def rounds(bench: Bench, kind: str, first: int) -> list[float]:
    return [
        bench.together(kind, [f"c{first + 20 * round_ + n}@example.com" for n in range(20)])
        for round_ in range(ROUNDS)
    ]


def wait_for_rest(bench: Bench) -> float:
    """Wait until no job waits or runs and no event is undelivered; return the seconds."""
    from discreet.foundation.jobs.models import Job, OutboxEvent

    def is_idle() -> bool:
        waiting = Job.objects.filter(state__in=("waiting", "running")).exists()
        return not waiting and not OutboxEvent.objects.filter(is_delivered=False).exists()

    begun = time.monotonic()
    bench.wait(is_idle, 900, pause=0.5)
    return time.monotonic() - begun


def search_parts(email: str, phone: str) -> tuple[list[float], list[float]]:
    """Return seconds of the search by value that goes by indexes, and of what scans add to it."""
    from discreet.engines.subjects.captures import Budget, CapturedValue
    from discreet.engines.subjects.values import search_values
    from discreet.foundation.datamap.queries import built
    from discreet.foundation.sources import session

    values = [CapturedValue("email", email, email, 0), CapturedValue("phone", phone, phone, 0)]
    indexed, scanned = [], []
    for _ in range(15):
        for budget, times in ((Budget(0, 0, 0), indexed), (Budget(), scanned)):
            with session.read("shop") as reader:
                begun = time.monotonic()
                search_values(graph=built().graph, readers={"shop": reader}, values=values, budget=budget)
                times.append(time.monotonic() - begun)
    return indexed, [both - quick for both, quick in zip(scanned, indexed, strict=True)]


def statements() -> int:
    """Return the most statements an access needed, from the evidence of the runs."""
    import json

    from discreet.foundation.ledger.queries import entries_for
    from discreet.mechanisms.rights.models import RightsRequest

    numbers = RightsRequest.objects.filter(kind="access").values_list("number", flat=True)[:20]
    facts = [entry.facts for number in numbers for entry in entries_for(f"request:{number}")]
    return max(int(json.loads(json.dumps(one))["statements"]) for one in facts if "statements" in one)


if __name__ == "__main__":
    main()
