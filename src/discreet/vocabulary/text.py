"""Marking of texts that doors translate. Below the doors a text is an English template, never a sentence."""


def gettext_noop(message: str) -> str:
    """Mark `message` for translation and return it unchanged."""
    return message
