"""Mail that goes to a folder, not a server: `HOME/mail/<message id>.eml`, readable by the owner only."""

import email
import email.policy
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

NEWEST = 100


@dataclass(frozen=True, slots=True)
class FolderMail:
    """One mail as the demo's mailbox page shows it."""

    message_id: str
    to: str
    subject: str
    body: str
    at: datetime | None
    language: str


def folder() -> Path:
    """Return the mail folder; it may not exist yet. Tests name one of their own."""
    return Path(getattr(settings, "DISCREET_MAIL_FOLDER", None) or settings.DISCREET_HOME / "mail")


def write_to_folder(*, message_id: str, message: EmailMessage) -> None:
    """Write the mail once: the same id again changes nothing, and no half-written file is ever seen."""
    target = folder() / f"{message_id}.eml"
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_suffix(f".{os.getpid()}.part")
    handle = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(message.as_bytes(policy=email.policy.SMTPUTF8))
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, target)


def remove_from_folder(message_ids: Sequence[str]) -> None:
    """Delete the mails' files; a file that is gone already is no error."""
    for message_id in message_ids:
        (folder() / f"{message_id}.eml").unlink(missing_ok=True)


def newest_in_folder() -> tuple[FolderMail, ...]:
    """Return the newest mails, newest first."""
    files = sorted(folder().glob("m_*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return tuple(_read(path) for path in files[:NEWEST])


def _read(path: Path) -> FolderMail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(preferencelist=("plain",))
    date = message["Date"]
    return FolderMail(
        message_id=path.stem,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        body=str(body.get_content()) if body is not None else "",
        at=date.datetime if date is not None else None,
        language=str(message["Content-Language"] or "en"),
    )
