"""What people type, explained. The acts enforce it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_lazy as lazy_text

from discreet.engines.subjects.identity import Identity
from discreet.foundation.desk.phrases import is_chinese
from discreet.mechanisms.rights.kinds import RIGHTS, SCOPES_OF, Kind, Requester, Scope, Way
from discreet.mechanisms.rights.opening.asker import Asking, who_asks
from discreet.mechanisms.rights.opening.given import MOST
from discreet.mechanisms.rights.opening.residences import for_staff, for_the_person
from discreet.mechanisms.rights.rules import Goes
from discreet.mechanisms.rights.words import REQUESTERS, SCOPES


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
        choices=for_the_person,
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


class SignedInForm(forms.Form):
    """The public form of whoever comes signed in: who it is, the site said."""

    residence = forms.ChoiceField(
        label=_("Where do you live?"),
        choices=for_the_person,
        required=False,
        help_text=_("It decides which law sets our deadline. Unknown means the strictest."),
    )

    def residence_code(self) -> str:
        code: str = self.cleaned_data["residence"]
        return "" if code == "ZZ" else code


class ForAnotherForm(forms.Form):
    """Who asks for somebody else. Left alone, the person asks."""

    requester = forms.ChoiceField(
        label=_("Who asks?"),
        choices=[(who, lazy_text(words)) for who, words in REQUESTERS.items()],
        required=False,
        initial=Requester.SELF.value,
    )
    who_name = forms.CharField(
        label=_("Name of whoever asks"),
        max_length=MOST["name"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    who_contact = forms.CharField(
        label=_("How to reach them"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("E-mail or phone. Data are never sent there: they go to the person, or are handed over."),
    )
    relation = forms.CharField(
        label=_("In which capacity"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Such as: lawyer with a signed permission, mother, son of the deceased."),
    )

    interest = forms.CharField(
        label=_("Own lawful interest"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Only of a relative of somebody who died, such as: to settle the estate (PIPL Art. 49)."),
    )
    no_other_wish = forms.BooleanField(
        label=_("The relative says that the dead left no other wish about their data."), required=False
    )

    def asking(self, *, scope: str = "", wish: bytes = b"") -> Asking:
        """Return who asks, from a form that is valid."""
        data = self.cleaned_data
        requester = data["requester"] or Requester.SELF.value
        if requester == Requester.SELF:
            return Asking(scope=scope, wish=wish)
        is_relative = requester == Requester.RELATIVE
        who = who_asks(
            name=data["who_name"],
            contact=data["who_contact"],
            relation=data["relation"],
            interest=data["interest"] if is_relative else "",
            no_other_wish=is_relative and data["no_other_wish"],
        )
        return Asking(requester=requester, who=who, scope=scope, wish=wish)


class ScopeForm(forms.Form):
    """What an objection or a withdrawal is about, and why."""

    scope = forms.ChoiceField(label=_("What is it about?"), widget=forms.RadioSelect)
    reasons = forms.CharField(
        label=_("Your reasons"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Not needed for advertising. They are kept sealed, and staff who decide read them."),
    )

    def __init__(self, kind: Kind, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"scope": SCOPES_OF[kind][0].value} if kind in SCOPES_OF else None)
        if kind not in SCOPES_OF:
            del self.fields["scope"]
        else:
            field = cast(forms.ChoiceField, self.fields["scope"])
            field.choices = [(one.value, lazy_text(SCOPES[one])) for one in SCOPES_OF[kind]]
        if kind not in (Kind.OBJECTION, Kind.RESTRICTION):
            del self.fields["reasons"]

    def scope_code(self) -> str:
        return str(self.cleaned_data.get("scope", ""))

    def wish(self) -> bytes:
        return str(self.cleaned_data.get("reasons", "")).encode()


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
        choices=for_staff,
        required=False,
        help_text=_("It decides which law sets the deadline. Unknown means the strictest."),
    )

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(right.kind.value, lazy_text(right.short)) for right in RIGHTS.values()],
    )
    channel = forms.ChoiceField(
        label=_("How it came"),
        choices=[
            ("phone", _("By phone")),
            ("mail", _("By e-mail")),
            ("letter", _("On paper")),
            ("desk", _("In person")),
        ],
        initial="desk",
        required=False,
    )
    received_on = forms.DateField(
        label=_("Received on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Where it came before today: the legal clocks start on that day."),
    )
    language = forms.ChoiceField(
        label=_("Language of the answer"),
        choices=[("en", _("English")), ("zh-hans", _("Simplified Chinese"))],
    )

    scope = forms.ChoiceField(
        label=_("What it is about"),
        choices=[
            ("", _("Everything, or no use in particular")),
            *((one.value, lazy_text(SCOPES[one])) for one in Scope),
        ],
        required=False,
        help_text=_(
            "Only an objection and a withdrawal of consent can be about one use. Advertising stops at once."
        ),
    )
    reasons = forms.CharField(
        label=_("Reasons the person gives"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Of an objection, or of a restriction: what is contested, unlawful, needed for a claim, or objected to "
            "(GDPR 18(1)). They are kept sealed; staff who decide read them."
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind, scope = data.get("kind", ""), data.get("scope", "")
        if scope and kind and scope not in SCOPES_OF.get(Kind(kind), ()):
            self.add_error("scope", _("A request of this kind cannot be about this."))
        if data.get("reasons") and kind and kind not in (Kind.OBJECTION, Kind.RESTRICTION):
            self.add_error("reasons", _("Reasons are noted of an objection and of a restriction alone."))
        return data

    def wish(self) -> bytes:
        return str(self.cleaned_data["reasons"]).encode()

    def clean_channel(self) -> str:
        return self.cleaned_data["channel"] or "desk"

    field_order = (
        "kind",
        "scope",
        "reasons",
        "channel",
        "received_on",
        "email",
        "phone",
        "customer_number",
        "name",
        "residence",
        "language",
    )

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> object:
        """Return the page's language for the answer: who writes down the request speaks it with the customer."""
        if field_name == "language":
            return "zh-hans" if is_chinese() else "en"
        return super().get_initial_for_field(field, field_name)

    def claim(self) -> Identity:
        return replace(super().claim(), name=self.cleaned_data["name"] or None)


class ListForm(forms.Form):
    """A list of requests: CSV or XLSX."""

    file = forms.FileField(
        label=_("File with the requests"),
        help_text=_(
            "CSV or XLSX. The first line names the columns: kind, scope, email, phone, customer number, name, "
            "residence, language. One of e-mail, phone and customer number is enough."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )
    kind = forms.ChoiceField(
        label=_("Kind, where the file names none"),
        required=False,
        choices=[
            ("", _("As the file says")),
            *(
                (one.kind.value, lazy_text(one.short))
                for one in RIGHTS.values()
                if one.way is not Way.CORRECT
            ),
        ],
    )


class AuthorityForm(forms.Form):
    authority_reason = forms.CharField(label=_("How did you check that they may ask?"), max_length=2000)


class ExtendForm(forms.Form):
    extension_reason = forms.CharField(
        label=_("Why it takes longer; the person reads it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AppealForm(forms.Form):
    words = forms.CharField(
        label=_("What is wrong with our answer?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class AppealAnswerForm(forms.Form):
    appeal_reason = forms.CharField(
        label=_("Why; the person reads it"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DetailForm(forms.Form):
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=MOST["phone"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    customer_number = forms.CharField(
        label=_("Customer number"), max_length=MOST["customer_number"], required=False
    )


class DeclarationForm(forms.Form):
    declares = forms.BooleanField(
        label=_("I declare under penalty of perjury that I am the person whose data this request is about.")
    )


class HeldForm(forms.Form):
    """Where an answer that was held goes."""

    goes = forms.ChoiceField(
        label=_("Where does the answer go?"),
        choices=[
            (Goes.BY_HAND.value, _("By letter or by hand, to the person whose identity I checked")),
            (Goes.BEFORE.value, _("By mail to the address that the code went to")),
            (Goes.NOW.value, _("By mail to the address that our record holds now")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("How did you check the identity anew?"), max_length=2000)


class VerifyForm(forms.Form):
    reason = forms.CharField(label=_("How did you check the identity?"), max_length=2000)


class MailboxForm(forms.Form):
    number = forms.CharField(
        label=_("Number of your request"),
        max_length=16,
        help_text=_("It stands on the page that you were given."),
    )

    def clean_number(self) -> str:
        return str(self.cleaned_data["number"]).strip().upper()


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the e-mail"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
