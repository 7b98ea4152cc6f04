"""A program that takes and checks a paper and is killed at each touch of the papers' folder, one after the other.

Run as `python -m tests.foundation.papers.killed HOME`. Every run is a child of its own, which ends by SIGKILL; another
child then sweeps and says what stands. Prints a JSON list of [step, touch, what stands].
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

HOME = Path(sys.argv[1])
os.environ |= {"DISCREET_HOME": str(HOME), "DJANGO_SETTINGS_MODULE": "discreet.project.settings"}
TOUCHES = ("open", "os.rename", "os.remove", "os.mkdir")


def main() -> None:
    import django

    django.setup()
    HOME.mkdir(exist_ok=True)
    found = []
    assert child(make) == 0
    for step, run in (("take", take), ("check", check)):
        begun = HOME.with_name(f"before-{step}")
        shutil.copytree(HOME, begun)
        for touch in range(1, 100):
            shutil.rmtree(HOME)
            shutil.copytree(begun, HOME)
            ending = child(lambda touch=touch, run=run: killed_at(touch, run))  # type: ignore[misc]
            if ending == 0:
                break
            assert ending == -signal.SIGKILL, ending
            said = HOME / "standing.json"
            assert child(lambda said=said: said.write_text(json.dumps(standing()))) == 0  # type: ignore[misc]
            found.append([step, touch, json.loads(said.read_text())])
    print(json.dumps(found))


def child(run: Callable[[], object]) -> int:
    """Run in a process of its own; return how it ended, a signal as its negative."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            run()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_at(touch: int, run: Callable[[], None]) -> None:
    touches = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal touches
        if (
            event in TOUCHES
            and any("/papers" in str(one) for one in arguments[:2])
            and str(HOME) in str(arguments)
        ):
            touches += 1
            if touches == touch:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    run()


def make() -> None:
    from django.core.management import call_command

    from discreet.foundation.keys.api import ensure_keyring
    from discreet.foundation.papers import actions
    from discreet.foundation.papers.rules import Purpose
    from tests.foundation.cases.conftest import AGENT, NOW, opened

    call_command("migrate", verbosity=0)
    ensure_keyring()
    actions.ask_paper(actor=AGENT, now=NOW, number=opened().number, purpose=Purpose.IDENTITY)


def take() -> None:
    from tests.foundation.papers import files
    from tests.foundation.papers.conftest import sent

    sent("R-1001", files.png())


def check() -> None:
    from discreet.foundation.papers import actions, scanning
    from discreet.foundation.papers.models import Paper
    from discreet.foundation.papers.rules import Lack, Seen
    from tests.foundation.cases.conftest import AGENT, NOW

    paper_id = Paper.objects.latest("id").paper_id
    actions.show_paper(actor=AGENT, now=NOW, paper_id=paper_id, reason="Name", has_scanner=False)
    actions.note_check(
        actor=AGENT,
        now=NOW,
        paper_id=paper_id,
        seen=Seen.PASSPORT,
        is_accepted=False,
        lacking=Lack.UNREADABLE,
    )
    scanning.remove_file(now=NOW, paper_id=paper_id)


def standing() -> dict[str, list[str]]:
    """Sweep, as the schedule does an hour later, and return the papers that have a row, a file, a key and content."""
    from discreet.foundation.keys.models import CaseKey
    from discreet.foundation.papers import queries, scanning, vault
    from discreet.foundation.papers.models import Paper
    from tests.foundation.cases.conftest import NOW

    scanning.remove_orphans(datetime.now(UTC) + timedelta(hours=1))
    scanning.sweep(NOW)  # papers were taken at the tests' own time
    rows = list(Paper.objects.filter(gone_at__isnull=True).values_list("paper_id", flat=True))
    keys = CaseKey.objects.filter(case_id__startswith="paper:").values_list("case_id", flat=True)
    return {
        "rows": sorted(rows),
        "readable": sorted(one for one in rows if queries.open_paper(queries.paper(one))),
        "files": sorted(paper_id for paper_id, _ in vault.lying()),
        "keys": sorted(one.removeprefix("paper:") for one in keys),
    }


if __name__ == "__main__":
    main()
