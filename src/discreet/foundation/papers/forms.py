"""Forms about papers. They explain; the acts decide."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from discreet.foundation.papers.refusals import ShowsNothing
from discreet.foundation.papers.rules import LONGEST_REASON, SHOWS, Lack, Purpose, Seen
from discreet.foundation.papers.words import KINDS, LACKS, PURPOSES

ACCEPT = "yes"


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
    """What came of a paper. Nothing is chosen beforehand, and all of it must be before the form leaves the page."""

    seen = forms.ChoiceField(
        label=_("Which kind of document it is"),
        help_text=_("Only the kind is kept: no number, no name, no date of birth."),
    )
    answer = forms.ChoiceField(
        label=_("Does it show what it was asked for? Where not, whoever sent it reads why."),
        choices=lambda: [
            (ACCEPT, gettext("Yes, accept it")),
            *((one.value, gettext("No: %(lack)s") % {"lack": gettext(LACKS[one])}) for one in Lack),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, purpose: Purpose, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.purpose = purpose
        kinds = dict.fromkeys((*SHOWS[purpose], Seen.OTHER, Seen.UNREADABLE))
        field = cast(forms.ChoiceField, self.fields["seen"])
        field.choices = [
            ("", gettext("Choose the kind")),
            *((one.value, gettext(KINDS[one])) for one in kinds),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (
            data.get("answer") == ACCEPT
            and data.get("seen")
            and Seen(data["seen"]) not in SHOWS[self.purpose]
        ):
            self.add_error("seen", gettext(ShowsNothing.message))
        return data

    def lacking(self) -> Lack | None:
        """Return what it lacks, from a form that is valid; None: it is accepted."""
        answer = self.cleaned_data["answer"]
        return None if answer == ACCEPT else Lack(answer)
