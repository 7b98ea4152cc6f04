"""Packages as tests read them."""

import io
import json
import tempfile
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import jsonschema_rs

from discreet.mechanisms.rights.copying.package import About, TableData, build

MADE_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def zipped(
    tables: Iterable[TableData] = (),
    *,
    number: str = "R-1",
    company: str = "Qingshan Home",
    language: str = "en",
    made_at: datetime = MADE_AT,
    **more: object,
) -> zipfile.ZipFile:
    """Return the package of these tables, after its data was held against its own schema."""
    stream = io.BytesIO()
    about = About(number=number, company=company, language=language, made_at=made_at, **more)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        build(stream=stream, folder=Path(folder), about=about, tables=tables)
    return checked(stream.getvalue())


def checked(blob: bytes) -> zipfile.ZipFile:
    """Return the package, after its data was held against its own schema."""
    archive = zipfile.ZipFile(io.BytesIO(blob))
    schema = json.loads(archive.read("schema.json"))
    jsonschema_rs.Draft202012Validator(schema).validate(json.loads(archive.read("data.json")))
    return archive
