"""What is wrong with a text of a letter, in the reader's language."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext

from discreet.foundation.desk.phrases import sentences
from discreet.mechanisms.rights.letters.parts import MOST, Fault, Occasion, Problem
from discreet.vocabulary.text import gettext_noop

FAULTS: Mapping[Fault, str] = {
    Fault.EMPTY: gettext_noop("There is no text."),
    Fault.TOO_LONG: gettext_noop("It is longer than %(most)s characters."),
    Fault.UNKNOWN: gettext_noop("There is no placeholder {%(placeholder)s} for this part."),
    Fault.BRACE: gettext_noop("A brace stands alone: a placeholder is a name in braces, such as {number}."),
    Fault.DROPPED: gettext_noop("{%(placeholder)s} is missing, and %(article)s wants it said."),
}


LETTERS: Mapping[Occasion, str] = {
    Occasion.ANSWER: gettext_noop("Answer"),
    Occasion.EXTENSION: gettext_noop("Extension"),
    Occasion.DUPLICATE: gettext_noop("Duplicate"),
    Occasion.APPEAL: gettext_noop("Appeal dismissed"),
}
#: Each in itself, as the switch of languages writes it.
LANGUAGE_NAMES: Mapping[str, str] = {"en": "English", "zh-hans": "简体中文"}


def problem_words(problems: Iterable[Problem]) -> str:
    """Return every fault as a sentence."""
    return sentences(problem_sentences(problems))


def problem_sentences(problems: Iterable[Problem]) -> list[str]:
    """Return the faults one by one."""
    return [
        gettext(FAULTS[one.fault]) % {"most": MOST, "placeholder": one.placeholder, "article": one.article}
        for one in problems
    ]
