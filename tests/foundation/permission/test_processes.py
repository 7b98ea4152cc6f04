"""What another process sees, and what lies in the files: real processes on a real home."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.duty("M8.1"), pytest.mark.duty("M1.3")]
ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys, time
from datetime import UTC, datetime
import django
django.setup()
from discreet.foundation.permission.actions import choosing, ending
from discreet.foundation.permission.people import Person, RowKey
from discreet.foundation.permission.queries import standing_of
from discreet.foundation.permission.rules import Channel, Use
from discreet.foundation.permission.said import Source
from discreet.vocabulary.actors import SYSTEM
if sys.argv[1] == "prepare":
    from django.core.management import call_command
    from discreet.foundation.keys.api import ensure_keyring
    call_command("migrate", verbosity=0)
    ensure_keyring()
    sys.exit()
ref = ""
for line in sys.stdin:
    word, now = line.strip(), datetime.now(UTC)
    person = Person(email="ann.miller@example.com", phone="+493012345678", customer_number="K-4711-X",
                    device="device-of-ann", rows=(RowKey("shop", "customer", "row-of-ann"),))
    if word == "restrict":
        ref = choosing.restrict(actor=SYSTEM, now=now, person=person, source=Source(Channel.REQUEST)).ref
    elif word == "lift":
        ending.tell_lifting(actor=SYSTEM, now=now, ref=ref)
        ending.lift_restriction(actor=SYSTEM, now=now, ref=ref)
    elif word == "object":
        kept = choosing.object_to(actor=SYSTEM, now=now, person=person, source=Source(Channel.REQUEST))
        ending.override_objection(actor=SYSTEM, now=now, ref=kept.ref, grounds="ann.miller@example.com")
    answer = standing_of(person=Person(phone="+49 30 12345678"), use=Use("CustomerCare"), at=datetime.now(UTC))
    print(answer.is_allowed, flush=True)
"""


class Process:
    """A process of Discreet that is asked line by line."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.running = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "serve"],
            env=environment,
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def say(self, word: str) -> bool:
        assert self.running.stdin and self.running.stdout
        self.running.stdin.write(word + "\n")
        self.running.stdin.flush()
        return self.running.stdout.readline().strip() == "True"

    def end(self) -> None:
        assert self.running.stdin
        self.running.stdin.close()
        assert self.running.wait(timeout=60) == 0


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DISCREET_")}
    environment = {
        **kept,
        "DISCREET_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "discreet.project.settings",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }
    subprocess.run(
        [sys.executable, "-c", PROGRAM, "prepare"], env=environment, cwd=ROOT, check=True, timeout=240
    )
    return environment


def test_a_change_counts_in_every_process_within_a_second_and_the_files_hold_no_name(
    environment: dict[str, str], tmp_path: Path
) -> None:
    one, other = Process(environment), Process(environment)
    assert other.say("ask") and one.say("ask")  # both have asked before: what one remembers would be old
    assert not one.say("restrict")
    assert not other.say("ask")  # its first question after the commit: there is no second to wait for
    assert one.say("lift") and other.say("ask")
    one.say("object")
    one.end()
    other.end()
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(b"permission_choicekey" in blob for blob in files.values())
    plain = (
        b"ann.miller",
        b"12345678",
        b"4711",
        b"device-of-ann",
        b"row-of-ann",
        "ann.miller".encode("utf-16-le"),
    )
    found = [(path.name, word) for path, blob in files.items() for word in plain if word in blob.lower()]
    assert found == []
