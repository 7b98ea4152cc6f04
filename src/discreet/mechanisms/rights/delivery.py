"""Packages: built from live rows, kept sealed under the case key, handed over once.

Source: GDPR Art. 12(3), 15(3); EDPB Guidelines 01/2022 (security of transmission).
"""

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.utils import translation

from discreet.engines.subjects.access import AccessTable, rows_for_access
from discreet.engines.subjects.found import Reach
from discreet.engines.subjects.graph import Graph, TableRef
from discreet.engines.subjects.reach import Purpose
from discreet.foundation.centre import verification
from discreet.foundation.datamap.queries import built, fields_meaning
from discreet.foundation.datamap.views import Meaning, Meanings
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.mail.api import ContactKind, HeldContact, hold
from discreet.foundation.organisation.queries import profile
from discreet.mechanisms.rights import gaps, names, planning, queries
from discreet.mechanisms.rights.actions import executing
from discreet.mechanisms.rights.left_out import told_customer
from discreet.mechanisms.rights.package import FieldMeaning, TableData, build
from discreet.mechanisms.rights.refusals import NoPackage, NotYours
from discreet.mechanisms.rights.rules import Outcome
from discreet.mechanisms.rights.summaries import table_name
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.categories import NONE
from discreet.vocabulary.normalise import normalise_email, normalise_phone, phone_digits

AAD = "package"
# What a package calls columns that only tie rows together, in English and Chinese.
TECHNICAL = ("Technical identifier", "技术标识")
SENT_BACK = -1  # instead of a number of rows


def package_path(number: str) -> Path:
    folder: Path = settings.DISCREET_HOME / "packages"
    return folder / f"{number}.sealed"


def deliver_package(batch_id: int, run: int, number: str, now: datetime) -> int:
    """Build the package of one accepted request, seal it, and tell the person. Returns its rows."""
    if queries.is_completed(number):
        return 0
    graph = built().graph
    with planning.readers_of(graph) as opened:
        reached = planning.reach_one(number, purpose=Purpose.ACCESS, readers=planning.as_readers(opened))
        statements = sum(reader.statements for reader in opened.values())
    if not _is_still_theirs(number, reached):
        executing.send_back(
            now=now, batch_id=batch_id, run=run, reason="rights.identity_changed", lost=[number]
        )
        return SENT_BACK
    language = queries.language_of(number)
    company = profile()
    not_covered = gaps.of_access(reached)
    with translation.override(language):
        tables = list(_tables(rows_for_access(reach=reached, person=0), fields_meaning()))
        found_in = {table.source for table in tables}
        gaps_told = told_customer(not_covered, found_in=found_in)
    blob = build(
        number=number,
        company=company.name(language),
        officer=company.officer,
        officer_email=company.officer_email,
        language=language,
        made_at=now.astimezone(company.zone),
        tables=tables,
        not_covered=not_covered,
        gaps=gaps_told,
    )
    _write_sealed(number, keys.seal(number, blob, AAD))
    counts = {f"{table.source}.{table.table}": len(table.rows) for table in tables}
    executing.finish_access(
        now=datetime.now(UTC),
        batch_id=batch_id,
        run=run,
        number=number,
        facts={"rows": dict(counts), "statements": statements, "not_covered": not_covered},
        contact=_contact(number, reached),
    )
    return sum(counts.values())


def _is_still_theirs(number: str, reached: Reach) -> bool:
    """Say whether a starting row still holds what the person wrote of themselves; its key may be another's now."""
    claim = queries.claim_of(number)
    emails = {normalise_email(claim.email)} if claim.email else set()
    phones = {normalise_phone(claim.phone, region=claim.region), claim.phone} if claim.phone else set()
    for found in reached.tables.values():
        if not found.table.is_people:
            continue
        categories = [found.table.column(name).category for name in found.columns]
        for key, row in found.rows.items():
            if not found.paths[key] & 1:
                continue
            for category, value in zip(categories, row, strict=True):
                if value is None:
                    continue
                text = str(value)
                if category == "email" and normalise_email(text) in emails:
                    return True
                if category == "phone" and (
                    normalise_phone(text, region=claim.region) in phones
                    or phone_digits(text) in _digits(phones)
                ):
                    return True
                if claim.customer_number and text.strip() == claim.customer_number.strip():
                    return True
    return False


def _digits(phones: set[str | None]) -> set[str]:
    return {phone_digits(text) for text in phones if text}


def _contact(number: str, reached: Reach) -> HeldContact | None:
    """Return where the link goes: the contact that was verified, else the first e-mail address held."""
    held = verification.held_contact(number)
    if held is not None:
        return held
    for found in reached.tables.values():
        columns = [c.name for c in found.table.columns if c.category == "email" and c.name in found.columns]
        if not found.table.is_people or not columns:
            continue
        places = [found.columns.index(name) for name in columns]
        for key, row in found.rows.items():
            address = next((str(row[place]) for place in places if row[place]), "")
            if address and key not in found.shared and key not in found.beyond_shared:
                return hold(case_number=number, kind=ContactKind.EMAIL, address=address)
    return None


def _tables(found: Iterator[AccessTable], meanings: Meanings) -> Iterator[TableData]:
    keys_of = key_columns(built().graph)
    for table in found:
        known = meanings.get(table.table, {})
        yield TableData(
            source=table.table.source,
            table=table_name(table.table),
            title=names.place_name(table.table.source, table_name(table.table)),
            columns=table.columns,
            rows=list(table.rows),
            meanings={
                name: _meaning(name, one, keys_of.get(table.table, frozenset()))
                for name, one in known.items()
                if name in table.columns
            },
        )


def _meaning(name: str, one: Meaning, keys: frozenset[str]) -> FieldMeaning:
    """Return what a column holds; one that only ties rows together says so."""
    is_technical = one.category == NONE and name in keys
    en, zh = TECHNICAL if is_technical else names.meaning_words(name, one)
    en_name, zh_name = names.own_words(name, one.comment)
    return FieldMeaning(
        column=name,
        en=en,
        zh=zh,
        dpv="" if one.category == NONE else one.dpv,
        comment=one.comment,
        en_name=en_name,
        zh_name=zh_name,
    )


def key_columns(graph: Graph) -> dict[TableRef, frozenset[str]]:
    """Return by table the columns that only tie rows together: primary keys and both ends of links."""
    found: dict[TableRef, set[str]] = {ref: set(table.primary_key) for ref, table in graph.tables.items()}
    for link in graph.links:
        found[link.from_table].update(link.from_columns)
        found[link.to_table].update(link.to_columns)
    return {ref: frozenset(names) for ref, names in found.items()}


def _write_sealed(number: str, blob: bytes) -> None:
    path = package_path(number)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(blob)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def read_package(number: str) -> bytes:
    """Return the zip.

    Raises:
        NoPackage: there is none (any more).
    """
    try:
        sealed = package_path(number).read_bytes()
    except FileNotFoundError:
        raise NoPackage(number=number) from None
    return keys.open_sealed(number, sealed, AAD)


@act("rights.take_package")
def record_taking(*, actor: Actor, now: datetime, number: str) -> None:
    """Record that staff take a copy of a package, before it is opened."""
    if not any(actor.may(role) for role in (Role.AGENT, Role.APPROVER, Role.ADMINISTRATOR)):
        raise NotYours
    record(actor=actor, now=now, subject=f"request:{number}", facts={"taken": True})


def take_package(*, actor: Actor, now: datetime, number: str) -> bytes:
    """Return the zip to staff; the evidence is committed before it is opened.

    Raises:
        UnknownRequest, NoPackage, NotYours
    """
    if queries.request_view(number).outcome != Outcome.DELIVERED or not package_path(number).exists():
        raise NoPackage(number=number)
    record_taking(actor=actor, now=now, number=number)
    return read_package(number)


def write_package(*, actor: Actor, now: datetime, number: str, out: Path) -> None:
    """Write the package to a file of the caller's choice, readable by its owner only."""
    blob = take_package(actor=actor, now=now, number=number)
    with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(blob)


def remove_package(number: str) -> None:
    """Delete the sealed file; a second call changes nothing."""
    with contextlib.suppress(FileNotFoundError):
        package_path(number).unlink()
