"""Measure a column's values: what share of them looks like what. One pass of compiled patterns per kind."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import FunctionType

from discreet.engines.classify import patterns
from discreet.engines.classify.freetext import hidden_in, kinds_by_text
from discreet.engines.classify.gazetteer import ValueList, names, value_lists
from discreet.engines.classify.lexicon import plain
from discreet.engines.classify.model import ColumnSample, Hidden

MAX_VALUES = 1_000
MAX_CHARS = 2_000
_COSTLY = 60  # how many values are tried with a check that is not a single pattern
_TITLES = re.compile(
    r"^(?:(?:dear|hello|hi|liebe[r]?|hallo|cher|ch[eè]re|bonjour|estimad[oa]|querid[oa]|gentile)\s+)?(?:(?:dr|prof|mr|mrs|ms|miss|herr|frau|mme|mlle|sr|sra|ing|dipl|sir|madam|m)\.?\s+)?",
    re.I,
)
_PERSON = re.compile(r"[^\W\d_]+(?:[-'’.·][^\W\d_]*)*(?:,?\s+[^\W\d_]+(?:[-'’.][^\W\d_]*)*){0,5}\.?")
_FIRM = re.compile(
    r"\b(?:gmbh|ag|kg|ohg|ltd|llc|llp|inc|corp|co|plc|sarl|sas|sa|srl|spa|bv|nv|ab|oy|group|holding|bank|sons|company)\b"
    r"|公司|集团|银行|中心|学校|医院|店$",
    re.I,
)
_PATRONYMIC = re.compile(r"(?:ович|евич|ична|овна|евна)(?:\s|$)", re.I)
_STRUCTURED = re.compile(
    r"\"?[\[{].*[\]}]\"?"  # JSON, and JSON in a string
    r"|(?:\"[^\"]{1,60}\"\s?=>\s?(?:\"(?:[^\"\\]|\\.)*\"|NULL)(?:,\s?)?)+"  # hstore
    r"|(?:a|O):\d{1,6}:.*\}"  # serialised by PHP
    r"|[?]?[A-Za-z_][\w.\[\]-]{0,40}=[^=]*(?:[;&\n][ ]?[A-Za-z_][\w.\[\]-]{0,40}=[^=]*)+",  # pairs
    re.S,
)
_MARKUP = re.compile(r"<\?xml.*|<[A-Za-z][\w:.-]*(?:\s[^<>]*)?>.*</[A-Za-z][\w:.-]*>\s*", re.S)


@dataclass(frozen=True)
class Profile:
    """The values of one column, each different one once. Shares are of the different values, 0 to 1."""

    texts: tuple[str, ...]
    count: int  # of all values, repeated ones too
    counts: Counter[str] = field(repr=False)
    _shares: dict[Callable[[str], object], float] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_empty(self) -> bool:
        return not self.texts

    @property
    def distinct(self) -> int:
        return len(self.texts)

    @property
    def repeats(self) -> float:
        """How often a value comes on average."""
        return self.count / max(1, len(self.texts))

    def share(self, matches: Callable[[str], object]) -> float:
        """Return the share of the values that match. A test with a name is asked once, whoever asks."""
        if isinstance(matches, FunctionType) and matches.__name__ == "<lambda>":
            return _share(self.texts, matches)
        if matches not in self._shares:
            self._shares[matches] = _share(self.texts, matches)
        return self._shares[matches]

    def share_of_few(self, matches: Callable[[str], object]) -> float:
        """Return the share among some of the values, for checks that take long."""
        return _share(self.texts[:: max(1, len(self.texts) // _COSTLY)], matches)

    @cached_property
    def email(self) -> float:
        return self.share(patterns.EMAIL.fullmatch)

    @cached_property
    def number(self) -> float:
        return self.share(patterns.NUMBER.fullmatch)

    @cached_property
    def date(self) -> float:
        return self.share(patterns.DATE.fullmatch)

    @cached_property
    def url(self) -> float:
        return self.share(patterns.URL.fullmatch)

    @cached_property
    def picture(self) -> float:
        return self.share(patterns.FILE.fullmatch)

    @cached_property
    def ip(self) -> float:
        return self.share(patterns.is_ip_address)

    @cached_property
    def uuid(self) -> float:
        return self.share(patterns.UUID.fullmatch)

    @cached_property
    def hashed(self) -> float:
        """Digests and other long identifiers that a machine made."""
        return self.share(lambda text: patterns.HEX_HASH.fullmatch(text) or patterns.UUID.fullmatch(text))

    @cached_property
    def phone(self) -> float:
        return self.share(looks_like_phone)

    @cached_property
    def coded(self) -> float:
        """Codes: letters and digits without blanks, with a digit among them."""
        return self.share(lambda text: patterns.CODE.fullmatch(text) and any(char.isdigit() for char in text))

    @cached_property
    def structured(self) -> float:
        return self.share(is_structured)

    @cached_property
    def markup(self) -> float:
        return self.share(_MARKUP.fullmatch)

    @cached_property
    def lettered(self) -> float:
        """Values that hold a letter and are no code, number, date, link or document."""
        return self.share(lambda text: patterns.LETTERS.search(text) and not _is_machine_made(text))

    @cached_property
    def person(self) -> float:
        """Values of the form of a person's name, whatever they say."""
        return self.share(is_name_shaped)

    @cached_property
    def known_name(self) -> float:
        """Values with a common given name or surname where a name has one."""
        return self.share(holds_known_name)

    @cached_property
    def full_name(self) -> float:
        """Values of several words of which the last is a common surname or given name."""
        return self.share(ends_with_known_name)

    @cached_property
    def address(self) -> float:
        return self.share(looks_like_address)

    @cached_property
    def prose(self) -> float:
        """Values of several words, or several Chinese clauses."""
        return self.share(is_prose)

    @cached_property
    def _kinds(self) -> dict[str, frozenset[str]]:
        return kinds_by_text(self.texts)

    @cached_property
    def hides(self) -> tuple[Hidden, ...]:
        """What hides in the values as texts, with the share of all values that hold it."""
        return hidden_in(self._kinds, self.counts)

    @cached_property
    def hides_in_different(self) -> tuple[Hidden, ...]:
        """What hides in the values as texts, with the share of the different ones: a phrase sent often counts once."""
        return hidden_in(self._kinds)

    @cached_property
    def mean_length(self) -> float:
        return sum(map(len, self.texts)) / max(1, len(self.texts))

    @cached_property
    def years(self) -> tuple[int, int] | None:
        """The tenth and the ninetieth percentile of the years in dates."""
        found = sorted(int(hit.group(1)) for text in self.texts if (hit := patterns.YEAR.search(text)))
        if len(found) < max(1, len(self.texts) // 2):
            return None
        return found[len(found) // 10], found[(len(found) * 9) // 10]

    def listed(self, of: ValueList) -> tuple[float, int]:
        """Return the share of all values that stand in a list, and how many different strong ones came."""
        counts = self.folded
        strong = counts.keys() & of.values
        hits = sum(counts[text] for text in strong | (counts.keys() & of.weak))
        return hits / max(1, self.count), len(strong)

    @cached_property
    def folded(self) -> Counter[str]:
        """How often each value comes, in lower case without accents; long ones left out."""
        found: Counter[str] = Counter()
        for text in self.texts:
            if len(text) <= 40:
                found[plain(text)] += self.counts[text]
        return found


def _share(texts: Sequence[str], matches: Callable[[str], object]) -> float:
    return sum(1 for text in texts if matches(text)) / len(texts) if texts else 0.0


def profile_of(column: ColumnSample) -> Profile:
    """Return the profile of a column's values; blank ones and what stands for "nothing" are left out."""
    stripped = (
        _half_width(value[: MAX_CHARS + 50].strip()[:MAX_CHARS]) for value in column.values[: MAX_VALUES * 5]
    )
    counts = Counter(text for text in stripped if text and text.casefold() not in _NOTHING)
    texts = tuple(sorted(counts)[:: max(1, len(counts) // MAX_VALUES)][:MAX_VALUES])
    return Profile(texts=texts, count=sum(counts[text] for text in texts), counts=counts)


_FULL_WIDTH = re.compile("[０-９Ａ-Ｚａ-ｚ＠＋－．]")


def _half_width(text: str) -> str:
    if text.isascii() or not _FULL_WIDTH.search(text):
        return text
    return unicodedata.normalize("NFKC", text)


_NOTHING = frozenset(
    ["null", "none", "n/a", "na", "nan", "-", "--", "无", "空", "暂无", "unknown", "(null)", "nil"]
)


def list_that_fits(profile: Profile, *, category: str | None = None) -> tuple[ValueList, float, int] | None:
    """Return the list of values that this column's values stand in, if there is one."""
    best: tuple[ValueList, float, int] | None = None
    for each in value_lists():
        if category is not None and each.category != category:
            continue
        share, strong = profile.listed(each)
        if share >= 0.8 and strong and (best is None or (share, strong) > best[1:]):
            best = (each, share, strong)
    return best


def looks_like_phone(text: str) -> bool:
    """Return whether a text has the form of a phone number, in whatever country's spelling."""
    if not patterns.PHONE.fullmatch(text) or patterns.DATE.fullmatch(text):
        return False
    digits = sum(char.isdigit() or char == "*" for char in text)
    return 5 <= digits <= 17 and not re.fullmatch(r"\d+\.\d+", text)


def phone_evidence(text: str) -> bool:
    """Return whether a text is a phone number by more than its digits: punctuation, a prefix, a known range."""
    if not looks_like_phone(text):
        return False
    return bool(re.match(r"\+|00[1-9]|\(0?\d|（|0[1-9]\d{1,4}[-/ .]\d", text)) or bool(
        re.fullmatch(r"\(?\d{2,4}\)?[-. ]\d{3,4}[-. ]\d{3,5}", text)
    )


def is_name_shaped(text: str) -> bool:
    if len(text) > 60:
        return False
    if patterns.HAN.search(text):
        return is_chinese_name_shaped(text)
    return _PERSON.fullmatch(_TITLES.sub("", text)) is not None


def is_chinese_name_shaped(text: str) -> bool:
    bare = re.sub(r"(?:先生|女士|小姐|同学|老师|医生|经理)$", "", text.replace(" ", "").replace("·", ""))
    return 2 <= len(bare.replace("*", "某")) <= 5 and all(
        patterns.HAN.match(char) or char in "*某々" or patterns.KANA.match(char) for char in bare
    )


def holds_known_name(text: str) -> bool:
    """Return whether a text begins with a common given name or surname, or ends with one."""
    if not is_name_shaped(text) or _FIRM.search(text):
        return False
    known = names()
    if patterns.HAN.search(text):
        return text[0] in known.chinese or text.startswith((*known.chinese_compound, *known.japanese))
    if _PATRONYMIC.search(text) or (text[0] in known.korean and len(text) <= 4):
        return True
    words = [plain(word).strip(".,") for word in re.split(r"[\s-]+", _TITLES.sub("", text).replace(",", " "))]
    words = [word for word in words if word]
    if not words:
        return False
    is_known = {words[0], words[-1]} & known.given or {words[0], words[-1]} & known.surnames
    return bool(is_known)


def ends_with_known_name(text: str) -> bool:
    words = plain(text).replace(",", " ").split()
    known = names()
    return len(words) > 1 and (words[-1] in known.surnames or words[-1] in known.given)


_COMMON_SURNAMES = frozenset("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")


def names_people(profile: Profile) -> bool:
    """Return whether values are people's names by what they are, not by their header.

    Names in Chinese and in other scripts are looked at apart: a company's customers may have both.
    """
    if profile.person < 0.7:
        return False
    chinese = tuple(text for text in profile.texts if patterns.HAN.search(text))
    others = tuple(text for text in profile.texts if not patterns.HAN.search(text))
    parts = [part for part in (chinese, others) if len(part) >= 0.2 * profile.distinct]
    return all(
        (_are_chinese_names if part is chinese else _are_other_names)(
            Profile(part, len(part), Counter(part)) if len(parts) > 1 else profile
        )
        for part in parts
    )


def _are_other_names(profile: Profile) -> bool:
    # "Anna sofa": products bear given names, but no surnames behind them.
    return profile.known_name >= 0.3 and (profile.full_name >= 0.1 or profile.share(str.isalpha) >= 0.5)


def _are_chinese_names(profile: Profile) -> bool:
    # Chinese surnames are common words: nearly all values must begin with one, and the usual ones come.
    if profile.known_name < 0.75 or profile.share(lambda text: len(text) <= 4) < 0.9:
        return False
    common = profile.share(lambda text: text[0] in _COMMON_SURNAMES)
    needed = 0.08 if profile.known_name >= 0.9 and profile.distinct >= 50 else 0.2
    return common >= needed and (profile.distinct >= 3 or common >= 0.9)


def looks_like_address(text: str) -> bool:
    """Return whether a text names a street or a house."""
    if patterns.HAN.search(text):
        return len(text) >= 5 and len(patterns.CHINESE_ADDRESS.findall(text)) >= 2
    if not 5 <= len(text) <= 300 or not any(char.isdigit() for char in text):
        return False
    return patterns.STREET.search(text) is not None


def is_prose(text: str) -> bool:
    if patterns.HAN.search(text):
        return len(patterns.HAN.findall(text)) >= 8
    return len(text.split()) >= 4


def is_structured(text: str) -> bool:
    """Return whether a text is a document of keys and values, or the beginning of a long one."""
    if len(text) >= MAX_CHARS:
        return text[0] in "{["
    return _STRUCTURED.fullmatch(text) is not None


def _is_machine_made(text: str) -> bool:
    return bool(
        patterns.UUID.fullmatch(text)
        or patterns.URL.fullmatch(text)
        or patterns.NUMBER.fullmatch(text)
        or patterns.DATE.fullmatch(text)
        or is_structured(text)
        or (
            patterns.CODE.fullmatch(text)
            and any(char.isdigit() for char in text)
            and not patterns.HAN.search(text)
        )
    )
