"""Where a person lives: the words for it, and the places one can choose, those whose law sets a deadline first."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from discreet.foundation.desk.phrases import is_chinese
from discreet.foundation.rulepacks.calendars import EU_AND_EEA
from discreet.vocabulary.countries import COUNTRIES, country_name
from discreet.vocabulary.text import gettext_noop

NAMED = {
    "CN": gettext_noop("Mainland China"),
    "US-CA": gettext_noop("California"),
}


def residence_words(residence: str) -> str:
    """Return an ISO 3166 code such as DE or US-CA in the reader's language; "" for unknown."""
    if residence in NAMED:
        return gettext(NAMED[residence])
    country, _dash, region = residence.partition("-")
    if country == "CN" and region in COUNTRIES:
        country, region = region, ""
    name = country_name(country, language="zh" if is_chinese() else "en")
    if not region:
        return name
    return f"{name}（{region}）" if is_chinese() else f"{name} ({region})"


_Choice = tuple[str, str | Promise]
_Choices = list[_Choice | tuple[str | Promise, list[_Choice]]]


def for_the_person() -> _Choices:
    """Return the choices of the public form, in the reader's language."""
    return [("", _("I would rather not say")), *_places()]


def for_staff() -> _Choices:
    """Return the choices of a request that staff enter."""
    return [("", _("Unknown")), *_places()]


def _places() -> _Choices:
    language = "zh" if is_chinese() else "en"
    union: list[_Choice] = [(code, country_name(code, language=language)) for code in EU_AND_EEA]
    return [
        ("CN", _("Mainland China")),
        ("US-CA", _("California")),
        (_("European Union and European Economic Area"), sorted(union, key=lambda one: _order(one))),
        ("GB", country_name("GB", language=language)),
        ("CH", country_name("CH", language=language)),
        ("US", _("United States, outside California")),
        ("ZZ", _("Another country")),
    ]


def _order(choice: _Choice) -> str:
    """Return by what a reader looks for a country: Chinese names stand in the order of their sound."""
    name = str(choice[1])
    return name.encode("gb2312", "replace").decode("latin-1") if is_chinese() else name
