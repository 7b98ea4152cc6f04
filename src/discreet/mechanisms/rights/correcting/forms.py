"""What people write to have something corrected: which kind of data, what stands there, what is right."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy

from discreet.engines.subjects.corrections import Change
from discreet.engines.subjects.validity import MOST_CHARACTERS, NotValid, valid_value
from discreet.foundation.desk.refusals import message_of
from discreet.mechanisms.rights.correcting.words import OFFERED
from discreet.mechanisms.rights.forms import AskForm
from discreet.vocabulary.categories import CATEGORIES

LINES = 3
MOST_NOTE = 2000


def kinds_of_data() -> list[tuple[str, str]]:
    """Return what can be said to be wrong, in the reader's words."""
    language = "zh" if (translation.get_language() or "").startswith("zh") else "en"
    return [("", gettext("Choose")), *((name, CATEGORIES[name].label(language)) for name in OFFERED)]


class WishForm(forms.Form):
    """Up to three corrections at once, each of one kind of data. A line without a kind is left out."""

    note = forms.CharField(
        label=gettext_lazy("How can we see that it is right?"),
        help_text=gettext_lazy("For example: moved in March, or a deed number. Do not send papers here."),
        max_length=MOST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, country: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country
        note = self.fields.pop("note")
        for number in range(1, LINES + 1):
            self.fields[f"kind_{number}"] = forms.ChoiceField(
                label=gettext("Which data are wrong?"), choices=kinds_of_data(), required=number == 1
            )
            self.fields[f"old_{number}"] = _value(
                gettext("What stands there now, if you know it"), is_needed=False
            )
            self.fields[f"new_{number}"] = _value(gettext("What is right"), is_needed=number == 1)
        self.fields["note"] = note

    @property
    def lines(self) -> Iterator[tuple[int, Any, Any, Any]]:
        for number in range(1, LINES + 1):
            yield number, self[f"kind_{number}"], self[f"old_{number}"], self[f"new_{number}"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        country = self.country or str(data.get("residence") or "")
        for number in range(1, LINES + 1):
            kind, new = str(data.get(f"kind_{number}") or ""), str(data.get(f"new_{number}") or "")
            if not kind and new:
                self.add_error(f"kind_{number}", gettext("Choose what is wrong."))
            elif kind:
                try:
                    valid_value(
                        category=kind,
                        text=new,
                        country="" if country == "ZZ" else country,
                        today=timezone.localdate(),
                    )
                except NotValid as refusal:
                    if f"new_{number}" not in self.errors:
                        self.add_error(f"new_{number}", message_of(refusal))
        return data

    def changes(self) -> list[Change]:
        data = self.cleaned_data
        return [
            Change(data[f"kind_{number}"], data[f"new_{number}"], data[f"old_{number}"] or None)
            for number in range(1, LINES + 1)
            if data[f"kind_{number}"]
        ]


def _value(label: str, *, is_needed: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MOST_CHARACTERS,
        required=is_needed,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CorrectForm(WishForm, AskForm):
    """The public form: who it is, and what is to be corrected."""
