"""Read a header or a comment: what it says the column holds, whose it is, and how surely.

`cust_mobile_no` → a customer's mobile number; `email_status` → something about an e-mail, not one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from discreet.engines.classify.lexicon import ABOUT, ACTORS, EVENT, FILLER, PEOPLE, THINGS, lexicon
from discreet.engines.classify.words import MAX_HEADER, Token, split_header, tokens_of

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
_OF = frozenset(["of", "de", "du", "des", "del", "della", "von"])
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
_CLIENTS = frozenset(["client", "cliente", "clients", "acheteur", "utilisateur", "usuario", "kunde"])
#: What an address is for, where languages say it last: adresse_livraison.
_DELIVERIES = frozenset(
    [
        "livraison",
        "facturation",
        "expedition",
        "envio",
        "facturacion",
        "entrega",
        "delivery",
        "billing",
        "shipping",
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
    is_qualified: bool = False  # a word before it says of what it is, and no list knows that word
    is_of_paper: bool = False  # of a bill or a contract: its content is not what a person writes


NO_SENSE = Sense()


def first_clause(comment: str) -> str:
    """Return what a comment says before its list of codes or its explanation."""
    return _CLAUSE_END.split(comment.strip()[:MAX_HEADER], maxsplit=1)[0].strip()


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
    if len(tokens) > 1 and len(tokens[-1].word) == 1 and tokens[-2].meaning in lexicon().strong:
        tokens = tokens[:-1]  # ph_h, ph_m: at home, mobile
    if not tokens:
        return NO_SENSE
    if doer := _doer(text):
        return doer
    sense = _read(tokens)
    if sense.meaning == "address" and text.rstrip().endswith(("2", "3", "二", "三")):
        return replace(sense, meaning="address_line")
    return sense


_BY = frozenset(["by", "von", "durch", "par", "por", "da"])
_ARRANGED = frozenset(
    ["sort", "sorted", "order", "ordered", "group", "grouped", "filter", "filtered", "step", "divided"]
)


def _doer(text: str) -> Sense | None:
    """Read a header that says by whom something was done, whatever it was: `scanned_by`, `freigegeben_durch`."""
    words = split_header(text)
    if len(words) < 2 or words[-1] not in _BY or words[0] in _ARRANGED:
        return None
    known = lexicon().entities.get("".join(words), "")
    meaning = known if known in ACTORS else "operator"
    return Sense(
        category="name", strength=Strength.PERSON, word="".join(words), meaning=meaning, whose=meaning
    )


def _turned_round(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return what is said first after what it is of: `description_of_problem`, `adresse_de_livraison`."""
    at = next((place for place, token in enumerate(tokens) if token.word in _OF), 0)
    if not 0 < at < len(tokens) - 1 or tokens[at - 1].meaning == FILLER:
        return tokens
    return [*tokens[at + 1 :], *tokens[:at]]


def other_senses(text: str) -> list[Sense]:
    """Return all that initials of pinyin may mean: `mz` is an ethnic group (民族) or a name (名字)."""
    word = "".join(split_header(text))
    return [
        _read([Token(word, meaning, is_initials=True)]) for meaning in lexicon().other_initials.get(word, ())
    ]


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
    if before and (head.meaning in PEOPLE or head.word in _DELIVERIES) and (turned := _turned(head, before)):
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
    if before and not head.meaning and before[0].meaning == "name" and whose not in THINGS:
        return Sense("name", Strength.CONTEXT, before[0].word, "name", whose, is_qualified=True)
    return Sense(word=head.word, meaning=head.meaning, whose=whose)


def _turned(person: Token, before: Sequence[Token]) -> Sense | None:
    """Read a header that says first what and then whose: `telephone_expediteur`, `EmailCustomer`."""
    words = lexicon()
    what = next((token for token in before if token.meaning in _TURNED), None)
    if what is None and person.word in _CLIENTS:
        what = next((token for token in before if token.meaning in _WRITTEN), None)
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
        is_qualified=bool(before) and not before[-1].meaning,
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
        elif token.meaning in _SETTINGS:
            is_written = token.meaning == "count" and head in _WRITTEN | {"body", "content"}
            return "" if is_written else "configuration"  # the content of a rating is what somebody wrote
        elif token.meaning in ABOUT and head not in lexicon().strong:
            return "" if head in _WRITTEN or head in ("body", "content") else "configuration"
    return ""
