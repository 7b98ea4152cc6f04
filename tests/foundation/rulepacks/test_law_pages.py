"""The pages of the law: every duty can be found and read, and says truly what it drives."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.actions import ClockFacts
from discreet.foundation.rulepacks import law_pages, queries, readable, uses, words
from discreet.foundation.rulepacks.law import Confidence, Law, LegalRule, Meaning
from discreet.foundation.rulepacks.mechanisms import MECHANISMS
from tests.foundation.cases.conftest import AGENT, NOW, opened

pytestmark = [pytest.mark.duty("M9.1"), pytest.mark.django_db]
LINK = re.compile(r'href="/desk/law/duties/([A-Z][A-Z0-9-]+)/"')
TODAY = date(2026, 11, 28)


def page(client: Client, path: str, language: str = "en") -> str:
    client.cookies["discreet_language"] = language
    response = client.get(f"/desk/law/{path}")
    assert response.status_code == 200, path
    return response.content.decode()


def opened_under(rule: LegalRule, *, due_at: datetime) -> str:
    """Open a case whose clock runs under the rule; return its number."""
    number = opened().number
    facts = ClockFacts(
        rule_id=rule.id,
        law=rule.pack_id,
        article=rule.article,
        due_at=due_at,
        warn_at=due_at - timedelta(days=10),
        is_unsure=False,
    )
    cases.set_clocks(actor=AGENT, now=NOW, number=number, clocks=[facts])
    return number


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_list_leads_to_every_duty_once_and_says_its_article_and_text(
    desk_client: Client, language: str
) -> None:
    shown = page(desk_client, "duties/", language)
    assert sorted(LINK.findall(shown)) == sorted(rule.id for rule in queries.rules())
    for rule in queries.rules():
        assert escape(rule.article) in shown, rule.id
        assert escape(rule.text.in_language(language)) in shown, rule.id


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_of_a_duty_says_all_that_its_pack_holds(desk_client: Client, language: str) -> None:
    for rule in queries.rules():
        shown = page(desk_client, f"duties/{rule.id}/", language)
        said = [
            rule.article,
            rule.text.en,
            rule.text.in_language("zh"),
            rule.trigger,
            rule.obligation,
            rule.source,
            rule.note,
        ]
        said += [rule.condition(language), *(held.doubt.text(language) for held in rule.bearing_doubts)]
        assert [text for text in said if escape(text) not in shown] == [], rule.id
        texts = re.findall(r'<p lang="([^"]+)"[^>]*>', shown)
        assert texts == (["en", "zh-Hans"] if language == "en" else ["zh-Hans", "en"]), rule.id
        with translation.override(language):
            lines = [*readable.period_lines(rule), *map(readable.threshold_words, rule.thresholds)]
        assert [line for line in lines if escape(line) not in shown] == [], rule.id


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("law=cn-pipl", lambda rule: rule.pack_id == "cn-pipl"),
        ("mechanism=M7", lambda rule: "M7" in rule.mechanisms),
        ("confidence=G", lambda rule: rule.confidence is Confidence.GENERAL),
        ("use=driving", lambda rule: rule.id in uses.rules_in_use()),
        ("q=14%283%29", lambda rule: "14(3)" in rule.article or "14(3)" in rule.extension_condition),
        ("q=%E5%8D%95%E7%8B%AC%E5%90%8C%E6%84%8F&mechanism=M14", lambda rule: "单独同意" in rule.text.zh),
    ],
)
def test_a_filter_shows_what_matches_and_nothing_else(
    desk_client: Client, query: str, matches: object
) -> None:
    assert callable(matches)
    found = LINK.findall(page(desk_client, f"duties/?{query}"))
    assert found
    assert all(matches(queries.rule(rule_id)) for rule_id in found)
    where = law_pages.duty_filter({})
    assert where.is_empty and len(law_pages.duties(where)) == len(queries.rules())


def test_nothing_found_leads_back_to_all_duties(desk_client: Client) -> None:
    shown = page(desk_client, "duties/?q=no+such+words")
    assert "No duty matches this filter" in shown and "Clear the filter" in shown


@pytest.mark.parametrize("query", ["law=nobody", "mechanism=M16", "confidence=X", "use=maybe"])
def test_a_filter_that_no_list_offers_is_refused(desk_client: Client, query: str) -> None:
    response = desk_client.get(f"/desk/law/duties/?{query}")
    assert response.status_code == 400
    assert "There is no such filter" in response.content.decode()


def test_an_unknown_duty_is_not_found(desk_client: Client) -> None:
    assert desk_client.get("/desk/law/duties/NO-SUCH-RULE/").status_code == 404


def test_each_number_of_the_matrix_counts_what_its_link_lists(desk_client: Client) -> None:
    shown = page(desk_client, "")
    cells = re.findall(r'href="/desk/law/duties/\?([^"]*mechanism=M\d+)" aria-label="[^"]*">(\d+)</a>', shown)
    assert len(cells) > len(MECHANISMS)
    for query, number in cells:
        listed = LINK.findall(page(desk_client, f"duties/?{query.replace('&amp;', '&')}"))
        assert len(listed) == int(number), query


def test_the_front_page_counts_what_drives_something(desk_client: Client) -> None:
    count = len(uses.rules_in_use())
    assert f"Of {len(queries.rules())} duties, {count} drive something" in page(desk_client, "")


def test_a_duty_shows_the_open_cases_whose_clock_runs_under_it(desk_client: Client) -> None:
    rule = queries.rule("EU-DSR-RESP")
    assert "No open case has a clock under this rule now." in page(desk_client, f"duties/{rule.id}/")
    number = opened_under(rule, due_at=datetime(2026, 4, 2, 21, 59, 59, tzinfo=UTC))
    shown = page(desk_client, f"duties/{rule.id}/")
    assert f'href="/desk/requests/{number}/"' in shown
    assert "1 open case" in page(desk_client, "duties/?use=driving")
    cases.meet_clock(actor=AGENT, now=NOW, number=number, rule_id=rule.id)
    assert number not in page(desk_client, f"duties/{rule.id}/")


def test_a_duty_that_nothing_acts_on_says_so(desk_client: Client) -> None:
    unused = [rule for rule in queries.rules() if rule.id not in uses.rules_in_use()]
    assert len(unused) > 1
    shown = page(desk_client, f"duties/{unused[0].id}/")
    assert "Not yet used by a mechanism: nothing in Discreet acts on this duty." in shown


def test_a_use_is_registered_for_a_rule_and_a_mechanism_that_stand() -> None:
    for rule_id in uses.rules_in_use():
        assert queries.rule(rule_id).id == rule_id
        assert uses.uses_of(rule_id)
        for use in uses.uses_of(rule_id):
            assert use.mechanism in MECHANISMS
            assert use.mechanism == "M9" or MECHANISMS[use.mechanism].is_installed


def test_every_rule_that_times_a_request_taken_today_is_in_use() -> None:
    timing = {
        rule.id
        for rule in queries.rules()
        if rule.request_clock and rule.request_clock.kinds & {"access", "erasure"}
    }
    assert timing and timing <= uses.rules_in_use()


def test_dates_ahead_are_in_order_and_name_the_condition_they_hang_on() -> None:
    rows = law_pages.dates_ahead(today=TODAY, language="en")
    assert [row.day for row in rows] == sorted(row.day for row in rows)
    assert all(row.day >= TODAY for row in rows)
    audits = {row.day.year: row.only_if for row in rows if row.rule.id == "CA-AUDIT"}
    assert sorted(audits) == [2028, 2029, 2030]
    assert "more than 100,000,000" in audits[2028] and "50,000,000 to 100,000,000" in audits[2029]


def test_a_yearly_date_stands_with_its_next_day_from_its_first_year_on() -> None:
    metrics = [
        row.day
        for row in law_pages.dates_ahead(today=TODAY, language="en")
        if row.rule.id == "CA-DSR-METRICS"
    ]
    assert metrics == [date(2027, 7, 1)]
    yearly = [
        row.day for row in law_pages.dates_ahead(today=TODAY, language="en") if row.rule.id == "CA-RA-SUBMIT"
    ]
    assert yearly == [date(2028, 4, 1), date(2029, 4, 1)]


def test_what_came_into_force_is_past_and_the_newest_first() -> None:
    rows = law_pages.come_into_force(today=TODAY, language="en")
    assert rows[0].rule.id == "CN-SMALL"
    assert all(TODAY - law_pages.LOOK_BACK <= row.day < TODAY for row in rows)


def test_the_search_box_finds_a_duty_by_its_article(desk_client: Client) -> None:
    shown = desk_client.get("/desk/search/?q=7021%28a%29").content.decode()
    assert 'href="/desk/law/duties/CA-DSR-ACK/"' in shown


def test_every_code_of_the_packs_can_be_read_as_a_sentence() -> None:
    for rule in queries.rules():
        assert words.VERIFIED_BY[rule.verified_by]
        assert all(one in MECHANISMS for one in rule.mechanisms)
        assert all(readable.threshold_words(one) for one in rule.thresholds)
        has_time = rule.promptness or rule.period or rule.fixed_dates
        assert bool(readable.period_lines(rule)) is bool(has_time), rule.id


@pytest.mark.parametrize(
    ("rule_id", "line"),
    [
        ("CA-DSR-RESP", "Within 45 calendar days from receipt"),
        ("CN-TR-FILE", "Within 10 working days from effect of the contract"),
        ("CA-DSR-ACK", "Within 10 business days from receipt"),
        ("CA-DSR-METRICS", "Every year by 1\N{NO-BREAK SPACE}Jul"),
        ("CN-LOG", "Kept for at least 6 calendar months from the event recorded"),
    ],
)
def test_a_period_is_said_in_words(rule_id: str, line: str) -> None:
    assert line in readable.period_lines(queries.rule(rule_id))


def test_a_rule_known_in_part_through_others_has_no_green_mark(desk_client: Client) -> None:
    shown = page(desk_client, "duties/CA-ADMT/")
    assert "text read in part" in shown and "commentary" in shown
    assert 'class="chip good"' not in shown.partition("</h1>")[2].partition("</div>")[0]
    for rule in queries.rules():
        assert not (rule.is_read_in_part and words.confidence(rule) == "text read"), rule.id


def test_a_date_that_the_law_names_is_not_doubted_by_how_periods_are_counted(desk_client: Client) -> None:
    assert queries.rule("CA-ADMT").meaning is Meaning.FIXED_DATE
    assert "Saturday" not in page(desk_client, "duties/CA-ADMT/")


def test_chinese_law_texts_are_spaced_and_name_whose_code_it_is() -> None:
    assert "自 2027 年 1 月 1 日起" in queries.rule("CA-ADMT").text.in_language("zh-hans")
    for rule in queries.rules(law=Law.CCPA):
        said = " ".join([rule.condition("zh"), *(held.doubt.text("zh") for held in rule.doubts)])
        assert "《民法典》" not in said and not re.search("[\u4e00-\u9fff][0-9]", said), rule.id
