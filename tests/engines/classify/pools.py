"""Values for the cases, by the name of a pool: invented, and the same every time."""

import random
from collections.abc import Callable

from discreet.engines.classify import patterns

_GIVEN = [
    "Anna",
    "James",
    "Maria",
    "Robert",
    "Linda",
    "Michael",
    "Julia",
    "Thomas",
    "Sophie",
    "Daniel",
    "Laura",
    "Peter",
    "Emma",
    "Lukas",
    "Clara",
    "David",
]
_FAMILY = [
    "Smith",
    "Johnson",
    "Brown",
    "Miller",
    "Davis",
    "Wilson",
    "Taylor",
    "Clark",
    "Lewis",
    "Walker",
    "Young",
    "King",
    "Wright",
    "Green",
    "Baker",
    "Hill",
]
_GERMAN = [
    "Müller",
    "Schmidt",
    "Schneider",
    "Fischer",
    "Weber",
    "Meyer",
    "Wagner",
    "Becker",
    "Hoffmann",
    "Schäfer",
    "Koch",
    "Bauer",
    "Richter",
]
_CHINESE = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
_CALLED = "伟芳娜敏静丽强磊洋艳勇军杰涛明超秀霞平刚桂英建国志强玉兰"
_WORDS = [
    "steel",
    "cotton",
    "blue",
    "deluxe",
    "classic",
    "garden",
    "kitchen",
    "office",
    "travel",
    "summer",
    "winter",
    "smart",
    "mini",
    "power",
    "fresh",
    "soft",
]
_THINGS = [
    "lamp",
    "table",
    "chair",
    "mug",
    "shirt",
    "bag",
    "phone",
    "case",
    "bottle",
    "knife",
    "clock",
    "sofa",
    "carpet",
    "mirror",
    "shelf",
    "rug",
]
_CITIES = [
    "London",
    "Berlin",
    "Paris",
    "Madrid",
    "Chicago",
    "Boston",
    "Munich",
    "Lyon",
    "Seattle",
    "Dublin",
    "Hamburg",
    "Toronto",
]
_STREETS = [
    "Main Street",
    "Oak Avenue",
    "High Street",
    "Park Road",
    "Church Lane",
    "Mill Road",
    "Elm Drive",
    "Lake View",
]
_ROADS = ["人民路", "中山路", "解放街", "建设路", "和平路", "长江道", "文化路", "新华街"]
_PLACES = ["北京市", "上海市", "广州市", "深圳市", "成都市", "杭州市", "武汉市", "西安市", "南京市", "重庆市"]


def _chinese_name(dice: random.Random) -> str:
    return dice.choice(_CHINESE) + "".join(dice.sample(_CALLED, dice.choice((1, 2, 2))))


def _chinese_id(dice: random.Random) -> str:
    body = f"{dice.choice(('110101', '310104', '440305', '510107'))}{dice.randint(1955, 2003)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}{dice.randint(0, 999):03}"
    return next(body + end for end in "0123456789X" if patterns.is_chinese_id(body + end))


def _card(dice: random.Random) -> str:
    body = "4" + "".join(dice.choice("0123456789") for _ in range(14))
    return next(body + end for end in "0123456789" if patterns.luhn(body + end))


def _digits(dice: random.Random, size: int) -> str:
    return str(dice.randint(1, 9)) + "".join(dice.choice("0123456789") for _ in range(size - 1))


def _hex(dice: random.Random, size: int) -> str:
    return "".join(dice.choice("0123456789abcdef") for _ in range(size))


def _uuid(dice: random.Random) -> str:
    return "-".join(_hex(dice, size) for size in (8, 4, 4, 4, 12))


def _day(dice: random.Random, low: int, high: int) -> str:
    return f"{dice.randint(low, high)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"


def _person(dice: random.Random) -> str:
    return f"{dice.choice(_GIVEN)} {dice.choice(_FAMILY)}"


def _email(dice: random.Random) -> str:
    name = _person(dice).lower().replace(" ", ".")
    return f"{name}{dice.randint(1, 99)}@{dice.choice(('example.com', 'mail.example', 'post.example.org'))}"


def _mobile(dice: random.Random) -> str:
    return f"1{dice.choice(('38', '39', '50', '86', '77', '35', '58'))}{_digits(dice, 8)}"


def _note(dice: random.Random) -> str:
    return dice.choice(
        (
            f"Called {_person(dice)}, wants a refund before Friday.",
            f"Please ring {_person(dice)} at +1 212 555 01{dice.randint(10, 99)} before delivery.",
            "Leave the parcel with the neighbour on the left.",
            f"Forwarded to {_email(dice)} as asked on the phone.",
        )
    )


POOLS: dict[str, Callable[[random.Random], str]] = {
    "names_en": _person,
    "names_de": lambda dice: f"{dice.choice(_GERMAN)}, {dice.choice(_GIVEN)}",
    "names_zh": _chinese_name,
    "given": lambda dice: dice.choice(_GIVEN),
    "family": lambda dice: dice.choice(_FAMILY + _GERMAN),
    "logins": lambda dice: f"{dice.choice(_GIVEN).lower()}{dice.choice('._')}{dice.choice(_FAMILY).lower()}",
    "emails": _email,
    "masked_emails": lambda dice: f"{dice.choice('abcdefgh')}***@example.com",
    "mobiles_zh": _mobile,
    "masked_mobiles": lambda dice: f"13{dice.randint(0, 9)}****{dice.randint(1000, 9999)}",
    "phones_us": lambda dice: f"({dice.randint(201, 989)}) 555-{dice.randint(1000, 9999)}",
    "phones_de": lambda dice: f"+49 {dice.randint(30, 89)} {dice.randint(100000, 9999999)}",
    "ids_zh": _chinese_id,
    "cards": _card,
    "streets_en": lambda dice: f"{dice.randint(1, 990)} {dice.choice(_STREETS)}",
    "streets_de": lambda dice: f"{dice.choice(_GERMAN)}straße {dice.randint(1, 120)}",
    "addresses_zh": lambda dice: (
        f"{dice.choice(_PLACES)}{dice.choice(_ROADS)}{dice.randint(1, 300)}号{dice.randint(1, 20)}栋{dice.randint(101, 2900)}室"
    ),
    "cities_en": lambda dice: dice.choice(_CITIES),
    "cities_zh": lambda dice: dice.choice(_PLACES),
    "zips": lambda dice: _digits(dice, 5),
    "zips_zh": lambda dice: _digits(dice, 6),
    "births": lambda dice: _day(dice, 1948, 2004),
    "births_zh": lambda dice: f"{dice.randint(1950, 2003)}年{dice.randint(1, 12)}月{dice.randint(1, 28)}日",
    "days": lambda dice: _day(dice, 2019, 2024),
    "times": lambda dice: f"{_day(dice, 2021, 2024)} {dice.randint(0, 23):02}:{dice.randint(0, 59):02}:07",
    "epochs": lambda dice: str(dice.randint(1_600_000_000, 1_700_000_000)),
    "serial": lambda dice: str(dice.randint(1, 900)),
    "amounts": lambda dice: f"{dice.randint(1, 4000)}.{dice.randint(0, 99):02}",
    "small": lambda dice: str(dice.randint(0, 9)),
    "ages": lambda dice: str(dice.randint(18, 88)),
    "flags": lambda dice: dice.choice("01"),
    "yes_no": lambda dice: dice.choice("YN"),
    "sexes": lambda dice: dice.choice(("M", "F")),
    "sexes_zh": lambda dice: dice.choice("男女"),
    "codes_012": lambda dice: dice.choice("012"),
    "states": lambda dice: dice.choice(("new", "paid", "shipped", "cancelled", "done")),
    "orders_1": lambda dice: "1" + _digits(dice, 10),
    "orders_sequential": lambda dice: str(13800000000 + dice.randint(1, 40_000)),
    "skus_18": lambda dice: _digits(dice, 17) + dice.choice("0123456789X"),
    "skus": lambda dice: (
        f"{dice.choice('ABCDEF')}{dice.choice('KLMNP')}-{dice.randint(1000, 9999)}-{dice.choice('XYZ')}"
    ),
    "tracking": lambda dice: f"SF{_digits(dice, 13)}",
    "eans": lambda dice: "69" + _digits(dice, 11),
    "isbns": lambda dice: (
        f"978-{dice.randint(0, 9)}-{dice.randint(100, 999)}-{dice.randint(10000, 99999)}-{dice.randint(0, 9)}"
    ),
    "md5": lambda dice: _hex(dice, 32),
    "sha256": lambda dice: _hex(dice, 64),
    "bcrypt": lambda dice: f"$2a$10${_hex(dice, 26)}{_hex(dice, 27)}",
    "uuids": _uuid,
    "ips": lambda dice: ".".join(str(dice.randint(11, 240)) for _ in range(4)),
    "ips_6": lambda dice: f"2001:db8:{_hex(dice, 4)}:{_hex(dice, 4)}::{_hex(dice, 3)}",
    "versions": lambda dice: (
        f"{dice.randint(1, 9)}.{dice.randint(0, 20)}.{dice.randint(0, 30)}.{dice.randint(0, 9)}"
    ),
    "macs": lambda dice: ":".join(_hex(dice, 2) for _ in range(6)),
    "agents": lambda dice: (
        f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.{dice.randint(10, 40)} Safari/537.36"
    ),
    "things": lambda dice: f"{dice.choice(_WORDS)} {dice.choice(_THINGS)}",
    "things_named": lambda dice: f"{dice.choice(_GIVEN)} {dice.choice(_THINGS)}",
    "things_zh": lambda dice: (
        f"{dice.choice(('简约', '经典', '儿童', '户外', '便携'))}{dice.choice(('台灯', '水杯', '背包', '沙发', '书架', '风扇'))}"
    ),
    "colours_zh": lambda dice: dice.choice(("白", "金", "蓝", "黄", "红", "黑", "紫", "绿")),
    "materials": lambda dice: dice.choice(("Wood", "Stone", "Steel", "Glass", "Brass", "Cotton", "Silver")),
    "brands_zh": lambda dice: dice.choice(("华为", "安踏", "李宁", "海尔", "美的", "王老吉", "马可波罗")),
    "firms": lambda dice: f"{dice.choice(_FAMILY)} {dice.choice(('Ltd', 'GmbH', 'Inc.', '& Sons', 'Group'))}",
    "titles": lambda dice: dice.choice(
        ("Engineer", "Account Manager", "Sales Lead", "Analyst", "Driver", "Nurse")
    ),
    "notes": _note,
    "dull": lambda dice: (
        f"Made of {dice.choice(_WORDS)} material, wash by hand at {dice.randint(20, 60)} degrees."
    ),
    "urls": lambda dice: f"https://shop.example/{dice.choice(_THINGS)}/{dice.randint(1, 999)}",
    "pictures": lambda dice: f"/img/{_hex(dice, 8)}.jpg",
    "crons": lambda dice: f"0 {dice.randint(0, 23)} * * {dice.randint(0, 6)}",
    "currencies": lambda dice: dice.choice(("EUR", "USD", "CNY", "GBP")),
    "locales": lambda dice: dice.choice(("en_US", "de_DE", "zh_CN", "fr_FR")),
    "latitudes": lambda dice: f"{dice.randint(20, 60)}.{dice.randint(100000, 999999)}",
    "plates_zh": lambda dice: f"{dice.choice('京沪粤川浙')}{dice.choice('ABCDE')}{_digits(dice, 5)}",
    "thing_json": lambda dice: (
        f'{{"colour": "{dice.choice(_WORDS)}", "weight": {dice.randint(1, 90)}, "maker": "{dice.choice(_FAMILY)}"}}'
    ),
    "person_json": lambda dice: (
        f'{{"name": "{_person(dice)}", "email": "{_email(dice)}", "tags": ["a", "b"]}}'
    ),
    "zh_nations": lambda dice: dice.choice(("汉族", "满族", "回族", "壮族", "苗族")),
    "diagnoses": lambda dice: dice.choice(
        ("Asthma", "Type 2 diabetes", "Migraine", "Hypertension", "Influenza")
    ),
    "diagnoses_zh": lambda dice: dice.choice(("急性支气管炎", "高血压", "偏头痛", "糖尿病", "胃炎")),
    "icds": lambda dice: f"{dice.choice('ABEGJKM')}{dice.randint(10, 99)}.{dice.randint(0, 9)}",
    "schooling_zh": lambda dice: dice.choice(("本科", "硕士", "大专", "高中", "博士")),
    "handles_wx": lambda dice: f"wx_{dice.choice(_FAMILY).lower()}{dice.randint(10, 999)}",
    "openids": lambda dice: "o" + "".join(dice.choice("abcdefghijkLMNOPQRST0123456789_-") for _ in range(27)),
    "vats": lambda dice: f"DE{_digits(dice, 9)}",
    "codes_zh": lambda dice: f"{dice.choice(('KH', 'HY'))}{_digits(dice, 6)}",
}


def values_of(pool: str, count: int = 60) -> tuple[str, ...]:
    """Return values of a pool, or those that a text lists: `a | b | c`."""
    if pool == "-":
        return ()
    if pool not in POOLS:
        return tuple(each.strip() for each in pool.split("|")) * 15
    dice = random.Random(pool)
    return tuple(POOLS[pool](dice) for _ in range(count))
