"""The board by deadline, and the company's figures: pages and a workbook."""

import io
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET
from openpyxl import Workbook

from discreet.foundation.cases.queries import CaseFilter, CaseRow, due_between
from discreet.foundation.desk import workbook
from discreet.foundation.desk.times import left
from discreet.foundation.organisation.queries import profile
from discreet.foundation.permission.words import CHANNELS
from discreet.foundation.staff.permissions import role_required
from discreet.mechanisms.rights import listing
from discreet.mechanisms.rights.deciding.items import WORDS, Justification
from discreet.mechanisms.rights.figures.counts import (
    LANES,
    Figures,
    Tally,
    figures,
    kept_figures,
    letters_due,
    years,
)
from discreet.mechanisms.rights.figures.words import (
    COLUMNS,
    FUNNEL,
    LANE_WORDS,
    OTHER_REASON,
    REPORTED_WORDS,
)
from discreet.mechanisms.rights.kinds import right_of
from discreet.mechanisms.rights.words import OUTCOMES, STATES, TONES

CARDS = 12
_WIDTHS = (42, 10, 12, 12, 10, 10, 10, 10, 14, 14)


@require_GET
@role_required()
def board(request: HttpRequest) -> HttpResponseBase:
    """Show open requests in columns by their next deadline, the most urgent first."""
    now = timezone.now()
    lanes, since = [], None
    for name, span in (*LANES, ("later", None)):
        until = now + span if span is not None else None
        found = due_between(CaseFilter(kind="request", is_open=True), since=since, until=until, at_most=CARDS)
        rows = {row.number: row for row in listing.rows([case.number for case in found.rows])}
        lanes.append(
            {
                "name": name,
                "label": gettext(LANE_WORDS[name]),
                "count": found.total,
                "cards": [_card(case, rows[case.number], now) for case in found.rows if case.number in rows],
                "more": max(0, found.total - CARDS),
            }
        )
        since = until
    context = {
        "lanes": lanes,
        "letters": letters_due(),
        "open": sum(int(str(lane["count"])) for lane in lanes),
    }
    return render(request, "rights/board.html", context)


def _card(case: CaseRow, row: listing.RequestRow, now: datetime) -> dict[str, Any]:
    return {
        "number": row.number,
        "kind": gettext(right_of(row.kind).short),
        "state": gettext(OUTCOMES[row.outcome]) if row.outcome else gettext(STATES[row.state]),
        "tone": TONES[row.state],
        "owner": row.owner,
        "left": left(due_at=case.due_at, now=now, is_legal=True) if case.due_at else None,
        "due_at": case.due_at,
    }


@require_GET
@role_required()
def company_figures(request: HttpRequest) -> HttpResponseBase:
    """Show a year: how many came and went how, how long it took, why some were refused; the figures of 7102."""
    now, zone = timezone.now(), profile().zone
    known = years(now, zone=zone)
    year = _year(request, known)
    is_californian = request.GET.get("of") == "US-CA"
    if request.GET.get("as") == "xlsx":
        return _file(figures(year, now=now, zone=zone, is_californian=is_californian), is_californian)
    found = kept_figures(year, now=now, zone=zone, is_californian=is_californian)
    most = max((count for _, count in found.days), default=0) or 1
    highest = max((max(pair) for pair in found.months), default=0) or 1
    return render(
        request,
        "rights/figures.html",
        {
            "figures": found,
            "now": now,
            "years": known,
            "year": year,
            "is_californian": is_californian,
            "kinds": [(gettext(right_of(kind).short), tally) for kind, tally in found.by_kind.items()],
            "reported": [(gettext(REPORTED_WORDS[one]), tally) for one, tally in found.reported.items()],
            "paths": _paths(found),
            "funnel": _funnel(found),
            "refusals": _refusals(found),
            "days": [
                {"label": _within(days), "count": count, "percent": round(100 * count / most)}
                for days, count in found.days
            ],
            "months": [
                {
                    "month": month,
                    "received": received,
                    "answered": answered,
                    "tall": round(60 * received / highest),
                    "tall_y": 62 - round(60 * received / highest),
                    "short": round(60 * answered / highest),
                    "short_y": 62 - round(60 * answered / highest),
                    "x": (month - 1) * 26,
                }
                for month, (received, answered) in enumerate(found.months, start=1)
            ],
        },
    )


def _paths(found: Figures) -> list[tuple[str, Tally]]:
    """Return the ways by which opt-outs and limits came, in words."""
    return [
        (
            gettext("%(kind)s: %(way)s")
            % {"kind": gettext(REPORTED_WORDS[one]), "way": gettext(CHANNELS[channel])},
            tally,
        )
        for one, channel, tally in found.paths
    ]


def _year(request: HttpRequest, known: list[int]) -> int:
    wanted = request.GET.get("year", "")
    return int(wanted) if wanted.isascii() and wanted.isdecimal() and int(wanted[:5]) in known else known[0]


def _within(days: int) -> str:
    return gettext("within 1 day") if days == 1 else gettext("within %(days)s days") % {"days": days}


def _funnel(found: Figures) -> list[dict[str, Any]]:
    counts = {
        "received": found.whole.received,
        "proven": found.proven,
        "decided": found.decided,
        "answered": found.answered,
    }
    most = found.whole.received or 1
    return [
        {"label": gettext(label), "count": counts[name], "percent": round(100 * counts[name] / most)}
        for name, label in FUNNEL
    ]


def _refusals(found: Figures) -> list[dict[str, Any]]:
    most = max((count for _, count in found.refusals), default=1)
    return [
        {"label": _reason(name), "count": count, "percent": round(100 * count / most)}
        for name, count in found.refusals
    ]


def _reason(justification: str) -> str:
    known = justification in set(Justification)
    return gettext(WORDS[Justification(justification)]) if known else gettext(OTHER_REASON)


def _file(found: Figures, is_californian: bool) -> HttpResponse:
    book = Workbook(write_only=True)
    head = [gettext(text) for text in COLUMNS]
    whose = gettext("California residents") if is_californian else gettext("Everybody")
    by_law = workbook.add_sheet(book, "11 CCR 7102", [f"{found.year} · {whose}", *head[1:]], _WIDTHS)
    for one, tally in found.reported.items():
        workbook.add_row(by_law, [gettext(REPORTED_WORDS[one]), *_cells(tally)])
    for label, tally in _paths(found):
        workbook.add_row(by_law, [label, *_cells(tally)])
    every = workbook.add_sheet(book, gettext("By kind"), head, _WIDTHS)
    for kind, tally in found.by_kind.items():
        workbook.add_row(every, [gettext(right_of(kind).short), *_cells(tally)])
    months = workbook.add_sheet(
        book, gettext("By month"), [gettext("Month"), gettext("Received"), gettext("Answered")], (12, 12, 12)
    )
    for month, (received, answered) in enumerate(found.months, start=1):
        workbook.add_row(months, [f"{found.year}-{month:02}", received, answered])
    reasons = workbook.add_sheet(
        book, gettext("Refusals"), [gettext("Why"), "DPV", gettext("Requests")], (60, 36, 12)
    )
    for name, count in found.refusals:
        workbook.add_row(reasons, [_reason(name), f"justifications:{name}" if name else "", count])
    file = io.BytesIO()
    book.save(file)
    name = f"requests-{found.year}{'-US-CA' if is_californian else ''}.xlsx"
    return HttpResponse(
        file.getvalue(),
        content_type=workbook.CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _cells(tally: Tally) -> list[int | float | None]:
    return [
        tally.received,
        tally.whole,
        tally.part,
        tally.refused,
        tally.withdrawn,
        tally.waiting,
        tally.late,
        None if tally.median_days is None else round(tally.median_days, 2),
        None if tally.mean_days is None else round(tally.mean_days, 2),
    ]
