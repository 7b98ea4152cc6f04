"""Documents that the command line and the API print: JSON of the contract, without a person's data."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext

from discreet.foundation.desk.phrases import listed
from discreet.foundation.desk.refusals import message_of
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.deciding.citations import article_words, cited
from discreet.mechanisms.rights.kinds import Kind, right_of
from discreet.mechanisms.rights.lists.file import ONE_BY_ONE
from discreet.mechanisms.rights.lists.remarks import Remark
from discreet.mechanisms.rights.request_views import PlanView, RequestView
from discreet.vocabulary.errors import Refused


def moment(at: datetime | None) -> str | None:
    """Return a moment as every document writes it: ISO 8601 in UTC, whatever zone it was reckoned in."""
    return at.astimezone(UTC).isoformat() if at is not None else None


def reason_text(table: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """Return why a table is treated so, in the reader's language."""
    template = texts.get(table["reason"], table["reason"])
    return gettext(template) % {"article": "", **table.get("params", {})}


def refusal_text(refusal: Refused | None) -> str:
    """Return why something was refused, in the reader's language; "" for no refusal."""
    if refusal is None:
        return ""
    return message_of(refusal)


def problem_document(refusal: Refused) -> dict[str, Any]:
    """Return `{"code", "message"}`, as the API and the command line tell a refusal."""
    return {"code": refusal.code, "message": message_of(refusal)}


def remark_text(remark: Remark) -> str:
    """Return what there is to say about a line of a file, in the reader's language."""
    params = dict(remark.params)
    if remark.code == "import.kind":
        params["kinds"] = listed(gettext(right_of(one).short) for one in Kind if one not in ONE_BY_ONE)
    return gettext(remark.message) % params if params else gettext(remark.message)


def remark_documents(remarks: Sequence[Remark]) -> list[dict[str, Any]]:
    """Return `[{"line", "code", "message"}]`."""
    return [{"line": one.line, "code": one.code, "message": remark_text(one)} for one in remarks]


def plan_document(plan: PlanView, *, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return `{"hash", "sources": [{"name", "tables": […]}], "not_covered", …}`."""
    summary = plan.summary
    sources: list[Any] = summary.get("sources", [])  # type: ignore[assignment]
    residences = queries.residences_of(plan.batch_id)
    return {
        "hash": plan.digest,
        "people": summary.get("people", 0),
        "sources": [
            {
                "name": source["name"],
                "tables": [_planned_table(table, texts, residences) for table in source["tables"]],
            }
            for source in sources
        ],
        "not_covered": summary.get("not_covered", []),
        "open_questions": summary.get("open_questions", []),
        "steps": summary.get("steps", []),
        "operations": summary.get("operations", []),
    }


def _planned_table(
    table: Mapping[str, Any], texts: Mapping[str, str], residences: Sequence[str]
) -> dict[str, Any]:
    article = str(table.get("params", {}).get("article") or "")
    told = {
        **table,
        "params": {"article": article_words(article, residences=residences, reason=table["reason"])},
    }
    is_told = bool(article) or table["action"] == "keep"
    why = cited({**table, "article": article}, residences=residences) if is_told else {}
    return {
        "table": table["table"],
        "rows": table["rows"],
        "action": table["action"],
        "shared": table["shared"],
        "reason": reason_text(told, texts),
        **{name: why[name] for name in ("article", "reason_en", "reason_zh") if name in why},
        "fields": table.get("fields", []),
        "kept_fields": table.get("kept_fields", []),
        "until": table.get("until"),
    }


def request_document(request: RequestView) -> dict[str, Any]:
    """Return `{"id", "kind", "state", "outcome", "due_at", "kept", "sources", …}`."""
    return {
        "id": request.number,
        "batch": f"B-{request.plan.batch_id}",
        "kind": request.kind,
        "state": request.state.value,
        "outcome": request.outcome or None,
        "answer": request.answer or None,
        "received_at": moment(request.received_at),
        "due_at": moment(request.due_at),
        "residence": request.residence or None,
        "candidates": request.candidates,
        "kept": [cited(one, residences=(request.residence,)) for one in request.kept],
        "sources": [
            {"name": source.name, "counts": source.counts, "at": moment(source.at)}
            for source in request.sources
        ],
        "search": request.search,
        "not_covered": request.plan.summary.get("not_covered", []),
        "plan": request.plan.digest or None,
        "prepared_by": request.plan.prepared_by or None,
        "approved_by": request.plan.approved_by or None,
        "both_by_shell_user": request.plan.both_by_shell_user or None,
        "clocks": [
            {
                "rule": clock.rule_id,
                "law": clock.law,
                "article": clock.article,
                "due_at": moment(clock.due_at),
                "is_unsure": clock.is_unsure,
            }
            for clock in request.case.clocks
        ],
    }
