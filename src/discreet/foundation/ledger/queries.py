"""Reading evidence: timelines, counts and the ledger's state."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.db.models.functions import Substr

from discreet.engines.merkle.checkpoint import read_checkpoint
from discreet.foundation.ledger.canonical import Json, timestamp
from discreet.foundation.ledger.models import LedgerCheckpoint, LedgerEntry, WaitingEntry
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.ledger.witness import last_checkpoint, witness_path


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry. It has an `index` and is sealed once a signed checkpoint covers it."""

    entry_id: int
    index: int | None
    act: str
    actor_label: str
    at: datetime
    subject: str
    facts: Mapping[str, Json]
    is_sealed: bool

    @property
    def number(self) -> int:
        """The entry's number as people count, from 1, as verifiers say it; `index` counts from 0.

        One that waits for its place has the number it will most likely get.
        """
        return self.entry_id if self.index is None else self.index + 1


@dataclass(frozen=True, slots=True)
class LedgerStatus:
    """`root` in hexadecimal; `witnessed` is the newest size in the second place."""

    sealed: int
    waiting: int
    waiting_since: datetime | None
    checkpoints: int
    root: str
    witnessed: int
    verifier_key: str
    fingerprint: str


def entries_for(subject: str) -> list[EntryView]:
    """Return the evidence about a subject, oldest first."""
    return [_view(row) for row in _rows().filter(subject=subject).order_by("pk")]


def known_subjects(subjects: Collection[str]) -> list[str]:
    """Return which of these subjects there is evidence about."""
    wanted = [subject for subject in subjects if "\0" not in subject]
    found = LedgerEntry.objects.filter(subject__in=wanted).values_list("subject", flat=True)
    return sorted(set(found.order_by().distinct()))


def latest_entries(*, limit: int, before: int | None = None, act: str = "") -> list[EntryView]:
    """Return the newest entries, newest first; `before` is an entry id to go on from, `act` the only act."""
    rows = _rows().filter(pk__lt=before) if before else _rows()
    if act:
        # By the index of acts: the order of time is that of the ids but for a clock that was set back.
        rows = rows.filter(act=act)
        return [_view(row) for row in rows.order_by("-at", "-pk")[: min(limit, 500)]]
    return [_view(row) for row in rows.order_by("-pk")[: min(limit, 500)]]


def entry(entry_id: int) -> EntryView | None:
    row = _rows().filter(pk=entry_id).first()
    return _view(row) if row else None


def entry_of_number(number: int) -> EntryView | None:
    """Return the entry that pages and verifiers call so."""
    row = _rows().filter(leaf__leaf_index=number - 1).first()
    return _view(row) if row else entry(number)


def entry_counts_by_act(since: datetime) -> dict[str, int]:
    """Return how often each act was recorded since then."""
    rows = LedgerEntry.objects.filter(at__gte=timestamp(since)).values_list("act")
    return dict(rows.annotate(count=Count("pk")).order_by("act"))


def entry_counts_by_hour(since: datetime) -> dict[datetime, int]:
    """Return how many entries each hour since then holds; an hour without any is left out."""
    hours = LedgerEntry.objects.filter(at__gte=timestamp(since)).values_list(Substr("at", 1, 13))
    counted = hours.annotate(count=Count("pk")).order_by()
    return {datetime.fromisoformat(f"{hour}:00:00+00:00"): count for hour, count in counted}


def latest_checkpoint() -> str | None:
    """Return the newest checkpoint as a signed note."""
    return LedgerCheckpoint.objects.order_by("-size").values_list("note", flat=True).first()


def status() -> LedgerStatus:
    """Return how much is sealed, what waits, and whether the second place keeps up."""
    note = latest_checkpoint()
    checkpoint = read_checkpoint(note) if note else None
    oldest = WaitingEntry.objects.order_by("pk").values_list("entry__at", flat=True).first()
    key = log_key()
    witnessed = last_checkpoint(witness_path(), key=key)
    return LedgerStatus(
        sealed=checkpoint.size if checkpoint else 0,
        waiting=WaitingEntry.objects.count(),
        waiting_since=datetime.fromisoformat(oldest) if oldest else None,
        checkpoints=LedgerCheckpoint.objects.count(),
        root=checkpoint.root.hex() if checkpoint else "",
        witnessed=witnessed.size if witnessed else 0,
        verifier_key=str(key),
        fingerprint=key.fingerprint,
    )


def _rows() -> QuerySet[LedgerEntry, tuple[int, int | None, str]]:
    return LedgerEntry.objects.values_list("pk", "leaf__leaf_index", "body")


def _view(row: tuple[int, int | None, str]) -> EntryView:
    entry_id, index, text = row
    body = json.loads(text)
    return EntryView(
        entry_id=entry_id,
        index=index,
        act=body["act"],
        actor_label=body["actor"],
        at=datetime.fromisoformat(body["at"]),
        subject=body["subject"],
        facts=body["facts"],
        is_sealed=index is not None,
    )
