"""Invented people and the words of a place: drawn from Faker once per schema, then combined by its own dice."""

import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from random import Random

from faker import Faker

from bench.discover import identifiers

POOL = 160
ASIAN = ("zh_CN", "ja_JP")
SYLLABLES = [
    "wang",
    "li",
    "zhang",
    "liu",
    "chen",
    "yang",
    "zhao",
    "huang",
    "zhou",
    "wu",
    "xu",
    "sun",
    "hu",
    "zhu",
    "gao",
    "lin",
    "he",
    "guo",
    "ma",
    "luo",
    "wei",
    "jun",
    "min",
    "jie",
    "fang",
    "yan",
    "lei",
    "tao",
    "ming",
    "hong",
    "mei",
    "xin",
    "yu",
    "hao",
    "bo",
]
MAILS = {
    "zh_CN": ("qq.com", "163.com", "126.com", "sina.com", "foxmail.com"),
    "de_DE": ("gmx.de", "web.de", "t-online.de", "gmail.com"),
    "fr_FR": ("orange.fr", "free.fr", "laposte.net", "gmail.com"),
}
OTHER_MAILS = ("gmail.com", "outlook.com", "yahoo.com", "icloud.com", "example.org", "proton.me")


@dataclass(frozen=True, slots=True)
class Place:
    street: str
    city: str
    region: str
    district: str
    postal_code: str
    country: str


@dataclass(slots=True)
class Pool:
    """What Faker knows of a place."""

    locale: str
    last: list[str]
    male: list[str]
    female: list[str]
    places: list[Place]
    jobs: list[str]
    companies: list[str]


COUNTRIES = {
    "zh_CN": "中国", "en_US": "United States", "en_GB": "United Kingdom", "de_DE": "Deutschland",
    "fr_FR": "France", "es_ES": "España", "ja_JP": "日本",
}  # fmt: skip


def _region(fake: Faker, locale: str) -> str:
    for name in (
        "province",
        "state",
        "administrative_unit",
        "county",
        "department_name",
        "region",
        "prefecture",
    ):
        if hasattr(fake, name):
            return str(getattr(fake, name)())
    return str(fake.city())


def pool_of(locale: str, rng: Random) -> Pool:
    """Draw a pool for a place."""
    fake = Faker(locale)
    fake.seed_instance(rng.getrandbits(32))
    places = [
        Place(
            street=fake.street_address().replace("\n", " "),
            city=fake.city_name() if locale == "zh_CN" else fake.city(),
            region=_region(fake, locale),
            district=fake.district() if locale == "zh_CN" else fake.street_name(),
            postal_code=fake.postcode(),
            country=COUNTRIES[locale],
        )
        for _ in range(POOL)
    ]
    return Pool(
        locale=locale,
        last=[fake.last_name() for _ in range(POOL)],
        male=[fake.first_name_male() for _ in range(POOL)],
        female=[fake.first_name_female() for _ in range(POOL)],
        places=places,
        jobs=[fake.job() for _ in range(60)],
        companies=[fake.company() for _ in range(80)],
    )


def plain(text: str) -> str:
    """Return a name in the letters of an e-mail address."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(letter for letter in folded.casefold() if letter.isalnum())


@dataclass
class Person:
    """One invented person, the same in every table; facts are made when they are asked for."""

    rng: Random
    pool: Pool
    phone_form: int
    made: dict[str, object] = field(default_factory=dict)

    @cached_property
    def is_male(self) -> bool:
        return self.rng.random() < 0.5

    @cached_property
    def first(self) -> str:
        return self.rng.choice(self.pool.male if self.is_male else self.pool.female)

    @cached_property
    def last(self) -> str:
        return self.rng.choice(self.pool.last)

    @cached_property
    def full(self) -> str:
        if self.pool.locale == "zh_CN":
            return self.last + self.first
        return f"{self.last} {self.first}" if self.pool.locale == "ja_JP" else f"{self.first} {self.last}"

    @cached_property
    def born(self) -> date:
        return date(1945, 1, 1) + timedelta(days=self.rng.randrange(365 * 62))

    @cached_property
    def handle(self) -> str:
        rng = self.rng
        if self.pool.locale in ASIAN:
            return "".join(rng.choices(SYLLABLES, k=2)) + (
                str(rng.randrange(9999)) if rng.random() < 0.7 else ""
            )
        first, last = plain(self.first), plain(self.last)
        ways = (f"{first}.{last}", f"{first[:1]}{last}", f"{first}{rng.randrange(99)}", f"{last}_{first[:1]}")
        return rng.choice(ways) + (str(rng.randrange(10, 999)) if rng.random() < 0.5 else "")

    @cached_property
    def email(self) -> str:
        hosts = MAILS.get(self.pool.locale, OTHER_MAILS)
        if self.pool.locale == "zh_CN" and self.rng.random() < 0.4:
            return f"{self.rng.randrange(10**8, 10**10)}@qq.com"
        return f"{self.handle}@{self.rng.choice(hosts)}"

    @cached_property
    def mobile(self) -> str:
        return identifiers.phone(self.rng, self.pool.locale, is_mobile=True, form=self.phone_form)

    @cached_property
    def phone(self) -> str:
        return identifiers.phone(self.rng, self.pool.locale, is_mobile=False, form=self.phone_form)

    @cached_property
    def place(self) -> Place:
        return self.rng.choice(self.pool.places)

    @cached_property
    def street(self) -> str:
        street = self.place.street
        if self.pool.locale == "zh_CN":
            return (
                f"{self.place.district}{street}{self.rng.randrange(1, 30)}栋{self.rng.randrange(101, 2800)}室"
            )
        return street
