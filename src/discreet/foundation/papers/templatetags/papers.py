"""Papers on other parts' pages: `{% load papers %}`, then `{% case_papers number %}` or `{% paper_upload number token %}`."""

from collections.abc import Sequence

from django import template
from django.template import Context
from django.utils.translation import gettext

from discreet.foundation.cases.queries import get
from discreet.foundation.desk.phrases import listed, sentences
from discreet.foundation.organisation.queries import profile
from discreet.foundation.papers import queries
from discreet.foundation.papers.forms import AskPaperForm
from discreet.foundation.papers.rules import MIB, MOST_BYTES, SHOWS, Gone, Purpose, must_say_which
from discreet.foundation.papers.words import ASKED, ENDS, FILES, KINDS, LACKS, PURPOSES
from discreet.foundation.staff.actors import actor_of
from discreet.vocabulary.actors import Role

register = template.Library()


@register.inclusion_tag("papers/parts/case.html", takes_context=True)
def case_papers(context: Context, number: str) -> dict[str, object]:
    """Draw the papers of a case for staff, and the form that asks for one."""
    request, is_open = context["request"], get(number).row.closed_at is None
    asked, rows = queries.asked_for(number), [_row(view) for view in queries.papers_of(number)]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "number": number,
        "rows": rows,
        "is_shown": is_open or bool(rows),
        "asked": gettext(PURPOSES[asked]) if asked else "",
        "form": AskPaperForm(),
        "which": _which(number, asked),
        "may_ask": is_open and bool(actor_of(request).roles & {Role.AGENT, Role.APPROVER}),
    }


@register.inclusion_tag("papers/parts/upload.html", takes_context=True)
def paper_upload(context: Context, number: str, token: str) -> dict[str, object]:
    """Draw for the customer what is asked for and the field that takes it; nothing where nothing is asked for."""
    asked, papers = queries.asked_for(number), queries.papers_of(number)
    may_send, unanswered = queries.may_send_another(number), queries.unanswered(papers)
    return {
        "csrf_token": context.get("csrf_token"),
        "token": token,
        "asked": gettext(ASKED[asked]) if asked else "",
        "waiting": sum(1 for view in papers if view.gone_at is None),
        "is_infected": any(one.gone_why is Gone.INFECTED for one in unanswered),
        "refused": [_why_refused(one, may_send=may_send) for one in unanswered if one.is_accepted is False],
        "which": _which(number, asked),
        "may_send": may_send,
        "officer_email": profile().officer_email,
        **_accepted(number, asked, papers),
        "mib": MOST_BYTES // MIB,
    }


def _why_refused(paper: queries.PaperView, *, may_send: bool) -> dict[str, str]:
    """Return which paper was not accepted, as its sender called it, and what it lacks."""
    title = gettext("Your last document did not show what we need.")
    if paper.says:
        title = gettext("Not accepted: %(kind)s") % {"kind": gettext(KINDS[paper.says])}
    lacking = gettext(LACKS[paper.lacking]) if paper.lacking else ""
    said = gettext("It was destroyed. You can send another.") if may_send else gettext("It was destroyed.")
    return {"title": title, "why": sentences([lacking, said])}


def _which(number: str, asked: Purpose | None) -> list[tuple[str, str]]:
    """Return what a paper may be said to show, where it may show only a part of what is asked for."""
    if asked is None or not must_say_which(asked):
        return []
    wanted = queries.wanted_of(number, asked)
    kinds = SHOWS[asked] if wanted is None else wanted
    return [(one.value, gettext(KINDS[one])) for one in kinds]


def _accepted(number: str, asked: Purpose | None, papers: Sequence[queries.PaperView]) -> dict[str, object]:
    """Return in words what was accepted and what is wanted beside it; nothing where the one says nothing yet."""
    wanted = queries.wanted_of(number, asked) if asked else None
    if not wanted:
        return {"accepted": "", "wanted": ""}
    seen = dict.fromkeys(one.seen for one in papers if one.is_accepted and one.seen)
    return {
        "accepted": listed([gettext(KINDS[one]) for one in seen]),
        "wanted": listed([gettext(KINDS[one]) for one in wanted]),
    }


def _row(view: queries.PaperView) -> dict[str, object]:
    return {
        "view": view,
        "file": FILES[view.file_type],
        "purpose": gettext(PURPOSES[view.purpose]),
        "says": gettext(KINDS[view.says]) if view.says else "",
        "seen": gettext(KINDS[view.seen]) if view.seen else "",
        "lacking": gettext(LACKS[view.lacking]) if view.lacking else "",
        "end": gettext(ENDS[view.gone_why]) if view.gone_why else "",
    }
