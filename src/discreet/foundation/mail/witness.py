"""Signed checkpoints to a mailbox: a copy of the ledger's state that no administrator of ours can take back.

The last size that left stands in a file, so that a restored database mails its (smaller) checkpoint again and
whoever reads the mailbox sees the step back. Source: DESIGN.md, ledger; failure promise 11.
"""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime, parseaddr
from pathlib import Path

from django.conf import settings

from discreet.engines.merkle.checkpoint import read_checkpoint
from discreet.foundation.ledger.queries import latest_checkpoint
from discreet.foundation.mail.delivery import hand_to_server
from discreet.foundation.mail.folder import write_to_folder


def mail_checkpoint(now: datetime) -> int:
    """Mail the newest checkpoint to DISCREET_CHECKPOINT_MAIL if its size has changed; return 1 if it went."""
    to: str = settings.ENVIRONMENT.checkpoint_mail
    note = latest_checkpoint() if to else None
    if note is None:
        return 0
    size = read_checkpoint(note).size
    marker = _marker()
    if marker.exists() and marker.read_text(encoding="ascii").strip() == str(size):
        return 0
    message_id = f"checkpoint-{size}-{now:%Y%m%d%H%M%S}"
    message = _compose(note, to=to, size=size, now=now, message_id=message_id)
    if settings.ENVIRONMENT.smtp_url:
        hand_to_server(message)
    else:
        write_to_folder(message_id=message_id, message=message)
    marker.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker.write_text(str(size), encoding="ascii")
    return 1


def _marker() -> Path:
    folder: Path = settings.ENVIRONMENT.checkpoint_dir
    return folder / "checkpoint.mailed"


def _compose(note: str, *, to: str, size: int, now: datetime, message_id: str) -> EmailMessage:
    sender = parseaddr(settings.ENVIRONMENT.mail_from)[1]
    message = EmailMessage(policy=SMTPUTF8)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = f"Discreet checkpoint {size}"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(note)
    return message
