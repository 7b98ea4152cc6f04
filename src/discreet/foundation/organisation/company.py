"""What the company says of itself, and what such a profile must hold. No Django here."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from discreet.foundation.rulepacks.calendars import Calendar, calendar_for
from discreet.foundation.rulepacks.law import Law
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

StoredValue: TypeAlias = "str | bool | list[str] | dict[str, str]"

LANGUAGES = ("en", "zh-hans")
UNNAMED_EN, UNNAMED_ZH = "Our company", "本公司"
DEFAULT_ZONES: Mapping[Law, str] = MappingProxyType(
    {Law.GDPR: "Europe/Brussels", Law.CCPA: "America/Los_Angeles", Law.PIPL: "Asia/Shanghai"}
)
DEFAULT_CALENDARS: Mapping[Law, str] = MappingProxyType({Law.GDPR: "EU", Law.CCPA: "US-CA", Law.PIPL: "CN"})

_EMAIL = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_REGION = re.compile(r"[A-Z]{2}")
_MAX_TEXT, _MAX_LISTED = 200, 50


class NameMissing(Refused):
    code = "company_name_missing"
    message = gettext_noop("The company needs a name in English or Chinese.")
    status = 400


class NoLawChosen(Refused):
    code = "no_law_chosen"
    message = gettext_noop("Choose at least one law: without one, no request would have a deadline.")
    status = 400


class UnknownZone(Refused):
    code = "unknown_zone"
    message = gettext_noop("There is no time zone “%(zone)s”. Write it like Europe/Berlin.")
    status = 400


class CalendarOfAnotherLaw(Refused):
    code = "calendar_of_another_law"
    message = gettext_noop("The calendar “%(calendar)s” does not fit %(law)s.")
    status = 400


class UnknownLanguage(Refused):
    code = "unknown_language"
    message = gettext_noop("There is no language “%(language)s”. Choose en or zh-hans.")
    status = 400


class BadText(Refused):
    code = "bad_company_text"
    message = gettext_noop("“%(field)s” must be at most %(limit)s characters in one line.")
    status = 400


class BadAddress(Refused):
    code = "bad_company_email"
    message = gettext_noop("“%(field)s” is not an e-mail address.")
    status = 400


class BadRegion(Refused):
    code = "bad_phone_region"
    message = gettext_noop("The home region of phone numbers has two letters, like DE or CN.")
    status = 400


@dataclass(frozen=True, slots=True)
class CompanyProfile:
    """The company as its administrators set it. Zones and calendars hold an entry for every law.

    `access_is_reviewed`: staff look at every access request; otherwise one that is proven by code, with one
    candidate and without sensitive fields, is delivered without them. `phone_region` (or "") is where a
    phone number without a country code belongs. `officer` is the privacy officer's name.
    """

    name_en: str = UNNAMED_EN
    name_zh: str = UNNAMED_ZH
    brands: tuple[str, ...] = ()
    legal_entities: tuple[str, ...] = ()
    laws: tuple[Law, ...] = tuple(Law)
    zones: Mapping[Law, str] = field(default_factory=lambda: DEFAULT_ZONES)
    calendars: Mapping[Law, str] = field(default_factory=lambda: DEFAULT_CALENDARS)
    languages: tuple[str, ...] = LANGUAGES
    officer: str = ""
    officer_email: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    contact_address: str = ""
    logo_text: str = ""
    phone_region: str = ""
    access_is_reviewed: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone that pages, letters and packages show times in: that of the first law."""
        return ZoneInfo(self.zones[self.laws[0]])

    def name(self, language: str) -> str:
        """Return the company's name in a language, or in the other where it has none in this."""
        first, second = (
            (self.name_zh, self.name_en) if language.startswith("zh") else (self.name_en, self.name_zh)
        )
        return first or second


TEXT_FIELDS = tuple(each.name for each in fields(CompanyProfile) if each.type is str or each.type == "str")
LISTED_FIELDS = ("brands", "legal_entities")
EMAIL_FIELDS = ("officer_email", "contact_email")


def complete(profile: CompanyProfile) -> CompanyProfile:
    """Return the profile as it is kept: laws in their order, zones and calendars for each law.

    Raises: a refusal of this module, or `UnknownCalendar`.
    """
    _check_texts(profile)
    if not profile.laws:
        raise NoLawChosen
    if _REGION.fullmatch(profile.phone_region) is None and profile.phone_region:
        raise BadRegion
    zones = {**DEFAULT_ZONES, **profile.zones}
    for zone in zones.values():
        if zone not in available_timezones():
            raise UnknownZone(zone=zone[:40])
    calendars = {
        law: _checked_calendar(law, code) for law, code in {**DEFAULT_CALENDARS, **profile.calendars}.items()
    }
    for language in profile.languages:
        if language not in LANGUAGES:
            raise UnknownLanguage(language=language[:20])
    return _replaced(profile, zones, calendars)


def _replaced(
    profile: CompanyProfile, zones: Mapping[Law, str], calendars: Mapping[Law, str]
) -> CompanyProfile:
    kept = {each.name: getattr(profile, each.name) for each in fields(profile)}
    names = {"name_en": profile.name_en, "name_zh": profile.name_zh}
    given = {key: name for key, name in names.items() if name not in ("", UNNAMED_EN, UNNAMED_ZH)}
    if len(given) == 1:  # one name serves both languages
        kept |= dict.fromkeys(names, *given.values())
    kept |= {
        "laws": in_order(profile.laws),
        "languages": tuple(known for known in LANGUAGES if known in profile.languages) or LANGUAGES,
        "zones": MappingProxyType(dict(zones)),
        "calendars": MappingProxyType(dict(calendars)),
    }
    return CompanyProfile(**kept)


def in_order(laws: Iterable[Law]) -> tuple[Law, ...]:
    wanted = set(laws)
    return tuple(law for law in Law if law in wanted)


def as_stored(profile: CompanyProfile) -> dict[str, StoredValue]:
    """Return every field as JSON holds it."""
    return {
        "name_en": profile.name_en,
        "name_zh": profile.name_zh,
        "brands": list(profile.brands),
        "legal_entities": list(profile.legal_entities),
        "laws": [law.value for law in profile.laws],
        "zones": {law.value: zone for law, zone in profile.zones.items()},
        "calendars": {law.value: code for law, code in profile.calendars.items()},
        "languages": list(profile.languages),
        "officer": profile.officer,
        "officer_email": profile.officer_email,
        "contact_email": profile.contact_email,
        "contact_phone": profile.contact_phone,
        "contact_address": profile.contact_address,
        "logo_text": profile.logo_text,
        "phone_region": profile.phone_region,
        "access_is_reviewed": profile.access_is_reviewed,
    }


def zone_of(profile: CompanyProfile, law: Law) -> ZoneInfo:
    return ZoneInfo(profile.zones.get(law, DEFAULT_ZONES[law]))


def calendar_of(profile: CompanyProfile, law: Law) -> Calendar:
    return calendar_for(profile.calendars.get(law, DEFAULT_CALENDARS[law]))


def _check_texts(profile: CompanyProfile) -> None:
    if not (profile.name_en or profile.name_zh):
        raise NameMissing
    for name in TEXT_FIELDS:
        _check_text(name, getattr(profile, name))
    for name in LISTED_FIELDS:
        listed = getattr(profile, name)
        if len(listed) > _MAX_LISTED or not all(listed):
            raise BadText(field=name, limit=_MAX_TEXT)
        for text in listed:
            _check_text(name, text)
    for name in EMAIL_FIELDS:
        address = getattr(profile, name)
        if address and _EMAIL.fullmatch(address) is None:
            raise BadAddress(field=name)


def _check_text(name: str, text: str) -> None:
    if len(text) > _MAX_TEXT or not text.isprintable() or text != text.strip():
        raise BadText(field=name, limit=_MAX_TEXT)


def _checked_calendar(law: Law, code: str) -> str:
    """Return the code as the calendar writes it. California and China have one calendar each."""
    known = calendar_for(code).code
    fits = known not in ("US-CA", "CN") if law is Law.GDPR else known == DEFAULT_CALENDARS[law]
    if not fits:
        raise CalendarOfAnotherLaw(calendar=known, law=law.short_name)
    return known
