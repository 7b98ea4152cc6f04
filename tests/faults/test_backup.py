"""Restore drills: what a backup brings back, what it must not bring back, and files that are no backup."""

import io
import json
import secrets
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from discreet.project.operations import archive
from discreet.project.operations.archive import Manifest, check_archive, unpack_archive, write_archive
from discreet.project.operations.refusals import BackupDamaged, BackupExists
from tests.mechanisms.rights.company import ANN, BOB, CLEO
from tests.project.operations.installation import Installation

pytestmark = pytest.mark.xdist_group("backup")


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, Path, dict[str, str]]:
    """An installation backed up while one erasure was done and two were open, one of which then ran."""
    folder = tmp_path_factory.mktemp("drill")
    one = Installation(home=folder / "home", source=folder / "shop.sqlite3")
    one.connect()
    numbers = {"done": one.erased(BOB), "later": one.accepted(CLEO)}
    numbers["open"] = str(one.json("rights", "open", "--kind", "erasure", "--email", ANN)["id"])
    backup = folder / "backup.tar"
    one.do("backup", "--out", str(backup))
    one.do("work", "--until-idle")
    assert one.show(numbers["later"])["state"] == "done"
    return one, backup, numbers


def lose_the_database(one: Installation, home: Path) -> Installation:
    """Return a copy of the installation whose databases are gone; keys, tombstones and witness outlived them."""
    shutil.copytree(one.home, home, ignore=shutil.ignore_patterns("*.sock", "*.lock"))
    for path in home.glob("*.sqlite3*"):
        path.unlink()
    shutil.rmtree(home / "packages", ignore_errors=True)
    return Installation(home=home, source=one.source)


@pytest.mark.promise(9)
@pytest.mark.promise(11)
def test_an_older_backup_comes_back_and_does_not_bring_back_who_was_erased_since(
    drill: tuple[Installation, Path, dict[str, str]], tmp_path: Path
) -> None:
    one, backup, numbers = drill
    restored = lose_the_database(one, tmp_path / "home")
    told = restored.json("restore", str(backup))
    assert told["evidence_intact"] and told["is_older_than_checkpoints"] and told["lost_entries"] > 0
    assert told["ended_again"] == [numbers["later"]]
    assert [case["number"] for case in told["open"]] == [numbers["open"]]
    assert told["sources_to_check"] == ["shop"]
    later = restored.show(numbers["later"])
    assert (later["state"], later["outcome"]) == ("done", "erased")
    assert restored.database(
        f"SELECT count(*) FROM rights_batch b JOIN rights_rightsrequest r ON r.batch_id = b.id "
        f"WHERE r.number = '{numbers['later']}' AND b.plan_sealed IS NOT NULL"
    ) == [(0,)]
    assert restored.run("ledger", "verify").returncode == 1
    restored.do("ledger", "accept-rollback")
    restored.do("ledger", "verify")
    restored.do("work", "--until-idle")
    restored.do("ledger", "verify")


@pytest.mark.promise(9)
@pytest.mark.parametrize("where", ["home", "backup"])
def test_a_forged_tombstone_gives_an_open_request_no_outcome(
    drill: tuple[Installation, Path, dict[str, str]], tmp_path: Path, where: str
) -> None:
    """Written into the home, or into the backup's tar; without a seal, or with one made up."""
    one, backup, numbers = drill
    restored = lose_the_database(one, tmp_path / "home")
    facts = {
        "date": "2026-01-31",
        "kind": "request",
        "number": numbers["open"],
        "outcome": "erased",
        "received_at": one.database(
            f"SELECT received_at FROM rights_rightsrequest WHERE number = '{numbers['open']}'"
        )[0][0].replace(" ", "T") + "+00:00",
        "v": 1,
    }  # fmt: skip
    lines = "".join(f"{json.dumps(one)}\n" for one in (facts, {**facts, "seal": "0" * 64}))
    file = restored.home / "tombstones" / "tombstones.jsonl"
    length = len(file.read_text().splitlines())
    if where == "home":
        with file.open("a") as out:
            out.write(lines)
    else:
        members = unpack_archive(backup, into=tmp_path / "in")
        with (tmp_path / "in" / "tombstones" / "tombstones.jsonl").open("a") as out:
            out.write(lines)
        backup = tmp_path / "forged.tar"
        write_archive(
            backup, staged=tmp_path / "in", made_at=members.made_at, version=members.version, kind="sqlite"
        )
    done = restored.run("restore", str(backup), "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["evidence_intact"] and told["ended_again"] == [numbers["later"]]
    assert told["tombstones_refused"] == [
        {"line": length + 1, "why": "unsealed", "number": numbers["open"]},
        {"line": length + 2, "why": "forged", "number": None},
    ]
    assert restored.show(numbers["open"])["outcome"] is None
    restored.do("ledger", "accept-rollback")
    out = str(tmp_path / "proof.json")
    restored.do("ledger", "prove", "--subject", "tombstones:refused", "--out", out)


@pytest.mark.promise(9)
def test_no_number_is_given_out_twice_after_a_loss(
    drill: tuple[Installation, Path, dict[str, str]], tmp_path: Path
) -> None:
    one, backup, numbers = drill
    restored = lose_the_database(one, tmp_path / "home")
    lost = restored.json("restore", str(backup))["lost_entries"]
    opened = restored.json("rights", "open", "--kind", "access", "--email", ANN)["id"]
    assert int(opened[2:]) == int(numbers["open"][2:]) + lost + 1


@pytest.mark.promise(9)
def test_a_restored_source_is_erased_again_after_one_check(
    drill: tuple[Installation, Path, dict[str, str]], tmp_path: Path
) -> None:
    one, _, _ = drill
    home = tmp_path / "home"
    shutil.copytree(one.home, home, ignore=shutil.ignore_patterns("*.sock", "*.lock"))
    copy = Installation(home=home, source=one.source)
    before = one.source.read_bytes()
    try:
        one.source.unlink()
        Installation(home=tmp_path / "other", source=one.source).home.mkdir()
        fresh = Installation(home=tmp_path / "other", source=one.source)
        fresh.connect()  # the company's database as of its first day
        assert copy.run("tombstones", "check", "shop").returncode == 1
        found = copy.json("tombstones", "check", "shop", "--open")["restored"]
        requests = [row["request"] for row in found]
        assert len(requests) == 2 and all(requests)
        again = copy.json("tombstones", "check", "shop", "--open")["restored"]
        assert [row["request"] for row in again] == requests
        copy.do("work", "--until-idle")
        for number in requests:
            copy.approve(number)
        copy.do("work", "--until-idle")
        assert [copy.show(number)["state"] for number in requests] == ["done", "done"]
        assert copy.json("tombstones", "check", "shop")["restored"] == []
    finally:
        one.source.write_bytes(before)


def test_an_installation_is_never_overwritten(drill: tuple[Installation, Path, dict[str, str]]) -> None:
    one, backup, numbers = drill
    done = one.run("restore", str(backup))
    assert done.returncode == 1 and "overwrites none" in done.stderr
    assert one.show(numbers["later"])["state"] == "done"


@pytest.mark.promise(10)
def test_without_the_keyring_nothing_is_restored(
    drill: tuple[Installation, Path, dict[str, str]], tmp_path: Path
) -> None:
    one, backup, _ = drill
    home = tmp_path / "home"
    bare = Installation(home=home, source=one.source)
    done = bare.run("restore", str(backup))
    assert done.returncode == 1 and "--keyring" in done.stderr
    assert not (home / "discreet.sqlite3").exists()
    key = str(one.home / "keys" / "keyring.json")
    told = bare.json("restore", str(backup), "--keyring", key)
    assert told["evidence_intact"] and not told["is_older_than_checkpoints"]


@pytest.mark.promise(10)
def test_another_installations_keyring_does_not_open_a_restored_database(
    drill: tuple[Installation, Path, dict[str, str]], tmp_path: Path
) -> None:
    one, backup, _ = drill
    other = Installation(home=tmp_path / "other", source=one.source)
    other.do("keys", "--help")
    for path in other.home.glob("*.sqlite3*"):
        path.unlink()
    done = other.run("restore", str(backup))
    assert done.returncode == 1 and "another installation" in done.stderr


def test_a_backup_is_for_its_owner_alone_and_overwrites_nothing(
    drill: tuple[Installation, Path, dict[str, str]],
) -> None:
    one, backup, _ = drill
    assert backup.stat().st_mode & 0o777 == 0o600
    done = one.run("backup", "--out", str(backup))
    assert done.returncode == 1 and "overwrites nothing" in done.stderr
    check_archive(backup)


@pytest.mark.promise(22)
def test_a_backup_holds_keys_only_when_asked(
    drill: tuple[Installation, Path, dict[str, str]], tmp_path: Path
) -> None:
    one, backup, _ = drill
    keyring = (one.home / "keys" / "keyring.json").read_bytes()
    assert keyring not in backup.read_bytes()
    whole = tmp_path / "whole.tar"
    one.do("backup", "--out", str(whole), "--with-keyring")
    assert keyring in whole.read_bytes()
    told = Installation(home=tmp_path / "home", source=one.source).json("restore", str(whole))
    assert told["evidence_intact"] and not told["is_older_than_checkpoints"]


@pytest.mark.promise(5)
def test_a_disk_that_fills_up_leaves_no_half_backup(
    drill: tuple[Installation, Path, dict[str, str]], tmp_path: Path
) -> None:
    one, _, _ = drill
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    limited = one.python(
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000));"
        "from discreet.project.cli import main; main()",
        "backup", "--out", str(tmp_path / "b.tar"),
    )  # fmt: skip
    assert limited.returncode != 0
    assert list(tmp_path.iterdir()) == []
    assert list((one.home / "run").glob("staging-*")) == []


# --- files that are no backup ---


def staged(folder: Path) -> Path:
    (folder / "in" / "tombstones").mkdir(parents=True)
    (folder / "in" / "discreet.sqlite3").write_bytes(b"database" * 1000)
    (folder / "in" / "tombstones" / "tombstones.jsonl").write_bytes(b"{}\n")
    return folder / "in"


def written(folder: Path) -> Path:
    out = folder / "b.tar"
    write_archive(out, staged=staged(folder), made_at="2026-03-02", version="1", kind="sqlite")
    return out


def test_what_was_packed_comes_out(tmp_path: Path) -> None:
    out = written(tmp_path)
    manifest = unpack_archive(out, into=tmp_path / "out")
    assert set(manifest.members) == {"discreet.sqlite3", "tombstones/tombstones.jsonl"}
    assert (tmp_path / "out" / "discreet.sqlite3").read_bytes() == b"database" * 1000
    with pytest.raises(BackupExists):
        write_archive(out, staged=tmp_path / "in", made_at="", version="", kind="sqlite")


@pytest.mark.promise(18)
def test_any_changed_or_missing_byte_is_found(tmp_path: Path) -> None:
    content = bytearray(written(tmp_path).read_bytes())
    with tarfile.open(tmp_path / "b.tar") as tar:
        place = tar.getmember("discreet.sqlite3").offset_data
    for position in (place, place + 4000, place + 7999):
        changed = bytearray(content)
        changed[position] ^= 1
        (tmp_path / "x.tar").write_bytes(changed)
        with pytest.raises(BackupDamaged):
            check_archive(tmp_path / "x.tar")
    for length in range(0, len(content) - 10_240, 1000):
        (tmp_path / "x.tar").write_bytes(content[:length])
        with pytest.raises(BackupDamaged):
            check_archive(tmp_path / "x.tar")


def hostile(
    path: Path, *, members: dict[str, tuple[int, str]], infos: list[tuple[tarfile.TarInfo, bytes]]
) -> Path:
    body = {"format": archive.FORMAT, "made_at": "", "version": "", "kind": "sqlite",
            "members": {"discreet.sqlite3": [0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"], **members}}  # fmt: skip
    text = json.dumps(body).encode()
    manifest = tarfile.TarInfo(archive.MANIFEST)
    manifest.size = len(text)
    with tarfile.open(path, "w") as tar:
        tar.addfile(manifest, io.BytesIO(text))
        tar.addfile(tarfile.TarInfo("discreet.sqlite3"), io.BytesIO(b""))
        for info, content in infos:
            tar.addfile(info, io.BytesIO(content))
    return path


def info(name: str, *, size: int = 0, type_: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size, made.type, made.linkname = size, type_, link
    return made


NOTHING = (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
ATTACKS: dict[str, Callable[[Path], Path]] = {
    "parent": lambda path: hostile(path, members={"../evil": NOTHING}, infos=[(info("../evil"), b"")]),
    "absolute": lambda path: hostile(path, members={"/evil": NOTHING}, infos=[(info("/evil"), b"")]),
    "inside": lambda path: hostile(
        path,
        members={"packages/../../evil.sealed": NOTHING},
        infos=[(info("packages/../../evil.sealed"), b"")],
    ),
    "unnamed": lambda path: hostile(path, members={}, infos=[(info("jobs.sqlite3"), b"")]),
    "symlink": lambda path: hostile(
        path,
        members={"jobs.sqlite3": NOTHING},
        infos=[(info("jobs.sqlite3", type_=tarfile.SYMTYPE, link="/etc/passwd"), b"")],
    ),
    "hardlink": lambda path: hostile(
        path,
        members={"jobs.sqlite3": NOTHING},
        infos=[(info("jobs.sqlite3", type_=tarfile.LNKTYPE, link="discreet.sqlite3"), b"")],
    ),
    "device": lambda path: hostile(
        path,
        members={"jobs.sqlite3": NOTHING},
        infos=[(info("jobs.sqlite3", type_=tarfile.CHRTYPE), b"")],
    ),
    "twice": lambda path: hostile(
        path,
        members={"jobs.sqlite3": NOTHING},
        infos=[(info("jobs.sqlite3"), b""), (info("jobs.sqlite3"), b"")],
    ),
    "larger": lambda path: hostile(
        path, members={"jobs.sqlite3": NOTHING}, infos=[(info("jobs.sqlite3", size=9), b"x" * 9)]
    ),
    "missing": lambda path: hostile(path, members={"jobs.sqlite3": NOTHING}, infos=[]),
}


@pytest.mark.promise(18)
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_archive_writes_nothing_outside(attack: str, tmp_path: Path) -> None:
    into = tmp_path / "a" / "b"
    into.mkdir(parents=True)
    path = ATTACKS[attack](tmp_path / "x.tar")
    with pytest.raises(BackupDamaged):
        unpack_archive(path, into=into)
    assert {one.name for one in tmp_path.rglob("*") if one.is_file()} <= {
        "x.tar",
        "discreet.sqlite3",
        "jobs.sqlite3",
    }
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.promise(18)
def test_a_compressed_archive_is_not_even_opened(tmp_path: Path) -> None:
    """Nothing that could unfold is read: a bomb costs nothing."""
    with tarfile.open(tmp_path / "x.tar", "w:gz") as tar:
        tar.addfile(info("discreet.sqlite3", size=10**7), io.BytesIO(bytes(10**7)))
    with pytest.raises(BackupDamaged):
        check_archive(tmp_path / "x.tar")


def test_a_manifest_that_is_none_is_refused(tmp_path: Path) -> None:
    for text in (b"", b"[]", b"{}", b"[" * 100_000, b'{"format": "discreet-backup/1", "members": 3}'):
        with tarfile.open(tmp_path / "x.tar", "w") as tar:
            tar.addfile(info(archive.MANIFEST, size=len(text)), io.BytesIO(text))
        with pytest.raises(BackupDamaged):
            check_archive(tmp_path / "x.tar")


def test_a_manifest_says_how_much_room_it_needs() -> None:
    members = {"a": archive.Member(3, ""), "b": archive.Member(4, "")}
    assert Manifest(made_at="", version="", kind="sqlite", members=members).total_bytes == 7


# --- PostgreSQL ---


@pytest.mark.postgresql
@pytest.mark.promise(9)
def test_an_installation_on_postgresql_comes_back_in_another_database(
    postgresql_url: str, tmp_path: Path
) -> None:
    one = Installation(home=tmp_path / "home", source=tmp_path / "shop.sqlite3")
    one.more["DISCREET_DATABASE_URL"] = postgresql_url
    one.do("company", "show")
    number = str(one.json("rights", "open", "--kind", "erasure", "--email", ANN)["id"])
    backup = tmp_path / "b.tar"
    one.do("backup", "--out", str(backup), "--with-keyring")
    done = Installation(home=tmp_path / "other", source=one.source, more=one.more).run("restore", str(backup))
    assert done.returncode == 1 and "not empty" in done.stderr
    empty = beside(postgresql_url)
    other = Installation(home=tmp_path / "other", source=one.source, more={"DISCREET_DATABASE_URL": empty})
    told = other.json("restore", str(backup))
    assert told["evidence_intact"] and [case["number"] for case in told["open"]] == [number]
    assert other.show(number)["state"] == "received"


@pytest.mark.postgresql
def test_without_pg_dump_the_operator_is_told_what_to_install(postgresql_url: str, tmp_path: Path) -> None:
    one = Installation(home=tmp_path / "home", source=tmp_path / "shop.sqlite3")
    one.more |= {"DISCREET_DATABASE_URL": postgresql_url, "PATH": str(tmp_path)}
    one.do("company", "show")
    done = one.run("backup", "--out", str(tmp_path / "b.tar"))
    assert done.returncode == 1 and "pg_dump" in done.stderr
    assert not (tmp_path / "b.tar").exists()


def beside(url: str) -> str:
    """Make one more empty database on the same server and return its address."""
    import psycopg

    name = f"restored_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")
    return urlsplit(url)._replace(path=f"/{name}").geturl()
