"""What a table's rows are: people, what happens to them, things, organisations, or settings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from discreet.engines.classify.headers import first_clause
from discreet.engines.classify.lexicon import ACTORS, EVENT, FILLER, PEOPLE, lexicon
from discreet.engines.classify.words import Token, split_header, tokens_of

_DETAIL = frozenset(
    [
        "detail",
        "details",
        "info",
        "profile",
        "profiles",
        "profil",
        "data",
        "line",
        "lines",
        "extra",
        "ext",
        "extension",
        "item",
        "items",
        "base",
        "basic",
        "master",
        "main",
        "record",
        "records",
        "xinxi",
        "ziliao",
        "jbxx",
        "xx",
        "entity",
        "entities",
        "bak",
        "mstr",
        "mst",
        "stamm",
        "stammdaten",
        "档案",
    ]
)
#: What the names of tables of codes begin with.
_CODES = frozenset(["dm", "dic", "dict", "zd", "lkp", "lookup", "enum", "cd", "lov", "codelist"])


_ACCOUNTS = frozenset(
    [
        "account",
        "accounts",
        "acct",
        "accts",
        "party",
        "parties",
        "tenant",
        "tenants",
        "租户",
    ]
)


class RowKind(StrEnum):
    PERSON = "person"
    EVENT = "event"
    THING = "thing"
    ORGANISATION = "organisation"
    CONFIGURATION = "configuration"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RowSense:
    """What a table's name and comment say. `people`: the kind of people named in it, if any."""

    kind: RowKind
    people: str = ""
    head: str = ""
    is_of_health: bool = False  # results of laboratories, examinations, treatments

    @property
    def is_somebodys(self) -> bool:
        """Say whether rows of this kind can belong to somebody."""
        return self.kind in (RowKind.PERSON, RowKind.EVENT, RowKind.UNKNOWN)


UNKNOWN_ROWS = RowSense(RowKind.UNKNOWN)
_KIND_OF = {
    "product": RowKind.THING,
    "organisation": RowKind.ORGANISATION,
    "company": RowKind.ORGANISATION,
    "employer": RowKind.ORGANISATION,
    "school": RowKind.ORGANISATION,
    "department": RowKind.ORGANISATION,
    "configuration": RowKind.CONFIGURATION,
    EVENT: RowKind.EVENT,
}
_PLACES = frozenset(
    [
        "city",
        "state",
        "province",
        "region",
        "country",
        "district",
        "county",
        "language",
        "currency",
        "postal_code",
    ]
)
_TEXTS = frozenset(
    ["note", "comment", "feedback", "message", "question", "answer", "address", "email", "session"]
)
_CONFIG = frozenset(
    ["membership", "type", "status", "code", "config", "count", "unit", "template", "title", "path", "time"]
)


def _kind(token: Token) -> RowKind | None:
    """Return what a row called so is; a word for a column can be one for a row, too."""
    entity = lexicon().entities.get(token.word, "")
    for meaning in (entity, token.meaning):
        if meaning in PEOPLE or meaning in ("username", "employee_no", "customer_no", "family", "guardian"):
            return RowKind.PERSON
        if meaning in _KIND_OF:
            return _KIND_OF[meaning]
        if meaning in ACTORS:
            return RowKind.PERSON
        if meaning in _TEXTS:
            return RowKind.EVENT
        if meaning in _PLACES:
            return RowKind.CONFIGURATION
        if meaning in _CONFIG:
            return RowKind.CONFIGURATION
        if meaning in lexicon().strong:
            return RowKind.EVENT
    return None


def _as_row(token: Token) -> Token:
    """Return initials that can be a word for people as that: a table `hy` is of members (会员), not marriages."""
    wanted = PEOPLE | {"guardian"}
    people = wanted.intersection(lexicon().other_initials.get(token.word, ())) if token.is_initials else ()
    return Token(token.word, next(iter(people)), is_initials=True) if people else token


def _people(tokens: Sequence[Token]) -> str:
    """Return the kind of people named last; a member or user of the staff is staff."""
    found = [lexicon().entities.get(token.word, token.meaning) for token in tokens]
    people = ["staff" if each in ACTORS else each for each in found if each in PEOPLE | ACTORS]
    if not people:
        return ""
    return "staff" if people[-1] in ("member", "user", "person") and "staff" in people else people[-1]


def _read(text: str, *, with_initials: bool) -> RowSense:
    tokens = [_as_row(token) for token in tokens_of(text, with_initials=with_initials)]
    while len(tokens) > 1 and (tokens[-1].meaning == FILLER or len(tokens[-1].word) == 1):
        tokens.pop()
    is_detail = False
    while len(tokens) > 1 and tokens[-1].word in _DETAIL:
        before = _kind(tokens[-2])
        if before is None:
            break
        is_detail = True
        tokens.pop()
    if not tokens:
        return UNKNOWN_ROWS
    kind = _kind(tokens[-1])
    if kind is None and len(tokens) > 1 and not tokens[-1].word.isascii():
        kind = next((found for token in reversed(tokens) if (found := _kind(token)) is not None), None)
    if kind is RowKind.PERSON and is_detail and tokens[-1].word in _DETAIL:
        kind = RowKind.EVENT
    people = _people(tokens)
    if kind is RowKind.PERSON and tokens[-1].word in _ACCOUNTS and not _people(tokens[:-1]):
        kind = None  # a person's, or a firm's: the columns tell
    if kind is RowKind.THING and people and people != "supplier":
        kind = RowKind.EVENT  # a user's device, a member's vehicle
    return RowSense(kind=kind or RowKind.UNKNOWN, people=people, head=tokens[-1].word)


def read_table(name: str, comment: str = "", *, with_initials: bool = False) -> RowSense:
    """Return what a table's name says, or its comment where the name says nothing."""
    sense = _read_both(name, comment, with_initials=with_initials)
    return replace(sense, is_of_health=_is_of_health(name) or _is_of_health(first_clause(comment)))


_HEALTH = frozenset(["health", "diagnosis", "disease", "treatment", "medication", "allergy"])
_LABORATORY = frozenset(
    [
        "lab",
        "labs",
        "laboratory",
        "vital",
        "vitals",
        "clinical",
        "medical",
        "pathology",
        "labor",
        "检验",
        "化验",
        "体检",
    ]
)


def _is_of_health(text: str) -> bool:
    return any(token.meaning in _HEALTH or token.word in _LABORATORY for token in tokens_of(text))


def _read_both(name: str, comment: str, *, with_initials: bool) -> RowSense:
    parts = split_header(name)
    if len(parts) > 1 and parts[0] in _CODES:
        return RowSense(RowKind.CONFIGURATION, head=parts[-1])
    by_name = _read(name, with_initials=with_initials)
    if not comment:
        return by_name
    by_comment = _read(first_clause(comment), with_initials=False)
    if by_name.kind is RowKind.UNKNOWN:
        return by_comment
    if not by_name.people and by_comment.people:
        return RowSense(by_name.kind, by_comment.people, by_name.head)
    return by_name
