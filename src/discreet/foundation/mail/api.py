"""What other apps use of mail."""

from discreet.foundation.mail.actions import NewMail, SendOutcome, has_room, is_reachable, send, send_many
from discreet.foundation.mail.contacts import ContactKind, HeldContact, hold, hold_addresses, open_contact
from discreet.foundation.mail.models import MessageState
from discreet.foundation.mail.rules import MailParams, is_deliverable
from discreet.foundation.mail.templates import register as register_template

__all__ = [
    "ContactKind",
    "HeldContact",
    "MailParams",
    "MessageState",
    "NewMail",
    "SendOutcome",
    "has_room",
    "hold",
    "hold_addresses",
    "is_deliverable",
    "is_reachable",
    "open_contact",
    "register_template",
    "send",
    "send_many",
]
