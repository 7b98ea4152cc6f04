"""What the staff page of a request offers beside the plan: proof, deadlines, duplicates, appeals."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from discreet.foundation.desk.phrases import listed
from discreet.foundation.desk.times import day, due_day
from discreet.foundation.papers import queries as papers
from discreet.foundation.papers.words import KINDS, PURPOSES
from discreet.foundation.rulepacks.clocks import strictest
from discreet.foundation.rulepacks.law import Purpose
from discreet.mechanisms.rights import listing, queries
from discreet.mechanisms.rights.course.clocks import clocks_for
from discreet.mechanisms.rights.course.history import deciders_of
from discreet.mechanisms.rights.course.rules import WAITS, Extension, Wait, extension, may_pause
from discreet.mechanisms.rights.kinds import Requester
from discreet.mechanisms.rights.opening.authority import paper_of
from discreet.mechanisms.rights.opening.identity import Missing
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import State, may_appeal
from discreet.mechanisms.rights.words import MISSING_FOR_STAFF, PROOFS, REQUESTERS, SCOPES
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.text import gettext_noop

LOOKS_BACK = timedelta(days=366)
HINTS: dict[str, str] = {
    Requester.AGENT: gettext_noop(
        "The person’s signed permission, and the code that only the person got; or ask the person directly "
        "(11 CCR 7063). A power of attorney under the Probate Code needs no more."
    ),
    Requester.GUARDIAN: gettext_noop(
        "A paper that shows the guardianship, such as a birth certificate or a court’s order."
    ),
    Requester.RELATIVE: gettext_noop(
        "That the person died, how they were related, what own lawful interest they have, and that the dead left no "
        "other wish (PIPL Art. 49). Other laws leave it to the states: ask counsel."
    ),
}


def context(view: RequestView, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return what `rights/course.html` and the head of the page show."""
    course = view.course
    is_open, is_agent = view.completed_at is None, actor.may(Role.AGENT) or actor.may(Role.ADMINISTRATOR)
    allowed = _extension(view, now) if is_open and course.extended_at is None else None
    is_appealable = may_appeal(
        state=view.state, completed_at=view.completed_at, appealed_at=course.appealed_at, now=now
    )
    found = {
        "requester": gettext(REQUESTERS[course.requester]) if course.requester != Requester.SELF else "",
        "scope": gettext(SCOPES[course.scope]) if course.scope in SCOPES else "",
        "proof_words": listed([gettext(PROOFS[one]) for one in dict.fromkeys(course.proofs) if one in PROOFS])
        or gettext(PROOFS.get(view.verified_how, "")),
        "missing": listed([gettext(MISSING_FOR_STAFF[one]) for one in course.missing])
        if view.state is State.RECEIVED and course.proofs
        else "",
        "words": None if view.case.row.is_expired else queries.words_sealed(view.number),
        "may_authorise": is_agent and view.state is State.RECEIVED and Missing.AUTHORITY in course.missing,
        "paper": _paper_words(view),
        "authority_hint": gettext(HINTS[course.requester]) if course.requester in HINTS else "",
        "may_acknowledge": is_agent
        and is_open
        and course.acknowledged_at is None
        and _is_confirmed_by_law(view),
        "may_extend": bool(allowed and allowed.rule_ids and _moves(view))
        and (is_agent or actor.may(Role.APPROVER)),
        "extend_hint": _extend_hint(allowed) if allowed else "",
        "may_pause": is_agent and is_open and course.paused_at is None and bool(_waits(view, now)),
        "waits": [(wait.value, gettext(WAITS[wait])) for wait in _waits(view, now)],
        "duplicates": _duplicates(view, now) if is_agent else [],
        "may_note_appeal": is_agent
        and is_appealable
        and actor.person not in deciders_of(view.number, view.plan.batch_id),
        "may_decide_appeal": view.state is State.APPEALED
        and (actor.may(Role.APPROVER) or actor.may(Role.ADMINISTRATOR))
        and actor.person not in deciders_of(view.number, view.plan.batch_id),
        "why_no_appeal": _why_no_appeal(view, actor),
        "may_take_back_appeal": is_agent and view.state is State.APPEALED,
        "strictest": _strictest(view),
        "batch_name": f"B-{view.plan.batch_id}",
    }
    offers = ("may_acknowledge", "may_extend", "may_pause", "duplicates", "may_note_appeal")
    found["may_course"] = any(found[name] for name in offers) or (course.paused_at is not None and is_open)
    return found


def _why_no_appeal(view: RequestView, actor: Actor) -> str:
    """Return why this reader may not decide the appeal that waits; "" where they may, or none waits."""
    if view.state is not State.APPEALED:
        return ""
    if actor.person in deciders_of(view.number, view.plan.batch_id):
        return gettext(
            "You decided this request: an approver or administrator who did not looks at the appeal."
        )
    if actor.may(Role.APPROVER) or actor.may(Role.ADMINISTRATOR):
        return ""
    return gettext("An approver or administrator who did not decide looks at the appeal.")


def paper_reason(view: RequestView) -> str:
    """Return what an accepted document says of the authority, to be taken as it is or worded otherwise; "" = none."""
    purpose = paper_of(kind=view.kind, requester=view.course.requester)
    if purpose is None or not papers.is_proven(view.number, purpose):
        return ""
    accepted = [one for one in papers.papers_of(view.number) if one.is_accepted and one.purpose is purpose]
    kinds = listed([gettext(KINDS[seen]) for seen in dict.fromkeys(one.seen for one in accepted) if seen])
    words = gettext("Document accepted: %(kinds)s, checked by %(who)s on %(day)s")
    return words % {
        "kinds": kinds,
        "who": listed(dict.fromkeys(one.checked_by for one in accepted)),
        "day": day(max(one.checked_at for one in accepted if one.checked_at)),
    }


def _paper_words(view: RequestView) -> str:
    """Return how it stands with the document that shows the authority; "" where none is awaited any more."""
    if view.state is not State.RECEIVED or Missing.AUTHORITY not in view.course.missing:
        return ""
    if said := paper_reason(view):
        return said
    if any(one.gone_at is None for one in papers.papers_of(view.number)):
        return gettext("A document has come: look at it under “Documents”.")
    asked = papers.asked_for(view.number)
    if asked is None:
        return ""
    wanted = papers.wanted_of(view.number, asked)
    what = listed([gettext(KINDS[one]) for one in wanted]) if wanted else gettext(PURPOSES[asked])
    return gettext("Waiting for the document: %(what)s") % {"what": what}


def _extension(view: RequestView, now: datetime) -> Extension:
    clocks = clocks_for(
        view.kind, residence=view.residence, received_at=view.course.reopened_at or view.received_at
    )
    return extension(clocks, now=now)


def _moves(view: RequestView) -> bool:
    """Say whether an extension moves the day by which we answer: a strict law that allows none holds it."""
    received_at = view.course.reopened_at or view.received_at
    longer = strictest(
        clocks_for(view.kind, residence=view.residence, received_at=received_at, extended=True)
    )
    return longer is not None and view.due_at is not None and longer.due_at > view.due_at


def _extend_hint(allowed: Extension) -> str:
    parts = []
    if allowed.notice_by is not None:
        parts.append(gettext("The person must hear of it by %(day)s.") % {"day": due_day(allowed.notice_by)})
    if allowed.others:
        parts.append(gettext("Laws that allow no extension keep their date."))
    return " ".join(parts)


def _is_confirmed_by_law(view: RequestView) -> bool:
    clocks = clocks_for(view.kind, residence=view.residence, received_at=view.received_at)
    return any(clock.purpose is Purpose.ACKNOWLEDGEMENT for clock in clocks)


def _waits(view: RequestView, now: datetime) -> list[Wait]:
    """Return for what a clock that still runs may stand still."""
    running = [
        one for one in view.case.clocks if one.met_at is None and one.paused_at is None and one.due_at > now
    ]
    is_proven = view.verified_at is not None
    return [wait for wait in Wait if any(may_pause(one.law, wait, is_proven=is_proven) for one in running)]


def _duplicates(view: RequestView, now: datetime) -> list[str]:
    """Return the open requests of the same person and right that this one may repeat."""
    if view.state not in (State.VERIFIED, State.PLANNED) or view.batch_size > 1:
        return []
    others = listing.open_of_the_same_person(view.number, since=now - LOOKS_BACK)
    rows = {row.number: row for row in listing.rows(others)}
    return [
        number
        for number in others
        if number in rows
        and rows[number].kind == view.kind
        and rows[number].state not in (State.RECEIVED, State.APPEALED)
    ]


def _strictest(view: RequestView) -> str:
    """Return why this date binds, where several laws may apply."""
    answers = sorted(
        (clock for clock in view.case.clocks if clock.met_at is None and clock.due_at == view.due_at),
        key=lambda clock: clock.due_at,
    )
    laws = {clock.law for clock in view.case.clocks}
    if len(laws) < 2 or not answers:
        return ""
    words = gettext("Several laws may apply; the strictest date binds: %(article)s, %(day)s.")
    return words % {"article": answers[0].article, "day": due_day(answers[0].due_at)}
