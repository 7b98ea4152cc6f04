"""Compare what a column is called with what tables are called."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from discreet.engines.classify.lexicon import ABOUT, PEOPLE, lexicon, plain, skeleton
from discreet.engines.classify.words import raw_words

NameScore = float
GENERIC_KEYS = frozenset(
    [
        "id",
        "uid",
        "uuid",
        "guid",
        "oid",
        "pk",
        "key",
        "code",
        "no",
        "name",
        "rowid",
        "nr",
        "number",
        "ref",
        "bh",
        "_id",
    ]
)
_ENDS = frozenset(
    [
        "id",
        "ids",
        "key",
        "fk",
        "no",
        "nr",
        "num",
        "nbr",
        "number",
        "code",
        "cd",
        "ref",
        "uid",
        "guid",
        "uuid",
        "sn",
        "pk",
        "oid",
        "bianhao",
        "bh",
        "hao",
        "dm",
        "by",
        "to",
        "von",
        "durch",
        "编号",
        "号",
        "代码",
        "标识",
        "id号",
        "kennung",
        "nummer",
        "numero",
    ]
)
_SQUEEZED_ENDS = ("uuid", "guid", "code", "id", "bh", "dm", "no", "nr", "编号", "号", "代码")
_PREFIXES = frozenset(
    [
        "t",
        "tb",
        "tbl",
        "tab",
        "sys",
        "dim",
        "fact",
        "fct",
        "app",
        "core",
        "biz",
        "base",
        "ref",
        "xx",
        "vw",
        "v",
        "m",
        "dat",
        "tm",
    ]
)
_PADDING = frozenset(
    [
        "info",
        "base",
        "basic",
        "master",
        "main",
        "table",
        "tbl",
        "tab",
        "data",
        "xinxi",
        "ziliao",
        "表",
        "信息表",
        "信息",
        "jbxx",
        "xx",
        "b",
        "主表",
        "档案",
        "mstr",
        "mst",
        "hdr",
        "stamm",
    ]
)
_SELF = frozenset(
    [
        "parent",
        "pid",
        "superior",
        "manager",
        "reports",
        "reportsto",
        "boss",
        "supervisor",
        "referrer",
        "referred",
        "referredby",
        "inviter",
        "invited",
        "invitedby",
        "recommender",
        "introducer",
        "mentor",
        "predecessor",
        "previous",
        "prev",
        "next",
        "root",
        "original",
        "father",
        "shangji",
        "tuijianren",
        "fid",
        "up",
        "sj",
        "sjid",
        "tuijian",
        "shangji",
        "fuji",
        "jieshaoren",
        "上级",
        "父",
        "推荐人",
        "介绍人",
        "merged",
        "head",
        "lead",
        "spouse",
        "reply",
        "replyto",
        "inreplyto",
        "quoted",
    ]
)
_ROWS = PEOPLE | {"product", "organisation", "event"}
_CHINESE_ENDS = ("编号", "代码", "编码", "标识", "主键", "ID", "id", "号")
_SHORT_PREFIX = 3
_FEWEST_PREFIXED = 5
_VOWELS = frozenset("aeiou")
_NUMBERS = {"customer_no": "customer", "employee_no": "employee", "student_no": "student"}


def singular(word: str) -> str:
    """Return an English plural's singular, roughly; both sides are compared in the same form."""
    if word == "people":
        return "person"
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=20_000)
def _split(text: str) -> tuple[str, ...]:
    return tuple(raw_words(text))


def split_words(text: str) -> list[str]:
    """Return the lower-case words of a name."""
    return list(_split(text))


@lru_cache(maxsize=50_000)
def is_reference(name: str) -> bool:
    """Return whether a name ends like a key: `member_id`, `custNo`, `kehu_bh`; or is called after a kind of row."""
    words = split_words(name)
    if not words:
        return False
    if words[-1] in _ENDS:
        return len(words) > 1 or words[-1] not in GENERIC_KEYS
    meaning = lexicon().atoms.get(words[-1], "")
    if "per" in words or meaning in ABOUT:
        return False
    return meaning in _NUMBERS or words[-1] in lexicon().entities or lexicon().chinese.get(words[-1]) in _ROWS


def ends_like_a_key(name: str) -> bool:
    """Return whether a name of several words ends in "id", "number", 编号 or the like."""
    words = split_words(name)
    return (len(words) > 1 and words[-1] in _ENDS) or any(
        name.endswith(end) and len(name) > len(end) for end in _CHINESE_ENDS
    )


def without_end(name: str) -> str:
    """Return a Chinese name without what a key ends with: 会员编号 → 会员; others as they are."""
    return next(
        (name[: -len(end)] for end in _CHINESE_ENDS if name.endswith(end) and len(name) > len(end)), name
    )


@lru_cache(maxsize=50_000)
def reference_words(name: str) -> tuple[str, ...]:
    """Return what a reference refers to: `billing_address_id` → billing, address."""
    words = split_words(name)
    is_users = bool(words) and words[-1] == "uid"
    while len(words) > 1 and words[-1] in _ENDS:
        words.pop()
    if is_users and words[-1] != "user":
        words = [*(words if words != ["uid"] else []), "user"]  # uid, from_uid: of a user
    if words and (entity := _NUMBERS.get(lexicon().atoms.get(words[-1], ""))):
        words[-1] = entity
    return tuple(singular(word) for word in words)


class Naming:
    """The tables of a schema, with the prefixes that many of them share."""

    def __init__(self, names: Sequence[str], *, with_initials: bool = False) -> None:
        self.with_initials = with_initials
        firsts = Counter(split_words(name)[0] for name in names if len(split_words(name)) > 1)
        usual = max(3, len(names) // 12)
        split = [split_words(name) for name in names]
        short = [words for words in split if len(words) > 1 and _abbreviates(words[0], words[1])]
        self.is_prefixed = len(short) >= _FEWEST_PREFIXED and len(short) >= 0.4 * len(names)
        self._prefixes = _PREFIXES | {
            word for word, count in firsts.items() if count >= usual and not lexicon().knows(word)
        }

    def words(self, name: str) -> tuple[str, ...]:
        """Return the words of a table's name without prefixes and padding, in the singular."""
        words = split_words(name)
        while len(words) > 1 and words[-1] in _PADDING:
            words.pop()
        while len(words) > 1 and words[0] in self._prefixes:
            words.pop(0)
        if self.is_prefixed and len(words) > 1 and len(words[0]) <= _SHORT_PREFIX and words[0].isascii():
            words.pop(0)  # kd_kunde, zl_zähler: each table has the letters of its part of the system
        if self.with_initials and words:
            words[-1] = _without_padding(words[-1])
        return tuple(dict.fromkeys(singular(word) for word in words))

    def is_self_reference(self, words: Sequence[str], name: str, people: str) -> bool:
        """Return whether a column points at another row of its own table: `parent_id`, `reports_to`."""
        spelled = split_words(name)
        return bool(
            set(words) & _SELF or set(spelled) & _SELF or "".join(spelled) in _SELF or stem(name) in _SELF
        )


def _without_padding(word: str) -> str:
    """Return initials without those of what every table could be called: `hyjbxx` → hy."""
    return next(
        (word[: -len(end)] for end in ("jbxx", "xx") if word.endswith(end) and len(word) > len(end) + 1), word
    )


def _abbreviates(short: str, word: str) -> bool:
    """Return whether a few letters are a word's, in order and from its first: `kd` and kunde."""
    if not 2 <= len(short) <= _SHORT_PREFIX or short[0] != word[0] or len(word) <= len(short) + 1:
        return False
    letters = iter(word)
    return all(letter in letters for letter in short)


@lru_cache(maxsize=50_000)
def stem(column: str) -> str:
    """Return a name written in one word without what a key ends with: `fzrygid` → fzryg, or nothing."""
    squeezed = "".join(split_letters(column))
    return next((squeezed[: -len(end)] for end in _SQUEEZED_ENDS if squeezed.endswith(end)), "")


def squeezed_score(column: str, table: Sequence[str]) -> NameScore:
    """Return how well a column written in one word fits a table: `ygid` yg, `fzrygid` yg, `kundennr` kunden."""
    whole = stem(column)
    name = "".join(table)
    if len(whole) < 2 or not name:
        return 0.0
    if whole == name:
        return 1.0
    role = whole.removesuffix(name)
    if role == whole or len(role) < 2:
        return 0.0
    is_role = (len(role) == 3 and role.endswith("r")) or len(name) >= 4
    return 0.86 if is_role else 0.0


def split_letters(text: str) -> list[str]:
    return [char for char in plain(text) if char.isalnum()]


def name_score(reference: Sequence[str], table: Sequence[str], own: Sequence[str]) -> NameScore:
    """Return how well a reference's words fit a table's, 0 to 1. `own`: words of the table it stands in."""
    if not reference or not table:
        return 0.0
    reference, table, own = tuple(reference), tuple(table), tuple(own)
    for same, loss in ((_equal, 0.0), (_means_the_same, 0.12)):
        if _fits(reference, table, same):
            return 1.0 - loss
        if own and _fits((*own, *reference), table, same):
            return 0.98 - loss
        if len(reference) < len(table) and _fits(reference, table[-len(reference) :], same):
            is_related = bool(own) and set(table[: -len(reference)]) <= set(own)
            return (0.95 if is_related else 0.84 - 0.04 * (len(table) - len(reference) - 1)) - loss
        if len(table) < len(reference) and _fits(reference[-len(table) :], table, same):
            return 0.88 - loss
        if len(table) < len(reference) and len(table) == 1 and _fits(reference[:1], table, same):
            return 0.0
    return 0.0


def _equal(one: str, other: str) -> bool:
    """Return whether two words are the same, one of them perhaps without its vowels: `tckt`, `ticket`."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < 3 or set(short[1:]) & _VOWELS or not long.isascii():
        return False
    bare = skeleton(long)
    return bare == short or (len(short) >= 5 and bare.startswith(short))


def alike(one: str, other: str) -> bool:
    """Return whether two words are the same, or may stand for the same kind of row."""
    return _equal(one, other) or _means_the_same(one, other)


def _means_the_same(one: str, other: str) -> bool:
    """Return whether two words name the same kind of row: `kunde`, `cust` and `customer`."""
    if one == other:
        return True
    entities, chinese = lexicon().entities, lexicon().chinese
    meaning = entities.get(one) or chinese.get(one)
    if meaning is None or meaning != (entities.get(other) or chinese.get(other)):
        return False
    return meaning in PEOPLE - {"person", "staff"} or one[:4] == other[:4]


def _fits(one: Sequence[str], other: Sequence[str], alike: Callable[[str, str], bool]) -> bool:
    return len(one) == len(other) and all(map(alike, one, other))


def refers_to_people(name: str) -> bool:
    """Return whether a header looks like a reference to people: `user_id`, `memberNo`, `kehu_id`."""
    words = split_words(name)
    if len(words) < 2 or words[-1] not in _ENDS:
        return False
    entities, chinese = lexicon().entities, lexicon().chinese
    before = words[-2]
    return (entities.get(before) or entities.get(singular(before)) or chinese.get(before)) in PEOPLE - {
        "staff"
    }
