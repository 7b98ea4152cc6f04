"""What may be kept and shown of a plan: tables, counts, statements, reasons. No value of a person."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from discreet.engines.subjects.found import NotCovered, Reach, as_set
from discreet.engines.subjects.graph import EraseAction, TableRef
from discreet.engines.subjects.plans import ErasurePlan, Reason, TablePlan
from discreet.mechanisms.rights.correcting import words as correction_words
from discreet.vocabulary.text import gettext_noop

DECIDED = "kept_by_decision"
NOT_DECIDABLE = (
    Reason.MENTION,
    Reason.MENTION_NOT_NULL,
    Reason.ORDER,
    Reason.NOT_WRITABLE,
    Reason.NO_KEY,
)
REASONS: dict[str, str] = {
    Reason.ABOUT_THE_PERSON: gettext_noop("About this person; no duty to keep is stated for this table"),
    Reason.CHOSEN: gettext_noop("As the data map says for this table"),
    Reason.KEPT_BY_LAW: gettext_noop("Kept by law: %(article)s"),
    DECIDED: gettext_noop("Kept as staff decided"),
    Reason.PART_OF_KEPT: gettext_noop("Part of a record that the law keeps"),
    Reason.NEEDED_BY_STAYING: gettext_noop("Rows that stay point at it: the row stays without personal data"),
    Reason.SHARED: gettext_noop("Also used by others: stays, the link to this person is removed"),
    Reason.SHARED_KEPT_LINK: gettext_noop("Also used by others: stays, and the link cannot be emptied"),
    Reason.SHARED_ASK: gettext_noop("Also used by others: somebody has to decide"),
    Reason.NOT_WRITABLE: gettext_noop("Cannot be written: a view, or no write credentials"),
    Reason.NO_KEY: gettext_noop("No primary key, and the values do not single the rows out"),
    Reason.MENTION: gettext_noop("Another's row that names this person: the row stays, its reference goes"),
    Reason.MENTION_NOT_NULL: gettext_noop("Another's row that must name this person"),
    Reason.ORDER: gettext_noop("A reference is emptied first, so that rows can be deleted"),
    "manual_kept": gettext_noop("Kept by the person in charge of it: %(article)s"),
    "access": gettext_noop("A copy goes to the person"),
    **correction_words.WHY,
}

GAPS: dict[str, str] = {
    "no_identity_column": gettext_noop("No e-mail, phone or customer number in this table of people"),
    "source_not_mapped": gettext_noop("No table of this source is in the data map"),
    "table_not_confirmed": gettext_noop("The table is not confirmed in the data map"),
    "table_gone": gettext_noop("The table is no longer in the source"),
    "fields_not_confirmed": gettext_noop("These fields are not confirmed in the data map"),
    "fields_gone": gettext_noop("These fields are no longer in the source"),
    "links_not_confirmed": gettext_noop("These links are not confirmed in the data map"),
    "reference_without_link": gettext_noop(
        "These fields look like references to people, and no link starts from them: add it in the data map, or "
        "its rows are neither found nor erased"
    ),
    "starting_row_gone": gettext_noop("The row that the search started from is gone"),
    "several_people_match": gettext_noop("Several people match across sources; none was followed"),
    "column_cannot_be_emptied": gettext_noop("These fields cannot be emptied"),
    "formatted_phones_not_compared": gettext_noop("Phone numbers written with formatting were not compared"),
    "source_not_reached": gettext_noop("The source was not reached"),
    "table_not_mapped": gettext_noop("The table is not in the data map"),
    "holds_a_value_without_link": gettext_noop(
        "Rows hold an identity value of the person, and no link leads to them. While they do, the erasure ends "
        "as incomplete: add the link in the data map, or take the value out by hand"
    ),
    "scan_over_budget": gettext_noop("Too large to look through without an index"),
    "over_budget": gettext_noop("Too large to look through without an index"),
    "free_text": gettext_noop("Free text of other rows is not read: it may name the person"),
    "names_in_text": gettext_noop(
        "Free text is searched for addresses and numbers, not for names: it may name the person"
    ),
    "named_in_text": gettext_noop(
        "Free text of other rows holds an address or number of the person. While it does, the erasure ends as "
        "incomplete: take it out by hand, then preview the plan again"
    ),
    "no_link": gettext_noop(
        "No confirmed link leads here from a person: rows are neither copied nor erased, only searched by value"
    ),
    "no_link_nor_value": gettext_noop(
        "Holds personal data, and no confirmed link leads here from a person: rows are neither found nor erased"
    ),
    "write_right_missing": gettext_noop(
        "The account for erasing lacks rights on this table: the database will refuse. Give it what "
        "`discreet grants` prints, describe the source again, then make a new plan"
    ),
    "older_versions_go": gettext_noop(
        "The bucket keeps older versions of its objects, or may keep some: after an object is written anew all its "
        "older versions are deleted for good, also what others changed in them. Where the account may not, or a lock "
        "forbids it, the erasure ends as incomplete"
    ),
    "older_versions_kept": gettext_noop(
        "Older versions of the object are still in the bucket: what it held before stays in them until they expire "
        "or are deleted"
    ),
    "older_versions_locked": gettext_noop(
        "A retention or a legal hold of the bucket forbids to delete older versions of the object: what was erased "
        "stays in them. Lift it or wait for its end, delete them, then have every source searched again"
    ),
    "older_versions_not_allowed": gettext_noop(
        "The account may not delete older versions of the object: what was erased stays in them. Delete them by "
        "hand, then have every source searched again; `discreet grants` prints what the account needs"
    ),
    "older_versions_unknown": gettext_noop(
        "The account may not ask for older versions of the object, in which what it held before would stay"
    ),
    "older_versions_elsewhere": gettext_noop(
        "Older versions of other objects of the bucket were not searched: they may hold who is in those objects no "
        "more"
    ),
    "view": gettext_noop("A view: it reads other tables and holds no rows of its own"),
    "trigger": gettext_noop("A trigger of this table may write elsewhere; what it writes is not followed"),
    "triggers_not_seen": gettext_noop("The account may not see triggers: there may be some"),
    "refers_from_outside": gettext_noop(
        "A table outside what the account reads refers to rows that go: the database may delete or empty its "
        "rows with them"
    ),
    "outside_not_seen": gettext_noop(
        "The account may not see other databases of the server: tables there may refer to rows that go"
    ),
    "manual_after_approval": gettext_noop(
        "No program reads it: its person is asked once this plan is approved, and the answer is waited for"
    ),
    "manual_unanswered": gettext_noop("No program reads it: its person was asked, and has not answered yet"),
    "backups": gettext_noop("Backups of the source: apply the tombstones after a restore"),
    "replicas": gettext_noop("Replicas follow their primary"),
    **correction_words.GAPS,
}


def table_name(ref: TableRef) -> str:
    """Return the name within the source, with its schema where it is not the default one."""
    return f"{ref.schema}.{ref.table}" if ref.schema else ref.table


def plan_summary(plan: ErasurePlan, reached: Reach, *, not_covered: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the summary of an erasure plan."""
    by_source: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for table in plan.tables:
        by_source[table.table.source].append(_table(table))
    return {
        "people": plan.person_count,
        "sources": [{"name": name, "tables": by_source[name]} for name in sorted(by_source)],
        "steps": steps_of(reached),
        "operations": _operations(plan),
        "not_covered": not_covered,
        "open_questions": [str(ref) for ref in plan.open_questions],
    }


def access_summary(reached: Reach, *, not_covered: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the summary of what an access package will hold."""
    by_source: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for ref in sorted(reached.tables):
        found = reached.tables[ref]
        rows = len([key for key in found.rows if key not in found.beyond_shared])
        if rows:
            by_source[ref.source].append(
                {
                    "table": table_name(ref),
                    "rows": rows,
                    "action": EraseAction.KEEP.value,
                    "shared": len(found.shared),
                    "reason": "access",
                    "params": {},
                }
            )
    return {
        "people": reached.person_count,
        "sources": [{"name": name, "tables": by_source[name]} for name in sorted(by_source)],
        "steps": steps_of(reached),
        "operations": [],
        "not_covered": not_covered,
        "open_questions": [],
    }


def joined_access(summaries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return one summary of what several people's packages will hold: rows add up, gaps stand once."""
    if len(summaries) == 1:
        return summaries[0]
    tables: dict[tuple[str, str], dict[str, Any]] = {}
    gaps: dict[tuple[str, str, str, tuple[str, ...]], dict[str, Any]] = {}
    steps: dict[str, dict[str, Any]] = {}
    for summary in summaries:
        for source in summary["sources"]:
            for table in source["tables"]:
                known = tables.setdefault((source["name"], table["table"]), {**table, "rows": 0, "shared": 0})
                known["rows"] += table["rows"]
                known["shared"] += table["shared"]
        for one in summary["not_covered"]:
            gaps.setdefault((one["source"], one["table"], one["reason"], tuple(one["columns"])), one)
        for step in summary["steps"]:
            steps.setdefault(f"{step['source']}\0{step['statement']}", step)
    return {
        "people": sum(summary["people"] for summary in summaries),
        "sources": [
            {
                "name": name,
                "tables": [table for (source, _), table in sorted(tables.items()) if source == name],
            }
            for name in sorted({source for source, _ in tables})
        ],
        "steps": list(steps.values()),
        "operations": [],
        "not_covered": list(gaps.values()),
        "open_questions": [],
    }


def gap(one: NotCovered) -> dict[str, Any]:
    return {
        "source": one.table.source,
        "table": table_name(one.table),
        "columns": list(one.columns),
        "reason": one.reason,
        "rows": one.rows,
        "rows_estimated": one.is_estimate,
    }


def kept_by_person(plan: ErasurePlan) -> dict[int, list[dict[str, Any]]]:
    """Return what stays of each person: per table the rows, fields, article, reason and the last date."""
    kept: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for table in plan.tables:
        if not _stays(table):
            continue
        positions: dict[int, list[int]] = defaultdict(list)
        for position, persons in enumerate(table.persons):
            for person in as_set(persons):
                positions[person].append(position)
        for person, places in positions.items():
            kept[person].append(_kept(table, places))
    return kept


def _stays(table: TablePlan) -> bool:
    """Say whether something personal of a table's rows stays after the plan was carried out."""
    if table.reason in (Reason.ORDER, Reason.MENTION) or table.action is EraseAction.DELETE:
        return False
    return table.action is EraseAction.KEEP or bool(table.kept_fields)


def _kept(table: TablePlan, positions: list[int]) -> dict[str, Any]:
    until: list[date] = [
        day for p in positions if table.until_dates and (day := table.until_dates[p]) is not None
    ]
    return {
        "source": table.table.source,
        "table": table_name(table.table),
        "rows": len(positions),
        "fields": list(table.kept_fields),
        "reason": _reason(table),
        "article": table.article,
        "reason_en": table.reason_en,
        "reason_zh": table.reason_zh,
        "until": max(until).isoformat() if until else None,
    }


def _table(table: TablePlan) -> dict[str, Any]:
    until = [day for day in table.until_dates if day is not None]
    return {
        "table": table_name(table.table),
        "rows": table.rows,
        "action": table.action.value,
        "shared": table.shared,
        "reason": _reason(table),
        "params": {"article": table.article},
        "reason_en": table.reason_en,
        "reason_zh": table.reason_zh,
        "fields": [{"column": one.column, "action": one.action.value} for one in table.fields],
        "kept_fields": list(table.kept_fields),
        "until": max(until).isoformat() if until else None,
    }


def is_decidable(table: Mapping[str, Any]) -> bool:
    """Say whether staff can decide on a table of a summary: rows of the person that the plan could treat otherwise."""
    return table["reason"] not in NOT_DECIDABLE


def _reason(table: TablePlan) -> str:
    """Return the key of the words: what staff decided is called no duty of the company."""
    return DECIDED if table.is_decided else table.reason.value


def steps_of(reached: Reach) -> list[dict[str, Any]]:
    return [
        {
            "source": step.table.source,
            "table": table_name(step.table),
            "purpose": step.purpose,
            "statement": step.statement,
            "rows": step.rows,
            "missing_index": list(step.missing_index),
        }
        for step in reached.steps
    ]


def _operations(plan: ErasurePlan) -> list[dict[str, Any]]:
    counted: Counter[tuple[str, str, str, tuple[str, ...], tuple[str, ...]]] = Counter()
    for source, operations in plan.operations.items():
        for one in operations:
            columns = tuple(sorted({*one.values, *one.per_row}))
            counted[(source, table_name(one.table), one.kind.value, one.key_columns, columns)] += len(
                one.keys
            )
    return [
        {
            "source": source,
            "table": table,
            "kind": kind,
            "key_columns": list(keys),
            "columns": list(columns),
            "rows": rows,
        }
        for (source, table, kind, keys, columns), rows in counted.items()
    ]
