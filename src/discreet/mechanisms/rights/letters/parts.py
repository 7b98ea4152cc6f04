"""The parts of a letter that a company words itself: what each must say, and what may stand in for a fact.

Facts, tables and proofs of a letter are made from what was done, and nobody words them. Pure but for translation.
Source: GDPR Art. 12(1), 12(3), 12(4); PIPL Art. 50; Cal. Civ. Code 1798.130(a)(2), 1798.145(h)(1); 11 CCR 7021.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils import translation
from django.utils.translation import gettext

from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.vocabulary.text import gettext_noop

MOST = 4000  # characters
LANGUAGES = ("en", "zh-hans")
_PLACE = re.compile(r"\{([^{}\n]*)\}")


class Part(StrEnum):
    OPENING = "opening"
    ERASED = "erased"
    COPIED = "copied"
    TOLD = "told"
    CORRECTED = "corrected"
    APPLIED = "applied"
    REFUSED = "refused"
    EXTENDED = "extended"
    DUPLICATE = "duplicate"
    APPEAL = "appeal"
    REMEDY = "remedy"
    CLOSING = "closing"


class Occasion(StrEnum):
    """Why a letter is written. One request can have several."""

    ANSWER = "answer"
    EXTENSION = "extension"
    DUPLICATE = "duplicate"
    APPEAL = "appeal"


#: What may stand in for a fact: no text of a letter reaches further.
PLACEHOLDERS: Mapping[str, str] = {
    "number": gettext_noop("The number of the request"),
    "company": gettext_noop("The name of the company"),
    "right": gettext_noop("What was asked for"),
    "received": gettext_noop("The day the request was received"),
    "date": gettext_noop("The day of this letter"),
    "outcome": gettext_noop("What came of it"),
    "reason": gettext_noop("Why: as staff wrote it for this request"),
    "article": gettext_noop("The article of the law; its line is left out where there is none"),
    "due": gettext_noop("The day by which the answer comes"),
    "earlier": gettext_noop("The number of the earlier request"),
    "remedy": gettext_noop("Where to complain and which court, by the law of the request"),
    "contact": gettext_noop("Whom to ask, with an address"),
}
_ALWAYS = frozenset({"number", "company", "right", "received", "date", "contact"})


@dataclass(frozen=True, slots=True)
class PartFacts:
    """`must`: placeholder → the law that wants it said. `own`: placeholders beside those of every part."""

    title: str
    text: str
    own: frozenset[str]
    must: Mapping[str, str]

    @property
    def may(self) -> tuple[str, ...]:
        return tuple(name for name in PLACEHOLDERS if name in _ALWAYS | self.own)


def _part(title: str, text: str, *, own: str = "", must: Mapping[str, str] | None = None) -> PartFacts:
    return PartFacts(title=title, text=text, own=frozenset(own.split()), must=must or {})


PARTS: Mapping[Part, PartFacts] = {
    Part.OPENING: _part(
        gettext_noop("Opening"),
        gettext_noop(
            "On {received} we received your request {number}. This is our letter of {date} about it."
        ),
        own="outcome",
        must={"date": "GDPR Art. 12(3)"},
    ),
    Part.ERASED: _part(
        gettext_noop("Erasure and closing of an account"),
        gettext_noop("What was done with your data, and what stays and why, stands below, place by place."),
        own="outcome",
    ),
    Part.COPIED: _part(
        gettext_noop("Copy"),
        gettext_noop("What the copy of your data holds, and what it does not, stands below."),
        own="outcome",
    ),
    Part.TOLD: _part(
        gettext_noop("Telling what is held"),
        gettext_noop(
            "Which kinds of data we hold about you, and where, stands below. No value is repeated here."
        ),
        own="outcome",
    ),
    Part.CORRECTED: _part(
        gettext_noop("Correction"),
        gettext_noop(
            "We corrected your data in every place where it is stored, but for what is named below."
        ),
        own="outcome",
    ),
    Part.APPLIED: _part(
        gettext_noop("A choice that holds from now on"),
        gettext_noop("Your choice holds from {date} on, in every system of ours that uses the data."),
        own="outcome",
    ),
    Part.REFUSED: _part(
        gettext_noop("Refusal"),
        gettext_noop("We do not do what you asked for. The reason: {reason}\nWhat this rests on: {article}"),
        own="reason article outcome",
        must={"reason": "GDPR Art. 12(4)", "article": "GDPR Art. 12(4)"},
    ),
    Part.EXTENDED: _part(
        gettext_noop("Extension"),
        gettext_noop("We need longer for your request. The reason: {reason}\nYou have our answer by {due}."),
        own="reason due",
        must={"reason": "GDPR Art. 12(3)", "due": "GDPR Art. 12(3)"},
    ),
    Part.DUPLICATE: _part(
        gettext_noop("Duplicate"),
        gettext_noop(
            "You asked for the same before. We answer that request, {earlier}; this one, {number}, is closed."
        ),
        own="earlier",
        must={"earlier": "GDPR Art. 12(4)"},
    ),
    Part.APPEAL: _part(
        gettext_noop("Appeal dismissed"),
        gettext_noop(
            "Somebody who had not decided before looked at your request again. Our answer stands. The reason: {reason}"
        ),
        own="reason outcome",
        must={"reason": "GDPR Art. 12(4)"},
    ),
    Part.REMEDY: _part(
        gettext_noop("If you disagree"),
        gettext_noop("Write to us: {contact}\n{remedy}"),
        own="remedy",
        must={"remedy": "GDPR Art. 12(4)"},
    ),
    Part.CLOSING: _part(gettext_noop("Closing"), gettext_noop("With kind regards\n{company}")),
}
OCCASIONS: Mapping[Occasion, str] = {
    Occasion.ANSWER: gettext_noop("Answer to your request %(number)s"),
    Occasion.EXTENSION: gettext_noop("Your request %(number)s takes longer"),
    Occasion.DUPLICATE: gettext_noop("Your request %(number)s repeats an earlier one"),
    Occasion.APPEAL: gettext_noop("Your appeal on request %(number)s"),
}


_OF_WAYS: Mapping[Way, Part] = {
    Way.ERASE: Part.ERASED,
    Way.COPY: Part.COPIED,
    Way.TELL: Part.TOLD,
    Way.CORRECT: Part.CORRECTED,
    Way.STAND: Part.APPLIED,
}
_OF_OCCASIONS: Mapping[Occasion, Part] = {
    Occasion.EXTENSION: Part.EXTENDED,
    Occasion.DUPLICATE: Part.DUPLICATE,
    Occasion.APPEAL: Part.APPEAL,
}


def body_part(occasion: Occasion, kind: str, *, is_refused: bool) -> Part:
    """Return the part that says what a letter is about."""
    if occasion is Occasion.ANSWER:
        return Part.REFUSED if is_refused else _OF_WAYS[way_of(kind)]
    return _OF_OCCASIONS[occasion]


def written_parts(occasion: Occasion, kind: str) -> tuple[Part, ...]:
    """Return the paragraphs of a letter that staff can write by hand. Where to complain is none of them."""
    bodies = [body_part(occasion, kind, is_refused=False)]
    if occasion is Occasion.ANSWER:
        bodies.append(Part.REFUSED)
    return (Part.OPENING, *bodies, Part.CLOSING)


class Fault(StrEnum):
    """What is wrong with a text."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"  # placeholder
    BRACE = "brace"
    DROPPED = "dropped"  # what the law wants said


@dataclass(frozen=True, slots=True)
class Problem:
    fault: Fault
    placeholder: str = ""
    article: str = ""


def problems(part: Part, text: str) -> tuple[Problem, ...]:
    """Return what is wrong with a text for a part; () = it can be used."""
    if not text.strip():
        return (Problem(Fault.EMPTY),)
    facts = PARTS[part]
    used = list(dict.fromkeys(_PLACE.findall(text)))
    found = [Problem(Fault.TOO_LONG)] if len(text) > MOST else []
    found += [Problem(Fault.UNKNOWN, placeholder=name[:40]) for name in used if name not in facts.may]
    found += [Problem(Fault.BRACE)] if set("{}") & set(_PLACE.sub("", text)) else []
    found += [
        Problem(Fault.DROPPED, placeholder=name, article=article)
        for name, article in facts.must.items()
        if name not in used
    ]
    return tuple(found)


def filled(text: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the lines of a text with its facts; a line that is about a missing fact alone is left out.

    A fact is taken as it is: braces within it stand for nothing.
    """
    found = []
    for line in (line.strip() for line in text.splitlines()):
        about = set(_PLACE.findall(line)) - _ALWAYS
        if line and (not about or any(values.get(name) for name in about)):
            found.append(_PLACE.sub(lambda place: values.get(place[1]) or "–", line))
    return tuple(found)


def shipped(part: Part, language: str) -> str:
    """Return the text that comes with the product."""
    with translation.override(language):
        return gettext(PARTS[part].text)
