"""Whom a law makes the company tell, when a manual source must have answered, and which files it may hand in.

Source: GDPR Art. 19, 28(3)(a), 28(3)(g); Cal. Civ. Code 1798.105(c)(1), (c)(3), 1798.121, 1798.135(f); 11 CCR
7022(b), 7022(c), 7023(c), 7026(f), 7027(g); PIPL Art. 21, 23, 47.
"""

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
    HANDED_OVER = "handed_over"  # a file for the person's copy
    ERASED = "erased"
    KEPT = "kept"  # with reason and article
    CORRECTED = "corrected"


#: The answers that a way allows, in the order in which a page offers them.
ANSWERS: Mapping[str, tuple[ManualAnswer, ...]] = MappingProxyType(
    {
        "copy": (ManualAnswer.HANDED_OVER, ManualAnswer.NOTHING),
        "erase": (ManualAnswer.ERASED, ManualAnswer.KEPT, ManualAnswer.NOTHING),
        "correct": (ManualAnswer.CORRECTED, ManualAnswer.KEPT, ManualAnswer.NOTHING),
    }
)

MARGIN = timedelta(days=3)  # so long before the customer's answer is due nothing is waited for any more


def manual_due(*, now: datetime, answer_days: int, answer_due_at: datetime | None) -> datetime:
    """Return when a manual source must have answered: within its days, and before the customer's answer is due."""
    due = now + timedelta(days=answer_days)
    return due if answer_due_at is None else min(due, answer_due_at - MARGIN)


def still_waits(*, now: datetime, due_at: datetime, answer_due_at: datetime | None) -> bool:
    """Say whether an answer that is missing is still waited for: until it is due, or the customer's answer is near."""
    latest = due_at if answer_due_at is None else max(due_at, answer_due_at - MARGIN)
    return now < latest


MAX_FILE_BYTES = 10 * 1024 * 1024
_STARTS: Mapping[str, bytes] = MappingProxyType(
    {
        "pdf": b"%PDF-",
        "png": b"\x89PNG\r\n\x1a\n",
        "jpg": b"\xff\xd8\xff",
        "xlsx": b"PK\x03\x04",
        "docx": b"PK\x03\x04",
    }
)
_TEXTS = frozenset({"csv", "json", "txt"})
FILE_KINDS = tuple(sorted({*_STARTS, *_TEXTS}))


def file_kind(*, name: str, content: bytes) -> str:
    """Return the kind of an uploaded file, or "" where it is none that is taken: its end and its bytes must agree."""
    kind = name.rpartition(".")[2].casefold().replace("jpeg", "jpg")
    if kind in _STARTS:
        return kind if content.startswith(_STARTS[kind]) else ""
    if kind not in _TEXTS or b"\0" in content:
        return ""
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    return kind
