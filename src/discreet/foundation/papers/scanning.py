"""Scanning papers in quarantine, and clearing away files: work outside any transaction, each outcome an act."""

from datetime import datetime, timedelta

from django.conf import settings

from discreet.foundation.cases.queries import get
from discreet.foundation.papers import actions, antivirus, queries, vault
from discreet.foundation.papers.refusals import PaperGone, ScannerAway
from discreet.foundation.papers.rules import Gone, is_over

AT_ONCE = 20
_ORPHAN_AFTER = timedelta(minutes=10)  # longer than an act that is writing one


def scanner() -> antivirus.Antivirus | None:
    """Return the scanner of this installation."""
    named: antivirus.Antivirus | None = settings.DISCREET_ANTIVIRUS
    return named


def scan_paper(*, now: datetime, paper_id: str) -> None:
    """Have one paper scanned and note what was said.

    Raises:
        ScannerAway: no answer; the paper stays in quarantine.
    """
    view, asked = queries.paper(paper_id), scanner()
    if asked is None or view.gone_at is not None:
        return
    try:
        content = queries.open_paper(view)
    except PaperGone:
        actions.destroy_paper(now=now, paper_id=paper_id, why=Gone.LOST)
        return
    actions.note_scan(now=now, paper_id=paper_id, verdict=antivirus.ask(asked, content))


def scan_waiting(now: datetime) -> int:
    """Scan what still lies unscanned, such as papers from before a scanner was named; return how many were."""
    if scanner() is None:
        return 0
    done = 0
    for paper_id in queries.unscanned(AT_ONCE):
        try:
            scan_paper(now=now, paper_id=paper_id)
        except ScannerAway:
            return done
        done += 1
    return done


def remove_file(*, now: datetime, paper_id: str) -> None:
    """Overwrite and unlink the file of a destroyed paper, then note it. Idempotent."""
    if queries.paper(paper_id).is_file_removed:
        return
    vault.remove(paper_id)
    actions.note_removed(now=now, paper_id=paper_id)


def sweep(now: datetime) -> int:
    """Destroy what is over, remove what a crash left, and notice papers whose file is missing; return how many."""
    done = 0
    for view in queries.lying():
        is_open = get(view.number).row.closed_at is None
        if is_over(received_at=view.received_at, is_case_open=is_open, now=now):
            why = Gone.NEVER_CHECKED if is_open else Gone.CASE_ENDED
        elif not vault.is_there(view.paper_id):
            why = Gone.LOST
        else:
            continue
        actions.destroy_paper(now=now, paper_id=view.paper_id, why=why)
        done += 1
    for paper_id in queries.to_remove(AT_ONCE):
        remove_file(now=now, paper_id=paper_id)
        done += 1
    return done + remove_orphans(now)


def remove_orphans(now: datetime) -> int:
    """Remove files without a row: their act was cut off before it committed, so no key opens them."""
    before = (now - _ORPHAN_AFTER).timestamp()
    old = [paper_id for paper_id, written in vault.lying() if written < before]
    known = queries.known(old)
    return sum(vault.remove(paper_id) for paper_id in old if paper_id not in known)
