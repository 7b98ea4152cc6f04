"""One attempt to deliver one message: claim (committed) → hand over → outcome (an act).

A worker that dies between handing over and outcome leads to a second attempt after the lease, with the same
Message-ID: a folder then holds one file, a mail server may pass on two that mail programs show as one.
"""

import json
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from discreet.foundation.keys import api as keys
from discreet.foundation.mail.actions import note_delivery
from discreet.foundation.mail.folder import write_to_folder
from discreet.foundation.mail.models import MessageState, OutgoingMessage
from discreet.foundation.mail.refusals import BadMailSettings
from discreet.foundation.mail.rules import MAX_ATTEMPTS, gap_after
from discreet.foundation.mail.templates import render
from discreet.foundation.organisation.queries import profile
from discreet.vocabulary.errors import Refused

JOBS_OWN = timedelta(seconds=30)  # a first try belongs to the job that was started with the message
LEASE = timedelta(seconds=45)  # longer than a server that is slow at every step of one try may take
TIMEOUT_S = 20
AT_ONCE = 50


class CannotDeliver(Exception):
    """The server refused for good (5xx), or the address went bad. Carries a code without personal data."""


class TryAgain(Exception):
    """The server is away, slow or busy (4xx)."""


@dataclass(frozen=True, slots=True)
class _Claimed:
    message_id: str
    case_number: str
    template: str
    language: str
    sealed: bytes
    attempts: int
    made_at: datetime


def deliver_once(*, message_id: str, now: datetime) -> str:
    """Try to deliver a due message once and return its state. Nothing is done if it is not due."""
    claimed = _claim(message_id, now)
    if claimed is None:
        return "not_due"
    try:
        _hand_over(claimed)
    except CannotDeliver as problem:
        return _end(now, claimed, MessageState.FAILED, str(problem))
    except TryAgain as problem:
        if claimed.attempts >= MAX_ATTEMPTS:
            return _end(now, claimed, MessageState.FAILED, str(problem))
        OutgoingMessage.objects.filter(message_id=message_id).update(
            next_at=now + gap_after(claimed.attempts), problem=str(problem)
        )
        return MessageState.WAITING.value
    return _end(now, claimed, MessageState.SENT, "")


def deliver_due(now: datetime) -> int:
    """Try every message whose time has come; return how many left. For retries.

    A new message has a job of its own that is about to try it.
    """
    is_new = Q(attempts=0, state=MessageState.WAITING, made_at__gt=now - JOBS_OWN, made_at__lte=now)
    due = OutgoingMessage.objects.filter(_is_due(now)).exclude(is_new).order_by("next_at")
    message_ids = list(due.values_list("message_id", flat=True)[:AT_ONCE])
    return sum(deliver_once(message_id=message_id, now=now) == "sent" for message_id in message_ids)


def _is_due(now: datetime) -> Q:
    """A try that waits for longer than any gap was set by a clock that has since jumped back."""
    off = now + 2 * max(LEASE, gap_after(MAX_ATTEMPTS))
    return Q(next_at__lte=now) | Q(state=MessageState.WAITING, next_at__gt=off)


def _claim(message_id: str, now: datetime) -> _Claimed | None:
    """Lease the message to this worker: no other tries it for five minutes."""
    with transaction.atomic():
        messages = OutgoingMessage.objects.select_for_update().filter(message_id=message_id)
        message = messages.filter(_is_due(now)).first()
        if message is None:
            return None
        OutgoingMessage.objects.filter(pk=message.pk).update(next_at=now + LEASE, attempts=F("attempts") + 1)
    return _Claimed(
        message_id=message_id,
        case_number=message.case_number,
        template=message.template,
        language=message.language,
        sealed=bytes(message.sealed),
        attempts=message.attempts + 1,
        made_at=message.made_at,
    )


def _end(now: datetime, claimed: _Claimed, state: MessageState, problem: str) -> str:
    note_delivery(now=now, message_id=claimed.message_id, state=state, problem=problem)
    return state.value


def _hand_over(claimed: _Claimed) -> None:
    try:
        opened = keys.open_sealed(claimed.case_number, claimed.sealed, f"mail:{claimed.message_id}")
    except Refused as refusal:
        raise CannotDeliver(refusal.code) from refusal
    payload = json.loads(opened)
    message = _compose(claimed, to=payload["to"], params=payload["params"])
    if settings.ENVIRONMENT.smtp_url:
        hand_to_server(message)
    else:
        write_to_folder(message_id=claimed.message_id, message=message)


def _compose(claimed: _Claimed, *, to: str, params: dict[str, str | int]) -> EmailMessage:
    company = profile()
    name = company.name(claimed.language)
    contact = company.officer_email or company.contact_email or f"{settings.DISCREET_BASE_URL}/privacy/"
    rendered = render(
        claimed.template, params={"contact": contact, **params}, language=claimed.language, company=name
    )
    sender = parseaddr(settings.ENVIRONMENT.mail_from)[1]
    message = EmailMessage(policy=SMTPUTF8)
    try:
        message["From"] = Address(display_name=" ".join(name.split()), addr_spec=sender)
        message["To"] = Address(username=to.rpartition("@")[0], domain=to.rpartition("@")[2])
        message["Subject"] = rendered.subject
    except (ValueError, IndexError) as error:
        raise CannotDeliver("bad_header") from error
    message["Date"] = format_datetime(claimed.made_at)
    message["Message-ID"] = f"<{claimed.message_id}@{sender.rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = claimed.language
    message.set_content(rendered.body)
    return message


def hand_to_server(message: EmailMessage) -> None:
    """Send one message by DISCREET_SMTP_URL.

    Raises:
        CannotDeliver: refused for good.
        TryAgain: the server is away, busy, or not to be trusted now.
    """
    try:
        with _connect() as server:
            server.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError) as error:
        raise (
            CannotDeliver("recipient_refused") if _is_final(error) else TryAgain("recipient_deferred")
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        raise TryAgain("server_refused_sign_in") from error
    except smtplib.SMTPResponseException as error:
        final = 500 <= error.smtp_code < 600
        raise (
            CannotDeliver(f"smtp_{error.smtp_code}") if final else TryAgain(f"smtp_{error.smtp_code}")
        ) from error
    except ssl.SSLError as error:
        raise TryAgain("tls_not_trusted") from error
    except (OSError, smtplib.SMTPException) as error:
        raise TryAgain("server_unreachable") from error


def _is_final(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPNotSupportedError) -> bool:
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return True
    return all(code >= 500 for code, _ in error.recipients.values())


def _connect() -> smtplib.SMTP:
    """Open the connection of DISCREET_SMTP_URL. TLS with a verified certificate, but for loopback."""
    url = urlsplit(settings.ENVIRONMENT.smtp_url)
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise BadMailSettings()
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if url.scheme == "smtps":
        server = smtplib.SMTP_SSL(url.hostname, url.port or 465, timeout=TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(url.hostname, url.port or 587, timeout=TIMEOUT_S)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
        elif not _is_loopback(url.hostname):
            server.close()
            raise TryAgain("server_without_tls")
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
