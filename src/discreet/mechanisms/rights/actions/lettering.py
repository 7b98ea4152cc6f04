"""The words of letters: a company's templates, version by version, and what staff write into one letter by hand.

Facts, tables and proofs are made from what was done; no act words them. Source: GDPR Art. 12(1), 12(4).
"""

import hashlib
from datetime import datetime

from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.mechanisms.rights.actions.receiving import load_request, refuse_unless
from discreet.mechanisms.rights.letters.parts import LANGUAGES, Occasion, Part, problems, written_parts
from discreet.mechanisms.rights.letters.queries import editable_letters, newest_versions, seal_label
from discreet.mechanisms.rights.letters.words import problem_words
from discreet.mechanisms.rights.models import LetterDraft, LetterTemplate
from discreet.mechanisms.rights.queries import request_view, words_sealed
from discreet.mechanisms.rights.refusals import LetterChanged, LetterLeft, LetterUnusable, NotAnApprover
from discreet.vocabulary.actors import Actor, Role


@act("rights.write_letter_template")
def write_letter_template(
    *, actor: Actor, now: datetime, part: Part, language: str, text: str, based_on: int
) -> int:
    """Add a version of the company's words for a part of its letters. Returns the version.

    `based_on`: the version that the writer read. What left before reads as it did.

    Raises:
        NotAnApprover: neither an approver nor an administrator.
        LetterUnusable: it drops what the law wants said, or holds a placeholder that there is not.
        LetterChanged: somebody saved another version meanwhile.
    """
    if not (actor.may(Role.APPROVER) or actor.may(Role.ADMINISTRATOR)):
        raise NotAnApprover
    text = _usable(part, text)
    if language not in LANGUAGES:
        raise LetterUnusable(problems=language[:16])
    list(
        LetterTemplate.objects.select_for_update()
        .filter(part=part.value, language=language)
        .values_list("pk")
    )
    newest = newest_versions(language)[part].number
    if based_on != newest:
        raise LetterChanged
    version = newest + 1
    LetterTemplate.objects.create(
        part=part.value, language=language, version=version, text=text, by=actor.person, at=now
    )
    facts: dict[str, Json] = {
        "part": part.value,
        "language": language,
        "version": version,
        "text": hashlib.sha256(text.encode()).hexdigest(),
    }
    record(actor=actor, now=now, subject="rights:letters", facts=facts)
    return version


@act("rights.write_letter")
def write_letter(
    *, actor: Actor, now: datetime, number: str, occasion: Occasion, part: Part, text: str
) -> None:
    """Write a paragraph of one request's letter by hand, before it leaves; "" takes the template's words again.

    The text is sealed under the case key. Evidence says who wrote which paragraph, and nothing of the text.

    Raises:
        NotYours, UnknownRequest
        LetterLeft: the letter has left, is not written yet, or has no such paragraph.
        LetterUnusable: it drops what the law wants said, or holds a placeholder that there is not.
    """
    if not actor.may(Role.APPROVER):
        refuse_unless(actor, Role.AGENT)
    request = load_request(number)
    view = request_view(number)
    is_open = occasion in editable_letters(view, words_sealed(number))
    if not is_open or part not in written_parts(occasion, view.kind):
        raise LetterLeft(number=number)
    text = _usable(part, text) if text.strip() else ""
    earlier = LetterDraft.objects.filter(number=request.number, occasion=occasion.value, part=part.value)
    revision = earlier.count() + 1
    LetterDraft.objects.create(
        number=request.number,
        occasion=occasion.value,
        part=part.value,
        revision=revision,
        text_sealed=keys.seal(number, text.encode(), seal_label(occasion, part)),
        by=actor.person,
        at=now,
    )
    facts: dict[str, Json] = {
        "letter": occasion.value,
        "part": part.value,
        "revision": revision,
        "by_hand": bool(text),
    }
    record(actor=actor, now=now, subject=f"request:{number}", facts=facts)


def _usable(part: Part, text: str) -> str:
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if found := problems(part, text):
        raise LetterUnusable(problems=problem_words(found))
    return text
