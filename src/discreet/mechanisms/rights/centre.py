"""Public pages: ask, prove who you are, see how it stands, fetch the package and the proof."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.cases.queries import get_by_token
from discreet.foundation.centre import form_guard, limits, verification
from discreet.foundation.centre.public import public_page
from discreet.foundation.centre.refusals import FormTooFast
from discreet.foundation.centre.rules import ALL_CODES, ALL_FORMS, CLIENT_FORMS, MAILBOX_FORMS, REQUEST_CODES
from discreet.foundation.centre.visits import remember_case
from discreet.foundation.ledger import prove
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.organisation.queries import profile
from discreet.mechanisms.rights import claims, copies, delivery, letters, queries
from discreet.mechanisms.rights.actions import deciding, executing, proving, receiving
from discreet.mechanisms.rights.complaints import complaint_words
from discreet.mechanisms.rights.forms import AskForm, CodeForm
from discreet.mechanisms.rights.identity import How
from discreet.mechanisms.rights.kinds import Kind, Way, way_of
from discreet.mechanisms.rights.progress import working
from discreet.mechanisms.rights.refusals import NoPackage
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import State
from discreet.mechanisms.rights.views import refusal_text
from discreet.mechanisms.rights.words import NEXT_FOR_COPY, NEXT_FOR_PERSON, OUTCOMES
from discreet.vocabulary.actors import Actor, ActorKind
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.normalise import normalise_email

CUSTOMER = Actor(kind=ActorKind.CUSTOMER, name="customer")
CANCELLABLE = frozenset({State.RECEIVED, State.VERIFIED, State.PLANNED, State.ACCEPTED})


@require_http_methods(["GET", "POST"])
@public_page
def ask_access(request: HttpRequest) -> HttpResponseBase:
    return _ask(request, Kind.ACCESS)


@require_http_methods(["GET", "POST"])
@public_page
def ask_erasure(request: HttpRequest) -> HttpResponseBase:
    return _ask(request, Kind.ERASURE)


def _ask(request: HttpRequest, kind: Kind) -> HttpResponseBase:
    now = timezone.now()
    form = AskForm(request.POST or None)
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            form_id = form_guard.read(
                token=request.POST.get(form_guard.TOKEN_FIELD, ""),
                trap=request.POST.get(form_guard.TRAP_FIELD, ""),
                now=now,
            )
        except FormTooFast as too_fast:  # a browser that fills forms in; what was typed is not lost
            return _form(request, kind, form, refusal=too_fast, token=form_guard.issue_again(now=now))
        limits.count(CLIENT_FORMS, value=limits.client_of(request), now=now)
        mailbox = normalise_email(form.cleaned_data["email"])
        if mailbox:
            limits.count(MAILBOX_FORMS, value=mailbox, now=now)
        limits.count(ALL_FORMS, value="", now=now)
        try:
            return _received(request, kind, form, form_id, now)
        except Refused as refused:
            refusal = refused
    return _form(request, kind, form, refusal=refusal, token=form_guard.issue(now=now))


def _form(
    request: HttpRequest, kind: Kind, form: AskForm, *, refusal: Refused | None, token: str
) -> HttpResponse:
    context = {
        "form": form,
        "kind": kind.value,
        "refusal_text": refusal_text(refusal),
        "token": token,
    }
    status = 200 if request.method == "GET" else 422
    return render(request, "rights/ask.html", context, status=status)


def _received(
    request: HttpRequest, kind: Kind, form: AskForm, form_id: str, now: datetime
) -> HttpResponseRedirect:
    made: list[str] = []

    def make() -> str:
        received = receiving.receive_request(
            actor=CUSTOMER,
            now=now,
            kind=kind.value,
            claim=form.claim(),
            residence=form.residence_code(),
            language=translation.get_language() or "en",
            channel="centre",
        )
        made.append(received.public_token)
        return received.number

    said = "\x1f".join((kind.value, form.residence_code(), claims.to_bytes(form.claim()).decode()))
    number = form_guard.once(form_id=form_guard.bound(form_id, said), now=now, make=make)
    token = made[0] if made else add_public_token(actor=CUSTOMER, now=now, number=number)
    response = HttpResponseRedirect(reverse("rights:status", args=[token]))
    remember_case(request, response, number=number, token=token)
    return response


@require_GET
@public_page
def status(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show how the request stands, what comes next, by when, and whom to ask."""
    return _status(request, token)


def _status(
    request: HttpRequest, token: str, *, problem: str = "", status_code: int = 200
) -> HttpResponseBase:
    number = get_by_token(token).row.number
    view = queries.request_view(number)
    check, copy = verification.status(number), copies.copy_of(view)
    language = translation.get_language() or "en"
    return render(
        request,
        "rights/status.html",
        {
            "view": view,
            "token": token,
            "next": (NEXT_FOR_PERSON if way_of(view.kind) is Way.ERASE else NEXT_FOR_COPY)[view.state],
            "outcome": OUTCOMES.get(view.outcome, ""),
            "form": CodeForm(),
            "check": check,
            "problem": problem,
            "is_code_over": view.state is State.RECEIVED and check.tries_left <= 0,
            "may_cancel": view.state in CANCELLABLE,
            "working": working(view),
            "company": profile(),
            "kept": letters.kept_lines(view, language),
            "erased": letters.erased_lines(view, language),
            "search_words": letters.search_words(view),
            "not_searched": letters.not_searched(view),
            "copied": copies.copied_lines(copy),
            "handed_over": copies.handed_over(view, copy, now=timezone.now()),
            "fingerprint": log_key().fingerprint,
            "command": letters.check_command(view),
            "whose_duty": letters.whose_duty(view),
            "refusals": letters.refusals(view),
            "complaint": complaint_words(letters.laws_of(view)),
        },
        status=status_code,
    )


@require_http_methods(["GET", "POST"])
@public_page
def code(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take the code that proves the identity. Whoever kept this address after a wrong code is led to the page."""
    if request.method == "GET":
        return HttpResponseRedirect(reverse("rights:status", args=[token]))
    now = timezone.now()
    number = get_by_token(token).row.number
    _count_code(number, now)
    form = CodeForm(request.POST)
    if form.is_valid() and verification.check(
        case_number=number, code=form.cleaned_data["code"], now=now, actor=CUSTOMER
    ):
        proving.verify_identity(actor=CUSTOMER, now=now, number=number, how=How.CODE)
        return HttpResponseRedirect(reverse("rights:status", args=[token]))
    return _status(request, token, problem="code", status_code=422)


@require_POST
@public_page
def again(request: HttpRequest, token: str) -> HttpResponseBase:
    """Send another code, to the same contact point held."""
    now = timezone.now()
    number = get_by_token(token).row.number
    _count_code(number, now)
    receiving.ask_code_again(actor=CUSTOMER, now=now, number=number)
    return HttpResponseRedirect(reverse("rights:status", args=[token]))


def _count_code(number: str, now: datetime) -> None:
    """Bound what one request's page may send; the address it comes from may be a whole office's."""
    limits.count(REQUEST_CODES, value=number, now=now)
    limits.count(ALL_CODES, value="", now=now)


@require_POST
@public_page
def cancel(request: HttpRequest, token: str) -> HttpResponseBase:
    """Withdraw the request."""
    deciding.cancel_request(actor=CUSTOMER, now=timezone.now(), number=get_by_token(token).row.number)
    return HttpResponseRedirect(reverse("rights:status", args=[token]))


@require_GET
@public_page
def letter(request: HttpRequest, token: str) -> HttpResponseBase:
    """Return the answer as a PDF letter."""
    view = _ended(token)
    pdf = letters.answer_letter(view, now=timezone.now())
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{view.number}.pdf"'},
    )


@require_GET
@public_page
def proof(request: HttpRequest, token: str) -> HttpResponseBase:
    """Return the proof that verifies without us."""
    view = _ended(token)
    return JsonResponse(
        prove.customer_bundle(f"request:{view.number}", now=timezone.now()),
        headers={"Content-Disposition": f'attachment; filename="{view.number}-proof.json"'},
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )


@require_GET
@public_page
def verifier(request: HttpRequest) -> HttpResponseBase:
    """Return the one-file program that checks a proof without us."""
    return HttpResponse(
        prove.verifier_file().read_bytes(),
        content_type="text/x-python; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="discreet_verify.py"'},
    )


@require_http_methods(["GET", "POST"])
@public_page
def package(request: HttpRequest, number: str, token: str) -> HttpResponseBase:
    """Hand over the package once: a GET (mail scanners follow links) only shows the button, or that it is gone."""
    if request.method == "GET":
        is_ready = queries.is_package_ready(number, token, now=timezone.now())
        return render(request, "rights/fetch.html", {"is_ready": is_ready}, status=200 if is_ready else 410)
    executing.fetch_package(now=timezone.now(), number=number, token=token)
    return HttpResponse(
        delivery.read_package(number),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{number}.zip"'},
    )


def _ended(token: str) -> RequestView:
    number = get_by_token(token).row.number
    view = queries.request_view(number)
    if view.completed_at is None:
        raise NoPackage(number=number)
    return view
