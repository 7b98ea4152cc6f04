"""Mails to staff: handed over at once, kept nowhere. What concerns a customer goes through `actions.send`."""

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime, parseaddr

from django.conf import settings

from discreet.foundation.mail.delivery import CannotDeliver, hand_to_server
from discreet.foundation.mail.folder import write_to_folder
from discreet.foundation.mail.rules import is_deliverable
from discreet.foundation.mail.templates import render
from discreet.foundation.organisation.queries import profile


def send_to_staff(
    *,
    message_id: str,
    to: str,
    template_id: str,
    params: Mapping[str, str | int],
    language: str,
    now: datetime,
) -> None:
    """Hand over one mail to an account's address. The same `message_id` is the same mail.

    Raises:
        CannotDeliver: the address is none, or the server refused it for good.
        TryAgain: the server is away or busy.
    """
    if not is_deliverable(to):
        raise CannotDeliver("unusable_address")
    name = " ".join(profile().name(language).split())
    rendered = render(template_id, params=params, language=language, company=name)
    sender = parseaddr(settings.ENVIRONMENT.mail_from)[1]
    message = EmailMessage(policy=SMTPUTF8)
    try:
        message["From"] = Address(display_name=name, addr_spec=sender)
        message["To"] = Address(username=to.rpartition("@")[0], domain=to.rpartition("@")[2])
        message["Subject"] = rendered.subject
    except (ValueError, IndexError) as error:
        raise CannotDeliver("bad_header") from error
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = language
    message.set_content(rendered.body)
    if settings.ENVIRONMENT.smtp_url:
        hand_to_server(message)
    else:
        write_to_folder(message_id=message_id, message=message)
