"""What the pages of recipients and manual sources show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext

from discreet.foundation.datamap import labels
from discreet.foundation.datamap.sharing import DPV_TERMS, Contact
from discreet.foundation.datamap.sharing_forms import place_text
from discreet.foundation.datamap.sharing_queries import ManualSourceView, RecipientView
from discreet.foundation.desk.people import actors_in_words
from discreet.foundation.desk.phrases import listed
from discreet.vocabulary.categories import CATEGORIES
from discreet.vocabulary.countries import country_name


@dataclass(frozen=True, slots=True)
class Line:
    """A recipient or a manual source, in the reader's words. `words`: what a search looks through."""

    key: str
    name: str
    kind: str
    term: str
    told_by: str
    person: str
    country: str
    receives: str
    since_date: date | None
    until_date: date | None
    days: int
    version: int
    valid_from: datetime
    stated_by: str
    is_ended: bool
    words: str


def recipient_lines(views: Sequence[RecipientView], language: str | None) -> list[Line]:
    """Return recipients as lines, in their order."""
    spoken = language or "en"
    people = _people([(one.facts.assignee, one.version.stated_by) for one in views])
    lines = []
    for one in views:
        facts, version = one.facts, one.version
        told = gettext(labels.CONTACTS[facts.contact])
        where = {Contact.MAIL: facts.address, Contact.CALL: facts.subscription}.get(facts.contact, "")
        receives = [place_text(table) for table in facts.tables] + _categories(facts.categories, spoken)
        name = facts.name(spoken)
        country = country_name(facts.country, language=spoken[:2]) if facts.country else ""
        lines.append(
            Line(
                key=facts.key,
                name=name,
                kind=gettext(labels.RECIPIENT_KINDS[facts.kind]),
                term=DPV_TERMS[facts.kind],
                told_by=f"{told} · {where}" if where else told,
                person=people.get(f"staff:{facts.assignee}", facts.assignee),
                country=country,
                receives=listed(receives) if receives else gettext("Everything"),
                since_date=facts.since_date,
                until_date=facts.until_date,
                days=facts.remind_days,
                version=version.number,
                valid_from=version.valid_from,
                stated_by=people.get(version.stated_by, version.stated_by),
                is_ended=version.is_ended,
                words=" ".join(
                    (facts.key, facts.name_en, facts.name_zh, country, where, *receives)
                ).casefold(),
            )
        )
    return lines


def manual_lines(views: Sequence[ManualSourceView], language: str | None) -> list[Line]:
    """Return manual sources as lines, in their order."""
    spoken = language or "en"
    people = _people([(one.facts.assignee, one.version.stated_by) for one in views])
    lines = []
    for one in views:
        facts, version = one.facts, one.version
        holds = _categories(facts.categories, spoken)
        person = people.get(f"staff:{facts.assignee}", facts.assignee)
        lines.append(
            Line(
                key=facts.key,
                name=facts.name(spoken),
                kind="",
                term="",
                told_by="",
                person=person,
                country="",
                receives=listed(holds) if holds else gettext("Not stated"),
                since_date=None,
                until_date=None,
                days=facts.answer_days,
                version=version.number,
                valid_from=version.valid_from,
                stated_by=people.get(version.stated_by, version.stated_by),
                is_ended=version.is_ended,
                words=" ".join((facts.key, facts.name_en, facts.name_zh, person, *holds)).casefold(),
            )
        )
    return lines


def _people(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    wanted = {f"staff:{assignee}" for assignee, _ in pairs if assignee} | {by for _, by in pairs}
    return dict(actors_in_words(wanted))


def _categories(ids: Sequence[str], language: str) -> list[str]:
    return [CATEGORIES[one].label(language) for one in ids if one in CATEGORIES]
