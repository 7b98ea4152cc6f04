"""Invented people: names, contact points and addresses, drawn from a seeded generator."""

import random
from dataclasses import dataclass
from importlib.resources import files

import yaml

_WORDS: dict[str, list[str]] = {
    kind: words.split()
    for kind, words in yaml.safe_load(
        files("discreet.project.sample").joinpath("names.yaml").read_text(encoding="utf-8")
    ).items()
}
_CITIES_ZH = (
    ("上海市", "南京西路", "200041"),
    ("北京市", "朝阳北路", "100026"),
    ("广州市", "天河路", "510620"),
    ("深圳市", "深南大道", "518040"),
    ("成都市", "人民南路", "610041"),
    ("杭州市", "文三路", "310012"),
    ("武汉市", "中山大道", "430014"),
    ("西安市", "长安路", "710061"),
)
_CITIES_EN = (
    ("Berlin", "Lindenweg", "10969", "DE"),
    ("Hamburg", "Hafenstraße", "20359", "DE"),
    ("Vienna", "Gartengasse", "1050", "AT"),
    ("Dublin", "Mill Lane", "D02 X285", "IE"),
    ("Lyon", "Rue du Lac", "69003", "FR"),
    ("San Francisco", "Oak Street", "94117", "US"),
    ("Austin", "Cedar Avenue", "78704", "US"),
    ("London", "Station Road", "N1 9AG", "GB"),
)
_DOMAINS = ("example.com", "example.org", "example.net")

HOSTILE_NAMES: tuple[str | None, ...] = (
    "Robert'); DROP TABLE customer;--",
    '"Ann" O\'Hara',
    "<script>alert(1)</script>",
    "%s %d %(name)s",
    '=HYPERLINK("https://example.com","x")',
    "+1+1",
    "@SUM(A1)",
    "null",
    "‮emanesrever",
    "👩‍👩‍👧 家庭",
    "名" * 300,
    "Line\nbreak\tand tab",
    "{{ 7*7 }}",
    "../../etc/passwd",
    " ",
    "",
    None,
)


@dataclass(frozen=True, slots=True)
class Person:
    name: str | None
    email: str | None
    phone: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Place:
    house: str
    street: str
    city: str
    postal_code: str
    country: str


def person(rng: random.Random, number: int) -> Person:
    """Return an invented person; e-mail address and phone differ for every `number`.

    From 20,800 on nobody outside China has a phone: numbers that are kept free for fiction are few.
    """
    if rng.random() < 0.55:
        name = rng.choice(_WORDS["family_zh"]) + "".join(
            rng.sample(_WORDS["given_zh"], rng.choice((1, 2, 2)))
        )
        email = f"{rng.choice(_WORDS['pinyin'])}{number}@{rng.choice(_DOMAINS)}"
        return Person(name=name, email=email, phone=f"+86199{number:08d}", language="zh-hans")
    first, last = rng.choice(_WORDS["first"]), rng.choice(_WORDS["last"])
    local = f"{first}.{last}{number}".lower().replace("'", "").replace("ü", "ue")
    area, line = divmod(number, 100)
    codes = _WORDS["area_codes"]
    phone = f"+1{codes[area]}55501{line:02d}" if area < len(codes) else None
    return Person(name=f"{first} {last}", email=f"{local}@{rng.choice(_DOMAINS)}", phone=phone, language="en")


class Strangers:
    """People who are nobody's customers: named in notes and mails, at fairs, at suppliers and in the office.

    Each is handed out once and has a phone; their numbers are no customer's.
    """

    def __init__(self, rng: random.Random, first: int) -> None:
        self._rng = rng
        self._number = first

    def next(self) -> Person:
        while True:
            self._number += 1
            who = person(self._rng, self._number)
            if who.phone is not None:
                return who


def place(rng: random.Random, language: str) -> Place:
    """Return an invented address where people of that language live."""
    if language == "zh-hans":
        city, street, postal_code = rng.choice(_CITIES_ZH)
        house = f"{rng.randrange(1, 900)} 号 {rng.randrange(1, 30)} 室"
        return Place(house=house, street=street, city=city, postal_code=postal_code, country="CN")
    city, street, postal_code, country = rng.choice(_CITIES_EN)
    return Place(
        house=str(rng.randrange(1, 240)), street=street, city=city, postal_code=postal_code, country=country
    )
