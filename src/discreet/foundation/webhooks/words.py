"""Words for states and for why a message did not arrive."""

from django.utils.translation import gettext

from discreet.foundation.webhooks.catalogue import KINDS, TEST
from discreet.foundation.webhooks.models import DeliveryState, SubscriptionState
from discreet.vocabulary.text import gettext_noop

_REASONS = {
    "name_unknown": gettext_noop("The name service does not know the host"),
    "address_refused": gettext_noop("The host leads into a network that is not permitted"),
    "not_encrypted": gettext_noop("http:// would leave the permitted networks"),
    "timed_out": gettext_noop("No answer in 15 seconds"),
    "certificate_refused": gettext_noop("The certificate is not valid for the host"),
    "tls_failed": gettext_noop("No encrypted connection came about"),
    "connection_refused": gettext_noop("The host refused the connection"),
    "connection_closed": gettext_noop("The host closed the connection without an answer"),
    "unreachable": gettext_noop("The host cannot be reached"),
    "bad_answer": gettext_noop("The answer was not HTTP"),
    "taken_back": gettext_noop("It ended before it was sent: its list is destroyed"),
    "redirected": gettext_noop("The host points elsewhere; redirects are not followed"),
}
_ANSWERED = gettext_noop("The host answered %(status)s")
_SUBSCRIPTION_STATES = {
    SubscriptionState.ACTIVE: gettext_noop("Sends"),
    SubscriptionState.PAUSED: gettext_noop("Paused"),
    SubscriptionState.DISABLED: gettext_noop("Disabled by the receiver"),
}
_DELIVERY_STATES = {
    DeliveryState.WAITING: gettext_noop("Waiting"),
    DeliveryState.DELIVERED: gettext_noop("Arrived"),
    DeliveryState.GIVEN_UP: gettext_noop("Given up"),
    DeliveryState.DROPPED: gettext_noop("Dropped"),
}
_TEST_LABEL = gettext_noop("A test")
_LABELS = {kind.name: kind.label for kind in KINDS}


def event_word(name: str) -> str:
    """Return what an event is called, in the reader's language."""
    return gettext(_TEST_LABEL if name == TEST else _LABELS.get(name, name))


def reason_word(reason: str) -> str:
    """Return in the reader's language why a message did not arrive."""
    if not reason:
        return ""
    status = reason.removeprefix("http_")
    return gettext(_ANSWERED) % {"status": status} if status != reason else gettext(_REASONS[reason])


def subscription_state_word(state: str) -> str:
    """Return a subscription's state in the reader's language."""
    return gettext(_SUBSCRIPTION_STATES[SubscriptionState(state)])


def delivery_state_word(state: str) -> str:
    """Return a message's state in the reader's language."""
    return gettext(_DELIVERY_STATES[DeliveryState(state)])


def delivery_states() -> list[tuple[str, str]]:
    """Return every state of a message with its word."""
    return [(state.value, delivery_state_word(state)) for state in DeliveryState]
