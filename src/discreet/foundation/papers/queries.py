"""Reading what is known of papers. `open_paper` alone opens one, after `actions.show_paper` recorded why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from discreet.foundation.papers import vault
from discreet.foundation.papers.models import Paper, PaperAsk
from discreet.foundation.papers.refusals import PaperGone, UnknownPaper
from discreet.foundation.papers.rules import (
    MOST_EVER_A_CASE,
    FileType,
    Gone,
    Lack,
    PaperFacts,
    Purpose,
    Seen,
    Verdict,
    still_wanted,
)


@dataclass(frozen=True, slots=True)
class PaperView:
    """`shown_to`: the `Actor.person` of everybody who looked. `seen` and `gone_why`: None as long as they are open."""

    paper_id: str
    number: str
    purpose: Purpose
    says: Seen | None
    file_type: FileType
    size: int
    received_at: datetime
    verdict: Verdict
    scanned_at: datetime | None
    shown_to: tuple[str, ...]
    checked_at: datetime | None
    checked_by: str
    is_accepted: bool | None
    seen: Seen | None
    lacking: Lack | None
    gone_at: datetime | None
    gone_why: Gone | None
    is_file_removed: bool

    @property
    def facts(self) -> PaperFacts:
        return PaperFacts(is_gone=self.gone_at is not None, verdict=self.verdict, shown_to=self.shown_to)


def paper(paper_id: str) -> PaperView:
    """Return what is known of a paper.

    Raises:
        UnknownPaper: nothing.
    """
    found = Paper.objects.prefetch_related("looks").filter(paper_id=paper_id[:32]).first()
    if found is None:
        raise UnknownPaper
    return _view(found)


def papers_of(number: str) -> tuple[PaperView, ...]:
    """Return what is known of a case's papers, the newest first."""
    found = Paper.objects.prefetch_related("looks").filter(case_number=number).order_by("-received_at", "-id")
    return tuple(map(_view, found))


def asked_for(number: str) -> Purpose | None:
    """Return what the customer is asked to show, None where nothing."""
    found = (
        PaperAsk.objects.filter(case_number=number, is_open=True).values_list("purpose", flat=True).first()
    )
    return Purpose(found) if found else None


def is_proven(number: str, purpose: Purpose) -> bool:
    """Say whether staff accepted what is wanted for this purpose."""
    return wanted_of(number, purpose) == ()


def wanted_of(number: str, purpose: Purpose) -> tuple[Seen, ...] | None:
    """Return which kinds of paper are still wanted, as `rules.still_wanted`."""
    accepted = Paper.objects.filter(case_number=number, purpose=purpose.value, is_accepted=True)
    return still_wanted(purpose, [Seen(one) for one in accepted.values_list("seen", flat=True)])


def unanswered(papers: Sequence[PaperView]) -> tuple[PaperView, ...]:
    """Return those of a case's papers that were of no use and after which nothing came, the newest first."""
    newest = max((one.received_at for one in papers), default=None)
    return tuple(
        one
        for one in papers
        if (one.is_accepted is False or one.gone_why is Gone.INFECTED)
        and one.gone_at is not None
        and newest is not None
        and newest <= one.gone_at
    )


def may_send_another(number: str) -> bool:
    """Say whether the bound on papers of a case leaves room for one more, ever."""
    return not PaperAsk.objects.filter(case_number=number, received__gte=MOST_EVER_A_CASE).exists()


def open_paper(view: PaperView) -> bytes:
    """Return a paper's bytes.

    Raises:
        PaperGone: its file is missing.
        KeyDestroyed: it was destroyed meanwhile.
    """
    content = vault.read(number=view.number, paper_id=view.paper_id)
    if content is None:
        raise PaperGone
    return content


def unscanned(limit: int) -> Sequence[str]:
    """Return papers that lie here unscanned, the oldest first."""
    found = Paper.objects.filter(gone_at__isnull=True, verdict="").order_by("received_at", "id")
    return list(found.values_list("paper_id", flat=True)[:limit])


def lying() -> Sequence[PaperView]:
    """Return every paper whose file should lie here."""
    return [_view(one) for one in Paper.objects.prefetch_related("looks").filter(gone_at__isnull=True)]


def to_remove(limit: int) -> Sequence[str]:
    """Return destroyed papers whose file is not known to be gone."""
    found = Paper.objects.filter(gone_at__isnull=False, file_removed_at__isnull=True).order_by("id")
    return list(found.values_list("paper_id", flat=True)[:limit])


def known(paper_ids: Sequence[str]) -> set[str]:
    """Return those that have a row."""
    found: set[str] = set()
    for start in range(0, len(paper_ids), 500):
        part = Paper.objects.filter(paper_id__in=paper_ids[start : start + 500])
        found.update(part.values_list("paper_id", flat=True))
    return found


def _view(row: Paper) -> PaperView:
    return PaperView(
        paper_id=row.paper_id,
        number=row.case_number,
        purpose=Purpose(row.purpose),
        says=Seen(row.says) if row.says else None,
        file_type=FileType(row.file_type),
        size=row.size,
        received_at=row.received_at,
        verdict=Verdict(row.verdict),
        scanned_at=row.scanned_at,
        shown_to=tuple(look.person for look in row.looks.all()),
        checked_at=row.checked_at,
        checked_by=row.checked_by,
        is_accepted=row.is_accepted,
        seen=Seen(row.seen) if row.seen else None,
        lacking=Lack(row.lacking) if row.lacking else None,
        gone_at=row.gone_at,
        gone_why=Gone(row.gone_why) if row.gone_why else None,
        is_file_removed=row.file_removed_at is not None,
    )
