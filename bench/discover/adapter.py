"""The one place where single columns meet the classifier: nothing else here knows the engine."""

from collections.abc import Sequence

from discreet.engines.classify import single


def verdict_of(name: str, values: Sequence[str]) -> str:
    """Return the category id that the engine gives a column of this name and these values, standing alone.

    Written by the author of `discreet.engines.classify`: a table of one column, no comment, no type, no other
    column beside it; `""` among the values is an empty cell. "none" where it is not personal.
    """
    return single.verdict_of(name, [value for value in values if value]).category
