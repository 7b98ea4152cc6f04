"""What the staff page of a request shows, as the desk's components take it."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext, ngettext

from discreet.engines.subjects.identity import Identity
from discreet.foundation.cases.queries import ClockView as ClockOfCase
from discreet.foundation.desk import masks
from discreet.foundation.desk.clocks import label_of
from discreet.foundation.desk.components import (
    Choice,
    ClockView,
    PlanGroup,
    PlanRow,
    Statement,
)
from discreet.foundation.desk.phrases import is_chinese, listed, sentences
from discreet.foundation.desk.times import left
from discreet.foundation.sources.queries import sources, without_indexes
from discreet.mechanisms.rights import listing, names, queries
from discreet.mechanisms.rights.copying import delivered as copies
from discreet.mechanisms.rights.correcting import letters as correction_letters
from discreet.mechanisms.rights.correcting import page as correction_page
from discreet.mechanisms.rights.course import history
from discreet.mechanisms.rights.course import page as course_page
from discreet.mechanisms.rights.course.awaited import awaited
from discreet.mechanisms.rights.course.stages import stages
from discreet.mechanisms.rights.deciding import desk as decision_pages
from discreet.mechanisms.rights.kinds import Way, right_of, way_of
from discreet.mechanisms.rights.left_out import left_words
from discreet.mechanisms.rights.letters import said as letters
from discreet.mechanisms.rights.listing import RequestRow
from discreet.mechanisms.rights.matching.choosing import code_fact, row_words
from discreet.mechanisms.rights.matching.roots import Fact, FactKind
from discreet.mechanisms.rights.opening.residences import residence_words
from discreet.mechanisms.rights.outside import manual_pages
from discreet.mechanisms.rights.outside.manual import gaps_now
from discreet.mechanisms.rights.progress import working
from discreet.mechanisms.rights.readable import BOUND, KNOWN, LIMIT, readable
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import Outcome, State
from discreet.mechanisms.rights.summaries import GAPS, REASONS
from discreet.mechanisms.rights.views import reason_text
from discreet.mechanisms.rights.words import (
    ACTIONS,
    COPY_WAITS,
    DEPTHS,
    FACTS,
    FIELD_WORDS,
    MATCHES,
    TRACES,
    state_tone,
    state_words,
)
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.dates import written_date
from discreet.vocabulary.text import gettext_noop

ANSWERED_WITH = {
    Way.COPY: gettext_noop("The person gets a copy."),
    Way.TELL: gettext_noop("The person is told which kinds of data are held."),
}
TWO_FOR_ERASURE = gettext_noop("Erasure needs two people. You prepare it; another approver starts it.")
TWO_FOR_COPY = gettext_noop(
    "Sensitive data would leave, or somebody asks for another: two people decide. You propose it; another approver "
    "starts it."
)
SAME_PERSON_LOOKS_BACK = timedelta(days=60)


def list_row(row: RequestRow, *, clock: ClockOfCase | None, now: datetime) -> dict[str, Any]:
    """Return a row of the list; `clock` is the one that ends next, by which the list is sorted.

    A case has ended and the law's clock runs on where the letter still has to be sent.
    """
    next_at = clock.due_at if clock else None
    if row.completed_at is not None and row.answered_at is None:
        next_at = row.due_at
    is_waiting = row.outcome == Outcome.DELIVERED and row.answered_at is None
    return {
        "row": row,
        "residence": residence_words(row.residence),
        "next": next_at,
        "next_label": label_of(clock.rule_id) if clock else "",
        "kind": gettext(right_of(row.kind).short),
        "state": gettext(COPY_WAITS if is_waiting else state_words(row.state, row.outcome)),
        "tone": "warn" if is_waiting else state_tone(row.state, row.outcome),
        "left": left(due_at=next_at, now=now, is_legal=True) if next_at else None,
    }


def list_heading(wanted: str, *, query: str, total: int, overdue: int) -> str:
    """Return how many requests the list holds, by what was asked for; open is the default."""
    if query:
        return ngettext("%(n)s request matches", "%(n)s requests match", total) % {"n": f"{total:,}"}
    if wanted == "ended":
        words = ngettext("%(n)s request has ended", "%(n)s requests have ended", total)
        return words % {"n": f"{total:,}"} if total else gettext("No request has ended")
    if wanted == "incomplete":
        words = ngettext("%(n)s erasure is incomplete", "%(n)s erasures are incomplete", total)
        return words % {"n": f"{total:,}"} if total else gettext("No erasure is incomplete")
    if wanted == "all":
        words = ngettext("%(n)s request in all", "%(n)s requests in all", total)
        return words % {"n": f"{total:,}"} if total else gettext("No requests yet")
    if overdue:
        return ngettext("%(n)s request is overdue", "%(n)s requests are overdue", overdue) % {"n": overdue}
    if not total:
        return gettext("No request is open")
    words = ngettext("%(n)s request is open, none overdue", "%(n)s requests are open, none overdue", total)
    return words % {"n": f"{total:,}"}


def context(
    view: RequestView, *, actor: Actor, now: datetime, revealed: Identity | None = None
) -> dict[str, Any]:
    """Return everything the template shows."""
    claim = None if view.case.row.is_expired else queries.claim_of(view.number)
    language = translation.get_language() or "en"
    is_erasure, is_correction = way_of(view.kind) is Way.ERASE, way_of(view.kind) is Way.CORRECT
    candidates, is_waiting = _candidates(view), copies.is_waiting(view)
    return {
        **decision_pages.context(view, actor=actor),
        "view": view,
        "is_erasure": is_erasure,
        "is_correction": is_correction,
        "open_places": correction_page.open_places(view.plan.summary),
        "corrected": correction_letters.corrected_lines(view, language),
        "state": gettext(COPY_WAITS if is_waiting else state_words(view.state, view.outcome)),
        "tone": "warn" if is_waiting else state_tone(view.state, view.outcome),
        "person": _person(claim),
        "residence": residence_words(view.residence),
        "revealed": revealed,
        "clocks": clocks(view),
        "steps": stages(view),
        "groups": _groups(view),
        "summary": _summary_words(view),
        "gaps": _gaps(gaps_now(view)),
        "missing_indexes": [] if view.completed_at else _missing_indexes(view.plan.summary.get("steps")),
        "questions": view.plan.summary.get("open_questions", []),
        "searched": _searched(view),
        "not_searched": _gaps(view.search.get("not_searched")),
        "left_words": left_words(view.search.get("not_searched")),
        "traces": _traces(view),
        "refused_by": history.refused_by(view.number, view.plan.batch_id) if is_erasure else [],
        "may_search": (actor.may(Role.AGENT) or actor.may(Role.APPROVER))
        and queries.may_search_again(view.number),
        "timeline": history.steps(view.number),
        "kept": letters.kept_lines(view, language),
        "whose_duty": letters.whose_duty(view),
        "copy_facts": copies.facts_for_staff(view, copies.copy_of(view), now=now),
        "refusals": letters.refusals(view),
        "candidates": candidates if len(candidates) > 1 else [],
        "found": {**candidates[0], "facts": [*candidates[0]["facts"], *code_fact(view)]}
        if len(candidates) == 1
        else None,
        "may_verify": view.state is State.RECEIVED
        and (actor.may(Role.AGENT) or actor.may(Role.ADMINISTRATOR)),
        "may_decide": view.state is State.PLANNED and bool(view.plan.digest),
        "approval": correction_page.approval(view, actor) if is_correction else _approval(view, actor),
        "also_open": _also_open(view, now=now),
        "may_refuse": view.state in (State.RECEIVED, State.VERIFIED, State.PLANNED)
        and not view.course.choice_ref
        and (actor.may(Role.AGENT) or actor.may(Role.APPROVER)),
        "may_send_back": view.state is State.PLANNED
        and bool(view.plan.prepared_by)
        and actor.may(Role.APPROVER),
        "may_reveal": claim is not None and (actor.may(Role.AGENT) or actor.may(Role.APPROVER)),
        "awaited": awaited(view) or manual_pages.awaited_words(view, language=language),
        "sent_back": history.sent_back(view.number) if view.state is State.PLANNED else "",
        "may_plan": view.state in (State.VERIFIED, State.PLANNED)
        and view.candidates in (None, 1)
        and not view.course.choice_ref
        and any(actor.may(role) for role in (Role.AGENT, Role.APPROVER, Role.ADMINISTRATOR)),
        "may_preview": way_of(view.kind) is Way.COPY
        and view.state is State.PLANNED
        and (actor.may(Role.AGENT) or actor.may(Role.APPROVER)),
        "working": working(view),
        "me": actor.name,
        "heading": f"{gettext(right_of(view.kind).title)} {view.number}",
    } | course_page.context(view, actor=actor, now=now)


def _summary_words(view: RequestView) -> str:
    if way_of(view.kind) is Way.CORRECT:
        return correction_page.summary_words(view.plan.summary)
    is_erasure = way_of(view.kind) is Way.ERASE
    return plan_words(view.plan.summary) if is_erasure else copy_words(view.plan.summary)


def copy_words(summary: dict[str, Any]) -> str:
    """Return how much the person gets a copy of."""
    rows = sum(table["rows"] for source in summary.get("sources", []) for table in source["tables"])
    return ngettext("A copy of %(n)s row", "A copy of %(n)s rows", rows) % {"n": f"{rows:,}"}


def plan_words(summary: dict[str, Any]) -> str:
    """Return the consequence in numbers: what goes, what is emptied or replaced, what stays."""
    counts: dict[str, int] = defaultdict(int)
    shared = 0
    for source in summary.get("sources", []):
        for table in source["tables"]:
            is_part = table["action"] == "keep" and table.get("fields")
            counts["keep_part" if is_part else table["action"]] += table["rows"]
            shared += table["shared"]
    parts = [
        ngettext("%(n)s row erased", "%(n)s rows erased", counts["delete"]) % {"n": f"{counts['delete']:,}"},
    ]
    if counts["null"]:
        n = counts["null"]
        parts.append(ngettext("%(n)s row emptied", "%(n)s rows emptied", n) % {"n": f"{n:,}"})
    if counts["replace"]:
        n = counts["replace"]
        words = ngettext("%(n)s row with replaced fields", "%(n)s rows with replaced fields", n)
        parts.append(words % {"n": f"{n:,}"})
    if counts["keep"]:
        parts.append(
            ngettext("%(n)s row kept", "%(n)s rows kept", counts["keep"]) % {"n": f"{counts['keep']:,}"}
        )
    if n := counts["keep_part"]:
        words = ngettext("%(n)s row kept with fields emptied", "%(n)s rows kept with fields emptied", n)
        parts.append(words % {"n": f"{n:,}"})
    if shared:
        parts.append(
            ngettext("%(n)s shared row stays", "%(n)s shared rows stay", shared) % {"n": f"{shared:,}"}
        )
    return gettext(", ").join(parts)


def _person(claim: Identity | None) -> dict[str, str]:
    if claim is None:
        return {"name": gettext("Forgotten"), "contacts": ""}
    contacts = [
        masks.mask_email(claim.email) if claim.email else "",
        masks.mask_phone(claim.phone) if claim.phone else "",
        masks.mask_name(claim.customer_number) if claim.customer_number else "",
    ]
    shown = " · ".join(text for text in contacts if text)
    return {
        "name": masks.mask_name(claim.name) if claim.name else shown,
        "contacts": shown if claim.name else "",
    }


def clocks(view: RequestView) -> list[ClockView]:
    """Return the clocks of a request; each runs until the answer has left."""
    return [
        ClockView(
            started_at=view.received_at,
            due_at=clock.due_at,
            law=clock.article,
            label=label_of(clock.rule_id),
            started_label=gettext("Received"),
            is_unsure=clock.is_unsure,
            ended_at=queries.clock_met_at(clock, view),
            paused_since=clock.paused_at,
        )
        for clock in view.case.clocks
        if clock.met_at is None or view.completed_at is not None
    ]


def _groups(view: RequestView) -> list[PlanGroup]:
    summary: dict[str, Any] = view.plan.summary
    statements: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for step in summary.get("steps", []):
        note = ngettext("%(n)s row", "%(n)s rows", step["rows"]) % {"n": f"{step['rows']:,}"}
        bound = gettext(BOUND.get(step["purpose"], KNOWN))
        sql = readable(step["statement"], bound=bound, limit=gettext(LIMIT))
        statements[(step["source"], step["table"])].append(Statement(sql=sql, note=note))
    actions = _field_actions(summary)
    for one in summary.get("operations", []):
        note = ngettext("%(n)s row", "%(n)s rows", one["rows"]) % {"n": f"{one['rows']:,}"}
        statements[(one["source"], one["table"])].append(
            Statement(sql=_operation_words(one, actions), note=note)
        )
    engines = {one.name: one.kind for one in sources()}
    return [
        PlanGroup(
            label=names.source_name(source["name"]),
            raw=source["name"],
            note=gettext("%(engine)s, one transaction") % {"engine": engines.get(source["name"], "")}
            if way_of(view.kind) is Way.ERASE
            else engines.get(source["name"], ""),
            rows=[
                PlanRow(
                    name=names.table_words(source["name"], table["table"]),
                    raw=table["table"],
                    rows=table["rows"],
                    choices=(Choice(value=table["action"], label=_action(view, table), is_chosen=True),),
                    why=_why(table, view),
                    kept_until=gettext("Kept until %(date)s.") % {"date": _on(table["until"])}
                    if table.get("until")
                    else "",
                    is_warning=bool(table["shared"]),
                    statements=statements[(source["name"], table["table"])],
                )
                for table in source["tables"]
            ],
        )
        for source in summary.get("sources", [])
    ]


def _action(view: RequestView, table: dict[str, Any]) -> str:
    """Return the word on the badge: what happens to the rows, or to the fields of rows that stay."""
    if way_of(view.kind) is Way.COPY:
        return gettext("Copy")
    if way_of(view.kind) is Way.TELL:
        return gettext("Told")
    done = {one["action"] for one in table.get("fields", [])}
    if table["action"] == "replace" and "null" in done:
        return gettext("Empty, replace")
    if table["action"] == "keep" and done:
        return gettext("Keep, empty") if "null" in done else gettext("Keep, replace")
    return gettext(ACTIONS[table["action"]])


def _field_actions(summary: dict[str, Any]) -> dict[tuple[str, str, str], str]:
    """Return what happens to each column of rows that stay: (source, table, column) → null or replace."""
    return {
        (source["name"], table["table"], one["column"]): one["action"]
        for source in summary.get("sources", [])
        for table in source["tables"]
        for one in table.get("fields", [])
    }


def _operation_words(one: dict[str, Any], actions: dict[tuple[str, str, str], str]) -> str:
    keys = ngettext("%(n)s key", "%(n)s keys", one["rows"]) % {"n": f"{one['rows']:,}"}
    names = ", ".join(one["key_columns"])
    where = f"{names if len(one['key_columns']) == 1 else f'({names})'} IN (‹{keys}›)"
    if one["kind"] == "delete":
        return f"DELETE FROM {one['table']} WHERE {where}"  # noqa: S608 (shown, never run)
    other = gettext("replacement")
    new = [
        f"{name} = ‹{other}›"
        if actions.get((one["source"], one["table"], name)) == "replace"
        else f"{name} = NULL"
        for name in one["columns"]
    ]
    return f"UPDATE {one['table']} SET {', '.join(new)} WHERE {where}"  # noqa: S608 (shown, never run)


def _why(table: dict[str, Any], view: RequestView) -> str:
    """Return the reason, the map's own words for it, and what happens to which fields, as sentences."""
    params = table.get("params", {})
    article = letters.article_of(str(params.get("article", "")), view, reason=table["reason"])
    text = reason_text({**table, "params": {"article": article}}, REASONS)
    parts = [text, table.get("reason_zh" if is_chinese() else "reason_en") or ""]
    for action, template in FIELD_WORDS.items():
        names = [one["column"] for one in table.get("fields", []) if one["action"] == action]
        parts.append(gettext(template) % {"fields": listed(names)} if names else "")
    return sentences(parts)


def _gaps(gaps: Any) -> list[dict[str, str]]:
    return [
        {
            "name": names.place_name(one["source"], one["table"]),
            "raw": " / ".join(part for part in (one["source"], one["table"]) if part),
            "columns": ", ".join(one["columns"]),
            "why": gettext(GAPS[one["reason"]]) if one["reason"] in GAPS else str(one["reason"]),
        }
        for one in gaps or []
    ]


def _searched(view: RequestView) -> list[dict[str, Any]]:
    """Return where the fresh search looked, and how, in words."""
    looks: Any = view.search.get("searched") or []
    return [
        {**one, "how": gettext(DEPTHS.get(one["depth"], one["depth"])), "name": _plain_place(one)}
        for one in looks
    ]


def _traces(view: RequestView) -> list[dict[str, Any]]:
    """Return where the fresh search found what should be gone, in words."""
    found: Any = view.search.get("found_in") or []
    return [
        {**one, "what": gettext(TRACES.get(one["kind"], one["kind"])), "name": _plain_place(one)}
        for one in found
    ]


def _plain_place(one: dict[str, Any]) -> str:
    return names.place_name(one.get("source") or "", one["table"])


def _missing_indexes(steps: Any) -> list[str]:
    """Return the statement for each index that would turn a scan into a look-up."""
    missing = [step for step in steps or [] if step["missing_index"]]
    files = without_indexes() if missing else frozenset()
    found = {
        f"{step['source']}: CREATE INDEX ix_{step['table']}_{'_'.join(step['missing_index'])}"
        f" ON {step['table']} ({', '.join(step['missing_index'])})"
        for step in missing
        if step["source"] not in files
    }
    return sorted(found)


def _candidates(view: RequestView) -> list[dict[str, Any]]:
    """Return who was found, masked: one person, or those among whom staff choose."""
    if not view.candidates or view.completed_at is not None:
        return []
    found = queries.roots_of(view.number)
    if found is None:
        return []
    return [
        {
            "label": label,
            "facts": [(gettext(FACTS[fact.kind]), _fact(fact)) for fact in person.facts],
            "rows": listed(map(row_words, person.roots)),
            "matched_by": listed(
                [gettext(MATCHES.get(name, name)) for root in person.roots for name in root.matched_by]
            ),
        }
        for label, person in zip(found.labels(), found.people, strict=True)
    ]


def _fact(fact: Fact) -> str:
    if fact.kind not in (FactKind.SINCE, FactKind.LATEST, FactKind.DELETED):
        return fact.text
    return _on(fact.text)


def _on(day: str) -> str:
    """Return a day (ISO 8601) as each language writes it."""
    return written_date(datetime.fromisoformat(day).date(), language=translation.get_language() or "en")


def _also_open(view: RequestView, *, now: datetime) -> list[str]:
    """Return the open requests of the same person, where an erasure of one request is about to be decided."""
    if way_of(view.kind) is not Way.ERASE or view.state is not State.PLANNED or view.batch_size != 1:
        return []
    return listing.open_of_the_same_person(view.number, since=now - SAME_PERSON_LOOKS_BACK)


def _approval(view: RequestView, actor: Actor) -> dict[str, Any]:
    """Return what the approve bar offers this person and why."""
    if view.state is not State.PLANNED or not view.plan.digest:
        return {"may": False}
    if not view.takes_two_people:
        may = actor.may(Role.AGENT) or actor.may(Role.APPROVER)
        return {
            "may": may,
            "button": gettext("Accept and answer"),
            "why": gettext(ANSWERED_WITH.get(way_of(view.kind), "")),
        }
    proposer = view.plan.prepared_by
    is_erasure = way_of(view.kind) is Way.ERASE
    two = gettext(TWO_FOR_ERASURE if is_erasure else TWO_FOR_COPY)
    if not proposer:
        may = actor.may(Role.AGENT) or actor.may(Role.APPROVER)
        why = two
        return {"may": may, "button": gettext("Ask for second approval"), "why": why}
    if proposer == actor.person:
        why = gettext("You prepared this plan; another approver must approve it.")
        return {"may": False, "why": why, "proposer": proposer}
    why = gettext("You did not prepare this plan, so you may approve it.")
    if not actor.may(Role.APPROVER):
        if not view.plan.is_proposed and actor.may(Role.AGENT):
            why = two
            return {"may": True, "button": gettext("Ask for second approval"), "why": why}
        return {"may": False, "why": gettext("An approver must approve it."), "proposer": proposer}
    return {
        "may": True,
        "button": gettext("Approve and erase") if is_erasure else gettext("Approve and answer"),
        "why": why,
        "proposer": proposer,
    }
