"""Read a header or a comment: what it says the column holds, whose it is, and how surely.

`cust_mobile_no` → a customer's mobile number; `email_status` → something about an e-mail, not one.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache

from discreet.engines.classify.lexicon import ABOUT, ACTORS, EVENT, FILLER, PEOPLE, THINGS, lexicon, plain

_MAX_HEADER = 300
_MAX_JOINED = 4
_WORDS = re.compile(r"[a-z]+|[一-鿿㐀-䶿]+|\d+|(?:(?![a-z一-鿿㐀-䶿])[^\W\d_])+")
_CLAUSE_END = re.compile(r"[:：;；,，。.(（\[【\n\r!！?？|]|->|=|(?<=\D)[0-9]{1,4}\s{0,3}[-、.:：]|\s{1,3}\d")
_WRITTEN = frozenset(["note", "comment", "feedback", "message"])
_PAPERS = frozenset(
    [
        "bill",
        "invoice",
        "rechnung",
        "facture",
        "factura",
        "fapiao",
        "contract",
        "vertrag",
        "contrat",
        "发票",
        "合同",
        "账单",
        "票据",
    ]
)
_SHORT = frozenset(["no", "id", "nm", "nr"])
_ARTICLES = frozenset(["of", "the", "de", "du", "des", "da", "do", "del", "di", "la", "le", "el", "d", "l"])
_OF = frozenset(["of", "de", "du", "des", "del", "della", "von"])
_ABBREVIATED = {
    "rmt": "remote",
    "pst": "post",
    "ck": "cookie",
    "ins": "insurance",
    "lic": "licence",
    "cntct": "contact",
    "strt": "street",
    "dt": "date",
    "nm": "name",
    "addr": "address",
    "ph": "phone",
    "yr": "year",
    "num": "number",
}
_LOGINS = frozenset(
    [
        "login",
        "logon",
        "signin",
        "denglu",
        "dl",
        "登录",
        "登陆",
        "anmelde",
        "anmeldung",
        "connexion",
        "acceso",
        "access",
    ]
)
_ASIDE = re.compile(r"\s{0,3}[(（\[][^()（）\[\]]{0,40}[)）\]]\s{0,3}$")
_MASS = re.compile(
    r"^(?:is|has|can|are|was|should|allow|allows|enable|enabled|no|num|nb|nbr|cnt|max|min|total|avg)$"
)
#: What stands before whose it is, in languages that say so, and in turned English headers.
_TURNED = frozenset(
    [
        "name",
        "first_name",
        "last_name",
        "full_name",
        "email",
        "phone",
        "mobile",
        "fax",
        "address",
        "street",
        "city",
        "postal_code",
        "country",
        "province",
        "birth_date",
        "gender",
        "national_id",
        "passport",
        "tax_id",
        "age",
    ]
)
_KEEPERS = frozenset(["owner", "owners", "holder", "holders", "sender", "inhaber", "emergency"])
#: Numbers that a person has: "number" before or after them is the thing itself, "id" is not for those that refer.
_NUMBERED = frozenset(
    [
        "phone",
        "mobile",
        "fax",
        "national_id",
        "social_security",
        "passport",
        "driving_licence",
        "tax_id",
        "vehicle_plate",
        "payment_card",
        "bank_account",
        "iban",
        "insurance_no",
        "customer_no",
        "student_no",
        "employee_no",
        "imei",
        "vin",
        "house_number",
        "family",
    ]
)
_REFERRED = frozenset(
    [
        "phone",
        "mobile",
        "fax",
        "pager",
        "extension",
        "payment_card",
        "bank_account",
        "iban",
        "postal_code",
        "ip_address",
        "house_number",
        "pin",
        "secret",
        "security_question",
        "vehicle_plate",
        "diagnosis",
        "username",
    ]
)
#: Words for settings: what they qualify is nobody's.
_SETTINGS = frozenset(["template", "config", "path", "count", "title"])
_NAMED = frozenset(["family", "guardian", "card_holder", "household_head"])
#: What a thing's number says about whoever has it.
_OF_THINGS = frozenset(
    [
        "email",
        "phone",
        "mobile",
        "vehicle_plate",
        "vin",
        "imei",
        "imsi",
        "mac_address",
        "device_id",
        "user_agent",
    ]
)
_PROFILES = frozenset(["profile", "profil", "perfil", "account", "page", "handle", "name"])


class Strength(IntEnum):
    """How much a header says by itself."""

    NOTHING = 0
    PERSON = 1  # the word for a person alone: a name, if the values are texts
    CONTEXT = 2  # personal data in a table about people
    STRONG = 3  # personal data in any table


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it stands in the header, and what it means; empty where no list knows it."""

    word: str
    meaning: str = ""
    is_initials: bool = False


@dataclass(frozen=True, slots=True)
class Sense:
    """What a header says. `whose`: the meaning of the nearest qualifier (`customer`, `product`), or empty.

    `word` is the spelling the reading rests on. `is_reference`: it ends like the key of something
    (`customer_id`). `is_about`: it is something about the thing it names (`email_status`).
    """

    category: str = "none"
    strength: Strength = Strength.NOTHING
    word: str = ""
    meaning: str = ""
    whose: str = ""
    is_reference: bool = False
    is_about: bool = False
    is_initials: bool = False
    is_of_paper: bool = False  # of a bill or a contract: its content is not what a person writes


NO_SENSE = Sense()


def _split(text: str) -> list[str]:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text[:_MAX_HEADER])
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    return _WORDS.findall(plain(spaced))


def _latin_meaning(word: str, *, with_initials: bool) -> Token | None:
    words = lexicon()
    meaning = words.atoms.get(word) or words.entities.get(word)
    if not meaning and len(word) > 4 and word.endswith("s"):
        meaning = words.entities.get(word[:-1])
    if meaning:
        return Token(word, meaning)
    if with_initials and word in words.initials:
        return Token(word, words.initials[word], is_initials=True)
    return None


def _segmented(word: str, *, with_initials: bool = False) -> list[Token]:
    """Split a word that no list knows into words that lists know: `custname`, `telephonenumber`."""
    words = lexicon()
    if with_initials and (found := _initials(word)):
        return found
    if parts := _parts_of(word, words.knows, 3):
        return [Token(part, words.atoms.get(part) or words.entities[part]) for part in parts]
    return [Token(word)]


def _parts_of(word: str, knows: Callable[[str], bool], shortest: int) -> list[str]:
    """Return the fewest known parts that a word can be cut into, or nothing."""
    best: list[tuple[int, list[str]] | None] = [(0, [])] + [None] * len(word)
    for end in range(2, len(word) + 1):
        for start in range(max(0, end - 18), end - 1):
            part, before = word[start:end], best[start]
            if before is None or not (len(part) >= shortest or part in _SHORT) or not knows(part):
                continue
            now = best[end]
            if now is None or len(before[1]) + 1 < now[0]:
                best[end] = (len(before[1]) + 1, [*before[1], part])
    whole = best[len(word)]
    return whole[1] if whole is not None and whole[0] <= _MAX_JOINED else []


def _initials(word: str) -> list[Token]:
    """Read initials of pinyin that are written together: `lxrdh`, `tzrhzh`; a person's end in r (人)."""
    words = lexicon()
    if not 2 < len(word) < 10:
        return []

    def meaning(part: str) -> str:
        known = words.initials.get(part) or ("id" if part == "id" else "")
        return known or ("person" if len(part) == 3 and part.endswith("r") else "")

    if meaning(word):
        return [Token(word, meaning(word), is_initials=True)]
    parts = _parts_of(word, lambda part: bool(meaning(part)), 2)
    if not 0 < len(parts) <= 3:
        return []
    if parts[-1] == "sj" and meaning(parts[0]) not in PEOPLE:  # 手机 of somebody, else 时间
        return [Token(word, "time", is_initials=True)]
    return [Token(part, meaning(part), is_initials=True) for part in parts]


def _chinese(text: str) -> list[Token]:
    words, found, start = lexicon(), list[Token](), 0
    longest = words.longest_chinese
    while start < len(text):
        for size in range(min(longest, len(text) - start), 0, -1):
            part = text[start : start + size]
            if part in words.chinese:
                found.append(Token(part, words.chinese[part]))
                start += size
                break
        else:
            if found and not found[-1].meaning:
                found[-1] = Token(found[-1].word + text[start])
            else:
                found.append(Token(text[start]))
            start += 1
    return found


def raw_words(text: str) -> list[str]:
    """Return a name's words as they stand, those written together taken apart; digits left out."""
    found: list[str] = []
    for word in _split(text):
        if word.isdigit():
            continue
        if not word.isascii():
            found += [token.word for token in _chinese(word)]
        elif lexicon().knows(word) or len(word) < 5:
            found.append(written_out(word))
        else:
            found += [token.word for token in _segmented(written_out(word))]
    return found


@lru_cache(maxsize=20_000)
def tokens_of(text: str, *, with_initials: bool = False) -> tuple[Token, ...]:
    """Return the words of a header with their meanings, several written apart read as one where a list does."""
    raw = [word for word in _split(text) if not word.isdigit()]
    found: list[Token] = []
    at = 0
    while at < len(raw):
        token, size = _joined(raw, at, with_initials=with_initials)
        if token:
            found.append(token)
        elif raw[at].isascii():
            found += _segmented(raw[at], with_initials=with_initials)
        else:
            found += _chinese(raw[at])
        at += size
    return tuple(found)


def _joined(raw: Sequence[str], at: int, *, with_initials: bool) -> tuple[Token | None, int]:
    """Return the longest word that the words from `at` on make together, and how many they are."""
    for size in range(min(_MAX_JOINED, len(raw) - at), 0, -1):
        part = raw[at : at + size]
        if not all(word.isascii() for word in part):
            whole = "".join(part)
            if size > 1 and whole in lexicon().chinese:  # MAC地址, QQ号
                return Token(whole, lexicon().chinese[whole]), size
            continue
        for spelled in _spellings_of(part):
            if token := _latin_meaning(spelled, with_initials=with_initials):
                return token, size
    return None, 1


def _spellings_of(part: Sequence[str]) -> Iterator[str]:
    """Yield what words may be together: as they stand, written out, and without "of" and articles."""
    yield "".join(part)
    whole = [_ABBREVIATED.get(word, word) if len(part) > 1 else word for word in map(written_out, part)]
    yield "".join(whole)
    if len(part) > 2:
        yield "".join([word for word in whole if word not in _ARTICLES])


@lru_cache(maxsize=20_000)
def written_out(word: str) -> str:
    """Return the word that a word without vowels stands for: `psspr` → passport; others as they are."""
    words = lexicon()
    if len(word) < 3 or words.knows(word) or not word.isascii() or set(word[1:]) & set("aeiou"):
        return word
    if len(word) == 3 and word in words.initials:
        return word
    if word not in words.skeletons and word.endswith("s"):
        return words.skeletons.get(word[:-1], word)
    return words.skeletons.get(word, word)


def first_clause(comment: str) -> str:
    """Return what a comment says before its list of codes or its explanation."""
    return _CLAUSE_END.split(comment.strip()[:_MAX_HEADER], maxsplit=1)[0].strip()


def read_header(text: str, *, with_initials: bool = False) -> Sense:
    """Return what a header, or the first clause of a comment, says."""
    text = _ASIDE.sub("", text) or text
    tokens = [
        token
        for token in _turned_round(tokens_of(text, with_initials=with_initials))
        if token.meaning != FILLER
    ]
    if not tokens:
        tokens = list(tokens_of(text, with_initials=with_initials))
    if not tokens:
        return NO_SENSE
    sense = _read(tokens)
    if sense.meaning == "address" and text.rstrip().endswith(("2", "3", "二", "三")):
        return replace(sense, meaning="address_line")
    return sense


def _turned_round(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return what is said first after what it is of: `description_of_problem`, `adresse_de_livraison`."""
    at = next((place for place, token in enumerate(tokens) if token.word in _OF), 0)
    if not 0 < at < len(tokens) - 1 or tokens[at - 1].meaning == FILLER:
        return tokens
    return [*tokens[at + 1 :], *tokens[:at]]


def other_senses(text: str) -> list[Sense]:
    """Return all that initials of pinyin may mean: `mz` is an ethnic group (民族) or a name (名字)."""
    word = "".join(_split(text))
    return [
        _read([Token(word, meaning, is_initials=True)]) for meaning in lexicon().other_initials.get(word, ())
    ]


def without_table(name: str, table: str) -> str:
    """Return a column's name without its table's in front of it, or nothing: `newsletter_signup_email` → email."""
    words, theirs = _split(name), _split(table)
    for start in range(min(2, len(theirs))):
        begin = theirs[start:]
        size = len(begin)
        if len(words) > size and [*words[: size - 1], words[size - 1] + "s"][:size] in (
            begin,
            [*begin[:-1], begin[-1] + "s"],
        ):
            return "_".join(words[size:])
        whole = "".join(begin)
        if len(words) == 1 and name.lower().startswith(whole) and 2 <= len(whole) < len(name) - 1:
            return name[len(whole) :]
    return ""


def _read(tokens: Sequence[Token]) -> Sense:
    words = lexicon()
    head, before = tokens[-1], list(tokens[:-1])
    trailing = head
    if head.meaning in ABOUT and before:
        head, before, is_itself = _under_about(trailing, before)
        if not is_itself:
            return Sense(
                word=trailing.word,
                meaning=trailing.meaning,
                whose=_whose([*before, head]),
                is_reference=trailing.meaning in ("id", "code", "number"),
                is_about=True,
            )
    if before and head.meaning in PEOPLE and (turned := _turned(head, before)):
        return turned
    if before and head.word in _LOGINS and before[-1].meaning in ("city", "location", "country", "region"):
        head, before = before[-1], [head, *before[:-1]]  # ville_connexion
    is_number_of = (
        before
        and (before[0].meaning == "number" or before[0].word in ("nb", "nbr"))
        and head.meaning in _NUMBERED
    )
    if before and _MASS.match(before[0].word) and not is_number_of:
        return Sense(word=before[0].word, meaning=head.meaning, is_about=True)
    whose = _whose(before, head.meaning)
    if before and before[-1].meaning == "social_media" and head.word in _PROFILES:
        return _attribute(before[-1], head, before[:-1], _whose(before[:-1], "social_media"))
    if head.meaning in words.strong or head.meaning in words.context:
        return _attribute(head, trailing, before, whose)
    if head.meaning in PEOPLE | ACTORS:
        return Sense(
            category="name",
            strength=Strength.PERSON,
            word=head.word,
            meaning=head.meaning,
            whose=head.meaning,
            is_initials=head.is_initials,
        )
    if head.meaning == "title" and whose in PEOPLE:
        return Sense(
            category="employment", strength=Strength.STRONG, word=head.word, meaning="title", whose=whose
        )
    if head.meaning == "path" and whose in PEOPLE:
        return Sense(category="photo", strength=Strength.CONTEXT, word=head.word, meaning="path", whose=whose)
    return Sense(word=head.word, meaning=head.meaning, whose=whose)


def _turned(person: Token, before: Sequence[Token]) -> Sense | None:
    """Read a header that says first what and then whose: `telephone_expediteur`, `EmailCustomer`."""
    words = lexicon()
    what = next((token for token in before if token.meaning in _TURNED), None)
    if what is None or person.word in _KEEPERS:
        return None
    category = words.strong.get(what.meaning) or words.context[what.meaning]
    return Sense(
        category=category,
        strength=Strength.STRONG,
        word=what.word,
        meaning=what.meaning,
        whose=person.meaning,
    )


def _attribute(head: Token, trailing: Token, before: Sequence[Token], whose: str) -> Sense:
    words = lexicon()
    is_strong = head.meaning in words.strong
    category = words.strong.get(head.meaning) or words.context[head.meaning]
    if category == "password" and trailing.meaning == "hash":
        category = "password_hash"
    strength = Strength.STRONG if is_strong else Strength.CONTEXT
    if (
        head.meaning == "name" and (whose in PEOPLE | ACTORS or (before and before[-1].meaning in _NAMED))
    ) or (head.meaning in _WRITTEN and whose in PEOPLE):
        strength = Strength.STRONG
    if (
        whose in THINGS
        and not head.word.startswith("contact")
        and not (whose == "product" and head.meaning in _OF_THINGS)
    ):
        strength = Strength.NOTHING
    if category == "address" and any(t.word in _LOGINS or t.meaning == "ip_address" for t in before):
        category, strength = "geo_location", Strength.STRONG  # where somebody signed in
    return Sense(
        category=category if strength else "none",
        strength=strength,
        word=head.word,
        meaning=head.meaning,
        whose=whose,
        is_initials=head.is_initials,
        is_of_paper=any(token.word in _PAPERS for token in before),
    )


def _under_about(about: Token, before: list[Token]) -> tuple[Token, list[Token], bool]:
    """Return what an "about" word stands after, and whether both together still name the thing itself."""
    words = lexicon()
    while len(before) > 1 and before[-1].meaning in ABOUT:
        before = before[:-1]
    head, rest = before[-1], before[:-1]
    meaning = head.meaning
    is_reference = about.meaning == "id" and meaning in _REFERRED
    is_identifying = (
        meaning in words.takes_number and about.meaning in ("number", "code", "id") and not is_reference
    )
    is_file = meaning in ("avatar", "photo", "signature", "voice") and about.meaning in (
        "url",
        "path",
        "hash",
        "id",
    )
    is_hash = (meaning == "password" and about.meaning == "hash") or (
        meaning == "biometric" and about.meaning in ("hash", "template", "code", "id")
    )
    is_link = meaning in ("social_media", "bio") and about.meaning in ("url", "path")
    is_coded = (about.meaning == "type" and meaning in ("blood_type", "gender", "disability", "allergy")) or (
        about.meaning in ("count", "number") and meaning == "family"
    )
    is_title = about.meaning == "title" and meaning in PEOPLE
    is_path = about.meaning == "path" and meaning in PEOPLE
    if is_title or is_path:
        return about, before, True
    return head, rest, is_identifying or is_file or is_hash or is_link or is_coded


def _whose(before: Sequence[Token], head: str = "") -> str:
    """Return the meaning of the nearest qualifier that says whose a thing is. `head`: the meaning of the thing."""
    is_made = False  # a review of a product is not the product's
    for token in reversed(before):
        if token.meaning == EVENT:
            is_made = True
        elif token.meaning in PEOPLE | ACTORS:
            return token.meaning
        elif token.meaning in THINGS or token.meaning == "company":
            if is_made:
                continue
            return "organisation" if token.meaning == "company" else token.meaning
        elif token.meaning in _SETTINGS or (token.meaning in ABOUT and head not in lexicon().strong):
            return "" if head in _WRITTEN else "configuration"
    return ""


_PINYIN_TABLE = 2  # so many headers in pinyin make its initials believable


def uses_pinyin(names: Iterable[str]) -> bool:
    """Return whether headers are pinyin, so that its initials may stand among them."""
    words = [token for name in names for token in tokens_of(name, with_initials=True)]
    whole = sum(token.word in lexicon().pinyin for token in words)
    short = sum(token.is_initials for token in words)
    english = (
        sum(bool(token.meaning) and not token.is_initials and len(token.word) > 3 for token in words) - whole
    )
    return (whole >= 1 and whole + short >= _PINYIN_TABLE) or (short >= 3 and short > english)
