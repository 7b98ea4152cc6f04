"""The browser for stories, and one house per company."""

from tests.browser.conftest import browser

__all__ = ["browser"]
