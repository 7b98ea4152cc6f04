"""Lists of requests that staff uploaded and have not imported yet: sealed, for a day.

Source: GDPR Art. 5(1)(e), 32; failure promise 18.
"""

import contextlib
import os
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.mechanisms.rights.actions.receiving import refuse_unless
from discreet.mechanisms.rights.refusals import NoDraft
from discreet.vocabulary.actors import SYSTEM, Actor, Role
from discreet.vocabulary.ids import new_id

LIVES = timedelta(days=1)
_AAD = "import"


def draft_path(draft: str) -> Path:
    """Return where a list lies; its name is ours."""
    folder: Path = settings.DISCREET_HOME / "imports"
    return folder / f"{draft}.sealed"


@act("rights.keep_list")
def keep_list(*, actor: Actor, now: datetime, content: bytes) -> str:
    """Keep an uploaded list, sealed under a key of its own, and return its name.

    Raises:
        NotYours
    """
    refuse_unless(actor, Role.AGENT)
    draft = new_id(prefix="list_")
    keys.create_case_key(draft)
    path = draft_path(draft)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(keys.seal(draft, content, _AAD))
        file.flush()
        os.fsync(file.fileno())
    record(actor=actor, now=now, subject=f"import:{draft}", facts={"bytes": len(content)})
    return draft


def list_content(*, actor: Actor, draft: str) -> bytes:
    """Return what an uploaded list holds.

    Raises:
        NotYours
        NoDraft: there is none, it was imported, dropped, or its day is over.
    """
    refuse_unless(actor, Role.AGENT)
    if not draft.startswith("list_") or not draft.replace("_", "").isalnum():
        raise NoDraft
    try:
        return keys.open_sealed(draft, draft_path(draft).read_bytes(), _AAD)
    except (FileNotFoundError, keys.KeyDestroyed):
        raise NoDraft from None


@act("rights.drop_list")
def drop_list(*, actor: Actor, now: datetime, draft: str) -> None:
    """Destroy an uploaded list with its key; a second call changes nothing."""
    if actor.kind is not SYSTEM.kind:
        refuse_unless(actor, Role.AGENT)
    keys.destroy_case_key(draft)
    with contextlib.suppress(FileNotFoundError):
        draft_path(draft).unlink()
    record(actor=actor, now=now, subject=f"import:{draft}", facts={"dropped": True})


def drop_old_lists(now: datetime) -> int:
    """Destroy the lists whose day is over; return how many."""
    before = (now - LIVES).timestamp()
    folder = draft_path("any").parent
    old = [path.stem for path in folder.glob("list_*.sealed") if path.stat().st_mtime < before]
    for draft in old:
        drop_list(actor=SYSTEM, now=now, draft=draft)
    return len(old)
