"""The packs that ship: equal to the record of the research, and refused with a clear error when wrong."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from discreet.foundation.rulepacks import queries
from discreet.foundation.rulepacks.fields import InvalidPack
from discreet.foundation.rulepacks.law import (
    FixedDate,
    Force,
    Law,
    LegalRule,
    Meaning,
    RequestKind,
    Roll,
    Threshold,
)
from discreet.foundation.rulepacks.loader import load_pack

pytestmark = pytest.mark.duty("M9.1")

RECORD = json.loads((Path(__file__).resolve().parents[3] / "law" / "rules.json").read_text("utf-8"))
PACK_OF = {"EU": "eu-gdpr", "US-CA": "us-ca-ccpa", "CN": "cn-pipl", "INT": "int-guidelines"}
ROLLS = {Roll.MOVES: True, Roll.STAYS: False, Roll.NOT_STATED: None}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _fixed(fixed: FixedDate) -> str:
    if fixed.year is not None:
        return date(fixed.year, fixed.month, fixed.day).isoformat()
    since = f" from {fixed.first_year}" if fixed.first_year else ""
    return f"{fixed.month:02}-{fixed.day:02} yearly{since}"


def _threshold(threshold: Threshold) -> dict[str, Any]:
    value = list(threshold.value) if isinstance(threshold.value, tuple) else threshold.value
    return {"quantity": threshold.quantity, "op": threshold.operator, "value": value, **threshold.consequence}


def _as_recorded(rule: LegalRule) -> dict[str, Any]:
    span = rule.period.span if rule.period else None
    longer = rule.period.extension if rule.period else None
    return {
        "id": rule.id,
        "jurisdiction": queries.pack(rule.pack_id).jurisdiction,
        "article": rule.article,
        "trigger": rule.trigger,
        "obligation": rule.obligation,
        "text_en": rule.text.en,
        "text_zh": rule.text.zh,
        "mechanism": list(rule.mechanisms),
        "strict": rule.force is Force.LAW,
        "recommended": rule.force is Force.RECOMMENDATION,
        "promptness": rule.promptness,
        "duration": span.duration if span else None,
        "unit": span.unit if span else None,
        "start_event": rule.start_event,
        "duration_means": rule.meaning,
        "fixed_dates": [_fixed(fixed) for fixed in rule.fixed_dates],
        "extension_duration": longer.total.duration - span.duration if longer and span else None,
        "extension_unit": longer.total.unit if longer else None,
        "extension_condition": rule.extension_condition,
        "rolls_over_holidays": ROLLS[rule.roll],
        "time_rule": rule.time_rule_id,
        "threshold": [_threshold(threshold) for threshold in rule.thresholds],
        "effective_from": _iso(rule.effective_from),
        "effective_to": _iso(rule.effective_to),
        "confidence": rule.confidence,
        "verified_by": rule.verified_by,
        "source": rule.source,
        "note": rule.note,
    }


@pytest.mark.parametrize("recorded", RECORD["rules"], ids=[rule["id"] for rule in RECORD["rules"]])
def test_the_pack_says_what_the_research_recorded(recorded: dict[str, Any]) -> None:
    assert _as_recorded(queries.rule(recorded["id"])) == recorded


def test_the_packs_hold_every_recorded_rule_and_no_other() -> None:
    assert {rule.id for rule in queries.rules()} == {rule["id"] for rule in RECORD["rules"]}
    assert set(queries.packs()) == set(PACK_OF.values())
    assert {pack.as_of.isoformat() for pack in queries.packs().values()} == {RECORD["as_of"]}
    assert {pack.version for pack in queries.packs().values()} == {RECORD["version"]}


def test_chinese_texts_of_european_and_californian_rules_are_marked_unofficial() -> None:
    for rule in (*queries.rules(law=Law.GDPR), *queries.rules(law=Law.CCPA)):
        assert rule.text.is_unofficial("zh-hans")
        assert not rule.text.is_unofficial("en")
    assert all(rule.text.is_unofficial("en") for rule in queries.rules(law=Law.PIPL))


def test_every_doubt_is_told_in_both_languages() -> None:
    for rule in queries.rules():
        for held in rule.doubts:
            assert held.doubt.text("en") != held.doubt.text("zh-hans")


def test_a_rule_holds_only_those_doubts_of_its_time_rule_that_can_bear_on_it() -> None:
    abouts = {
        rule_id: {held.doubt.about for held in queries.rule(rule_id).doubts}
        for rule_id in ("CA-DSR-ACK", "CA-BR-IND", "CA-RA-KEEP", "CN-LOG", "CN-BR-FINAL")
    }
    assert abouts == {
        "CA-DSR-ACK": {"business day undefined"},
        "CA-BR-IND": {"Saturday"},
        "CA-RA-KEEP": set(),
        "CN-LOG": set(),
        "CN-BR-FINAL": {"rollover not stated"},
    }


def test_every_request_kind_of_the_privacy_centre_has_a_clock_under_every_law() -> None:
    for law in Law:
        clocks = [rule.request_clock for rule in queries.rules(law=law) if rule.request_clock]
        for kind in (RequestKind.ACCESS, RequestKind.ERASURE, RequestKind.RECTIFICATION):
            assert any(kind in clock.kinds for clock in clocks)


def test_a_proposal_is_never_in_force() -> None:
    rule = queries.rule("EU-BR-OMNIBUS")
    assert rule.force is Force.PROPOSAL
    assert not rule.is_in_force(on=date(2030, 1, 1))


def test_a_rule_is_in_force_from_its_first_day() -> None:
    rule = queries.rule("CA-BR-IND")
    assert not rule.is_in_force(on=date(2025, 12, 31))
    assert rule.is_in_force(on=date(2026, 1, 1))


def test_rules_are_found_by_law_mechanism_and_meaning() -> None:
    kept = queries.rules(law=Law.PIPL, meaning=Meaning.RETENTION_MIN)
    assert {rule.id for rule in kept} == {"CN-PIA-CONT", "CN-REC-3Y", "CN-LOG"}
    assert all("M8" in rule.mechanisms for rule in queries.rules(mechanism="M8"))


def test_an_unknown_rule_or_pack_is_refused() -> None:
    with pytest.raises(queries.UnknownRule, match="EU-NOTHING"):
        queries.rule("EU-NOTHING")
    with pytest.raises(queries.UnknownPack, match="br-lgpd"):
        queries.pack("br-lgpd")


HEAD = {
    "id": "xx-law",
    "jurisdiction": "XX",
    "name": {"en": "A law", "zh": "某法"},
    "version": 1,
    "as_of": date(2026, 1, 1),
    "renderings": {"en": "summary", "zh": "unofficial"},
}
TIME_RULE: dict[str, Any] = {
    "id": "XX-PERIOD",
    "article": "Art. 1",
    "trigger": "a period",
    "obligation": "count",
    "text": {"en": "Count.", "zh": "计算。"},
    "mechanisms": ["M9"],
    "force": "law",
    "in_force": {"from": date(2020, 1, 1)},
    "confidence": "V",
    "verified_by": "full_text",
    "source": "the text",
}
COUNTING = {
    "means": "deadline",
    "duration": 1,
    "unit": "calendar_month",
    "from": "receipt",
    "counted_by": "XX-PERIOD",
}
RULE: dict[str, Any] = {**TIME_RULE, "id": "XX-RESP", "counting": COUNTING}


def _write(folder: Path, rules: object, head: object = HEAD) -> Path:
    pack = folder / "xx-law"
    pack.mkdir()
    (pack / "pack.yaml").write_text(yaml.safe_dump(head, allow_unicode=True), encoding="utf-8")
    (pack / "rights.yaml").write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")
    return pack


def test_a_right_pack_is_read(tmp_path: Path) -> None:
    assert set(load_pack(_write(tmp_path, [TIME_RULE, RULE])).rules) == {"XX-PERIOD", "XX-RESP"}


def _counting(**changes: object) -> dict[str, Any]:
    return {**RULE, "counting": {**COUNTING, **changes}}


WRONG = {
    "force 'maybe' is refused": ({**RULE, "force": "maybe"}, r"XX-RESP: 'maybe' is none of law"),
    "a missing source": ({k: v for k, v in RULE.items() if k != "source"}, r"XX-RESP: source is missing"),
    "an unknown field": ({**RULE, "artcle": "x"}, r"XX-RESP: unknown field artcle"),
    "an unknown unit": (_counting(unit="week"), r"XX-RESP counting: 'week' is none of hour"),
    "a duration of nothing": (_counting(duration=0), r"duration must be 1 or more"),
    "a duration in words": (_counting(duration="one"), r"duration must be a whole number"),
    "a truth for a number": (_counting(duration=True), r"duration must be a whole number"),
    "a time rule of nowhere": (_counting(counted_by="YY-PERIOD"), r"names YY-PERIOD, which the pack lacks"),
    "no start": ({**RULE, "counting": {k: v for k, v in COUNTING.items() if k != "from"}}, r"needs from"),
    "an extension in another unit": (
        _counting(extension={"duration": 5, "unit": "calendar_day"}),
        r"counted in the unit of its period",
    ),
    "a date in words": ({**RULE, "in_force": {"from": "soon"}}, r"in_force: from must be a date"),
    "an end before the start": (
        {**RULE, "in_force": {"from": date(2020, 1, 1), "to": date(2019, 1, 1)}},
        r"ends before it starts",
    ),
    "no such day of the year": (
        {
            **TIME_RULE,
            "id": "XX-FIX",
            "counting": {"means": "fixed_date", "fixed_dates": [{"yearly": "02-30"}]},
        },
        r"yearly must be MM-DD",
    ),
    "no fixed date": (
        {**TIME_RULE, "id": "XX-FIX", "counting": {"means": "fixed_date"}},
        r"names no fixed_dates",
    ),
    "an unknown operator": (
        {**RULE, "thresholds": [{"quantity": "people", "operator": "about", "value": 3}]},
        r"thresholds 1: operator 'about'",
    ),
    "a clock of a duty without receipt": (
        {**_counting(**{"from": "awareness"}), "request_clock": {"purpose": "answer", "kinds": ["access"]}},
        r"starts from receipt",
    ),
    "an unknown request kind": (
        {**RULE, "request_clock": {"purpose": "answer", "kinds": ["acess"]}},
        r"'acess' is none of access",
    ),
    "a rule that is a text": ("XX-RESP", r"rule 2: must be a mapping"),
    "the same rule twice": (TIME_RULE, r"XX-PERIOD stands in the pack twice"),
}


@pytest.mark.parametrize(("rule", "problem"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_rule_is_refused_by_its_name_and_field(tmp_path: Path, rule: object, problem: str) -> None:
    with pytest.raises(InvalidPack, match=problem):
        load_pack(_write(tmp_path, [TIME_RULE, rule]))


def test_a_pack_in_the_wrong_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidPack, match="id is yy-law, but the folder is xx-law"):
        load_pack(_write(tmp_path, [TIME_RULE], {**HEAD, "id": "yy-law"}))


def test_a_pack_without_a_head_is_refused(tmp_path: Path) -> None:
    (tmp_path / "xx-law").mkdir()
    with pytest.raises(InvalidPack, match=r"pack\.yaml: is missing"):
        load_pack(tmp_path / "xx-law")


def test_a_file_that_is_not_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    pack = _write(tmp_path, [TIME_RULE])
    (pack / "rights.yaml").write_text("- id: a: b", encoding="utf-8")
    with pytest.raises(InvalidPack, match=r"rights\.yaml: is not YAML: (.|\n)*line 1"):
        load_pack(pack)
