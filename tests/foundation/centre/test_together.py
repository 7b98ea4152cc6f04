"""Who comes at the same time is carried out in one go; each gets its own result or its own failure."""

import threading
from collections.abc import Callable, Sequence

import pytest

from discreet.foundation.centre.together import Together
from tests.stories.house import until


class Work:
    """Doubles numbers, notes which came together, and refuses the odd one out. The first turn can be held."""

    def __init__(self, *, refuses: int | None = None) -> None:
        self.turns: list[list[int]] = []
        self.refuses = refuses
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.turns.append(list(items))
        if len(self.turns) == 1:
            self.begun.set()
            assert self.may_end.wait(30)
        if self.refuses in items:
            raise ValueError(self.refuses)
        return [2 * item for item in items]


def came_while_one_was_at_work(work: Work, most: int, items: range) -> dict[int, object]:
    """Send item 0, then the others while it is being carried out; return what each got."""
    together: Together[int, int] = Together(carry_out=work, most=most)
    got: dict[int, object] = {}

    def send(item: int) -> None:
        try:
            got[item] = together.run(item)
        except ValueError as error:
            got[item] = error

    threads = [threading.Thread(target=send, args=(item,)) for item in (0, *items)]
    threads[0].start()
    assert work.begun.wait(30)
    for thread in threads[1:]:
        thread.start()
    until(lambda: len(together._waiting) == len(items) or None, "all wait")
    work.may_end.set()
    for thread in threads:
        thread.join(30)
    return got


def test_alone_nobody_waits_for_others() -> None:
    work = Work()
    work.may_end.set()
    assert Together(carry_out=work, most=4).run(21) == 42
    assert work.turns == [[21]]


def test_who_waits_is_carried_out_in_one_go_and_gets_its_own_result() -> None:
    work = Work()
    got = came_while_one_was_at_work(work, 8, range(1, 6))
    assert got == {item: 2 * item for item in range(6)}
    assert [len(turn) for turn in work.turns] == [1, 5]


def test_no_turn_is_longer_than_it_may_be() -> None:
    work = Work()
    got = came_while_one_was_at_work(work, 4, range(1, 11))
    assert got == {item: 2 * item for item in range(11)}
    assert [len(turn) for turn in work.turns] == [1, 4, 4, 2]


def test_one_that_fails_does_not_fail_the_others() -> None:
    work = Work(refuses=3)
    got = came_while_one_was_at_work(work, 8, range(1, 6))
    assert isinstance(got.pop(3), ValueError)
    assert got == {item: 2 * item for item in (0, 1, 2, 4, 5)}


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_what_ends_a_thread_ends_the_one_it_belongs_to(kind: type[BaseException]) -> None:
    def carry_out(items: Sequence[int]) -> list[int]:
        raise kind

    run: Callable[[int], int] = Together(carry_out=carry_out, most=4).run
    with pytest.raises(kind):
        run(1)
    with pytest.raises(kind):  # and the next one still gets its turn
        run(2)
