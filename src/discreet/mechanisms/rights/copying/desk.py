"""The staff page of a copy before it is accepted: masked, with what is replaced, and what may be decided of it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.mechanisms.rights import preparing, queries
from discreet.mechanisms.rights.actions import deciding_items
from discreet.mechanisms.rights.actions.lifting import lift_stand_ins, record_preview
from discreet.mechanisms.rights.copying import choices
from discreet.mechanisms.rights.copying.preview import TableShown, preview
from discreet.mechanisms.rights.deciding import items, lifting
from discreet.mechanisms.rights.deciding.items import ItemDecision, Justification, Verdict
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.outside import said as place_files
from discreet.mechanisms.rights.refusals import UnknownRequest
from discreet.mechanisms.rights.rules import State
from discreet.mechanisms.rights.views import refusal_text
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.errors import Refused

MOST_ARTICLE = 80


@require_http_methods(["GET", "POST"])
@role_required(Role.AGENT, Role.APPROVER)
def package(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show what the copy would hold, after noting who looks; or keep what was decided of one table."""
    actor, now = actor_of(request), timezone.now()
    view = queries.request_view(number)
    if way_of(view.kind) is not Way.COPY:
        raise UnknownRequest(number=number)
    if request.method == "POST":
        _decide(request, number, actor=actor, now=now)
        return HttpResponseRedirect(reverse("rights:package_preview", args=[number]))
    tables: list[TableShown] = []
    refusal: Refused | None = None
    is_open = view.state is State.PLANNED
    if is_open:
        record_preview(actor=actor, now=now, number=number)
        try:
            tables = preview(number)
        except Refused as refused:
            refusal = refused
    context = {
        "view": view,
        "tables": tables,
        "is_open": is_open,
        "refusal_text": refusal_text(refusal),
        "files": place_files.file_lines(view),
        "replaced": sum(len(one.replaced) for one in tables),
        "justifications": [
            (one.value, gettext(items.WORDS[one]))
            for one in (
                Justification.OTHERS_RIGHTS,
                Justification.CONFIDENTIALITY,
                Justification.LEGAL_CLAIMS,
            )
        ],
        "lifts": [(one.value, gettext(words)) for one, words in lifting.WORDS.items()],
    }
    return render(request, "rights/package_preview.html", context, status=503 if refusal else 200)


def _decide(request: HttpRequest, number: str, *, actor: Actor, now: datetime) -> None:
    """Keep what the form says of one table, and plan again, as the approval must bind to it."""
    table = queries.table_named(request.POST.get("table", ""))
    if table is None:
        raise UnknownRequest(number=number)
    batch_id, columns = queries.batch_of(number), tuple(request.POST.getlist("column"))
    if not set(columns) <= set(choices.columns_of(table)):
        raise UnknownRequest(number=number)
    if request.POST.get("do") == "lift":
        lift_stand_ins(
            actor=actor,
            now=now,
            batch_id=batch_id,
            table=table,
            columns=columns,
            reason=request.POST.get("why", ""),
        )
    else:
        deciding_items.decide_item(
            actor=actor, now=now, batch_id=batch_id, table=table, decision=_decision(request, columns)
        )
    preparing.prepare_batch(batch_id, actor, now)
    messages.success(request, gettext("Noted. The copy was looked up again; it needs a decision."))


def _decision(request: HttpRequest, columns: tuple[str, ...]) -> ItemDecision:
    if request.POST.get("do") == "give":
        return ItemDecision(verdict=Verdict.GRANT)
    return ItemDecision(
        verdict=Verdict.PARTLY if columns else Verdict.REFUSE,
        columns=columns,
        justification=request.POST.get("justification", ""),
        article=request.POST.get("article", "")[:MOST_ARTICLE],
    )
