"""Finds what apps register with the desk: `navigation.py`, `indicators.py`, `deadlines.py`, `search.py`."""

from functools import cache

from django.utils.module_loading import autodiscover_modules


@cache
def discover() -> None:
    """Import the registration modules of every installed app, once."""
    autodiscover_modules("navigation", "indicators", "deadlines", "search", "search_areas", "reports")
