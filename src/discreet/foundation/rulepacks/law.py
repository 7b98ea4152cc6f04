"""What a legal rule is: the types that packs are read into.

Source: law/rules.json, `legend`. No file access and no counting here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from discreet.vocabulary.text import spaced


class Law(StrEnum):
    """A law that customers' requests run under. The value is the id of its pack."""

    GDPR = "eu-gdpr"
    CCPA = "us-ca-ccpa"
    PIPL = "cn-pipl"

    @property
    def short_name(self) -> str:
        return self.name


class Language(StrEnum):
    EN = "en"
    ZH = "zh"


class Rendering(StrEnum):
    """How a text stands to the law's own words. The article itself always prevails."""

    SUMMARY = "summary"  # our shortened wording in the law's own language
    UNOFFICIAL = "unofficial"  # our translation, without any authority


SATURDAY = 5
_THROUGH_OTHERS = re.compile(r"\bthrough (commentary|secondary sources)\b")


class Force(StrEnum):
    LAW = "law"
    RECOMMENDATION = "recommendation"  # a standard or guideline
    PROPOSAL = "proposal"  # a draft: dormant, never starts a clock


class Confidence(StrEnum):
    VERIFIED = "V"  # operative text read
    SECONDARY = "S"  # secondary source read
    GENERAL = "G"  # general knowledge


class Promptness(StrEnum):
    IMMEDIATE = "immediate"
    WITHOUT_UNDUE_DELAY = "without_undue_delay"
    TIMELY = "timely"


class Unit(StrEnum):
    HOUR = "hour"
    CALENDAR_DAY = "calendar_day"
    BUSINESS_DAY = "business_day"
    CALENDAR_MONTH = "calendar_month"
    YEAR = "year"


class Meaning(StrEnum):
    """What the end of a period means."""

    DEADLINE = "deadline"
    RETENTION_MIN = "retention_min"
    CYCLE_MAX = "cycle_max"
    COOLDOWN_MIN = "cooldown_min"
    VALIDITY = "validity"
    WINDOW_BEFORE = "window_before"
    FIXED_DATE = "fixed_date"


class Roll(StrEnum):
    """Whether a last day on a holiday moves on."""

    MOVES = "moves"
    STAYS = "stays"
    NOT_STATED = "not_stated"  # no rule read: plan for the day itself


class RequestKind(StrEnum):
    """What a customer asks for, where a rule sets a clock for it."""

    ACCESS = "access"
    ERASURE = "erasure"
    RECTIFICATION = "rectification"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    OPT_OUT = "opt_out"
    LIMIT = "limit"
    ACCOUNT_CLOSURE = "account_closure"
    CONSENT_WITHDRAWAL = "consent_withdrawal"


class Purpose(StrEnum):
    """What must be done when a request's clock ends."""

    ACKNOWLEDGEMENT = "acknowledgement"
    ANSWER = "answer"


class When(StrEnum):
    """What makes a doubt bear on a date."""

    ALWAYS = "always"
    COUNTS_BUSINESS_DAYS = "counts_business_days"
    ENDS_ON_SATURDAY = "ends_on_saturday"  # and the rule does not say that the day stays
    ENDS_ON_DAY_OFF = "ends_on_day_off"  # and no rule was read on whether the day moves
    EXTENSION_MOVED = "extension_moved"  # an extended period was moved past its maximum by a holiday
    NO_MATCHING_DATE = "no_matching_date"  # the last month has no such date


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a date is unsure. `about` is a short English label; `en` and `zh` say it to people."""

    about: str
    en: str
    zh: str

    def text(self, language: str) -> str:
        return spaced(self.zh) if language.lower().startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class ConditionalDoubt:
    when: When
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class LegalText:
    en: str
    zh: str
    en_rendering: Rendering
    zh_rendering: Rendering

    def in_language(self, language: str) -> str:
        return spaced(self.zh) if language.lower().startswith("zh") else self.en

    def is_unofficial(self, language: str) -> bool:
        """Tell whether the wording in `language` is our translation, without legal authority."""
        rendering = self.zh_rendering if language.lower().startswith("zh") else self.en_rendering
        return rendering is Rendering.UNOFFICIAL


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: 45 calendar days, one month."""

    duration: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Extension:
    """A longer period. `total` counts from the start event, the first period included.

    `notice` is the span from the start within which the extension must be announced; None: nobody is told.
    """

    total: Span
    notice: Span | None


@dataclass(frozen=True, slots=True)
class Period:
    """A span that starts with an event and is counted by a time rule."""

    span: Span
    extension: Extension | None


@dataclass(frozen=True, slots=True)
class FixedDate:
    """A date of one year, or of every year from `first_year` on (`year` None)."""

    month: int
    day: int
    year: int | None = None
    first_year: int | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """A fact to compare. `value` is one number, or both ends (inclusive) of `between`."""

    quantity: str
    operator: str
    value: int | tuple[int, int]
    consequence: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class RequestClock:
    """That the rule sets the clock `purpose` for requests of these kinds."""

    purpose: Purpose
    kinds: frozenset[RequestKind]


@dataclass(frozen=True, slots=True)
class LegalRule:
    """One requirement of one law, with its citation."""

    id: str
    pack_id: str
    article: str
    trigger: str
    obligation: str
    text: LegalText
    mechanisms: tuple[str, ...]
    force: Force
    promptness: Promptness | None
    period: Period | None
    start_event: str | None
    meaning: Meaning | None
    fixed_dates: tuple[FixedDate, ...]
    extension_condition: str | None
    extension_condition_zh: str | None  # our translation
    roll: Roll
    time_rule_id: str | None
    thresholds: tuple[Threshold, ...]
    effective_from: date | None
    effective_to: date | None
    confidence: Confidence
    verified_by: str
    source: str
    note: str
    doubts: tuple[ConditionalDoubt, ...]
    request_clock: RequestClock | None

    @property
    def is_read_in_part(self) -> bool:
        """Tell whether the text was read, but not all that the rule says: the rest is known through others."""
        return self.confidence is Confidence.VERIFIED and _THROUGH_OTHERS.search(self.source) is not None

    @property
    def bearing_doubts(self) -> tuple[ConditionalDoubt, ...]:
        """Return the doubts that can bear on it: a date that the law names is a certain day of the week.

        The day on which the rule itself comes into force is no last day that could move.
        """
        if self.meaning is not Meaning.FIXED_DATE:
            return self.doubts
        days = [None if one.year is None else date(one.year, one.month, one.day) for one in self.fixed_dates]
        days = [day for day in days if day is None or day != self.effective_from]
        ends_on_saturday = any(day is None or day.weekday() == SATURDAY for day in days)
        can = {When.ALWAYS: True, When.ENDS_ON_SATURDAY: ends_on_saturday, When.ENDS_ON_DAY_OFF: bool(days)}
        return tuple(held for held in self.doubts if can.get(held.when, False))

    def condition(self, language: str) -> str:
        """Return what an extension hangs on, in words; "" where the rule names nothing."""
        words = self.extension_condition_zh if language.lower().startswith("zh") else self.extension_condition
        return spaced(words or "")

    def is_in_force(self, *, on: date) -> bool:
        """Tell whether the rule applies on a day. A proposal never does."""
        begun = self.effective_from is not None and self.effective_from <= on
        return (
            self.force is not Force.PROPOSAL
            and begun
            and (self.effective_to is None or on <= self.effective_to)
        )


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one law, as of a date."""

    id: str
    jurisdiction: str
    name_en: str
    name_zh: str
    version: int
    as_of: date
    en_rendering: Rendering
    zh_rendering: Rendering
    rules: Mapping[str, LegalRule]

    def name(self, language: str) -> str:
        return self.name_zh if language.lower().startswith("zh") else self.name_en
