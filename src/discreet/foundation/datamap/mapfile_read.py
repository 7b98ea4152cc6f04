"""Read a map file into a document, or say in which line and column it is wrong. Nothing else is believed.

Every scalar is text: `null`, `yes` or `1` are words here, whatever YAML makes of them elsewhere.
"""

from collections.abc import Callable, Iterable
from datetime import date
from enum import Enum
from typing import TypeVar

import yaml

from discreet.engines.subjects.graph import EraseAction, LinkRole, Match, TableRef
from discreet.foundation.datamap import mapfile_refusals as wrong
from discreet.foundation.datamap.mapfile import (
    FORMAT_VERSION,
    NOWHERE,
    FieldPart,
    KeepPart,
    LinkPart,
    ManualSourcePart,
    MapFile,
    Mark,
    RecipientPart,
    SourcePart,
    TableName,
    TablePart,
)
from discreet.foundation.datamap.sharing import (
    ANSWER_DAYS,
    MOST_DAYS,
    REMIND_DAYS,
    Contact,
    ManualSourceFacts,
    RecipientFacts,
    RecipientKind,
    Reference,
)
from discreet.foundation.ledger.canonical import looks_like_contact
from discreet.vocabulary.categories import ASSIGNABLE

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 16
E = TypeVar("E", bound=Enum)
P = TypeVar("P")
Members = dict[str, tuple[yaml.Node, yaml.Node]]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def mark_of(node: yaml.Node | yaml.Event) -> Mark:
    start = node.start_mark
    return Mark(line=start.line + 1, column=start.column + 1) if start else NOWHERE


def _mapping(node: yaml.Node, key: str) -> Members:
    if not isinstance(node, yaml.MappingNode):
        raise wrong.NotAMapping(mark_of(node), key=key)
    members: Members = {}
    for key_node, value in node.value:
        name = _text(key_node, key)
        if name in members:
            raise wrong.TwiceInFile(mark_of(key_node), key=name)
        members[name] = (key_node, value)
    return members


def _known(node: yaml.Node, key: str, *, known: tuple[str, ...], needed: tuple[str, ...] = ()) -> Members:
    members = _mapping(node, key)
    for name, (key_node, _) in members.items():
        if name not in known:
            raise wrong.UnknownKey(mark_of(key_node), key=name, known=", ".join(known))
    for name in needed:
        if name not in members:
            raise wrong.MissingKey(mark_of(node), key=name)
    return members


def _text(node: yaml.Node, key: str, *, filled: bool = False) -> str:
    if not isinstance(node, yaml.ScalarNode) or (filled and not node.value.strip()):
        raise wrong.NotAText(mark_of(node), key=key)
    return str(node.value)


def _list(node: yaml.Node, key: str) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise wrong.NotAList(mark_of(node), key=key)
    return list(node.value)


def _names(node: yaml.Node, key: str) -> tuple[str, ...]:
    return tuple(_text(item, key, filled=True) for item in _list(node, key))


def _one_of(node: yaml.Node, key: str, allowed: Iterable[str]) -> str:
    value = _text(node, key)
    choices = tuple(allowed)
    if value not in choices:
        raise wrong.NotAllowedValue(mark_of(node), value=value, key=key, allowed=", ".join(choices))
    return value


def _enum(members: Members, key: str, kind: type[E]) -> E | None:
    if key not in members:
        return None
    return kind(_one_of(members[key][1], key, [str(member.value) for member in kind]))


def _flag(members: Members, key: str, *, default: bool) -> bool:
    return default if key not in members else _one_of(members[key][1], key, ("true", "false")) == "true"


def read_name(text: str, mark: Mark, key: str) -> TableName:
    """Return the table of `table` or `schema.table`; see `mapfile_write.written_name`."""
    parts, escaped = [""], False
    for letter in text:
        if escaped or letter not in ".\\":
            parts[-1] += letter
            escaped = False
        elif letter == "\\":
            escaped = True
        else:
            parts.append("")
    if escaped or len(parts) > 2 or not all(parts):
        raise wrong.NotAllowedValue(mark, value=text, key=key, allowed="table, schema.table")
    return TableName(table=parts[-1], schema=parts[0] if len(parts) == 2 else "")


def _article(node: yaml.Node) -> str:
    article = _text(node, "article", filled=True)
    if looks_like_contact(article):
        raise wrong.NotAnArticle(mark_of(node), key="article")
    return article


def _keep(node: yaml.Node) -> KeepPart:
    members = _known(
        node, "keep", known=("article", "reason", "years", "from", "fields"), needed=("article", "reason")
    )
    reason = _known(members["reason"][1], "reason", known=("en", "zh"), needed=("en", "zh"))
    if ("years" in members) != ("from" in members):
        raise wrong.KeepMismatch(mark_of(node))
    years = _text(members["years"][1], "years") if "years" in members else None
    if years is not None and not (
        years.isascii() and years.isdigit() and 1 <= int(years[:4]) <= 200 and len(years) < 4
    ):
        raise wrong.NotYears(mark_of(members["years"][1]), key="years")
    return KeepPart(
        article=_article(members["article"][1]),
        reason_en=_text(reason["en"][1], "en", filled=True),
        reason_zh=_text(reason["zh"][1], "zh", filled=True),
        years=None if years is None else int(years),
        start_column=_text(members["from"][1], "from", filled=True) if "from" in members else None,
        fields=_names(members["fields"][1], "fields") if "fields" in members else (),
        mark=mark_of(node),
    )


def _field(key_node: yaml.Node, name: str, node: yaml.Node) -> FieldPart:
    if isinstance(node, yaml.ScalarNode):
        return FieldPart(name=name, category=_one_of(node, name, ASSIGNABLE), mark=mark_of(key_node))
    members = _known(
        node, name, known=("category", "erase", "replacement", "confirmed"), needed=("category",)
    )
    erase = _enum(members, "erase", EraseAction)
    replacement = _text(members["replacement"][1], "replacement") if "replacement" in members else None
    if (erase is EraseAction.REPLACE) != (replacement is not None):
        raise wrong.ReplacementMismatch(mark_of(node))
    return FieldPart(
        name=name,
        category=_one_of(members["category"][1], "category", ASSIGNABLE),
        erase=erase,
        replacement=replacement,
        is_confirmed=_flag(members, "confirmed", default=True),
        mark=mark_of(key_node),
    )


_LINK_KEYS = ("columns", "to_source", "to", "to_columns", "role", "match", "when", "confirmed")


def _link(node: yaml.Node) -> LinkPart:
    members = _known(node, "links", known=_LINK_KEYS, needed=("columns", "to", "to_columns", "role"))
    columns = _names(members["columns"][1], "columns")
    to_columns = _names(members["to_columns"][1], "to_columns")
    match = _enum(members, "match", Match) or Match.EXACT
    if not columns or len(columns) != len(to_columns):
        raise wrong.WidthMismatch(mark_of(node))
    if match is not Match.EXACT and len(columns) != 1:
        raise wrong.MatchNeedsOneColumn(mark_of(node))
    discriminator = None
    if "when" in members:
        when = _known(members["when"][1], "when", known=("column", "equals"), needed=("column", "equals"))
        discriminator = (_text(when["column"][1], "column", filled=True), _text(when["equals"][1], "equals"))
    to = members["to"][1]
    return LinkPart(
        columns=columns,
        to=read_name(_text(to, "to"), mark_of(to), "to"),
        to_columns=to_columns,
        role=_enum(members, "role", LinkRole) or LinkRole.LOOKUP,
        to_source=_text(members["to_source"][1], "to_source", filled=True)
        if "to_source" in members
        else None,
        match=match,
        discriminator=discriminator,
        is_confirmed=_flag(members, "confirmed", default=True),
        mark=mark_of(node),
    )


def _table(key_node: yaml.Node, written: str, node: yaml.Node) -> TablePart:
    members = _known(node, written, known=("people", "erase", "keep", "confirmed", "columns", "links"))
    columns = _mapping(members["columns"][1], "columns") if "columns" in members else {}
    return TablePart(
        name=read_name(written, mark_of(key_node), "tables"),
        is_people=_flag(members, "people", default=False),
        erase=_enum(members, "erase", EraseAction),
        keep=_keep(members["keep"][1]) if "keep" in members else None,
        is_confirmed=_flag(members, "confirmed", default=True),
        fields=tuple(_field(key, name, value) for name, (key, value) in columns.items()),
        links=tuple(_link(link) for link in _list(members["links"][1], "links"))
        if "links" in members
        else (),
        mark=mark_of(key_node),
    )


def _source(key_node: yaml.Node, name: str, node: yaml.Node) -> SourcePart:
    members = _known(node, name, known=("tables",))
    tables = _mapping(members["tables"][1], "tables") if "tables" in members else {}
    parts = tuple(_table(key, written, value) for written, (key, value) in tables.items())
    _unique([(part.name, part.mark, part.name.table) for part in parts])
    return SourcePart(name=name, tables=parts, mark=mark_of(key_node))


_RECIPIENT_KEYS = (
    "name",
    "kind",
    "told_by",
    "address",
    "subscription",
    "person",
    "country",
    "since",
    "until",
    "language",
    "reference",
    "remind_days",
    "tables",
    "categories",
)


def _named(members: Members) -> tuple[str, str]:
    name = _known(members["name"][1], "name", known=("en", "zh"), needed=("en", "zh"))
    return _text(name["en"][1], "en", filled=True), _text(name["zh"][1], "zh", filled=True)


def _word(members: Members, key: str, default: str = "") -> str:
    return _text(members[key][1], key, filled=True) if key in members else default


def _date(members: Members, key: str) -> date | None:
    if key not in members:
        return None
    text = _text(members[key][1], key)
    try:
        return date.fromisoformat(text)
    except ValueError:
        allowed = "2026-01-31"
        raise wrong.NotAllowedValue(mark_of(members[key][1]), value=text, key=key, allowed=allowed) from None


def _days(members: Members, key: str, default: int) -> int:
    if key not in members:
        return default
    text = _text(members[key][1], key)
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST_DAYS):
        raise wrong.NotAllowedValue(mark_of(members[key][1]), value=text, key=key, allowed=f"1 … {MOST_DAYS}")
    return int(text)


def _categories(members: Members) -> tuple[str, ...]:
    if "categories" not in members:
        return ()
    return tuple(
        sorted(
            {_one_of(one, "categories", ASSIGNABLE) for one in _list(members["categories"][1], "categories")}
        )
    )


def _places(members: Members) -> tuple[TableRef, ...]:
    found = set()
    for node in _list(members["tables"][1], "tables") if "tables" in members else ():
        place = _known(node, "tables", known=("source", "table"), needed=("source", "table"))
        name = read_name(_text(place["table"][1], "table"), mark_of(place["table"][1]), "table")
        found.add(TableRef(_text(place["source"][1], "source", filled=True), name.table, name.schema))
    return tuple(sorted(found))


def _recipient(key_node: yaml.Node, key: str, node: yaml.Node) -> RecipientPart:
    members = _known(node, key, known=_RECIPIENT_KEYS, needed=("name", "kind", "told_by"))
    name_en, name_zh = _named(members)
    facts = RecipientFacts(
        key=key,
        name_en=name_en,
        name_zh=name_zh,
        kind=_enum(members, "kind", RecipientKind) or RecipientKind.PROCESSOR,
        contact=_enum(members, "told_by", Contact) or Contact.TASK,
        reference=_enum(members, "reference", Reference) or Reference.CUSTOMER_NUMBER,
        address=_word(members, "address"),
        subscription=_word(members, "subscription"),
        assignee=_word(members, "person"),
        language=_one_of(members["language"][1], "language", ("en", "zh-hans"))
        if "language" in members
        else "en",
        country=_word(members, "country"),
        tables=_places(members),
        categories=_categories(members),
        since_date=_date(members, "since"),
        until_date=_date(members, "until"),
        remind_days=_days(members, "remind_days", REMIND_DAYS),
    )
    return RecipientPart(facts=facts, mark=mark_of(key_node))


def _manual_source(key_node: yaml.Node, key: str, node: yaml.Node) -> ManualSourcePart:
    known = ("name", "person", "categories", "answer_days")
    members = _known(node, key, known=known, needed=("name", "person"))
    name_en, name_zh = _named(members)
    facts = ManualSourceFacts(
        key=key,
        name_en=name_en,
        name_zh=name_zh,
        assignee=_word(members, "person"),
        categories=_categories(members),
        answer_days=_days(members, "answer_days", ANSWER_DAYS),
    )
    return ManualSourcePart(facts=facts, mark=mark_of(key_node))


def _unique(named: list[tuple[TableName, Mark, str]]) -> None:
    seen: set[TableName] = set()
    for name, mark, label in named:
        if name in seen:
            raise wrong.TwiceInFile(mark, key=label)
        seen.add(name)


def _root(text: str) -> yaml.Node | None:
    """Return the root node after a pass over the events that bounds depth and refuses aliases."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise wrong.AliasRefused(mark_of(event))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise wrong.TooLarge(mark_of(event), limit_mb=MAX_BYTES // 1024 // 1024)
    compose: Callable[..., yaml.Node | None] = yaml.compose
    return compose(text, Loader=_LOADER)


def parse(text: str) -> MapFile:
    """Return the document of a map file.

    Raises:
        MapFileRefused: with the line and column of the first thing that is wrong.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise wrong.TooLarge(NOWHERE, limit_mb=MAX_BYTES // 1024 // 1024)
    try:
        root = _root(text)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        raise wrong.NotYaml(Mark(at.line + 1, at.column + 1) if at else NOWHERE) from None
    except (yaml.YAMLError, UnicodeError):
        raise wrong.NotYaml(NOWHERE) from None
    if root is None:
        raise wrong.MissingKey(NOWHERE, key="version")
    known = ("version", "sources", "recipients", "manual_sources")
    members = _known(root, "map", known=known, needed=("version", "sources"))
    _one_of(members["version"][1], "version", (str(FORMAT_VERSION),))
    sources = _mapping(members["sources"][1], "sources")
    return MapFile(
        sources=tuple(_source(key, name, value) for name, (key, value) in sources.items()),
        recipients=_each(members, "recipients", _recipient),
        manual_sources=_each(members, "manual_sources", _manual_source),
    )


def _each(members: Members, key: str, read: Callable[[yaml.Node, str, yaml.Node], P]) -> tuple[P, ...] | None:
    if key not in members:
        return None
    found = _mapping(members[key][1], key)
    return tuple(read(key_node, name, value) for name, (key_node, value) in sorted(found.items()))
