"""Packages: built from live rows, kept sealed under the case key, handed over once.

Source: GDPR Art. 12(3), 15(3); EDPB Guidelines 01/2022 (security of transmission).
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from django.conf import settings
from django.utils import translation

from discreet.engines.envelope.sealing import VERSION as WHOLE
from discreet.engines.subjects.access import AccessTable, rows_for_access
from discreet.engines.subjects.found import Reach, TableReach
from discreet.engines.subjects.graph import Graph, Key, Table, TableRef
from discreet.engines.subjects.known_names import KnownNames
from discreet.engines.subjects.reach import Purpose
from discreet.engines.subjects.reader import Reader, Select
from discreet.engines.subjects.whose import others_of, own_columns
from discreet.foundation.centre import verification
from discreet.foundation.datamap.queries import built, fields_meaning
from discreet.foundation.datamap.views import Meaning, Meanings
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.mail.api import ContactKind, HeldContact, hold, is_deliverable
from discreet.foundation.organisation.queries import profile
from discreet.foundation.sources.lanes import Opened
from discreet.mechanisms.rights import contacts, gaps, names, planning, queries
from discreet.mechanisms.rights.actions import answering, executing, held_answers
from discreet.mechanisms.rights.actions.receiving import load_request
from discreet.mechanisms.rights.copying import choices
from discreet.mechanisms.rights.copying.package import (
    About,
    Attachment,
    FieldMeaning,
    TableData,
    Withheld,
    Written,
    build,
)
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.left_out import told_customer
from discreet.mechanisms.rights.opening.identity import goes_to_person_only
from discreet.mechanisms.rights.outside import manual
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.refusals import NobodyFound, NoPackage, NotYours, SeveralPeople
from discreet.mechanisms.rights.rules import Goes, Outcome
from discreet.mechanisms.rights.summaries import table_name
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.categories import NONE
from discreet.vocabulary.normalise import normalise_email, normalise_phone, phone_digits

AAD = "package"
# What a package calls columns that only tie rows together, in English and Chinese.
TECHNICAL = ("Technical identifier", "技术标识")
SENT_BACK = -1  # instead of a number of rows
KNOWN = KnownNames()  # of this process


def package_path(number: str) -> Path:
    folder: Path = settings.DISCREET_HOME / "packages"
    return folder / f"{number}.sealed"


def deliver_package(batch_id: int, run: int, number: str, now: datetime) -> int:
    """Write the package of one accepted request, sealed as it is written, and tell the person. Returns its rows."""
    if queries.is_completed(number):
        return 0
    graph = built().graph
    with planning.readers_of(graph) as opened:
        reached = planning.reach_one(number, purpose=Purpose.COPY, opened=opened)
        if not _is_still_theirs(number, reached, opened.readers):
            executing.send_back(
                now=now, batch_id=batch_id, run=run, reason="rights.identity_changed", lost=[number]
            )
            return SENT_BACK
        not_covered = gaps.of_access(reached, asked=recipient_queries.manual_gaps([number]))
        contact, seen = _contact(number, reached), changed_contact(number, reached, opened.readers)
        written = _write(number, reached, copy_tables(number, reached, opened), now=now)
        statements = opened.statements
    executing.finish_access(
        now=datetime.now(UTC),
        batch_id=batch_id,
        run=run,
        number=number,
        facts={
            "rows": dict(written.rows),
            "statements": statements,
            "not_covered": not_covered,
            "replaced": dict(written.replaced),
        },
        contact=contact,
        seen=seen,
    )
    return sum(written.rows.values())


def copy_tables(number: str, reached: Reach, opened: Opened, *, examples: int = 0) -> Iterator[TableData]:
    """Yield what a copy holds, with what must be described or is another's replaced, in the reader's language."""
    others = others_of(
        reach=reached,
        person=0,
        readers=opened.readers,
        known=KNOWN,
        region=queries.claim_of(number).region,
        lanes=opened.lanes,
    )
    decided = choices.of_request(number)
    found = rows_for_access(
        reach=reached,
        person=0,
        readers=opened.readers,
        others=others,
        choices={ref: one.choice for ref, one in decided.items()},
        examples=examples,
    )
    return _tables(found, fields_meaning(), decided)


def _write(number: str, reached: Reach, tables: Iterator[TableData], *, now: datetime) -> Written:
    """Write the package beside its place, and put it there when it is whole."""
    language, company = queries.language_of(number), profile()
    not_covered = gaps.of_access(reached, asked=recipient_queries.manual_gaps([number]))
    path = package_path(number)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with translation.override(language):
        gaps_told = told_customer(not_covered, found_in={ref.source for ref in reached.tables})
        about = About(
            number=number,
            company=company.name(language),
            language=language,
            made_at=now.astimezone(company.zone),
            not_covered=not_covered,
            gaps=gaps_told,
            officer=company.officer,
            officer_email=company.officer_email,
            is_for_machines=queries.request_view(number).kind == Kind.PORTABILITY,
            attachments=[
                Attachment(
                    one.name, one.source_zh if language.startswith("zh") else one.source_en, one.content
                )
                for one in manual.manual_files(number)
            ],
        )
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            sealed = keys.seal_stream(number, stream, AAD)
            written = build(stream=cast("IO[bytes]", sealed), folder=path.parent, about=about, tables=tables)
            sealed.finish()
            stream.flush()
            os.fsync(stream.fileno())
    part.replace(path)
    return written


def _is_still_theirs(number: str, reached: Reach, readers: Mapping[str, Reader]) -> bool:
    """Say whether a starting row still holds what the person wrote of themselves; its key may be another's now."""
    claim = queries.claim_of(number)
    emails = {normalise_email(claim.email)} if claim.email else set()
    phones = {normalise_phone(claim.phone, region=claim.region), claim.phone} if claim.phone else set()
    for _, category, _, value in _of_starting_rows(reached, readers):
        text = str(value)
        if category == "email" and normalise_email(text) in emails:
            return True
        if category == "phone" and (
            normalise_phone(text, region=claim.region) in phones or phone_digits(text) in _digits(phones)
        ):
            return True
        if claim.customer_number and text.strip() == claim.customer_number.strip():
            return True
    return False


def changed_contact(number: str, reached: Reach, readers: Mapping[str, Reader]) -> str:
    """Return what the person's own rows hold instead of the address that the code went to; "" where it is there."""
    held = (
        str(value)
        for table, category, name, value in _of_starting_rows(reached, readers)
        if category == "email" and name in {one.name for one in own_columns(table, category)}
    )
    return contacts.seen_instead(number, held)


def send_held(number: str, goes: str, now: datetime) -> None:
    """Send an answer that was held to where staff decided, as long as the record still holds what they decided on."""
    if goes == Goes.BEFORE:
        contact = verification.held_contact(number)
        held_answers.send_held(now=now, number=number, contact=contact, seen=contacts.digest_of(number, ()))
        return
    try:
        addresses = planning.addresses_held(number)
    except (NobodyFound, SeveralPeople):
        addresses = []
    seen = contacts.digest_of(number, addresses)
    known = queries.request_view(number).course.contact_seen
    written = queries.claim_of(number).email
    address = contacts.the_one([one for one in addresses if is_deliverable(one.strip())], written)
    contact = hold(case_number=number, kind=ContactKind.EMAIL, address=address) if address else None
    held_answers.send_held(now=now, number=number, contact=contact if seen == known else None, seen=seen)


def _of_starting_rows(
    reached: Reach, readers: Mapping[str, Reader]
) -> Iterator[tuple[Table, str, str, object]]:
    """Yield table, category, column and value of what the starting rows of people hold."""
    asked: list[tuple[TableReach, list[Key], Select | None]] = []
    for ref, found in reached.tables.items():
        starting = [key for key in found.rows if found.paths[key] & 1] if found.table.is_people else []
        names = tuple(column.name for column in found.table.columns)
        query = None if found.columns == names else Select(ref, names, found.key_columns, starting)
        if starting:
            asked.append((found, starting, query))
        if starting and query is not None:
            readers[ref.source].ahead([query])
    for found, starting, query in asked:
        held = [found.rows[key] for key in starting] if query is None else ()
        for row in readers[found.ref.source].select(query) if query is not None else held:
            for column, value in zip(found.table.columns, row, strict=True):
                if value is not None:
                    yield found.table, column.category, column.name, value


def _digits(phones: set[str | None]) -> set[str]:
    return {phone_digits(text) for text in phones if text}


def _contact(number: str, reached: Reach) -> HeldContact | None:
    """Return where the link goes: the contact that was verified, else the one e-mail address held.

    None where a guardian or a relative asks: the copy is not for the person's own mailbox, staff hand it over.
    """
    if not goes_to_person_only(queries.request_view(number).course.requester):
        return None
    held = verification.held_contact(number)
    if held is not None:
        return held
    held_there = planning.addresses_reached(reached).get(0, [])
    address = contacts.the_one(held_there, queries.claim_of(number).email)
    return hold(case_number=number, kind=ContactKind.EMAIL, address=address) if address else None


def _tables(
    found: Iterator[AccessTable], meanings: Meanings, decided: Mapping[TableRef, choices.Decided]
) -> Iterator[TableData]:
    keys_of = key_columns(built().graph)
    for table in found:
        known = meanings.get(table.table, {})
        one = decided.get(table.table)
        is_withheld = bool(table.withheld) and one is not None
        yield TableData(
            source=table.table.source,
            table=table_name(table.table),
            title=names.place_name(table.table.source, table_name(table.table)),
            columns=table.columns,
            rows=table.rows,
            meanings={
                name: _meaning(name, meaning, keys_of.get(table.table, frozenset()))
                for name, meaning in known.items()
                if name in table.columns or name in table.withheld
            },
            tally=table.tally,
            withheld=Withheld(
                columns=table.withheld if table.columns else (), reason=one.reason, article=one.article
            )
            if is_withheld and one is not None
            else None,
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


def read_package(number: str) -> Iterator[bytes]:
    """Return the zip in pieces. Its seal is checked to the end before the first is handed over.

    Raises:
        NoPackage: there is none (any more).
        SealBroken: it was changed or cut.
    """
    path = package_path(number)
    try:
        for _ in _opened(number, path):
            pass
    except FileNotFoundError:
        raise NoPackage(number=number) from None
    return _opened(number, path)


def _opened(number: str, path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        if stream.read(1) == bytes([WHOLE]):  # made before packages were written as a stream
            yield keys.open_sealed(number, path.read_bytes(), AAD)
            return
        stream.seek(0)
        yield from keys.open_stream(number, stream, AAD)


@act("rights.take_package")
def record_taking(*, actor: Actor, now: datetime, number: str) -> None:
    """Record that staff take a copy of a package, before it is opened."""
    if not any(actor.may(role) for role in (Role.AGENT, Role.APPROVER, Role.ADMINISTRATOR)):
        raise NotYours
    answering.refuse_held(load_request(number))
    record(actor=actor, now=now, subject=f"request:{number}", facts={"taken": True})


def take_package(*, actor: Actor, now: datetime, number: str) -> Iterator[bytes]:
    """Return the zip to staff, in pieces; the evidence is committed before it is opened.

    Raises:
        UnknownRequest, NoPackage, NotYours
        AnswerIsHeld: its contact point changed, and nobody has checked the identity since.
    """
    if queries.request_view(number).outcome != Outcome.DELIVERED or not package_path(number).exists():
        raise NoPackage(number=number)
    record_taking(actor=actor, now=now, number=number)
    return read_package(number)


def write_package(*, actor: Actor, now: datetime, number: str, out: Path) -> None:
    """Write the package to a file of the caller's choice, readable by its owner only."""
    pieces = take_package(actor=actor, now=now, number=number)
    with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        for piece in pieces:
            stream.write(piece)


def remove_package(number: str) -> None:
    """Delete the sealed file; a second call changes nothing."""
    with contextlib.suppress(FileNotFoundError):
        package_path(number).unlink()
