"""What papers refuse. Each says what to do instead."""

from typing import ClassVar

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class NoPaperAsked(Refused):
    code: ClassVar[str] = "no_paper_asked"
    message: ClassVar[str] = gettext_noop("No document is needed for this request. Nothing was kept.")
    status: ClassVar[int] = 409


class PaperMissing(Refused):
    code: ClassVar[str] = "paper_missing"
    message: ClassVar[str] = gettext_noop("No file came with the form. Choose a file and send it again.")
    status: ClassVar[int] = 400


class PaperTooLarge(Refused):
    code: ClassVar[str] = "paper_too_large"
    message: ClassVar[str] = gettext_noop(
        "The file is larger than %(mib)s MB. Send a smaller scan or photo; nothing was kept."
    )
    status: ClassVar[int] = 413


class PaperKindUnknown(Refused):
    code: ClassVar[str] = "paper_kind_unknown"
    message: ClassVar[str] = gettext_noop(
        "Only PDF, JPEG and PNG files are taken. On a phone, choose “most compatible”, or send a screenshot of "
        "the photo. Nothing was kept."
    )
    status: ClassVar[int] = 415


class PaperLocked(Refused):
    code: ClassVar[str] = "paper_locked"
    message: ClassVar[str] = gettext_noop(
        "The PDF is protected by a password, so nobody here can look at it. Save it without one and send it again."
    )
    status: ClassVar[int] = 422


class PaperActive(Refused):
    code: ClassVar[str] = "paper_active"
    message: ClassVar[str] = gettext_noop(
        "The PDF holds programs, forms or other files. Print it into a new PDF, or photograph it, and send that."
    )
    status: ClassVar[int] = 422


class PaperBroken(Refused):
    code: ClassVar[str] = "paper_broken"
    message: ClassVar[str] = gettext_noop(
        "The file is cut short or damaged and cannot be shown. Send it again, or a new scan."
    )
    status: ClassVar[int] = 422


class PaperTooWide(Refused):
    code: ClassVar[str] = "paper_too_wide"
    message: ClassVar[str] = gettext_noop(
        "The picture has more than %(millions)s million dots. Send a smaller one; nothing was kept."
    )
    status: ClassVar[int] = 422


class PaperTooLong(Refused):
    code: ClassVar[str] = "paper_too_long"
    message: ClassVar[str] = gettext_noop(
        "The PDF has more than %(pages)s pages. Send only the pages that matter; nothing was kept."
    )
    status: ClassVar[int] = 422


class TooManyPapers(Refused):
    code: ClassVar[str] = "too_many_papers"
    message: ClassVar[str] = gettext_noop(
        "This request has %(n)s documents already. We look at those first; nothing more was kept."
    )
    status: ClassVar[int] = 409


class NoRoomForPapers(Refused):
    code: ClassVar[str] = "no_room_for_papers"
    message: ClassVar[str] = gettext_noop(
        "We cannot take documents right now: too many wait to be looked at. Nothing was kept. Try again tomorrow."
    )
    status: ClassVar[int] = 503


class PapersBusy(Refused):
    code: ClassVar[str] = "papers_busy"
    message: ClassVar[str] = gettext_noop(
        "Other documents are being looked at just now. Nothing was kept. Send yours again in a minute."
    )
    status: ClassVar[int] = 503


class UnknownPaper(Refused):
    code: ClassVar[str] = "unknown_paper"
    message: ClassVar[str] = gettext_noop(
        "There is no such document. It may have been destroyed with its case."
    )
    status: ClassVar[int] = 404


class PaperGone(Refused):
    code: ClassVar[str] = "paper_gone"
    message: ClassVar[str] = gettext_noop(
        "This document was destroyed. If it is still needed, ask for it again."
    )
    status: ClassVar[int] = 410


class PaperInQuarantine(Refused):
    code: ClassVar[str] = "paper_in_quarantine"
    message: ClassVar[str] = gettext_noop(
        "This document has not been scanned for viruses yet, so it is not shown. It is scanned as soon as the "
        "scanner answers."
    )
    status: ClassVar[int] = 409


class PaperShownBefore(Refused):
    code: ClassVar[str] = "paper_shown_before"
    message: ClassVar[str] = gettext_noop(
        "A document is shown once to each person, and you have seen this one. Note what came of it, or let a second "
        "person look."
    )
    status: ClassVar[int] = 409


class PaperShownTwice(Refused):
    code: ClassVar[str] = "paper_shown_twice"
    message: ClassVar[str] = gettext_noop(
        "Two people have seen this document. One of them must note what came of it."
    )
    status: ClassVar[int] = 409


class PaperNotSeen(Refused):
    code: ClassVar[str] = "paper_not_seen"
    message: ClassVar[str] = gettext_noop(
        "Look at the document first: only who has seen it can say what it is."
    )
    status: ClassVar[int] = 409


class LackMissing(Refused):
    code: ClassVar[str] = "lack_missing"
    message: ClassVar[str] = gettext_noop(
        "Say what the document lacks: whoever sent it reads it and can send another."
    )
    status: ClassVar[int] = 422


class ShowsNothing(Refused):
    code: ClassVar[str] = "shows_nothing"
    message: ClassVar[str] = gettext_noop(
        "A document of this kind does not show what was asked for. Say what it is, or do not accept it."
    )
    status: ClassVar[int] = 422


class WhichMissing(Refused):
    code: ClassVar[str] = "which_missing"
    message: ClassVar[str] = gettext_noop("Say what the document shows, and choose the file again.")
    status: ClassVar[int] = 422


class WhyMissing(Refused):
    code: ClassVar[str] = "why_missing"
    message: ClassVar[str] = gettext_noop("Say why you need to see it. The reason is recorded.")
    status: ClassVar[int] = 422


class NotForYou(Refused):
    code: ClassVar[str] = "not_for_you"
    message: ClassVar[str] = gettext_noop("Only agents and approvers work with documents.")
    status: ClassVar[int] = 403


class ScannerAway(Refused):
    """The virus scanner does not answer; the paper stays in quarantine and is tried again."""

    code: ClassVar[str] = "scanner_away"
    message: ClassVar[str] = gettext_noop(
        "The virus scanner does not answer as it should. Documents stay in quarantine until it does: look at "
        "DISCREET_ANTIVIRUS and at the scanner's own log."
    )
    status: ClassVar[int] = 503
    is_transient = True
