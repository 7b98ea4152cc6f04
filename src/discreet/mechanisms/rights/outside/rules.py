"""Whom a law makes the company tell, when a manual source must have answered, and which files it may hand in.

Source: GDPR Art. 19, 28(3)(a), 28(3)(g); Cal. Civ. Code 1798.105(c)(1), (c)(3), 1798.121, 1798.135(f); 11 CCR
7022(b), 7022(c), 7023(c), 7026(f), 7027(g); PIPL Art. 21, 23, 47.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from discreet.foundation.datamap.sharing import RecipientKind
from discreet.mechanisms.rights.kinds import Kind

_ALL = frozenset(RecipientKind)
_OURS = frozenset({RecipientKind.PROCESSOR, RecipientKind.JOINT_CONTROLLER})
_OTHERS = frozenset({RecipientKind.THIRD_PARTY, RecipientKind.CONTROLLER, RecipientKind.JOINT_CONTROLLER})

#: By kind of request: who is told, and which articles say so.
DUTIES: Mapping[Kind, tuple[frozenset[RecipientKind], str]] = MappingProxyType(
    {
        Kind.ERASURE: (_ALL, "GDPR Art. 19; 1798.105(c); 11 CCR 7022(b), (c)"),
        Kind.ACCOUNT_CLOSURE: (_ALL, "GDPR Art. 19; 1798.105(c); 11 CCR 7022(b), (c)"),
        Kind.RECTIFICATION: (_ALL, "GDPR Art. 19; 11 CCR 7023(c)"),
        Kind.RESTRICTION: (_ALL, "GDPR Art. 19"),
        Kind.OBJECTION: (_OURS, "GDPR Art. 21, 28(3)(a)"),
        Kind.CONSENT_WITHDRAWAL: (_OURS, "GDPR Art. 7(3), 28(3)(a); PIPL Art. 15, 21"),
        Kind.OPT_OUT: (_OTHERS, "1798.135(f); 11 CCR 7026(f)"),
        Kind.LIMIT: (_OURS | _OTHERS, "1798.121; 11 CCR 7027(g)"),
    }
)


def is_told(*, kind: str, recipient: RecipientKind) -> bool:
    """Say whether a recipient of this kind is told of what was done for a request of that kind."""
    duty = DUTIES.get(Kind(kind))
    return duty is not None and recipient in duty[0]


def article_of(kind: str) -> str:
    """Return the articles that make the company tell recipients; "" where none does."""
    duty = DUTIES.get(Kind(kind))
    return duty[1] if duty else ""


#: What a batch that tells of a day's choices is imported by, before the list's name.
LISTED = "choices:"


class NoticeState(StrEnum):
    HELD = "held"  # written down before the execution ended; nobody was told yet
    DUE = "due"  # a person of ours must tell it
    SENT = "sent"  # told, not confirmed
    CONFIRMED = "confirmed"
    IMPOSSIBLE = "impossible"  # or it would take a disproportionate effort. Source: GDPR Art. 19


class Hindrance(StrEnum):
    """Why telling, or doing, has no sense. Source: GDPR Art. 19."""

    IMPOSSIBLE = "impossible"
    DISPROPORTIONATE = "disproportionate"


OPEN_STATES = frozenset({NoticeState.DUE, NoticeState.SENT})
MOST_REMINDERS = 2
LINK_LIVES = timedelta(days=90)


class ManualAnswer(StrEnum):
    NONE = ""
    NOTHING = "nothing"  # nothing of the person is held
    HANDED_OVER = "handed_over"  # a file for the person's copy; to know, the kinds of data that are held
    ERASED = "erased"
    KEPT = "kept"  # with reason and article
    CORRECTED = "corrected"


#: Why a place of a manual source stays, in what was kept; what its reason is sealed as.
MANUAL_KEPT = "manual_kept"
SEALED_AS = "manual-reason"

#: Why a manual source is named in a plan whose approval it waits for; in what follows, why it is named when it has not
#: answered.
AFTER_APPROVAL = "manual_after_approval"
UNANSWERED = "manual_unanswered"

#: The answers that a way allows, in the order in which a page offers them.
ANSWERS: Mapping[str, tuple[ManualAnswer, ...]] = MappingProxyType(
    {
        "copy": (ManualAnswer.HANDED_OVER, ManualAnswer.NOTHING),
        "tell": (ManualAnswer.HANDED_OVER, ManualAnswer.NOTHING),
        "erase": (ManualAnswer.ERASED, ManualAnswer.KEPT, ManualAnswer.NOTHING),
        "correct": (ManualAnswer.CORRECTED, ManualAnswer.KEPT, ManualAnswer.NOTHING),
    }
)

#: The ways that change data. Their order goes out once the approved plan is being carried out; before that nobody is
#: asked, for what was destroyed on paper does not come back when the request is refused.
CHANGES = frozenset({"erase", "correct"})

MARGIN = timedelta(days=3)  # so long before the customer's answer is due nothing is waited for any more


def manual_due(*, now: datetime, answer_days: int, answer_due_at: datetime | None) -> datetime:
    """Return when a manual source must have answered: within its days, and before the customer's answer is due."""
    due = now + timedelta(days=answer_days)
    return due if answer_due_at is None else min(due, answer_due_at - MARGIN)


def still_waits(*, now: datetime, due_at: datetime, answer_due_at: datetime | None) -> bool:
    """Say whether an answer that is missing is still waited for: until it is due, or the customer's answer is near."""
    latest = due_at if answer_due_at is None else max(due_at, answer_due_at - MARGIN)
    return now < latest


FILE_KINDS = ("pdf", "png", "jpg", "xlsx", "docx", "csv", "json", "txt")
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
)


def file_kind(content: bytes) -> str:
    """Return the kind of an uploaded file by its bytes, or "" where it is none that is taken.

    What its sender calls it counts for nothing.
    """
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return _text(content)


def _office(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ""
    if any("vbaproject" in name.casefold() for name in names):
        return ""
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "docx" if "word/document.xml" in names else ""


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    if not text.strip() or any(ord(letter) < 32 and letter not in "\t\r\n" for letter in text):
        return ""
    if text.lstrip().startswith("<"):  # a page or a picture in markup: it could run where it is opened
        return ""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return "csv" if "," in text.splitlines()[0] else "txt"
    return "json"
