"""Columns called after whoever did something or is meant, alone: by name, by login, by address."""

import re

from discreet.engines.classify import patterns
from discreet.engines.classify.agreement import OPEN, value_reason
from discreet.engines.classify.headers import Sense
from discreet.engines.classify.lexicon import ACTORS
from discreet.engines.classify.model import ColumnSample, Ground, Kind, Reason, Verdict
from discreet.engines.classify.profiles import Profile, names_people, phone_evidence


def judge_person_word(column: ColumnSample, profile: Profile, sense: Sense) -> Verdict | None:
    """Judge a column called after a person alone: a name, a user name or an address, if it holds texts."""
    if column.kind is not Kind.TEXT or (sense.meaning == "supplier" and profile.email < 0.6):
        return None  # a supplier alone is a firm
    reasons: tuple[Reason, ...] = (
        Reason(Ground.COLUMN_NAME, {"word": sense.word}),
        value_reason(OPEN, profile),
    )
    is_reached = max(profile.share(phone_evidence), profile.share(patterns.CHINESE_MOBILE.fullmatch)) >= 0.5
    if sense.meaning == "person" and is_reached and profile.lettered < 0.2:
        return Verdict("phone", 80, reasons)
    is_actor = sense.meaning in ACTORS or sense.meaning == "staff"
    is_signed = is_actor or (sense.meaning == "user" and column.name.lower() != "user")
    if profile.is_empty:
        if (column.max_length or 255) < 5 or (not is_actor and sense.meaning in ("user", "member")):
            return None
        return Verdict("username" if is_actor else "name", 60, reasons)
    if profile.email >= 0.6:
        return Verdict("email", 90, reasons)
    is_handle = (
        profile.share(_HANDLE.fullmatch) >= 0.7
        and max(profile.hashed, profile.share(_SERIAL.fullmatch), profile.share(_CAMEL_CASE.fullmatch)) < 0.5
    )
    if profile.prose >= 0.5 or (profile.lettered < 0.5 and not (is_signed and is_handle)):
        return None
    if profile.share(lambda text: len(text) <= 2 and text.isascii()) >= 0.9:
        return None
    is_full_name = names_people(profile) and profile.share(lambda t: " " in t or not t.isascii()) >= 0.5
    if is_actor and profile.person >= 0.8 and profile.share(lambda text: len(text.split()) > 1) >= 0.7:
        return Verdict("name", 75, reasons)
    is_chinese = is_actor and profile.known_name >= 0.7 and profile.share(patterns.HAN.match) >= 0.7
    if is_actor and not is_full_name and not is_chinese:
        return Verdict("username", 75, reasons) if is_handle else None
    if is_signed and is_handle and profile.coded >= 0.5:
        return Verdict("username", 72, reasons)
    if names_people(profile) or are_rare_names(profile) or (is_actor and profile.person >= 0.6):
        return Verdict("name", 80, reasons)
    return None


def are_rare_names(profile: Profile) -> bool:
    """Return whether values are of two words and more as names are, a part of them common ones."""
    words = profile.share(lambda text: len(text.split()) >= 2)
    return profile.distinct >= 25 and profile.person >= 0.9 and words >= 0.8 and profile.known_name >= 0.2


_HANDLE = re.compile(r"[a-z][\w.\-]{2,29}", re.I)
_CAMEL_CASE = re.compile(r"(?:[A-Z][a-z0-9]+){2,}(?:::\w+)?")  # classes of a program
_SERIAL = re.compile(r"[A-Za-z]{0,4}[-_]?\d{3,}")
