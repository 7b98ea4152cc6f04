"""Rows of the marketing database: another team's taste of names, and no key declared.

What was sent keeps the address of that day; visits before signing in are known by their cookie only.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from discreet.project.sample.cast import CAST, Subscription
from discreet.project.sample.people import Person, Strangers, person
from discreet.project.sample.shop import customer_number
from discreet.project.sample.shop_office import Row

SUBSCRIBERS = 15_000
_FIRST_OWN = 21_000  # subscribers whom the shop does not know
_FIRST_STRANGER = 20_000
_LEADS = 240
_FIRST_DAY = datetime(2021, 5, 3, 7, 30, 0)  # noqa: DTZ001 - the sample company stores local times
_USERS = (
    ("lbrandt", "Lena Brandt", "lena.brandt@example.com"),
    ("zmin", "周敏", "zhou.min@example.com"),
    ("padler", "Paul Adler", "paul.adler@example.com"),
    ("agency1", "Nora Lind", "nora.lind@agency.example.net"),
)
_CAMPAIGNS = (
    ("Spring oak", "Oak for your spring table"),
    ("双十一预热", "双十一：全屋家具提前购"),
    ("Linen weeks", "Linen weeks: sofas from Dublin to Vienna"),
    ("会员日", "青杉会员日，积分翻倍"),
)
_RULES: tuple[tuple[str, object], ...] = (
    ("German readers", {"all": [{"field": "lang", "op": "eq", "value": "de"}]}),
    ("Lapsed 12 m", {"all": [{"field": "lastOrder", "op": "before", "value": "-365d"}]}),
    ("上海新客", {"any": [{"field": "city", "op": "in", "value": ["上海市", "苏州市"]}]}),
    ("Big baskets", {"all": [{"field": "basketAvg", "op": "gt", "value": 80000}]}),
    ("SMS allowed", {"all": [{"field": "consSms", "op": "eq", "value": 1}]}),
)
_FAIRS = ("imm cologne 2024", "Shanghai Furniture Fair 2024", "Maison Lyon 2025")
_COMPANIES = ("Hotel Seeblick GmbH", "Studio Nord", "云栖酒店", "Café Lumière", "Bay Interiors LLC")
_TITLES = ("Buyer", "Interior designer", "采购经理", "Geschäftsführerin", "Owner")
_PAGES = ("/sofas", "/tables?sort=price", "/cart", "/zh/beds", "/account/orders", "/blog/oak-care")
_AGENTS = ("Mozilla/5.0 (Macintosh) Safari/605.1.15", "Mozilla/5.0 (Windows NT 10.0) Chrome/131.0")
_REASONS = (None, None, None, "Too many e-mails", "已搬家，不再需要")


@dataclass(slots=True)
class Rows:
    """Rows by table, in the column order of `marketing.sql`."""

    users: list[Row] = field(default_factory=list)
    subscribers: list[Row] = field(default_factory=list)
    campaigns: list[Row] = field(default_factory=list)
    sends: list[Row] = field(default_factory=list)
    opens: list[Row] = field(default_factory=list)
    segments: list[Row] = field(default_factory=list)
    segMembers: list[Row] = field(default_factory=list)  # noqa: N815 - the table's name
    webEvents: list[Row] = field(default_factory=list)  # noqa: N815
    fairLeads: list[Row] = field(default_factory=list)  # noqa: N815

    def tables(self) -> Iterator[tuple[str, list[Row]]]:
        for name in self.__slots__:
            yield name, getattr(self, name)


class MarketingBuilder:
    """Fills `rows`: the named persons, customers of the shop, people of its own, leads of fairs."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.rows = Rows()
        for number, (login, name, email) in enumerate(_USERS, start=1):
            self.rows.users.append((number, login, name, email, int(number < 4)))
        for number in range(1, 25):
            name, subject = _CAMPAIGNS[number % len(_CAMPAIGNS)]
            row = (f"{name} {number}", subject, "email", self._moment(), rng.randrange(500, 9_000))
            self.rows.campaigns.append((number, *row, self._user(), self._user()))
        for number, (name, rule) in enumerate(_RULES, start=1):
            text = json.dumps(rule, ensure_ascii=False)
            self.rows.segments.append((number, name, text, self._user(), self._moment()))

    def _moment(self) -> str:
        return (_FIRST_DAY + timedelta(minutes=self._rng.randrange(2_200_000))).isoformat(sep=" ")

    def _user(self) -> int:
        return self._rng.randrange(len(_USERS)) + 1

    def _ip(self) -> str:
        return f"{self._rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{self._rng.randrange(1, 255)}"

    def _cookie(self) -> str:
        return f"qs.{self._rng.getrandbits(64):016x}.{1_600_000_000 + self._rng.randrange(10**8)}"

    def add_subscriber(self, who: Person, *, email: str | None, number: str | None, has_left: bool) -> int:
        """Add a subscriber who agreed to something, and perhaps left again."""
        rng = self._rng
        sub_id = len(self.rows.subscribers) + 1
        first, last = _parts(who)
        likes = {"freq": rng.choice(("weekly", "monthly")), "rooms": rng.sample(("bed", "dining", "kids"), 2)}
        self.rows.subscribers.append(
            (
                sub_id,
                email,
                first,
                last,
                who.phone if rng.random() < 0.4 else None,
                "zh" if who.language == "zh-hans" else rng.choice(("en", "de", "fr")),
                number,
                self._cookie() if rng.random() < 0.6 or sub_id <= len(CAST) else None,
                self._moment(),
                rng.choice(("checkout", "footer", "fair", "till")),
                self._ip(),
                0 if has_left else 1,
                int(rng.random() < 0.2),
                int(rng.random() < 0.5),
                rng.choice(("2021-05", "2023-01", "2024-09")),
                self._moment() if has_left else None,
                rng.choice(_REASONS) if has_left else None,
                json.dumps(likes) if rng.random() < 0.3 else None,
                self._user() if rng.random() < 0.1 else None,
                int(has_left and rng.random() < 0.5),
            )
        )
        return sub_id

    def add_send(self, sub_id: int, email: str | None) -> int:
        rng = self._rng
        send_id, campaign = len(self.rows.sends) + 1, rng.choice(self.rows.campaigns)
        stat = rng.choice(("delivered", "delivered", "delivered", "bounced"))
        msg_hash = f"{rng.getrandbits(128):032x}"
        self.rows.sends.append((send_id, campaign[0], sub_id, email, campaign[4], stat, msg_hash))
        return send_id

    def add_open(self, send_id: int) -> None:
        row = (send_id, self._moment(), self._ip(), self._rng.choice(_AGENTS))
        self.rows.opens.append((len(self.rows.opens) + 1, *row))

    def add_event(self, cookie: object, sub_id: int | None) -> None:
        rng = self._rng
        kind = rng.choice(("view", "view", "click", "cart", "search"))
        row = (kind, rng.choice(_PAGES), self._ip(), rng.choice(_AGENTS), self._moment())
        self.rows.webEvents.append((len(self.rows.webEvents) + 1, cookie, sub_id, *row))

    def add_lead(self, who: Person, note: str | None) -> None:
        """Add a visitor of a fair with a scanned business card."""
        rng = self._rng
        lead_id = len(self.rows.fairLeads) + 1
        image = f"cards/{lead_id:05d}.jpg" if rng.random() < 0.8 else None
        row = (rng.choice(_FAIRS), who.name, rng.choice(_COMPANIES), rng.choice(_TITLES), who.email)
        scanned = (int(rng.random() < 0.6), self._user(), self._moment())
        self.rows.fairLeads.append((lead_id, *row, _spaced(who.phone), image, note, *scanned))

    def add_cast(self, ids: dict[str, int]) -> None:
        for role in CAST:
            if role.subscription is not None:
                self._add_named(role.person, role.subscription, customer_number(ids[role.key]))

    def _add_named(self, who: Person, one: Subscription, number: str) -> None:
        sub_id = self.add_subscriber(who, email=one.email, number=number, has_left=one.has_left)
        sends = [
            self.add_send(sub_id, one.old_email if one.old_email and turn == 0 else one.email)
            for turn in range(one.sends)
        ]
        for send_id in sends[: one.opens]:
            self.add_open(send_id)
        cookie = self.rows.subscribers[sub_id - 1][7]
        for turn in range(one.known_visits + one.cookie_visits):
            self.add_event(cookie, sub_id if turn < one.known_visits else None)
        self.rows.segMembers.append((1, sub_id))
        for _ in range(one.leads):
            self.add_lead(who, "Looks for forty chairs; knows Mr Falk.")

    def add_crowd(self, customers: list[Row]) -> None:
        """Add customers with an e-mail address, then people whom the shop does not know, then leads."""
        rng = self._rng
        known = [customer for customer in customers if customer[2] and rng.random() < 0.62]
        for customer in known:
            _, number, email, name, phone, _, language = customer[:7]
            who = Person(_text(name), _text(email), _text(phone), str(language))
            self._add_one(who, number=str(number) if rng.random() < 0.8 else None)
        for number in range(_FIRST_OWN, _FIRST_OWN + SUBSCRIBERS - len(self.rows.subscribers)):
            self._add_one(person(rng, number), number=None)
        strangers = Strangers(rng, _FIRST_STRANGER)
        for _ in range(_LEADS):
            self.add_lead(strangers.next(), rng.choice((None, "Send catalogue", "要样品册", "Call in May")))
        for _ in range(3_000):
            self.add_event(self._cookie(), None)

    def _add_one(self, who: Person, *, number: str | None) -> None:
        rng = self._rng
        sub_id = self.add_subscriber(who, email=who.email, number=number, has_left=rng.random() < 0.12)
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            old = f"old.{who.email}" if rng.random() < 0.05 else who.email
            send_id = self.add_send(sub_id, old)
            if rng.random() < 0.3:
                self.add_open(send_id)
        cookie = self.rows.subscribers[sub_id - 1][7]
        if cookie is not None and rng.random() < 0.5:
            self.add_event(cookie, sub_id)
            self.add_event(cookie, None)
        if rng.random() < 0.25:
            self.rows.segMembers.append((rng.randrange(len(_RULES)) + 1, sub_id))


def _parts(who: Person) -> tuple[str | None, str | None]:
    if not who.name or who.language == "zh-hans":
        return who.name, None
    first, _, last = who.name.partition(" ")
    return first, last or None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _spaced(phone: str | None) -> str | None:
    """Return the number as business cards print it."""
    return phone and " ".join((phone[:3], phone[3:6], phone[6:]))
