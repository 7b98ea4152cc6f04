"""A paper lies sealed, is shown once, and is destroyed after the check; the ledger says so and names nobody."""

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from discreet.foundation.cases.actions import OpenedCase, close, expire_case
from discreet.foundation.cases.queries import get, has_open_task
from discreet.foundation.keys.api import KeyDestroyed
from discreet.foundation.keys.models import CaseKey
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.papers import actions, antivirus, handlers, queries, scanning, vault
from discreet.foundation.papers.refusals import (
    NoPaperAsked,
    NotForYou,
    PaperGone,
    PaperInQuarantine,
    PaperNotSeen,
    PaperShownBefore,
    PaperShownTwice,
    ScannerAway,
    TooManyPapers,
    WhyMissing,
)
from discreet.foundation.papers.rules import MOST_A_CASE, Gone, Lack, Purpose, Seen, Verdict
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.fakes.clamd import EICAR, Mood, clamd
from tests.foundation.cases.conftest import AGENT, APPROVER, NOW, TRANSITIONS, opened
from tests.foundation.papers import files
from tests.foundation.papers.conftest import sent
from tests.mechanisms.rights.driving import work

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.2"), pytest.mark.promise(16)]
THIRD = Actor(kind=ActorKind.STAFF, name="bo", roles=frozenset({Role.AGENT}))
VIEWER = Actor(kind=ActorKind.STAFF, name="vera", roles=frozenset({Role.VIEWER, Role.ADMINISTRATOR}))


def acts_on(number: str) -> list[str]:
    return [one.act for one in entries_for(f"request:{number}") if one.act.startswith("papers.")]


def show(
    paper_id: str, *, actor: Actor = AGENT, reason: str = "Name and date of birth", scanner: bool = False
) -> None:
    actions.show_paper(actor=actor, now=NOW, paper_id=paper_id, reason=reason, has_scanner=scanner)


def check(paper_id: str, *, actor: Actor = AGENT, is_accepted: bool = True) -> None:
    actions.note_check(
        actor=actor,
        now=NOW,
        paper_id=paper_id,
        seen=Seen.PASSPORT,
        is_accepted=is_accepted,
        lacking=None if is_accepted else Lack.NAMES,
    )


def test_a_paper_lies_sealed_for_its_owner_alone_and_gives_staff_a_task(case: OpenedCase, home: Path) -> None:
    paper_id = sent(case.number, files.pdf())
    (file,) = home.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(home.stat().st_mode) == 0o700
    assert b"%PDF" not in file.read_bytes() and paper_id in file.name
    assert queries.open_paper(queries.paper(paper_id)).rstrip() == files.pdf().rstrip()
    assert has_open_task(case.number, f"paper:{paper_id}")
    entry = entries_for(f"request:{case.number}")[-1]
    assert "hash" not in str(entry.facts) and "sha" not in str(entry.facts)


def test_a_paper_is_shown_once_to_each_of_two_people_for_a_reason(case: OpenedCase) -> None:
    paper_id = sent(case.number, files.png())
    for refused, actor, reason in (
        (WhyMissing, AGENT, "  "),
        (NotForYou, VIEWER, "Curious"),
    ):
        with pytest.raises(refused):
            show(paper_id, actor=actor, reason=reason)
    show(paper_id)
    with pytest.raises(PaperShownBefore):
        show(paper_id)
    show(paper_id, actor=APPROVER, reason="Second look")
    with pytest.raises(PaperShownTwice):
        show(paper_id, actor=THIRD)
    assert queries.paper(paper_id).shown_to == (AGENT.person, APPROVER.person)
    assert acts_on(case.number).count("papers.show_paper") == 2


def test_who_has_not_looked_cannot_say_what_it_is(case: OpenedCase) -> None:
    paper_id = sent(case.number, files.png())
    show(paper_id)
    with pytest.raises(PaperNotSeen):
        check(paper_id, actor=APPROVER)
    assert queries.paper(paper_id).gone_at is None


def test_the_check_destroys_the_paper_its_key_and_its_file(case: OpenedCase, home: Path) -> None:
    paper_id = sent(case.number, files.pdf())
    show(paper_id)
    (file,) = home.iterdir()
    before, handle = file.read_bytes(), os.open(file, os.O_RDONLY)
    check(paper_id)
    assert not CaseKey.objects.filter(case_id=vault.key_id(paper_id)).exists()
    with pytest.raises(KeyDestroyed):
        queries.open_paper(queries.paper(paper_id))
    work()
    assert list(home.iterdir()) == []
    assert set(os.read(handle, len(before))) == {0}, "the file was unlinked, and not overwritten"
    os.close(handle)
    view = queries.paper(paper_id)
    assert (view.gone_why, view.seen, view.is_file_removed) == (Gone.CHECKED, Seen.PASSPORT, True)
    assert acts_on(case.number)[-2:] == ["papers.note_check", "papers.note_removed"]
    assert not has_open_task(case.number, f"paper:{paper_id}")
    assert queries.is_proven(case.number, Purpose.IDENTITY) and queries.asked_for(case.number) is None
    for again in (show, check):
        with pytest.raises(PaperGone):
            again(paper_id)


def test_a_paper_not_accepted_leaves_room_for_another(case: OpenedCase) -> None:
    paper_id = sent(case.number, files.png())
    show(paper_id)
    check(paper_id, is_accepted=False)
    assert queries.asked_for(case.number) is Purpose.IDENTITY
    assert not queries.is_proven(case.number, Purpose.IDENTITY)
    assert sent(case.number, files.png()) != paper_id


def test_nothing_is_taken_that_was_not_asked_for_nor_more_than_five(case: OpenedCase, home: Path) -> None:
    other = opened()
    with pytest.raises(NoPaperAsked):
        sent(other.number, files.png())
    for _ in range(MOST_A_CASE):
        sent(case.number, files.png())
    with pytest.raises(TooManyPapers):
        sent(case.number, files.png())
    assert len(list(home.iterdir())) == MOST_A_CASE


def test_malware_is_destroyed_at_once_with_evidence_and_a_task(
    case: OpenedCase, home: Path, settings: Settings
) -> None:
    with clamd() as scanner:
        settings.DISCREET_ANTIVIRUS = antivirus.read_antivirus(scanner.setting)
        harmful = files.png(more=files.chunk(b"tEXt", b"note\0" + EICAR))
        paper_id = sent(case.number, harmful, has_scanner=True)
        with pytest.raises(PaperInQuarantine):
            show(paper_id, scanner=True)
        work()
        assert scanner.scanned == [len(harmful)]
    assert list(home.iterdir()) == []
    view = queries.paper(paper_id)
    assert (view.verdict, view.gone_why) == (Verdict.INFECTED, Gone.INFECTED)
    assert get(case.number).tasks[-1].what == actions.TASK_INFECTED
    assert acts_on(case.number)[-2:] == ["papers.note_scan", "papers.note_removed"]


@pytest.mark.parametrize("mood", [Mood.CUT, Mood.FULL, Mood.BABBLES])
def test_a_scanner_without_a_clear_answer_leaves_the_paper_in_quarantine_until_it_has_one(
    case: OpenedCase, settings: Settings, mood: Mood
) -> None:
    with clamd() as scanner:
        settings.DISCREET_ANTIVIRUS = antivirus.read_antivirus(scanner.setting)
        paper_id = sent(case.number, files.pdf(), has_scanner=True)
        scanner.mood = mood
        with pytest.raises(ScannerAway):
            scanning.scan_paper(now=NOW, paper_id=paper_id)
        assert scanning.scan_waiting(NOW) == 0
        with pytest.raises(PaperInQuarantine):
            show(paper_id, scanner=True)
        scanner.mood = Mood.WELL
        assert scanning.scan_waiting(NOW) == 1
    show(paper_id, scanner=True)
    assert queries.paper(paper_id).verdict is Verdict.CLEAN


def test_a_scanner_that_is_away_leaves_the_paper_in_quarantine(case: OpenedCase, settings: Settings) -> None:
    with clamd() as scanner:
        gone = scanner.setting
    settings.DISCREET_ANTIVIRUS = antivirus.read_antivirus(gone)
    paper_id = sent(case.number, files.png(), has_scanner=True)
    work()
    assert scanning.scan_waiting(NOW) == 0
    with pytest.raises(PaperInQuarantine):
        show(paper_id, scanner=True)
    assert not has_open_task(case.number, f"paper:{paper_id}")


def test_a_paper_from_before_a_scanner_was_named_is_not_shown_unscanned(case: OpenedCase) -> None:
    paper_id = sent(case.number, files.png())
    with pytest.raises(PaperInQuarantine):
        show(paper_id, scanner=True)


@pytest.mark.parametrize(
    ("program", "verdict"), [("exit 0", Verdict.CLEAN), ("exit 1", Verdict.INFECTED), ("exit 2", None)]
)
def test_a_program_may_be_the_scanner(program: str, verdict: Verdict | None) -> None:
    scanner = antivirus.read_antivirus(f"command:/bin/sh -c 'cat >/dev/null; {program}'")
    assert scanner is not None
    if verdict is None:
        with pytest.raises(ScannerAway):
            antivirus.ask(scanner, b"paper")
    else:
        assert antivirus.ask(scanner, b"paper") is verdict


@pytest.mark.parametrize(
    "text", ["tcp://", "tcp://host", "tcp://h:99999", "unix:clamd.ctl", "command:clamscan", "on", "command:"]
)
def test_a_setting_that_names_no_scanner_stops_the_start(text: str) -> None:
    with pytest.raises(antivirus.AntivirusMisconfigured):
        antivirus.read_antivirus(text)


def test_a_paper_that_nobody_checks_goes_after_thirty_days(case: OpenedCase, home: Path) -> None:
    paper_id = sent(case.number, files.png())
    assert scanning.sweep(NOW + timedelta(days=29, hours=23)) == 0
    assert scanning.sweep(NOW + timedelta(days=30)) == 2
    assert list(home.iterdir()) == [] and queries.paper(paper_id).gone_why is Gone.NEVER_CHECKED


def test_a_paper_goes_with_its_case(case: OpenedCase, home: Path) -> None:
    paper_id = sent(case.number, files.png())
    close(
        actor=AGENT, now=NOW, number=case.number, state="refused", transitions=TRANSITIONS, retention_days=1
    )
    assert scanning.sweep(NOW) == 2
    assert list(home.iterdir()) == [] and queries.paper(paper_id).gone_why is Gone.CASE_ENDED


def test_the_expiry_of_a_case_destroys_what_lies_there(case: OpenedCase, home: Path) -> None:
    paper_id = sent(case.number, files.png())
    close(
        actor=AGENT, now=NOW, number=case.number, state="refused", transitions=TRANSITIONS, retention_days=1
    )
    later = NOW + timedelta(days=2)
    expire_case(actor=AGENT, now=later, number=case.number)
    from discreet.events.cases import CaseExpired

    handlers.forget_papers(CaseExpired(case_number=case.number), later)
    with pytest.raises(KeyDestroyed):
        queries.open_paper(queries.paper(paper_id))
    assert scanning.sweep(later) == 1
    assert list(home.iterdir()) == []


def test_a_restored_database_without_its_papers_says_so_and_asks_again(case: OpenedCase, home: Path) -> None:
    paper_id = sent(case.number, files.png())
    vault.remove(paper_id)
    assert scanning.sweep(NOW) == 2
    assert queries.paper(paper_id).gone_why is Gone.LOST
    assert get(case.number).tasks[-1].what == actions.TASK_LOST
