"""Rules in sentences: periods, dates and thresholds as a person reads them, in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import get_language, gettext, ngettext

from discreet.foundation.rulepacks.law import FixedDate, LegalRule, Meaning, Promptness, Threshold
from discreet.foundation.rulepacks.words import event_words, span_words
from discreet.vocabulary.dates import written_date
from discreet.vocabulary.text import gettext_noop

PERIODS: Mapping[Meaning, str] = {
    Meaning.DEADLINE: gettext_noop("Within %(span)s from %(event)s"),
    Meaning.RETENTION_MIN: gettext_noop("Kept for at least %(span)s from %(event)s"),
    Meaning.CYCLE_MAX: gettext_noop("Repeated at the latest %(span)s after %(event)s"),
    Meaning.COOLDOWN_MIN: gettext_noop("Not again within %(span)s from %(event)s"),
    Meaning.VALIDITY: gettext_noop("Valid for %(span)s from %(event)s"),
    Meaning.WINDOW_BEFORE: gettext_noop("Within the %(span)s before %(event)s"),
}
PROMPTNESS: Mapping[Promptness, str] = {
    Promptness.IMMEDIATE: gettext_noop("At once"),
    Promptness.WITHOUT_UNDUE_DELAY: gettext_noop("Without undue delay"),
    Promptness.TIMELY: gettext_noop("In good time"),
}
QUANTITIES: Mapping[str, str] = {
    "consumers_per_calendar_year": gettext_noop("Consumers in a calendar year"),
    "notified_residents": gettext_noop("Residents notified of one breach"),
    "people_exported_since_jan1_non_sensitive": gettext_noop(
        "People whose information, none of it sensitive, left the country since 1 January"
    ),
    "people_exported_since_jan1_sensitive": gettext_noop(
        "People whose sensitive information left the country since 1 January"
    ),
    "people_leaked": gettext_noop("People whose information leaked"),
    "people_leaked_sensitive": gettext_noop("People whose sensitive information leaked"),
    "people_processed": gettext_noop("People whose information is processed"),
    "revenue_2026_usd": gettext_noop("Revenue of 2026 in US dollars"),
    "revenue_2027_usd": gettext_noop("Revenue of 2027 in US dollars"),
    "revenue_2028_usd": gettext_noop("Revenue of 2028 in US dollars"),
    "wp248_criteria_met": gettext_noop("Criteria met, of the nine of WP248"),
}
AMOUNTS: Mapping[str, str] = {
    ">=": gettext_noop("%(n)s or more"),
    ">": gettext_noop("more than %(n)s"),
    "<": gettext_noop("fewer than %(n)s"),
    "<=": gettext_noop("at most %(n)s"),
}
#: What a threshold brings, where the record says it in a word.
CONSEQUENCES: Mapping[str, str] = {
    "较大": gettext_noop("relatively major incident"),
    "重大": gettext_noop("major incident"),
    "特别重大": gettext_noop("extremely major incident"),
    "documented training policy": gettext_noop("documented training policy"),
    "3 or 4; 3 used": gettext_noop("the source says three or four years; three is used"),
}


def period_lines(rule: LegalRule) -> Sequence[str]:
    """Return when the duty is due, one sentence each; none where the rule sets no time."""
    lines = [gettext(PROMPTNESS[rule.promptness])] if rule.promptness else []
    if rule.period is not None and rule.meaning is not None and rule.meaning in PERIODS:
        parts = {
            "span": span_words(rule.period.span, pack_id=rule.pack_id),
            "event": event_words(rule.start_event or "-"),
        }
        lines.append(gettext(PERIODS[rule.meaning]) % parts)
    lines += [fixed_date_words(fixed) for fixed in rule.fixed_dates]
    return lines


def extension_lines(rule: LegalRule) -> Sequence[str]:
    """Return how far the period can be extended and what for; none where it cannot."""
    longer = rule.period.extension if rule.period else None
    if longer is None:
        return []
    lines = [gettext("%(span)s in all") % {"span": span_words(longer.total, pack_id=rule.pack_id)}]
    if longer.notice is not None:
        notice = span_words(longer.notice, pack_id=rule.pack_id)
        lines.append(gettext("announced with its reasons within %(span)s") % {"span": notice})
    return lines


def fixed_date_words(fixed: FixedDate) -> str:
    """Return “By 1 Apr 2028”, or “Every year by 1 Apr, from 2029”."""
    language = get_language() or "en"
    if fixed.year is not None:
        day = written_date(date(fixed.year, fixed.month, fixed.day), language=language)
        return gettext("By %(day)s") % {"day": day}
    day = _yearly(fixed, language)
    if fixed.first_year is None:
        return gettext("Every year by %(day)s") % {"day": day}
    return gettext("Every year by %(day)s, from %(year)s") % {"day": day, "year": fixed.first_year}


def _yearly(fixed: FixedDate, language: str) -> str:
    """Return the day as days are written, without its year."""
    whole = written_date(date(2000, fixed.month, fixed.day), language=language)
    blank = "\N{NO-BREAK SPACE}"
    return whole.removeprefix(f"2000{blank}年{blank}").removesuffix(f"{blank}2000")


def threshold_words(threshold: Threshold) -> str:
    """Return “People whose information is processed: 1,000,000 or more”, and what that brings."""
    quantity = gettext(QUANTITIES[threshold.quantity])
    line = gettext("%(label)s: %(value)s") % {"label": quantity, "value": _amount(threshold)}
    brings = [_consequence(name, value) for name, value in threshold.consequence.items()]
    if not brings:
        return line
    return gettext("%(condition)s (%(consequence)s)") % {
        "condition": line,
        "consequence": gettext("; ").join(brings),
    }


def _amount(threshold: Threshold) -> str:
    if isinstance(threshold.value, tuple):
        low, high = threshold.value
        return gettext("%(low)s to %(high)s") % {"low": f"{low:,}", "high": f"{high:,}"}
    return gettext(AMOUNTS[threshold.operator]) % {"n": f"{threshold.value:,}"}


def _consequence(name: str, value: str | int) -> str:
    if name == "due":
        day = written_date(date.fromisoformat(str(value)), language=get_language() or "en")
        return gettext("due %(day)s") % {"day": day}
    if name == "duration":
        years = int(value)
        return ngettext("every %(n)s year", "every %(n)s years", years) % {"n": years}
    return gettext(CONSEQUENCES[str(value)])
