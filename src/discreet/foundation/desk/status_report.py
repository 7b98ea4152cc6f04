"""Home as a report: does it work, what is out of target, what is due, and how the ledger stands.

The same measurements as the page: what was not measured is said to be unmeasured, never good.
"""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from discreet.foundation.desk.calendar import Due, running
from discreet.foundation.desk.home import Row, Verdict, verdict
from discreet.foundation.desk.indicators import State
from discreet.foundation.desk.ledger_view import LedgerPanel, panel
from discreet.foundation.desk.phrases import listed
from discreet.foundation.desk.reports import Report, register
from discreet.foundation.desk.texts import translated
from discreet.foundation.desk.times import day, due_day, moment, zone
from discreet.foundation.mail.letters import (
    Block,
    Exact,
    Facts,
    Heading,
    Letter,
    Paragraph,
    Table,
    render_letter,
)
from discreet.foundation.organisation.queries import profile
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.text import gettext_noop

MOST_DEADLINES = 60
STATES = {
    State.WORKING: gettext_noop("Working"),
    State.ATTENTION: gettext_noop("Needs attention"),
    State.FAILING: gettext_noop("Failing"),
    State.NOT_MEASURED: gettext_noop("Not measured"),
}
LEDGER_WORDS = {
    "good": gettext_noop("Complete, no gaps"),
    "bad": gettext_noop("The ledger does not verify"),
}
NOT_VERIFIED = gettext_noop("The ledger was not verified in the last 24 hours")


def status_report(*, now: datetime) -> bytes:
    """Return the report in the reader's language, as PDF/UA-1."""
    language = get_language() or "en"
    company = profile()
    found = verdict(now=now)
    at = f"{day(now)} {timezone.localtime(now):%H:%M} {zone(now)}"
    report = Letter(
        language=language,
        company=company.name(language),
        title=found.heading,
        date=day(now),
        footer=gettext("State of the mechanisms, measured at %(at)s") % {"at": at},
        blocks=(
            Paragraph(
                gettext("Measured from evidence at %(at)s, not filled in by anyone. Laws: %(laws)s.")
                % {"at": at, "laws": listed(law.short_name for law in company.laws)}
            ),
            *_indicators(found),
            *_deadlines(running(now=now)),
            *_ledger(panel(now=now)),
        ),
    )
    return render_letter(report, made_at=now)


@role_required()
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """Return the state of the mechanisms in the language of the page."""
    return HttpResponse(
        status_report(now=timezone.now()),
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="status.pdf"'},
    )


def _indicators(found: Verdict) -> list[Block]:
    rows = [_indicator(row) for row in (*found.attention, *found.working)]
    if not rows:
        return [Paragraph(gettext("No mechanism has evidence to measure yet."))]
    head = (
        gettext("Mechanism"),
        gettext("Indicator"),
        gettext("State"),
        gettext("Measured"),
        gettext("Target"),
    )
    return [Heading(gettext("Indicators, the gravest first")), Table(head, tuple(rows), (3, 5, 3, 3, 4))]


def _indicator(row: Row) -> tuple[str, ...]:
    reading = row.reading
    measured, unit = "–", ""
    target = ""
    if reading.measurement is not None:
        measured, unit = reading.measurement.value, translated(reading.measurement.unit)
        target = translated(reading.measurement.target)
        if (at := reading.measurement.counted_at) is not None:
            target += f" ({gettext('counted %(when)s') % {'when': moment(at, now=timezone.now())}})"
    return (
        row.mechanism,
        translated(reading.indicator.label),
        gettext(STATES[reading.state]),
        f"{measured} {unit}".strip(),
        target,
    )


def _deadlines(found: Sequence[Due]) -> list[Block]:
    heading = Heading(gettext("Deadlines"))
    if not found:
        return [heading, Paragraph(gettext("No legal clock runs."))]
    rows = tuple(
        (due_day(one.due_at), one.number, f"{one.title} · {one.what}", one.law, one.left.text)
        for one in found[:MOST_DEADLINES]
    )
    head = (
        gettext("Due"),
        gettext("Case"),
        gettext("What is due"),
        gettext("Law"),
        gettext("Left"),
    )
    blocks: list[Block] = [heading, Table(head, rows, (3, 2, 5, 3, 3))]
    if len(found) > MOST_DEADLINES:
        words = gettext("The earliest %(n)s of %(all)s.")
        blocks.append(Paragraph(words % {"n": MOST_DEADLINES, "all": f"{len(found):,}"}))
    return blocks


def _ledger(found: LedgerPanel) -> list[Block]:
    facts = Facts(
        (
            (gettext("State"), gettext(LEDGER_WORDS.get(found.state, NOT_VERIFIED))),
            (gettext("Sealed entries"), f"{found.status.sealed:,}"),
            (gettext("Entries not sealed yet"), f"{found.status.waiting:,}"),
        )
    )
    blocks: list[Block] = [Heading(gettext("Ledger")), facts]
    if found.status.root:
        blocks.append(Exact(found.status.root, gettext("Root of the ledger")))
    return blocks


register(
    Report(
        url_name="desk:status_report",
        icon="home",
        label=gettext_noop("Does it work: state of the mechanisms"),
        detail=gettext_noop("Indicators with their targets, deadlines, and the state of the ledger"),
    )
)
