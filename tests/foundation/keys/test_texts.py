"""Refusals of the keys are told in both languages."""

import pytest
from django.utils import translation

from discreet.foundation.keys import api, rotation, store

REFUSALS = [
    api.KeyDestroyed, api.SealBroken, rotation.RotateWhileServing, store.KeyringMissing,
    store.KeyringUnreadable, store.KeyringWrong, store.PassphraseWrong,
]  # fmt: skip


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_is_told_in_chinese_too(refusal: type[store.Refused]) -> None:
    """The template has a translation."""
    with translation.override("zh-hans"):
        assert translation.gettext(refusal.message) != refusal.message
