"""What makes a column a key by its values: codes of one form, and whether a sample holds each only once."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from discreet.engines.classify.model import Kind

FEWEST_OF_A_KEY = 5
_MAX_CHARS = 64
_ALIKE = 0.9
_LONG = 4
_LONG_NUMBERS = 5
_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_CODE = re.compile(r"[A-Za-z0-9]+(?:[-_/.#:][A-Za-z0-9]+)*")
_HEAD = re.compile(r"^[A-Za-z]{1,40}[-_/.#:]?(?=[0-9])")
_RANDOM = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9]*[0-9][A-Za-z]+[0-9])[A-Za-z0-9]{8,}(?![A-Za-z0-9])")
_MAYBE_RANDOM = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9])[A-Za-z0-9]{8,}(?![A-Za-z0-9])")
_RUNS = re.compile(r"[A-Za-z]+|[0-9]+")
#: Dates, times, versions, addresses of machines: numbers with signs between them are no codes.
_NUMBERS_APART = re.compile(r"9(?:[-_/.#:]9)+")


@dataclass(frozen=True, slots=True)
class Codes:
    """The form that a column's values share (`A9`, `A-9`, `uuid`), the letters they all begin with, and how many.

    It tells nothing of a single value: `head` is what all of at least five different values begin with.
    """

    form: str
    head: str
    distinct: int
    is_distinct: bool

    def fits(self, key: "Codes") -> bool:
        """Return whether values of this form could be taken from a key of that form."""
        if self.is_digits and key.is_digits:
            return True
        return self.form == key.form and (key.head in ("", self.head) or self.distinct < FEWEST_OF_A_KEY)

    @property
    def is_digits(self) -> bool:
        return self.form.startswith("9") and set(self.form) <= set("0123456789x")

    @property
    def is_long(self) -> bool:
        """Return whether these are numbers of one length that cannot be equal by chance: no small counts."""
        return self.is_digits and self.form != "9" and int(self.form[2:]) >= _LONG_NUMBERS

    @property
    def is_telling(self) -> bool:
        """Return whether a few equal values cannot be equal by chance: there is more to a code than letters."""
        return self.form != "9" and ("9" in self.form or self.is_unguessable)

    @property
    def is_unguessable(self) -> bool:
        """Return whether values are random: where two of them are equal, one is of the other."""
        return self.form == "uuid" or ("x" in self.form and not self.is_digits)


def codes_of(values: Sequence[str], kind: Kind) -> Codes | None:
    """Return the form of a column's values, or None where they are no codes."""
    if kind not in (Kind.TEXT, Kind.UUID, Kind.INTEGER):
        return None
    different = set(values)
    if not different or any(len(text) > _MAX_CHARS for text in different):
        return None
    is_distinct = len(values) >= FEWEST_OF_A_KEY and len(different) == len(values)
    form = _form_of(different)
    if not form:
        return None
    return Codes(form, _head_of(different), len(different), is_distinct)


def _form_of(values: Iterable[str]) -> str:
    texts = [text for text in values if _CODE.fullmatch(text)]
    count = len(list(values))
    if len(texts) < _ALIKE * count:
        return ""
    if sum(bool(_UUID.fullmatch(text)) for text in texts) >= _ALIKE * count:
        return "uuid"
    for random in (_RANDOM, _MAYBE_RANDOM):
        form, times = Counter(_runs(text, random) for text in texts).most_common(1)[0]
        if times >= _ALIKE * count:
            return "" if _NUMBERS_APART.fullmatch(form) else _digits_of(texts) if form == "9" else form
    return ""


def _digits_of(texts: Iterable[str]) -> str:
    """Return the form of numbers: those of one length of four digits and more are numbers of something."""
    sizes = {len(text) for text in texts}
    return f"9x{sizes.pop()}" if len(sizes) == 1 and min(sizes) >= _LONG else "9"


def _runs(text: str, at_random: re.Pattern[str]) -> str:
    """Return a code with a sign for each run of letters, of digits, and of both at random: `qs.0f3a91bc.7` → A.x.9."""
    random = at_random.sub("\0", text)
    return _RUNS.sub(lambda run: "9" if run.group()[0].isdigit() else "A", random).replace("\0", "x")


def _head_of(values: Iterable[str]) -> str:
    heads = Counter(found.group() if (found := _HEAD.match(text)) else "" for text in values)
    head, times = heads.most_common(1)[0]
    return head if times >= _ALIKE * sum(heads.values()) and times >= FEWEST_OF_A_KEY else ""
