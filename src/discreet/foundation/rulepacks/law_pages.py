"""What the law pages show: duties filtered and grouped, the matrix of law × mechanism, the dates ahead."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.utils.translation import gettext

from discreet.foundation.cases import law_clocks
from discreet.foundation.rulepacks import queries, uses
from discreet.foundation.rulepacks.law import Confidence, FixedDate, Force, LegalRule, Pack
from discreet.foundation.rulepacks.mechanisms import MECHANISMS, Mechanism
from discreet.foundation.rulepacks.readable import fixed_date_words, period_lines, threshold_words
from discreet.foundation.rulepacks.refusals import UnknownFilter
from discreet.foundation.rulepacks.words import JURISDICTIONS
from discreet.vocabulary.text import gettext_noop

MAX_WORDS = 200
HEAT_LEVELS = 4
#: How far back the page of dates looks for what has come into force.
LOOK_BACK = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class DutyFilter:
    """Empty means any. `use`: "driving" or "unused"; `words`: each must stand somewhere in the rule."""

    law: str = ""
    mechanism: str = ""
    confidence: str = ""
    use: str = ""
    words: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.law or self.mechanism or self.confidence or self.use or self.words)


USES: Mapping[str, str] = {
    "driving": gettext_noop("drives something"),
    "unused": gettext_noop("not yet used"),
}


def duty_filter(sent: Mapping[str, str]) -> DutyFilter:
    """Read a filter from an address.

    Raises:
        UnknownFilter: a value that no list offers.
    """
    known = {
        "law": set(queries.packs()),
        "mechanism": set(MECHANISMS),
        "confidence": {one.value for one in Confidence},
        "use": set(USES),
    }
    chosen = {name: sent.get(name, "") for name in known}
    for name, value in chosen.items():
        if value and value not in known[name]:
            raise UnknownFilter(value=value[:40])
    return DutyFilter(**chosen, words=sent.get("q", "").strip()[:MAX_WORDS])


def duties(where: DutyFilter) -> Sequence[LegalRule]:
    """Return the rules that match, in the order of their packs."""
    in_use = uses.rules_in_use()
    return [
        rule
        for rule in queries.rules()
        if where.law in ("", rule.pack_id)
        and (not where.mechanism or where.mechanism in rule.mechanisms)
        and where.confidence in ("", rule.confidence.value)
        and (not where.use or (rule.id in in_use) is (where.use == "driving"))
        and _holds(rule, where.words)
    ]


def _holds(rule: LegalRule, words: str) -> bool:
    said = (rule.id, rule.article, rule.text.en, rule.text.zh, rule.trigger, rule.obligation, rule.source)
    everything = "\n".join(said).casefold()
    return all(word in everything for word in words.casefold().split())


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A rule in a list. `when` says its periods and dates; `cases` counts running clocks of open cases."""

    rule: LegalRule
    text: str
    when: str
    others: Sequence[Mechanism]
    is_driving: bool
    cases: int


@dataclass(frozen=True, slots=True)
class DutyGroup:
    mechanism: Mechanism
    rows: Sequence[DutyRow]


@dataclass(frozen=True, slots=True)
class PackDuties:
    pack: Pack
    name: str
    groups: Sequence[DutyGroup]
    count: int


def grouped(rules: Sequence[LegalRule], *, language: str, mechanism: str = "") -> Sequence[PackDuties]:
    """Return rules by pack and mechanism, each once: under `mechanism` where one is asked for, else its first."""
    running, in_use = law_clocks.running_by_rule(), uses.rules_in_use()
    found = []
    for pack in queries.packs().values():
        own = [rule for rule in rules if rule.pack_id == pack.id]
        groups = [
            DutyGroup(
                mechanism=one,
                rows=[
                    _row(rule, one.id, language, rule.id in in_use, running.get(rule.id, 0))
                    for rule in own
                    if one.id == (mechanism or rule.mechanisms[0])
                ],
            )
            for one in MECHANISMS.values()
        ]
        if own:
            full = [group for group in groups if group.rows]
            found.append(PackDuties(pack=pack, name=pack.name(language), groups=full, count=len(own)))
    return found


def _row(rule: LegalRule, mechanism: str, language: str, is_driving: bool, cases: int) -> DutyRow:
    return DutyRow(
        rule=rule,
        text=rule.text.in_language(language),
        when=gettext("; ").join(period_lines(rule)),
        others=[MECHANISMS[one] for one in rule.mechanisms if one != mechanism],
        is_driving=is_driving,
        cases=cases,
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """How many duties of a law belong to a mechanism. `level` 0 to 4 shades the cell; `query` lists them."""

    law: str
    mechanism: str
    count: int
    level: int
    query: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    mechanism: Mechanism
    cells: Sequence[Cell]
    total: int
    query: str


def matrix() -> Sequence[MatrixRow]:
    """Return mechanism × law. A duty of two mechanisms counts in the row of each."""
    counts = Counter((one, rule.pack_id) for rule in queries.rules() for one in rule.mechanisms)
    most = max(counts.values())
    return [
        MatrixRow(
            mechanism=mechanism,
            cells=[_cell(pack, mechanism.id, counts[mechanism.id, pack.id], most) for pack in _packs()],
            total=sum(counts[mechanism.id, pack.id] for pack in _packs()),
            query=urlencode({"mechanism": mechanism.id}),
        )
        for mechanism in MECHANISMS.values()
    ]


def _packs() -> Sequence[Pack]:
    return tuple(queries.packs().values())


def _cell(pack: Pack, mechanism: str, count: int, most: int) -> Cell:
    return Cell(
        law=gettext(JURISDICTIONS[pack.jurisdiction]),
        mechanism=mechanism,
        count=count,
        level=-(-count * HEAT_LEVELS // most),
        query=urlencode({"law": pack.id, "mechanism": mechanism}),
    )


@dataclass(frozen=True, slots=True)
class PackRow:
    pack: Pack
    place: str
    name: str
    duties: int
    driving: int
    verified: int
    is_ours: bool | None  # None: no law that a company chooses


def pack_rows(*, laws: frozenset[str], choosable: frozenset[str], language: str) -> Sequence[PackRow]:
    """Return the packs with their counts; `laws` are those that the company is under."""
    in_use = uses.rules_in_use()
    return [
        PackRow(
            pack=pack,
            place=gettext(JURISDICTIONS[pack.jurisdiction]),
            name=pack.name(language),
            duties=len(pack.rules),
            driving=sum(rule_id in in_use for rule_id in pack.rules),
            verified=sum(
                rule.confidence is Confidence.VERIFIED and not rule.is_read_in_part
                for rule in pack.rules.values()
            ),
            is_ours=pack.id in laws if pack.id in choosable else None,
        )
        for pack in _packs()
    ]


STARTS, ENDS = gettext_noop("comes into force"), gettext_noop("goes out of force")


@dataclass(frozen=True, slots=True)
class DateRow:
    """A day of the law. `what` says what happens then; `only_if` names the threshold that the date hangs on."""

    day: date
    rule: LegalRule
    what: str
    text: str
    only_if: str
    days: int


def dates_ahead(*, today: date, language: str) -> Sequence[DateRow]:
    """Return every coming day that a rule names, the next first; a yearly one with its next day."""
    rows = [
        _date_row(day, rule, what, today, language)
        for rule in queries.rules()
        for day, what in _days_of(rule, today)
        if day >= today
    ]
    return sorted(rows, key=lambda row: (row.day, row.rule.id))


def come_into_force(*, today: date, language: str) -> Sequence[DateRow]:
    """Return the rules that came into force in the last two years, the newest first."""
    rows = [
        _date_row(rule.effective_from, rule, gettext("in force"), today, language)
        for rule in queries.rules()
        if rule.force is not Force.PROPOSAL
        and rule.effective_from is not None
        and today - LOOK_BACK <= rule.effective_from < today
    ]
    return sorted(rows, key=lambda row: (row.day, row.rule.id), reverse=True)


def _days_of(rule: LegalRule, today: date) -> Iterator[tuple[date, str]]:
    if rule.effective_from is not None:
        yield rule.effective_from, gettext(STARTS)
    if rule.effective_to is not None:
        yield rule.effective_to, gettext(ENDS)
    for fixed in rule.fixed_dates:
        day = _next_day(fixed, today)
        if day != rule.effective_from:
            yield day, gettext("due by then") if fixed.year else fixed_date_words(fixed)


def _next_day(fixed: FixedDate, today: date) -> date:
    if fixed.year is not None:
        return date(fixed.year, fixed.month, fixed.day)
    this_year = date(max(today.year, fixed.first_year or 0), fixed.month, fixed.day)
    return this_year if this_year >= today else this_year.replace(year=this_year.year + 1)


def _date_row(day: date, rule: LegalRule, what: str, today: date, language: str) -> DateRow:
    conditions = [one for one in rule.thresholds if one.consequence.get("due") in (None, day.isoformat())]
    return DateRow(
        day=day,
        rule=rule,
        what=what,
        text=rule.text.in_language(language),
        only_if=gettext("; ").join(threshold_words(one) for one in conditions),
        days=(day - today).days,
    )
