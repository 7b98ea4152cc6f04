"""Ask a source about one table among many: what only this table refuses does not end the scan of the others."""

from collections.abc import Callable
from typing import TypeVar

from discreet.foundation.sources.refusals import SourceRefusal, is_of_one_table
from discreet.foundation.sources.transactions import ReadSession

T = TypeVar("T")


def asked(session: ReadSession, ask: Callable[[], T]) -> T | SourceRefusal:
    """Return the answer, or the refusal of this one table. A connection that was cut is asked once more.

    A view may fail with any state it likes, also with one that says that the server is away: where the server
    answers all the same, it is the view.

    Raises:
        SourceRefusal: the source itself is away.
    """
    for is_last in (False, True):
        try:
            return ask()
        except SourceRefusal as refusal:
            if not session.answers_after(refusal):
                raise
            if is_last or is_of_one_table(refusal):
                return refusal
    raise AssertionError("unreachable")
