"""The part of a request's page on which staff decide table by table or refuse, and the acts behind its buttons."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from discreet.foundation.desk.phrases import listed
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.mechanisms.rights import names, preparing, queries
from discreet.mechanisms.rights.actions import deciding, deciding_items
from discreet.mechanisms.rights.deciding import queries as item_queries
from discreet.mechanisms.rights.deciding.forms import ItemForm, RefusalForm
from discreet.mechanisms.rights.deciding.items import WORDS, ItemDecision, Justification, Verdict
from discreet.mechanisms.rights.deciding.queries import Item
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.letters import desk as letter_pages
from discreet.mechanisms.rights.letters import said as letters
from discreet.mechanisms.rights.refusals import UnknownRequest
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import State
from discreet.mechanisms.rights.summaries import table_name
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.text import gettext_noop

VERDICTS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.GRANT: (gettext_noop("Granted"), "good"),
    Verdict.PARTLY: (gettext_noop("Granted in part"), "warn"),
    Verdict.REFUSE: (gettext_noop("Refused"), "bad"),
}


def context(view: RequestView, *, actor: Actor) -> dict[str, Any]:
    """Return what `rights/decisions.html` and `rights/refuse.html` show."""
    may = actor.may(Role.AGENT) or actor.may(Role.APPROVER)
    items = item_queries.items_of(view)
    is_open = may and view.state is State.PLANNED
    erases = way_of(view.kind) is Way.ERASE
    laws = letters.laws_of(view) if view.batch_size == 1 else item_queries.laws_of_batch(view.plan.batch_id)
    return letter_pages.context(view, actor=actor) | {
        "decisions": [
            decision_row(item, place) | ({"form": _form(item, place, laws, erases=erases)} if is_open else {})
            for place, item in enumerate(items)
        ]
        if is_open or any(item.decision for item in items)
        else [],
        "may_decide_items": is_open,
        "refusal_form": RefusalForm(laws=laws, erases=erases),
    }


def decision_row(item: Item, place: int = 0) -> dict[str, Any]:
    """Return a table, and how it was decided, in the reader's language."""
    name = table_name(item.table)
    verdict = item.decision.verdict if item.decision else Verdict.GRANT
    label, tone = VERDICTS[verdict]
    return {
        "place": place,
        "table": names.place_name(item.table.source, name),
        "raw": f"{item.table.source} / {name}",
        "rows": item.rows,
        "has_fields": bool(item.columns),
        "is_decided": item.decision is not None,
        "verdict": gettext(label) if item.decision else gettext("As the plan proposes"),
        "tone": tone if item.decision else "",
        **_why(item, item.decision),
    }


def _why(item: Item, decision: ItemDecision | None) -> dict[str, str]:
    if decision is None or decision.verdict is Verdict.GRANT:
        return {"why": "", "article": "", "fields": "", "by": decision.by if decision else ""}
    place = (item.table.source, table_name(item.table))
    return {
        "why": gettext(WORDS[Justification(decision.justification)]),
        "article": decision.article,
        "fields": listed([names.column_words(*place, column) for column in decision.columns]),
        "by": decision.by,
    }


def _form(
    item: Item, place: int, laws: tuple[Any, ...], data: QueryDict | None = None, *, erases: bool
) -> ItemForm:
    where = (item.table.source, table_name(item.table))
    decided = item.decision or ItemDecision(Verdict.GRANT)
    return ItemForm(
        data,
        place=place,
        laws=laws,
        erases=erases,
        columns=[(column, names.column_words(*where, column)) for column in item.columns],
        initial={
            "table": str(item.table),
            "verdict": decided.verdict.value,
            "columns": list(decided.columns),
            "justification": decided.justification,
            "article": decided.article,
        },
    )


@require_POST
@role_required(Role.AGENT, Role.APPROVER)
def decide(request: HttpRequest, number: str) -> HttpResponseBase:
    """Decide on one table, and make the plan again."""
    view = queries.request_view(number)
    wanted = request.POST.get("table", "")
    item = next((one for one in item_queries.items_of(view) if str(one.table) == wanted), None)
    if item is None:
        raise UnknownRequest(number=number)
    form = _form(item, 0, letters.laws_of(view), request.POST, erases=way_of(view.kind) is Way.ERASE)
    if not form.is_valid():
        messages.error(request, gettext("Choose a decision, and a reason where something is refused."))
        return _back(number)
    actor, now = actor_of(request), timezone.now()
    batch_id = view.plan.batch_id
    deciding_items.decide_item(
        actor=actor, now=now, batch_id=batch_id, table=item.table, decision=form.decision()
    )
    preparing.prepare_batch(batch_id, actor, now)
    messages.success(request, gettext("Decided. The plan was made again."))
    return _back(number)


@require_POST
@role_required(Role.AGENT, Role.APPROVER)
def refuse(request: HttpRequest, number: str) -> HttpResponseBase:
    """Refuse the request, with a reason the customer reads."""
    view = queries.request_view(number)
    erases = way_of(view.kind) is Way.ERASE
    form = RefusalForm(request.POST, laws=letters.laws_of(view), erases=erases)
    if not form.is_valid():
        messages.error(request, gettext("A refusal needs a reason that the customer can read."))
        return _back(number)
    deciding.refuse_request(actor=actor_of(request), now=timezone.now(), number=number, **form.cleaned_data)
    messages.success(request, gettext("Refused. The customer reads the reason in the letter."))
    return _back(number)


def _back(number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("rights:request", args=[number]))
