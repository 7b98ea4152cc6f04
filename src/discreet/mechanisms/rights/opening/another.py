"""The public form of whoever asks for another person: about that person, and about themselves.

Source: 11 CCR 7063; PIPL Art. 31, 49.
"""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from discreet.mechanisms.rights.forms import AskForm, ForAnotherForm
from discreet.mechanisms.rights.kinds import Requester
from discreet.mechanisms.rights.opening.asker import Asking
from discreet.mechanisms.rights.words import REQUESTERS

FLAG = "another"
OTHERS = (Requester.AGENT, Requester.GUARDIAN, Requester.RELATIVE)


class WhoAsksForm(ForAnotherForm):
    """Who asks: nothing is chosen beforehand, and what the law wants of a relative is asked of a relative."""

    requester = forms.ChoiceField(
        label=_("You ask as"),
        choices=lambda: [(one.value, gettext(REQUESTERS[one])) for one in OTHERS],
        widget=forms.RadioSelect,
    )
    who_name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    who_contact = forms.CharField(
        label=_("Your e-mail address"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        help_text=_(
            "Once you have shown that you may ask, we write there that there is an answer, with the link to your "
            "page. Data are never sent there."
        ),
    )
    interest = forms.CharField(
        label=_("Your own lawful interest"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Such as: to settle the estate."),
    )
    no_other_wish = forms.BooleanField(
        label=_("As far as I know, the person left no other wish about their data."), required=False
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["interest"].widget.attrs["data-needed"] = (
            "relative"  # needed of some: not called optional
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("requester") == Requester.RELATIVE:
            if not data.get("interest"):
                self.add_error(
                    "interest", _("Say what your own lawful interest is: the law asks it of a relative.")
                )
            if not data.get("no_other_wish"):
                self.add_error(
                    "no_other_wish", _("Without this nobody may ask in place of a person who died.")
                )
        return data


def asks_as_signed_in(request: HttpRequest) -> bool:
    """Say whether whoever signed in on a site of ours asks by that: not for another, and not where they chose not to."""
    return "without" not in request.GET and request.GET.get("for") != FLAG


def who_asks_form(request: HttpRequest, fields: Mapping[str, Any] | None) -> WhoAsksForm | None:
    """Return the form of whoever asks for another, filled with `fields`; None where the person asks."""
    said = str(fields.get("requester", "")) if fields else ""
    if request.GET.get("for") != FLAG and said in ("", Requester.SELF):
        return None
    return WhoAsksForm(fields or None)


def asking_of(form: WhoAsksForm | None, *, scope: str = "", wish: bytes = b"") -> Asking:
    """Return who asks, from a form that is valid."""
    return form.asking(scope=scope, wish=wish) if form else Asking(scope=scope, wish=wish)


def speak_of_another(form: AskForm) -> None:
    """Have the form say of whom it asks: the person whose data it is, and not who fills it in."""
    words = {
        "email": (
            _("The person’s e-mail address"),
            _(
                "The one we know that person by, and not your own. A code goes only to an address we already hold."
            ),
        ),
        "phone": (_("The person’s phone number"), ""),
        "customer_number": (_("The person’s customer number"), ""),
        "residence": (
            _("Where does the person live, or did they live last?"),
            _("It decides which law sets our deadline. Unknown means the strictest."),
        ),
    }
    for name, (label, help_text) in words.items():
        field = form.fields[name]
        field.label, field.help_text = cast(str, label), cast(str, help_text)
        field.widget.attrs["autocomplete"] = "off"
