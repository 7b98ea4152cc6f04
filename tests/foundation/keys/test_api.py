"""What the keys promise to the rest of the house."""

import pytest

from discreet.foundation.keys import api

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_keys():
    api.forget_unwrapped_keys()
    yield
    api.forget_unwrapped_keys()


def test_what_a_case_sealed_opens_with_its_key():
    """Sealing and opening are inverse for the same case and place."""
    api.create_case_key("R-1")
    sealed = api.seal("R-1", b"chen@example.org", "contact")
    assert api.open_sealed("R-1", sealed, "contact") == b"chen@example.org"


def test_a_destroyed_case_key_opens_nothing():
    """After destruction even the right caller cannot read."""
    api.create_case_key("R-1")
    sealed = api.seal("R-1", b"chen@example.org", "contact")
    api.destroy_case_key("R-1")
    with pytest.raises(api.KeyDestroyed):
        api.open_sealed("R-1", sealed, "contact")


@pytest.mark.parametrize(("case", "place"), [("R-2", "contact"), ("R-1", "note")])
def test_a_sealed_value_opens_at_no_other_place(case, place):
    """Moving a sealed value to another case or field breaks it."""
    api.create_case_key("R-1")
    api.create_case_key("R-2")
    sealed = api.seal("R-1", b"chen@example.org", "contact")
    with pytest.raises(api.SealBroken):
        api.open_sealed(case, sealed, place)


def test_creating_a_case_key_twice_keeps_the_first():
    """A repeated creation must not orphan what was sealed before."""
    api.create_case_key("R-1")
    sealed = api.seal("R-1", b"x", "a")
    api.create_case_key("R-1")
    assert api.open_sealed("R-1", sealed, "a") == b"x"


def test_the_company_hash_is_stable_and_separate_by_purpose():
    """The same message hashes alike for one purpose and differently for another."""
    first = api.hmac_company("mailbox", b"m")
    api.forget_unwrapped_keys()
    assert api.hmac_company("mailbox", b"m") == first
    assert api.hmac_company("tombstone", b"m") != first


def test_the_ledger_signs_with_one_key_for_good():
    """The signing key survives a restart."""
    first = api.ledger_signing_key().private_bytes_raw()
    api.forget_unwrapped_keys()
    assert api.ledger_signing_key().private_bytes_raw() == first


def test_a_person_ref_is_the_same_until_it_is_forgotten():
    """One row, one reference; after forgetting, a new one that nothing links to the old."""
    where = {"source": "shop", "table": "customers", "key_digest": "ab"}
    first = api.person_ref_for(**where)
    assert api.person_ref_for(**where) == first
    api.forget_person_ref(first)
    assert api.person_ref_for(**where) != first


def test_secrets_open_for_their_place_alone():
    """A sealed password cannot be moved to another source."""
    sealed = api.seal_secret(b"pw", "source/shop")
    assert api.open_secret(sealed, "source/shop") == b"pw"
    with pytest.raises(api.SealBroken):
        api.open_secret(sealed, "source/other")
