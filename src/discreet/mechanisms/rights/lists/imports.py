"""A batch from a file. Every line is checked first: a bad line imports nothing, unless bad ones are skipped."""

from datetime import datetime
from pathlib import Path
from typing import Any

from discreet.mechanisms.rights.actions import importing
from discreet.mechanisms.rights.actions.receiving import refuse_unless_theirs
from discreet.mechanisms.rights.kinds import Kind, Scope
from discreet.mechanisms.rights.lists.file import ImportFile, read_import, with_kind
from discreet.mechanisms.rights.refusals import BadImport, FileUnreadable
from discreet.vocabulary.actors import Actor


def import_csv(
    *, actor: Actor, now: datetime, path: Path, default_kind: Kind | None, skip_bad: bool = False
) -> dict[str, Any]:
    """Open one batch for each kind in the file; return their names and the request numbers.

    The same file again goes on where an import was cut off; an import whose requests are still open is not
    made twice. `errors` and `warnings` are `remarks.Remark`.

    Raises:
        BadImport: the file or one of its lines is wrong; nothing was imported.
        FileUnreadable, NotYours
    """
    refuse_unless_theirs(actor)
    return import_file(actor=actor, now=now, file=_read(path, default_kind), skip_bad=skip_bad)


def import_file(*, actor: Actor, now: datetime, file: ImportFile, skip_bad: bool = False) -> dict[str, Any]:
    """Open one batch for each kind, and each use that it is about, in a file that was read, as `import_csv` does."""
    refuse_unless_theirs(actor)
    if not file.asked or (file.errors and not skip_bad):
        raise BadImport(file.errors)
    batches = []
    is_repeated = False
    for kind, scope in ((kind, scope) for kind in Kind for scope in ("", *Scope)):
        claims = [
            (one.claim, one.residence, one.language)
            for one in file.asked
            if one.kind is kind and one.scope == scope
        ]
        if claims:
            received = importing.receive_import(
                actor=actor, now=now, kind=kind, claims=claims, scope=str(scope)
            )
            is_repeated = is_repeated or received.is_repeated
            name = f"B-{received.batch_id}"
            batches.append({"id": name, "kind": kind.value, "requests": list(received.numbers)})
    numbers = [number for batch in batches for number in batch["requests"]]
    return {
        "id": batches[0]["id"],
        "kind": batches[0]["kind"] if len(batches) == 1 else None,
        "imported": 0 if is_repeated else len(numbers),
        "ids": numbers,
        "errors": file.errors,
        "warnings": file.warnings,
        "repeated": is_repeated,
        "encoding": file.encoding,
        "batches": batches,
        "count": len(numbers),
    }


def _read(path: Path, default_kind: Kind | None) -> ImportFile:
    if path.is_dir():
        raise FileUnreadable(file=path.name)
    try:
        return with_kind(read_import(path), default_kind)
    except OSError as error:
        raise FileUnreadable(file=path.name) from error
