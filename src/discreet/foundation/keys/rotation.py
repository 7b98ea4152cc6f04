"""Change the root key. Every wrapped key is wrapped anew; what they seal stays as it is.

Cut off anywhere, it goes on where it stopped: as long as the keyring holds two root keys, both unwrap.
"""

from typing import ClassVar

from django.conf import settings
from django.db import transaction

from discreet.engines.envelope.keyring import Keyring, with_new_root, without_older_roots
from discreet.foundation.keys import api, store
from discreet.foundation.keys.models import CaseKey, DataKey, KeyringMark
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

_BATCH = 500


class RotateWhileServing(Refused):
    code = "keys.rotate_while_serving"
    message: ClassVar[str] = gettext_noop(
        "Stop the running Discreet (serve and work, on every machine), then change the root key."
    )


def rotate_keyring(*, is_serving: bool) -> int:
    """Give the keyring a new root key and drop the old one; return how many keys were wrapped anew.

    Raises:
        RotateWhileServing: another process could still wrap with the old root key.
    """
    if is_serving:
        raise RotateWhileServing
    keyring = store.this_keyring()
    if len(keyring.roots) == 1:
        keyring = with_new_root(keyring)
        store.write_keyring(settings.DISCREET_HOME, keyring, replace_existing=True)
    count = _wrap_anew(keyring, DataKey, "data-key") + _wrap_anew(keyring, CaseKey, "case-key")
    KeyringMark.objects.update(fingerprint=keyring.fingerprint(keyring.current))
    store.write_keyring(settings.DISCREET_HOME, without_older_roots(keyring), replace_existing=True)
    api.forget_unwrapped_keys()
    return count


def _wrap_anew(keyring: Keyring, model: type[DataKey] | type[CaseKey], kind: str) -> int:
    current = keyring.current.to_bytes(4)
    names = list(model.objects.values_list("pk", flat=True))
    count = 0
    for start in range(0, len(names), _BATCH):
        with transaction.atomic():
            for row in model.objects.filter(pk__in=names[start : start + _BATCH]):
                old = bytes(row.wrapped)
                if old[:4] == current:
                    continue
                aad = f"{kind}/{row.pk}"
                row.wrapped = keyring.wrap(keyring.unwrap(old, aad=aad), aad=aad)
                row.save(update_fields=["wrapped"])
                count += 1
    return count
