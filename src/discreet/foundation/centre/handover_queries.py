"""Reading the sites that may hand customers over. Secrets are never read back."""

from dataclasses import dataclass
from datetime import datetime

from discreet.foundation.centre.models import HandoverSite


@dataclass(frozen=True, slots=True)
class SiteView:
    site_id: str
    name: str
    algorithm: str
    return_url: str
    made_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def sites() -> tuple[SiteView, ...]:
    """Return every site that was ever registered, those that work first, by name."""
    found = HandoverSite.objects.order_by("name", "site_id")
    views = [
        SiteView(
            site_id=one.site_id,
            name=one.name,
            algorithm=one.algorithm,
            return_url=one.return_url,
            made_at=one.made_at,
            last_used_at=one.last_used_at,
            revoked_at=one.revoked_at,
        )
        for one in found
    ]
    return tuple(sorted(views, key=lambda view: view.revoked_at is not None))
