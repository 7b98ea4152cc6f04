"""What happened to a request, step by step, as staff read it: each act by a plain name and by whom."""

from django.utils.translation import gettext

from discreet.foundation.cases.queries import timeline
from discreet.foundation.desk import acts
from discreet.foundation.desk.components import TimelineItem
from discreet.foundation.desk.people import actors_in_words
from discreet.foundation.ledger.queries import EntryView, entries_for
from discreet.mechanisms.rights import names, queries
from discreet.mechanisms.rights.words import (
    APPROVALS,
    OUTCOMES,
    PROVEN_IN_PART,
    QUIET,
    REFUSED_BECAUSE,
    SENT_BACK,
    STEPS_OF_OTHERS,
)

ACCEPTED = frozenset({"rights.accept_erasure", "rights.accept_access", "rights.accept_correction"})
DECISIONS = ACCEPTED - {"rights.accept_access"} | {"rights.send_back"}


def steps(number: str) -> list[TimelineItem]:
    """Return the evidence of a request, newest first; what only serves a step is marked as work."""
    entries = [entry for entry in timeline(number) if entry.act not in QUIET]
    plans = [entry.entry_id for entry in entries if entry.act == "rights.save_plan"]
    people = actors_in_words({entry.actor_label for entry in entries})
    return [
        TimelineItem(
            at=entry.at,
            title=_plan_again(entry) if entry.entry_id in plans[1:] else _title(entry),
            detail=_detail(entry, people.get(entry.actor_label, entry.actor_label)),
            entry=entry,
            is_work=not _is_step(entry),
        )
        for entry in reversed(entries)
    ]


def sent_back(number: str) -> str:
    """Return why the approved plan came back and waits for a decision again; "" where none did."""
    deciding = [entry for entry in timeline(number) if entry.act in DECISIONS]
    if not deciding or deciding[-1].act != "rights.send_back":
        return ""
    reason = str(deciding[-1].facts.get("reason", ""))
    return gettext(SENT_BACK.get(reason, SENT_BACK[""]))


def refused_by(number: str, batch_id: int) -> list[tuple[str, str]]:
    """Return the sources that refused to be written to in the last run, and why, in the reader's language."""
    entries = {
        entry.entry_id: entry
        for name in (f"request:{number}", f"batch:{batch_id}")
        for entry in entries_for(name)
    }
    run = queries.run_of(batch_id)
    return [
        (names.source_name(str(entry.facts["source"])), _because(str(entry.facts["reason"])))
        for entry in entries.values()
        if entry.act == "rights.record_source_refusal" and entry.facts.get("run") == run
    ]


_DECISIONS = frozenset(
    {"rights.accept_erasure", "rights.accept_access", "rights.accept_correction", "rights.refuse_request"}
)


def deciders_of(number: str, batch_id: int) -> set[str]:
    """Return who decided a request, the first and the second decision and a refusal, as `Actor.person`."""
    entries = [*entries_for(f"request:{number}"), *entries_for(f"batch:{batch_id}")]
    labels = [entry.actor_label for entry in entries if entry.act in _DECISIONS]
    return {label.partition(":")[2].partition(" (")[0].casefold() for label in labels}


def was_chosen_by_staff(number: str) -> bool:
    """Say whether several people matched a request and staff chose among them."""
    return any(entry.act == "rights.choose_candidates" for entry in entries_for(f"request:{number}"))


def _because(code: str) -> str:
    return gettext(REFUSED_BECAUSE[code]) if code in REFUSED_BECAUSE else code


def _is_step(entry: EntryView) -> bool:
    is_named = entry.act.startswith("rights.") or entry.act in STEPS_OF_OTHERS
    return is_named or acts.is_other_ending(entry.act, entry.facts)  # such as a mail that did not leave


def _plan_again(entry: EntryView) -> str:
    """Return what a later plan of one request is called: only the first is made, the others are previews."""
    if entry.facts.get("changed"):
        return gettext("Plan made again, changed")
    return gettext("Plan previewed again, unchanged")


def _title(entry: EntryView) -> str:
    """Return the act in words; a decision is named by which of the two it is."""
    if entry.act == "rights.verify_identity" and entry.facts.get("missing"):
        return gettext(PROVEN_IN_PART)
    step = str(entry.facts.get("step", ""))
    if entry.act in ACCEPTED and step in APPROVALS:
        return gettext(APPROVALS[step])
    return acts.title(entry)


def _detail(entry: EntryView, actor: str) -> str:
    """Return what came of it or in which source, where the act says so, and who did it."""
    outcome, source = str(entry.facts.get("outcome", "")), str(entry.facts.get("source", ""))
    parts = [gettext(OUTCOMES[outcome]) if outcome in OUTCOMES else names.source_name(source), actor]
    return " · ".join(part for part in parts if part)
