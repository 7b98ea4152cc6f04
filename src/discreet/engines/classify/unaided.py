"""Judge values without the help of a header: check digits, forms, lists, names.

Look-alikes are the danger here: order numbers that begin like mobile numbers, version numbers like addresses,
product words like names. Every rule asks for many different values and for nothing that says otherwise.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from discreet.engines.classify import patterns
from discreet.engines.classify.gazetteer import names
from discreet.engines.classify.headers import Sense, Strength
from discreet.engines.classify.lexicon import PEOPLE, THINGS
from discreet.engines.classify.model import ColumnSample, Ground, Kind, Reason, Verdict
from discreet.engines.classify.profiles import Profile, list_that_fits, names_people, phone_evidence
from discreet.engines.classify.tables import RowKind, RowSense

_FEW = 5
_MANY = 25


@dataclass(frozen=True, slots=True)
class Context:
    """What the rest of the table says about a column."""

    rows: RowSense
    is_about_people: bool
    is_owned: bool = False
    has_ip: bool = False
    has_place: bool = False
    has_health: bool = False
    has_street: bool = False


def judge_values(profile: Profile, column: ColumnSample, sense: Sense, rows: RowSense) -> Verdict | None:
    """Return what the values say by themselves, or None."""
    if profile.is_empty or column.kind in (
        Kind.BOOLEAN,
        Kind.DATE,
        Kind.TIMESTAMP,
        Kind.BINARY,
        Kind.UUID,
    ):
        return None
    if column.kind is Kind.INET and rows.is_somebodys and sense.strength is Strength.NOTHING:
        return _verdict("ip_address", 80, profile.ip, "") if profile.ip >= 0.9 else None
    for judge in (_numbers, _forms, _lists, _names):
        if (verdict := judge(profile, column, sense, rows)) is not None:
            return verdict
    return None


def _verdict(
    category: str, confidence: int, share: float, what: str, ground: Ground = Ground.VALUES
) -> Verdict:
    return Verdict(category, confidence, (Reason(ground, {"percent": round(100 * share), "what": what}),))


def _is_number_of_something(sense: Sense) -> bool:
    """Return whether the header says that these are numbers of things: order, ticket, article, parcel."""
    return (sense.is_reference or sense.is_about) and sense.whose not in PEOPLE and bool(sense.word)


def _is_sequence(profile: Profile) -> bool:
    """Return whether digits were handed out in order, so that neighbours are near."""
    numbers = sorted(int(text) for text in profile.texts if text.isdigit())
    if len(numbers) < _FEW:
        return False
    span = numbers[-1] - numbers[0] + 1
    return span < 2_000 * len(numbers)


def _numbers(profile: Profile, column: ColumnSample, sense: Sense, rows: RowSense) -> Verdict | None:
    share = profile.share(patterns.is_chinese_id)
    if (share >= 0.7 and profile.distinct >= 3) or share >= 0.95:
        return _verdict("national_id", 97, share, "GB 11643", Ground.CHECKSUM)
    share = profile.share(patterns.MASKED_CHINESE_ID.fullmatch)
    if share >= 0.8 and profile.distinct >= 3:
        return _verdict("national_id", 88, share, "GB 11643")
    for each in patterns.CHECKSUMS:
        share = profile.share_of_few(each.holds)
        if share >= 0.85 and profile.distinct >= _FEW:
            return _verdict(each.category, 95, share, each.label, Ground.CHECKSUM)
    share = profile.share(patterns.is_payment_card)
    if share >= 0.9 and profile.distinct >= 10 and not _is_sequence(profile):
        return _verdict("payment_card", 92, share, "Luhn", Ground.CHECKSUM)
    if profile.distinct >= _MANY and not _is_sequence(profile) and not _is_number_of_something(sense):
        for each in patterns.WEAK_CHECKSUMS:
            if profile.share_of_few(each.holds) == 1.0:
                return _verdict(each.category, 85, 1.0, each.label, Ground.CHECKSUM)
    return _mobile_numbers(profile, sense, rows)


def _mobile_numbers(profile: Profile, sense: Sense, rows: RowSense) -> Verdict | None:
    if _is_number_of_something(sense) or rows.kind is RowKind.ORGANISATION:
        return None
    share = profile.share(patterns.MASKED_CHINESE_MOBILE.fullmatch)
    if share >= 0.8 and profile.distinct >= 3:
        return _verdict("phone", 90, share, "CN")
    share = profile.share(patterns.CHINESE_MOBILE.fullmatch)
    if share >= 0.95 and profile.distinct >= 10 and not _is_sequence(profile):
        prefixes = {text.removeprefix("+86").lstrip("- ")[:3] for text in profile.texts}
        if len(prefixes) >= 4:
            return _verdict("phone", 88, share, "CN")
    share = profile.share(phone_evidence)
    if _is_sequence(profile):
        return None
    if share >= 0.8 and profile.distinct >= _FEW and profile.share(lambda text: len(text) > 20) < 0.2:
        return _verdict("phone", 82, share, "")
    return None


def _forms(profile: Profile, column: ColumnSample, sense: Sense, rows: RowSense) -> Verdict | None:
    if profile.email >= 0.8:
        if rows.kind is RowKind.ORGANISATION:
            return None
        return _verdict("email", 93 if profile.distinct > 1 else 75, profile.email, "")
    share = profile.share(patterns.PASSWORD_HASH.match)
    if share >= 0.8:
        return _verdict("password_hash", 95, share, "")
    if sense.meaning in ("count", "type", "unit", "status", "money") and sense.strength is Strength.NOTHING:
        return None
    if profile.ip >= 0.95 and profile.distinct >= 3 and _has_big_parts(profile):
        return _verdict("ip_address", 90, profile.ip, "")
    for category, pattern, low in (
        ("device_id", patterns.MAC, 0.9),
        ("device_id", patterns.USER_AGENT, 0.7),
        ("vehicle_plate", patterns.CHINESE_PLATE, 0.85),
        ("social_security_id", patterns.US_SSN, 0.95),
        ("social_security_id", patterns.UK_NINO, 0.95),
        ("token", patterns.JWT, 0.8),
    ):
        share = profile.share(pattern.fullmatch)
        if (
            share >= low
            and profile.distinct >= 3
            and not (
                _is_number_of_something(sense) and category.endswith("_id") and pattern is patterns.US_SSN
            )
        ):
            return _verdict(category, 90, share, "")
    share = profile.share(patterns.COORDINATES.search)
    is_place = sense.meaning in ("location", "position") or rows.kind in (RowKind.PERSON, RowKind.EVENT)
    if share >= 0.9 and profile.distinct >= 3 and is_place:
        return _verdict("geo_location", 75, share, "")
    if (
        profile.address >= 0.7
        and profile.distinct >= _FEW
        and rows.is_somebodys
        and sense.whose not in THINGS
        and not (sense.category == "free_text" and profile.prose >= 0.3)
    ) and profile.mean_length < 120:
        return _verdict("address", 80, profile.address, "")
    return None


def _has_big_parts(profile: Profile) -> bool:
    """Return whether these are addresses and no version numbers, whose parts are small."""
    return profile.share(lambda text: ":" in text or any(int(p) > 40 for p in _parts(text))) >= 0.6


def _parts(text: str) -> Iterable[str]:
    return (part for part in text.split("/")[0].split(".") if part.isdigit())


_NEEDED = {
    "gender": 2,
    "marital_status": 2,
    "ethnicity": 2,
    "religion": 3,
    "political_opinion": 2,
    "health": 4,
    "education": 3,
}


def _lists(profile: Profile, column: ColumnSample, sense: Sense, rows: RowSense) -> Verdict | None:
    found = list_that_fits(profile)
    if (
        found is None
        or not found[0].is_alone
        or rows.kind in (RowKind.THING, RowKind.CONFIGURATION, RowKind.ORGANISATION)
    ):
        return None
    listed, share, strong = found
    if share < 0.9 or strong < _NEEDED.get(listed.category, 2) or sense.whose in THINGS:
        return None
    if sense.is_about and sense.meaning in ("count", "time", "money"):
        return None
    return _verdict(listed.category, 80, share, "", Ground.VALUE_LIST)


def _names(profile: Profile, column: ColumnSample, sense: Sense, rows: RowSense) -> Verdict | None:
    if rows.kind in (RowKind.THING, RowKind.CONFIGURATION, RowKind.ORGANISATION) or sense.whose in THINGS:
        return None
    is_heading = sense.meaning == "title" and not _is_full_of_chinese_names(profile)
    if (
        (sense.is_about and sense.meaning != "title")
        or sense.is_reference
        or is_heading
        or sense.meaning in ("path", "city", "region", "province", "state")
    ):
        return None
    if sense.strength is Strength.CONTEXT and sense.category != "name":
        return None
    is_surname = profile.share(lambda text: len(text) == 1 and text in names().chinese) >= 0.95
    if is_surname and profile.distinct >= _FEW:
        return _verdict("name", 70, profile.known_name, "")
    is_called_name = sense.meaning == "name" and max(profile.full_name * 2, profile.known_name) >= 0.8
    needed = 3 if is_called_name else _FEW
    if profile.person < 0.85 or profile.distinct < needed or profile.known_name < 0.5:
        return None
    is_chinese = profile.share(patterns.HAN.search) >= 0.5
    if not names_people(profile):
        return None
    if not is_chinese and (
        sense.category != "name"
        and profile.known_name < 0.75
        and profile.share(lambda text: len(text.split()) >= 2) < 0.6
    ):
        return None
    return _verdict("name", 78, profile.known_name, "")


def _is_full_of_chinese_names(profile: Profile) -> bool:
    """Return whether values are Chinese names beyond doubt, as on invoices made out to people (发票抬头)."""
    return (
        profile.distinct >= _MANY and profile.known_name >= 0.9 and profile.share(patterns.HAN.search) >= 0.9
    )
