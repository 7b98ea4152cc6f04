"""Addresses and numbers inside free text: whom does a note, a message, a comment name?

Names are not looked for: two people share one. Addresses, phone numbers and numbers of papers, cards and
accounts are, in any case, width and grouping, and never inside a longer address or number.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate

from discreet.engines.subjects.captures import CapturedValue
from discreet.vocabulary.normalise import ascii_lower, phone_digits, phone_spellings, same_letters

LEAST_DIGITS = 6  # a shorter number stands in too many texts that mean something else
_LONGEST = 34  # characters of an IBAN
_BEFORE_AT = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]*")  # matched against the reversed text
_AFTER_AT = re.compile(r"[a-z0-9.-]*")
_LONGEST_ENDS = (64, 255)  # RFC 5321, 4.5.3.1
_OPENING = re.compile(r"[^a-z0-9._+-]+|\.\.+")  # legal in an address or not, and what stands before one
_AROUND = "._+-"  # may stand inside an address and not at its ends
_STRETCH = re.compile(r"[0-9a-z]+(?:[\W_]{1,3}[0-9a-z]+)*")
_GROUPS = re.compile(r"[0-9]+|[a-z]+")
_INVISIBLE = dict.fromkeys((0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF))
_ESCAPES = re.compile(
    r"(?<!\\)\\+(?:u([0-9a-f]{4})|[nrtbfv0\"'/])|%([2-7][0-9a-f])|&#x([0-9a-f]{2,4});|&#([0-9]{2,5});"
)


class Mentions:
    """Finds which of `values` a text holds; a result is the place of a value in them."""

    def __init__(self, values: Sequence[CapturedValue]) -> None:
        self._addresses: dict[str, set[int]] = defaultdict(set)
        self._numbers: dict[str, set[int]] = defaultdict(set)
        shortest: set[str] = set()
        for place, value in enumerate(values):
            if _is_address(value):
                self._addresses[str(value.normalised)].add(place)
            forms = tuple(_numbers(value))
            for form in forms:
                self._numbers[form].add(place)
            shortest |= {phone_digits(min(forms, key=len))} if forms else set()
        # One of these runs, whatever stands between its digits, is in each text that holds a number.
        self.digits = tuple(sorted(shortest))
        self.addresses = tuple(sorted(self._addresses))
        self._wide = [
            (_bounded(text), found) for text, found in self._addresses.items() if not text.isascii()
        ]
        self._heads = {form[:LEAST_DIGITS] for form in self._numbers}
        self._lengths = sorted({len(form) for form in self._numbers})

    def within(self, text: str) -> set[int]:
        """Return the values that the text holds, read as it is and with what programs escape in it."""
        plain = ascii_lower(same_letters(text)).translate(_INVISIBLE)
        found = self._in(plain)
        if "\\" in plain or "%" in plain or "&#" in plain:
            found |= self._in(_ESCAPES.sub(_unescaped, plain))
        return found

    def _in(self, plain: str) -> set[int]:
        found: set[int] = set()
        if "@" in plain and self._addresses:
            for address in _addresses_in(plain):
                found |= self._addresses.get(address, set())
            for pattern, places in self._wide:
                found |= places if pattern.search(plain) else set()
        for stretch in _STRETCH.finditer(plain) if self._numbers else ():
            for number in self._numbers_in(stretch.group()):
                found |= self._numbers.get(number, set())
        return found

    def _numbers_in(self, stretch: str) -> Iterator[str]:
        """Yield what neighbouring groups make together and may be wanted: `138 0013 8000` is one number."""
        groups = _GROUPS.findall(stretch)
        joined = "".join(groups)
        starts = [0, *accumulate(map(len, groups))]
        ends = set(starts)
        for start in starts:
            if joined[start : start + LEAST_DIGITS] in self._heads:
                yield from (joined[start : start + n] for n in self._lengths if start + n in ends)


def _is_address(value: CapturedValue) -> bool:
    return value.category == "email" and value.normalised is not None


def _numbers(value: CapturedValue) -> Iterator[str]:
    """Yield the number without blanks and signs, a phone number as it is usually dialled."""
    if value.category == "email":
        return
    texts: tuple[str, ...] = (value.text,)
    if value.category == "phone" and value.normalised is not None:
        texts = phone_spellings(value.normalised)
    for text in texts:
        plain = "".join(_GROUPS.findall(ascii_lower(same_letters(text))))
        if len(phone_digits(plain)) >= LEAST_DIGITS and len(plain) <= _LONGEST:
            yield plain


def _unescaped(escape: re.Match[str]) -> str:
    unicode, percent, hexadecimal, decimal = escape.groups()
    code = int(unicode or percent or hexadecimal or "0", 16) or int(decimal or "0")
    return ascii_lower(chr(code)) if 0x20 < code < 0xD800 else " "


def _bounded(address: str) -> re.Pattern[str]:
    """Match an address of other letters where ASCII beside it does not make it part of a longer one."""
    before = r"(?<![a-z0-9])(?<![a-z0-9][._+-])"
    return re.compile(before + re.escape(address) + r"(?![a-z0-9]|\.[a-z]{2}(?![a-z0-9]))")


def _addresses_in(plain: str) -> Iterator[str]:
    """Yield what may be meant by each `@` and what stands around it: texts run on without blanks."""
    longest_local, longest_domain = _LONGEST_ENDS
    at = plain.find("@")
    while at >= 0:
        before = _matched(_BEFORE_AT, plain[max(0, at - longest_local) : at][::-1])[::-1]
        after = _matched(_AFTER_AT, plain[at + 1 : at + 1 + longest_domain])
        domains = list(_domains(after))
        for local in _locals(before):
            yield from (f"{local}@{domain}" for domain in domains)
        at = plain.find("@", at + 1)


def _locals(run: str) -> Iterator[str]:
    yield run
    if run[:1] in _AROUND:
        yield run.lstrip(_AROUND)
    for opening in _OPENING.finditer(run):
        yield run[opening.end() :]
        yield run[opening.end() :].lstrip(_AROUND)


def _domains(run: str) -> Iterator[str]:
    """Yield the domain, and its beginnings where what follows is a word rather than a country: `.com.Please`."""
    domain = run.rstrip(".-")
    yield domain
    labels = domain.split(".")
    for count in range(2, len(labels)):
        if len(labels[count]) != 2:
            yield ".".join(labels[:count])
    head, dash, _ = labels[-1].partition("-")
    if dash and len(labels) > 1:
        yield ".".join((*labels[:-1], head))


def _matched(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return found.group() if found else ""
