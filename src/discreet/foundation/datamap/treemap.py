"""Squarified treemaps: rectangles whose areas are the values. Pure.

Source: M. Bruls, K. Huizing, J. van Wijk, Squarified Treemaps (2000).
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rect:
    x: float
    y: float
    width: float
    height: float

    def inset(self, by: float, *, top: float) -> "Rect":
        """Return what is left inside a border, and under a head of `top`."""
        return Rect(
            self.x + by,
            self.y + top,
            max(0.0, self.width - 2 * by),
            max(0.0, self.height - top - by),
        )


def squarified(values: Sequence[float], room: Rect) -> list[Rect]:
    """Return one rectangle a value, in their order, filling `room`. Values are positive, the largest first."""
    total = sum(values)
    if not values or total <= 0 or room.width <= 0 or room.height <= 0:
        return [Rect(room.x, room.y, 0.0, 0.0) for _ in values]
    scale = room.width * room.height / total
    areas = [value * scale for value in values]
    found: list[Rect] = []
    start = 0
    while start < len(areas):
        side = min(room.width, room.height)
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(areas[start:end], side):
            end += 1
        row, room = _row(areas[start:end], room)
        found += row
        start = end
    return found


def _worst(areas: Sequence[float], side: float) -> float:
    """Return how far from a square the worst rectangle of a row is."""
    whole = sum(areas)
    return max(side * side * max(areas) / (whole * whole), whole * whole / (side * side * min(areas)))


def _row(areas: Sequence[float], room: Rect) -> tuple[list[Rect], Rect]:
    whole = sum(areas)
    if room.width >= room.height:
        width = whole / room.height if room.height else 0.0
        at, rects = room.y, []
        for area in areas:
            height = area / width if width else 0.0
            rects.append(Rect(room.x, at, width, height))
            at += height
        return rects, Rect(room.x + width, room.y, max(0.0, room.width - width), room.height)
    height = whole / room.width
    at, rects = room.x, []
    for area in areas:
        width = area / height if height else 0.0
        rects.append(Rect(at, room.y, width, height))
        at += width
    return rects, Rect(room.x, room.y + height, room.width, max(0.0, room.height - height))
