"""docs/coverage.md is what the tests' markers say now."""

import re
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from types import ModuleType

import pytest
import yaml

from tests.house.reading import ROOT

SHARED = ROOT.parent / "shared" / "MECHANISMS.md"
DUTIES = yaml.safe_load((ROOT / "docs" / "duties.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def coverage() -> ModuleType:
    loader = SourceFileLoader("coverage_script", str(ROOT / "script" / "coverage"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_page_is_current() -> None:
    done = subprocess.run([sys.executable, ROOT / "script" / "coverage", "--check"], check=False)
    assert done.returncode == 0, "run script/coverage and commit docs/coverage.md"


def test_a_duty_without_a_test_is_absent_and_one_with_a_gap_is_partial(coverage: ModuleType) -> None:
    assert coverage.state_of({"what": "x"}, set()) == "absent"
    assert coverage.state_of({"what": "x", "open": "y"}, {"tests/a.py"}) == "partial"
    assert coverage.state_of({"what": "x"}, {"tests/a.py"}) == "shown"


def test_a_marker_of_no_duty_is_refused(coverage: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"M99\.1"):
        coverage.page(DUTIES, {"M99.1": {"tests/a.py"}})


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_the_duties_are_those_of_the_mechanisms_page() -> None:
    stated: set[str] = set()
    mechanism = ""
    for line in SHARED.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"## (M\d+) ", line):
            mechanism = match[1]
        elif line.startswith("## "):
            mechanism = ""
        elif mechanism and (match := re.match(r"(\d+)\. ", line)):
            stated.add(f"{mechanism}.{match[1]}")
    assert {name for key, one in DUTIES.items() if key != "Around" for name in one["duties"]} == stated
