"""The acts on papers. Evidence names a paper's id, its kind and what was decided: no name of a file, no hash of it.

A hash of a scan would be a commitment to personal data that anybody with a copy of the scan could test for ever.
"""

from datetime import datetime

from django.db.models import Sum

from discreet.events.papers import PaperChecked, PaperReceived
from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.queries import get, has_open_task, ledger_subject
from discreet.foundation.cases.refusals import CaseClosed
from discreet.foundation.jobs.api import publish, start
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.papers import asking, vault
from discreet.foundation.papers.inspecting import inspect
from discreet.foundation.papers.models import Paper, PaperAsk, PaperLook
from discreet.foundation.papers.pictures import check_drawable
from discreet.foundation.papers.queries import asked_for, wanted_of
from discreet.foundation.papers.refusals import (
    LackMissing,
    NoPaperAsked,
    NoRoomForPapers,
    NotForYou,
    PaperGone,
    PaperInQuarantine,
    PaperNotSeen,
    PaperShownBefore,
    PaperShownTwice,
    ShowsNothing,
    TooManyPapers,
    UnknownPaper,
    WhyMissing,
)
from discreet.foundation.papers.rules import (
    LONGEST_REASON,
    MOST_A_CASE,
    MOST_BYTES_IN_ALL,
    MOST_EVER_A_CASE,
    SHOWS,
    FileType,
    Gone,
    Lack,
    Look,
    PaperFacts,
    Purpose,
    Seen,
    Verdict,
    may_look,
)
from discreet.vocabulary.actors import SYSTEM, Actor, ActorKind, Role
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.ids import new_id
from discreet.vocabulary.text import gettext_noop

TASK_CHECK = gettext_noop("Look at a document and say what came of it")
TASK_CHECK_OF = {
    Seen.DEATH: gettext_noop("Look at a document, sent as a death certificate, and say what came of it"),
    Seen.KINSHIP: gettext_noop("Look at a document, sent as a proof of kinship, and say what came of it"),
    Seen.DEATH_AND_KINSHIP: gettext_noop(
        "Look at a document, sent as a proof of death and kinship, and say what came of it"
    ),
}
TASK_INFECTED = gettext_noop("A document carried malware and was destroyed: ask for another")
TASK_LOST = gettext_noop("The file of a document is missing: ask for it again")
_REFUSALS: dict[Look, type[Refused]] = {
    Look.GONE: PaperGone,
    Look.IN_QUARANTINE: PaperInQuarantine,
    Look.SEEN_BY_YOU: PaperShownBefore,
    Look.SEEN_BY_TWO: PaperShownTwice,
}


@act("papers.ask_paper")
def ask_paper(*, actor: Actor, now: datetime, number: str, purpose: Purpose) -> None:
    """Ask the customer for a paper: the status page takes it, and the contact point held is told.

    Discreet asks by itself where a law wants a paper of everybody who asks so.
    """
    _refuse_unless_ours(actor)
    _refuse_closed(number)
    PaperAsk.objects.update_or_create(
        case_number=number, defaults={"purpose": purpose.value, "asked_at": now, "is_open": True}
    )
    is_told = asking.tell_customer(actor=actor, now=now, number=number)
    facts = {"purpose": purpose.value, "mailed": is_told}
    record(actor=actor, now=now, subject=ledger_subject(number), facts=facts)


@act("papers.stop_asking")
def stop_asking(*, actor: Actor, now: datetime, number: str) -> None:
    """Take the question back. Papers that came stay to be checked.

    Raises:
        NoPaperAsked: none is asked for.
    """
    _refuse_unless_ours(actor)
    ask = _open_ask(number)
    ask.is_open = False
    ask.save(update_fields=["is_open"])
    record(actor=actor, now=now, subject=ledger_subject(number), facts={"asked": False})


def receive_paper(
    *,
    actor: Actor,
    now: datetime,
    number: str,
    content: bytes,
    has_scanner: bool,
    says: Seen | None = None,
) -> str:
    """Take a paper for a case and return its id. It is looked at, cut to its own format, and sealed.

    `says`: what its sender says that it is, which tells it from others and proves nothing.

    Raises:
        ShowsNothing: it says that it is of a kind that shows nothing of what is asked for.
        NoPaperAsked, TooManyPapers, NoRoomForPapers, CaseClosed, UnknownCase
        PaperMissing, PaperTooLarge, PaperKindUnknown, PaperBroken, PaperTooWide, PaperTooLong, PaperLocked,
        PaperActive: what the bytes are.
    """
    _refuse_before_reading(number)
    inspected = inspect(content)
    check_drawable(inspected.content, inspected.file_type)
    return _keep(
        actor=actor,
        now=now,
        number=number,
        content=inspected.content,
        file_type=inspected.file_type,
        has_scanner=has_scanner,
        says=says,
    )


def _refuse_before_reading(number: str) -> None:
    """Spare the drawing of what will not be kept."""
    ask = PaperAsk.objects.filter(case_number=number, is_open=True).first()
    if ask is None:
        raise NoPaperAsked
    _refuse_more(ask)


@act("papers.receive_paper")
def _keep(
    *,
    actor: Actor,
    now: datetime,
    number: str,
    content: bytes,
    file_type: FileType,
    has_scanner: bool,
    says: Seen | None,
) -> str:
    if actor.kind is not ActorKind.CUSTOMER:
        _refuse_unless_theirs(actor)
    _refuse_closed(number)
    ask = _open_ask(number)
    _refuse_more(ask)
    if says is not None and says not in SHOWS[Purpose(ask.purpose)]:
        raise ShowsNothing
    if _bytes_lying() + len(content) > MOST_BYTES_IN_ALL:
        raise NoRoomForPapers
    paper = Paper.objects.create(
        paper_id=new_id(prefix="d"),
        case_number=number,
        purpose=ask.purpose,
        says=says.value if says else "",
        file_type=file_type.value,
        size=len(content),
        received_at=now,
    )
    ask.received += 1
    ask.save(update_fields=["received"])
    vault.lay(number=number, paper_id=paper.paper_id, content=content)
    facts = {"paper": paper.paper_id, "type": file_type.value, "purpose": ask.purpose}
    record(actor=actor, now=now, subject=ledger_subject(number), facts=facts)
    publish(PaperReceived(case_number=number, paper_id=paper.paper_id))
    if has_scanner:
        start("papers.scan", key=paper.paper_id, args={"paper_id": paper.paper_id})
    else:
        _give_task(paper, actor=actor, now=now)
    return paper.paper_id


@act("papers.note_scan")
def note_scan(*, now: datetime, paper_id: str, verdict: Verdict) -> None:
    """Note what the scanner said: a clean paper goes to staff, an infected one is destroyed at once. Idempotent."""
    paper = _load(paper_id)
    subject = _subject(paper)
    if paper.gone_at is not None or paper.verdict == verdict:
        record(actor=SYSTEM, now=now, subject=subject, facts={"paper": paper_id, "again": True})
        return
    paper.verdict, paper.scanned_at = verdict.value, now
    facts = {"paper": paper_id, "verdict": verdict.value}
    if verdict is Verdict.INFECTED:
        _destroy(paper, now=now, why=Gone.INFECTED)
        _give_task(paper, actor=SYSTEM, now=now, what=TASK_INFECTED)
    else:
        paper.save(update_fields=["verdict", "scanned_at"])
        _give_task(paper, actor=SYSTEM, now=now)
    record(actor=SYSTEM, now=now, subject=subject, facts=facts)


@act("papers.show_paper")
def show_paper(*, actor: Actor, now: datetime, paper_id: str, reason: str, has_scanner: bool) -> None:
    """Record that somebody looks at a paper, and why, before it is opened. Each person once, two at most.

    Raises:
        PaperGone, PaperInQuarantine, PaperShownBefore, PaperShownTwice, WhyMissing, NotForYou, UnknownPaper
    """
    _refuse_unless_theirs(actor)
    if not reason.strip():
        raise WhyMissing
    paper = _load(paper_id)
    look = may_look(_facts(paper), person=actor.person, has_scanner=has_scanner)
    if look is not Look.ALLOWED:
        raise _REFUSALS[look]
    reason_sealed = keys.seal(
        paper.case_number, reason.strip()[:LONGEST_REASON].encode(), f"paper-reason/{paper_id}"
    )
    PaperLook.objects.create(paper=paper, person=actor.person, at=now, reason_sealed=reason_sealed)
    facts: dict[str, Json] = {"paper": paper_id, "reason_given": True, "look": paper.looks.count()}
    record(actor=actor, now=now, subject=_subject(paper), facts=facts)


@act("papers.note_check")
def note_check(
    *,
    actor: Actor,
    now: datetime,
    paper_id: str,
    seen: Seen,
    is_accepted: bool,
    lacking: Lack | None = None,
) -> None:
    """Note which kind of document it was and whether it is accepted; the paper is destroyed with this act.

    Whoever sent one that is not accepted is told what it lacks, and may send another as long as one is asked for.

    Raises:
        ShowsNothing: a kind that does not show what was asked for cannot be accepted for it.
        PaperNotSeen: the actor has not looked at it.
        LackMissing: it is not accepted, and nothing says what it lacks.
        PaperGone, NotForYou, UnknownPaper
    """
    _refuse_unless_theirs(actor)
    paper = _load(paper_id)
    if paper.gone_at is not None:
        raise PaperGone
    if actor.person not in _facts(paper).shown_to:
        raise PaperNotSeen
    if not is_accepted and lacking is None:
        raise LackMissing
    if is_accepted and seen not in SHOWS[Purpose(paper.purpose)]:
        raise ShowsNothing
    paper.checked_at, paper.checked_by = now, actor.person
    paper.seen, paper.is_accepted = seen.value, is_accepted
    paper.lacking = "" if is_accepted or lacking is None else lacking.value
    _destroy(paper, now=now, why=Gone.CHECKED)
    if is_accepted and wanted_of(paper.case_number, Purpose(paper.purpose)) == ():
        PaperAsk.objects.filter(case_number=paper.case_number).update(is_open=False)
    facts = {"paper": paper_id, "seen": seen.value, "accepted": is_accepted, "destroyed": True}
    if not is_accepted:
        is_told = asked_for(paper.case_number) is not None and asking.tell_customer(
            actor=actor, now=now, number=paper.case_number, template=asking.REFUSED
        )
        facts |= {"lacking": paper.lacking, "mailed": is_told}
    record(actor=actor, now=now, subject=_subject(paper), facts=facts)
    publish(PaperChecked(case_number=paper.case_number, paper_id=paper_id, is_accepted=is_accepted))


@act("papers.destroy_paper")
def destroy_paper(*, now: datetime, paper_id: str, why: Gone) -> None:
    """Destroy a paper that nobody checked: too old, its case over, or its file missing. Idempotent."""
    paper = _load(paper_id)
    if paper.gone_at is None:
        _destroy(paper, now=now, why=why)
        if why is Gone.LOST:
            _give_task(paper, actor=SYSTEM, now=now, what=TASK_LOST)
    facts = {"paper": paper_id, "why": paper.gone_why}
    record(actor=SYSTEM, now=now, subject=_subject(paper), facts=facts)


@act("papers.note_removed")
def note_removed(*, now: datetime, paper_id: str) -> None:
    """Note that the file of a destroyed paper is overwritten and unlinked. Idempotent."""
    paper = _load(paper_id)
    if paper.gone_at is None:
        raise PaperNotSeen
    if paper.file_removed_at is None:
        paper.file_removed_at = now
        paper.save(update_fields=["file_removed_at"])
    facts = {"paper": paper_id, "file": "overwritten and unlinked"}
    record(actor=SYSTEM, now=now, subject=_subject(paper), facts=facts)


@act("papers.forget_case")
def forget_case(*, now: datetime, number: str) -> None:
    """Destroy every paper of an expired case. What is known of them goes once their files are gone."""
    PaperAsk.objects.filter(case_number=number).delete()
    lying = Paper.objects.select_for_update().filter(case_number=number, gone_at__isnull=True)
    for paper in lying:
        _destroy(paper, now=now, why=Gone.CASE_ENDED)
    PaperLook.objects.filter(paper__case_number=number).delete()
    record(actor=SYSTEM, now=now, subject=ledger_subject(number), facts={"papers": "destroyed"})


def _destroy(paper: Paper, *, now: datetime, why: Gone) -> None:
    """Destroy the paper's own key in this act: from its commit on nothing opens the file, which goes right after."""
    keys.destroy_case_key(vault.key_id(paper.paper_id))
    paper.gone_at, paper.gone_why = now, why.value
    paper.save()
    if has_open_task(paper.case_number, _task_key(paper)):
        cases.drop_task(actor=SYSTEM, now=now, number=paper.case_number, key=_task_key(paper))
    start("papers.remove_file", key=paper.paper_id, args={"paper_id": paper.paper_id})


def _give_task(paper: Paper, *, actor: Actor, now: datetime, what: str = "") -> None:
    says = Seen(paper.says) if paper.says else None
    task = cases.NewTask(
        key=_task_key(paper),
        what=what or (TASK_CHECK_OF.get(says, TASK_CHECK) if says else TASK_CHECK),
        role=Role.AGENT,
        url_name="papers:paper",
        url_args=(paper.paper_id,),
        is_after_end=True,
    )
    cases.add_task(actor=actor, now=now, number=paper.case_number, task=task)


def _task_key(paper: Paper) -> str:
    return f"paper:{paper.paper_id}"


def _facts(paper: Paper) -> PaperFacts:
    return PaperFacts(
        is_gone=paper.gone_at is not None,
        verdict=Verdict(paper.verdict),
        shown_to=tuple(paper.looks.values_list("person", flat=True)),
    )


def _refuse_more(ask: PaperAsk) -> None:
    lying = Paper.objects.filter(case_number=ask.case_number, gone_at__isnull=True).count()
    if lying >= MOST_A_CASE or ask.received >= MOST_EVER_A_CASE:
        raise TooManyPapers(n=lying if lying >= MOST_A_CASE else ask.received)


def _bytes_lying() -> int:
    return int(Paper.objects.filter(gone_at__isnull=True).aggregate(all=Sum("size"))["all"] or 0)


def _refuse_unless_theirs(actor: Actor) -> None:
    if not (actor.may(Role.AGENT) or actor.may(Role.APPROVER)):
        raise NotForYou


def _refuse_unless_ours(actor: Actor) -> None:
    """Let Discreet ask by itself, too; it looks at nothing and accepts nothing."""
    if actor.kind is not ActorKind.SYSTEM:
        _refuse_unless_theirs(actor)


def _refuse_closed(number: str) -> None:
    if get(number).row.closed_at is not None:
        raise CaseClosed(number=number)


def _open_ask(number: str) -> PaperAsk:
    ask = PaperAsk.objects.select_for_update().filter(case_number=number, is_open=True).first()
    if ask is None:
        raise NoPaperAsked
    return ask


def _load(paper_id: str) -> Paper:
    paper = Paper.objects.select_for_update().filter(paper_id=paper_id[:32]).first()
    if paper is None:
        raise UnknownPaper
    return paper


def _subject(paper: Paper) -> str:
    return ledger_subject(paper.case_number)
