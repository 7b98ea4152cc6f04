"""What the browser tests look with sees what is wrong."""

import pytest
from playwright.sync_api import Page

from tests.browser.harness import accessibility_faults

pytestmark = pytest.mark.browser


def test_each_rule_that_a_page_breaks_is_told_with_its_first_place(page: Page) -> None:
    page.set_content('<html lang="en"><title>One</title><img src="data:,"><p style="color: #bbb">Pale</p>')
    assert [fault.split(" <")[0] for fault in accessibility_faults(page)] == [
        'color-contrast: ["p"]',
        'image-alt: ["img"]',
    ]


def test_a_page_that_breaks_none_has_no_faults(page: Page) -> None:
    page.set_content('<html lang="en"><title>One</title><p>Dark</p>')
    assert accessibility_faults(page) == []
