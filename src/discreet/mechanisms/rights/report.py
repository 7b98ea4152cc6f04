"""A request as a report for whoever reviews it: clocks, decisions, timeline and evidence. No person is named.

The customer's letter is another thing (`letters`): it speaks to the customer and is kept to what they asked.
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from discreet.foundation.cases.queries import ClockView
from discreet.foundation.desk.clocks import label_of
from discreet.foundation.desk.components import TimelineItem
from discreet.foundation.desk.times import day, due_day, zone
from discreet.foundation.ledger.queries import EntryView, LedgerStatus, entries_for, status
from discreet.foundation.mail.letters import (
    Block,
    Bullets,
    Exact,
    Facts,
    Heading,
    Letter,
    Paragraph,
    Table,
    render_letter,
)
from discreet.foundation.organisation.queries import profile
from discreet.mechanisms.rights import case_page, queries
from discreet.mechanisms.rights.course import history
from discreet.mechanisms.rights.kinds import Way, right_of, way_of
from discreet.mechanisms.rights.left_out import left_words
from discreet.mechanisms.rights.letters import said as letters
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import Answer
from discreet.mechanisms.rights.words import ANSWERS, OUTCOMES, STATES

MOST_ENTRIES = 500


def case_report(number: str, *, now: datetime) -> bytes:
    """Return the report in the reader's language, as PDF/UA-1.

    Raises:
        UnknownRequest: there is none of this number.
    """
    view = queries.request_view(number)
    language = get_language() or "en"
    report = Letter(
        language=language,
        company=profile().name(language),
        title=gettext("Report on request %(number)s") % {"number": view.number},
        date=day(now),
        footer=gettext("%(number)s, as of %(at)s")
        % {"number": view.number, "at": f"{day(now)} {timezone.localtime(now):%H:%M} {zone(now)}"},
        blocks=(
            _facts(view),
            *_clocks(view, now),
            *_decision(view, language),
            *_timeline(history.steps(view.number)),
            *_evidence(entries_for(view.case.ledger_subject), status()),
        ),
    )
    return render_letter(report, made_at=now)


def _facts(view: RequestView) -> Facts:
    state = OUTCOMES[view.outcome] if view.outcome else STATES[view.state]
    rows = [
        (gettext("Kind"), gettext(right_of(view.kind).short)),
        (gettext("State"), gettext(state)),
        (gettext("Received"), day(view.received_at)),
        (gettext("Law"), " · ".join(law.short_name for law in letters.laws_of(view))),
    ]
    if view.verified_at:
        rows.append((gettext("Identity proven"), day(view.verified_at)))
    if view.completed_at:
        rows.append((gettext("Ended"), day(view.completed_at)))
    if view.answer:
        rows.append((gettext("Answer"), gettext(ANSWERS[Answer(view.answer)])))
    return Facts(tuple(rows))


def _clocks(view: RequestView, now: datetime) -> list[Block]:
    heading = Heading(gettext("Legal clocks"))
    if not view.case.clocks:
        return [heading, Paragraph(gettext("No law sets a clock for this request."))]
    rows = tuple(
        (
            label_of(clock.rule_id),
            clock.article,
            due_day(clock.due_at),
            _clock_state(clock, queries.clock_met_at(clock, view), now),
        )
        for clock in view.case.clocks
    )
    head = (gettext("What is due"), gettext("Law"), gettext("By"), gettext("State"))
    return [heading, Table(head, rows, (3, 3, 2, 3))]


def _clock_state(clock: ClockView, met_at: datetime | None, now: datetime) -> str:
    if met_at is not None:
        late = met_at > clock.due_at
        words = gettext("met late, %(at)s") if late else gettext("met in time, %(at)s")
        return words % {"at": day(met_at)}
    if clock.paused_at is not None:
        return gettext("paused since %(at)s") % {"at": day(clock.paused_at)}
    return gettext("overdue") if clock.due_at < now else gettext("running")


def _decision(view: RequestView, language: str) -> list[Block]:
    blocks: list[Block] = [Heading(gettext("Decisions"))]
    is_erasure = way_of(view.kind) is Way.ERASE
    if view.plan.digest:
        summed = case_page.plan_words if is_erasure else case_page.copy_words
        blocks.append(Paragraph(summed(view.plan.summary)))
        blocks.append(Exact(view.plan.digest, gettext("Digest of the plan that was decided on")))
    for one in letters.refusals(view):
        # The reason was written to the customer and may name them: it stands in the letter.
        article = one["article"]
        words = gettext("Refused, by %(article)s") % {"article": article} if article else gettext("Refused")
        blocks.append(Paragraph(words))
    if kept := letters.kept_lines(view, language, with_reasons=False):
        rows = tuple((one["table"], one["rows"], one["why"], one["until"] or "–") for one in kept)
        head = (gettext("Where"), gettext("How much"), gettext("Why it is kept"), gettext("Kept until"))
        blocks.append(Table(head, rows, (3, 2, 5, 2)))
    blocks += _searched(view)
    if len(blocks) == 1:
        blocks.append(Paragraph(gettext("Nothing has been decided yet.")))
    return blocks


def _searched(view: RequestView) -> list[Block]:
    """Return what the fresh search found, and what it could not cover."""
    if way_of(view.kind) is not Way.ERASE or not view.search:
        return []
    found = int(str(view.search.get("found") or 0))
    words = ngettext("The fresh search found %(n)s trace.", "The fresh search found %(n)s traces.", found)
    blocks: list[Block] = [Paragraph(words % {"n": f"{found:,}"} if found else _nothing_found(view))]
    if gaps := letters.gap_lines(view.search.get("not_searched") or []):
        blocks.append(Paragraph(left_words(view.search.get("not_searched"))))
        blocks += [Heading(gettext(letters.NOT_SEARCHED)), Bullets(tuple(gaps))]
    return blocks


def _nothing_found(view: RequestView) -> str:
    if view.search.get("not_searched"):
        return gettext("The fresh search found nothing where it looked.")
    return gettext("The fresh search found nothing.")


def _timeline(items: Sequence[TimelineItem]) -> list[Block]:
    rows = tuple(
        (
            f"{day(item.at)} {timezone.localtime(item.at):%H:%M}",
            item.title,
            item.detail,
            f"{item.entry.number:,}" if item.entry else "",
        )
        for item in reversed(items[:MOST_ENTRIES])
        if not item.is_work
    )
    head = (gettext("When"), gettext("What"), gettext("Who"), gettext("Entry"))
    return [Heading(gettext("Timeline")), Table(head, rows, (3, 4, 4, 2))]


def _evidence(entries: Sequence[EntryView], ledger: LedgerStatus) -> list[Block]:
    sealed = sum(entry.is_sealed for entry in entries)
    words = ngettext(
        "%(n)s entry of the ledger is about this request; %(sealed)s of them stand under a signed checkpoint.",
        "%(n)s entries of the ledger are about this request; %(sealed)s of them stand under a signed checkpoint.",
        len(entries),
    )
    blocks: list[Block] = [
        Heading(gettext("Evidence")),
        Paragraph(words % {"n": f"{len(entries):,}", "sealed": f"{sealed:,}"}),
        Paragraph(", ".join(str(entry.number) for entry in entries[:MOST_ENTRIES])),
    ]
    if ledger.root:
        label = gettext("Root of the ledger at %(n)s entries") % {"n": f"{ledger.sealed:,}"}
        blocks.append(Exact(ledger.root, label))
    blocks.append(Exact(ledger.fingerprint, gettext("Fingerprint of the key that signs it")))
    return blocks
