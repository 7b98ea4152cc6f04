"""`discreet law` reads the packs."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import translation

from discreet.foundation.rulepacks import queries, words
from discreet.foundation.rulepacks.cli import law
from discreet.foundation.rulepacks.queries import UnknownRule

pytestmark = pytest.mark.duty("M9.1")


def test_the_list_names_every_pack_and_rule() -> None:
    output = CliRunner().invoke(law, ["list"]).output
    assert "eu-gdpr" in output and "CN-DSR-30D" in output and "1 calendar month" in output


def test_the_list_of_one_pack_is_json_that_a_program_reads() -> None:
    (pack,) = json.loads(CliRunner().invoke(law, ["list", "--pack", "cn-pipl", "--json"]).output)
    assert {rule["pack"] for rule in pack["rules"]} == {"cn-pipl"}


def test_a_rule_is_shown_with_its_text_source_confidence_and_doubts() -> None:
    output = CliRunner().invoke(law, ["show", "CN-DSR-30D"]).output
    assert "GB/T 35273-2020 8.7" in output
    assert "S (secondary source)" in output
    assert "recommended standard" in output
    assert "unofficial translation" in output
    assert "drives: Sets the date by which a customer’s request" in output


def test_a_rule_that_drives_nothing_says_so() -> None:
    output = CliRunner().invoke(law, ["show", "CN-AUDIT-FREQ"]).output
    assert "drives: not yet used by a mechanism" in output


def test_a_rule_is_shown_in_chinese() -> None:
    output = CliRunner().invoke(law, ["show", "CN-DSR-30D", "--language", "zh"]).output
    assert "推荐性标准" in output and "unofficial" not in output


def test_a_rule_is_shown_in_the_language_of_the_reader_and_unofficial_is_what_was_translated() -> None:
    with translation.override("zh-hans"):
        chinese = CliRunner().invoke(law, ["show", "CN-DSR-30D"]).output
        european = CliRunner().invoke(law, ["show", "EU-DSR-RESP"]).output
        listed = CliRunner().invoke(law, ["list", "--pack", "cn-pipl"]).output
    assert (
        "自收到请求起 30 个日历日，期限" in chinese
        and "表述：摘要；" in chinese
        and "效力：推荐性标准" in chinese
    )
    assert not re.search(r"^[a-z ]+:", chinese, re.MULTILINE)
    assert "表述：非官方译文；" in european
    assert "30 个日历日" in listed and "text read" not in listed


def test_every_code_of_the_packs_has_words() -> None:
    rules = [rule for pack in queries.packs().values() for rule in pack.rules.values()]
    assert {rule.start_event for rule in rules if rule.start_event} <= words.EVENTS.keys()


def test_every_code_of_the_record_s_legend_has_words() -> None:
    legend = json.loads((Path(__file__).resolve().parents[3] / "law" / "rules.json").read_text("utf-8"))[
        "legend"
    ]
    assert set(legend["start_event"]) <= words.EVENTS.keys()
    assert set(legend["confidence"]) == {grade.value for grade in words.CONFIDENCE_MEANS}
    assert set(legend["verified_by"]) == words.VERIFIED_BY.keys()
    assert set(legend["jurisdiction"]) == words.JURISDICTIONS.keys()
    assert set(legend["duration_means"]) == {one.value for one in words.MEANING}


def test_an_unknown_rule_is_refused_with_the_way_to_find_it() -> None:
    with pytest.raises(UnknownRule, match=r"EU-NOTHING.*discreet law list"):
        CliRunner().invoke(law, ["show", "EU-NOTHING"], catch_exceptions=False)
