"""What stops a search for a person before it takes too much, and the refusals of this engine."""

from dataclasses import dataclass
from typing import ClassVar

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one pass, over all its persons together.

    A scan is a search in a column without a fitting index. `max_scan_rows` bounds the rows of a table that
    the server may look through for it (0 = no scans at all), `max_read_rows` the rows that we may fetch to
    compare their normalised values ourselves (formatted phone numbers). What is over a bound is named.
    """

    max_rows_per_step: int = 200_000
    max_share_of_table: float = 0.5
    share_applies_above_rows: int = 1_000  # smaller tables are not held to the share
    max_scan_rows: int = 5_000_000
    max_read_rows: int = 50_000
    max_others_per_row: int = 100  # counting who else uses a row stops here


class EmptyIdentity(Refused):
    """Nothing was given that could find one person: an empty value would match strangers."""

    code: ClassVar[str] = "empty_identity"
    message: ClassVar[str] = gettext_noop(
        "An e-mail address, a phone number or a customer number is needed to find a person."
    )
    status: ClassVar[int] = 422


class NameIsNotEnough(EmptyIdentity):
    code: ClassVar[str] = "name_is_not_enough"
    message: ClassVar[str] = gettext_noop(
        "A name alone does not identify a person. Add an e-mail address, a phone number or a customer number."
    )


class TooManyRows(Refused):
    """A step matched more than one person's rows can plausibly be: the map is likely wrong."""

    code: ClassVar[str] = "too_many_rows"
    message: ClassVar[str] = gettext_noop(
        "The link %(link)s matches %(rows)s rows or more, over the limit of %(limit)s. "
        "Check the link in the data map, or raise the limit for this batch."
    )


class NoStartingRow(Refused):
    """A person was handed over without a row to start from."""

    code: ClassVar[str] = "no_starting_row"
    message: ClassVar[str] = gettext_noop("No row of a people table was chosen for this person.")
