"""The countries a residence can name. Source: ISO 3166-1 alpha-2; XK is the code in use for Kosovo.

Their names stand in `countries.csv`. Source: Unicode CLDR, territories of `en` and `zh`.
"""

import csv
from importlib.resources import files


def _names() -> dict[str, dict[str, str]]:
    text = files("discreet.vocabulary").joinpath("countries.csv").read_text(encoding="utf-8")
    return {row["code"]: row for row in csv.DictReader(text.splitlines())}


_NAMES = _names()
COUNTRIES = frozenset(_NAMES)


def country_name(code: str, *, language: str) -> str:
    """Return a country's name in `en` or `zh`; a code that names none stays as it is."""
    return _NAMES[code][language] if code in _NAMES else code
