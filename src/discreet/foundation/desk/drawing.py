"""Geometry of the small SVG drawings. Pure: numbers in, path data out."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SparkLine:
    path: str
    forecast: str
    target_y: str
    end_x: str
    end_y: str


def spark_line(
    *,
    series: Sequence[float | None],
    width: int,
    height: int,
    target: float | None = None,
    forecast: Sequence[float] = (),
) -> SparkLine | None:
    """Return the line of a spark. It stops where data stop; `None` without a single point."""
    known = [value for value in series if value is not None]
    if not known:
        return None
    values = known + list(forecast)
    reach = [*values, target] if target is not None else values
    low, high = min(reach), max(reach)
    span = (high - low) or 1
    step = (width - 6) / max(len(series) + len(forecast) - 1, 1)

    def x(index: int) -> str:
        return f"{3 + index * step:.1f}"

    def y(value: float) -> str:
        return f"{height - 3 - (value - low) / span * (height - 6):.1f}"

    points = [f"{x(index)} {y(value)}" for index, value in enumerate(series) if value is not None]
    last = max(index for index, value in enumerate(series) if value is not None)
    tail = [points[-1], *(f"{x(last + 1 + i)} {y(value)}" for i, value in enumerate(forecast))]
    return SparkLine(
        path="M" + "L".join(points),
        forecast="M" + "L".join(tail) if forecast else "",
        target_y=y(target) if target is not None else "",
        end_x=x(last),
        end_y=y(known[-1]),
    )


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    y: str
    height: str
    is_last: bool


def bars(*, values: Sequence[int], width: int, height: int, bar_width: int = 16) -> list[Bar]:
    """Return one bar a value, the tallest filling the height; a zero is a hairline."""
    top = max(values, default=0) or 1
    step = (width - bar_width) / max(len(values) - 1, 1)
    drawn = []
    for index, value in enumerate(values):
        size = max(value / top * (height - 2), 1)
        drawn.append(
            Bar(
                x=f"{index * step:.1f}",
                y=f"{height - size:.1f}",
                height=f"{size:.1f}",
                is_last=index == len(values) - 1,
            )
        )
    return drawn
