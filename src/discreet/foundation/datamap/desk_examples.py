"""Masked values of a field beside what the map says of it, on demand."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from discreet.foundation.datamap.desk import CHANGERS, is_partial, page, view_of
from discreet.foundation.datamap.examples import examples
from discreet.foundation.datamap.refusals import NotInMap
from discreet.foundation.desk.refusals import message_of
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.errors import Refused


@role_required(*CHANGERS)
@require_POST
@never_cache  # no-store: neither browser nor proxy keeps what was shown
def show_examples(request: HttpRequest, source: str, table_id: int, field_id: int) -> HttpResponse:
    """Show at most five masked values of a field, or why there are none."""
    table = view_of(source, table_id)
    if field_id not in {one.id for one in table.fields}:
        raise NotInMap
    context: dict[str, object] = {"field_id": field_id, "asked_for": True}
    status = 200
    try:
        context["examples"] = examples(actor=actor_of(request), now=timezone.now(), field_id=field_id)
    except Refused as refusal:
        context["example_refusal"], status = message_of(refusal), refusal.status
    if is_partial(request):
        return render(request, "datamap/parts/examples.html", context | {"source": source, "table": table})
    return page(request, source, table_id, field=field_id, status=status, **context)
