"""Reading the company's profile."""

from types import MappingProxyType

from discreet.foundation import plain_sql
from discreet.foundation.organisation.company import CompanyProfile
from discreet.foundation.organisation.models import CompanyRecord
from discreet.foundation.organisation.rules import places_of
from discreet.foundation.rulepacks.law import Law

__all__ = ["places_of", "profile"]

_DEFAULT = CompanyProfile()
_REVISION = f"SELECT revision FROM {CompanyRecord._meta.db_table} WHERE id = 1"  # noqa: S608
#: The profile this process read last, by its random revision: other processes change it too.
_last_read: tuple[str, CompanyProfile] = ("", _DEFAULT)


def profile() -> CompanyProfile:
    """Return the company's profile; before it is first set, the default with every law.

    Costs one look-up by primary key as long as the profile has not changed.
    """
    global _last_read
    found = plain_sql.first(_REVISION)
    if found is None:
        return _DEFAULT
    if _last_read[0] == found[0]:
        return _last_read[1]
    row = CompanyRecord.objects.get(pk=1)
    _last_read = (row.revision, _profile(row))
    return _last_read[1]


def _profile(row: CompanyRecord) -> CompanyProfile:
    return CompanyProfile(
        name_en=row.name_en,
        name_zh=row.name_zh,
        brands=tuple(row.brands),
        legal_entities=tuple(row.legal_entities),
        laws=tuple(Law(law) for law in row.laws),
        zones=MappingProxyType({Law(law): zone for law, zone in row.zones.items()}),
        calendars=MappingProxyType({Law(law): code for law, code in row.calendars.items()}),
        languages=tuple(row.languages),
        officer=row.officer,
        officer_email=row.officer_email,
        contact_email=row.contact_email,
        contact_phone=row.contact_phone,
        contact_address=row.contact_address,
        logo_text=row.logo_text,
        phone_region=row.phone_region,
        access_is_reviewed=row.access_is_reviewed,
    )
