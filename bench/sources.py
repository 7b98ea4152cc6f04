"""Several sources at once: how long one person's erasure and copy take over four, beside the slowest of them alone.

    python -m bench.sources [--on sqlite|postgresql|mariadb] [--rows 20000] [--delay-ms 20] [--repeat 5]

The same shop stands in four databases, everybody in each of them. `--delay-ms`: what each statement takes longer,
as it does over a distance; without it the processors of one machine are shared by all that is measured. Each case
has a home and a process of its own, the jobs run in it; one after the other.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.shop_databases import shop_on

NAMES = ("north", "south", "east", "west")
PARTS = ("erasure: find and plan", "erasure: approval → verified outcome", "copy: decision → package closed")
MAP = Path(__file__).resolve().parent.parent / "tests" / "maps" / "shop.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", choices=("sqlite", "postgresql", "mariadb"), default="sqlite")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--delay-ms", type=int, default=0)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--case", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        one_case(json.loads(options.case), options)
        return
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = {name: stack.enter_context(shop_on(options.on, options.rows, folder)) for name in NAMES}
        before = os.getloadavg()[0]
        alone = [in_a_process({name: urls[name]}, 10 * place, options) for place, name in enumerate(NAMES, 1)]
        all_four = in_a_process(urls, 100, options)
    print(
        f"On {options.on}, n = {options.rows:,}, {options.delay_ms} ms a statement more; "
        f"load {before:.1f} before, {os.getloadavg()[0]:.1f} after; medians of {options.repeat}\n"
    )
    print("| work | each alone | four at once | ÷ the slowest | ÷ the sum |\n|---|---|---|---|---|")
    for part in PARTS:
        each = [one[part] for one in alone]
        at_once = all_four[part]
        told = ", ".join(f"{1000 * one:.0f}" for one in each)
        print(
            f"| {part} | {told} ms | {1000 * at_once:.0f} ms | {at_once / max(each):.2f} | {at_once / sum(each):.2f} |"
        )


def in_a_process(urls: dict[str, str], first: int, options: argparse.Namespace) -> dict[str, float]:
    """Measure with these sources connected; people from number `first` on are erased and copied."""
    command = [sys.executable, "-m", "bench.sources", "--delay-ms", str(options.delay_ms)]
    command += ["--repeat", str(options.repeat), "--case", json.dumps({"urls": urls, "first": first})]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(ended.stdout.splitlines()[-1]))


def one_case(case: dict[str, object], options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(DISCREET_HOME=home, DJANGO_SETTINGS_MODULE="discreet.project.settings")
        from discreet.project.start import prepare_home

        prepare_home()
        connect(dict(case["urls"]))  # type: ignore[call-overload]
        slow_down(options.delay_ms / 1000)
        first = int(str(case["first"]))
        run(first)  # the first one opens connections and builds statements
        runs = [run(first + number) for number in range(1, options.repeat + 1)]
    print(json.dumps({part: statistics.median(one[part] for one in runs) for part in PARTS}))


def connect(urls: dict[str, str]) -> None:
    from tests.mechanisms.rights.company import NOW, OPERATOR

    from discreet.foundation.datamap.actions import apply_map
    from discreet.foundation.sources.actions import connect_source

    text = MAP.read_text(encoding="utf-8")
    for name, url in urls.items():
        connect_source(actor=OPERATOR, now=NOW, name=name, url=url, write_url=url)
        apply_map(actor=OPERATOR, now=NOW, text=text.replace("\n  shop:\n", f"\n  {name}:\n"))


def slow_down(seconds: float) -> None:
    import sqlalchemy as sa

    if seconds:
        sa.event.listen(sa.Engine, "before_cursor_execute", lambda *_: time.sleep(seconds))


def run(number: int) -> dict[str, float]:
    from tests.mechanisms.rights import driving

    from discreet.mechanisms.rights import queries

    email, times = f"c{number}@example.com", []

    def measured(work: object) -> None:
        begun = time.monotonic()
        driving.work()
        times.append(time.monotonic() - begun)

    copy = driving.verified("access", email)
    driving.work()
    driving.hand_over(copy)
    measured(copy)
    erasure = driving.verified("erasure", email)
    measured(erasure)
    driving.approve(erasure)
    measured(erasure)
    outcome = queries.request_view(erasure).outcome
    if outcome not in ("erased", "erased_except_kept"):
        raise SystemExit(f"bench: outcome {outcome}")
    return dict(zip((PARTS[2], PARTS[0], PARTS[1]), times, strict=True))


if __name__ == "__main__":
    main()
