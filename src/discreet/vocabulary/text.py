"""Marking of texts that doors translate. Below the doors a text is an English template, never a sentence."""

import re

_TOGETHER = re.compile(r"(?<=[\u4e00-\u9fff])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z%])(?=[\u4e00-\u9fff])")


def spaced(text: str) -> str:
    """Return Chinese with a space between characters and digits or Latin letters, as the design language writes."""
    return _TOGETHER.sub(" ", text)


def gettext_noop(message: str) -> str:
    """Mark `message` for translation and return it unchanged."""
    return message


def on_screen(text: str) -> str:
    """Return a name that comes from outside fit for a terminal: a line of its own, and nothing that steers it."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
