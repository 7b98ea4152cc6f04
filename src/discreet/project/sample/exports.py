"""The folder of files: what tills, showrooms and the web shop hand over, each in its own form.

A till in Shanghai writes GB18030, a showroom in Berlin Windows-1252 with semicolons; in both a delimiter inside
a value broke a line or two. Returns and warranty cards are Parquet, where DuckDB is installed.
"""

import csv
import importlib.util
import io
import json
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from discreet.project.sample.cast import CAST, Role
from discreet.project.sample.shop import Rows
from discreet.project.sample.shop_office import Row

TILL = "till-shanghai.csv"
SHOWROOM = "showroom-berlin.csv"
WEB_ORDERS = "webshop-export.jsonl"
RETURNS = "returns.parquet"
WARRANTIES = "warranty-cards.parquet"
_TILL_HEAD = ("流水号", "门店", "收银员", "会员手机", "会员姓名", "商品编码", "商品", "金额", "时间")
_SHOWROOM_HEAD = (
    "Termin",
    "Vorname",
    "Nachname",
    "E-Mail",
    "Telefon",
    "Straße",
    "PLZ",
    "Ort",
    "Beraterin",
    "Budget",
    "Bemerkung",
)
_RETURNS_HEAD = {
    "return_no": "VARCHAR",
    "order_number": "VARCHAR",
    "customer_email": "VARCHAR",
    "refund_iban": "VARCHAR",
    "refund_cents": "INTEGER",
    "reason": "VARCHAR",
    "returned_on": "DATE",
}
_WARRANTIES_HEAD = {
    "card_no": "VARCHAR",
    "serial_no": "VARCHAR",
    "sku": "VARCHAR",
    "owner_name": "VARCHAR",
    "owner_phone": "VARCHAR",
    "bought_on": "DATE",
    "valid_until": "DATE",
}
_CASHIERS = ("王芳", "李静", "赵磊")
_ADVISERS = ("Paul Adler", "Käthe Böhm")
_REMARKS = ("", "", "Möchte grüne Bezüge", "Preis 1.299,00 € zugesagt", "Kommt mit Frau Groß wieder")
_WHY = ("Leg was loose", "Colour differs", "尺寸不合适", "Ordered twice")


def iban(rng: random.Random) -> str:
    """Return a German account number with a right check sum at a bank that does not exist."""
    account = f"00000000{rng.randrange(10**10):010d}"
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def write_files(folder: Path, rng: random.Random, shop: Rows) -> None:
    """Write every file into `folder`, replacing what stands there."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = _Exports(rng, shop)
    (folder / TILL).write_bytes(writer.till())
    (folder / SHOWROOM).write_bytes(writer.showroom())
    (folder / WEB_ORDERS).write_bytes(writer.web_orders())
    returns, warranties = writer.returns(), writer.warranties()
    if has_parquet():
        _write_parquet(folder / RETURNS, _RETURNS_HEAD, returns)
        _write_parquet(folder / WARRANTIES, _WARRANTIES_HEAD, warranties)


def has_parquet() -> bool:
    return importlib.util.find_spec("duckdb") is not None


class _Exports:
    def __init__(self, rng: random.Random, shop: Rows) -> None:
        self._rng = rng
        self._shop = shop
        self._crowd = shop.customer[len(CAST) :]
        self._placed: dict[object, Row] = {}
        for order in shop.orders:
            self._placed.setdefault(order[2], order)

    def _buyers(self, often: Callable[[Role], int], others: int, language: str | None = None) -> list[Row]:
        """Return the named persons as often as they come, then `others` of the crowd who ordered."""
        named = [
            row for role, row in zip(CAST, self._shop.customer, strict=False) for _ in range(often(role))
        ]
        fitting = [row for row in self._crowd if row[0] in self._placed and language in (None, row[6])]
        return named + self._rng.sample(fitting, others)

    def _day(self) -> date:
        return date(2024, 2, 1) + timedelta(days=self._rng.randrange(500))

    def till(self) -> bytes:
        rng, lines = self._rng, []
        for number, buyer in enumerate(self._buyers(lambda role: role.till_lines, 400, "zh-hans"), start=1):
            product = rng.choice(self._shop.product)
            mobile = str(buyer[4]).removeprefix("+86") if number < 5 or rng.random() < 0.6 else None
            name = buyer[3] if mobile and (number < 5 or rng.random() < 0.5) else None
            moment = f"{self._day()} {rng.randrange(10, 21)}:{rng.randrange(60):02d}"
            slip = f"{20_240_000_000 + number}"
            sold = (product[1], product[3], f"{int(str(product[4])) / 100:.2f}", moment)
            lines.append((slip, "上海南京西路店", rng.choice(_CASHIERS), mobile, name, *sold))
        text = _csv(_TILL_HEAD, lines, ",")
        broken = "20240000998,上海南京西路店,王芳,,,QS-0003,阅读灯,白,79.00,2025-01-04 15:20\r\n"
        return (text + broken + broken.replace("998", "999")).encode("gb18030")

    def showroom(self) -> bytes:
        rng, lines = self._rng, []
        for buyer in self._buyers(lambda role: role.showroom_visits, 200, "en"):
            first, _, last = str(buyer[3] or "").partition(" ")
            _, house, street, city, postal_code, _ = self._home(buyer)
            remark = rng.choice(_REMARKS)
            at = f"{self._day():%d.%m.%Y} {rng.randrange(9, 18)}:30"
            who = (first, last, buyer[2], buyer[4], f"{street} {house}", postal_code, city)
            lines.append((at, *who, rng.choice(_ADVISERS), f"{rng.randrange(3, 60) * 100},00", remark))
        text = _csv(_SHOWROOM_HEAD, lines, ";")
        broken = "07.05.2025 11:30;;;;;;;;Käthe Böhm;900,00;Stühle; Tisch; Bank\r\n"
        return (text + broken).encode("cp1252", errors="replace")

    def web_orders(self) -> bytes:
        rng, lines = self._rng, []
        for buyer in self._buyers(lambda role: role.web_orders, 400):
            order = self._placed[buyer[0]]
            _, house, street, city, postal_code, country = self._home(buyer)
            line = {
                "orderNo": order[1],
                "customer": {"name": buyer[3], "email": buyer[2], "phone": buyer[4]},
                "shipTo": {
                    "street": f"{street} {house}",
                    "city": city,
                    "zip": postal_code,
                    "country": country,
                },
                "items": [{"sku": rng.choice(self._shop.product)[1], "qty": rng.randrange(1, 4)}],
                "clientIp": f"203.0.113.{rng.randrange(1, 255)}",
                "totalCents": order[5],
                "placedAt": order[7],
            }
            lines.append(json.dumps(line, ensure_ascii=False))
        return ("\n".join(lines) + "\n").encode()

    def returns(self) -> list[Row]:
        rng = self._rng
        rows: list[Row] = []
        for number, buyer in enumerate(self._buyers(lambda role: role.returns, 250), start=1):
            order = self._placed[buyer[0]]
            account = iban(rng) if buyer[6] == "en" else None
            refund = (account, order[5], rng.choice(_WHY), self._day())
            rows.append((f"RT{number:06d}", order[1], buyer[2], *refund))
        return rows

    def warranties(self) -> list[Row]:
        rng = self._rng
        rows: list[Row] = []
        for number, buyer in enumerate(self._buyers(lambda role: role.warranties, 250), start=1):
            bought = self._day()
            made = (f"1{rng.randrange(10**10):010d}", rng.choice(self._shop.product)[1])
            whose = (buyer[3], buyer[4], bought, bought + timedelta(days=1_095))
            rows.append((f"W{number:06d}", *made, *whose))
        return rows

    def _home(self, buyer: Row) -> Row:
        home = buyer[7]
        assert isinstance(home, int)
        return self._shop.address[home - 1]


def _csv(head: Sequence[str], lines: Iterable[Row], delimiter: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(head)
    writer.writerows(lines)
    return text.getvalue()


def _write_parquet(path: Path, head: dict[str, str], rows: list[Row]) -> None:
    import duckdb

    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        between = Path(folder) / "rows.csv"
        between.write_text(_csv(tuple(head), rows, ","), encoding="utf-8", newline="")
        source = connection.read_csv(str(between), header=True, dtype=head, quotechar='"', escapechar='"')
        source.write_parquet(str(path))
