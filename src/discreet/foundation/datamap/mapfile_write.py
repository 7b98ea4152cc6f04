"""Write a map document as YAML: one line per ordinary column, stable order, readable differences."""

import re

import yaml

from discreet.foundation.datamap.mapfile import (
    FORMAT_VERSION,
    FieldPart,
    KeepPart,
    LinkPart,
    MapFile,
    TableName,
    TablePart,
)
from discreet.foundation.datamap.sharing import ANSWER_DAYS, REMIND_DAYS, ManualSourceFacts, RecipientFacts

Yaml = str | int | bool | list["Yaml"] | dict[str, "Yaml"]


def written_name(name: TableName) -> str:
    """Return `table` or `schema.table`; a dot or backslash inside a name is escaped with a backslash."""
    parts = [name.schema, name.table] if name.schema else [name.table]
    return ".".join(part.replace("\\", "\\\\").replace(".", "\\.") for part in parts)


def _keep(keep: KeepPart) -> Yaml:
    body: dict[str, Yaml] = {
        "article": keep.article,
        "reason": {"en": keep.reason_en, "zh": keep.reason_zh},
    }
    if keep.years is not None and keep.start_column is not None:
        body["years"] = keep.years
        body["from"] = keep.start_column
    if keep.fields:
        body["fields"] = list(keep.fields)
    return body


def _field(part: FieldPart) -> Yaml:
    if part.erase is None and part.is_confirmed:
        return part.category
    body: dict[str, Yaml] = {"category": part.category}
    if part.erase is not None:
        body["erase"] = part.erase.value
    if part.replacement is not None:
        body["replacement"] = part.replacement
    if not part.is_confirmed:
        body["confirmed"] = False
    return body


def _link(part: LinkPart) -> Yaml:
    body: dict[str, Yaml] = {"columns": list(part.columns)}
    if part.to_source is not None:
        body["to_source"] = part.to_source
    body["to"] = written_name(part.to)
    body["to_columns"] = list(part.to_columns)
    body["role"] = part.role.value
    if part.match.value != "exact":
        body["match"] = part.match.value
    if part.discriminator is not None:
        body["when"] = {"column": part.discriminator[0], "equals": part.discriminator[1]}
    if not part.is_confirmed:
        body["confirmed"] = False
    return body


def _table(part: TablePart) -> Yaml:
    body: dict[str, Yaml] = {}
    if part.is_people:
        body["people"] = True
    if part.erase is not None:
        body["erase"] = part.erase.value
    if part.keep is not None:
        body["keep"] = _keep(part.keep)
    if not part.is_confirmed:
        body["confirmed"] = False
    body["columns"] = {field.name: _field(field) for field in part.fields}
    if part.links:
        body["links"] = [_link(link) for link in part.links]
    return body


def _recipient(facts: RecipientFacts) -> Yaml:
    body: dict[str, Yaml] = {"name": {"en": facts.name_en, "zh": facts.name_zh}, "kind": facts.kind.value}
    body["told_by"] = facts.contact.value
    body |= {
        name: value
        for name, value in (
            ("address", facts.address),
            ("subscription", facts.subscription),
            ("person", facts.assignee),
            ("country", facts.country),
            ("since", facts.since_date.isoformat() if facts.since_date else ""),
            ("until", facts.until_date.isoformat() if facts.until_date else ""),
        )
        if value
    }
    body["language"] = facts.language
    body["reference"] = facts.reference.value
    if facts.remind_days != REMIND_DAYS:
        body["remind_days"] = facts.remind_days
    if facts.tables:
        body["tables"] = [
            {"source": one.source, "table": written_name(TableName(table=one.table, schema=one.schema))}
            for one in facts.tables
        ]
    if facts.categories:
        body["categories"] = list(facts.categories)
    return body


def _manual_source(facts: ManualSourceFacts) -> Yaml:
    body: dict[str, Yaml] = {"name": {"en": facts.name_en, "zh": facts.name_zh}, "person": facts.assignee}
    if facts.categories:
        body["categories"] = list(facts.categories)
    if facts.answer_days != ANSWER_DAYS:
        body["answer_days"] = facts.answer_days
    return body


class _Dumper(yaml.SafeDumper):
    """Lists of names on one line; no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _list(dumper: yaml.SafeDumper, items: list[Yaml]) -> yaml.Node:
    is_flat = all(not isinstance(item, dict | list) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=is_flat)


_UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\xa0\\u2028\\u2029\\ufeff]")


def _str(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    """Write what an eye would miss as an escape: YAML folds line separators in other styles."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if _UNSEEN.search(text) else None)


_Dumper.add_representer(list, _list)
_Dumper.add_representer(str, _str)


def dump(document: MapFile) -> str:
    """Return the YAML text of `document`; `mapfile_read.parse` gives the same document back."""
    body: dict[str, Yaml] = {
        "version": FORMAT_VERSION,
        "sources": {
            source.name: {"tables": {written_name(table.name): _table(table) for table in source.tables}}
            for source in document.sources
        },
    }
    if document.recipients is not None:
        body["recipients"] = {one.facts.key: _recipient(one.facts) for one in document.recipients}
    if document.manual_sources is not None:
        body["manual_sources"] = {one.facts.key: _manual_source(one.facts) for one in document.manual_sources}
    return yaml.dump(
        body, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000, default_flow_style=False
    )
