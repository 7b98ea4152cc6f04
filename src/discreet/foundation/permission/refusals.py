"""What this part refuses."""

from typing import ClassVar

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class NobodyNamed(Refused):
    code: ClassVar[str] = "permission.nobody_named"
    message: ClassVar[str] = gettext_noop(
        "Nobody is named. Give an e-mail address, a phone number, a customer number, a browser's id or a row."
    )
    status: ClassVar[int] = 422


class NotAnAddress(Refused):
    code: ClassVar[str] = "permission.not_an_address"
    message: ClassVar[str] = gettext_noop(
        "This is neither an e-mail address nor a phone number. Check it for a slip of the pen."
    )
    status: ClassVar[int] = 422


class NotReadable(Refused):
    code: ClassVar[str] = "permission.not_readable"
    message: ClassVar[str] = gettext_noop(
        "An identifier is too long or holds characters that cannot be seen."
    )
    status: ClassVar[int] = 422


class UnknownPurpose(Refused):
    code: ClassVar[str] = "permission.unknown_purpose"
    message: ClassVar[str] = gettext_noop(
        "There is no such purpose. Name one by its term of the Data Privacy Vocabulary, such as DirectMarketing."
    )
    status: ClassVar[int] = 422


class PurposeNeedless(Refused):
    code: ClassVar[str] = "permission.purpose_needless"
    message: ClassVar[str] = gettext_noop("An opt-out and a limit cover every purpose: name none with them.")
    status: ClassVar[int] = 422


class UnknownChoice(Refused):
    code: ClassVar[str] = "permission.unknown_choice"
    message: ClassVar[str] = gettext_noop("There is no such choice.")
    status: ClassVar[int] = 404


class ChoiceEnded(Refused):
    code: ClassVar[str] = "permission.choice_ended"
    message: ClassVar[str] = gettext_noop("This choice has ended already.")


class AnotherKind(Refused):
    code: ClassVar[str] = "permission.another_kind"
    message: ClassVar[str] = gettext_noop("This cannot be done with a choice of this kind.")


class NotToldYet(Refused):
    """GDPR Art. 18(3): the person is told before the restriction is lifted."""

    code: ClassVar[str] = "permission.not_told_yet"
    message: ClassVar[str] = gettext_noop(
        "The person has not been told that the restriction will be lifted. Tell them first."
    )


class NoAddressHeld(Refused):
    code: ClassVar[str] = "permission.no_address_held"
    message: ClassVar[str] = gettext_noop(
        "No e-mail address is held that a mail about this choice could go to. Tell the person in another way, then "
        "note that they were told."
    )


class MarketingIsFinal(Refused):
    """GDPR Art. 21(3): no grounds override an objection to marketing."""

    code: ClassVar[str] = "permission.marketing_is_final"
    message: ClassVar[str] = gettext_noop("An objection to marketing cannot be overridden, on no grounds.")


class GroundsMissing(Refused):
    code: ClassVar[str] = "permission.grounds_missing"
    message: ClassVar[str] = gettext_noop("Write down the compelling grounds that override the objection.")
    status: ClassVar[int] = 422


class DecidedAlready(Refused):
    code: ClassVar[str] = "permission.decided_already"
    message: ClassVar[str] = gettext_noop("This objection was decided in another way already.")


class AskedTooLongAgo(Refused):
    code: ClassVar[str] = "permission.asked_too_long_ago"
    message: ClassVar[str] = gettext_noop(
        "The first step of opting in is too old or was never taken. Ask again."
    )
    status: ClassVar[int] = 410


class AskedTooSoon(Refused):
    """1798.135(c)(4): twelve months from when they last said so."""

    code: ClassVar[str] = "permission.asked_too_soon"
    message: ClassVar[str] = gettext_noop(
        "This person opted out or limited: do not ask them to agree before %(date)s."
    )


class SignalStillSent(Refused):
    code: ClassVar[str] = "permission.signal_still_sent"
    message: ClassVar[str] = gettext_noop(
        "Your browser sends the Global Privacy Control, which says the opposite. Switch it off for this site first."
    )


class NotYours(Refused):
    code: ClassVar[str] = "permission.not_yours"
    message: ClassVar[str] = gettext_noop(
        "Your account does not have the role this needs. Ask an administrator."
    )
    status: ClassVar[int] = 403
