"""A request's letters as PDF: the company's words, and the facts of what was done, which nobody words.

Source: GDPR Art. 12(1), 12(3), 12(4); PIPL Art. 50; 11 CCR 7021, 7024.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from discreet.foundation.desk import times
from discreet.foundation.ledger.signing import log_key
from discreet.foundation.mail.letters import (
    Block,
    Bullets,
    Exact,
    Facts,
    Heading,
    Letter,
    Paragraph,
    Table,
    render_letter,
)
from discreet.foundation.organisation.queries import profile
from discreet.mechanisms.rights import queries, status_page
from discreet.mechanisms.rights.complaints import complaint_words
from discreet.mechanisms.rights.copying import delivered as copies
from discreet.mechanisms.rights.correcting import letters as correction_letters
from discreet.mechanisms.rights.kinds import Way, right_of, way_of
from discreet.mechanisms.rights.letters import queries as letter_queries
from discreet.mechanisms.rights.letters import said as letters
from discreet.mechanisms.rights.letters.parts import OCCASIONS, Occasion, Part, body_part, filled
from discreet.mechanisms.rights.letters.words import LETTERS
from discreet.mechanisms.rights.outside import pages as notices
from discreet.mechanisms.rights.refusals import NoLetter
from discreet.mechanisms.rights.request_views import RequestView, Words
from discreet.mechanisms.rights.rules import Outcome, State
from discreet.vocabulary.dates import written_date

NO_WORDS = Words(extension="", appeal="", appeal_answer="", reasons="", who={})


def answer_letter(view: RequestView, *, now: datetime) -> bytes:
    """Return the PDF of the answer to a request, in the customer's language; before its end, the draft."""
    found = letter_queries.letters_of(view, words_of(view))
    is_other = bool(found) and Occasion.ANSWER not in found
    return letter_of(view, found[0] if is_other else Occasion.ANSWER, now=now)


def existing_letter(view: RequestView, occasion: str, *, now: datetime) -> bytes:
    """Return the PDF of one of the letters that there are.

    Raises:
        NoLetter: there is none of this kind.
    """
    if occasion not in {one.value for one in letter_queries.letters_of(view, words_of(view))}:
        raise NoLetter(number=view.number)
    return letter_of(view, Occasion(occasion), now=now)


def letter_of(view: RequestView, occasion: Occasion, *, now: datetime) -> bytes:
    """Return the PDF of a letter, in the customer's language."""
    language, words = view.case.row.language, words_of(view)
    at = letter_queries.left_at(view, occasion, words) or now
    texts = letter_queries.texts_at(language, at=at)
    if not view.case.row.is_expired:
        texts |= letter_queries.written_by_hand(view.number, occasion)
    with translation.override(language):
        letter = Letter(
            language=language,
            company=company_name(language),
            title=gettext(OCCASIONS[occasion]) % {"number": view.number},
            date=day(at),
            footer=view.number,
            blocks=tuple(_blocks(view, occasion, texts, values(view, words, occasion, at), now)),
        )
    return render_letter(letter, made_at=now)


def links_of(view: RequestView) -> list[tuple[str, str]]:
    """Return the letters for which the status page has no button of its own: (name, words)."""
    found = letter_queries.letters_of(view, words_of(view))
    return [
        (one.value, gettext(LETTERS[one]))
        for one in found
        if one is not Occasion.ANSWER or view.state is not State.DONE
    ]


def words_of(view: RequestView) -> Words:
    """Return what people wrote about a request; nothing once it was destroyed."""
    return NO_WORDS if view.case.row.is_expired else queries.words_sealed(view.number)


def company_name(language: str) -> str:
    company = profile()
    return company.name_zh if language.startswith("zh") else company.name_en


def contact_words() -> str:
    """Return whom to ask, never nobody."""
    company = profile()
    parts = [company.officer or gettext("Our privacy team"), company.officer_email or company.contact_email]
    return gettext(", ").join(part for part in parts if part)


def values(view: RequestView, words: Words, occasion: Occasion, at: datetime) -> dict[str, str]:
    """Return the facts that stand in for placeholders, in the reader's language."""
    refused = next(iter(letters.refusals(view)), {"reason": "", "article": ""})
    reasons = {Occasion.EXTENSION: words.extension, Occasion.APPEAL: words.appeal_answer}
    return {
        "number": view.number,
        "company": company_name(translation.get_language() or "en"),
        "right": gettext(right_of(view.kind).title),
        "received": day(view.received_at),
        "date": day(at),
        "outcome": gettext(letters.outcome_words(view)) if view.outcome else "",
        "reason": reasons.get(occasion, refused["reason"]),
        "article": refused["article"],
        "due": due_day(view.due_at) if view.due_at else "",
        "earlier": view.course.duplicate_of,
        "remedy": complaint_words(letters.laws_of(view)),
        "contact": contact_words(),
    }


def day(at: datetime) -> str:
    """Return the day where the company is: the worker and the pages say the same."""
    return written_date(
        timezone.localtime(at, profile().zone).date(), language=translation.get_language() or "en"
    )


def due_day(due_at: datetime) -> str:
    """Return the day by whose end a deadline is met, as every page says it."""
    with timezone.override(profile().zone):
        return times.due_day(due_at)


def paragraphs(text: str, facts: Mapping[str, str]) -> list[Block]:
    """Return a part's lines as paragraphs."""
    return [Paragraph(line) for line in filled(text, facts)]


def _blocks(
    view: RequestView,
    occasion: Occasion,
    texts: Mapping[Part, str],
    facts: Mapping[str, str],
    now: datetime,
) -> list[Block]:
    is_answered = occasion is Occasion.ANSWER and bool(view.outcome)
    is_refused = view.outcome == Outcome.REFUSED
    blocks = [*paragraphs(texts[Part.OPENING], facts), head(view)]
    if is_answered or occasion is not Occasion.ANSWER:
        body = body_part(occasion, view.kind, is_refused=is_refused)
        blocks += paragraphs(texts[body], facts)
    if is_answered:
        blocks += _done_blocks(view, now)
    if view.state is State.CANCELLED:
        blocks.append(Paragraph(gettext("The request was withdrawn. Nothing was done.")))
    if view.completed_at is not None and occasion is Occasion.ANSWER:
        blocks += _recipient_blocks(view) + _check_blocks(view)
    blocks.append(Heading(gettext("If you disagree")))
    return blocks + paragraphs(texts[Part.REMEDY], facts) + paragraphs(texts[Part.CLOSING], facts)


def head(view: RequestView) -> Facts:
    """Return the head of the letter; it is not answered before it has left."""
    kind = gettext(right_of(view.kind).short)
    return Facts(
        (
            (gettext("You asked for"), kind),
            (gettext("Received"), day(view.received_at)),
            *([(gettext("Answered"), day(view.answered_at))] if view.answered_at else []),
            *([(gettext("Outcome"), gettext(letters.outcome_words(view)))] if view.outcome else []),
        )
    )


def _done_blocks(view: RequestView, now: datetime) -> list[Block]:
    """Return what was done, place by place, from the records of it."""
    language = translation.get_language() or "en"
    blocks: list[Block] = [Paragraph(words)] if (words := letters.search_words(view)) else []
    blocks += correction_letters.blocks(view, language)
    blocks += _copied_blocks(view, now) + _told_blocks(view, language)
    blocks += _erased_blocks(view, language) + _kept_blocks(view, language) + _withheld_blocks(view)
    if gaps := letters.not_searched(view):
        is_copy = way_of(view.kind) is Way.COPY
        blocks.append(Heading(gettext(letters.NOT_IN_COPY if is_copy else letters.NOT_SEARCHED)))
        blocks.append(Bullets(tuple(gaps)))
    return blocks


def _copied_blocks(view: RequestView, now: datetime) -> list[Block]:
    copy = copies.copy_of(view)
    if copy is None:
        return []
    rows = tuple((one["table"], one["rows"]) for one in copies.copied_lines(view, copy))
    blocks: list[Block] = [Paragraph(copies.handed_over(view, copy, now=now))]
    head = (gettext("Where"), gettext("How much"))
    return blocks + _table(gettext("What the copy holds"), head, rows, widths=(3, 2))


def _told_blocks(view: RequestView, language: str) -> list[Block]:
    if view.outcome != Outcome.TOLD:
        return []
    rows = tuple(
        (
            f"{one['category']} ({one['sensitive']})" if one["sensitive"] else one["category"],
            one["places"],
            one["rows"],
        )
        for one in status_page.told_lines(view, language)
    )
    if not rows:
        return [Paragraph(gettext("We hold nothing about you in the systems that were looked through."))]
    head = (gettext("What"), gettext("Where"), gettext("How much"))
    return _table(gettext("What we hold about you"), head, rows, widths=(3, 5, 2))


def _erased_blocks(view: RequestView, language: str) -> list[Block]:
    rows = tuple((one["table"], one["what"]) for one in letters.erased_lines(view, language))
    head = (gettext("Where"), gettext("What was done"))
    return _table(gettext("What was erased"), head, rows, widths=(2, 3))


def _kept_blocks(view: RequestView, language: str) -> list[Block]:
    rows = tuple(
        (
            f"{one['table']}: {one['fields']}" if one["fields"] else one["table"],
            one["rows"],
            f"{one['why']}{one['gap']}{one['article']}",
            one["until"] or "–",
        )
        for one in letters.kept_lines(view, language)
    )
    head = (gettext("Where"), gettext("How much"), gettext("Why"), gettext("Kept until"))
    blocks = _table(gettext("What stays, and why"), head, rows, widths=(5, 3, 9, 4))
    if blocks and (duty := letters.whose_duty(view)):
        blocks.append(Paragraph(duty))
    return blocks


def _withheld_blocks(view: RequestView) -> list[Block]:
    """Return which tables or fields a copy leaves out, with the reason and the article."""
    rows = tuple((one["table"], one["what"], one["why"]) for one in letters.withheld_lines(view))
    head = (gettext("Where"), gettext("What"), gettext("Why"))
    return _table(gettext("What you do not get, and why"), head, rows, widths=(4, 4, 8))


def _table(
    title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, widths: tuple[int, ...]
) -> list[Block]:
    return [Heading(title), Table(head=head, rows=tuple(rows), widths=widths)] if rows else []


def _recipient_blocks(view: RequestView) -> list[Block]:
    """Return whom we told of what was done. Source: GDPR Art. 19."""
    told = notices.notice_lines(view.number, language=view.case.row.language)
    if not told:
        return []
    return [Heading(gettext("Whom we told")), Bullets(tuple(f"{one.name} · {one.state}" for one in told))]


def _check_blocks(view: RequestView) -> list[Block]:
    """Return what somebody needs to check the proof without us: the verifier, the command, the key."""
    blocks: list[Block] = [
        Heading(gettext("How you can check this")),
        Paragraph(
            gettext(
                "Every step was recorded in a ledger that nobody can change unnoticed. The proof verifies "
                "without us: fetch it from your status page, fetch the verifier (one file, for Python 3.9 or "
                "newer, nothing to install), and run the command."
            )
        ),
    ]
    labelled = [
        (gettext("The verifier"), settings.DISCREET_BASE_URL.rstrip("/") + reverse("rights:verifier")),
        (gettext("The command"), letters.check_command(view)),
        (gettext("Fingerprint of the key that signs the ledger"), log_key().fingerprint),
    ]
    if view.sources and view.plan.digest:
        labelled.append((gettext("Fingerprint of the plan that was carried out"), view.plan.digest))
    return blocks + [Exact(value, label=label) for label, value in labelled]
