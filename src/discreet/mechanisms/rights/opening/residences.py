"""Where a person lives, in words: a country, or the region whose law differs from its country's."""

from django.utils.translation import gettext

from discreet.foundation.desk.phrases import is_chinese
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
    country, _, region = residence.partition("-")
    if country == "CN" and region in COUNTRIES:
        country, region = region, ""
    name = country_name(country, language="zh" if is_chinese() else "en")
    if not region:
        return name
    return f"{name}（{region}）" if is_chinese() else f"{name} ({region})"
