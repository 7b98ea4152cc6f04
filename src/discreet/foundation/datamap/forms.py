"""Forms of the map's pages. They explain; acts and the database decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from discreet.engines.subjects.graph import EraseAction, KeepDuty, LinkRole, Match
from discreet.foundation.datamap import labels
from discreet.foundation.datamap.views import FieldView, TableView
from discreet.vocabulary.categories import ASSIGNABLE, CATEGORIES

Choices = list[tuple[str, str]]


def category_choices() -> Choices:
    language = get_language() or "en"
    return [(name, CATEGORIES[name].label(language)) for name in ASSIGNABLE]


def role_choices() -> Choices:
    return [(role.value, gettext(text)) for role, text in labels.ROLES.items()]


def _erase_choices(texts: dict[EraseAction | None, str]) -> Choices:
    return [(action.value if action else "", gettext(text)) for action, text in texts.items()]


class CorrectionForm(forms.Form):
    """What a field holds and what erasure does to it."""

    category = forms.ChoiceField(label=_("This field holds"))
    erase = forms.ChoiceField(label=_("Erasure of this field"), required=False)
    replacement = forms.CharField(
        label=_("Replacement value"),
        required=False,
        max_length=500,
        help_text=_("Only where erasure replaces with a value."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, field: FieldView) -> None:
        initial = {
            "category": field.category.id,
            "erase": field.erase.value if field.erase else "",
            "replacement": field.replacement or "",
            "seen": field.category.id,
        }
        super().__init__(data, initial=initial)
        self.fields["category"] = forms.ChoiceField(label=_("This field holds"), choices=category_choices())
        self.fields["erase"] = forms.ChoiceField(
            label=_("Erasure of this field"), choices=_erase_choices(labels.ERASE_FIELD), required=False
        )

    @property
    def erase_action(self) -> EraseAction | None:
        return EraseAction(self.cleaned_data["erase"]) if self.cleaned_data["erase"] else None

    @property
    def replacement_value(self) -> str | None:
        value: str = self.cleaned_data["replacement"]
        return value if self.erase_action is EraseAction.REPLACE else None


class TableForm(forms.Form):
    """What a table is and which law keeps its rows."""

    people = forms.BooleanField(label=_("Each row is a person"), required=False)
    article = forms.CharField(
        label=_("Law that keeps its rows"),
        required=False,
        max_length=255,
        help_text=_("Article as you cite it, e.g. GDPR Art. 17(3)(b); AO § 147(3). Empty: no duty to keep."),
    )
    reason_en = forms.CharField(label=_("Reason in English"), required=False, max_length=500)
    reason_zh = forms.CharField(label=_("Reason in Chinese"), required=False, max_length=500)
    years = forms.IntegerField(label=_("Years kept"), required=False, min_value=1, max_value=200)

    def __init__(self, data: Any = None, *, table: TableView) -> None:
        keep = table.keep
        initial = {
            "people": table.is_people,
            "erase": table.erase.value if table.erase else "",
            "article": keep.article if keep else "",
            "reason_en": keep.reason_en if keep else "",
            "reason_zh": keep.reason_zh if keep else "",
            "years": keep.years if keep else None,
            "start": keep.start_column or "" if keep else "",
        }
        needed = list(keep.fields) if keep else []
        super().__init__(data, initial={**initial, "needed": needed})
        names = [(field.name, field.name) for field in table.fields if not field.is_gone]
        personal = [(field.name, field.name) for field in table.fields if field.category.is_personal]
        self.fields["erase"] = forms.ChoiceField(
            label=_("Erasure of a row"), choices=_erase_choices(labels.ERASE_TABLE), required=False
        )
        self.fields["start"] = forms.ChoiceField(
            label=_("Years count from"), choices=[("", "—"), *names], required=False
        )
        known = {name for name, _label in personal}
        others = [(name, name) for name in needed if name not in known]
        self.fields["needed"] = forms.MultipleChoiceField(
            label=_("Personal fields the law needs"),
            choices=[*personal, *others],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("The others are emptied. None ticked: the whole row stays."),
        )

    @property
    def erase_action(self) -> EraseAction | None:
        return EraseAction(self.cleaned_data["erase"]) if self.cleaned_data["erase"] else None

    @property
    def keep(self) -> KeepDuty | None:
        values = self.cleaned_data
        if not values["article"].strip():
            return None
        return KeepDuty(
            article=values["article"].strip(),
            reason_en=values["reason_en"].strip(),
            reason_zh=values["reason_zh"].strip(),
            years=values["years"],
            start_column=values["start"] or None,
            fields=tuple(values["needed"]),
        )


class LinkForm(forms.Form):
    """A link that the schema does not declare. Columns are written in order, separated by commas."""

    from_columns = forms.CharField(label=_("Columns here"), max_length=2000)
    to_columns = forms.CharField(label=_("Columns there"), max_length=2000)
    discriminator_column = forms.CharField(
        label=_("Only where column"),
        required=False,
        max_length=255,
        help_text=_("For links to several tables."),
    )
    discriminator_value = forms.CharField(label=_("has the value"), required=False, max_length=255)

    def __init__(self, data: Any = None, *, tables: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["to_table"] = forms.ChoiceField(label=_("Table there"), choices=list(tables))
        self.fields["role"] = forms.ChoiceField(label=_("A row here"), choices=role_choices())
        self.fields["match"] = forms.ChoiceField(
            label=_("Rows belong together by"),
            choices=[(match.value, gettext(text)) for match, text in labels.MATCHES.items()],
        )
        self.order_fields(
            [
                "from_columns",
                "to_table",
                "to_columns",
                "role",
                "match",
                "discriminator_column",
                "discriminator_value",
            ]
        )

    def columns(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.cleaned_data[name].split(",") if part.strip())

    @property
    def role(self) -> LinkRole:
        return LinkRole(self.cleaned_data["role"])

    @property
    def match(self) -> Match:
        return Match(self.cleaned_data["match"])

    @property
    def discriminator(self) -> tuple[str, str] | None:
        column: str = self.cleaned_data["discriminator_column"].strip()
        return (column, self.cleaned_data["discriminator_value"]) if column else None


class RoleForm(forms.Form):
    """What an existing link says."""

    role = forms.ChoiceField()

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["role"] = forms.ChoiceField(choices=role_choices())


class ConnectForm(forms.Form):
    """A new source. The addresses hold secrets: they are written, never shown again."""

    name = forms.SlugField(
        label=pgettext_lazy("thing", "Name"),
        max_length=50,
        help_text=_("Short, in Latin letters and digits, e.g. shop."),
    )
    url = forms.CharField(
        label=_("Address for reading"),
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),  # never rendered back
        help_text=_(
            "postgresql://user:password@host/database, mysql://…, sqlite:///path, or env:VARIABLE. "
            "Passwords are sealed and never shown again."
        ),
    )
    write_url = forms.CharField(
        label=_("Address for erasing"),
        required=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),  # never rendered back
        help_text=_(
            "An account that may also delete and update. Without it nothing can be erased here. "
            "A known source keeps the one it has if the database is the same."
        ),
    )
    is_read_only = forms.BooleanField(
        label=_("Nothing shall be erased here: drop the account for erasing, if there is one"), required=False
    )
