"""Forms of the map's pages. They explain; acts and the database decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from discreet.engines.subjects.graph import EraseAction, KeepDuty, LinkRole, Match
from discreet.foundation.datamap import labels
from discreet.foundation.datamap.address_box import AddressBox, has_account
from discreet.foundation.datamap.bulk_actions import FieldDecision
from discreet.foundation.datamap.scan_actions import PlanOfScans
from discreet.foundation.datamap.views import FieldView, TableView
from discreet.vocabulary.categories import ASSIGNABLE, CATEGORIES, NONE

Choices = list[tuple[str, str]]


def category_choices() -> Choices:
    language = get_language() or "en"
    return [(name, CATEGORIES[name].label(language)) for name in ASSIGNABLE]


class CategorySelect(forms.Select):
    """A select whose options carry their id and both names, so that typing any of them finds it."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Return the select, without a template for each of its options."""
        chosen = str(value or "")
        options = []
        for key, label in self.choices:
            category = CATEGORIES.get(str(key))
            words = f"{category.id} {category.en} {category.zh}".casefold() if category else ""
            is_chosen = mark_safe(" selected") if str(key) == chosen else ""
            options.append((key, words, is_chosen, label))
        pairs = {**self.attrs, **(attrs or {}), "name": name}.items()
        shown = format_html_join("", ' {}="{}"', (pair for pair in pairs if pair[1] is not False))
        listed = format_html_join("", '<option value="{}" data-words="{}"{}>{}</option>', options)
        return format_html("<select{}>{}</select>", shown, listed)


def category_field(*, is_required: bool = True) -> forms.ChoiceField:
    """Return the field in which a person says what kind of personal data something is."""
    choices = category_choices() if is_required else [("", "—"), *category_choices()]
    widget = CategorySelect(attrs={"data-combobox": gettext("Type to filter")})
    return forms.ChoiceField(
        label=gettext("This field holds"), choices=choices, widget=widget, required=is_required
    )


def role_choices() -> Choices:
    return [(role.value, gettext(text)) for role, text in labels.ROLES.items()]


def _erase_choices(texts: dict[EraseAction | None, str]) -> Choices:
    return [(action.value if action else "", gettext(text)) for action, text in texts.items()]


class CorrectionForm(forms.Form):
    """What a field holds and what erasure does to it."""

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
        self.fields["category"] = category_field()
        self.fields["erase"] = forms.ChoiceField(
            label=_("Erasure of this field"), choices=_erase_choices(labels.ERASE_FIELD), required=False
        )
        self.order_fields(["category", "erase", "replacement", "seen"])

    @property
    def erase_action(self) -> EraseAction | None:
        return EraseAction(self.cleaned_data["erase"]) if self.cleaned_data["erase"] else None

    @property
    def replacement_value(self) -> str | None:
        value: str = self.cleaned_data["replacement"]
        return value if self.erase_action is EraseAction.REPLACE else None


MOST_CHOICES = 60


class NamesField(forms.CharField):
    """Names of columns, one a line: a thousand boxes to tick would take a page seconds to draw."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return list(dict.fromkeys(line.strip() for line in str(value or "").splitlines() if line.strip()))

    def validate(self, value: Any) -> None:
        """Leave it to the act to refuse a column that is not there."""

    def run_validators(self, value: Any) -> None:
        """None of a text's: the value is a list."""


class TableForm(forms.Form):
    """What a table is and which law keeps its rows. Of a wide table, columns are written, not chosen."""

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
        self.fields["erase"] = forms.ChoiceField(
            label=_("Erasure of a row"), choices=_erase_choices(labels.ERASE_TABLE), required=False
        )
        if len(table.fields) > MOST_CHOICES:
            self.fields["start"] = forms.CharField(label=_("Years count from"), required=False)
            self.fields["needed"] = NamesField(
                label=_("Personal fields the law needs"),
                required=False,
                help_text=_("One name a line. The others are emptied. No name: the whole row stays."),
            )
            return
        names = [(field.name, field.name) for field in table.fields if not field.is_gone]
        personal = [(field.name, field.name) for field in table.fields if field.category.is_personal]
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


def split_columns(text: str) -> tuple[str, ...]:
    """Return the names in a list that commas separate, also full-width ones."""
    return tuple(part.strip() for part in text.replace("，", ",").split(",") if part.strip())


class LinkForm(forms.Form):
    """A link that the schema does not declare. Columns are written in order, separated by commas, or chosen."""

    from_columns = forms.CharField(label=_("Columns here"), max_length=2000)
    to_columns = forms.CharField(label=_("Columns there"), max_length=2000)
    discriminator_column = forms.CharField(
        label=_("Only where this column"),
        required=False,
        max_length=255,
        help_text=_("For links to several tables."),
    )
    discriminator_value = forms.CharField(label=_("holds the value"), required=False, max_length=255)

    def __init__(
        self, data: Any = None, *, tables: Sequence[tuple[str, str]], initial: dict[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        for name in ("from_columns", "discriminator_column"):
            self.fields[name].widget.attrs |= {"list": "columns-here", "autocomplete": "off"}
        self.fields["to_columns"].widget.attrs |= {"list": "columns-there", "autocomplete": "off"}
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
        return split_columns(self.cleaned_data[name])

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


def _whole(label: Any, *, most: int = 1_000_000_000, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=most, help_text=help_text)


class PlanForm(forms.Form):
    """How often, how hard and when a source is scanned, and who owns what is new in it."""

    every_days = _whole(_("Scan again every N days"), most=3660, help_text=_("Empty: only when asked."))
    statements_per_minute = _whole(_("At most statements a minute"), help_text=_("Empty: no limit."))
    rows_per_s = _whole(_("At most rows a second"), help_text=_("Empty: no limit."))
    from_hour = forms.TypedChoiceField(label=_("Scan from"), required=False, coerce=int, empty_value=None)
    to_hour = forms.TypedChoiceField(label=_("Scan until"), required=False, coerce=int, empty_value=None)
    owner = forms.ChoiceField(
        label=_("Owner of what is new"),
        required=False,
        help_text=_("New personal fields become a task of this person; without one, of all agents."),
    )

    def __init__(self, data: Any = None, *, plan: PlanOfScans, owners: Choices) -> None:
        start, end = plan.hours or (None, None)
        initial = {
            "every_days": plan.every_days,
            "statements_per_minute": plan.statements_per_minute,
            "rows_per_s": plan.rows_per_s,
            "from_hour": start,
            "to_hour": end,
            "owner": plan.owner,
        }
        super().__init__(data, initial=initial)
        hours = [("", gettext("any hour")), *((str(hour), f"{hour:02}:00") for hour in range(24))]
        for name in ("from_hour", "to_hour"):
            self.fields[name].choices = hours  # type: ignore[attr-defined]
        known = {name for name, _label in owners}
        former = [(plan.owner, plan.owner)] if plan.owner and plan.owner not in known else []
        self.fields["owner"].choices = [("", gettext("all agents")), *owners, *former]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        start, end = values.get("from_hour"), values.get("to_hour")
        if (start is None) != (end is None) or (start is not None and start == end):
            raise forms.ValidationError(_("State both hours, and two that differ, or neither."))
        return values

    @property
    def plan(self) -> PlanOfScans:
        values = self.cleaned_data
        start, end = values["from_hour"], values["to_hour"]
        return PlanOfScans(
            every_days=values["every_days"],
            statements_per_minute=values["statements_per_minute"],
            rows_per_s=values["rows_per_s"],
            hours=(start, end) if start is not None and end is not None else None,
            owner=values["owner"],
        )


class BulkForm(forms.Form):
    """Fields that were selected, and what is decided of them. Each value is `ID:category that was seen`."""

    what = forms.ChoiceField(choices=[(one, one) for one in ("confirm", "none", "set")])

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="bulk_%s")
        self.fields["category"] = category_field(is_required=False)

    def decisions(self, sent: Sequence[str]) -> list[FieldDecision]:
        """Return the decisions; values that are none are left out."""
        what: str = self.cleaned_data["what"]
        category = {"confirm": None, "none": NONE}.get(what, self.cleaned_data["category"] or None)
        parts = (value.partition(":") for value in dict.fromkeys(sent))
        return [
            FieldDecision(int(number), seen, category)
            for number, _colon, seen in parts
            if number.isascii() and number.isdecimal() and len(number) < 19
        ]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("what") == "set" and not values.get("category"):
            raise forms.ValidationError(_("Choose the category that the selected fields hold."))
        return values


class ConnectForm(forms.Form):
    """A new source. Passwords are written, never shown again; all else that was typed is kept."""

    name = forms.SlugField(
        label=pgettext_lazy("thing", "Name"),
        max_length=50,
        help_text=_("Short, in Latin letters and digits, e.g. shop."),
        error_messages={
            "required": _("Give the source a short name."),
            "invalid": _("Use Latin letters, digits, hyphens and underscores alone, as in shop_eu."),
        },
    )
    url = forms.CharField(
        label=_("Address for reading"),
        max_length=1000,
        widget=AddressBox(),
        help_text=_(
            "postgresql://user@host/database, mysql://…, or env:VARIABLE. The password has a box of its own; it is "
            "sealed and never shown again. For an SQLite file or a folder of files run `discreet connect NAME "
            "sqlite:////path` where Discreet runs."
        ),
        error_messages={"required": _("Enter the address of the database.")},
    )
    write_url = forms.CharField(
        label=_("Address for erasing"),
        required=False,
        max_length=1000,
        widget=AddressBox(),
        help_text=_(
            "An account that may also delete and update. Without it nothing can be erased here. "
            "A known source keeps the one it has if the database is the same."
        ),
    )
    is_read_only = forms.BooleanField(
        label=_("Nothing shall be erased here: drop the account for erasing, if there is one"), required=False
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for name in ("url", "write_url"):
            if self.data.get(f"{name}_password") and not has_account(str(self.data.get(name) or "")):
                self.add_error(
                    name, _("Name the user in the address, as in postgresql://user@host/database.")
                )
        return values
