"""The ledger on the desk: the newest evidence, one entry with its seal, and verification on demand."""

import json
import time

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from discreet.foundation.desk import actions, acts
from discreet.foundation.desk.acts import title
from discreet.foundation.desk.ledger_view import READABLE, panel, seal
from discreet.foundation.desk.people import actors_in_words
from discreet.foundation.ledger import prove, queries
from discreet.foundation.ledger.texts import FAULTS
from discreet.foundation.ledger.verify import verify_ledger
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.actors import Role

PAGE = 50
MAX_ID = 2**63 - 1


@role_required()
@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """List the newest evidence, of one act where it is named, or all evidence about one subject."""
    subject = request.GET.get("subject", "")[:200].replace("\0", "")
    act = "" if subject else request.GET.get("act", "")[:100].replace("\0", "")
    before = _entry_id(request.GET.get("before", ""))
    if subject:
        found = list(reversed(queries.entries_for(subject)))[:500]
    else:
        found = queries.latest_entries(limit=PAGE + 1, before=before, act=act)
    shown = found if subject else found[:PAGE]
    people = actors_in_words({entry.actor_label for entry in shown})
    context = {
        "panel": panel(now=timezone.now()),
        "rows": [(entry, title(entry), people.get(entry.actor_label, entry.actor_label)) for entry in shown],
        "subject": subject,
        "act": act,
        "act_label": acts.label(act, {}) if act else "",
        "older": found[PAGE - 1].entry_id if not subject and len(found) > PAGE else None,
        "may_verify": _may_verify(request),
    }
    return render(request, "desk/ledger.html", context)


@role_required()
@require_safe
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Show one entry: what it says, its place in the tree, and what else is recorded of its subject."""
    view = queries.entry(entry_id) if entry_id <= MAX_ID else None
    if view is None:
        raise Http404
    context = {
        "entry": view,
        "label": title(view),
        "who": actors_in_words([view.actor_label]).get(view.actor_label, view.actor_label),
        "facts": json.dumps(dict(view.facts), ensure_ascii=False, indent=2, sort_keys=True),
        "others": [(other, title(other)) for other in reversed(queries.entries_for(view.subject)[-20:])],
        "seal": seal(view),
    }
    return render(request, "desk/ledger_entry.html", context)


@role_required()
@require_safe
def entry_proof(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Return the proof that one entry stands in the signed ledger, for the one-file verifier."""
    if entry_id > MAX_ID:
        raise Http404
    return JsonResponse(
        prove.entry_bundle(entry_id),
        headers={"Content-Disposition": f'attachment; filename="entry-{entry_id}-proof.json"'},
        json_dumps_params=READABLE,
    )


@role_required(Role.AUDITOR, Role.ADMINISTRATOR, Role.APPROVER)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Verify the whole ledger now and record the outcome."""
    started = time.monotonic()
    verdict = verify_ledger()
    actions.record_verification(
        actor=actor_of(request),
        now=timezone.now(),
        verdict=verdict,
        seconds=round(time.monotonic() - started),
    )
    if verdict.is_intact:
        text = ngettext(
            "Complete, no gaps: %(n)s entry recomputed.",
            "Complete, no gaps: %(n)s entries recomputed.",
            verdict.entries,
        )
        messages.success(request, text % {"n": f"{verdict.entries:,}"})
    elif verdict.is_uncontradicted:
        for finding in verdict.findings:
            messages.warning(request, f"{gettext(FAULTS[finding.fault])} [{finding.where}]")
    else:
        for finding in verdict.findings[:10]:
            text = gettext("Does not verify: %(fault)s at %(where)s. Stop and call security.")
            messages.error(request, text % {"fault": finding.fault.value, "where": finding.where})
    return HttpResponseRedirect(reverse("desk:ledger"))


def _may_verify(request: HttpRequest) -> bool:
    return bool(actor_of(request).roles & {Role.AUDITOR, Role.ADMINISTRATOR, Role.APPROVER})


def _entry_id(text: str) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) <= 18
    return int(text) if is_number else None
