"""Lists of requests on the desk: upload, look at what is in them and what is wrong, import; and the batch itself."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import drafts, proving
from discreet.mechanisms.rights.forms import ListForm, VerifyForm
from discreet.mechanisms.rights.kinds import Kind, right_of
from discreet.mechanisms.rights.lists.file import ImportFile, read_content, with_kind
from discreet.mechanisms.rights.lists.imports import import_file
from discreet.mechanisms.rights.lists.remarks import Remark
from discreet.mechanisms.rights.rules import State
from discreet.mechanisms.rights.views import remark_text
from discreet.mechanisms.rights.words import OUTCOMES, STATES
from discreet.vocabulary.actors import Role

SHOWN = 100
MAX_UPLOAD = (
    10 * 1024 * 1024
)  # twenty thousand lines take two; what is larger is imported at the command line


@require_http_methods(["GET", "POST"])
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def upload(request: HttpRequest) -> HttpResponseBase:
    """Take a list, keep it sealed, and show what is in it."""
    form = ListForm(request.POST or None, request.FILES or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        uploaded = form.cleaned_data["file"]
        if uploaded.size <= MAX_UPLOAD:
            draft = drafts.keep_list(actor=actor_of(request), now=timezone.now(), content=uploaded.read())
            address = reverse("rights:import_preview", args=[draft])
            kind = form.cleaned_data["kind"]
            return HttpResponseRedirect(f"{address}?kind={kind}" if kind else address)
        problem = gettext("The file is too large. Split it.")
    status = 200 if request.method == "GET" else 422
    return render(request, "rights/import.html", {"form": form, "problem": problem}, status=status)


@require_http_methods(["GET", "POST"])
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def preview(request: HttpRequest, draft: str) -> HttpResponseBase:
    """Show what an uploaded list would open and what is wrong in it; import it."""
    actor, now = actor_of(request), timezone.now()
    kind = request.POST.get("kind", "") or request.GET.get("kind", "")
    file = _read(drafts.list_content(actor=actor, draft=draft), kind)
    if request.method == "POST":
        is_partial = request.POST.get("skip_bad") == "yes"
        done = import_file(actor=actor, now=now, file=file, skip_bad=is_partial)
        drafts.drop_list(actor=actor, now=now, draft=draft)
        words = ngettext("%(n)s request imported.", "%(n)s requests imported.", done["imported"])
        if done["repeated"]:
            messages.info(
                request, gettext("The same list was imported before, and its requests are still open.")
            )
        else:
            messages.success(request, words % {"n": f"{done['imported']:,}"})
        return HttpResponseRedirect(reverse("rights:batch", args=[done["id"]]))
    return render(request, "rights/import_preview.html", _preview(file, draft, kind))


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def drop(request: HttpRequest, draft: str) -> HttpResponseBase:
    """Destroy an uploaded list without importing it."""
    drafts.drop_list(actor=actor_of(request), now=timezone.now(), draft=draft)
    messages.success(request, gettext("The list is destroyed. Nothing was imported."))
    return HttpResponseRedirect(reverse("rights:import"))


@require_GET
@role_required()
def batch(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show a batch: how many stand where, and what comes next for all of them."""
    batch_id = queries.batch_of(name)
    counts = queries.states_of_batch(batch_id)
    numbers, total = queries.first_requests_of(batch_id, at_most=SHOWN), counts.total()
    kind, actor = queries.kind_of_batch(batch_id), actor_of(request)
    waiting = sum(count for (state, _), count in counts.items() if state is State.RECEIVED)
    context = {
        "name": f"B-{batch_id}",
        "kind": gettext(right_of(kind).title),
        "total": total,
        "counts": [
            (gettext(OUTCOMES[outcome]) if outcome else gettext(STATES[state]), count)
            for (state, outcome), count in sorted(counts.items(), key=lambda one: -one[1])
        ],
        "first": numbers[0] if numbers else "",
        "numbers": numbers,
        "more": total - len(numbers),
        "waiting": waiting,
        "may_verify": waiting > 0 and (actor.may(Role.AGENT) or actor.may(Role.ADMINISTRATOR)),
        "verify_form": VerifyForm(),
    }
    return render(request, "rights/batch.html", context)


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def verify(request: HttpRequest, name: str) -> HttpResponseBase:
    """Take the identity of everybody in a batch as proven, for one reason."""
    done = proving.verify_batch(
        actor=actor_of(request),
        now=timezone.now(),
        batch_id=queries.batch_of(name),
        reason=request.POST.get("reason", ""),
    )
    words = ngettext("%(n)s identity taken as proven.", "%(n)s identities taken as proven.", done)
    messages.success(request, words % {"n": f"{done:,}"})
    return HttpResponseRedirect(reverse("rights:batch", args=[name]))


def _read(content: bytes, kind: str) -> ImportFile:
    return with_kind(read_content(content), Kind(kind) if kind in set(Kind) else None)


def _preview(file: ImportFile, draft: str, kind: str) -> dict[str, Any]:
    kinds = Counter(one.kind for one in file.asked)
    return {
        "draft": draft,
        "kind": kind,
        "total": len(file.asked),
        "kinds": [(gettext(right_of(one).short), count) for one, count in kinds.most_common() if one],
        "errors": [{**one, "cell": file.cells.get(one["line"], "")} for one in _remarks(file.errors)],
        "error_count": len(file.errors),
        "warnings": _remarks(file.warnings),
        "warning_count": len(file.warnings),
        "more_errors": max(0, len(file.errors) - SHOWN),
        "encoding": file.encoding,
    }


def _remarks(remarks: tuple[Remark, ...]) -> list[dict[str, Any]]:
    return [{"line": one.line, "text": remark_text(one)} for one in remarks[:SHOWN]]
