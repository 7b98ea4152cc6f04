"""The one way a day is written for people, on pages, in letters, mails and packages.

Source: DESIGN-LANGUAGE.md, Words.
"""

from datetime import date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BLANK = "\N{NO-BREAK SPACE}"


def written_date(day: date, *, language: str) -> str:
    """Return “24 Nov 2026” or “2026 年 11 月 24 日”, which no line breaks."""
    if language.startswith("zh"):
        return _BLANK.join((str(day.year), "年", str(day.month), "月", str(day.day), "日"))
    return _BLANK.join((str(day.day), _MONTHS[day.month - 1], str(day.year)))
