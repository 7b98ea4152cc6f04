"""What the page of one duty shows: its text in both languages, its times, how sure it is, what it drives."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from discreet.foundation.organisation.queries import places_of, profile
from discreet.foundation.rulepacks import queries, uses, words
from discreet.foundation.rulepacks.calendars import CalendarNotLoaded, UnsafeChinaStatutoryOnly
from discreet.foundation.rulepacks.deadlines import Moment, count
from discreet.foundation.rulepacks.law import Confidence, Law, LegalRule, Meaning
from discreet.foundation.rulepacks.mechanisms import MECHANISMS, Mechanism
from discreet.foundation.rulepacks.readable import extension_lines, period_lines, threshold_words
from discreet.foundation.rulepacks.uses import Use

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Said:
    """A text of the record and the language it is in, for who listens to the page."""

    text: str
    lang: str


def said(text: str) -> Said:
    """Return a text of the record with its language: Chinese as soon as it holds one Chinese character."""
    return Said(text=text, lang="zh-Hans" if _CHINESE.search(text) else "en")


@dataclass(frozen=True, slots=True)
class Wording:
    """The rule in one language. `remark` says what authority the words have."""

    said: Said
    remark: str
    is_unofficial: bool


@dataclass(frozen=True, slots=True)
class DutyPage:
    rule: LegalRule
    pack_name: str
    article: Said
    wordings: Sequence[Wording]
    periods: Sequence[str]
    extensions: Sequence[str]
    condition: str
    thresholds: Sequence[str]
    from_today: Moment | None
    roll: str
    force: str
    confidence: str
    confidence_means: str
    verified_by: str
    doubts: Sequence[tuple[str, str]]
    mechanisms: Sequence[Mechanism]
    uses: Sequence[tuple[Use, Mechanism]]
    counts_for: Sequence[LegalRule]
    is_in_force: bool

    @property
    def is_sure(self) -> bool:
        return self.rule.confidence is Confidence.VERIFIED and not self.rule.is_read_in_part


def duty_page(rule_id: str, *, now: datetime, language: str) -> DutyPage:
    """Return what the page says of a rule.

    Raises:
        UnknownRule: there is none of that id.
    """
    rule = queries.rule(rule_id)
    other = "en" if language.startswith("zh") else "zh-hans"
    return DutyPage(
        rule=rule,
        pack_name=queries.pack(rule.pack_id).name(language),
        article=said(rule.article),
        wordings=[_wording(rule, language), _wording(rule, other)],
        periods=period_lines(rule),
        extensions=extension_lines(rule),
        condition=rule.condition(language),
        thresholds=[threshold_words(one) for one in rule.thresholds],
        from_today=_from_today(rule, now),
        roll=gettext(words.ROLL[rule.roll]) if rule.period else "",
        force=gettext(words.FORCE[rule.force]),
        confidence=words.confidence(rule),
        confidence_means=words.confidence_means(rule),
        verified_by=gettext(words.VERIFIED_BY[rule.verified_by]),
        doubts=[(gettext(words.WHEN[held.when]), held.doubt.text(language)) for held in rule.bearing_doubts],
        mechanisms=[MECHANISMS[one] for one in rule.mechanisms],
        uses=[(use, MECHANISMS[use.mechanism]) for use in uses.uses_of(rule.id)],
        counts_for=[one for one in queries.rules() if one.time_rule_id == rule.id],
        is_in_force=rule.is_in_force(on=now.date()),
    )


def _wording(rule: LegalRule, language: str) -> Wording:
    is_unofficial = rule.text.is_unofficial(language)
    return Wording(
        said=Said(
            text=rule.text.in_language(language), lang="zh-Hans" if language.startswith("zh") else "en"
        ),
        remark=gettext("Our translation, without authority; the article itself prevails.")
        if is_unofficial
        else gettext("Our summary in the language of the law; the article itself prevails."),
        is_unofficial=is_unofficial,
    )


def _from_today(rule: LegalRule, now: datetime) -> Moment | None:
    """Count a deadline as if it started now, where the company's place under the law is known; else None."""
    if rule.pack_id not in set(Law) or rule.meaning is not Meaning.DEADLINE or rule.period is None:
        return None
    place = places_of(profile())[Law(rule.pack_id)]
    try:
        return count(rule=rule, start=now, zone=place.zone, calendar=place.calendar)
    except CalendarNotLoaded:
        return count(rule=rule, start=now, zone=place.zone, calendar=UnsafeChinaStatutoryOnly())
