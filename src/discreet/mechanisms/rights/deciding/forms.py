"""What staff choose when they decide on one table, or refuse a request. The acts enforce it."""

from collections.abc import Iterable, Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from discreet.foundation.rulepacks.law import Law
from discreet.mechanisms.rights.deciding.items import (
    MOST_OF_ARTICLE,
    OF_ITEMS,
    OF_REQUESTS,
    WORDS,
    ItemDecision,
    Justification,
    Verdict,
    article_for,
)


def reasons(
    of: Iterable[Justification], laws: Sequence[Law], none: str, *, erases: bool
) -> list[tuple[str, str]]:
    """Return the reasons to choose from, each with the article that these laws name for it."""
    found = [("", none)]
    for why in of:
        article = article_for(why, tuple(laws), erases=erases)
        words = gettext(WORDS[why])
        template = gettext("%(reason)s (%(article)s)") if article else "%(reason)s"
        found.append((why.value, template % {"reason": words, "article": article}))
    return found


class ItemForm(forms.Form):
    """A decision on one table. Ids are its own: a page shows one form for each table."""

    table = forms.CharField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            (Verdict.GRANT.value, _("Grant: as the plan proposes")),
            (Verdict.PARTLY.value, _("In part: the fields ticked are not given, or not erased")),
            (Verdict.REFUSE.value, _("Refuse: nothing of this table is given, or erased")),
        ],
    )
    columns = forms.MultipleChoiceField(
        label=_("Fields"), widget=forms.CheckboxSelectMultiple, required=False
    )
    justification = forms.ChoiceField(label=_("Reason"), required=False)
    article = forms.CharField(
        label=_("Article"),
        max_length=MOST_OF_ARTICLE,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Empty: the one named with the reason. Where a law makes you keep it, name that law."),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        place: int,
        columns: Sequence[tuple[str, str]],
        laws: Sequence[Law],
        erases: bool,
        initial: dict[str, object],
    ) -> None:
        super().__init__(data, auto_id=f"item-{place}-%s", initial=initial)
        for name, choices in (
            ("columns", columns),
            ("justification", reasons(OF_ITEMS, laws, gettext("Choose a reason"), erases=erases)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(choices)

    def decision(self) -> ItemDecision:
        data = self.cleaned_data
        return ItemDecision(
            verdict=Verdict(data["verdict"]),
            columns=tuple(data["columns"]),
            justification=data["justification"],
            article=data["article"],
        )


class RefusalForm(forms.Form):
    """A refusal of the whole request. The company bears the proof of what it says. Source: GDPR Art. 12(5)."""

    justification = forms.ChoiceField(label=_("Reason"), required=False)
    article = forms.CharField(
        label=_("Article"),
        max_length=MOST_OF_ARTICLE,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Empty: the one named with the reason."),
    )
    reason = forms.CharField(
        label=_("Reason the customer reads"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Say what shows it. That a request is unfounded or excessive is yours to prove, and the customer "
            "can take it to the authority or to court."
        ),
    )

    def __init__(self, data: QueryDict | None = None, *, laws: Sequence[Law], erases: bool) -> None:
        super().__init__(data, auto_id="refusal-%s")
        field = self.fields["justification"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = reasons(OF_REQUESTS, laws, gettext("Another reason"), erases=erases)
