"""How words are put together in the reader's language: lists and sentences."""

from collections.abc import Iterable

from django.utils.translation import get_language


def is_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def listed(words: Iterable[str]) -> str:
    """Return the words as one list, each once, in their order."""
    return ("、" if is_chinese() else ", ").join(dict.fromkeys(words))


def sentences(parts: Iterable[str]) -> str:
    """Return the parts that say something as sentences; the last one ends as it was given."""
    said = [part.strip() for part in parts if part.strip()]
    return ("。" if is_chinese() else ". ").join([*(part.rstrip("。.") for part in said[:-1]), *said[-1:]])
