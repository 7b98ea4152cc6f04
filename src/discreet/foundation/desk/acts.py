"""The names of acts in words. An app names its own in its `navigation.py`.

acts.register({"rights.receive_request": gettext_noop("Request received")})
acts.register_endings("mail.send", fact="state", labels={"dropped": gettext_noop("Mail not sent")})
"""

from collections.abc import Mapping

from django.utils.translation import gettext

from discreet.foundation.desk.clocks import MET, purpose_of
from discreet.foundation.desk.discovery import discover
from discreet.foundation.ledger.queries import EntryView
from discreet.vocabulary.text import gettext_noop

_labels: dict[str, str] = {}
_endings: dict[str, tuple[str, Mapping[str, str]]] = {}


def register(labels: Mapping[str, str]) -> None:
    """Name acts."""
    _labels.update(labels)


def register_endings(act: str, *, fact: str, labels: Mapping[str, str]) -> None:
    """Name an act by what came of it, where its evidence holds `fact` with one of these values."""
    _endings[act] = (fact, labels)


def is_other_ending(act: str, facts: Mapping[str, object]) -> bool:
    """Say whether the act ended in another way than its plain name says."""
    discover()
    fact, labels = _endings.get(act, ("", {}))
    return str(facts.get(fact, "")) in labels


def label(act: str, facts: Mapping[str, object]) -> str:
    """Return the act in words, by what came of it; an unnamed act shows its own name, without its app."""
    discover()
    fact, labels = _endings.get(act, ("", {}))
    named = labels.get(str(facts.get(fact, "")), _labels.get(act))
    return gettext(named) if named else act.partition(".")[2].replace("_", " ")


def title(entry: EntryView) -> str:
    """Return what an entry says was done: its act in words, and of a clock that was met which one."""
    if entry.act == "cases.meet_clock":
        return gettext(MET[purpose_of(str(entry.facts.get("met", "")))])
    return label(entry.act, entry.facts)


def named() -> frozenset[str]:
    """Return every act that has a label."""
    discover()
    return frozenset(_labels)


register(
    {
        "desk.verify_ledger": gettext_noop("Ledger verified"),
        "desk.mark_read": gettext_noop("Notifications read"),
        "desk.choose_digest": gettext_noop("Mail about notifications chosen"),
        "desk.note_digest": gettext_noop("Notifications mailed"),
        "ledger.accept_rollback": gettext_noop("Older database taken over on purpose"),
        "ledger.begin_second_place": gettext_noop("Second place found empty and begun anew"),
    }
)
