"""Forms of recipients and manual sources. They explain; the acts decide."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap import labels
from discreet.foundation.datamap.forms import Choices, NamesField
from discreet.foundation.datamap.mapfile import NOWHERE, TableName
from discreet.foundation.datamap.mapfile_read import read_name
from discreet.foundation.datamap.mapfile_refusals import MapFileRefused
from discreet.foundation.datamap.mapfile_write import written_name
from discreet.foundation.datamap.sharing import (
    ANSWER_DAYS,
    MOST_DAYS,
    REMIND_DAYS,
    Contact,
    ManualSourceFacts,
    RecipientFacts,
    RecipientKind,
    Reference,
)
from discreet.vocabulary.categories import CATEGORIES, UNKNOWN
from discreet.vocabulary.countries import COUNTRIES, country_name


def place_text(table: TableRef) -> str:
    """Return `source/table` or `source/schema.table`, as a person writes it in a form."""
    return f"{table.source}/{written_name(TableName(table=table.table, schema=table.schema))}"


def places(lines: Iterable[str]) -> tuple[TableRef, ...]:
    """Return the tables that lines name; one that cannot be read stays as written, so that the act refuses it."""
    found = []
    for line in lines:
        source, _slash, rest = line.partition("/")
        try:
            name = read_name(rest.strip(), NOWHERE, "table")
        except MapFileRefused:
            name = TableName(table=rest.strip())
        found.append(TableRef(source.strip(), name.table, name.schema))
    return tuple(found)


def _categories() -> Choices:
    language = get_language() or "en"
    return [
        (one.id, one.label(language)) for one in CATEGORIES.values() if one.is_personal and one.id != UNKNOWN
    ]


def _countries() -> Choices:
    language = "zh" if (get_language() or "").startswith("zh") else "en"
    named = ((code, country_name(code, language=language)) for code in COUNTRIES)
    return [("", "—"), *sorted(named, key=lambda one: one[1])]


def _said(texts: Iterable[tuple[str, str]]) -> Choices:
    return [(value, gettext(text)) for value, text in texts]


class _NamedForm(forms.Form):
    key = forms.CharField(
        label=_("Short name"),
        max_length=40,
        help_text=_("Small letters, digits and hyphens, as in the map file. It stays for good."),
    )
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=120)

    def _keep_key(self, key: str) -> None:
        if key:
            self.fields["key"].widget = forms.HiddenInput()
            self.fields["key"].disabled = True


class RecipientForm(_NamedForm):
    """Who receives what, and how it is told when a customer's data change."""

    address = forms.CharField(
        label=_("E-mail address"), max_length=254, required=False, help_text=_("Where it is told by mail.")
    )
    subscription = forms.CharField(
        label=_("Set-up for signed calls"),
        max_length=63,
        required=False,
        help_text=_(
            "Where it is told by a signed call: the name of its webhook, which an administrator sets up with the event recipient.notice."
        ),
    )
    since_date = forms.DateField(
        label=_("Receives since"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until_date = forms.DateField(
        label=_("Receives until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Nothing new goes there afterwards. It is still told, for what it has."),
    )
    remind_days = forms.IntegerField(
        label=_("Remind after days without confirmation"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=REMIND_DAYS,
    )

    def __init__(
        self, data: Any = None, *, facts: RecipientFacts | None, staff: Sequence[tuple[str, str]]
    ) -> None:
        initial: dict[str, object] = {}
        if facts is not None:
            initial = {name: getattr(facts, name) for name in _PLAIN}
            initial |= {
                "kind": facts.kind.value,
                "contact": facts.contact.value,
                "reference": facts.reference.value,
                "tables": [place_text(table) for table in facts.tables],
                "categories": list(facts.categories),
            }
        super().__init__(data, initial=initial)
        self._keep_key(facts.key if facts else "")
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind of recipient"),
            choices=_said((kind.value, text) for kind, text in labels.RECIPIENT_KINDS.items()),
        )
        self.fields["country"] = forms.ChoiceField(label=_("Country"), choices=_countries(), required=False)
        self.fields["contact"] = forms.ChoiceField(
            label=_("How it is told"),
            choices=_said((one.value, text) for one, text in labels.CONTACTS.items()),
        )
        self.fields["assignee"] = forms.ChoiceField(
            label=_("Person of ours"),
            choices=[("", "—"), *staff],
            required=False,
            help_text=_("Who tells it, where a person does; who is asked when nothing is confirmed."),
        )
        self.fields["language"] = forms.ChoiceField(
            label=_("Its language"), choices=[("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
        )
        self.fields["reference"] = forms.ChoiceField(
            label=_("By what it knows a customer"),
            choices=_said((one.value, text) for one, text in labels.REFERENCES.items()),
            help_text=_("It is told this and nothing else about the person."),
        )
        self.fields["tables"] = NamesField(
            label=_("Tables it receives"),
            required=False,
            help_text=_("One a line, as source/table or source/schema.table."),
        )
        self.fields["categories"] = forms.MultipleChoiceField(
            label=_("Categories it receives"),
            choices=_categories(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Neither a table nor a category: it receives everything."),
        )
        self.order_fields(_ORDER)

    @property
    def facts(self) -> RecipientFacts:
        values = self.cleaned_data
        return RecipientFacts(
            **{name: values[name] for name in _PLAIN},
            kind=RecipientKind(values["kind"]),
            contact=Contact(values["contact"]),
            reference=Reference(values["reference"]),
            tables=places(values["tables"]),
            categories=tuple(values["categories"]),
        )


_ORDER = (
    "key",
    "name_en",
    "name_zh",
    "kind",
    "country",
    "contact",
    "address",
    "subscription",
    "assignee",
    "language",
    "reference",
    "tables",
    "categories",
    "since_date",
    "until_date",
    "remind_days",
)
_PLAIN = (
    "key",
    "name_en",
    "name_zh",
    "address",
    "subscription",
    "assignee",
    "language",
    "country",
    "since_date",
    "until_date",
    "remind_days",
)


class ManualSourceForm(_NamedForm):
    """A place that no program reads, and who answers for it."""

    answer_days = forms.IntegerField(
        label=_("Days to answer"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=ANSWER_DAYS,
        help_text=_("Sooner where the customer's answer is due sooner."),
    )

    def __init__(
        self, data: Any = None, *, facts: ManualSourceFacts | None, staff: Sequence[tuple[str, str]]
    ) -> None:
        initial: dict[str, object] = {}
        if facts is not None:
            initial = {
                "key": facts.key,
                "name_en": facts.name_en,
                "name_zh": facts.name_zh,
                "assignee": facts.assignee,
                "answer_days": facts.answer_days,
                "categories": list(facts.categories),
            }
        super().__init__(data, initial=initial)
        self._keep_key(facts.key if facts else "")
        self.fields["assignee"] = forms.ChoiceField(
            label=_("Person who answers"), choices=[("", "—"), *staff], help_text=_("Gets a task each time.")
        )
        self.fields["categories"] = forms.MultipleChoiceField(
            label=_("What it holds"),
            choices=_categories(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.order_fields(["key", "name_en", "name_zh", "assignee", "answer_days", "categories"])

    @property
    def facts(self) -> ManualSourceFacts:
        values = self.cleaned_data
        return ManualSourceFacts(
            key=values["key"],
            name_en=values["name_en"],
            name_zh=values["name_zh"],
            assignee=values["assignee"],
            categories=tuple(values["categories"]),
            answer_days=values["answer_days"],
        )
