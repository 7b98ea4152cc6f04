"""What the shop's office adds: staff, suppliers, shipments, notes, profiles and product attributes.

Its own generator: the rows of customers and orders do not change when the office does.
"""

import json
import random
from datetime import date, datetime, timedelta

from discreet.project.sample.people import Person, Strangers

Row = tuple[object, ...]
FIRST_STRANGER = 20_300
_STAFF = (
    ("苏晴", "su.qing@example.com", "客服主管"),
    ("Jonas Falk", "jonas.falk@example.com", "Support agent"),
    ("Maya Ortiz", "maya.ortiz@example.com", "Support agent"),
    ("陈伟", "chen.wei@staff.example.com", "仓库主管"),
    ("Lena Brandt", "lena.brandt@example.com", "Privacy officer"),
    ("周敏", "zhou.min@example.com", "采购"),
    ("Paul Adler", "paul.adler@example.com", "Showroom manager"),
    ("何静", "he.jing@example.com", "财务"),
)
_SUPPLIERS = (
    ("Eichenhof Möbelwerk GmbH", "https://eichenhof.example.org", "DE"),
    ("安吉竹艺有限公司", "https://anji-zhuyi.example.com", "CN"),
    ("Linnen & Co BV", "https://linnen.example.net", "NL"),
    ("景德镇青瓷坊", None, "CN"),
    ("Nordlys Lighting ApS", "https://nordlys.example.net", "DK"),
)
_CARRIERS = (("SF", 13), ("JD", 13), ("DHL", 20), ("UPS", 16))
_COLOURS = ("oak", "walnut", "linen", "green", "white")
_INTERESTS = ("garden", "lighting", "bedding", "children's room", "茶具", "书房")
_PLAIN = (
    "Wants the invoice by post.",
    "喜欢浅色木材，不要抛光。",
    "Second delivery attempt agreed for Saturday.",
    "对上次安装不满意，已致歉。",
    "Asked for fabric samples.",
)


class Office:
    """Fills `staff` … `note`; the shop's builder asks it for the columns that the office keeps."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._strangers = Strangers(rng, FIRST_STRANGER)
        self.staff: list[Row] = []
        self.supplier: list[Row] = []
        self.contacts: list[Row] = []
        self.shipment: list[Row] = []
        self.note: list[Row] = []
        for number, (name, email, title) in enumerate(_STAFF, start=1):
            hired = (date(2018, 1, 8) + timedelta(days=rng.randrange(2_000))).isoformat()
            self.staff.append((number, name, email, title, hired, "2024-06-30" if number == 4 else None))
        for number, (name, site, country) in enumerate(_SUPPLIERS, start=1):
            self.supplier.append((number, name, site, country, 6))
            for _ in range(2):
                self._add_contact(number, self._strangers.next())
            self.add_note("supplier", number)

    def _add_contact(self, supplier: int, who: Person) -> None:
        number = len(self.contacts) + 1
        left = "2025-02-01 10:00:00" if number % 5 == 0 else None
        title = "销售" if who.language == "zh-hans" else "Sales"
        self.contacts.append((number, supplier, who.name, who.email, who.phone, title, left))

    def _moment(self) -> str:
        at = datetime(2020, 2, 3, 9) + timedelta(  # noqa: DTZ001 - the sample shop stores local times
            minutes=self._rng.randrange(1_000_000)
        )
        return at.isoformat(sep=" ")

    def product(self, number: int) -> tuple[str, int]:
        """Return a product's attributes as JSON, and its supplier."""
        rng = self._rng
        attributes = {
            "colour": rng.choice(_COLOURS),
            "size_mm": [rng.randrange(200, 2_400), rng.randrange(200, 1_200)],
            "line": rng.choice(("Lena", "Emma", "青杉")),
            "ean": f"20{number:010d}",
        }
        return json.dumps(attributes, ensure_ascii=False), rng.randrange(len(self.supplier)) + 1

    def profile(self, language: str) -> str | None:
        """Return what the web shop remembers about a customer, as JSON; None of most."""
        rng = self._rng
        if rng.random() < 0.7:
            return None
        interests = rng.sample(_INTERESTS, 2)
        about = {"interests": interests, "household": rng.randrange(1, 6), "gift_wrap": rng.random() < 0.2}
        if rng.random() < 0.3:
            about["nickname"] = rng.choice(
                ("阿美", "小鱼", "豆豆") if language == "zh-hans" else ("Sunny", "Max")
            )
        return json.dumps(about, ensure_ascii=False)

    def order(self, order_id: int, at: datetime) -> tuple[str, Row]:
        """Return an order's status, and marketplace number, creator, updater and cancellation.

        A marketplace number has eleven digits and starts with 1, as Chinese mobile numbers do.
        """
        rng = self._rng
        market = f"1{5_000_000_000 + order_id * 7}" if rng.random() < 0.4 else None
        creator = rng.randrange(len(self.staff)) + 1 if rng.random() < 0.15 else None
        updater = rng.randrange(len(self.staff)) + 1 if rng.random() < 0.3 else None
        if order_id > 20 and rng.random() < 0.03:
            return "cancelled", (market, creator, updater, (at + timedelta(days=1)).isoformat(sep=" "))
        return "delivered", (market, creator, updater, None)

    def delivery(self, note: str | None, language: str) -> str | None:
        """Return what the customer asked of the courier, in more words for some."""
        rng = self._rng
        if note is None or rng.random() < 0.4:
            return note
        if language == "zh-hans":
            return f"{note}，{rng.randrange(9, 21)} 点以后，{rng.randrange(2, 30)} 楼"
        return f"{note}; not before {rng.randrange(8, 20)}:{rng.choice(('00', '15', '30'))}, floor {rng.randrange(9)}"

    def ship(self, order_id: int) -> None:
        rng = self._rng
        carrier, digits = rng.choice(_CARRIERS)
        tracking = f"{carrier}1{rng.randrange(10 ** (digits - 1)):0{digits - 1}d}"
        number = len(self.shipment) + 1
        self.shipment.append(
            (number, order_id, carrier, tracking, rng.randrange(400, 90_000), self._moment())
        )

    def add_note(self, kind: str, number: int) -> None:
        """Add a note about a customer, an order or a supplier."""
        rng = self._rng
        gone = self._moment() if number > 20 and rng.random() < 0.1 else None
        day = date(2024, 1, 1) + timedelta(days=rng.randrange(700))
        body = f"{rng.choice(_PLAIN)} ({rng.choice(self.staff)[1]}, {day:%d.%m.})"
        self.note.append(
            (
                len(self.note) + 1,
                kind,
                number,
                body,
                rng.randrange(len(self.staff)) + 1,
                self._moment(),
                gone,
            )
        )

    def accompany_order(self, order_id: int) -> None:
        if self._rng.random() < 0.6:
            self.ship(order_id)
        if self._rng.random() < 0.04:
            self.add_note("order", order_id)

    def accompany_customer(self, customer_id: int) -> None:
        """Add a note to some customers; a few of them name somebody else with a number."""
        chance = self._rng.random()
        if chance < 0.06:
            self.add_note("customer", customer_id)
        if chance < 0.01:
            other = self._strangers.next()
            body = (
                f"可联系家人{other.name}，电话 {other.phone}。"
                if other.language == "zh-hans"
                else f"If nobody opens, call the neighbour, {other.name}, on {other.phone}."
            )
            self.note[-1] = (*self.note[-1][:3], body, *self.note[-1][4:])
