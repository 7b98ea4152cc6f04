"""Killed at any touch of the disk, no file is left without a row, and no row without its file and its key."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.house.reading import ROOT

pytestmark = [pytest.mark.promise(1), pytest.mark.duty("M8.2")]


def test_a_kill_between_any_two_touches_leaves_whole_papers_or_none(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "tests.foundation.papers.killed", str(tmp_path / "home")]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False, timeout=250)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    killed = Counter(step for step, _, _ in found)
    assert killed["take"] >= 4 and killed["check"] >= 3, killed
    torn = [one for one in found if len({tuple(papers) for papers in one[2].values()}) > 1]
    assert torn == []
