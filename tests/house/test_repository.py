"""What the repository may not hold, and how much it may stand on."""

import re
import subprocess
import tomllib
from functools import cache

import pytest

from tests.house.reading import ROOT

# Written so that this file does not name what it looks for.
FORBIDDEN = {
    "a package registry": re.compile(
        r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|registry[.]yarnpkg|repo1?[.]maven|proxy[.]golang"
        r"|index[.]crates|npmmirror[.]com|/simple/[a-z0-9-]+/?[\"' ]|artifactor[y]|--(?:extra-)?index-url[ =]"
    ),
    "a path of somebody's machine": re.compile(r"(?<![\w.~})*/-])/(?:root|work|Users|home/[a-z]\w*)/\w"),
}
MAX_RUNTIME = 45


@cache
def committed() -> dict[str, str]:
    """Return every committed text file that is there, by path."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    found = {}
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        blob = path.read_bytes() if path.is_file() else b""
        if b"\0" not in blob[:8000]:
            found[name] = blob.decode("utf-8", errors="replace")
    return found


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_committed_file_names(what: str) -> None:
    named = [
        f"{name}:{text[: match.start()].count(chr(10)) + 1}: {match.group()}"
        for name, text in committed().items()
        for match in FORBIDDEN[what].finditer(text)
    ]
    assert named == []


def test_the_core_stands_on_at_most_45_direct_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert len(project["dependencies"]) <= MAX_RUNTIME


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_every_part_by_hash_and_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    parts = re.split(r"\n(?=\S)", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    loose = [
        part.splitlines()[0]
        for part in parts
        if part.strip()
        and not re.match(r"[A-Za-z0-9._-]+(\[[^]]*\])?==\S+(?s:.*)--hash=sha256:[0-9a-f]{64}", part)
    ]
    assert loose == []
    assert "://" not in text


def test_every_direct_dependency_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = {
        line.split("==")[0].split("[")[0].lower()
        for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
        if re.match(r"[A-Za-z0-9]", line)
    }
    direct = {re.split(r"[\[<>=~! ;]", one)[0].lower() for one in project["dependencies"]}
    assert direct <= locked


def test_every_link_of_a_page_leads_somewhere() -> None:
    dead = [
        f"{name}: {target}"
        for name, text in committed().items()
        if name.endswith(".md") and "vendor" not in name
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
        if "://" not in target and not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert dead == []
