"""Values of many cases sealed and opened together."""

import pytest

from discreet.foundation.keys import api as keys
from discreet.foundation.keys.api import KeyDestroyed, SealBroken

pytestmark = pytest.mark.django_db
VALUES = {f"c-{number}": f"value {number}".encode() for number in range(1201)}


def test_what_was_sealed_together_opens_together_and_alone() -> None:
    keys.create_case_keys(VALUES)
    sealed = keys.seal_many(VALUES, "subject")
    assert keys.open_many(sealed, "subject") == VALUES
    assert keys.open_sealed("c-1200", sealed["c-1200"], "subject") == b"value 1200"


def test_nothing_opens_when_one_key_is_gone() -> None:
    keys.create_case_keys(VALUES)
    sealed = keys.seal_many(VALUES, "subject")
    keys.destroy_case_key("c-7")
    with pytest.raises(KeyDestroyed):
        keys.open_many(sealed, "subject")
    with pytest.raises(KeyDestroyed):
        keys.seal_many(VALUES, "subject")


def test_a_value_of_another_case_or_place_is_refused() -> None:
    keys.create_case_keys(["a", "b"])
    sealed = keys.seal_many({"a": b"1", "b": b"2"}, "subject")
    with pytest.raises(SealBroken):
        keys.open_many({"a": sealed["b"], "b": sealed["a"]}, "subject")
    with pytest.raises(SealBroken):
        keys.open_many(sealed, "roots")
