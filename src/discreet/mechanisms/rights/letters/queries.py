"""The words of letters: the company's own by part and language, each version, and what was written by hand."""

from dataclasses import dataclass
from datetime import datetime

from discreet.foundation.keys import api as keys
from discreet.mechanisms.rights.letters.parts import Occasion, Part, shipped
from discreet.mechanisms.rights.models import LetterDraft, LetterTemplate
from discreet.mechanisms.rights.request_views import RequestView, Words
from discreet.mechanisms.rights.rules import State


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a part. `number` 0: the one that comes with the product, `by` and `at` unknown."""

    number: int
    text: str
    by: str = ""
    at: datetime | None = None


def versions(part: Part, language: str) -> list[Version]:
    """Return every version of a part, the newest first; the one of the product ends the list."""
    own = LetterTemplate.objects.filter(part=part.value, language=language).order_by("-version")
    found = [Version(number=one.version, text=one.text, by=one.by, at=one.at) for one in own]
    return [*found, Version(number=0, text=shipped(part, language))]


def newest_versions(language: str) -> dict[Part, Version]:
    """Return the version in force of every part."""
    found = {part: Version(number=0, text=shipped(part, language)) for part in Part}
    for one in LetterTemplate.objects.filter(language=language).order_by("version"):
        found[Part(one.part)] = Version(number=one.version, text=one.text, by=one.by, at=one.at)
    return found


def texts_at(language: str, *, at: datetime) -> dict[Part, str]:
    """Return the words of every part as they stood then: a letter that left reads as it did."""
    found = {part: shipped(part, language) for part in Part}
    for one in LetterTemplate.objects.filter(language=language, at__lte=at).order_by("version"):
        found[Part(one.part)] = one.text
    return found


def written_by_hand(number: str, occasion: Occasion) -> dict[Part, str]:
    """Open what staff wrote into a letter of one request; parts that follow the template are not in it."""
    rows = LetterDraft.objects.filter(number=number, occasion=occasion.value).order_by("revision")
    newest = {Part(one.part): one for one in rows}
    opened = {
        part: keys.open_sealed(number, bytes(one.text_sealed), seal_label(occasion, part)).decode()
        for part, one in newest.items()
    }
    return {part: text for part, text in opened.items() if text}


def seal_label(occasion: Occasion, part: Part) -> str:
    """Return what a text is sealed for, so that it opens nowhere else."""
    return f"letter-{occasion.value}-{part.value}"


def left_at(view: RequestView, occasion: Occasion, words: Words) -> datetime | None:
    """Return when a letter left for the person; None while it has not.

    When an appeal was answered is not kept beside its evidence: the end of the case is as near.
    """
    if occasion is Occasion.EXTENSION:
        return view.course.extended_at
    if occasion is Occasion.APPEAL:
        return view.case.row.closed_at if words.appeal_answer and not view.course.reopened_at else None
    return view.answered_at


def letters_of(view: RequestView, words: Words) -> tuple[Occasion, ...]:
    """Return which letters of a request there are, the newest first."""
    course = view.course
    is_answered = view.completed_at is not None and view.state is not State.CANCELLED
    found = (
        (
            Occasion.APPEAL,
            bool(words.appeal_answer) and view.state is not State.APPEALED and not course.reopened_at,
        ),
        (Occasion.DUPLICATE, bool(course.duplicate_of)),
        (Occasion.ANSWER, is_answered and not course.duplicate_of),
        (Occasion.EXTENSION, course.extended_at is not None),
    )
    return tuple(occasion for occasion, is_there in found if is_there)


def editable_letters(view: RequestView, words: Words) -> tuple[Occasion, ...]:
    """Return the letters of a request that staff can still write into: they have not left."""
    if view.case.row.is_expired or view.course.duplicate_of:
        return ()
    is_open = view.completed_at is None and view.state is not State.CANCELLED
    found = (
        (Occasion.APPEAL, view.state is State.APPEALED),
        (Occasion.ANSWER, view.answered_at is None and view.state not in (State.CANCELLED, State.APPEALED)),
        (Occasion.EXTENSION, is_open and view.course.extended_at is None),
    )
    return tuple(occasion for occasion, is_there in found if is_there)
