"""What hides in texts that people write: contact points, numbers, names. For reports; nothing is kept of it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from discreet.engines.classify import patterns
from discreet.engines.classify.gazetteer import names
from discreet.engines.classify.lexicon import lexicon, plain
from discreet.engines.classify.model import Hidden

_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w.,-])(?:\+\d{1,3}[\s-]?)?(?:\(\d{1,4}\)[\s-]?)?\d{2,4}(?:[\s/-]?\d{2,4}){2,4}(?![\w-]|[.,]\d)"
)
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_CHINESE_ID = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
_CARD = re.compile(r"(?<![\w-])(?:\d[ -]?){13,19}(?![\w-])")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_IP = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herrn?|Frau|Mme|M\.|Mlle|Señora?|Sra?|Signora?|Monsieur|Madame)\.? (?-i:[A-ZÄÖÜÉ])[\w'’-]+"
)
_FULL_NAME = re.compile(r"\b([A-ZÄÖÜÉÁ][\w'’-]+) ([A-ZÄÖÜÉÁ][\w'’-]+)\b")
_CHINESE_TITLED = re.compile("([一-鿿]{1,3})(?:先生|女士|小姐|老师|医生|经理|总监|阿姨|师傅)")
_CHINESE_SAYS = re.compile(
    "(?:联系人|收货人|姓名|我叫|我是|名叫|家属|母亲|父亲|丈夫|妻子)[:：是叫]?\\s*([一-鿿]{2,3})"
)

#: Whom a text speaks to or of: 王芳您好, 【诊所】李伟来电.
_CHINESE_CALLED = re.compile(
    "(?:^|[^一-鿿]|尊敬的|亲爱的)([一-鿿]{2,4})(?:您好|你好|来电|致电|来信|反映|先生|女士|同学)"
)


def _is_called(text: str) -> bool:
    """Return whether a Chinese text calls somebody by name, and not by what they are (顾客您好)."""
    known, words = names(), lexicon().chinese
    return any(
        (hit[0] in known.chinese or hit[:2] in known.chinese_compound) and hit not in words
        for hit in _CHINESE_CALLED.findall(text)
    )


def _is_name(text: str) -> bool:
    known = names()
    if _TITLED.search(text) or _is_called(text):
        return True
    for first, last in _FULL_NAME.findall(text):
        if plain(first) in known.given and len(last) > 1:
            return True
    found = _CHINESE_TITLED.findall(text) + _CHINESE_SAYS.findall(text)
    return any(hit[0] in known.chinese or hit[:2] in known.chinese_compound for hit in found)


def _is_phone(text: str) -> bool:
    if _MOBILE.search(text):
        return True
    for hit in _PHONE.finditer(text):
        found = hit.group()
        digits = sum(char.isdigit() for char in found)
        if (
            8 <= digits <= 15
            and not patterns.DATE.fullmatch(found)
            and (found.startswith(("+", "0", "(")) or "-" in found)
        ):
            return True
    return False


def kinds_in(text: str) -> set[str]:
    """Return the categories of personal data that stand in a text."""
    found = set()
    if "@" in text and _EMAIL.search(text):
        found.add("email")
    if any(char.isdigit() for char in text):
        if any(patterns.is_chinese_id(hit.group()) for hit in _CHINESE_ID.finditer(text)):
            found.add("national_id")
        if any(patterns.is_payment_card(hit.group()) for hit in _CARD.finditer(text)):
            found.add("payment_card")
        elif _is_phone(text):
            found.add("phone")
        if any(patterns.CHECKSUMS[0].holds(hit.group().replace(" ", "")) for hit in _IBAN.finditer(text)):
            found.add("bank_account")
        if any(patterns.is_ip_address(hit.group()) for hit in _IP.finditer(text)):
            found.add("ip_address")
        if patterns.looks_like_chinese_address(text):
            found.add("address")
    if _is_name(text):
        found.add("name")
    return found


def kinds_by_text(texts: Sequence[str], *, at_most: int = 300) -> dict[str, frozenset[str]]:
    """Return what hides in each of a sample of texts."""
    return {text: frozenset(kinds_in(text)) for text in texts[:: max(1, len(texts) // at_most)]}


def hidden_in(
    kinds: Mapping[str, frozenset[str]], counts: Mapping[str, int] | None = None
) -> tuple[Hidden, ...]:
    """Return each category that hides in texts, with the percentage of texts that hold it.

    `counts`: how often each text comes; without them each counts once.
    """
    hits: Counter[str] = Counter()
    for text, held in kinds.items():
        for kind in held:
            hits[kind] += counts[text] if counts else 1
    total = sum(counts[text] for text in kinds) if counts else len(kinds)
    return tuple(
        Hidden(category=kind, path="", percent=max(1, round(100 * hits[kind] / total)))
        for kind in sorted(hits)
    )
