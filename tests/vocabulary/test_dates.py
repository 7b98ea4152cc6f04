"""A day is written in one way per language, wherever it stands."""

from datetime import date

import pytest

from discreet.vocabulary.dates import written_date


@pytest.mark.parametrize(
    ("day", "en", "zh"),
    [
        (date(2026, 11, 24), "24 Nov 2026", "2026 年 11 月 24 日"),
        (date(2027, 5, 1), "1 May 2027", "2027 年 5 月 1 日"),
    ],
)
def test_a_day_reads_as_its_language_writes_it(day: date, en: str, zh: str) -> None:
    assert written_date(day, language="en").replace("\N{NO-BREAK SPACE}", " ") == en
    assert written_date(day, language="zh-hans").replace("\N{NO-BREAK SPACE}", " ") == zh
