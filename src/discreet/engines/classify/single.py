"""Judge one column that stands alone, without a table around it: its header and some of its values."""

from collections.abc import Sequence

from discreet.engines.classify.judging import judge_table
from discreet.engines.classify.model import ColumnSample, TableSample, Verdict


def verdict_of(name: str, values: Sequence[str], comment: str = "") -> Verdict:
    """Return the verdict of a column of which nothing is known but its name, its comment and some values."""
    column = ColumnSample(name=name, comment=comment, values=values, was_read=True)
    return judge_table(TableSample(name="", columns=[column]))[name]
