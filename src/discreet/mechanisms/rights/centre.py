"""Public pages: ask, prove who you are, see how it stands, fetch the package and the proof."""

from datetime import datetime

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
from django.utils import timezone, translation
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.cases.queries import get_by_token, is_for_person
from discreet.foundation.centre import form_guard, limits, verification
from discreet.foundation.centre.handover import HandedOver, waiting
from discreet.foundation.centre.public import public_page
from discreet.foundation.centre.refusals import FormTooFast, TooManyRequests
from discreet.foundation.centre.rules import ALL_CODES, REQUEST_CODES
from discreet.foundation.centre.visits import handover_token_of, remember_case
from discreet.foundation.ledger import prove
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.organisation.queries import profile
from discreet.mechanisms.rights import queries, status_page
from discreet.mechanisms.rights.actions import appealing, deciding, executing, proving, receiving, sent_forms
from discreet.mechanisms.rights.complaints import complaint_words
from discreet.mechanisms.rights.copying import delivered as copies
from discreet.mechanisms.rights.copying import delivery
from discreet.mechanisms.rights.correcting import letters as correction_letters
from discreet.mechanisms.rights.forms import (
    AppealForm,
    AskForm,
    CodeForm,
    DeclarationForm,
    DetailForm,
    ScopeForm,
    SignedInForm,
)
from discreet.mechanisms.rights.kinds import RIGHTS, Kind, right_of, way_of
from discreet.mechanisms.rights.letters import answers as letter_answers
from discreet.mechanisms.rights.letters import said as letters
from discreet.mechanisms.rights.opening import claims, signed_in
from discreet.mechanisms.rights.opening.another import (
    WhoAsksForm,
    asking_of,
    asks_as_signed_in,
    speak_of_another,
    who_asks_form,
)
from discreet.mechanisms.rights.opening.asker import Asking
from discreet.mechanisms.rights.progress import working
from discreet.mechanisms.rights.refusals import NoLetter, NoPackage
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import Outcome, State, may_appeal
from discreet.mechanisms.rights.views import refusal_text
from discreet.vocabulary.actors import Actor, ActorKind
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.normalise import normalise_email

CUSTOMER = Actor(kind=ActorKind.CUSTOMER, name="customer")


@require_http_methods(["GET", "POST"])
@public_page
def ask(request: HttpRequest, kind: Kind) -> HttpResponseBase:
    """Take a request for one of the rights; of whoever comes signed in from a site of ours, without a code."""
    now = timezone.now()
    held = waiting(token=handover_token_of(request), now=now) if asks_as_signed_in(request) else None
    if held is not None:
        return _ask_signed_in(request, kind, held, now)
    form, another = AskForm(request.POST or None), who_asks_form(request, request.POST)
    if another is not None:
        speak_of_another(form)
    about = ScopeForm(kind, request.POST or None)
    refusal: Refused | None = None
    if (
        request.method == "POST"
        and form.is_valid()
        and about.is_valid()
        and (not another or another.is_valid())
    ):
        try:
            form_id = form_guard.read(
                token=request.POST.get(form_guard.TOKEN_FIELD, ""),
                trap=request.POST.get(form_guard.TRAP_FIELD, ""),
                now=now,
            )
        except FormTooFast as too_fast:  # a browser that fills forms in; what was typed is not lost
            token = form_guard.issue_again(now=now)
            return _form(request, kind, form, another, about, refusal=too_fast, token=token)
        try:
            return _received(request, kind, form, another, about, form_id, now)
        except TooManyRequests:
            raise
        except Refused as refused:
            refusal = refused
    return _form(request, kind, form, another, about, refusal=refusal, token=form_guard.issue(now=now))


def _ask_signed_in(request: HttpRequest, kind: Kind, held: HandedOver, now: datetime) -> HttpResponseBase:
    form, refusal, token = SignedInForm(request.POST or None), None, form_guard.issue(now=now)
    about = ScopeForm(kind, request.POST or None)
    if request.method == "POST" and form.is_valid() and about.is_valid():
        try:
            form_id = form_guard.read(
                token=request.POST.get(form_guard.TOKEN_FIELD, ""),
                trap=request.POST.get(form_guard.TRAP_FIELD, ""),
                now=now,
            )
            limits.count_form(request, now=now)
            asking = Asking(scope=about.scope_code(), wish=about.wish())
            return _received_signed_in(request, kind, form, asking, held, form_id, now)
        except FormTooFast as too_fast:
            refusal, token = too_fast, form_guard.issue_again(now=now)
    context = {
        "form": form,
        "about": about,
        "held": held,
        "right": RIGHTS[kind],
        "refusal_text": refusal_text(refusal),
        "token": token,
    }
    status = 200 if request.method == "GET" else 422
    return render(request, "rights/ask_signed_in.html", context, status=status)


def _received_signed_in(
    request: HttpRequest,
    kind: Kind,
    form: SignedInForm,
    asking: Asking,
    held: HandedOver,
    form_id: str,
    now: datetime,
) -> HttpResponseRedirect:
    made: list[str] = []
    visit, residence = handover_token_of(request), form.residence_code()
    receive = signed_in.receiver(
        actor=CUSTOMER,
        now=now,
        kind=kind,
        held=held,
        visit=visit,
        residence=residence,
        language=translation.get_language() or "en",
        asking=asking,
    )

    def make() -> str:
        received = receive()
        made.append(received.public_token)
        return received.number

    bound = form_guard.bound(
        form_id, "\x1f".join((kind.value, residence, visit, asking.scope, asking.wish.decode()))
    )
    number = form_guard.once(form_id=bound, now=now, make=make)
    token = made[0] if made else add_public_token(actor=CUSTOMER, now=now, number=number)
    response = HttpResponseRedirect(reverse("rights:status", args=[token]))
    remember_case(request, response, number=number, token=token)
    return response


def _form(
    request: HttpRequest,
    kind: Kind,
    form: AskForm,
    another: WhoAsksForm | None,
    about: ScopeForm,
    *,
    refusal: Refused | None,
    token: str,
) -> HttpResponse:
    context = {
        "form": form,
        "another": another,
        "about": about,
        "right": RIGHTS[kind],
        "refusal_text": refusal_text(refusal),
        "token": token,
    }
    status = 200 if request.method == "GET" else 422
    return render(request, "rights/ask.html", context, status=status)


def _received(
    request: HttpRequest,
    kind: Kind,
    form: AskForm,
    another: WhoAsksForm | None,
    about: ScopeForm,
    form_id: str,
    now: datetime,
) -> HttpResponseRedirect:
    asking = asking_of(another, scope=about.scope_code(), wish=about.wish())
    words = (
        kind.value,
        form.residence_code(),
        asking.requester,
        asking.who.decode(),
        asking.scope,
        asking.wish.decode(),
    )
    said = "\x1f".join((*words, claims.to_bytes(form.claim()).decode()))
    taken = sent_forms.receive_form(
        sent_forms.SentForm(
            form_id=form_guard.bound(form_id, said),
            kind=kind,
            claim=form.claim(),
            residence=form.residence_code(),
            language=translation.get_language() or "en",
            asking=asking,
            uses=limits.uses_of_form(request, mailbox=normalise_email(form.cleaned_data["email"])),
            received_at=now,
        )
    )
    token = taken.public_token or add_public_token(actor=CUSTOMER, now=now, number=taken.number)
    response = HttpResponseRedirect(reverse("rights:status", args=[token]))
    remember_case(request, response, number=taken.number, token=token)
    return response


@require_GET
@public_page
def status(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show how the request stands, what comes next, by when, and whom to ask."""
    return _status(request, token)


def _status(
    request: HttpRequest,
    token: str,
    *,
    problem: str = "",
    refusal: Refused | None = None,
    status_code: int = 200,
) -> HttpResponseBase:
    number = get_by_token(token).row.number
    view = queries.request_view(number)
    now = timezone.now()
    sees = status_page.may_see(view, is_for_person=is_for_person(token))
    standing = status_page.standing_of(view) if sees else None
    check, copy = verification.status(number), copies.copy_of(view) if sees else None
    next_words = status_page.next_of(view) if sees else status_page.next_unseen(view)
    language = translation.get_language() or "en"
    return render(
        request,
        "rights/status.html",
        {
            "view": view,
            "token": token,
            "next": standing.next if standing else next_words,
            "sees": sees,
            "outcome": "" if not sees or (standing and standing.is_over) else status_page.heading_of(view),
            "standing": standing,
            "answered": status_page.shows_answer(view),
            "is_refused": view.state is State.REFUSED or view.outcome == Outcome.REFUSED,
            "may_take_back": view.state is State.APPEALED and (sees or view.verified_at is None),
            "right": right_of(view.kind),
            "way": way_of(view.kind).value,
            "ask_again_url": status_page.ask_again_url(view),
            "proof": status_page.proof_of(view),
            "told": status_page.told_lines(view, language) if sees else [],
            "words": None if view.case.row.is_expired or not sees else queries.words_sealed(number),
            "may_appeal": (sees or view.verified_at is None)
            and may_appeal(
                state=view.state,
                completed_at=view.completed_at,
                appealed_at=view.course.appealed_at,
                now=now,
            ),
            "refusal_text": refusal_text(refusal),
            "appeal_form": AppealForm(request.POST if problem == "appeal" else None),
            "detail_form": DetailForm(request.POST if problem == "detail" else None),
            "declaration_form": DeclarationForm(),
            "form": CodeForm(),
            "check": check,
            "problem": problem,
            "is_code_over": view.state is State.RECEIVED and check.tries_left <= 0,
            "help": status_page.help_of(view, now=now, sees=sees),
            "working": working(view),
            "company": profile(),
            "kept": letters.kept_lines(view, language) if sees else [],
            "erased": letters.erased_lines(view, language) if sees else [],
            "corrected": correction_letters.corrected_lines(view, language) if sees else [],
            "search_words": letters.search_words(view) if sees else "",
            "not_searched": letters.not_searched(view) if sees else [],
            "copied": copies.copied_lines(view, copy),
            "handed_over": copies.handed_over(view, copy, now=now),
            "fingerprint": log_key().fingerprint,
            "command": letters.check_command(view),
            "whose_duty": letters.whose_duty(view),
            "refusals": letters.refusals(view) if sees or view.verified_at is None else [],
            "letter_links": letter_answers.links_of(view) if sees else [],
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
    if form.is_valid() and proving.take_code(
        actor=CUSTOMER,
        now=now,
        number=number,
        code=form.cleaned_data["code"],
        declares=bool(request.POST.get("declares")),
    ):
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
def declare(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take the person's declaration that they are who they say."""
    number = get_by_token(token).row.number
    if not DeclarationForm(request.POST).is_valid():
        return _status(request, token, problem="declaration", status_code=422)
    proving.declare(actor=CUSTOMER, now=timezone.now(), number=number)
    return HttpResponseRedirect(reverse("rights:status", args=[token]))


@require_POST
@public_page
def detail(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take one more detail that we may hold; what came of it is not told, only whether the proof is complete."""
    now = timezone.now()
    number = get_by_token(token).row.number
    _count_code(number, now)
    form = DetailForm(request.POST)
    if form.is_valid():
        try:
            proving.add_detail(
                actor=CUSTOMER,
                now=now,
                number=number,
                phone=form.cleaned_data["phone"],
                customer_number=form.cleaned_data["customer_number"],
            )
        except Refused as refusal:
            return _status(request, token, problem="detail", refusal=refusal, status_code=422)
        return HttpResponseRedirect(reverse("rights:status", args=[token]))
    return _status(request, token, problem="detail", status_code=422)


@require_POST
@public_page
def appeal(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take that the person does not accept the answer."""
    number = get_by_token(token).row.number
    try:
        appealing.appeal(
            actor=CUSTOMER, now=timezone.now(), number=number, words=request.POST.get("words", "")
        )
    except Refused as refusal:
        return _status(request, token, problem="appeal", refusal=refusal, status_code=422)
    return HttpResponseRedirect(reverse("rights:status", args=[token]))


@require_POST
@public_page
def appeal_back(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take the appeal back: the answer stands."""
    appealing.take_back_appeal(actor=CUSTOMER, now=timezone.now(), number=get_by_token(token).row.number)
    return HttpResponseRedirect(reverse("rights:status", args=[token]))


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
    pdf = letter_answers.answer_letter(view, now=timezone.now())
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{view.number}.pdf"'},
    )


@require_GET
@public_page
def letter_of(request: HttpRequest, token: str, occasion: str) -> HttpResponseBase:
    """Return one of the letters of a request: the extension, the appeal, the answer."""
    view = queries.request_view(get_by_token(token).row.number)
    if not status_page.may_see(view, is_for_person=is_for_person(token)):
        raise NoLetter(number=view.number)
    return HttpResponse(
        letter_answers.existing_letter(view, occasion, now=timezone.now()),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{view.number}-{occasion}.pdf"'},
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
    return StreamingHttpResponse(
        delivery.read_package(number),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{number}.zip"'},
    )


def _ended(token: str) -> RequestView:
    number = get_by_token(token).row.number
    view = queries.request_view(number)
    if view.completed_at is None or not status_page.may_see(view, is_for_person=is_for_person(token)):
        raise NoPackage(number=number)
    return view
