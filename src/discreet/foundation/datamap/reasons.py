"""What a proposal rests on: as it is stored, and in words. No value of the data is ever part of it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import get_language, gettext

from discreet.engines.classify.model import Ground, Hidden, Reason
from discreet.foundation.datamap import labels
from discreet.vocabulary.categories import CATEGORIES

STATED = (Reason(Ground.STATED),)
MAX_WORD = 63


def to_json(reasons: Iterable[Reason]) -> list[list[object]]:
    """Return reasons as they are stored."""
    return [
        [reason.ground.value, {key: _short(value) for key, value in reason.params.items()}]
        for reason in reasons
    ]


def _short(value: str | int) -> str | int:
    return value[:MAX_WORD] if isinstance(value, str) else value


def from_json(stored: Sequence[Any]) -> tuple[Reason, ...]:
    """Return stored reasons; one that a newer version knew is left out."""
    known = {ground.value for ground in Ground}
    return tuple(Reason(Ground(ground), dict(params)) for ground, params in stored if ground in known)


def hidden_to_json(hidden: Iterable[Hidden]) -> list[list[object]]:
    return [[each.category, each.path, each.percent] for each in hidden]


def hidden_from_json(stored: Sequence[Any]) -> tuple[Hidden, ...]:
    return tuple(Hidden(category, path, percent) for category, path, percent in stored)


def _template(reason: Reason) -> str:
    if reason.ground is Ground.VALUES:
        if "percent" in reason.params and "n" in reason.params:
            return labels.LINK_VALUES
        if "n" in reason.params:
            return labels.VALUES_OPEN if reason.params.get("fit") == "open" else labels.VALUES_SEEN
    return labels.REASONS[reason.ground]


def in_words(reasons: Iterable[Reason]) -> list[str]:
    """Return each reason as a sentence in the reader's language; one sentence where there is none."""
    language = get_language() or "en"
    told = []
    for reason in reasons:
        params = dict(reason.params)
        if "category" in params and params["category"] in CATEGORIES:
            params["category"] = CATEGORIES[str(params["category"])].label(language)
        told.append(gettext(_template(reason)) % params)
    return told or [gettext(labels.NO_REASON)]
