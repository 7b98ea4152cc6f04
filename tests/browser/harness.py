"""Driving the real Chromium: flags, accessibility checks, pictures."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Only what is wrong comes back: all that axe looked at is megabytes a page.
RUN_AXE = """async () => (await axe.run({
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations']
})).violations"""
RUN_AXE_ON_COLOURS = """async () => (await axe.run({
    runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}, resultTypes: ['violations']
})).violations"""
# Transitions would be measured half way.
DARKEN = """() => {
  const still = new CSSStyleSheet();
  still.replaceSync('*{transition:none!important;animation:none!important}');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
  document.documentElement.setAttribute('data-bs-theme', 'dark');
}"""
AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
PICTURES = Path(__file__).parent.parent.parent / "test-results"
DESKTOP, PHONE = (1440, 900), (390, 844)
LONGEST_WHOLE_WORD = 24
_BROKEN_WORDS = """longest => {
  const broken = [];
  for (const cell of document.querySelectorAll("main td")) {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
      for (const word of walker.currentNode.data.matchAll(/[\\x21-\\x7e]+/g)) {
        if (word[0].length > longest) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, word.index);
        range.setEnd(walker.currentNode, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map(one => Math.round(one.top))).size > 1) broken.push(word[0]);
      }
  }
  return broken;
}"""


def accessibility_faults(page: Page) -> list[str]:
    """Return what axe finds wrong by WCAG 2.1 A and AA, one line a rule with the first place."""
    page.evaluate(AXE.read_text(encoding="utf-8"))  # through the debugger: the page's own policy stays
    return _lines(page.evaluate(RUN_AXE))


def faults_in_both_themes(page: Page) -> list[str]:
    """Return what axe finds wrong on a light page, and in its colours once it is dark: only they differ."""
    found = accessibility_faults(page)
    page.evaluate(DARKEN)
    dark = _lines(page.evaluate(RUN_AXE_ON_COLOURS))
    return [*found, *(f"dark {line}" for line in dark if line not in found)]


def _lines(faults: list[dict[str, Any]]) -> list[str]:
    return [
        f"{fault['id']}: {json.dumps(fault['nodes'][0]['target'])} {fault['nodes'][0]['html'][:120]}"
        for fault in faults
    ]


_STICKS_OUT = """[...document.querySelectorAll("main .panel")].some(panel =>
  getComputedStyle(panel).overflowX === "visible"
  && [...panel.querySelectorAll("table")].some(table =>
    table.getBoundingClientRect().right > panel.getBoundingClientRect().right + 1))"""


def overflows(page: Page) -> bool:
    """Say whether the page scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def runs_over_a_neighbour(page: Page) -> bool:
    """Say whether a table sticks out of a panel that neither scrolls nor cuts it off."""
    return bool(page.evaluate(_STICKS_OUT))


def broken_words(page: Page) -> list[str]:
    """Return the words in table cells that a line's end cuts in two; longer ones, such as hashes, may be cut."""
    found: list[str] = page.evaluate(_BROKEN_WORDS, LONGEST_WHOLE_WORD)
    return found


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page in test-results/. A browser short of memory fails now and then to take one."""
    PICTURES.mkdir(exist_ok=True)
    for is_last in (False, False, True):
        try:
            page.screenshot(path=PICTURES / f"{name}.png")
            return
        except Error as problem:
            if is_last or "Unable to capture screenshot" not in problem.message:
                raise


def choose(page: Page, base: str, *, language: str = "en", theme: str = "light") -> None:
    """Set language and theme as their switches do."""
    page.context.add_cookies(
        [
            {"name": "discreet_language", "value": language, "url": base},
            {"name": "discreet_theme", "value": theme, "url": base},
        ]
    )


def sign_in(page: Page, base: str, login: str, password: str) -> None:
    """Sign in through the page."""
    page.goto(f"{base}/account/login/")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.click("main button")
