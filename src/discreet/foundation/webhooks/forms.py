"""Forms about webhooks. They explain; the acts decide."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from discreet.foundation.webhooks.catalogue import KINDS
from discreet.foundation.webhooks.rules import MAX_ADDRESS


def _event_choices() -> list[tuple[str, str]]:
    return [(kind.name, f"{gettext(kind.label)} ({kind.name})") for kind in KINDS]


class EventsForm(forms.Form):
    events = forms.MultipleChoiceField(
        label=_("What it is told of"), choices=_event_choices, widget=forms.CheckboxSelectMultiple
    )


class SubscriptionForm(EventsForm):
    name = forms.CharField(label=_("What receives it"), max_length=80)
    address = forms.CharField(
        label=_("Address it is sent to"),
        max_length=MAX_ADDRESS,
        help_text=_("https://… without user name or password. Messages are posted here, signed."),
    )

    field_order = ("name", "address", "events")


class NetworkForm(forms.Form):
    network = forms.CharField(
        label=_("Private network"),
        max_length=50,
        help_text=_("As small as it can be: 10.20.0.7, 10.20.0.0/24 or fd00:1::/64."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        min_length=10,
        max_length=500,
        help_text=_("Kept on record with your name. Name no customers."),
    )
