"""Forms about accounts and tokens. They explain; the acts decide."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from discreet.foundation.staff.rules import MAX_TOKEN_DAYS, Scope
from discreet.foundation.staff.words import role_label, role_meaning, scope_label
from discreet.vocabulary.actors import Role


def _role_choices() -> list[tuple[str, str]]:
    return [
        (
            role.value,
            gettext("%(role)s: %(meaning)s")
            % {"role": gettext(role_label(role)), "meaning": gettext(role_meaning(role))},
        )
        for role in Role
    ]


def _scope_choices() -> list[tuple[str, str]]:
    return [(scope.value, f"{gettext(scope_label(scope))} ({scope.value})") for scope in Scope]


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=_role_choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class MemberForm(RolesForm):
    username = forms.CharField(
        label=_("Account name"),
        max_length=60,
        help_text=_("Lower-case letters, digits, dots, dashes. It stands in evidence, so no e-mail address."),
    )
    full_name = forms.CharField(label=_("Name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)

    field_order = ("username", "full_name", "email", "roles")


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What uses it"), max_length=60)
    owner = forms.ChoiceField(
        label=_("Account it acts as"), help_text=_("The token never does more than this account may.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), choices=_scope_choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(label=_("Days it lasts"), min_value=1, max_value=MAX_TOKEN_DAYS, initial=90)

    def __init__(self, *args: object, owners: list[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, name) for name in owners]
