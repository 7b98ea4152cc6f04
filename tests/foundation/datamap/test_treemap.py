"""Areas are the values, fill their room, and overlap nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.foundation.datamap.treemap import Rect, squarified

ROOM = Rect(10, 20, 600, 300)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=60))
def test_areas_are_in_proportion_and_fill_the_room(sizes: list[int]) -> None:
    values = sorted(map(float, sizes), reverse=True)
    rects = squarified(values, ROOM)
    whole = sum(values)
    for value, rect in zip(values, rects, strict=True):
        assert rect.width * rect.height == pytest.approx(ROOM.width * ROOM.height * value / whole, rel=1e-6)
        assert rect.x >= ROOM.x - 1e-6 and rect.x + rect.width <= ROOM.x + ROOM.width + 1e-6
        assert rect.y >= ROOM.y - 1e-6 and rect.y + rect.height <= ROOM.y + ROOM.height + 1e-6
    for position, one in enumerate(rects):
        for other in rects[position + 1 :]:
            wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert wide <= 1e-6 or high <= 1e-6


def test_equal_values_stay_near_squares() -> None:
    assert all(0.4 < rect.width / rect.height < 2.5 for rect in squarified([1.0] * 18, ROOM))


@pytest.mark.parametrize(("values", "room"), [([], ROOM), ([1.0], Rect(0, 0, 0, 10))])
def test_nothing_to_draw_is_no_area(values: list[float], room: Rect) -> None:
    assert all(rect.width * rect.height == 0 for rect in squarified(values, room))
