"""Starting with, without and with the wrong keyring; destroyed keys in the raw files; rotation."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from discreet.engines.envelope.keyring import new_keyring
from discreet.foundation.keys import api, rotation, store
from discreet.foundation.keys.models import CaseKey, KeyringMark
from discreet.foundation.keys.schedules import scrub

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_keyring(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, whose keyring does not exist yet."""
    settings.DISCREET_HOME = tmp_path  # type: ignore[attr-defined]
    monkeypatch.delenv(store.PASSPHRASE_VARIABLE, raising=False)
    api.forget_unwrapped_keys()
    yield tmp_path
    api.forget_unwrapped_keys()


@pytest.mark.django_db
def test_the_first_start_makes_a_keyring_for_its_owner_alone(own_keyring: Path) -> None:
    """Mode 0600 in a folder of mode 0700."""
    api.ensure_keyring()
    assert store.keyring_path(own_keyring).stat().st_mode & 0o777 == 0o600
    assert (own_keyring / "keys").stat().st_mode & 0o777 == 0o700


@pytest.mark.django_db
def test_a_second_start_keeps_the_keyring(own_keyring: Path) -> None:
    """Nothing is made anew."""
    api.ensure_keyring()
    before = store.keyring_path(own_keyring).read_bytes()
    api.forget_unwrapped_keys()
    api.ensure_keyring()
    assert store.keyring_path(own_keyring).read_bytes() == before


@pytest.mark.django_db
@pytest.mark.promise(10)
def test_a_lost_keyring_refuses_and_makes_no_new_one(own_keyring: Path) -> None:
    """The database knows that it had one."""
    api.ensure_keyring()
    store.keyring_path(own_keyring).unlink()
    api.forget_unwrapped_keys()
    with pytest.raises(store.KeyringMissing):
        api.ensure_keyring()
    with pytest.raises(store.KeyringMissing):
        api.check_keyring()
    assert not store.keyring_path(own_keyring).exists()


@pytest.mark.django_db
@pytest.mark.promise(10)
def test_another_installations_keyring_refuses_to_start(own_keyring: Path) -> None:
    """The fingerprint in the database does not fit."""
    api.ensure_keyring()
    store.write_keyring(own_keyring, new_keyring(), replace_existing=True)
    with pytest.raises(store.KeyringWrong):
        api.check_keyring()


@pytest.mark.django_db
@pytest.mark.promise(10)
def test_a_database_with_keys_but_no_mark_is_not_adopted(own_keyring: Path) -> None:
    """Removing the mark does not make a wrong keyring right."""
    api.ensure_keyring()
    api.create_case_key("R-1")
    KeyringMark.objects.all().delete()
    with pytest.raises(store.KeyringWrong):
        api.check_keyring()


@pytest.mark.django_db
def test_a_damaged_keyring_refuses_to_start(own_keyring: Path) -> None:
    """Damage is told apart from loss."""
    api.ensure_keyring()
    store.keyring_path(own_keyring).write_text("{")
    api.forget_unwrapped_keys()
    with pytest.raises(store.KeyringUnreadable):
        api.check_keyring()


@pytest.mark.django_db
def test_a_passphrase_is_needed_once_it_was_used(own_keyring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, or with another, nothing starts."""
    monkeypatch.setenv(store.PASSPHRASE_VARIABLE, "right")
    api.ensure_keyring()
    for passphrase in ("", "wrong"):
        monkeypatch.setenv(store.PASSPHRASE_VARIABLE, passphrase)
        with pytest.raises(store.PassphraseWrong):
            api.check_keyring()
    monkeypatch.setenv(store.PASSPHRASE_VARIABLE, "right")
    api.check_keyring()


@pytest.mark.django_db(transaction=True)
def test_a_destroyed_key_is_gone_from_every_file_of_the_database() -> None:
    """Neither the database nor its write-ahead log holds the wrapped key any more."""
    api.ensure_keyring()
    for number in range(60):
        api.create_case_key(f"R-{number}")
    wrapped = bytes(CaseKey.objects.get(case_id="R-30").wrapped)
    path = Path(connection.settings_dict["NAME"])
    held = lambda: [p.name for p in path.parent.glob(path.name + "*") if wrapped in p.read_bytes()]  # noqa: E731
    assert held()
    api.destroy_case_key("R-30")
    assert scrub(NOW) == 1
    assert held() == []
    assert scrub(NOW) == 0
    assert CaseKey.objects.count() == 59


@pytest.mark.django_db
@pytest.mark.promise(10)
def test_after_a_rotation_everything_opens_and_the_old_keyring_opens_nothing(own_keyring: Path) -> None:
    """The root key is new; what was sealed stays readable."""
    api.ensure_keyring()
    old = store.this_keyring()
    api.create_case_key("R-1")
    sealed, hashed = api.seal("R-1", b"x", "a"), api.hmac_company("p", b"m")
    assert rotation.rotate_keyring(is_serving=False) == 2
    assert api.open_sealed("R-1", sealed, "a") == b"x"
    assert api.hmac_company("p", b"m") == hashed
    store.write_keyring(own_keyring, old, replace_existing=True)
    with pytest.raises(store.KeyringWrong):
        api.check_keyring()


@pytest.mark.django_db
@pytest.mark.promise(10)
def test_a_rotation_that_was_cut_off_goes_on(own_keyring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the two writes of the keyring everything opens, and a second call completes it."""
    api.ensure_keyring()
    api.create_case_key("R-1")
    api.create_case_key("R-2")
    sealed = api.seal("R-1", b"x", "a")
    store.write_keyring(own_keyring, rotation.with_new_root(store.this_keyring()), replace_existing=True)
    api.create_case_key("R-3")
    api.check_keyring()
    assert api.open_sealed("R-1", sealed, "a") == b"x"
    assert rotation.rotate_keyring(is_serving=False) == 2
    assert list(store.this_keyring().roots) == [2]
    assert api.open_sealed("R-1", sealed, "a") == b"x"
    api.check_keyring()


@pytest.mark.django_db
def test_no_rotation_while_discreet_serves() -> None:
    """Another process could wrap with the old root key."""
    api.ensure_keyring()
    with pytest.raises(rotation.RotateWhileServing):
        rotation.rotate_keyring(is_serving=True)
