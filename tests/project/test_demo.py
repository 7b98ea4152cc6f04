"""`discreet demo` touches nothing but a home of its own."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from discreet.project.demo import demo


@pytest.fixture(autouse=True)
def untouched_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in dict(os.environ).items():
        if name.startswith("DISCREET_"):
            monkeypatch.setenv(name, value)


def test_a_folder_that_no_demo_made_is_refused_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keys").mkdir()
    monkeypatch.setenv("DISCREET_HOME", str(tmp_path))
    answer = CliRunner().invoke(demo, ["--fresh", "--prepare-only"])
    assert answer.exit_code == 1
    assert "holds something that no demo made" in answer.output
    assert (tmp_path / "keys").exists()
