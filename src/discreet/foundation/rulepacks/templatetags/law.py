"""Words of the law pages that templates ask for."""

from datetime import date

from django import template
from django.utils.translation import get_language, gettext

from discreet.foundation.rulepacks import words
from discreet.foundation.rulepacks.duty_page import said
from discreet.foundation.rulepacks.law import Force, LegalRule
from discreet.vocabulary.dates import written_date

register = template.Library()


@register.filter
def language_of(text: str) -> str:
    """Return the language of a text of the record, for its `lang`."""
    return said(text).lang


@register.filter
def confidence_words(rule: LegalRule) -> str:
    """Return how a rule was checked, in words."""
    return words.confidence(rule)


@register.filter
def force_words(force: Force) -> str:
    """Return what force a rule has, in words."""
    return gettext(words.FORCE[force])


@register.filter
def written(day: date) -> str:
    """Return a day as the desk writes days."""
    return written_date(day, language=get_language() or "en")
