"""How wide a text is in a drawing, about, and as much of it as fits. Pure."""

from unicodedata import east_asian_width

LATIN, FULL = 0.58, 1.0  # of the size of the font
FEWEST = 2  # letters before an ellipsis


def width_of(text: str, *, size: float) -> float:
    """Return about how wide `text` is, in the unit of the font's `size`: Chinese is as wide as it is high."""
    return size * sum(FULL if east_asian_width(letter) in "WF" else LATIN for letter in text)


def fitting(text: str, *, width: float, size: float) -> str:
    """Return the text, as much of it as fits with an ellipsis, or "" where hardly a letter does."""
    if width_of(text, size=size) <= width:
        return text
    left = width - size * FULL
    kept = ""
    for letter in text:
        left -= width_of(letter, size=size)
        if left < 0:
            break
        kept += letter
    return f"{kept.rstrip()}…" if len(kept.rstrip()) >= FEWEST else ""
