"""Staff pages of papers: ask for one, look at it once, say what it was. Only pictures that we drew leave here."""

from base64 import b64encode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from discreet.foundation.cases.queries import get
from discreet.foundation.desk.cases import page_of
from discreet.foundation.desk.phrases import listed
from discreet.foundation.papers import actions, pictures, queries, uploads
from discreet.foundation.papers.forms import AskPaperForm, CheckForm, LookForm
from discreet.foundation.papers.refusals import PaperBroken
from discreet.foundation.papers.rules import Look, Purpose, Seen, may_look
from discreet.foundation.papers.scanning import scanner
from discreet.foundation.papers.words import ENDS, FILES, KINDS, LACKS, PURPOSES
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.actors import Actor, Role

WORKERS = (Role.AGENT, Role.APPROVER)


@require_GET
@role_required()
def paper(request: HttpRequest, paper_id: str) -> HttpResponseBase:
    """Show what is known of a paper, and what may be done with it."""
    view = queries.paper(paper_id)
    return _page(request, view, LookForm(), CheckForm(view.purpose))


@require_POST
@role_required(*WORKERS)
def show(request: HttpRequest, paper_id: str) -> HttpResponseBase:
    """Show the paper on this answer only, once the reason stands in the ledger."""
    view, form = queries.paper(paper_id), LookForm(request.POST)
    if not form.is_valid():
        return _page(request, view, form, CheckForm(view.purpose), status=422)
    actions.show_paper(
        actor=actor_of(request),
        now=timezone.now(),
        paper_id=paper_id,
        reason=form.cleaned_data["reason"],
        has_scanner=scanner() is not None,
    )
    view = queries.paper(paper_id)
    try:
        drawn = pictures.draw(queries.open_paper(view), view.file_type)
    except PaperBroken:
        drawn = ()
    pages = [f"data:image/png;base64,{b64encode(page).decode()}" for page in drawn]
    return _page(request, view, LookForm(), CheckForm(view.purpose), pages=pages, is_shown=True)


@require_POST
@role_required(*WORKERS)
def check(request: HttpRequest, paper_id: str) -> HttpResponseBase:
    """Note what the paper was; it is destroyed."""
    view = queries.paper(paper_id)
    form = CheckForm(view.purpose, request.POST)
    if not form.is_valid():
        return _page(request, view, LookForm(), form, status=422)
    lacking = form.lacking()
    actions.note_check(
        actor=actor_of(request),
        now=timezone.now(),
        paper_id=paper_id,
        seen=Seen(form.cleaned_data["seen"]),
        is_accepted=lacking is None,
        lacking=lacking,
    )
    messages.success(request, _what_came(view.number, is_accepted=lacking is None))
    return _to_case(view.number)


def _what_came(number: str, *, is_accepted: bool) -> str:
    """Return what came of a paper, and what the customer reads of it now."""
    asked = queries.asked_for(number)
    if not is_accepted:
        return (
            gettext("Not accepted. The document is destroyed; the customer can send another.")
            if asked
            else gettext("Not accepted. The document is destroyed; no other is asked for.")
        )
    wanted = queries.wanted_of(number, asked) if asked else ()
    if not wanted:
        return gettext("Accepted. The document is destroyed.")
    return gettext("Accepted. The document is destroyed. Still asked for: %(wanted)s") % {
        "wanted": listed([gettext(KINDS[one]) for one in wanted])
    }


@require_POST
@role_required(*WORKERS)
def ask(request: HttpRequest, number: str) -> HttpResponseBase:
    """Ask the customer for a paper."""
    form = AskPaperForm(request.POST)
    get(number)
    if form.is_valid():
        purpose = Purpose(form.cleaned_data["purpose"])
        actions.ask_paper(actor=actor_of(request), now=timezone.now(), number=number, purpose=purpose)
        messages.success(request, gettext("Asked. The customer’s status page now takes the document."))
    else:
        messages.error(request, gettext("Say what the document must show."))
    return _to_case(number)


@require_POST
@role_required(*WORKERS)
def stop(request: HttpRequest, number: str) -> HttpResponseBase:
    """Take the question back."""
    actions.stop_asking(actor=actor_of(request), now=timezone.now(), number=number)
    messages.success(request, gettext("No document is asked for any more."))
    return _to_case(number)


@uploads.takes_paper
@require_POST
@role_required(*WORKERS)
def add(request: HttpRequest, number: str) -> HttpResponseBase:
    """Take a paper that came by post or over the counter."""
    uploads.refuse_too_large(request)
    actions.receive_paper(
        actor=actor_of(request),
        now=timezone.now(),
        number=number,
        content=uploads.uploaded(request),
        has_scanner=scanner() is not None,
        says=uploads.says(request),
    )
    messages.success(request, gettext("Document taken and sealed."))
    return _to_case(number)


def _page(
    request: HttpRequest,
    view: queries.PaperView,
    look_form: LookForm,
    check_form: CheckForm,
    *,
    pages: list[str] | None = None,
    is_shown: bool = False,
    status: int = 200,
) -> HttpResponse:
    actor, has_scanner = actor_of(request), scanner() is not None
    look = may_look(view.facts, person=actor.person, has_scanner=has_scanner)
    context = {
        "view": view,
        "purpose": gettext(PURPOSES[view.purpose]),
        "says": gettext(KINDS[view.says]) if view.says else "",
        "file": FILES[view.file_type],
        "kib": -(-view.size // 1024),
        "case_url": _case_url(view.number),
        "look": look.value,
        "may_look": look is Look.ALLOWED and _is_worker(actor) and not is_shown,
        "may_check": view.gone_at is None and actor.person in view.shown_to and _is_worker(actor),
        "is_unscanned": view.gone_at is None and not has_scanner and view.scanned_at is None,
        "end": gettext(ENDS[view.gone_why]) if view.gone_why else "",
        "seen": gettext(KINDS[view.seen]) if view.seen else "",
        "lacking": gettext(LACKS[view.lacking]) if view.lacking else "",
        "look_form": look_form,
        "check_form": check_form,
        "pages": pages or [],
        "is_shown": is_shown,
    }
    return render(request, "papers/paper.html", context, status=status)


def _is_worker(actor: Actor) -> bool:
    return bool(actor.roles & set(WORKERS))


def _case_url(number: str) -> str:
    return page_of(kind=get(number).row.kind, number=number) or "/desk/"


def _to_case(number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(_case_url(number))
