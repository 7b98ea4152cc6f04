"""Judge columns of documents and of texts: what is inside, path by path, and what hides between the words."""

from dataclasses import replace

from discreet.engines.classify.agreement import NO, agreement, is_enumeration
from discreet.engines.classify.headers import Sense, Strength, read_header
from discreet.engines.classify.inside import columns_inside
from discreet.engines.classify.lexicon import THINGS
from discreet.engines.classify.model import ColumnSample, Ground, Hidden, Kind, Reason, Verdict
from discreet.engines.classify.profiles import Profile, profile_of
from discreet.engines.classify.tables import RowKind, RowSense, read_table
from discreet.engines.classify.unaided import Context, judge_values

_TOLD = frozenset(
    ["email", "phone", "name", "national_id", "payment_card", "bank_account", "ip_address", "address"]
)
_PLACES = frozenset(["address", "address_line", "street", "city", "location"])
_HOLDERS = frozenset(
    ["value", "values", "option", "options", "document", "documents", "file", "files", "model"]
)
_ANYWHERE = frozenset(["email", "national_id"])  # personal also among the items of an order
_MAX_REASONS = 12
_MAX_DOCUMENT = 100_000  # characters
_MAX_DOCUMENTS = 400


def judge_document(profile: Profile, column: ColumnSample, context: Context) -> Verdict | None:
    """Return what JSON or XML values hold: the one kind of personal data in them, or free text where several."""
    inside = columns_inside(_documents(column), is_markup=profile.markup > profile.structured)
    found: dict[str, str] = {}
    for path, values in inside.items():
        category = _inside(path, values, context, column)
        if category is not None:
            found[path] = category
    if not found:
        return None
    kinds = set(found.values())
    reasons = tuple(
        Reason(Ground.INSIDE, {"path": path[:60], "category": category})
        for path, category in list(found.items())
    )[:_MAX_REASONS]
    hidden = tuple(Hidden(category, path[:60], 100) for path, category in found.items())
    return Verdict(_whole(kinds), 85, reasons, hidden)


def _documents(column: ColumnSample) -> list[str]:
    """Return different documents whole, as far as they are not too long."""
    found = dict.fromkeys(value[:_MAX_DOCUMENT].strip() for value in column.values[:_MAX_DOCUMENTS])
    return [text for text in found if text]


def _whole(kinds: set[str]) -> str:
    """Return the one category for a document that holds these kinds."""
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds <= {"address", "postal_code", "geo_location"}:
        return "address"
    return "free_text"


def _inside(path: str, values: list[str], context: Context, column: ColumnSample) -> str | None:
    """Return the category of one path, read as a column of the table that the document stands for."""
    leaf = path.rpartition(".")[2] or path
    whole = read_header(path.replace(".", "_"))
    sense = whole if whole.strength >= Strength.CONTEXT else read_header(leaf)
    sample = ColumnSample(name=leaf, kind=Kind.TEXT, values=values)
    profile = profile_of(sample)
    rows = _rows_of(path, column, context)
    is_certain = (
        sense.strength is Strength.STRONG
        and agreement(sense.category, profile, sample, sense.meaning) is not NO
    )
    if sense.whose in THINGS or rows.kind in (RowKind.THING, RowKind.CONFIGURATION):
        return sense.category if is_certain and sense.category in _ANYWHERE and not sense.whose else None
    if is_certain:
        return sense.category
    if (
        sense.strength is Strength.CONTEXT
        and context.is_about_people
        and sense.category in ("address", "name")
    ) and agreement(sense.category, profile, sample, sense.meaning) is not NO:
        return sense.category
    verdict = judge_values(profile, sample, sense, rows)
    return verdict.category if verdict is not None else None


def _rows_of(path: str, column: ColumnSample, context: Context) -> RowSense:
    """Return what the document is about: what its path or its column says, else its table."""
    for name in (path.rpartition(".")[0].replace(".", "_"), column.name):
        if name:
            sense = read_table(name)
            if sense.kind in (RowKind.THING, RowKind.PERSON) and sense.head not in _HOLDERS:
                return sense
    return context.rows


def judge_text(profile: Profile, column: ColumnSample, sense: Sense, context: Context) -> Verdict | None:
    """Return free text where people write, or where personal data hides between the words."""
    if sense.meaning in _PLACES or (sense.category == "address" and sense.strength):
        return None  # its street names are no people
    if column.kind is not Kind.TEXT or profile.is_empty or profile.prose < 0.3 or is_enumeration(profile):
        return None
    if profile.distinct < 2 or profile.url >= 0.5:
        return None
    hidden = tuple(each for each in profile.hides if each.category in _TOLD)
    is_things = sense.whose in THINGS or context.rows.kind in (RowKind.THING, RowKind.CONFIGURATION)
    counted = [
        each.percent
        for each in profile.hides_in_different
        if each.category in _TOLD and not (is_things and each.category == "name")
    ]
    most = max(counted, default=0)
    needed = 25 if is_things else 2 if context.is_about_people else 8
    if most < needed:
        return None
    reasons = tuple(
        Reason(Ground.TEXT_HOLDS, {"percent": each.percent, "category": each.category}) for each in hidden
    )
    return Verdict("free_text", 80 if context.is_about_people else 65, reasons, hidden)


def with_what_hides(verdict: Verdict, profile: Profile, column: ColumnSample, context: Context) -> Verdict:
    """Return a verdict of free text with what hides between the words, one of documents with what is inside."""
    is_document = max(profile.structured, profile.markup) >= 0.6 or column.kind is Kind.JSON
    if verdict.is_personal and is_document and not verdict.hidden:
        inside = judge_document(profile, column, context)
        return (
            replace(verdict, reasons=(*verdict.reasons, *inside.reasons), hidden=inside.hidden)
            if inside
            else verdict
        )
    if verdict.category != "free_text" or verdict.hidden or profile.is_empty:
        return verdict
    hidden = tuple(each for each in profile.hides if each.category in _TOLD)
    reasons = (
        Reason(Ground.TEXT_HOLDS, {"percent": each.percent, "category": each.category}) for each in hidden
    )
    return replace(verdict, reasons=(*verdict.reasons, *reasons), hidden=hidden)
