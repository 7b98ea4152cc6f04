"""What the answer to the customer says of places that no program reads, by the name that the data map gives them."""

from django.utils import translation
from django.utils.translation import gettext

from discreet.mechanisms.rights.outside.queries import ManualView, manual_asks
from discreet.mechanisms.rights.outside.rules import ManualAnswer
from discreet.mechanisms.rights.request_views import RequestView
from discreet.vocabulary.text import gettext_noop

DONE = {
    ManualAnswer.ERASED: gettext_noop("erased or destroyed by the person in charge of it"),
    ManualAnswer.CORRECTED: gettext_noop("corrected by the person in charge of it"),
}


def place_names(number: str, language: str) -> dict[str, str]:
    """Return what the places that were asked are called, by key."""
    return {one.facts.key: one.facts.name(language) for one in manual_asks(number)}


def done_lines(view: RequestView, answer: ManualAnswer, language: str) -> list[dict[str, str]]:
    """Return a line for each place where a person erased or corrected what was held."""
    with translation.override(language):
        return [
            {"table": one.facts.name(language), "what": gettext(DONE[answer])}
            for one in _answered(view, answer)
        ]


def file_lines(view: RequestView) -> list[dict[str, str]]:
    """Return a line for each file that a place handed over into the copy, in the reader's language."""
    language = translation.get_language() or "en"
    return [
        {"table": one.facts.name(language), "rows": gettext("a file (%(kind)s)") % {"kind": kind}}
        for one in _answered(view, ManualAnswer.HANDED_OVER)
        if (kind := one.file_kind.upper())
    ]


def _answered(view: RequestView, answer: ManualAnswer) -> list[ManualView]:
    return [one for one in manual_asks(view.number) if one.answer is answer]
