"""What an answer says of what was done: what was erased or copied, what stays and why, what was not searched.

The letter, the status page and the page of staff say it in the same words. `letter_answers` makes the letter.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext, ngettext

from discreet.engines.subjects.graph import EraseAction
from discreet.engines.subjects.plans import Reason
from discreet.foundation.desk.phrases import is_chinese, listed, sentences
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.organisation.queries import profile
from discreet.foundation.organisation.rules import applicable_laws
from discreet.foundation.permission.queries import course_of
from discreet.foundation.rulepacks.law import Law
from discreet.mechanisms.rights import names, queries
from discreet.mechanisms.rights.copying import delivered as copies
from discreet.mechanisms.rights.correcting import letters as correction_letters
from discreet.mechanisms.rights.deciding.citations import citation
from discreet.mechanisms.rights.deciding.decided import reason_words
from discreet.mechanisms.rights.deciding.items import Verdict
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.left_out import told_customer
from discreet.mechanisms.rights.outside import said as places
from discreet.mechanisms.rights.outside.queries import kept_reasons
from discreet.mechanisms.rights.outside.rules import MANUAL_KEPT, ManualAnswer
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import Outcome
from discreet.mechanisms.rights.summaries import GAPS, REASONS, table_name
from discreet.mechanisms.rights.words import FIELD_WORDS, OUTCOMES, OUTCOMES_WITH_GAPS
from discreet.vocabulary.dates import written_date
from discreet.vocabulary.text import gettext_noop

WHOSE_DUTY = gettext_noop(
    "The statutes named first bind the company, whatever the place of residence. The one after them is the "
    "exception in the law of this request that lets the company keep what they require."
)
NOTHING = gettext_noop("Afterwards we searched every connected system again and found nothing more of you.")
NOTHING_BUT_KEPT = gettext_noop(
    "Afterwards we searched every connected system again and found nothing of you but what stays: it is listed "
    "under “What stays, and why”."
)
NOTHING_WITH_GAPS = gettext_noop(
    "Afterwards we searched again wherever our data map leads, and found nothing more of you there. Parts of our "
    "systems were not, or not fully, searched and may still hold data about you: see “What the search did not "
    "cover”."
)
NOTHING_BUT_KEPT_WITH_GAPS = gettext_noop(
    "Afterwards we searched again wherever our data map leads, and found nothing of you there but what stays: it "
    "is listed under “What stays, and why”. Parts of our systems were not, or not fully, searched and may still "
    "hold data about you: see “What the search did not cover”."
)

NOT_SEARCHED = gettext_noop("What the search did not cover")
NOT_IN_COPY = gettext_noop("What the copy does not cover")

FULL_WIDTH = ("。", "，", "；", "：", "！", "？", "）", "」", "”")  # their own space stands in the character


def kept_lines(view: RequestView, language: str, *, with_reasons: bool = True) -> list[dict[str, str]]:
    """Return one line for each table of which something stays: what, how much, why, until when.

    `with_reasons`: what the person in charge of a manual source wrote to the customer, who may be named in it.
    """
    kept = [one for one in view.kept if "table" in one]
    reasons = kept_reasons(view.number) if with_reasons and view.kept else {}
    with translation.override(language):
        return [_kept_line(one, view, language, reasons) for one in kept]


def refusals(view: RequestView) -> list[dict[str, str]]:
    """Return why a request was refused, as the person reads it: reason, and article or "". None: it was not."""
    if view.outcome == Outcome.REFUSED and view.course.choice_ref and not view.case.row.is_expired:
        course = course_of(view.number, ref=view.course.choice_ref)
        return [{"reason": course.grounds, "article": course.article}] if course else []
    language = translation.get_language() or "en"
    ground = reason_words(view.course.justification, language)
    return [
        {
            "reason": sentences([ground, str(one.get("reason") or "")]),
            "article": str(one.get("article") or ""),
        }
        for one in view.kept
        if "table" not in one
    ]


def whose_duty(view: RequestView) -> str:
    """Return whose duty the statutes are, in the reader's language; "" where no law is the reason."""
    return gettext(WHOSE_DUTY) if any(one.get("article") for one in view.kept if "table" in one) else ""


def laws_of(view: RequestView) -> tuple[Law, ...]:
    """Return the laws that the request runs under; several where residence does not tell which."""
    return applicable_laws(profile(), view.residence or None)


def article_of(article: str, view: RequestView, *, reason: str = "") -> str:
    """Return the statutes for this person: the company's duty, and what their own law makes of it."""
    if not article:
        return ""
    cited = citation(article, laws=laws_of(view), reason=reason)
    if not cited.duty or not cited.exception:
        return cited.duty or cited.exception
    return gettext("%(duty)s, allowed by %(exception)s") % {"duty": cited.duty, "exception": cited.exception}


def _kept_line(
    one: dict[str, object], view: RequestView, language: str, reasons: Mapping[str, str]
) -> dict[str, str]:
    own = str(one.get("reason_zh" if language.startswith("zh") else "reason_en") or "")
    if one["reason"] == MANUAL_KEPT:
        own = sentences([own, reasons.get(str(one["source"]), "")])
    template = REASONS.get(str(one["reason"]), str(one["reason"]))
    until = one.get("until")
    article = article_of(str(one.get("article", "")), view, reason=str(one["reason"]))
    rows = int(str(one["rows"]))
    fields = one.get("fields")
    why = own or gettext(template) % {"article": article}
    article = article if own else ""
    place = names.place_name(str(one["source"]), str(one["table"]))
    if one["reason"] == MANUAL_KEPT:
        place = places.place_names(view.number, language).get(str(one["source"]), place)
    return {
        "table": place,
        "raw": f"{one['source']} / {one['table']}",
        "rows": ngettext("%(n)s row", "%(n)s rows", rows) % {"n": rows},
        "why": why,
        "gap": " " if article and not why.endswith(FULL_WIDTH) else "",
        "article": article,
        "until": written_date(date.fromisoformat(str(until)), language=language) if until else "",
        "fields": _kept_fields(one, fields if isinstance(fields, list) else [], language),
    }


def _kept_fields(one: Mapping[str, object], fields: Sequence[object], language: str) -> str:
    """Return in words which fields of a kept row still hold something; "" where the whole row stays."""
    place = (str(one["source"]), str(one["table"]))
    with translation.override(language):
        return listed([names.column_words(*place, str(name)) for name in fields])


def erased_lines(view: RequestView, language: str) -> list[dict[str, str]]:
    """Return one line for each table that was written: rows deleted, fields emptied or replaced in rows kept.

    Then one for each place where a person did it.
    """
    if way_of(view.kind) is not Way.ERASE:
        return []
    with translation.override(language):
        written = {source.name for source in view.sources}
        return [
            {
                "table": names.place_name(source, table),
                "what": _what_was_done(
                    action, rows, {(source, table, name): how for name, how in fields.items()}
                ),
            }
            for (source, table, action), (rows, fields) in _done(view).items()
            if source in written and rows and (action == EraseAction.DELETE or fields)
        ] + places.done_lines(view, ManualAnswer.ERASED, language)


def _done(view: RequestView) -> dict[tuple[str, str, str], tuple[int, dict[str, str]]]:
    """Return (source, table, action) → rows of this person, and what was done to which fields."""
    sources: list[Any] = view.plan.summary.get("sources", [])  # type: ignore[assignment]
    found: dict[tuple[str, str, str], tuple[int, dict[str, str]]] = {}
    for source in sources:
        for table in source["tables"]:
            if table["reason"] == Reason.ORDER:  # emptied on the way: the rows were deleted
                continue
            key = (source["name"], table["table"], table["action"])
            rows, fields = found.get(key, (0, {}))
            done = {one["column"]: one["action"] for one in table.get("fields", [])}
            found[key] = (rows + table["rows"], fields | done)
    if view.batch_size == 1:
        return found
    own = _own_rows(view.number)  # the plan counts everybody of the batch
    return {key: (own.get(f"{key[0]}.{key[1]}:{key[2]}", 0), fields) for key, (_, fields) in found.items()}


def _own_rows(number: str) -> dict[str, int]:
    """Return what the evidence of the outcome counts for one person of a batch: "source.table:action" → rows."""
    for entry in reversed(entries_for(f"request:{number}")):
        rows = entry.facts.get("rows")
        if entry.act == "rights.finish_erasure" and isinstance(rows, dict):
            return {name: int(str(count)) for name, count in rows.items()}
    return {}


def _what_was_done(action: str, rows: int, fields: Mapping[tuple[str, str, str], str]) -> str:
    if action == EraseAction.DELETE:
        return ngettext("%(n)s row deleted", "%(n)s rows deleted", rows) % {"n": rows}
    parts = [ngettext("%(n)s row stays", "%(n)s rows stay", rows) % {"n": rows}]
    for done, template in FIELD_WORDS.items():
        emptied = [names.column_words(*place) for place, how in fields.items() if how == done]
        if emptied:
            parts.append(gettext(template) % {"fields": listed(emptied)})
    return gettext(". ").join(parts)


def search_words(view: RequestView) -> str:
    """Return what the search afterwards came to, in the reader's language; "" where nothing was erased."""
    if view.outcome in (Outcome.ERASED, Outcome.ERASED_EXCEPT_KEPT):
        if any(entry.act == "rights.end_again" for entry in entries_for(f"request:{view.number}")):
            return gettext(
                "We had to restore our own records from a backup. That your data was erased is known from a note "
                "kept outside them; what the search afterwards looked through is lost, and we did not search again."
            )
        is_kept = any("table" in one for one in view.kept)
        if view.search.get("not_searched"):
            return gettext(NOTHING_BUT_KEPT_WITH_GAPS if is_kept else NOTHING_WITH_GAPS)
        return gettext(NOTHING_BUT_KEPT if is_kept else NOTHING)
    if way_of(view.kind) is Way.CORRECT:
        return correction_letters.read_again(view)
    if view.outcome != Outcome.INCOMPLETE:
        return ""
    if view.search.get("refused"):
        return gettext("Afterwards we could not search again, so we do not call it erased.")
    if view.search.get("found"):
        return gettext("Afterwards we searched again and found traces. We are working on it.")
    return gettext("Not everything could be carried out. We are working on it.")


def outcome_words(view: RequestView) -> str:
    """Return the template of the outcome as the person is told it: nobody is told more than was searched."""
    with_gaps = OUTCOMES_WITH_GAPS if view.search.get("not_searched") else {}
    return with_gaps.get(view.outcome) or OUTCOMES.get(view.outcome, "")


def not_searched(view: RequestView) -> list[str]:
    """Return what search or copy did not cover and why, as the customer reads it: by kind and system."""
    copy = copies.copy_of(view)
    gaps = copy.not_covered if copy else copies.not_told(view) or view.search.get("not_searched")
    return told_customer(gaps, found_in=_found_in(view, copy))


def _found_in(view: RequestView, copy: copies.Copy | None) -> set[str]:
    """Return the sources where something of the person was found."""
    if copy is not None:
        return {place.partition(".")[0] for place in copy.rows}
    told: list[Any] = [place for one in view.course.told for place in one["places"]]  # type: ignore[attr-defined]
    planned: list[Any] = view.plan.summary.get("sources", [])  # type: ignore[assignment]
    traces: list[Any] = view.search.get("found_in") or []  # type: ignore[assignment]
    return {str(one["name"]) for one in planned} | {str(one["source"]) for one in (*traces, *told)}


def gap_lines(gaps: Any) -> list[str]:
    """Return each gap as a line for staff and auditors: where, which fields, why."""
    return [_gap_line(one) for one in gaps if isinstance(gaps, list | tuple)]


def _gap_line(one: Mapping[str, Any]) -> str:
    where = names.place_name(one["source"], one["table"])
    columns = listed(
        [names.column_words(one["source"], one["table"], name) for name in one.get("columns") or []]
    )
    fields = "" if not columns else f"（{columns}）" if is_chinese() else f" ({columns})"
    reason = str(one.get("reason", ""))
    why = GAPS.get(reason, "")
    return where + fields + (f"{'：' if is_chinese() else ': '}{gettext(why)}" if why else "")


def check_command(view: RequestView) -> str:
    """Return what to type, next to the two files, to check the proof of a request."""
    return f"python3 discreet_verify.py {view.number}-proof.json --key {log_key().fingerprint}"


def withheld_lines(view: RequestView) -> list[dict[str, str]]:
    """Return which tables or fields a copy leaves out as staff decided, in the reader's language: what, and why."""
    if view.outcome != Outcome.DELIVERED:
        return []
    found = []
    for table, decided in queries.item_decisions_of(view.plan.batch_id).items():
        if decided.verdict is Verdict.GRANT:
            continue
        place = (table.source, table_name(table))
        fields = listed([names.column_words(*place, column) for column in decided.columns])
        why = reason_words(decided.justification, translation.get_language() or "en")
        gap = " " if decided.article and not why.endswith(FULL_WIDTH) else ""
        found.append(
            {
                "table": names.place_name(*place),
                "what": fields or gettext("All of it"),
                "why": f"{why}{gap}{decided.article}",
            }
        )
    return found
