"""`discreet classify`: what a file holds, without an installation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from discreet.engines.classify.link_model import LinkKind, LinkProposal
from discreet.engines.classify.links import candidates
from discreet.engines.classify.model import Verdict
from discreet.engines.classify.people import PeopleVerdict
from discreet.engines.classify.polymorphic import may_be_polymorphic
from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap import reasons
from discreet.foundation.datamap.proposing import (
    LOOKS_LIKE_A_KEY,
    MERE_REFERENCE,
    Pair,
    all_traits,
    is_pinyin,
    judge_all_people,
    link_table,
    owned_of,
)
from discreet.foundation.datamap.scan_reading import LinkTask, TableFindings, Tables, links_of, look_at
from discreet.foundation.sources.catalogue import Catalogue, ForeignKey, TableInfo
from discreet.foundation.sources.left_out import left_out_as_json, left_out_in_words
from discreet.foundation.sources.one_file import opened
from discreet.vocabulary.categories import CATEGORIES
from discreet.vocabulary.columns import width_of
from discreet.vocabulary.text import on_screen


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def classify(file: Path, is_json: bool) -> None:
    """Say what kind of personal data each column of FILE holds, and why. Nothing is kept.

    FILE: CSV, TSV, JSON, JSON lines (also .gz), Parquet, XLSX, or an SQLite database.
    """
    document, findings, left_out = _look(file)
    if is_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    language = get_language() or "en"
    for found in findings:
        told = {"table": on_screen(found.table.table), "rows": found.rows_read}
        if found.refusal:
            click.echo(_("Could not be read: %(names)s.") % {"names": f"{told['table']} ({found.refusal})"})
            continue
        click.echo(_("%(table)s, %(rows)s rows read") % told)
        for name, verdict in found.verdicts.items():
            label = CATEGORIES[verdict.category].label(language)
            why = _("; ").join(reasons.in_words(verdict.reasons))
            shown = f"{_padded(on_screen(name), 30)} {_padded(label, 20)} {verdict.confidence_percent:3} %"
            click.echo(f"  {shown}  {on_screen(why)}")
    for line in left_out:
        click.echo(line)


def _padded(text: str, cells: int) -> str:
    """Fill up to so many cells of a terminal; Chinese letters take two."""
    return text + " " * (cells - width_of(text))


def _look(file: Path) -> tuple[dict[str, object], list[TableFindings], list[str]]:
    """Return what was found as a document and by table, and what was not read in words."""
    with opened(file) as session:
        catalogue = session.catalogue
        pinyin = is_pinyin(catalogue)
        findings = [look_at(session, table, is_pinyin=pinyin) for table in catalogue.tables]
        verdicts = {found.table: dict(found.verdicts) for found in findings}
        keys = [Pair(table.ref, key.to_table) for table in catalogue.tables for key in table.foreign_keys]
        people = judge_all_people(catalogue, verdicts, keys)
        tables = Tables(
            catalogue.tables,
            [
                link_table(
                    table,
                    {name: verdict.category for name, verdict in verdicts[table.ref].items()},
                    people[table.ref].kind if people[table.ref].is_people else "",
                    found.codes,
                )
                for table, found in zip(catalogue.tables, findings, strict=True)
            ],
        )
        wanted = candidates(tables.all)
        links: list[LinkProposal] = []
        for info, near in zip(catalogue.tables, tables.all, strict=True):
            own = [each for each in wanted if each.table == near.key]
            if own or may_be_polymorphic(near):
                links += links_of(session, LinkTask(info, near, own), tables)
        people = _settled(catalogue, findings, verdicts, [*keys, *(_pair(link, tables) for link in links)])
        _refer(verdicts, links, tables)
        document: dict[str, object] = {
            "tables": {
                table.ref.table: {
                    "rows": table.estimated_rows,
                    "columns": {name: _field(verdict) for name, verdict in verdicts[table.ref].items()},
                }
                for table in catalogue.tables
            },
            "links": [_declared(table, key) for table in catalogue.tables for key in table.foreign_keys]
            + [_link(link) for link in links],
            "people": _names(people),
            "refused": {found.table.table: found.refusal for found in findings if found.refusal},
            **left_out_as_json(catalogue),
        }
        left_out = left_out_in_words(catalogue)
    settled = [replace(found, verdicts=verdicts[found.table]) for found in findings]
    return document, settled, left_out


def _pair(link: LinkProposal, tables: Tables) -> Pair:
    one = link.candidate
    return Pair(
        tables.by_key[one.table].ref,
        tables.by_key[one.far_table].ref,
        is_actor=one.is_actor,
        is_copy=one.kind is LinkKind.COPY,
        is_polymorphic=bool(one.discriminator),
    )


def _refer(
    verdicts: dict[TableRef, dict[str, Verdict]], links: Sequence[LinkProposal], tables: Tables
) -> None:
    """Take columns that lead to the key of a table for what they are: references."""
    for link in links:
        one = link.candidate
        near, far = tables.by_key[one.table].ref, tables.by_key[one.far_table]
        column = one.columns[0]
        leads_to_key = one.kind is LinkKind.IMPLICIT and one.far_columns == far.primary_key
        if leads_to_key and verdicts[near][column].category in LOOKS_LIKE_A_KEY:
            verdicts[near][column] = MERE_REFERENCE


def _settled(
    catalogue: Catalogue,
    findings: Sequence[TableFindings],
    verdicts: dict[TableRef, dict[str, Verdict]],
    pairs: Sequence[Pair],
) -> dict[TableRef, PeopleVerdict]:
    """Say who is who now that links are known, and take what holds where rows are somebody's into `verdicts`."""
    people = judge_all_people(catalogue, verdicts, pairs)
    categories = {ref: [each.category for each in columns.values()] for ref, columns in verdicts.items()}
    owned = owned_of(pairs, all_traits(catalogue, people, categories))
    for found in findings:
        if found.table in owned:
            verdicts[found.table] |= found.if_owned
    return people


def _names(people: Mapping[TableRef, PeopleVerdict]) -> list[str]:
    return [ref.table for ref, verdict in people.items() if verdict.is_people]


def _field(verdict: Verdict) -> dict[str, object]:
    return {
        "category": verdict.category,
        "dpv": CATEGORIES[verdict.category].dpv,
        "confidence": verdict.confidence_percent / 100,
        "evidence": _("; ").join(reasons.in_words(verdict.reasons)),
        "inside": [
            {"category": each.category, "path": each.path, "percent": each.percent} for each in verdict.hidden
        ],
    }


def _declared(table: TableInfo, key: ForeignKey) -> dict[str, object]:
    return {
        "from": [f"{table.ref.table}.{name}" for name in key.columns],
        "to": [f"{key.to_table.table}.{name}" for name in key.to_columns],
        "kind": LinkKind.DECLARED.value,
        "confidence": 0.99,
    }


def _link(link: LinkProposal) -> dict[str, object]:
    one = link.candidate
    return {
        "from": [f"{one.table}.{name}" for name in one.columns],
        "to": [f"{one.far_table}.{name}" for name in one.far_columns],
        "kind": one.kind.value,
        "confidence": link.confidence_percent / 100,
    }
