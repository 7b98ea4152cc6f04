"""Secrets never leave: a canary password, keyring and code are looked for in everything that comes out."""

import base64
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.mechanisms.rights.company import ANN
from tests.project.operations.installation import Installation

CANARY = "c4n@ry/Pa$$w0rd:é"


def spellings(secret: str) -> set[str]:
    """Return how a secret may stand in an output: plain, escaped, in an address, in base64."""
    raw = secret.encode()
    return {
        secret,
        quote(secret, safe=""),
        quote(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        base64.b64encode(raw).decode().rstrip("="),
        raw.hex(),
    }


def leaks(secret: str, outputs: list[str]) -> list[str]:
    return [text for text in outputs if any(spelling in text for spelling in spellings(secret))]


@pytest.fixture
def one(tmp_path: Path) -> Installation:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    return Installation(home=home, source=tmp_path / "shop.sqlite3", more={"PYTHONUNBUFFERED": "1"})


@pytest.mark.promise(22)
def test_a_sources_password_comes_out_nowhere(one: Installation) -> None:
    """Wrong hosts, wrong engines, wrong accounts; on the command line and from the environment."""
    secret = quote(CANARY, safe="")
    address = f"postgresql://shop:{secret}@127.0.0.1:1/shop"
    one.more["SHOP_URL"] = address
    one.more["SHOP_PASSWORD"] = CANARY
    assert one.run("connect", "shop", address).returncode == 1
    assert one.run("connect", "shop", "env:SHOP_URL").returncode == 1
    assert one.run("connect", "shop", "postgresql://shop:env:SHOP_PASSWORD@127.0.0.1:1/shop").returncode == 1
    assert one.run("connect", "shop", f"mysql://shop:{secret}@127.0.0.1:1/shop").returncode == 1
    assert (
        one.run("connect", "shop", f"postgresql://shop:{secret}@127.0.0.1:1/shop?{secret}=1").returncode == 1
    )
    assert one.run("connect", "shop", f"nonsense://shop:{secret}@host/shop").returncode == 1
    one.more["DISCREET_SMTP_URL"] = f"smtp://mail:{secret}@127.0.0.1:1"
    one.run("doctor", "--json")
    del one.more["DISCREET_SMTP_URL"]
    one.run("backup", "--out", str(one.home / "b.tar"))
    assert leaks(CANARY, one.outputs) == []
    stored = b"".join(path.read_bytes() for path in one.home.rglob("*") if path.is_file())
    assert not any(spelling.encode() in stored for spelling in spellings(CANARY))


@pytest.mark.promise(22)
def test_discreets_own_databases_password_comes_out_nowhere(one: Installation) -> None:
    one.more["DISCREET_DATABASE_URL"] = f"postgresql://discreet:{quote(CANARY, safe='')}@127.0.0.1:1/discreet"
    for command in (
        ("doctor",),
        ("doctor", "--json"),
        ("backup", "--out", "b.tar"),
        ("upgrade",),
        ("sources",),
    ):
        assert one.run(*command).returncode != 0
    assert leaks(CANARY, one.outputs) == []


@pytest.mark.promise(22)
def test_keyring_passphrase_and_code_come_out_nowhere(one: Installation) -> None:
    """Through a whole request, its evidence and its proof; the code stands in the mail and nowhere else."""
    one.more["DISCREET_KEYRING_PASSPHRASE"] = CANARY
    one.connect()
    number = str(one.json("rights", "open", "--kind", "access", "--email", ANN)["id"])
    assert one.run("rights", "plan", number, "--json").returncode == 1, "nobody has proven who they are"
    sent = one.python(
        "import sys; from datetime import UTC, datetime; from discreet.project.start import prepare_home;"
        "prepare_home();"
        "from discreet.mechanisms.rights import workflows; from discreet.vocabulary.actors import SYSTEM;"
        "now = datetime.now(UTC);"
        "workflows.locate_request(sys.argv[1], SYSTEM, now); print(workflows.send_code(sys.argv[1], now))",
        number,
    )
    assert sent.stdout.strip() == "sent", sent.stderr
    one.do("work", "--until-idle")
    one.do("rights", "show", number, "--json")
    proof = one.home / "proof.json"
    one.do("ledger", "prove", "--request", number, "--out", str(proof))
    one.run("doctor", "--json")
    (mail,) = (one.home / "mail").glob("*.eml")
    code = re.search(r"(?<!\d)(\d{8})(?!\d)", mail.read_text(encoding="utf-8"))
    assert code is not None
    keyring = json.loads((one.home / "keys" / "keyring.json").read_text(encoding="ascii"))
    bodies = [str(row[0]) for row in one.database("SELECT body FROM ledger_ledgerentry")]
    outputs = [*one.outputs, *bodies, proof.read_text(encoding="utf-8")]
    secrets = [CANARY, code.group(1), *(text for text in strings(keyring) if len(text) >= 24)]
    assert len(secrets) > 2
    for secret in secrets:
        assert leaks(secret, outputs) == []
    rows = b"".join(path.read_bytes() for path in one.home.glob("*.sqlite3*"))
    assert CANARY.encode() not in rows
    assert not re.search(rb"(?<!\d)" + code.group(1).encode() + rb"(?!\d)", rows)


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []
