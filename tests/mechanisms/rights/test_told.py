"""What the command line prints for people: readable, in their language, and no more than the JSON."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from django.utils import timezone, translation

from discreet.mechanisms.rights.cli import find, rights
from discreet.mechanisms.rights.refusals import NotReadable, SeveralPeople
from discreet.mechanisms.rights.told import due_in_words, table
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import ANN, ANN_NAME, ANN_PHONE


def said(command: object, *words: str, language: str = "en") -> str:
    with translation.override(language):
        result = CliRunner().invoke(command, list(words), catch_exceptions=False)  # type: ignore[arg-type]
    assert result.exit_code == 0
    return result.output


def is_for_people(text: str) -> bool:
    return not re.search(r"[{}\[\]\"]", text) and not any(own in text for own in (ANN, ANN_NAME, ANN_PHONE))


def test_find_lists_candidates_with_their_tables_and_counts(shop: Company) -> None:
    text = said(find, "shop", "--email", ANN)
    assert text.startswith("1 person matches in shop\n\nCandidate 0, matched by: E-mail\n")
    assert re.search(r"^  address +1 +1$", text, re.MULTILINE)
    assert re.search(r"^  orders +1 +0$", text, re.MULTILINE)
    assert is_for_people(text)


def test_find_numbers_each_candidate(shop: Company) -> None:
    text = said(find, "shop", "--email", "twin@example.com", language="zh-hans")
    assert text.startswith("shop 中有 2 人相符\n")
    assert "候选 0，" in text and "候选 1，" in text


@pytest.mark.parametrize(
    ("language", "action", "reason"),
    [("en", "Erase", "About this person"), ("zh-hans", "删除", "涉及此人")],
)
def test_a_plan_is_a_table_with_its_hash(shop: Company, language: str, action: str, reason: str) -> None:
    number = driving.planned("erasure", ANN)
    text = said(rights, "plan", number, "--stored", language=language)
    assert json.loads(said(rights, "plan", number, "--stored", "--json"))["hash"] in text
    (line,) = [line for line in text.splitlines() if line.startswith("  login ")]
    assert re.match(rf"  login +2 +0 +{action} +\S", line)
    assert reason in text
    assert is_for_people(text)


def test_a_plan_names_what_it_does_not_cover(shop: Company) -> None:
    number = driving.planned("erasure", ANN)
    document = json.loads(said(rights, "plan", number, "--stored", "--json"))
    assert ("Not covered" in said(rights, "plan", number, "--stored")) is bool(document["not_covered"])


def test_a_finished_request_is_told_with_what_stays_and_what_was_written(shop: Company) -> None:
    number = driving.erased(ANN).number
    text = said(rights, "show", number)
    assert text.startswith(f"{number}  Erasure request\n")
    for words in ("Erased, except what must be kept", "What stays, and why", "What was written", "Due"):
        assert words in text
    assert "Art. 958f OR, allowed by GDPR Art. 17(3)(b)" in text
    assert is_for_people(text)
    due = datetime.fromisoformat(json.loads(said(rights, "show", number, "--json"))["due_at"])
    (line,) = [line for line in text.splitlines() if line.strip().startswith("Due")]
    eve = due - timedelta(days=1)  # it ends within the day, so the last whole day is the one before
    assert re.search(rf"Due\s+{eve.day}\s\w+\s{eve.year} \(UTC\)$", line)
    chinese = said(rights, "show", number, language="zh-hans")
    assert "删除请求" in chinese
    assert re.search(r"\S+\s+\d+\s年\s\d+\s月\s\d+\s日（UTC）$", chinese, re.MULTILINE)


def test_a_deadline_names_the_day_that_pages_show_and_the_zone_once() -> None:
    due = datetime(2026, 12, 28, 22, 59, 59, tzinfo=UTC)  # the end of 28 December in Berlin
    with timezone.override("Europe/Berlin"):
        assert due_in_words(due) == "28 Dec 2026 23:59:59 (UTC+1)".replace(" ", "\N{NO-BREAK SPACE}", 2)
    with timezone.override("Asia/Shanghai"):  # there it ends in the morning of the 29th
        assert due_in_words(due) == "28 Dec 2026 (UTC+8)".replace(" ", "\N{NO-BREAK SPACE}", 2)


def test_open_and_show_tell_one_deadline_in_one_form(shop: Company) -> None:
    opened = json.loads(
        said(rights, "open", "--kind", "erasure", "--email", ANN, "--residence", "CN", "--json")
    )
    shown = json.loads(said(rights, "show", opened["id"], "--json"))
    assert opened["due_at"] == shown["due_at"]
    assert datetime.fromisoformat(shown["due_at"]).utcoffset() is not None
    assert shown["due_at"] in {clock["due_at"] for clock in shown["clocks"]}


def test_several_people_are_told_with_the_command_that_chooses(shop: Company) -> None:
    number = driving.planned("erasure", "twin@example.com")
    refused = CliRunner().invoke(rights, ["plan", number]).exception
    assert isinstance(refused, SeveralPeople)
    assert f"discreet rights choose {number}" in refused.message % refused.params
    assert "choose" in str(rights.help)


@pytest.mark.parametrize("command", [["open", "--kind", "erasure"], ["shop"]])
@pytest.mark.parametrize("text", ["a@example.com\nBcc: b@example.com", "a\n@example.com", "a\t@example.com"])
def test_an_address_with_a_line_break_is_no_address(shop: Company, command: list[str], text: str) -> None:
    door = rights if command[0] == "open" else find
    assert isinstance(CliRunner().invoke(door, [*command, "--email", text]).exception, NotReadable)


def test_columns_stay_in_line_with_chinese_and_without_control_characters() -> None:
    assert list(table(("表", "n"), [("客户", "1"), ("a\x1b[2J", "22")])) == [
        "  表     n",
        "  客户   1",
        "  a?[2J  22",
    ]


def test_who_matches_is_shown_masked_with_what_chooses_each(shop: Company) -> None:
    number = driving.planned("erasure", "twin@example.com")
    text = said(rights, "candidates", number)
    assert "Twin" not in text and "twin@example.com" not in text
    assert is_for_people(text)
    first, second = json.loads(said(rights, "candidates", number, "--json"))["candidates"]
    assert f"Candidate {second['candidate']}, matched by: E-mail" in text
    assert (first["rows"], second["rows"]) == (["shop.customer 4"], ["shop.customer 5"])
    chosen = json.loads(said(rights, "choose", number, second["candidate"], "--json"))
    assert chosen["chosen"] == [second["candidate"]]
    (left,) = json.loads(said(rights, "candidates", number, "--json"))["candidates"]
    assert left["rows"] == ["shop.customer 5"]
