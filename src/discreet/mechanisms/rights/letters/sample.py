"""A sample letter: how a text reads before anybody gets it. Nobody is in it."""

from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext

from discreet.foundation.mail.letters import Facts, Heading, Letter, render_letter
from discreet.foundation.organisation.queries import profile
from discreet.mechanisms.rights.complaints import complaint_words
from discreet.mechanisms.rights.deciding.items import WORDS, Justification, article_for
from discreet.mechanisms.rights.kinds import Kind, right_of
from discreet.mechanisms.rights.letters.answers import company_name, contact_words, day, paragraphs
from discreet.mechanisms.rights.letters.parts import OCCASIONS, Occasion, Part
from discreet.mechanisms.rights.letters.queries import newest_versions
from discreet.mechanisms.rights.rules import Outcome
from discreet.mechanisms.rights.words import OUTCOMES
from discreet.vocabulary.text import gettext_noop

SAMPLE = gettext_noop("Sample: what was done stands here, place by place")
_AROUND = (Part.OPENING, Part.REMEDY, Part.CLOSING)
_OCCASIONS = {
    Part.EXTENDED: Occasion.EXTENSION,
    Part.DUPLICATE: Occasion.DUPLICATE,
    Part.APPEAL: Occasion.APPEAL,
}
_KINDS = {
    Part.COPIED: Kind.ACCESS,
    Part.TOLD: Kind.KNOW,
    Part.CORRECTED: Kind.RECTIFICATION,
    Part.APPLIED: Kind.OBJECTION,
}
_OUTCOMES = {
    Part.COPIED: Outcome.DELIVERED,
    Part.TOLD: Outcome.TOLD,
    Part.CORRECTED: Outcome.CORRECTED,
    Part.APPLIED: Outcome.APPLIED,
    Part.REFUSED: Outcome.REFUSED,
}


def sample_letter(*, part: Part, language: str, text: str, now: datetime) -> bytes:
    """Return the PDF of a letter with this text for a part, and the words in force around it."""
    texts = {name: version.text for name, version in newest_versions(language).items()} | {part: text}
    body = Part.ERASED if part in _AROUND else part
    with translation.override(language):
        facts = sample_values(body, now=now)
        blocks = [
            *paragraphs(texts[Part.OPENING], facts),
            Facts(((gettext("You asked for"), facts["right"]), (gettext("Outcome"), facts["outcome"]))),
            *paragraphs(texts[body], facts),
            Heading(gettext(SAMPLE)),
            Heading(gettext("If you disagree")),
            *paragraphs(texts[Part.REMEDY], facts),
            *paragraphs(texts[Part.CLOSING], facts),
        ]
        title = gettext(OCCASIONS[_OCCASIONS.get(part, Occasion.ANSWER)]) % {"number": facts["number"]}
        letter = Letter(
            language=language,
            company=company_name(language),
            title=title,
            date=facts["date"],
            footer=facts["number"],
            blocks=tuple(blocks),
        )
    return render_letter(letter, made_at=now)


def sample_values(part: Part, *, now: datetime) -> dict[str, str]:
    """Return the facts of a request that nobody made."""
    laws = profile().laws
    why = Justification.EXCESSIVE
    return {
        "number": "R-1000",
        "company": company_name(translation.get_language() or "en"),
        "right": gettext(right_of(_KINDS.get(part, Kind.ERASURE)).title),
        "received": day(now - timedelta(days=9)),
        "date": day(now),
        "outcome": gettext(OUTCOMES[_OUTCOMES.get(part, Outcome.ERASED_EXCEPT_KEPT)]),
        "reason": gettext(WORDS[why]),
        "article": article_for(why, laws, erases=True),
        "due": day(now + timedelta(days=60)),
        "earlier": "R-999",
        "remedy": complaint_words(laws),
        "contact": contact_words(),
    }
