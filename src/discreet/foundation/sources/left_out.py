"""What of a source's files is not read, in words: whole files and single lines."""

from collections.abc import Sequence

from django.utils.translation import gettext

from discreet.foundation.sources.catalogue import (
    Catalogue,
    Engine,
    OldVersions,
    PassedOver,
    Skipped,
    TableInfo,
)
from discreet.vocabulary.text import gettext_noop, on_screen

REASONS = {
    Skipped.LINK: gettext_noop("symbolic links, which are never followed"),
    Skipped.HIDDEN: gettext_noop("hidden: the name begins with a dot"),
    Skipped.ODD_NAME: gettext_noop("names with letters that no screen shows"),
    Skipped.ENDING: gettext_noop("no ending of a table that can be read"),
    Skipped.DEVICE: gettext_noop("pipes and devices"),
    Skipped.DEEP: gettext_noop("folders that lie too deep"),
    Skipped.CLOSED: gettext_noop("may not be opened by this account"),
    Skipped.TOO_MANY: gettext_noop("more files than are read"),
    Skipped.EMPTY: gettext_noop("nothing in it"),
    Skipped.NO_TABLE: gettext_noop("no table that can be read, or damaged"),
    Skipped.ENCODING: gettext_noop("no encoding of text that is known"),
    Skipped.TOO_LARGE: gettext_noop("too large to be decoded"),
    Skipped.BOMB: gettext_noop("packed so that it grows without measure"),
}
OLD_VERSIONS = {
    OldVersions.KEPT: gettext_noop(
        "The bucket keeps older versions of its objects. An erasure deletes them where the account may; what a "
        "correction replaces stays in them until they expire."
    ),
    OldVersions.UNKNOWN: gettext_noop(
        "The account may not ask whether the bucket keeps older versions: what is erased may stay in them."
    ),
}
_LINES_NAMED = 5


def left_out_in_words(catalogue: Catalogue) -> list[str]:
    """Return what is not read of a source: files by reason, and lines by table."""
    lines = _files(catalogue.passed_over)
    if broken := [lines_in_words(table) for table in catalogue.tables if table.broken_lines]:
        lines.append(
            gettext("Lines that cannot be read whole: %(tables)s.") % {"tables": gettext(", ").join(broken)}
        )
    return lines


def _files(passed_over: Sequence[PassedOver]) -> list[str]:
    """Return one line per reason: how many, why, and the first names."""
    lines = []
    for each in passed_over:
        names = gettext(", ").join(each.names)
        if each.count > len(each.names):
            names = gettext("%(names)s and %(n)d more") % {"names": names, "n": each.count - len(each.names)}
        told = {"count": each.count, "reason": gettext(REASONS[each.reason]), "names": names}
        lines.append(gettext("Not read (%(count)d, %(reason)s): %(names)s.") % told)
    return lines


def left_out_as_json(catalogue: Catalogue) -> dict[str, object]:
    """Return the same as plain values; nothing of a source that has no files."""
    if catalogue.engine is not Engine.FILES:
        return {}
    return {
        "passed_over": [
            {"reason": each.reason.value, "count": each.count, "names": list(each.names)}
            for each in catalogue.passed_over
        ],
        "broken_lines": {
            table.ref.table: {"count": table.broken_lines, "first": list(table.broken_at)}
            for table in catalogue.tables
            if table.broken_lines
        },
    }


def lines_in_words(table: TableInfo) -> str:
    """Return a table's name with how many lines are broken, and where the first of them begin."""
    numbers = gettext(", ").join(map(str, table.broken_at[:_LINES_NAMED]))
    name = on_screen(table.ref.table)
    if not numbers:
        return f"{name} ({table.broken_lines})"
    if table.broken_lines > _LINES_NAMED:
        numbers += gettext(", ") + "…"
    told = {"table": name, "count": table.broken_lines, "numbers": numbers}
    return gettext("%(table)s (%(count)d: line %(numbers)s)") % told
