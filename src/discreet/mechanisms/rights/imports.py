"""A batch from a file. Every line is checked first: a bad line imports nothing."""

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

from discreet.engines.subjects.identity import Identity, check_identity
from discreet.mechanisms.rights.actions import receiving
from discreet.mechanisms.rights.refusals import BadImport
from discreet.mechanisms.rights.rules import Kind, is_residence
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.errors import Refused

COLUMNS = frozenset({"kind", "email", "phone", "name", "customer_number", "residence", "language"})
MAX_LINES = 100_000


def import_csv(*, actor: Actor, now: datetime, path: Path, default_kind: Kind) -> dict[str, Any]:
    """Open one batch for each kind in the file; return their names and the request numbers.

    Raises:
        BadImport: the file or one of its lines cannot be read; nothing was imported.
    """
    lines = _read(path, default_kind)
    batches = []
    for kind in Kind:
        claims = [(claim, residence, language) for k, claim, residence, language in lines if k is kind]
        if claims:
            batch_id, numbers = receiving.receive_batch(actor=actor, now=now, kind=kind, claims=claims)
            batches.append({"id": f"B-{batch_id}", "kind": kind.value, "requests": numbers})
    return {"id": batches[0]["id"], "batches": batches, "count": len(lines)}


def _read(path: Path, default_kind: Kind) -> list[tuple[Kind, Identity, str, str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadImport(line=1, problem="it is not UTF-8 text") from None
    reader = csv.DictReader(io.StringIO(text))
    if not reader.fieldnames or not set(reader.fieldnames) <= COLUMNS:
        raise BadImport(line=1, problem="the columns are " + ", ".join(sorted(COLUMNS)))
    lines = [_line(row, number, default_kind) for number, row in enumerate(reader, start=2)]
    if not lines:
        raise BadImport(line=2, problem="it holds no request")
    if len(lines) > MAX_LINES:
        raise BadImport(line=MAX_LINES, problem="it holds too many requests")
    return lines


def _line(row: dict[str, str | None], number: int, default_kind: Kind) -> tuple[Kind, Identity, str, str]:
    def value(name: str) -> str | None:
        return (row.get(name) or "").strip() or None

    if None in row:
        raise BadImport(line=number, problem="it has more cells than the first line")
    kind, residence, language = value("kind"), value("residence") or "", value("language") or "en"
    if kind is not None and kind not in set(Kind):
        raise BadImport(line=number, problem="the kind is neither access nor erasure")
    if not is_residence(residence) or language not in ("en", "zh-hans"):
        raise BadImport(line=number, problem="residence or language is unknown")
    claim = Identity(
        email=value("email"),
        phone=value("phone"),
        name=value("name"),
        customer_number=value("customer_number"),
    )
    try:
        check_identity(identity=claim)
    except Refused as refusal:
        raise BadImport(line=number, problem=refusal.code) from refusal
    return (Kind(kind) if kind else default_kind, claim, residence, language)
