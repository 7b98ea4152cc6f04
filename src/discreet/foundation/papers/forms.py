"""Forms about papers. They explain; the acts decide."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from discreet.foundation.papers.rules import LONGEST_REASON, Lack, Purpose, Seen
from discreet.foundation.papers.words import KINDS, LACKS, PURPOSES


class AskPaperForm(forms.Form):
    purpose = forms.ChoiceField(
        label=_("What it must show"),
        choices=lambda: [(one.value, gettext(PURPOSES[one])) for one in Purpose],
        help_text=_("Ask only where nothing less will do: a code or a sign-in proves more and shows less."),
    )


class LookForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you need to see it? This is recorded."), max_length=LONGEST_REASON
    )


class CheckForm(forms.Form):
    seen = forms.ChoiceField(
        label=_("Which kind of document it is"),
        choices=lambda: [(one.value, gettext(KINDS[one])) for one in Seen],
        help_text=_("Only the kind is kept: no number, no name, no date of birth."),
    )
    answer = forms.ChoiceField(
        label=_("Does it show what it was asked for?"),
        choices=lambda: [("yes", gettext("Yes, accept it")), ("no", gettext("No, do not accept it"))],
        widget=forms.RadioSelect,
    )
    lacking = forms.ChoiceField(
        label=_("If not: what is missing? Whoever sent it reads this."),
        choices=lambda: [("", "–"), *((one.value, gettext(LACKS[one])) for one in Lack)],
        required=False,
    )
