"""Staff pages of sources: connect one, what state it is in, its map as a file. Administrators connect."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from discreet.foundation.datamap import (
    actions,
    changes,
    exports,
    labels,
    page_queries,
    queries,
    scan_actions,
    scan_queries,
    summary_queries,
    yaml_file,
)
from discreet.foundation.datamap.desk import CHANGERS, may_change
from discreet.foundation.datamap.desk_scans import to_scan
from discreet.foundation.datamap.forms import ConnectForm
from discreet.foundation.datamap.refusals import NothingToScan
from discreet.foundation.datamap.scan_pages import delta
from discreet.foundation.desk.people import actors_in_words
from discreet.foundation.desk.refusals import message_of
from discreet.foundation.sources import actions as source_actions
from discreet.foundation.sources import queries as source_queries
from discreet.foundation.sources.grants import grant_script
from discreet.foundation.sources.left_out import left_out_in_words
from discreet.foundation.sources.rights import in_words
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.errors import Refused

TABLES_LISTED = 100
GAPS_LISTED = 50  # of each kind; the page that confirms counts them all


def to_source(source: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("datamap:source", args=[source]))


@role_required(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """Connect a source: describe it, take its schema in as proposals, and begin to scan it."""
    form = ConnectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values, actor, now = form.cleaned_data, actor_of(request), timezone.now()
        try:
            source_actions.connect_source(
                actor=actor,
                now=now,
                name=values["name"],
                url=values["url"],
                write_url=values["write_url"] or None,
                is_read_only=values["is_read_only"] and not values["write_url"],
            )
            actions.ensure_proposed(actor=actor, now=now, source=values["name"])
        except Refused as refusal:
            form.add_error(None, message_of(refusal))
        else:
            return _begin_to_scan(request, actor, values["name"])
    status = 422 if form.errors else 200
    return render(request, "datamap/connect.html", {"form": form}, status=status)


def _begin_to_scan(request: HttpRequest, actor: Actor, source: str) -> HttpResponse:
    try:
        begun = scan_actions.start_scan(actor=actor, now=timezone.now(), source=source)
    except NothingToScan as refusal:
        messages.warning(request, message_of(refusal))
        return to_source(source)
    messages.success(request, gettext("Connected. Discreet now reads samples and proposes the data map."))
    return to_scan(source, begun.scan_id)


@role_required(*CHANGERS)
@require_POST
def describe(request: HttpRequest, source: str) -> HttpResponse:
    """Read the schema of a source again."""
    change = actions.propose_from_schema(actor=actor_of(request), now=timezone.now(), source=source)
    text = gettext("Described again: %(new)s new fields, %(gone)s gone.")
    messages.success(request, text % {"new": change.new_fields, "gone": change.gone_fields})
    return HttpResponseRedirect(reverse("datamap:front"))


@role_required()
@require_safe
def source_page(request: HttpRequest, source: str) -> HttpResponse:
    """Show where a source stands, its scans, what is not covered and its tables."""
    view = source_queries.source(source)
    lines = page_queries.table_lines(source)
    scans = scan_queries.scan_lines(source)
    people = actors_in_words(one.started_by for one in scans)
    last = scan_queries.latest(source)
    plan = scan_queries.plan_of(source)
    uncovered = summary_queries.uncovered(source)
    context = {
        "source": view,
        "lacks": in_words(view.missing_rights),
        "lines": lines[:TABLES_LISTED],
        "more_tables": max(0, len(lines) - TABLES_LISTED),
        "first_table": lines[0].id if lines else None,
        "open_count": sum(one.open_count for one in lines),
        "gaps": [(group, labels.GAPS[group.gap]) for group in page_queries.gap_groups(source)],
        "loose": sum(one.is_without_link for one in uncovered),
        "without_link": [one for one in uncovered if one.is_without_link][:GAPS_LISTED],
        "free_text": [one for one in uncovered if not one.is_without_link][:GAPS_LISTED],
        "uncovered_words": labels.UNCOVERED,
        "left_out": left_out_in_words(source_queries.describe(source)),
        "may_change": may_change(request),
        "scans": [(one, people.get(one.started_by, one.started_by)) for one in scans],
        "scan_states": labels.SCAN_STATES,
        "open_scan": last if last is not None and last.is_open else None,
        "delta": delta(last),
        "last_scan": last,
        "open_changes": changes.open_numbers(source),
        "plan": plan,
        "kinds": labels.PEOPLE_KINDS,
    }
    return render(request, "datamap/source.html", context)


@role_required()
@require_safe
def rights(request: HttpRequest, source: str) -> HttpResponse:
    """Show the statements that give the accounts of a source the rights they need."""
    view = source_queries.source(source)
    script = grant_script(source_queries.describe(source), view.place.rpartition("/")[2])
    return render(request, "datamap/rights.html", {"source": view, "grants": script})


@role_required()
@require_safe
def file(request: HttpRequest, source: str) -> HttpResponse:
    """Download the map of a source: `as` yaml (the map file), xlsx or jsonld."""
    source_queries.require_source(source)
    wanted = request.GET.get("as", "yaml")
    if wanted not in exports.FORMATS:
        wanted = "yaml"
    kind = exports.FORMATS[wanted]
    body = (
        yaml_file.export([source]).encode()
        if wanted == "yaml"
        else exports.written([source], kind=wanted, now=timezone.now())
    )
    response = HttpResponse(body, content_type=kind.content_type)
    response["Content-Disposition"] = f'attachment; filename="{source}.map.{kind.suffix}"'
    return response


@role_required()
@require_safe
def as_json(request: HttpRequest, source: str) -> HttpResponse:
    """Give the map of a source as JSON."""
    source_queries.source(source)
    body = json.dumps(queries.as_json(source), ensure_ascii=False, indent=2)
    return HttpResponse(body, content_type="application/json")
