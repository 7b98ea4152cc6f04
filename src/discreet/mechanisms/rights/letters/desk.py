"""Staff pages of letters: the company's words part by part, and one letter of one request before it leaves."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import lettering
from discreet.mechanisms.rights.letters import answers as letter_answers
from discreet.mechanisms.rights.letters import queries as letter_queries
from discreet.mechanisms.rights.letters.parts import (
    LANGUAGES,
    PARTS,
    PLACEHOLDERS,
    Occasion,
    Part,
    problems,
    written_parts,
)
from discreet.mechanisms.rights.letters.sample import sample_letter
from discreet.mechanisms.rights.letters.words import LANGUAGE_NAMES, LETTERS, problem_sentences
from discreet.mechanisms.rights.refusals import LetterChanged, LetterLeft, LetterUnusable
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.views import refusal_text
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.errors import Refused

WRITERS = (Role.APPROVER, Role.ADMINISTRATOR)


def context(view: RequestView, *, actor: Actor) -> dict[str, Any]:
    """Return what `rights/letters_of_request.html` shows on the page of a request."""
    words = letter_answers.words_of(view)
    may_write = actor.may(Role.AGENT) or actor.may(Role.APPROVER)
    editable = letter_queries.editable_letters(view, words) if may_write and view.batch_size == 1 else ()
    return {
        "letters": [(one.value, gettext(LETTERS[one])) for one in letter_queries.letters_of(view, words)],
        "letters_to_write": [(one.value, gettext(LETTERS[one])) for one in editable],
    }


@require_GET
@role_required()
def letter_texts(request: HttpRequest) -> HttpResponseBase:
    """List the parts of letters with the version in force in each language."""
    in_force = {language: letter_queries.newest_versions(language) for language in LANGUAGES}
    rows = [
        {
            "title": gettext(PARTS[part].title),
            "texts": [
                {
                    "language": language,
                    "language_name": LANGUAGE_NAMES[language],
                    "version": in_force[language][part],
                    "url": reverse("rights:letter_text", args=[language, part.value]),
                }
                for language in LANGUAGES
            ],
        }
        for part in Part
    ]
    own = sum(1 for texts in in_force.values() for version in texts.values() if version.number)
    return render(request, "rights/letter_texts.html", {"rows": rows, "own": own})


@require_http_methods(["GET", "POST"])
@role_required()
def letter_text(request: HttpRequest, language: str, part: str) -> HttpResponseBase:
    """Show one part in one language with its versions; save a new version."""
    which = _part(language, part)
    actor, now = actor_of(request), timezone.now()
    refusal: Refused | None = None
    if request.method == "POST":
        based_on = request.POST.get("based_on", "")
        try:
            version = lettering.write_letter_template(
                actor=actor,
                now=now,
                part=which,
                language=language,
                text=request.POST.get("text", ""),
                based_on=int(based_on) if based_on.isdecimal() and len(based_on) < 7 else -1,
            )
        except (LetterUnusable, LetterChanged) as refused:
            refusal = refused
        else:
            messages.success(request, gettext("Saved as version %(n)s.") % {"n": version})
            return HttpResponseRedirect(request.path)
    return render(
        request,
        "rights/letter_text.html",
        _text_context(which, language, request.POST.get("text"), refusal, actor),
        status=422 if refusal else 200,
    )


def _text_context(
    part: Part, language: str, typed: str | None, refusal: Refused | None, actor: Actor
) -> dict[str, Any]:
    versions = letter_queries.versions(part, language)
    facts = PARTS[part]
    text = versions[0].text if typed is None else typed
    return {
        "part": part.value,
        "title": gettext(facts.title),
        "language": language,
        "language_name": LANGUAGE_NAMES[language],
        "text": text,
        "based_on": versions[0].number,
        "versions": versions,
        "placeholders": _placeholders(part),
        "faults": problem_sentences(problems(part, text)),
        "refusal_text": refusal_text(refusal),
        "may_write": any(actor.may(role) for role in WRITERS),
        "others": [
            (LANGUAGE_NAMES[other], reverse("rights:letter_text", args=[other, part.value]))
            for other in LANGUAGES
            if other != language
        ],
    }


def _placeholders(part: Part) -> list[dict[str, str]]:
    facts = PARTS[part]
    return [
        {"name": f"{{{name}}}", "means": gettext(PLACEHOLDERS[name]), "must": facts.must.get(name, "")}
        for name in facts.may
    ]


@require_POST
@role_required()
def check(request: HttpRequest, language: str, part: str) -> HttpResponseBase:
    """Return what is wrong with a text while it is typed."""
    faults = problem_sentences(problems(_part(language, part), request.POST.get("text", "")))
    return render(request, "rights/letter_faults.html", {"faults": faults})


@require_POST
@role_required()
def preview(request: HttpRequest, language: str, part: str) -> HttpResponseBase:
    """Return a sample letter with a text that is not saved."""
    which = _part(language, part)
    text = request.POST.get("text", "")
    if found := problems(which, text):
        raise LetterUnusable(problems=" ".join(problem_sentences(found)))
    return _pdf(sample_letter(part=which, language=language, text=text, now=timezone.now()), "sample")


@require_http_methods(["GET", "POST"])
@role_required(Role.AGENT, Role.APPROVER)
def write(request: HttpRequest, number: str, occasion: str) -> HttpResponseBase:
    """Write paragraphs of one request's letter by hand."""
    which = _occasion(occasion)
    view = queries.request_view(number)
    refusal: Refused | None = None
    typed: dict[str, str] = {}
    if request.method == "POST":
        part = next((one for one in Part if one.value == request.POST.get("part")), None)
        if part is None:
            raise Http404
        text = "" if "reset" in request.POST else request.POST.get("text", "")
        try:
            lettering.write_letter(
                actor=actor_of(request),
                now=timezone.now(),
                number=number,
                occasion=which,
                part=part,
                text=text,
            )
        except LetterUnusable as refused:
            refusal, typed = refused, {part.value: text}
        else:
            messages.success(request, gettext("Saved. It stands in this letter alone."))
            return HttpResponseRedirect(request.path)
    return render(
        request,
        "rights/letter_write.html",
        _draft_context(view, which, typed, refusal, timezone.now()),
        status=422 if refusal else 200,
    )


def _draft_context(
    view: RequestView, occasion: Occasion, typed: dict[str, str], refusal: Refused | None, now: datetime
) -> dict[str, Any]:
    if occasion not in letter_queries.editable_letters(view, letter_answers.words_of(view)):
        raise LetterLeft(number=view.number)
    language = view.case.row.language
    texts = letter_queries.texts_at(language, at=now)
    by_hand = letter_queries.written_by_hand(view.number, occasion)
    return {
        "view": view,
        "occasion": occasion.value,
        "title": gettext(LETTERS[occasion]),
        "language": language,
        "language_name": LANGUAGE_NAMES.get(language, language),
        "refusal_text": refusal_text(refusal),
        "parts": [
            {
                "part": part.value,
                "title": gettext(PARTS[part].title),
                "text": typed.get(part.value, by_hand.get(part, texts[part])),
                "is_by_hand": part in by_hand,
                "is_refused": part.value in typed,
                "placeholders": _placeholders(part),
            }
            for part in written_parts(occasion, view.kind)
        ],
    }


@require_GET
@role_required(Role.AGENT, Role.APPROVER, Role.ADMINISTRATOR, Role.AUDITOR)
def letter(request: HttpRequest, number: str, occasion: str) -> HttpResponseBase:
    """Return a letter of a request; one that has not left, as it would leave now."""
    view = queries.request_view(number)
    return _pdf(letter_answers.letter_of(view, _occasion(occasion), now=timezone.now()), view.number)


def _pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )


def _part(language: str, part: str) -> Part:
    if language not in LANGUAGES or part not in set(Part):
        raise Http404
    return Part(part)


def _occasion(occasion: str) -> Occasion:
    if occasion not in set(Occasion):
        raise Http404
    return Occasion(occasion)
