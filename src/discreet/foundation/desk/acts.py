"""The names of acts in words. An app names its own in its `navigation.py`.

acts.register({"rights.receive_request": gettext_noop("Request received")})
"""

from collections.abc import Mapping

from django.utils.translation import gettext

from discreet.foundation.desk.clocks import MET, purpose_of
from discreet.foundation.desk.discovery import discover
from discreet.foundation.ledger.queries import EntryView
from discreet.vocabulary.text import gettext_noop

_labels: dict[str, str] = {}


def register(labels: Mapping[str, str]) -> None:
    """Name acts."""
    _labels.update(labels)


def label(act: str) -> str:
    """Return the act in words; an unnamed act shows its own name, without its app."""
    discover()
    named = _labels.get(act)
    return gettext(named) if named else act.partition(".")[2].replace("_", " ")


def title(entry: EntryView) -> str:
    """Return what an entry says was done: its act in words, and of a clock that was met which one."""
    if entry.act == "cases.meet_clock":
        return gettext(MET[purpose_of(str(entry.facts.get("met", "")))])
    return label(entry.act)


def named() -> frozenset[str]:
    """Return every act that has a label."""
    discover()
    return frozenset(_labels)


register(
    {
        "desk.verify_ledger": gettext_noop("Ledger verified"),
        "ledger.accept_rollback": gettext_noop("Older database taken over on purpose"),
        "ledger.begin_second_place": gettext_noop("Second place found empty and begun anew"),
    }
)
