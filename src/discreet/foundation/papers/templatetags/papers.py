"""Papers on other parts' pages: `{% load papers %}`, then `{% case_papers number %}` or `{% paper_upload number token %}`."""

from django import template
from django.template import Context
from django.utils.translation import gettext

from discreet.foundation.cases.queries import get
from discreet.foundation.papers import queries
from discreet.foundation.papers.forms import AskPaperForm
from discreet.foundation.papers.rules import MIB, MOST_BYTES, Gone
from discreet.foundation.papers.words import ASKED, ENDS, FILES, KINDS, PURPOSES
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
        "may_ask": is_open and bool(actor_of(request).roles & {Role.AGENT, Role.APPROVER}),
    }


@register.inclusion_tag("papers/parts/upload.html", takes_context=True)
def paper_upload(context: Context, number: str, token: str) -> dict[str, object]:
    """Draw for the customer what is asked for and the field that takes it; nothing where nothing is asked for."""
    asked, papers = queries.asked_for(number), queries.papers_of(number)
    last = papers[0] if papers else None
    return {
        "csrf_token": context.get("csrf_token"),
        "token": token,
        "asked": gettext(ASKED[asked]) if asked else "",
        "waiting": sum(1 for view in papers if view.gone_at is None),
        "is_last_refused": last is not None and last.is_accepted is False,
        "is_last_infected": last is not None and last.gone_why is Gone.INFECTED,
        "mib": MOST_BYTES // MIB,
    }


def _row(view: queries.PaperView) -> dict[str, object]:
    return {
        "view": view,
        "file": FILES[view.file_type],
        "purpose": gettext(PURPOSES[view.purpose]),
        "seen": gettext(KINDS[view.seen]) if view.seen else "",
        "end": gettext(ENDS[view.gone_why]) if view.gone_why else "",
    }
