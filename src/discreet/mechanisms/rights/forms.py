"""What people type, explained. The acts enforce it."""

from dataclasses import replace

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_lazy as lazy_text

from discreet.engines.subjects.identity import Identity
from discreet.foundation.desk.phrases import is_chinese
from discreet.mechanisms.rights.given import MOST
from discreet.mechanisms.rights.kinds import RIGHTS

PLACES = [
    ("CN", _("Mainland China")),
    ("US-CA", _("California")),
    ("DE", _("Germany")),
    ("FR", _("France")),
    ("IT", _("Italy")),
    ("ES", _("Spain")),
    ("NL", _("Netherlands")),
    ("AT", _("Austria")),
    ("IE", _("Ireland")),
    ("US", _("United States, outside California")),
    ("GB", _("United Kingdom")),
    ("CH", _("Switzerland")),
    ("ZZ", _("Another country")),
]
RESIDENCES = [("", _("I would rather not say")), *PLACES]


class AskForm(forms.Form):
    """The public form. One contact is enough."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=MOST["email"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        help_text=_("The one we know you by. The code goes only to an address we already hold."),
    )
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=MOST["phone"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    customer_number = forms.CharField(
        label=_("Customer number"), max_length=MOST["customer_number"], required=False
    )
    residence = forms.ChoiceField(
        label=_("Where do you live?"),
        choices=RESIDENCES,
        required=False,
        help_text=_("It decides which law sets our deadline. Unknown means the strictest."),
    )

    def claim(self) -> Identity:
        data = self.cleaned_data
        return Identity(
            email=data["email"] or None,
            phone=data["phone"] or None,
            customer_number=data["customer_number"] or None,
        )

    def residence_code(self) -> str:
        code: str = self.cleaned_data["residence"]
        return "" if code == "ZZ" else code


class StaffAskForm(AskForm):
    """A request that reached staff by phone, paper or mail: it speaks of the customer, and not to them."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=MOST["email"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"}),
        help_text=_("An e-mail address, a phone number or a customer number; one is enough."),
    )
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=MOST["phone"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=MOST["name"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Tells people apart; a name alone finds nobody."),
    )
    residence = forms.ChoiceField(
        label=_("Where the customer lives"),
        choices=[("", _("Unknown")), *PLACES],
        required=False,
        help_text=_("It decides which law sets the deadline. Unknown means the strictest."),
    )

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(right.kind.value, lazy_text(right.short)) for right in RIGHTS.values()],
    )
    language = forms.ChoiceField(
        label=_("Language of the answer"),
        choices=[("en", _("English")), ("zh-hans", _("Simplified Chinese"))],
    )
    field_order = ("kind", "email", "phone", "customer_number", "name", "residence", "language")

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> object:
        """Return the page's language for the answer: who writes down the request speaks it with the customer."""
        if field_name == "language":
            return "zh-hans" if is_chinese() else "en"
        return super().get_initial_for_field(field, field_name)

    def claim(self) -> Identity:
        return replace(super().claim(), name=self.cleaned_data["name"] or None)


class VerifyForm(forms.Form):
    reason = forms.CharField(label=_("How did you check the identity?"), max_length=2000)


class RefuseForm(forms.Form):
    article = forms.CharField(label=_("Article"), max_length=80, required=False)
    reason = forms.CharField(label=_("Reason the customer reads"), max_length=500)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the e-mail"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
