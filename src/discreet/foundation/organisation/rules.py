"""Which of the company's laws a person's request runs under. Pure.

Sources: GDPR Art. 3 with EEA Joint Committee Decision 154/2018 and TFEU Art. 355; Cal. Civ. Code
1798.140(i) (a consumer is a California resident); PIPL Art. 3. Residence decides here; unknown residence
and countries without a pack take all of the company's laws, so that the strictest clock binds.
"""

from collections.abc import Mapping
from datetime import datetime

from discreet.foundation.organisation.company import (
    CompanyProfile,
    calendar_of,
    in_order,
    zone_of,
)
from discreet.foundation.rulepacks.calendars import EU_AND_EEA
from discreet.foundation.rulepacks.clocks import Clock, Place, request_clocks
from discreet.foundation.rulepacks.law import Law, RequestKind

#: Territories with an ISO code of their own that belong to the Union: outermost regions and Åland.
EU_TERRITORIES = frozenset({"AX", "GF", "GP", "MF", "MQ", "RE", "YT"})
#: Subdivisions of CN in ISO 3166-2 where the mainland's PIPL is not the local law.
NOT_MAINLAND = frozenset({"CN-HK", "CN-MO", "CN-TW"})
#: Subdivisions where the GDPR of their state does not hold: territories outside the Union.
NOT_UNION = frozenset(
    {"FR-NC", "FR-PF", "FR-PM", "FR-BL", "FR-WF", "FR-TF", "NL-AW", "NL-CW", "NL-SX"} | {"NO-21", "NO-22"}
)


def law_of_residence(residence: str | None) -> Law | None:
    """Return the law of an ISO 3166-1 alpha-2 country or 3166-2 region; None: unknown, or no pack."""
    place = (residence or "").strip().upper()
    country = place.partition("-")[0]
    if place == "US-CA":
        return Law.CCPA
    if country == "CN" and place not in NOT_MAINLAND:
        return Law.PIPL
    if country in EU_AND_EEA | EU_TERRITORIES and place not in NOT_UNION:
        return Law.GDPR
    return None


def applicable_laws(profile: CompanyProfile, residence: str | None) -> tuple[Law, ...]:
    """Return the laws whose clocks a request must keep, never none.

    One law where the residence names one that the company is under; else all laws of the company.
    """
    law = law_of_residence(residence)
    return (law,) if law is not None and law in profile.laws else in_order(profile.laws)


def places_of(profile: CompanyProfile) -> Mapping[Law, Place]:
    """Return where the company acts under each law."""
    return {law: Place(zone=zone_of(profile, law), calendar=calendar_of(profile, law)) for law in Law}


def clocks_of(
    *,
    profile: CompanyProfile,
    residence: str | None,
    kind: RequestKind | str,
    received_at: datetime,
    extended: bool = False,
) -> tuple[Clock, ...]:
    """Return the clocks of a request to this company, the earliest due first; `extended`: those that may be."""
    laws = applicable_laws(profile, residence)
    places = places_of(profile)
    return request_clocks(laws=laws, kind=kind, received_at=received_at, places=places, extended=extended)
