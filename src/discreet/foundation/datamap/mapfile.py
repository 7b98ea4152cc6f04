"""The data map as a document: what a map file says, before anything is compared with a source."""

from dataclasses import dataclass, field

from discreet.engines.subjects.graph import EraseAction, LinkRole, Match
from discreet.foundation.datamap.sharing import ManualSourceFacts, RecipientFacts

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something stands in the file, both counted from 1."""

    line: int
    column: int


NOWHERE = Mark(line=1, column=1)


@dataclass(frozen=True, slots=True, order=True)
class TableName:
    """A table within a source; `schema` is empty where the engine has none or the default one is meant."""

    table: str
    schema: str = ""


@dataclass(frozen=True, slots=True)
class KeepPart:
    article: str
    reason_en: str
    reason_zh: str
    years: int | None = None
    start_column: str | None = None
    fields: tuple[str, ...] = ()
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FieldPart:
    name: str
    category: str
    erase: EraseAction | None = None
    replacement: str | None = None
    is_confirmed: bool = True
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class LinkPart:
    """`to_source` None: the same source. `discriminator`: (column, value) of the table the link stands in."""

    columns: tuple[str, ...]
    to: TableName
    to_columns: tuple[str, ...]
    role: LinkRole
    to_source: str | None = None
    match: Match = Match.EXACT
    discriminator: tuple[str, str] | None = None
    is_confirmed: bool = True
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TablePart:
    name: TableName
    is_people: bool = False
    erase: EraseAction | None = None
    keep: KeepPart | None = None
    is_confirmed: bool = True
    fields: tuple[FieldPart, ...] = ()
    links: tuple[LinkPart, ...] = ()
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class SourcePart:
    name: str
    tables: tuple[TablePart, ...] = ()
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RecipientPart:
    facts: RecipientFacts
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ManualSourcePart:
    facts: ManualSourceFacts
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class MapFile:
    """`recipients` and `manual_sources` None: the file does not speak of them, and they stay as they are."""

    sources: tuple[SourcePart, ...] = ()
    recipients: tuple[RecipientPart, ...] | None = None
    manual_sources: tuple[ManualSourcePart, ...] | None = None
