"""What pages show of the ledger: its state is what was verified last, never what is hoped."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from discreet.engines.merkle.checkpoint import read_checkpoint
from discreet.foundation.desk.actions import VERIFICATION
from discreet.foundation.ledger import prove, queries
from discreet.foundation.ledger.queries import EntryView

BAR_DAYS = 14
BARS_CACHED_S = 60
CACHED_ABOVE = 20_000
READABLE: dict[str, Any] = {"ensure_ascii": False, "indent": 1}
#: A verification older than this proves nothing about today.
FRESH = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class LedgerPanel:
    """`state` is a kind of the status component. `per_day` ends with today."""

    state: str
    verified: EntryView | None
    verified_entries: int
    newest: EntryView | None
    status: queries.LedgerStatus
    per_day: Sequence[int]
    first_day: datetime
    is_witnessed: bool


@dataclass(frozen=True, slots=True)
class Seal:
    """The way from one entry to the signed root. Without a `proof` the entry waits, or does not verify."""

    tree_size: int
    root: str
    path: Sequence[str]
    checkpoint: str
    proof: str
    is_broken: bool = False


def seal(entry: EntryView) -> Seal:
    """Return the inclusion proof of an entry at the newest checkpoint, recomputed now."""
    none = Seal(tree_size=0, root="", path=(), checkpoint="", proof="")
    try:
        bundle = prove.entry_bundle(entry.entry_id)
    except prove.NothingToProve:
        return none
    except prove.LedgerBroken:
        return replace(none, is_broken=True)
    signed = read_checkpoint(bundle["checkpoint"])
    return Seal(
        tree_size=signed.size,
        root=signed.root.hex(),
        path=bundle["entries"][0]["proof"],
        checkpoint=bundle["checkpoint"],
        proof=json.dumps(bundle, **READABLE),
    )


def panel(*, now: datetime) -> LedgerPanel:
    """Return the ledger's state with the entries of the last fourteen days."""
    status = queries.status()
    verified = _last_verification()
    newest = queries.latest_entries(limit=1)
    return LedgerPanel(
        state=_state(verified, now),
        verified=verified,
        verified_entries=_fact(verified, "entries"),
        newest=newest[0] if newest else None,
        status=status,
        per_day=_per_day(now, size=status.sealed + status.waiting),
        first_day=_midnight(now) - timedelta(days=BAR_DAYS - 1),
        is_witnessed=status.witnessed == status.sealed,
    )


def _last_verification() -> EntryView | None:
    found = queries.entries_for(VERIFICATION)
    return found[-1] if found else None


def _fact(entry: EntryView | None, name: str) -> int:
    value = entry.facts.get(name) if entry else None
    return value if isinstance(value, int) else 0


def _state(verified: EntryView | None, now: datetime) -> str:
    if verified is None or now - verified.at > FRESH:
        return "none"
    return "bad" if _fact(verified, "findings") else "good"


def _midnight(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _per_day(now: datetime, *, size: int) -> Sequence[int]:
    first = _midnight(now) - timedelta(days=BAR_DAYS - 1)
    key = f"desk.ledger.{first:%Y%m%d%z}"
    counted: list[int] | None = cache.get(key) if size > CACHED_ABOVE else None
    if counted is None:
        counted = [0] * BAR_DAYS
        for hour, count in queries.entry_counts_by_hour(first).items():
            day = (timezone.localtime(hour).date() - first.date()).days
            counted[min(max(day, 0), BAR_DAYS - 1)] += count
        if size > CACHED_ABOVE:
            cache.set(key, counted, BARS_CACHED_S)
    return counted
