"""Rows of the shop database."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from discreet.project.sample.cast import CAST, Role
from discreet.project.sample.people import HOSTILE_NAMES, Person, Place, person, place
from discreet.project.sample.shop_office import Office, Row

CUSTOMERS = 20_000
_FIRST_DAY = datetime(2019, 1, 7, 8, 0, 0)  # noqa: DTZ001 - the sample shop stores local times
_DAYS = 2_400
_PRODUCTS = (
    ("Oak dining table", "橡木餐桌", 89900),
    ("Linen sofa", "亚麻沙发", 129900),
    ("Reading lamp", "阅读灯", 7900),
    ("Wool rug", "羊毛地毯", 24900),
    ("Bookshelf", "书架", 15900),
    ("Desk chair", "办公椅", 19900),
    ("Bamboo bed", "竹床", 69900),
    ("Ceramic vase", "陶瓷花瓶", 4900),
    ("Cotton bedding", "棉质床品", 8900),
    ("Walnut sideboard", "胡桃木边柜", 109900),
    ("Children's desk", "儿童书桌", 29900),
    ("Tea table", "茶几", 32900),
)
_NOTES = (
    "Ring twice",
    "Leave at the door",
    "放在门卫处",
    "送货前请打电话",
    "Third floor, no lift",
    "周末送货",
    None,
    None,
    None,
    None,
)
_REVIEWS = (
    (5, "Solid and beautiful."),
    (4, "很好看，安装花了一点时间。"),
    (2, "A leg was loose on arrival."),
    (5, "颜色和照片一样。"),
    (3, "Fine for the price."),
)
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/131.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/131.0",
)


@dataclass(slots=True)
class Rows:
    """Rows by table, in the column order of `shop.sql`."""

    staff: list[Row] = field(default_factory=list)
    supplier: list[Row] = field(default_factory=list)
    supplier_contact: list[Row] = field(default_factory=list)
    address: list[Row] = field(default_factory=list)
    customer: list[Row] = field(default_factory=list)
    product: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    order_item: list[Row] = field(default_factory=list)
    payment: list[Row] = field(default_factory=list)
    invoice: list[Row] = field(default_factory=list)
    review: list[Row] = field(default_factory=list)
    login_history: list[Row] = field(default_factory=list)
    shipment: list[Row] = field(default_factory=list)
    note: list[Row] = field(default_factory=list)

    def tables(self) -> Iterator[tuple[str, list[Row]]]:
        """Yield parents before children."""
        for name in self.__slots__:
            yield name, getattr(self, name)


def customer_number(customer_id: int) -> str:
    return f"Q{customer_id:06d}"


def _moment(rng: random.Random) -> datetime:
    return _FIRST_DAY + timedelta(days=rng.randrange(_DAYS), minutes=rng.randrange(720))


def _year_end(at: datetime) -> date:
    return date(at.year, 12, 31)


class ShopBuilder:
    """Fills `rows`, one customer after the other."""

    def __init__(self, rng: random.Random, office: Office) -> None:
        self._rng = rng
        self._office = office
        self.rows = Rows(staff=office.staff, supplier=office.supplier, supplier_contact=office.contacts)
        self.rows.shipment, self.rows.note = office.shipment, office.note
        for number, (english, chinese, price) in enumerate(_PRODUCTS, start=1):
            attributes, supplier = office.product(number)
            self.rows.product.append(
                (number, f"QS-{number:04d}", english, chinese, price, attributes, supplier)
            )

    def add_address(self, at: Place) -> int:
        self.rows.address.append(
            (len(self.rows.address) + 1, at.house, at.street, at.city, at.postal_code, at.country)
        )
        return len(self.rows.address)

    def add_customer(
        self,
        who: Person,
        *,
        address_id: int,
        birth_date: str | None,
        is_deleted: bool,
        referred_by: int | None,
    ) -> int:
        customer_id = len(self.rows.customer) + 1
        at = _moment(self._rng)
        self.rows.customer.append(
            (
                customer_id,
                customer_number(customer_id),
                who.email,
                who.name,
                who.phone,
                birth_date,
                who.language,
                address_id,
                referred_by,
                self._rng.choice(("bronze", "silver", "gold", None)),
                at.isoformat(sep=" "),
                (at + timedelta(days=400)).isoformat(sep=" ") if is_deleted else None,
                self._office.profile(who.language),
            )
        )
        return customer_id

    def add_order(self, customer_id: int, who: Person, address_id: int, note: str | None) -> None:
        rng, rows = self._rng, self.rows
        order_id, at = len(rows.orders) + 1, _moment(rng)
        end = _year_end(at).isoformat()
        total = 0
        for line in range(1, rng.choice((1, 1, 2, 3)) + 1):
            product = rng.choice(rows.product)
            price = product[4]
            assert isinstance(price, int)
            total += price
            rows.order_item.append((order_id, line, product[0], 1, price))
        ordered = at.isoformat(sep=" ")
        status, marks = self._office.order(order_id, at)
        rows.orders.append(
            (order_id, f"B{order_id:07d}", customer_id, address_id, note, total, status, ordered, end, *marks)
        )
        method, card_end = rng.choice(
            (("card", f"{rng.randrange(10_000):04d}"), ("alipay", None), ("sepa", None))
        )
        rows.payment.append((order_id, order_id, method, who.name, card_end, total, ordered, end))
        _, house, street, city, postal_code, country = rows.address[address_id - 1]
        billed = f"{house}, {street}, {postal_code} {city}, {country}"
        number = f"R{at.year}-{order_id:07d}"
        rows.invoice.append(
            (order_id, number, order_id, who.name, billed, who.email, total, ordered[:10], end)
        )

    def add_review(self, customer_id: int, who: Person) -> None:
        rng, rows = self._rng, self.rows
        stars, body = rng.choice(_REVIEWS)
        product_id = rng.randrange(1, len(rows.product) + 1)
        at = _moment(rng).isoformat(sep=" ")
        rows.review.append((len(rows.review) + 1, customer_id, product_id, who.name, stars, body, at))

    def add_login(self, customer_id: int) -> None:
        rng = self._rng
        ip = (
            f"198.51.100.{rng.randrange(1, 255)}"
            if rng.random() < 0.6
            else f"203.0.113.{rng.randrange(1, 255)}"
        )
        at = _moment(rng).isoformat(sep=" ")
        self.rows.login_history.append(
            (len(self.rows.login_history) + 1, customer_id, ip, rng.choice(_AGENTS), at)
        )

    def add_cast(self) -> dict[str, int]:
        """Add the named persons first; return their customer ids by key."""
        ids: dict[str, int] = {}
        homes: dict[str, int] = {}
        for role in CAST:
            homes[role.key] = homes[role.household] if role.household else self.add_address(_home(role))
            ids[role.key] = self.add_customer(
                role.person,
                address_id=homes[role.key],
                birth_date=role.birth_date,
                is_deleted=role.is_deleted,
                referred_by=None,
            )
            for _ in range(role.orders):
                self.add_order(ids[role.key], role.person, homes[role.key], role.note)
                self._office.ship(len(self.rows.orders))
            for _ in range(role.notes):
                self._office.add_note("customer", ids[role.key])
                self._office.add_note("order", len(self.rows.orders))
            for _ in range(role.reviews):
                self.add_review(ids[role.key], role.person)
            for _ in range(role.logins):
                self.add_login(ids[role.key])
        return ids

    def add_crowd(self) -> None:
        """Add everybody else: households, hostile names, soft-deleted accounts."""
        rng = self._rng
        first_home = len(self.rows.address) + 1
        for number in range(len(self.rows.customer) + 1, CUSTOMERS + 1):
            who = person(rng, number)
            if number % 1000 == 0:
                who = Person(
                    HOSTILE_NAMES[number // 1000 % len(HOSTILE_NAMES)], who.email, who.phone, who.language
                )
            is_shared = len(self.rows.address) > first_home and rng.random() < 0.3
            home = len(self.rows.address) if is_shared else self.add_address(place(rng, who.language))
            has_referrer = number > 100 and rng.random() < 0.1
            born = date(1950, 1, 1) + timedelta(days=rng.randrange(20_000))
            customer_id = self.add_customer(
                who,
                address_id=home,
                birth_date=born.isoformat() if rng.random() < 0.7 else None,
                is_deleted=rng.random() < 0.02,
                referred_by=rng.randrange(len(CAST) + 1, number) if has_referrer else None,
            )
            for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
                note = self._office.delivery(rng.choice(_NOTES), who.language)
                self.add_order(customer_id, who, home, note)
                self._office.accompany_order(len(self.rows.orders))
            self._office.accompany_customer(customer_id)
            if rng.random() < 0.2:
                self.add_review(customer_id, who)
            for _ in range(rng.choice((0, 1, 1, 2))):
                self.add_login(customer_id)


def _home(role: Role) -> Place:
    assert role.place is not None
    return role.place
