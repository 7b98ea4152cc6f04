"""Rules in the reader's words: what a code of a pack says. A text of the law itself is the pack's."""

from django.utils.translation import gettext, ngettext

from discreet.foundation.rulepacks.law import (
    Confidence,
    Force,
    Law,
    LegalRule,
    Meaning,
    Roll,
    Span,
    Unit,
    When,
)
from discreet.vocabulary.text import gettext_noop

CONFIDENCE: dict[Confidence, str] = {
    Confidence.VERIFIED: gettext_noop("text read"),
    Confidence.SECONDARY: gettext_noop("secondary source"),
    Confidence.GENERAL: gettext_noop("general knowledge"),
}
CONFIDENCE_MEANS: dict[Confidence, str] = {
    Confidence.VERIFIED: gettext_noop(
        "The operative text itself was read: the whole law, or its words as an official publication quotes them."
    ),
    Confidence.SECONDARY: gettext_noop(
        "Known from what others write about the law: a commentary, a summary, the press. Have the text read "
        "before something costly hangs on it."
    ),
    Confidence.GENERAL: gettext_noop(
        "General knowledge: no source was read for it. Ask counsel before you rely on it."
    ),
}
READ_IN_PART = gettext_noop("text read in part")
READ_IN_PART_MEANS = gettext_noop(
    "Part of the operative text itself was read; the rest is known from what others write about it, as the source "
    "says. Have it read before something costly hangs on it."
)


def confidence(rule: LegalRule) -> str:
    """Return how a rule was checked, in words."""
    return gettext(READ_IN_PART if rule.is_read_in_part else CONFIDENCE[rule.confidence])


def confidence_means(rule: LegalRule) -> str:
    """Return what that is worth."""
    return gettext(READ_IN_PART_MEANS if rule.is_read_in_part else CONFIDENCE_MEANS[rule.confidence])


VERIFIED_BY: dict[str, str] = {
    "full_text": gettext_noop("read in a copy of the whole text"),
    "verbatim_quote": gettext_noop("operative sentence read as a quotation"),
    "secondary": gettext_noop("commentary, summary or press"),
    "none": gettext_noop("text not read"),
}
JURISDICTIONS: dict[str, str] = {
    "CN": gettext_noop("China"),
    "EU": gettext_noop("European Union"),
    "INT": gettext_noop("International"),
    "US-CA": gettext_noop("California"),
}
FORCE: dict[Force, str] = {
    Force.LAW: gettext_noop("law"),
    Force.RECOMMENDATION: gettext_noop("recommendation"),
    Force.PROPOSAL: gettext_noop("proposal"),
}
MEANING: dict[Meaning, str] = {
    Meaning.DEADLINE: gettext_noop("deadline"),
    Meaning.RETENTION_MIN: gettext_noop("to be kept at least so long"),
    Meaning.CYCLE_MAX: gettext_noop("to be repeated at least so often"),
    Meaning.COOLDOWN_MIN: gettext_noop("not again before"),
    Meaning.VALIDITY: gettext_noop("valid for so long"),
    Meaning.WINDOW_BEFORE: gettext_noop("so long before"),
    Meaning.FIXED_DATE: gettext_noop("fixed date"),
}
ROLL: dict[Roll, str] = {
    Roll.MOVES: gettext_noop("a last day off moves on"),
    Roll.STAYS: gettext_noop("a last day off stays"),
    Roll.NOT_STATED: gettext_noop("of a last day off nothing is stated"),
}
WHEN: dict[When, str] = {
    When.ALWAYS: gettext_noop("always"),
    When.ENDS_ON_DAY_OFF: gettext_noop("ends on a day off"),
    When.ENDS_ON_SATURDAY: gettext_noop("ends on a Saturday"),
    When.COUNTS_BUSINESS_DAYS: gettext_noop("counts business days"),
    When.NO_MATCHING_DATE: gettext_noop("no matching date"),
    When.EXTENSION_MOVED: gettext_noop("extension moved"),
}
EVENTS: dict[str, str] = {
    "acknowledgement": gettext_noop("confirmation of receipt"),
    "authority_receipt": gettext_noop("receipt by the authority"),
    "authority_request": gettext_noop("request of the authority"),
    "awareness": gettext_noop("awareness"),
    "certificate_issued": gettext_noop("issue of the certificate"),
    "change": gettext_noop("change"),
    "completion": gettext_noop("completion"),
    "contract_effective": gettext_noop("effect of the contract"),
    "discovery": gettext_noop("discovery"),
    "discovery_or_notification": gettext_noop("discovery or notification"),
    "expiry": gettext_noop("expiry"),
    "handling_ended": gettext_noop("end of the handling"),
    "last_audit": gettext_noop("the last audit"),
    "last_review": gettext_noop("the last review"),
    "last_update": gettext_noop("the last update"),
    "obtaining": gettext_noop("obtaining"),
    "occurrence": gettext_noop("occurrence"),
    "receipt": gettext_noop("receipt"),
    "record_event": gettext_noop("the event recorded"),
    "report_completed": gettext_noop("completion of the report"),
    "resident_notice": gettext_noop("notice to the residents"),
    "response": gettext_noop("response"),
    "result_issued": gettext_noop("issue of the result"),
    "threshold_reached": gettext_noop("the threshold being reached"),
}


def span_words(span: Span, *, pack_id: str = "") -> str:
    """Return a length of time: “45 calendar days”. Days that are worked have another name in each law."""
    if span.unit is Unit.BUSINESS_DAY and pack_id == Law.PIPL:
        return ngettext("%(n)s working day", "%(n)s working days", span.duration) % {"n": span.duration}
    return _unit_words(span) % {"n": span.duration}


def event_words(event: str) -> str:
    """Return what a period runs from; an event without words stands as it is named."""
    return gettext(EVENTS[event]) if event in EVENTS else event.replace("_", " ")


def _unit_words(span: Span) -> str:
    match span.unit:
        case Unit.HOUR:
            return ngettext("%(n)s hour", "%(n)s hours", span.duration)
        case Unit.CALENDAR_DAY:
            return ngettext("%(n)s calendar day", "%(n)s calendar days", span.duration)
        case Unit.BUSINESS_DAY:
            return ngettext("%(n)s business day", "%(n)s business days", span.duration)
        case Unit.CALENDAR_MONTH:
            return ngettext("%(n)s calendar month", "%(n)s calendar months", span.duration)
        case Unit.YEAR:
            return ngettext("%(n)s year", "%(n)s years", span.duration)
