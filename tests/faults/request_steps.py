"""What tests ask of an installation in a process of its own, in one go: `python -m tests.faults.request_steps`.

`correct OLD NEW` opens a correction and approves it by the acts that the pages call. `told NUMBER PROOF` verifies the
ledger, writes the proof, and prints outcome, letter and ledger's verdict.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.warm import WarmHouse
from tests.stories.house import ROOT, House


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a request that was carried out. `proof`: what a stranger's verifier says of it."""

    state: str
    outcome: str
    letter: str  # without blanks
    proof: str


def corrected(house: House, *, old: str, new: str) -> str:
    """Open a correction of an address, choose that every place is corrected, and approve it; return its number."""
    return _run(house, "correct", old, new)


def told(house: House, number: str) -> Told:
    proof = house.home.parent / f"{house.home.name}.proof.json"
    said = json.loads(_run(house, "told", number, str(proof)))
    return Told(**said, proof=house.verifies(proof))


def _run(house: House, *args: str) -> str:
    if isinstance(house, WarmHouse):
        return house.steps(*args)
    environment = {**house.environment, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.request_steps", *args], env=environment, capture_output=True,
        text=True, check=False, cwd=ROOT, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, f"{args}: {done.stdout}{done.stderr}{house.log()}"
    return done.stdout


def _correct(old: str, new: str) -> str:
    from discreet.engines.subjects.corrections import Change, Choice
    from tests.mechanisms.rights import correcting

    number = correcting.asked(Change("email", new, old), email=old)
    correcting.choose(number, Choice.CORRECT)
    correcting.approve(number)
    return number


def _told(number: str, proof: str) -> str:
    from pypdf import PdfReader

    from discreet.foundation.ledger import prove
    from discreet.foundation.ledger.sequencer import settle_second_place
    from discreet.foundation.ledger.verify import verify_ledger
    from discreet.mechanisms.rights import queries
    from discreet.mechanisms.rights.letters import answers
    from discreet.mechanisms.rights.letters.parts import Occasion

    now = datetime.now(UTC)
    settle_second_place()  # as `ledger verify` does
    assert verify_ledger(elsewhere=[]).is_intact
    bundle = prove.complete_bundle(f"request:{number}", now=now, against=[])
    Path(proof).write_text(json.dumps(bundle), encoding="utf-8")
    view = queries.request_view(number)
    pdf = answers.letter_of(view, Occasion.ANSWER, now=now)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    said = {"state": view.state, "outcome": view.outcome, "letter": "".join(text.split())}
    return json.dumps(said)


def main(args: Sequence[str]) -> None:
    """Take one step and print what came of it."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "discreet.project.settings")
    django.setup()
    steps = {"correct": _correct, "told": _told}
    sys.stdout.write(steps[args[0]](*args[1:]))


if __name__ == "__main__":
    main(sys.argv[1:])
