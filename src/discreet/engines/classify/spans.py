"""Where in a text secrets, contact points and names of people stand: for masking, not for reports.

Texts are written by strangers: every pattern reads a text in time that grows as the text does, so none may look
again and again at the same run of characters.
Source: 11 CCR 7024(d) (numbers and secrets that are never sent out); GDPR Art. 15(4) (others in a copy).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from discreet.engines.classify import patterns
from discreet.engines.classify.gazetteer import names
from discreet.engines.classify.lexicon import lexicon, plain

#: Full-width forms, one character for one: what is found in the narrow text stands at the same place in the wide.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20, 0x2010: 0x2D}
_LEFT, _RIGHT = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_DIGITS = re.compile(rf"{_LEFT}\d+(?:[ .-]\d+)*{_RIGHT}")
_GROUP = re.compile(r"\d+")
_CHINESE_ID = re.compile(rf"{_LEFT}\d(?:[ -]?\d){{16}}[ -]?[\dXx]{_RIGHT}")
_IBAN = re.compile(rf"{_LEFT}(?=([A-Z]{{2}}\d{{2}}(?: ?[A-Z0-9]){{3,32}}){_RIGHT})", re.I)
_SECRET = re.compile(
    r"(?:pass(?:word|code|phrase|wort)|passwd|pwd|kennwort|security answer|密码|口令|密保答案)"
    r"[\"']?\s*(?:is\b|ist\b|[:：=]|是|为)\s*[\"']?([^\s\"',，。;；]{3,})",
    re.I,
)
_EMAIL = re.compile(
    r"[^\s@,;:<>()\[\]\"'，。；：（）《》、]{1,64}@[A-Za-z0-9\u00a1-\uffef-]{1,253}(?:\.[A-Za-z0-9-]+)+"
)
_ASCII_EMAIL = re.compile(r"[\w.+%!#$&*/=?^`{|}~-]{1,64}@[A-Za-z0-9-]{1,253}(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_INTERNATIONAL = re.compile(r"(?:\+|(?<!\d)00)\d[\d ().\-/]{6,20}\d")
_PHONE = re.compile(
    r"(?<![0-9A-Za-z.,-])(?:\(\d{1,4}\)[ -]?)?\d{2,5}(?:[ /-]?\d{2,5}){1,5}(?![0-9A-Za-z-]|[.,]\d)"
)
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
_LEAST_IDENTITY, _LEAST_CARD, _MOST_CARD, _LEAST_CHINESE = 6, 13, 19, 17  # digits
_LEAST_PHONE, _MOST_PHONE = 8, 15
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herrn?|Frau|Mme|Mlle|Señora?|Sra?|Signora?|Monsieur|Madame)\.? "
    r"([A-ZÄÖÜÉÁ][\w'’-]+(?: [A-ZÄÖÜÉÁ][\w'’-]+)?)"
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_JWT = re.compile(r"eyJ[\w-]+(\.eyJ[\w-]+\.[\w-]*)?")  # takes what is none too, not to begin in its middle
_HAN = re.compile("[一-鿿·]+")
_CALLED = ("先生", "女士", "小姐", "老师", "医生", "经理", "阿姨", "师傅", "您好", "你好", "来电", "同学")
_BEFORE_NAME = (
    "联系人",
    "收货人",
    "收件人",
    "姓名",
    "我叫",
    "名叫",
    "家属",
    "母亲",
    "父亲",
    "丈夫",
    "妻子",
    "转告",
)
_MOST_WORDS, _LONGEST_WORD = 4, 60
_LONGEST_BEFORE = 16  # characters before a name that may say that it is one
_UNISSUED = frozenset(("customer_id", "phone", "device_id", "cookie_id", "ip_address", "postal_code"))


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A part of a text, and the category of what stands there."""

    start: int
    end: int
    category: str


def narrow(text: str) -> str:
    """Return the text with full-width forms made ordinary and every character where it was."""
    return text if text.isascii() else text.translate(_NARROW)


def secrets_in(text: str, *, category: str = "", is_key: bool = False) -> list[Span]:
    """Return where identity, card and account numbers and secrets stand, in order and without overlaps.

    `category`: what the column is said to hold. Numbers of its own kind (`customer_id`, `phone`…) and keys that
    only tie rows together (`is_key`) are not taken for card numbers: one in ten has the right check digit.
    """
    thin = narrow(text)
    found: list[Span] = []
    digits = sum(map(str.isdigit, thin))
    if digits >= _LEAST_IDENTITY:
        found += _identity_numbers(thin, digits)
    if digits >= _LEAST_CARD and not is_key and category not in _UNISSUED:
        found += _cards(thin)
    found += [Span(*hit.span(1), "password") for hit in _SECRET.finditer(thin)]
    if "$" in thin or "{" in thin:
        found += [Span(*hit.span(), "password_hash") for hit in patterns.PASSWORD_HASH.finditer(thin)]
    if "eyJ" in thin:
        found += [Span(*hit.span(), "token") for hit in _JWT.finditer(thin) if hit[1]]
    return apart(found)


def _cards(text: str) -> Iterator[Span]:
    """Yield card numbers, also where an expiry date or a code stands right beside them."""
    for stretch in _DIGITS.finditer(text):
        groups = [hit.span() for hit in _GROUP.finditer(text, *stretch.span())]
        for first, (start, _) in enumerate(groups):
            digits = ""
            for begin, end in groups[first : first + _MOST_CARD]:
                digits += text[begin:end]
                if len(digits) > _MOST_CARD:
                    break
                if len(digits) >= _LEAST_CARD and patterns.is_payment_card(digits):
                    yield Span(start, end, "payment_card")


def _identity_numbers(text: str, digits: int) -> Iterator[Span]:
    for hit in _CHINESE_ID.finditer(text) if digits >= _LEAST_CHINESE else ():
        if patterns.is_chinese_id(re.sub("[ -]", "", hit.group())):
            yield Span(*hit.span(), "national_id")
    for hit in _IBAN.finditer(text):
        yield from _account(hit)
    for pattern in (patterns.US_SSN, patterns.UK_NINO):
        for hit in _bounded(pattern.pattern).finditer(text):
            yield Span(*hit.span(), "social_security_id")
    for checksum in patterns.CHECKSUMS[1:]:
        for hit in _bounded(checksum.pattern.pattern).finditer(text):
            if checksum.holds(hit.group()):
                yield Span(*hit.span(), checksum.category)


_patterns: dict[str, re.Pattern[str]] = {}


def _bounded(pattern: str) -> re.Pattern[str]:
    if pattern not in _patterns:
        _patterns[pattern] = re.compile(f"(?<![0-9A-Za-z-])(?:{pattern})(?![0-9A-Za-z-])")
    return _patterns[pattern]


def _account(hit: re.Match[str]) -> Iterator[Span]:
    """Yield the account number without the words that run on behind it."""
    text = hit[1]
    while len(text) >= 15:
        if patterns.CHECKSUMS[0].holds(text.replace(" ", "").upper()):
            yield Span(hit.start(), hit.start() + len(text), "bank_account")
            return
        text, blank, _ = text.rpartition(" ")
        if not blank:
            return


def emails_in(text: str) -> list[Span]:
    """Return where e-mail addresses stand."""
    if "@" not in text and "＠" not in text:
        return []
    thin = narrow(text)
    return apart(
        [Span(hit.start() + _words_before(hit.group()), hit.end(), "email") for hit in _EMAIL.finditer(thin)]
    )


def _words_before(address: str) -> int:
    """Return how many Chinese characters run on before an address that has none of its own."""
    ascii_part = _ASCII_EMAIL.search(address)
    start = ascii_part.start() if ascii_part else 0
    return start if start and _HAN.fullmatch(address[start - 1]) else 0


def phones_in(text: str) -> list[Span]:
    """Return where phone numbers stand; dates and bare counts are none."""
    thin = narrow(text)
    if sum(map(str.isdigit, thin)) < _LEAST_PHONE:
        return []
    found = [Span(*hit.span(), "phone") for hit in _MOBILE.finditer(thin)]
    found += [Span(*hit.span(), "phone") for hit in _INTERNATIONAL.finditer(thin) if _has_digits(hit.group())]
    for hit in _PHONE.finditer(thin):
        words = hit.group()
        is_written = words.startswith(("0", "(")) or "-" in words
        if is_written and _has_digits(words) and not patterns.DATE.fullmatch(words):
            found.append(Span(*hit.span(), "phone"))
    return apart(found)


def _has_digits(text: str) -> bool:
    return _LEAST_PHONE <= sum(char.isdigit() for char in text) <= _MOST_PHONE


def names_in(text: str, *, is_known: Callable[[str], bool]) -> list[Span]:
    """Return where people are named: by title, by a common given name, or as `is_known` says of a whole name."""
    found = [Span(*hit.span(1), "name") for hit in _TITLED.finditer(text)]
    common = names().given
    for words in _stretches(text):
        for first, (start, end) in enumerate(words):
            for last in range(min(len(words), first + _MOST_WORDS) - 1, first, -1):
                whole = text[start : words[last][1]]
                is_pair = last == first + 1 and all(word[:1].isupper() for word in whole.split())
                is_common = is_pair and plain(text[start:end]) in common
                if is_known(whole) or (is_common and len(whole.split()[1]) > 1):
                    found.append(Span(start, words[last][1], "name"))
                    break
    for run in _HAN.finditer(text):
        found += _chinese_names(text, run, is_known)
    return apart(found)


def _stretches(text: str) -> Iterator[list[tuple[int, int]]]:
    """Yield where the words stand that follow one another with one blank between them; a longer one is no name's."""
    words: list[tuple[int, int]] = []
    for hit in _WORD.finditer(text):
        start, end = hit.span()
        if words and (start != words[-1][1] + 1 or text[start - 1] != " "):
            yield words
            words = []
        if end - start <= _LONGEST_WORD:
            words.append((start, end))
    yield words


def _chinese_names(text: str, run: re.Match[str], is_known: Callable[[str], bool]) -> Iterator[Span]:
    known, ordinary = names(), lexicon().chinese
    for at in range(run.start(), run.end() - 1):
        is_compound = text[at : at + 2] in known.chinese_compound
        if text[at] not in known.chinese and not is_compound:
            continue
        for length in (4, 3, 2) if is_compound else (3, 2):
            word = text[at : at + length]
            if len(word) < length or at + length > run.end() or word in ordinary:
                continue
            if is_known(word) or _is_said(text, at, at + length):
                yield Span(at, at + length, "name")
                break


def _is_said(text: str, start: int, end: int) -> bool:
    """Return whether what stands around a word says that it is a name."""
    before = text[max(0, start - _LONGEST_BEFORE) : start].rstrip(" :：是叫")
    return text.startswith(_CALLED, end) or (
        before.endswith(_BEFORE_NAME) and (end == len(text) or not "一" <= text[end] <= "鿿")
    )


def apart(found: list[Span]) -> list[Span]:
    """Return spans in order, of those that overlap the one that begins first, and of these the longest."""
    kept: list[Span] = []
    for span in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept
