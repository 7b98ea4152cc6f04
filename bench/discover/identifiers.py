"""Numbers with check digits, and numbers that only look like them. Sources: GB 11643, ISO 7812, ISO 13616, GS1."""

import string
from datetime import date
from random import Random

LETTERS = string.ascii_uppercase
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
REGIONS = ("110101", "310104", "440305", "330106", "510107", "320102", "420106", "610113", "370202", "350203")
NATIONAL = {
    "zh_CN": "gb11643", "es_ES": "dni", "fr_FR": "nir", "de_DE": "ausweis", "en_GB": "nino", "ja_JP": "my_number",
}  # fmt: skip


def digits(rng: Random, count: int) -> str:
    return "".join(rng.choices(string.digits, k=count))


def luhn(rng: Random, prefix: str, length: int) -> str:
    """Return a number of `length` digits whose last is its check digit by ISO 7812."""
    body = prefix + digits(rng, length - len(prefix) - 1)
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def gb11643(rng: Random, born: date, is_male: bool) -> str:
    order = rng.randrange(0, 500) * 2 + (1 if is_male else 0)
    body = f"{rng.choice(REGIONS)}{born:%Y%m%d}{order:03d}"
    total = sum(int(digit) * (1 << (17 - place)) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def iban(rng: Random, country: str, length: int) -> str:
    body = digits(rng, length)
    number = int(body + "".join(str(LETTERS.index(letter) + 10) for letter in country) + "00")
    return f"{country}{98 - number % 97:02d}{body}"


def bank_account(rng: Random, locale: str) -> str:
    match locale:
        case "zh_CN":
            return luhn(rng, rng.choice(("622202", "621700", "622848", "621661")), 19)
        case "de_DE":
            return iban(rng, "DE", 18)
        case "fr_FR":
            return iban(rng, "FR", 23)
        case "es_ES":
            return iban(rng, "ES", 20)
        case "en_GB":
            return _gb_iban(rng)
    return digits(rng, rng.choice((10, 12)))


def _gb_iban(rng: Random) -> str:
    body = "".join(rng.choices(LETTERS, k=4)) + digits(rng, 14)
    spelled = "".join(str(LETTERS.index(one) + 10) if one.isalpha() else one for one in body + "GB") + "00"
    return f"GB{98 - int(spelled) % 97:02d}{body}"


def card(rng: Random) -> str:
    number = luhn(rng, rng.choice(("4", "51", "55", "625", "3528")), 16)
    return number if rng.random() < 0.8 else " ".join(number[at : at + 4] for at in range(0, 16, 4))


def imei(rng: Random) -> str:
    return luhn(rng, rng.choice(("35", "86", "01")), 15)


def ean13(rng: Random) -> str:
    body = rng.choice(("690", "400", "500", "30", "0")).ljust(3, "1") + digits(rng, 9)
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)


def national_id(rng: Random, locale: str, born: date, is_male: bool) -> str:
    match NATIONAL.get(locale, "ssn"):
        case "gb11643":
            return gb11643(rng, born, is_male)
        case "dni":
            number = rng.randrange(10_000_000, 99_999_999)
            return f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"
        case "nir":
            body = f"{1 if is_male else 2}{born:%y%m}{rng.randrange(1, 95):02d}{digits(rng, 6)}"
            return f"{body}{97 - int(body) % 97:02d}"
        case "ausweis":
            return "".join(rng.choices("CFGHJKLMNPRTVWXYZ0123456789", k=9))
        case "nino":
            return f"{rng.choice('ABCEGHJ')}{rng.choice('ABCEGHJ')}{digits(rng, 6)}{rng.choice('ABCD')}"
        case "my_number":
            return digits(rng, 12)
    return ssn(rng, locale)


def ssn(rng: Random, locale: str) -> str:
    if locale == "zh_CN":
        return digits(rng, 10)
    if locale == "de_DE":
        return f"{digits(rng, 8)}{rng.choice(LETTERS)}{digits(rng, 3)}"
    if locale == "en_GB":
        return national_id(rng, locale, date(1980, 1, 1), True)
    return f"{rng.randrange(100, 665)}-{rng.randrange(10, 99)}-{rng.randrange(1000, 9999)}"


def tax_number(rng: Random, locale: str) -> str:
    return {"de_DE": digits(rng, 11), "en_GB": digits(rng, 10)}.get(
        locale, f"9{digits(rng, 2)}-{digits(rng, 6)}"
    )


def passport(rng: Random, locale: str) -> str:
    if locale == "zh_CN":
        return rng.choice(("E", "G")) + digits(rng, 8) if rng.random() < 0.6 else f"EA{digits(rng, 7)}"
    if locale == "de_DE":
        return "C" + "".join(rng.choices("CFGHJKLMNPRTVWXYZ0123456789", k=8))
    return digits(rng, 9) if locale != "ja_JP" else f"T{rng.choice(LETTERS)}{digits(rng, 7)}"


def driving_licence(rng: Random, locale: str, born: date) -> str:
    if locale == "zh_CN":
        return gb11643(rng, born, rng.random() < 0.5)
    if locale == "en_GB":
        return f"{''.join(rng.choices(LETTERS, k=5))}{digits(rng, 6)}{rng.choice(LETTERS)}{rng.choice(LETTERS)}9{rng.choice(LETTERS)}{rng.choice(LETTERS)}"
    return f"{rng.choice(LETTERS)}{digits(rng, 7)}"


def plate(rng: Random, locale: str) -> str:
    pick = PLATE_LETTERS
    match locale:
        case "zh_CN":
            return f"{rng.choice('京沪粤浙苏川鄂鲁')}{rng.choice('ABCDE')}{''.join(rng.choices(pick + string.digits, k=5))}"
        case "de_DE":
            return f"{rng.choice(('B', 'M', 'HH', 'K', 'DD'))}-{''.join(rng.choices(pick, k=2))} {rng.randrange(1, 9999)}"
        case "en_GB":
            return (
                f"{''.join(rng.choices(pick, k=2))}{rng.randrange(51, 74)} {''.join(rng.choices(pick, k=3))}"
            )
        case "fr_FR":
            return f"{''.join(rng.choices(pick, k=2))}-{digits(rng, 3)}-{''.join(rng.choices(pick, k=2))}"
        case "es_ES":
            return f"{digits(rng, 4)} {''.join(rng.choices('BCDFGHJKLM', k=3))}"
    return f"{''.join(rng.choices(pick, k=3))}-{digits(rng, 4)}"


def mac(rng: Random) -> str:
    return ":".join(f"{rng.randrange(256):02x}" for _ in range(6))


def uuid(rng: Random) -> str:
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def vin(rng: Random) -> str:
    return "".join(rng.choices("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", k=17))


def ipv4(rng: Random) -> str:
    if rng.random() < 0.04:
        return ":".join(f"{rng.getrandbits(16):x}" for _ in range(8))
    return f"{rng.choice((10, 36, 58, 81, 114, 172, 192, 203, 220))}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


def phone(rng: Random, locale: str, *, is_mobile: bool, form: int) -> str:
    """Return a phone number as people of the place write it; `form` chooses among their ways."""
    d = lambda count: digits(rng, count)  # noqa: E731
    match locale:
        case "zh_CN" if is_mobile:
            number = f"1{rng.choice('3456789')}{d(9)}"
            return (number, f"+86 {number}", f"{number[:3]}-{number[3:7]}-{number[7:]}")[
                form if form < 3 else 0
            ]
        case "zh_CN":
            return f"{rng.choice(('010', '021', '0755', '0571', '028'))}-{rng.randrange(2, 9)}{d(7)}"
        case "en_GB":
            return f"07{d(3)} {d(6)}" if is_mobile else f"+44 20 7{d(3)} {d(4)}"
        case "de_DE":
            return f"+49 17{d(1)} {d(7)}" if is_mobile else f"0{rng.choice((30, 40, 89, 221))} {d(7)}"
        case "fr_FR":
            start = rng.choice("67") if is_mobile else rng.choice("12345")
            return f"0{start} " + " ".join(d(2) for _ in range(4))
        case "es_ES":
            return f"{6 if is_mobile else 9}{d(2)} {d(3)} {d(3)}"
        case "ja_JP":
            return f"0{rng.choice((80, 90))}-{d(4)}-{d(4)}" if is_mobile else f"03-{d(4)}-{d(4)}"
    area, exchange = rng.randrange(201, 989), rng.randrange(200, 999)
    return (
        f"({area}) {exchange}-{d(4)}",
        f"{area}-{exchange}-{d(4)}",
        f"+1 {area} {exchange} {d(4)}",
        f"{area}{exchange}{d(4)}",
    )[form]
