"""What acts on webhooks refuse."""

from typing import ClassVar

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class NotAdministrator(Refused):
    code: ClassVar[str] = "webhooks.not_administrator"
    message: ClassVar[str] = gettext_noop("Only administrators decide who is told outside. Ask one of them.")
    status: ClassVar[int] = 403


class UnknownSubscription(Refused):
    code: ClassVar[str] = "webhooks.unknown_subscription"
    message: ClassVar[str] = gettext_noop("There is no such webhook, or it was removed.")
    status: ClassVar[int] = 404


class UnknownDelivery(Refused):
    code: ClassVar[str] = "webhooks.unknown_delivery"
    message: ClassVar[str] = gettext_noop("There is no such message, or it is older than 30 days.")
    status: ClassVar[int] = 404


class UnknownNetwork(Refused):
    code: ClassVar[str] = "webhooks.unknown_network"
    message: ClassVar[str] = gettext_noop("There is no such permission, or it was withdrawn already.")
    status: ClassVar[int] = 404


class NotActive(Refused):
    code: ClassVar[str] = "webhooks.not_active"
    message: ClassVar[str] = gettext_noop("This webhook does not send now. Resume it first.")


class StillWaiting(Refused):
    code: ClassVar[str] = "webhooks.still_waiting"
    message: ClassVar[str] = gettext_noop("This message still waits for its next try.")


class RotatedToday(Refused):
    code: ClassVar[str] = "webhooks.rotated_today"
    message: ClassVar[str] = gettext_noop(
        "The secret before this one is still valid. Renew it once that has ended, a day after the last renewal."
    )


class BadName(Refused):
    code: ClassVar[str] = "webhooks.bad_name"
    message: ClassVar[str] = gettext_noop("A webhook has a name of 1 to 80 visible characters.")
    status: ClassVar[int] = 422


class NoEvents(Refused):
    code: ClassVar[str] = "webhooks.no_events"
    message: ClassVar[str] = gettext_noop("Choose at least one of the events that there are.")
    status: ClassVar[int] = 422


class BadReason(Refused):
    code: ClassVar[str] = "webhooks.bad_reason"
    message: ClassVar[str] = gettext_noop("Give a reason of 10 to 500 characters: it is kept on record.")
    status: ClassVar[int] = 422


class NotANetwork(Refused):
    code: ClassVar[str] = "webhooks.not_a_network"
    message: ClassVar[str] = gettext_noop(
        "Write a network as 10.20.0.0/16 or fd00:1::/48, or one address. Its last bits must be zero."
    )
    status: ClassVar[int] = 422


class NotPermittable(Refused):
    code: ClassVar[str] = "webhooks.not_permittable"
    message: ClassVar[str] = gettext_noop(
        "Only private networks can be permitted: 10/8, 172.16/12, 192.168/16, 100.64/10, 127/8, ::1 and fc00::/7. "
        "Public addresses need no permission; link-local and reserved ones are never reached."
    )
    status: ClassVar[int] = 422


class AlreadyPermitted(Refused):
    code: ClassVar[str] = "webhooks.already_permitted"
    message: ClassVar[str] = gettext_noop("This network is permitted already.")


class BadAddress(Refused):
    """The address of a receiver. Subclasses say what is wrong with it, never what it held."""

    code: ClassVar[str] = "webhooks.bad_address"
    message: ClassVar[str] = gettext_noop(
        "Write an address such as https://hooks.example.com/privacy, of at most 500 visible ASCII characters."
    )
    status: ClassVar[int] = 422


class WrongScheme(BadAddress):
    code: ClassVar[str] = "webhooks.wrong_scheme"
    message: ClassVar[str] = gettext_noop(
        "The address must begin with https://. http:// is taken only into a private network that was permitted."
    )


class HoldsCredentials(BadAddress):
    code: ClassVar[str] = "webhooks.holds_credentials"
    message: ClassVar[str] = gettext_noop(
        "The address holds a user name or password. Leave them out: every message is signed instead."
    )


class HoldsFragment(BadAddress):
    code: ClassVar[str] = "webhooks.holds_fragment"
    message: ClassVar[str] = gettext_noop(
        "The address holds a “#” part, which no server ever sees. Leave it out."
    )


class ForeignHost(BadAddress):
    code: ClassVar[str] = "webhooks.foreign_host"
    message: ClassVar[str] = gettext_noop(
        "The host has letters that look like others. Write it in its ASCII form, which begins with xn--."
    )


class BadHost(BadAddress):
    code: ClassVar[str] = "webhooks.bad_host"
    message: ClassVar[str] = gettext_noop(
        "The host is neither a full name such as hooks.example.com nor an address such as 192.0.2.7."
    )


class BadPort(BadAddress):
    code: ClassVar[str] = "webhooks.bad_port"
    message: ClassVar[str] = gettext_noop(
        "This port is not one of a web server. Use 443, 80, or one from 1024 on that no database or mail uses."
    )


class NotReachable(BadAddress):
    code: ClassVar[str] = "webhooks.not_reachable"
    message: ClassVar[str] = gettext_noop(
        "The address leads into a network that is not permitted. An administrator can permit a private one."
    )
