"""The numbers of cases, given out in a row: `R` → R-1001, R-1002, …"""

from discreet.foundation import plain_sql
from discreet.foundation.cases.models import CaseNumber

_BEFORE_FIRST = 1000
_TAKE = (
    f"INSERT INTO {CaseNumber._meta.db_table} AS known (prefix, last) VALUES (%s, %s)"  # noqa: S608 - our own name
    " ON CONFLICT (prefix) DO UPDATE SET last = known.last + %s RETURNING last"
)


def take_numbers(prefix: str, count: int) -> list[str]:
    """Take the next numbers of a prefix; the running act opens a case under each of them."""
    ((last,),) = plain_sql.rows(_TAKE, prefix, _BEFORE_FIRST + count, count)
    return [f"{prefix}-{number}" for number in range(last - count + 1, last + 1)]
