"""What the public side refuses."""

from typing import ClassVar

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

BACK_IN_S = 10


class TooManyRequests(Refused):
    """Over a limit. `params["minutes"]` is when to come back; doors send it as Retry-After, too."""

    code: ClassVar[str] = "too_many_requests"
    message: ClassVar[str] = gettext_noop(
        "Too many attempts from your internet address, which an office or a mobile network may share. Nothing was "
        "lost. Try again in %(minutes)s minutes."
    )
    status: ClassVar[int] = 429


class TooManyForMailbox(TooManyRequests):
    message: ClassVar[str] = gettext_noop(
        "Too many requests from your internet address named this e-mail address today. Those made before count. "
        "Try again in %(minutes)s minutes."
    )


class TooManyForRequest(TooManyRequests):
    message: ClassVar[str] = gettext_noop(
        "Too many attempts for this request. Nothing was lost. Try again in %(minutes)s minutes."
    )


class TooManyInAll(TooManyRequests):
    message: ClassVar[str] = gettext_noop(
        "Too many people are writing at once. Nothing was lost. Try again in %(minutes)s minutes."
    )


class TooBusy(Refused):
    """More people come than this machine can serve: what they send is not even read."""

    code: ClassVar[str] = "too_busy"
    message: ClassVar[str] = gettext_noop(
        "Very many people are writing at this moment, so what you sent was not taken, and nothing of it is kept. Go "
        "back: what you typed usually still stands there. Send it again in %(seconds)s seconds."
    )
    status: ClassVar[int] = 503


class TooBusyToShow(TooBusy):
    """The same, to somebody who only looks: they may have sent something before, and it is kept."""

    message: ClassVar[str] = gettext_noop(
        "Very many people are here at this moment, so this page cannot be shown right now. A request that was "
        "taken before is kept. Load this page again in %(seconds)s seconds."
    )


class FormTooFast(Refused):
    code: ClassVar[str] = "form_too_fast"
    message: ClassVar[str] = gettext_noop(
        "The form came back faster than people usually fill it. What you entered is kept: send it once more."
    )
    status: ClassVar[int] = 400


class FormTooOld(Refused):
    code: ClassVar[str] = "form_too_old"
    message: ClassVar[str] = gettext_noop(
        "The form was open too long. Load the page again and fill it once more."
    )
    status: ClassVar[int] = 400


class FormNotOurs(Refused):
    """The form's token is forged, or the field that people do not see was filled."""

    code: ClassVar[str] = "form_not_ours"
    message: ClassVar[str] = gettext_noop(
        "The form could not be read. Load the page again and fill it by hand."
    )
    status: ClassVar[int] = 400


class MailboxLinkOver(Refused):
    code: ClassVar[str] = "mailbox_link_over"
    message: ClassVar[str] = gettext_noop(
        "This link is over, or not whole. A link in a mail with a code lives for a day: use that of the newest mail."
    )
    status: ClassVar[int] = 404


class NoCodeToShow(Refused):
    """Never why: whoever has the link must not learn which numbers there are."""

    code: ClassVar[str] = "no_code_to_show"
    message: ClassVar[str] = gettext_noop(
        "Either its code does not go to this mailbox, or it is proven or ended, or its three codes are used. Compare "
        "the number with the one on the page of your request, or write to us."
    )
    status: ClassVar[int] = 422
