"""Countries have a name in both languages."""

import pytest

from discreet.vocabulary.countries import COUNTRIES, country_name


def test_every_country_has_a_name_in_both_languages() -> None:
    assert len(COUNTRIES) == 250
    unnamed = [
        code
        for code in COUNTRIES
        for language in ("en", "zh")
        if country_name(code, language=language) in ("", code)
    ]
    assert unnamed == []


@pytest.mark.parametrize(("code", "en", "zh"), [("DE", "Germany", "德国"), ("NA", "Namibia", "纳米比亚")])
def test_a_country_is_named_in_the_readers_language(code: str, en: str, zh: str) -> None:
    assert (country_name(code, language="en"), country_name(code, language="zh")) == (en, zh)
