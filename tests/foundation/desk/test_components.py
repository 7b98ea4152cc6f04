"""Components: words of clocks, masks, drawings, and what screen readers hear."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from discreet.foundation.desk import drawing, masks, times
from discreet.foundation.desk.components import ClockView, Deadline
from discreet.foundation.desk.strip import DAYS, TICKS, StripDeadlines, strip_days
from discreet.foundation.desk.times import last_day

NOW = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)


def _render(source: str, **values: object) -> str:
    return Template("{% load desk %}" + source).render(Context(values))


@pytest.mark.parametrize(
    ("left", "is_legal", "words", "tone"),
    [
        (timedelta(days=15, hours=3), True, "15 days left", ""),
        (timedelta(days=3), True, "3 days left", "warn"),
        (timedelta(hours=30), True, "30 hours left", "bad"),
        (timedelta(hours=30), False, "30 hours left", "warn"),
        (timedelta(minutes=20), True, "less than an hour left", "bad"),
        (timedelta(hours=-1), False, "1 hour over", "bad"),
        (timedelta(days=-3), True, "3 days over", "bad"),
    ],
)
def test_a_clock_says_what_is_left(left: timedelta, is_legal: bool, words: str, tone: str) -> None:
    found = times.left(due_at=NOW + left, now=NOW, is_legal=is_legal)
    assert (found.text, found.tone) == (words, tone)


def test_days_read_as_each_language_writes_them() -> None:
    there = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
    assert times.day(there) == "2\N{NO-BREAK SPACE}Apr\N{NO-BREAK SPACE}2026"
    assert times.day(there.replace(year=2027)) == "2\N{NO-BREAK SPACE}Apr\N{NO-BREAK SPACE}2027"
    with translation.override("zh-hans"):
        assert times.day(there).replace("\N{NO-BREAK SPACE}", " ") == "2026 年 4 月 2 日"
        assert times.left(due_at=NOW + timedelta(hours=30), now=NOW, is_legal=True).text == "还剩 30 小时"


@pytest.mark.parametrize(
    ("mask", "shown", "masked"),
    [
        (masks.mask_name, "Lena Wagner", "L••• W•••••"),
        (masks.mask_name, "王小明", "王••"),
        (masks.mask_email, "lena@example.de", "l•••@•••••.de"),
        (masks.mask_phone, "+49 170 1234417", "+49 ••• 4417"),
        (masks.mask_phone, "13812342207", "138••••2207"),
        (masks.mask_phone, "123", "••••••"),
    ],
)
def test_masks_show_only_enough_to_tell_people_apart(mask: object, shown: str, masked: str) -> None:
    assert callable(mask)
    assert mask(shown) == masked


@given(st.text(max_size=40), st.text(alphabet="abcdef", min_size=4, max_size=20))
def test_a_mask_never_shows_the_middle_of_a_local_part(start: str, local: str) -> None:
    assert local[1:] not in masks.mask_email(f"{local}@{start}.com").split("@")[0]


@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=30))
def test_a_spark_stays_in_its_frame(series: list[float | None]) -> None:
    line = drawing.spark_line(series=series, width=104, height=34)
    if line is None:
        assert all(value is None for value in series)
        return
    for point in line.path[1:].split("L"):
        x, y = point.split(" ")
        assert 0 <= float(x) <= 104 and 0 <= float(y) <= 34


def test_the_strip_holds_fourteen_days_and_no_past_deadline() -> None:
    due = [Deadline(label=f"R-{n}", due_at=NOW + timedelta(days=n), url="/") for n in (-1, 0, 5, 13, 20)]
    days = strip_days(deadlines=due, now=NOW)
    assert len(days) == DAYS
    assert [tick.deadline.label for day in days for tick in day.ticks] == ["R-0", "R-5", "R-13"]


def test_a_clock_over_is_drawn_full_and_red() -> None:
    view = ClockView(started_at=NOW - timedelta(days=40), due_at=NOW - timedelta(days=5), law="GDPR 12(3)")
    text = _render("{% clock view now %}", view=view, now=NOW)
    for part in ('width="330" height="6" rx="3" fill="var(--bad)"', "5 days over", "was due", "GDPR 12(3)"):
        assert part in text


@pytest.mark.parametrize(
    "source",
    [
        "{% status 'good' text %}",
        "{% chip text %}",
        "{% person text text %}",
        "{% empty 'found' text text %}",
        "{% refusal text text %}",
        "{% difference text text %}",
        "{% approve summary=text detail=text proposer=text me=text %}{% endapprove %}",
    ],
)
def test_components_escape_what_they_are_given(source: str) -> None:
    assert "<script" not in _render(source, text="<script>alert(1)</script>")


def test_the_kinds_of_nothing_are_three() -> None:
    with pytest.raises(ValueError):
        _render("{% empty 'data' %}")


def test_a_strip_without_deadlines_names_the_next_one() -> None:
    near, far = (Deadline(label=f"R-{n}", due_at=NOW + timedelta(days=n), url="/") for n in (2, 30))
    source = "{% deadline_strip deadlines now %}"
    assert "Next deadline: " in (shown := _render(source, deadlines=[far], now=NOW)) and "R-30" in shown
    assert "Next deadline" not in _render(source, deadlines=[near, far], now=NOW)
    with translation.override("zh-hans"):
        assert "最近的期限：<a" in _render(source, deadlines=[far], now=NOW)


def test_a_strip_of_very_many_says_how_many_it_does_not_show() -> None:
    late = [Deadline(label="R-0", due_at=NOW - timedelta(days=1), url="/")]
    soon = [Deadline(label=f"R-{n}", due_at=NOW + timedelta(days=2), url="/") for n in range(1, 9)]
    counted = StripDeadlines(
        shown=[*late, *soon], overdue=2400, by_day={last_day(NOW + timedelta(days=2)): 3000}
    )
    shown = _render("{% deadline_strip deadlines now %}", deadlines=counted, now=NOW)
    assert "2,400" in shown and "2399 more" in shown
    assert f"{3000 - TICKS} more" in shown and shown.count('class="tick') == TICKS
