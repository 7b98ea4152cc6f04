"""Staff pages of requests: the list, the case, and one act behind each button."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from discreet.engines.subjects.plans import SharedChoice
from discreet.foundation.cases.queries import CaseFilter, clocks_of, list_cases
from discreet.foundation.desk.clocks import next_clock
from discreet.foundation.ledger import prove
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.mechanisms.rights import case_page, listing, preparing, queries, report
from discreet.mechanisms.rights.actions import (
    answering,
    deciding,
    executing,
    held_answers,
    proving,
    receiving,
    revealing,
)
from discreet.mechanisms.rights.approving import approve
from discreet.mechanisms.rights.copying import delivery
from discreet.mechanisms.rights.course import page as course_page
from discreet.mechanisms.rights.forms import (
    AppealAnswerForm,
    AppealForm,
    AuthorityForm,
    ExtendForm,
    ForAnotherForm,
    HeldForm,
    StaffAskForm,
    VerifyForm,
)
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.letters import answers as letter_answers
from discreet.mechanisms.rights.opening.digests import MAX_LENGTH, is_contact
from discreet.mechanisms.rights.opening.identity import goes_to_person_only
from discreet.mechanisms.rights.refusals import NoLetterDue, UnknownRequest
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import Answer, ApprovalStep, Goes, Outcome
from discreet.mechanisms.rights.views import refusal_text
from discreet.vocabulary.actors import Role
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

PAGE_SIZE = 50
LETTERS_SHOWN = 200
SECOND_ASKED = gettext_noop("Second approval asked.")
BEGUN = {
    Way.TELL: gettext_noop("Accepted. The answer is being made."),
    Way.COPY: gettext_noop("Accepted. The answer is being made."),
    Way.CORRECT: gettext_noop("Approved. The correction is being carried out."),
    Way.ERASE: gettext_noop("Approved. The erasure is being carried out."),
}
WORKERS = (Role.AGENT, Role.APPROVER, Role.ADMINISTRATOR)


@require_http_methods(["GET", "POST"])
@role_required()
def requests(request: HttpRequest) -> HttpResponseBase:
    """List requests, the next deadline first. A contact is searched for without standing in the address."""
    now = timezone.now()
    sent = request.POST if request.method == "POST" else request.GET
    words = sent.get("q", "").strip()[:MAX_LENGTH]
    wanted = "all" if words else sent.get("state", "open")
    if request.method == "POST" and not is_contact(words):
        return HttpResponseRedirect(
            f"{reverse('rights:requests')}?{urlencode({'state': wanted, 'q': words})}"
        )
    where = CaseFilter(
        kind="request",
        is_open=True if wanted == "open" else False if wanted == "ended" else None,
        numbers=_numbers(words, wanted),
        number_starts="" if is_contact(words) else _number_words(words),
    )
    page = sent.get("page", "1")
    number = min(int(page), 100_000) if page.isdecimal() and len(page) < 7 and int(page) > 0 else 1
    found = list_cases(where=where, page=number, page_size=PAGE_SIZE)
    numbers = [row.number for row in found.rows]
    clocks = {number: next_clock(own) for number, own in clocks_of(numbers).items()}
    overdue = sum(1 for clock in clocks.values() if clock and clock.due_at < now)
    return render(
        request,
        "rights/requests.html",
        {
            "rows": [
                case_page.list_row(row, clock=clocks.get(row.number), now=now)
                for row in listing.rows(numbers)
            ],
            "total": found.total,
            "heading": case_page.list_heading(wanted, query=words, total=found.total, overdue=overdue),
            "state": wanted,
            "query": words,
            "page": Paginator(range(found.total), PAGE_SIZE).get_page(number),
            "may_add": bool(actor_of(request).roles & {Role.AGENT, Role.ADMINISTRATOR}),
        },
    )


def _numbers(words: str, wanted: str) -> tuple[str, ...] | None:
    """Return the requests among which to list; None = all."""
    if is_contact(words):
        return tuple(listing.numbers_of_contact(words)[:PAGE_SIZE])
    return listing.numbers_incomplete() if wanted == "incomplete" else None


def _number_words(words: str) -> str:
    """Return the start of a request number, with its letter where only digits were typed."""
    return f"R-{words}"[:16] if words.isdecimal() else words.upper()[:16]


@require_http_methods(["GET", "POST"])
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def new(request: HttpRequest) -> HttpResponseBase:
    """Record a request that came by phone, paper or e-mail."""
    form, another = StaffAskForm(request.POST or None), ForAnotherForm(request.POST or None)
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid() and another.is_valid():
        try:
            received = receiving.receive_request(
                actor=actor_of(request),
                now=timezone.now(),
                kind=form.cleaned_data["kind"],
                claim=form.claim(),
                residence=form.residence_code(),
                language=form.cleaned_data["language"],
                channel=form.cleaned_data["channel"],
                received_on=form.cleaned_data["received_on"],
                asking=another.asking(scope=form.cleaned_data["scope"], wish=form.wish()),
            )
            return HttpResponseRedirect(reverse("rights:request", args=[received.number]))
        except Refused as refused:
            refusal = refused
    status = 200 if request.method == "GET" else 422
    return render(
        request,
        "rights/new.html",
        {"form": form, "another": another, "refusal": refusal, "refusal_text": refusal_text(refusal)},
        status=status,
    )


@require_GET
@role_required()
def request_page(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show a request: who, when it is due, the plan, the timeline, and what may be done now."""
    view = queries.request_view(number)
    return render(
        request,
        "rights/request.html",
        case_page.context(view, actor=actor_of(request), now=timezone.now()) | _forms(view),
    )


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def verify(request: HttpRequest, number: str) -> HttpResponseBase:
    """Take the identity as proven by staff."""
    proving.verify_identity(
        actor=actor_of(request),
        now=timezone.now(),
        number=number,
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, gettext("Identity proven. The plan is being made."))
    return _back(number)


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def choose(request: HttpRequest, number: str) -> HttpResponseBase:
    """Choose which of several candidates it is."""
    chosen = request.POST.getlist("candidate")
    receiving.choose_candidates(actor=actor_of(request), now=timezone.now(), number=number, chosen=chosen)
    messages.success(request, gettext("Chosen. The plan is being made."))
    return _back(number)


@require_POST
@role_required(*WORKERS)
def plan_again(request: HttpRequest, number: str) -> HttpResponseBase:
    """Make the plan on live data now."""
    batch_id = queries.batch_of(number)
    preparing.prepare_batch(batch_id, actor_of(request), timezone.now())
    messages.success(request, gettext("Plan made on live data. Nothing has been changed."))
    return _back(number)


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def decide_shared(request: HttpRequest, number: str) -> HttpResponseBase:
    """Decide what happens to rows that others share."""
    batch_id = queries.batch_of(number)
    table = queries.table_named(request.POST.get("table", ""))
    choice = request.POST.get("choice", "")
    if table is None or choice not in set(SharedChoice):
        raise UnknownRequest(number=number)
    deciding.decide_shared(
        actor=actor_of(request),
        now=timezone.now(),
        batch_id=batch_id,
        table=table,
        choice=SharedChoice(choice),
    )
    preparing.prepare_batch(batch_id, actor_of(request), timezone.now())
    return _back(number)


@require_POST
@role_required(*WORKERS)
def accept(request: HttpRequest, number: str) -> HttpResponseBase:
    """Approve the plan whose digest the page showed."""
    batch_id = queries.batch_of(number)
    step = approve(
        actor=actor_of(request),
        now=timezone.now(),
        batch_id=batch_id,
        plan_digest=request.POST.get("plan", ""),
    )
    said = BEGUN[way_of(queries.kind_of_batch(batch_id))]
    messages.success(request, gettext(said if step is ApprovalStep.SECOND else SECOND_ASKED))
    return _back(number)


@require_POST
@role_required(Role.APPROVER)
def send_back(request: HttpRequest, number: str) -> HttpResponseBase:
    """Return the plan to whoever prepared it."""
    deciding.return_plan(actor=actor_of(request), now=timezone.now(), batch_id=queries.batch_of(number))
    messages.success(request, gettext("Sent back. It needs a first decision again."))
    return _back(number)


@require_POST
@role_required(Role.AGENT, Role.APPROVER)
def search_again(request: HttpRequest, number: str) -> HttpResponseBase:
    """Have every source searched again for what an incomplete erasure left."""
    executing.ask_search(actor=actor_of(request), now=timezone.now(), number=number)
    messages.success(request, gettext("Every source is being searched again."))
    return _back(number)


@require_POST
@role_required(Role.AGENT, Role.APPROVER)
def reveal(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show what the person wrote of themselves, for a recorded reason, on this page only."""
    claim = revealing.reveal_person(
        actor=actor_of(request), now=timezone.now(), number=number, reason=request.POST.get("reason", "")
    )
    view = queries.request_view(number)
    return render(
        request,
        "rights/request.html",
        case_page.context(view, actor=actor_of(request), now=timezone.now(), revealed=claim) | _forms(view),
    )


@require_http_methods(["GET", "POST"])
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def answer(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show the letters that are due with this one, and note that they were sent."""
    form = HeldForm(request.POST if "goes" in request.POST else None)
    if form.is_bound and form.is_valid():
        held_answers.settle_contact(
            actor=actor_of(request),
            now=timezone.now(),
            number=number,
            goes=Goes(form.cleaned_data["goes"]),
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, gettext("Noted. The answer goes where you decided."))
        return HttpResponseRedirect(request.path)
    if request.method == "POST" and not form.is_bound:
        sent = answering.answer_by_letter(actor=actor_of(request), now=timezone.now(), number=number)
        words = ngettext("%(n)s answer noted as sent.", "%(n)s answers noted as sent.", sent)
        messages.success(request, words % {"n": sent})
        return _back(number)
    view = queries.request_view(number)
    due = queries.answers_due(view.plan.batch_id, Answer.LETTER_DUE, is_held=view.course.is_held)
    context = {
        "view": view,
        "due": due[:LETTERS_SHOWN],
        "more": max(0, len(due) - LETTERS_SHOWN),
        "is_copy": view.outcome == Outcome.DELIVERED,
        "is_held": view.course.is_held and view.number in due,
        "held_form": form,
        "is_for_asker": not goes_to_person_only(view.course.requester),
        "who": None if view.case.row.is_expired else queries.words_sealed(view.number).who,
    }
    return render(request, "rights/answer.html", context, status=422 if form.is_bound else 200)


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def take_copy(request: HttpRequest, number: str) -> StreamingHttpResponse:
    """Hand staff a copy that no mail takes to anybody, so that they hand it over; that they take it is recorded."""
    if queries.request_view(number).answer != Answer.LETTER_DUE:
        raise NoLetterDue(number=number[:16])
    return StreamingHttpResponse(
        delivery.take_package(actor=actor_of(request), now=timezone.now(), number=number),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{number}.zip"'},
    )


@require_GET
@role_required(*WORKERS, Role.AUDITOR)
def letter(request: HttpRequest, number: str) -> HttpResponseBase:
    """Return the letter to the customer."""
    view = queries.request_view(number)
    return HttpResponse(
        letter_answers.answer_letter(view, now=timezone.now()),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{view.number}.pdf"'},
    )


@require_GET
@role_required()
def case_report(request: HttpRequest, number: str) -> HttpResponseBase:
    """Return the report on a request, which names nobody, in the language of the page."""
    return HttpResponse(
        report.case_report(number, now=timezone.now()),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{number}-report.pdf"'},
    )


@require_GET
@role_required()
def proof(request: HttpRequest, number: str) -> HttpResponseBase:
    """Return the proof bundle of a request."""
    view = queries.request_view(number)
    return JsonResponse(
        prove.complete_bundle(f"request:{view.number}", now=timezone.now()),
        headers={"Content-Disposition": f'attachment; filename="{view.number}-proof.json"'},
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )


def _forms(view: RequestView) -> dict[str, Form]:
    return {
        "verify_form": VerifyForm(),
        "authority_form": AuthorityForm(initial={"authority_reason": course_page.paper_reason(view)}),
        "extend_form": ExtendForm(),
        "appeal_form": AppealForm(),
        "appeal_answer_form": AppealAnswerForm(),
    }


def _back(number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("rights:request", args=[number]))
