"""What a search or a copy left out, as it may be said: how many parts, and what they hold.

A customer reads it by kind of data and system, without names of tables; staff and auditors read every part
(`gaps`). Source: GDPR Art. 5(1)(a), 12(1); failure promise 1.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext, ngettext

from discreet.engines.subjects.texts import FREE_TEXT
from discreet.foundation.datamap.queries import fields_meaning
from discreet.foundation.desk.phrases import is_chinese, listed, sentences
from discreet.mechanisms.rights import names
from discreet.mechanisms.rights.summaries import table_name
from discreet.vocabulary.categories import CATEGORIES, NONE, UNKNOWN
from discreet.vocabulary.text import gettext_noop

Gap = Mapping[str, Any]
# The reasons whose gap is a whole table, whatever columns it names.
_WHOLE = frozenset(
    {"no_link", "no_link_nor_value", "reference_without_link", "over_budget", "scan_over_budget"}
)
_OURS = "ours"  # sensitive by this product's own caution, by no law


class Holds(StrEnum):
    """What a part holds by the data map. UNKNOWN: nobody has said yet."""

    NONE = "none"
    UNKNOWN = "unknown"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class Left:
    """How many parts were left out; `personal` of them hold or may hold personal data, `sensitive` of these."""

    parts: int
    personal: int
    sensitive: int


def with_holds(gaps: Sequence[Gap]) -> list[dict[str, Any]]:
    """Return each gap with what it `holds`: evidence says it, for the map may change afterwards."""
    found = _categories()
    return [{**one, "holds": _holds(one, found).value} for one in gaps]


def left(gaps: Any) -> Left:
    """Count what was left out; gaps of an older version, without `holds`, are looked up in the map of today."""
    parts = gaps if isinstance(gaps, list | tuple) else []
    found = _categories() if any("holds" not in one for one in parts) else {}
    held = [str(one.get("holds") or _holds(one, found).value) for one in parts]
    return Left(
        parts=len(held),
        personal=len([one for one in held if one != Holds.NONE]),
        sensitive=held.count(Holds.SENSITIVE),
    )


def left_words(gaps: Any) -> str:
    """Return for staff how much was left out; "" where nothing was."""
    one = left(gaps)
    if not one.parts:
        return ""
    words = ngettext(
        "%(n)s part was not, or not fully, searched.",
        "%(n)s parts were not, or not fully, searched.",
        one.parts,
    ) % {"n": one.parts}
    hold = ngettext(
        "%(n)s of them holds or may hold personal data",
        "%(n)s of them hold or may hold personal data",
        one.personal,
    ) % {"n": one.personal}
    if one.sensitive:
        tail = ngettext("%(n)s of these sensitive data", "%(n)s of these sensitive data", one.sensitive)
        hold = listed([hold, tail % {"n": one.sensitive}])
    return sentences([words, hold])


def _categories() -> dict[tuple[str, str], dict[str, str]]:
    return {
        (ref.source, table_name(ref)): {name: meaning.category for name, meaning in columns.items()}
        for ref, columns in fields_meaning().items()
    }


def _holds(one: Gap, found: Mapping[tuple[str, str], Mapping[str, str]]) -> Holds:
    known = _known(one, found)
    kinds = [CATEGORIES[name] for name in known if name in CATEGORIES and name not in (NONE, UNKNOWN)]
    if any(kind.sensitivity not in ("", _OURS) for kind in kinds):
        return Holds.SENSITIVE
    if kinds:
        return Holds.PERSONAL
    return Holds.NONE if known and set(known) == {NONE} else Holds.UNKNOWN


def _known(one: Gap, found: Mapping[tuple[str, str], Mapping[str, str]]) -> list[str]:
    """Return the categories of a gap's columns: of all columns where it is about the table."""
    columns = found.get((str(one["source"]), str(one["table"])), {})
    named = one.get("columns") or []
    if not named or one.get("reason") in _WHOLE:
        return list(columns.values())
    return [columns.get(str(name), UNKNOWN) for name in named]


class _Kind(StrEnum):
    NAMED = "named"
    OLD_VALUE = "old_value"
    UNLINKED = "unlinked"
    TEXT = "text"
    UNMAPPED = "unmapped"
    NOT_REACHED = "not_reached"
    ASKED = "asked"
    OLDER = "older"
    BEYOND = "beyond"


_KINDS: dict[str, _Kind] = {
    **dict.fromkeys(("named_in_text", "holds_a_value_without_link"), _Kind.NAMED),
    **dict.fromkeys(("other_value_without_link", "old_value_in_text"), _Kind.OLD_VALUE),
    **dict.fromkeys(("no_link", "no_link_nor_value", "reference_without_link", "view"), _Kind.UNLINKED),
    **dict.fromkeys(("links_not_confirmed", "no_identity_column"), _Kind.UNLINKED),
    **dict.fromkeys(("names_in_text", "free_text"), _Kind.TEXT),
    **dict.fromkeys(("source_not_mapped", "table_not_confirmed", "table_not_mapped"), _Kind.UNMAPPED),
    **dict.fromkeys(("fields_not_confirmed", "table_gone", "fields_gone"), _Kind.UNMAPPED),
    **dict.fromkeys(("source_not_reached", "scan_over_budget", "over_budget"), _Kind.NOT_REACHED),
    **dict.fromkeys(("starting_row_gone", "several_people_match"), _Kind.NOT_REACHED),
    "formatted_phones_not_compared": _Kind.NOT_REACHED,
    **dict.fromkeys(("manual_unanswered", "manual_after_approval"), _Kind.ASKED),
    **dict.fromkeys(("older_versions_kept", "older_versions_unknown", "older_versions_locked"), _Kind.OLDER),
    **dict.fromkeys(("older_versions_not_allowed", "older_versions_elsewhere"), _Kind.OLDER),
}
_TOLD: dict[_Kind, str] = {
    _Kind.NAMED: gettext_noop(
        "A text in somebody else's record names you. Somebody must take it out by hand"
    ),
    _Kind.OLD_VALUE: gettext_noop(
        "The value that was wrong stands in free text, or in rows that nothing links to you. Somebody must look at "
        "them by hand"
    ),
    _Kind.UNLINKED: gettext_noop("Parts without a link to you were not searched automatically"),
    _Kind.TEXT: gettext_noop(
        "Free text was searched for addresses and numbers at most, not for names: it may name you"
    ),
    _Kind.UNMAPPED: gettext_noop("Parts that nobody has described to the search yet were not searched"),
    _Kind.NOT_REACHED: gettext_noop("Parts were not reached, or could not be looked through"),
    _Kind.ASKED: gettext_noop("Their person was asked and has not answered yet: no program reads them"),
    _Kind.OLDER: gettext_noop("Older versions of files may still hold what was erased until they expire"),
    _Kind.BEYOND: gettext_noop("What the system itself copies elsewhere was not followed"),
}


def told_customer(gaps: Any, *, found_in: Collection[str]) -> list[str]:
    """Return what was left out as the customer reads it: by reason, with system and kind of data.

    `found_in`: the sources where the person was found; the others are counted, not named.
    """
    by_kind: dict[_Kind, list[Gap]] = defaultdict(list)
    for one in gaps if isinstance(gaps, list | tuple) else []:
        by_kind[_KINDS.get(str(one.get("reason", "")), _Kind.BEYOND)].append(one)
    categories = _categories()
    return [
        _line(kind, by_kind[kind], frozenset(found_in), categories) for kind in _Kind if by_kind.get(kind)
    ]


def _line(
    kind: _Kind,
    gaps: Sequence[Gap],
    found_in: frozenset[str],
    categories: Mapping[tuple[str, str], Mapping[str, str]],
) -> str:
    sources = {str(one["source"]) for one in gaps}
    places = [names.source_name(source) for source in sorted(sources & found_in)]
    if other := len(sources - found_in):
        words = (
            ngettext("%(n)s other system of ours", "%(n)s other systems of ours", other)
            if places
            else ngettext("%(n)s of our systems", "%(n)s of our systems", other)
        )
        places.append(words % {"n": other})
    language = "zh" if is_chinese() else "en"
    held = {
        CATEGORIES[name].label(language)
        for one in gaps
        for name in _known(one, categories)
        if name in CATEGORIES and name not in (NONE, UNKNOWN, FREE_TEXT)
    }
    what = gettext(" (they hold: %(kinds)s)") % {"kinds": listed(sorted(held))} if held else ""
    return f"{listed(places)}{'：' if is_chinese() else ': '}{gettext(_TOLD[kind])}{what}"
