"""What single values look like: patterns with their checksums. Each takes a text that has been stripped.

Source: GB 11643-1999 (identity numbers), ISO/IEC 7812 (Luhn), ISO 13616 (IBAN), RFC 5321, RFC 4291, and the
national numbers as python-stdnum knows them.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, cast

EMAIL = re.compile(r"(?:mailto:)?[^\s@,;<>\"]{1,64}@[^\s@,;<>\"]{1,190}\.[^\s@.,;<>\"]{2,24}", re.I)
PHONE = re.compile(
    r"(?:\+|00)?[(（]?\+?[0-9][0-9()（） .\-–/*x]{3,22}[0-9*](?:\s?(?:ext|x|#|转|-)\.?\s?[0-9]{1,6})?", re.I
)
CHINESE_MOBILE = re.compile(r"(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9*]{4}){2}")
MASKED_CHINESE_MOBILE = re.compile(r"1[3-9]\d[*xX]{4}\d{4}")
MASKED_CHINESE_ID = re.compile(r"[1-9]\d{0,5}[*xX]{8,16}[\dXx]{0,4}")
CHINESE_ID = re.compile(
    r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
)
CHINESE_PLATE = re.compile(
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-HJ-NP-Z][·• ]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]"
)
UUID = re.compile(r"\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?|[0-9a-f]{32}", re.I)
PASSWORD_HASH = re.compile(
    r"\$(?:2[abxy]?|argon2(?:id|i|d)|5|6|1|y|apr1|scrypt|pbkdf2[\w-]{0,40})\$\S{10,}|(?:pbkdf2_\w{1,40}|argon2|bcrypt(?:_sha256)?|scrypt|sha1|md5)\$\S{10,}|\{(?:S?SHA\d{0,4}|S?MD5|CRYPT)\}\S+",
)
HEX_HASH = re.compile(
    r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})", re.I
)
JWT = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*")
MAC = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}", re.I)
URL = re.compile(r"(?:https?|ftp)://\S+|www\.\S+\.\S+", re.I)
FILE = re.compile(r"[^\s?]*[\w\-]\.(?:jpe?g|png|gif|bmp|webp|svg|heic|tiff?)(?:[?#!@]\S*)?", re.I)
USER_AGENT = re.compile(
    r"(?:Mozilla/\d|Opera/\d|Dalvik/|okhttp/|curl/|PostmanRuntime|python-requests|Apache-HttpClient|MicroMessenger|CFNetwork|Wget/).*"
    r"|[\w ]+/[\d.]+ \((?:iPhone|iPad|Android|Windows|Macintosh|Linux|X11|iOS)[^)]*\).*"
)
DATE = re.compile(
    r"(?:1[89]|20)\d\d(?:[-/.年])(?:0?[1-9]|1[0-2])(?:[-/.月])(?:0?[1-9]|[12]\d|3[01])日?(?:[T ].*)?"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:1[89]|20)?\d\d(?: .*)?"
    r"|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:1[89]|20)?\d\d(?: .*)?"
)
YEAR = re.compile(r"(?<!\d)((?:18|19|20)\d\d)(?!\d)")
COMPACT_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:[,. ]\d{3})+|\d+)(?:[.,]\d+)?(?:[eE][-+]?\d+)?%?")
COORDINATES = re.compile(
    r"\(?-?\d{1,2}\.\d{2,},\s*-?\d{1,3}\.\d{2,}\)?|POINT ?\(-?\d+\.\d+ -?\d+\.\d+\)", re.I
)
CODE = re.compile(r"[A-Z0-9]+(?:[-_/.][A-Z0-9]+)*", re.I)
STREET = re.compile(
    r"(?:\b(?:street|st\.?|avenue|ave\.?|road|rd\.?|lane|ln\.?|drive|dr\.?|boulevard|blvd\.?|court|ct\.?|place|pl\.?|square|terrace|crescent|close|way|parkway|pkwy|highway|hwy|circle|trail|p\.?\s?o\.?\s?box|apt\.?|suite|unit|rue|calle|c/|avenida|avda\.?|av\.?|via|viale|piazza|plaza|paseo|rua|chemin|all[ée]e|quai|impasse|route|camino|corso|largo|carrera|ul\.|ulica)\b"
    r"|(?:stra(?:ß|ss)e|str\.|(?:weg|gasse|allee|platz|damm|ufer|(?<!sp)ring|straat|laan|gatan|v[aä]gen|vej|gade|katu|plein|kade)\b))",
    re.I,
)
CHINESE_ADDRESS = re.compile("[省市区县镇乡村路街巷弄号室栋幢楼层道园苑座里]")
HAN = re.compile("[㐀-䶿一-鿿]")
KANA = re.compile("[぀-ヿ]")
LETTERS = re.compile(r"[^\W\d_]", re.U)


def luhn(digits: str) -> bool:
    """Return whether a run of digits ends in its Luhn check digit."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        number = ord(char) - 48
        if place % 2:
            number = number * 2 - 9 if number > 4 else number * 2
        total += number
    return total % 10 == 0


def is_chinese_id(text: str) -> bool:
    """Return whether a text is an identity number with its check character (GB 11643-1999)."""
    if not CHINESE_ID.fullmatch(text):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(char) for weight, char in zip(weights, text, strict=False))
    return "10X98765432"[total % 11] == text[17].upper()


_ISSUED = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|3[47]\d{13}|5[1-5]\d{14}|2[2-7]\d{14}|(?:62|81)\d{14,17}|6(?:011|5\d\d|4[4-9]\d)\d{12,15}"
    r"|35\d{14}|3(?:0[0-5]|[68]\d)\d{11}|(?:5[06-9]|6\d)\d{10,17}"
)


def is_payment_card(text: str) -> bool:
    """Return whether a text is a card number: digits of an issuer's range and length, with their check digit."""
    digits = re.sub(r"[ -]", "", text)
    if not digits.isascii() or not _ISSUED.fullmatch(digits) or len(set(digits)) < 2:
        return False
    return luhn(digits)


_IN_CHINESE = re.compile(
    "[一-鿿]{2,8}(?:省|市|区|县)[一-鿿]{1,12}(?:路|街|巷|村|镇|弄|道)\\s?[0-9一-鿿]{0,6}(?:号|室|栋|弄|单元)"
)


def looks_like_chinese_address(text: str) -> bool:
    """Return whether an address down to the house stands in a text."""
    return _IN_CHINESE.search(text) is not None


def is_ip_address(text: str) -> bool:
    """Return whether a text is an IPv4 or IPv6 address; a version number of four small parts is not told apart."""
    if not 2 < len(text) < 46 or ("." not in text and ":" not in text):
        return False
    try:
        ipaddress.ip_address(text.split("/")[0].split("%")[0])
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Checksum:
    """A national or international number: category, a pattern it must fit, its check, and what it is called."""

    category: str
    pattern: re.Pattern[str]
    module: str
    label: str

    def holds(self, text: str) -> bool:
        return self.pattern.fullmatch(text) is not None and _is_valid(self.module)(text)


@cache
def _is_valid(module: str) -> Callable[[str], bool]:
    found: Any = import_module(f"stdnum.{module}")
    return cast("Callable[[str], bool]", found.is_valid)


def _number(category: str, pattern: str, module: str, label: str) -> Checksum:
    return Checksum(category, re.compile(pattern), module, label)


#: Numbers whose check digits make them known without any help of the header. The first that fits is taken.
CHECKSUMS: tuple[Checksum, ...] = (
    _number("bank_account", r"[A-Z]{2}\d{2}[ ]?(?:[A-Z0-9]{2,4}[ ]?){3,9}", "iban", "IBAN"),
    _number("national_id", r"\d{8}[-\s]?[A-HJ-NP-TV-Z]", "es.dni", "DNI"),
    _number("national_id", r"[XYZ]\d{7}[-\s]?[A-HJ-NP-TV-Z]", "es.nie", "NIE"),
    _number(
        "national_id", r"[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]", "it.codicefiscale", "Codice fiscale"
    ),
    _number("national_id", r"\d{3}\.\d{3}\.\d{3}-\d{2}", "br.cpf", "CPF"),
    _number("social_security_id", r"[12]\d{2}(?:0[1-9]|1[0-2])(?:\d{2}|2[AB])\d{6}\d{2}", "fr.nir", "NIR"),
)
#: Ten or eleven digits with one check digit: believed only where every value of a good sample passes.
WEAK_CHECKSUMS: tuple[Checksum, ...] = (
    _number("national_id", r"\d{11}", "pl.pesel", "PESEL"),
    _number("national_id", r"\d{6}[-+]\d{4}", "se.personnummer", "Personnummer"),
    _number("national_id", r"\d{4}\s?\d{4}\s?\d{4}", "in_.aadhaar", "Aadhaar"),
    _number("national_id", r"\d{9}", "nl.bsn", "BSN"),
    _number("tax_id", r"\d{11}", "de.idnr", "IdNr"),
    _number("national_id", r"\d{11}", "br.cpf", "CPF"),
    _number("insurance", r"\d{3}[ -]?\d{3}[ -]?\d{4}", "gb.nhs", "NHS number"),
    _number("device_id", r"\d{15}", "imei", "IMEI"),
)
US_SSN = re.compile(r"(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")
UK_NINO = re.compile(
    r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]", re.I
)
