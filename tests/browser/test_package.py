"""The page of a package in a real browser: a file opened from a disk, on a desktop and on a phone."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from discreet.engines.subjects.redact import Kind, Tally
from discreet.mechanisms.rights.copying.package import FieldMeaning, TableData
from tests.browser.harness import DESKTOP, PHONE, accessibility_faults, broken_words, overflows, picture
from tests.mechanisms.rights.packages import zipped

pytestmark = pytest.mark.browser
LOOKS = [("en", "light"), ("zh-hans", "dark"), ("zh-hans", "light"), ("en", "dark")]
NOTE = "Delivered to the neighbour on the second floor, who had been asked before. " * 3
NAMES = ("id", "email", "note", "token", "member_since", "last_login_at", "newsletter", "points", "tier")
WIDE = TableData(
    source="shop",
    table="member",
    title="Shop / Members",
    columns=NAMES,
    rows=[
        (
            7,
            "ann.canary@example.com",
            NOTE,
            "0a" * 32,
            "2024-07-01",
            datetime(2026, 4, 2, tzinfo=UTC),
            True,
            4,
            None,
        )
    ]
    * 3,
    meanings={
        name: FieldMeaning(
            name,
            "Technical identifier",
            "技术标识",
            "",
            en_name=name.replace("_", " "),
            zh_name="最近登录时间",
        )
        for name in NAMES[:6]
    },
)
NARROW = replace(WIDE, title="Shop / Notes", columns=NAMES[:4], rows=[row[:4] for row in WIDE.rows])
SINGLE = replace(WIDE, title="Shop / Person", rows=WIDE.rows[:1])
TALLY = Tally(counts=Counter({("token", Kind.HELD, "token"): 1, ("note", Kind.ANOTHER, ""): 1_200}))
_FITS = "[...document.querySelectorAll('.wrap')].every(one => one.scrollWidth <= one.clientWidth)"
_NARROWEST = "Math.min(...[...document.querySelectorAll('td')].map(one => one.clientWidth))"


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_a_package_reads_on_a_desktop_and_on_a_phone(
    page: Page, tmp_path: Path, language: str, theme: str
) -> None:
    archive = zipped(
        [replace(SINGLE, tally=TALLY), NARROW, WIDE],
        number="R-1001",
        language=language,
        gaps=["Shop / Old messages"],
        officer="Lena Brandt",
        officer_email="privacy@example.com",
        is_for_machines=True,
    )
    path = tmp_path / "index.html"
    path.write_bytes(archive.read("index.html"))
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    for (width, height), name in ((DESKTOP, "desktop"), (PHONE, "phone")):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(path.as_uri())
        picture(page, f"package.{language}.{theme}.{name}")
        assert not overflows(page)
        assert broken_words(page) == []
        assert accessibility_faults(page) == []
    assert page.evaluate(_FITS)
    assert page.evaluate(_NARROWEST) > 250
