"""One YAML file per legal case beside the worked table: title (en, zh), citation, facts, expectation."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from discreet.foundation.organisation.company import CompanyProfile
from discreet.foundation.organisation.rules import applicable_laws, places_of
from discreet.foundation.rulepacks import queries
from discreet.foundation.rulepacks.calendars import calendar_for
from discreet.foundation.rulepacks.clocks import request_clocks, strictest
from discreet.foundation.rulepacks.deadlines import Stage, count
from discreet.foundation.rulepacks.law import Law, Purpose
from discreet.vocabulary.errors import Refused

pytestmark = [pytest.mark.duty("M8.3"), pytest.mark.duty("M9.1")]

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
Facts = dict[str, Any]


def _company(facts: Facts) -> CompanyProfile:
    return CompanyProfile(
        laws=tuple(Law(law) for law in facts["company_laws"]),
        zones={Law.GDPR: facts.get("gdpr_zone", "Europe/Berlin")},
        calendars={Law.GDPR: facts.get("gdpr_calendar", "DE")},
    )


def _deadline(facts: Facts) -> Facts:
    try:
        moment = count(
            rule=queries.rule(facts["rule"]),
            start=datetime.fromisoformat(facts["start"]),
            zone=ZoneInfo(facts["zone"]),
            calendar=calendar_for(facts["calendar"]),
            stage=Stage(facts.get("stage", "first")),
        )
    except Refused as refusal:
        return {"refused": refusal.code}
    return {"at": moment.at.isoformat(), "unsure": [doubt.about for doubt in moment.doubts]}


def _residence(facts: Facts) -> Facts:
    return {"laws": [law.value for law in applicable_laws(_company(facts), facts["of"])]}


def _request(facts: Facts, purpose: str) -> Facts:
    company = _company(facts)
    clocks = request_clocks(
        laws=applicable_laws(company, facts["residence"]),
        kind=facts["kind"],
        received_at=datetime.fromisoformat(facts["received_at"]),
        places=places_of(company),
        extended=facts["extended"],
    )
    first = strictest(clocks, purpose=Purpose(purpose))
    assert first is not None
    return {"purpose": first.purpose.value, "rule": first.rule_id, "at": first.due_at.isoformat()}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_the_law_is_applied_as_the_case_says(path: Path) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert case["title"]["en"] and case["title"]["zh"] and case["citation"]
    expect = case["expect"]
    if "deadline" in case:
        assert _deadline(case["deadline"]) == expect
    elif "residence" in case:
        assert _residence(case["residence"]) == expect
    else:
        assert _request(case["request"], expect["purpose"]) == expect


def test_there_are_cases_of_every_sort() -> None:
    assert len(FILES) >= 25
