"""The ledger keeps its promises on PostgreSQL, with several processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]
FOLLOWING = {"checkpoint_contradicted", "forked"}  # from a changed entry, once more
Environment = dict[str, str]


@pytest.fixture
def environment(postgresql_url: str, tmp_path: Path) -> Environment:
    path = os.pathsep.join(sys.path)
    return {
        **os.environ,
        "DISCREET_HOME": str(tmp_path),
        "DISCREET_DATABASE_URL": postgresql_url,
        "PYTHONPATH": path,
    }


def step(environment: Environment, name: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.foundation.ledger.on_postgresql", name]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def output(process: "subprocess.Popen[str]") -> str:
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return told


@pytest.mark.promise(6)
@pytest.mark.promise(11)
def test_processes_that_sequence_at_once_do_not_fork_and_edits_are_found(environment: Environment) -> None:
    output(step(environment, "prepare"))
    together = [step(environment, name) for name in ("write", "sequence", "sequence", "write")]
    for process in together:
        output(process)
    assert json.loads(output(step(environment, "verify"))) == {"entries": 600, "faults": []}
    assert output(step(environment, "guarded")) == ""
    output(step(environment, "prove"))
    output(step(environment, "tamper"))
    found = json.loads(output(step(environment, "verify")))
    assert set(found["faults"]) == {"columns_changed", "entry_changed", "tile_missing"} | FOLLOWING
