"""Signed hand-overs from the company's own logged-in sites: registering sites, taking what they sign.

A hand-over proves who asks. It never adds a contact point: answers go to what the company's data hold.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from discreet.foundation.centre.handover_refusals import (
    HandoverOver,
    HandoverUnreadable,
    HandoverUsed,
    SiteAddressBad,
    SiteKnown,
    SiteNameBad,
    SitesNotYours,
    UnknownSite,
)
from discreet.foundation.centre.handover_tokens import (
    SKEW,
    VISIT_LIVES,
    Algorithm,
    Claims,
    claimed_site,
    is_return_address,
    is_site_id,
    read_public_key,
    verify,
)
from discreet.foundation.centre.models import Handover, HandoverSite
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.ids import new_token

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Who came signed in, from where. `token` names it in the visitor's cookie; "" where it was read by it."""

    site: str
    return_url: str
    customer_number: str
    email: str
    phone: str
    kind: str
    language: str
    expires_at: datetime
    token: str = ""


@act("centre.register_site")
def register_site(
    *,
    actor: Actor,
    now: datetime,
    site_id: str,
    name: str,
    algorithm: Algorithm,
    public_key: str,
    return_url: str,
) -> str:
    """Register a site that may hand customers over; return the secret that it signs with, "" where it has a key.

    The secret is told once, here.

    Raises:
        SitesNotYours, SiteNameBad, SiteKnown, SiteAddressBad, SiteKeyBad, SiteKeyPrivate
    """
    _refuse_unless_administrator(actor)
    name = name.strip()
    if not is_site_id(site_id) or not name or len(name) > 80 or not name.isprintable():
        raise SiteNameBad
    if not is_return_address(return_url):
        raise SiteAddressBad
    if HandoverSite.objects.filter(site_id=site_id).exists():
        raise SiteKnown
    secret = secrets.token_urlsafe(SECRET_BYTES) if algorithm is Algorithm.HS256 else ""
    HandoverSite.objects.create(
        site_id=site_id,
        name=name,
        algorithm=algorithm.value,
        public_key="" if secret else read_public_key(public_key, algorithm=algorithm),
        secret_sealed=keys.seal_secret(secret.encode(), _secret_aad(site_id)) if secret else b"",
        return_url=return_url,
        made_at=now,
    )
    record(actor=actor, now=now, subject=_subject(site_id), facts={"algorithm": algorithm.value})
    return secret


@act("centre.revoke_site")
def revoke_site(*, actor: Actor, now: datetime, site_id: str) -> None:
    """End a site's hand-overs at once, those that wait in visitors' browsers too.

    Raises:
        SitesNotYours, UnknownSite
    """
    _refuse_unless_administrator(actor)
    site = HandoverSite.objects.select_for_update().filter(site_id=site_id, revoked_at__isnull=True).first()
    if site is None:
        raise UnknownSite
    site.revoked_at, site.secret_sealed = now, b""
    site.save(update_fields=["revoked_at", "secret_sealed"])
    ended = site.handovers.filter(expires_at__gt=now).update(expires_at=now, sealed=b"")
    record(actor=actor, now=now, subject=_subject(site_id), facts={"ended": ended})


@act("centre.verify_handover")
def verify_handover(*, actor: Actor, now: datetime, token: str) -> HandedOver:
    """Take what a site signed, once, and keep it sealed for a short visit.

    Raises:
        HandoverUnreadable, HandoverTooOld, HandoverNobody
        HandoverUsed: it was taken before.
    """
    site_id = claimed_site(token)
    # Its row is held, so that a revocation either comes first or sees what was taken here.
    site = HandoverSite.objects.select_for_update().filter(site_id=site_id, revoked_at__isnull=True).first()
    if site is None:
        raise HandoverUnreadable
    algorithm = Algorithm(site.algorithm)
    claims = verify(
        token,
        site_id=site_id,
        algorithm=algorithm,
        key=_key_of(site),
        audience=settings.DISCREET_BASE_URL,
        now=now,
    )
    visit = new_token()
    expires_at = now + VISIT_LIVES
    taken, is_new = Handover.objects.get_or_create(
        site=site,
        jti_hash=_hash(claims.jti),
        defaults={
            "visit_hash": _hash(visit),
            "sealed": keys.seal_secret(_packed(claims), _visit_aad(_hash(visit))),
            "keep_until": max(expires_at, claims.expires_at + SKEW),
            "expires_at": expires_at,
        },
    )
    if not is_new:
        raise HandoverUsed
    site.last_used_at = now
    site.save(update_fields=["last_used_at"])
    held: list[Json] = [
        name
        for name, value in (
            ("customer_number", claims.customer_number),
            ("email", claims.email),
            ("phone", claims.phone),
        )
        if value
    ]
    facts: dict[str, Json] = {"by": held, "kind": claims.kind}
    record(actor=actor, now=now, subject=_subject(site_id), facts=facts)
    return _view(site, claims, taken.expires_at, visit)


@act("centre.use_handover")
def use_handover(*, actor: Actor, now: datetime, token: str, number: str, subject: str) -> HandedOver:
    """Take a visit's hand-over as proof for the case `number`, whose evidence stands under `subject`.

    Raises:
        HandoverOver: it has ended, or its site was revoked.
    """
    held = waiting(token=token, now=now)
    if held is None:
        raise HandoverOver
    record(actor=actor, now=now, subject=subject, facts={"case": number, "site": held.site})
    return held


@act("centre.end_handover")
def end_handover(*, actor: Actor, now: datetime, token: str) -> None:
    """Forget who came signed in: the visitor says that it is not them. Idempotent."""
    ended = Handover.objects.filter(visit_hash=_hash(token)).update(expires_at=now, sealed=b"")
    record(actor=actor, now=now, subject="centre:handover", facts={"ended": ended})


def waiting(*, token: str, now: datetime) -> HandedOver | None:
    """Return who came signed in with this visit; None where nobody did, or it is over."""
    if not token:
        return None
    found = (
        Handover.objects.select_related("site")
        .filter(visit_hash=_hash(token), expires_at__gt=now, site__revoked_at__isnull=True)
        .first()
    )
    if found is None:
        return None
    claims = json.loads(keys.open_secret(bytes(found.sealed), _visit_aad(found.visit_hash)))
    return HandedOver(
        site=found.site.name, return_url=found.site.return_url, expires_at=found.expires_at, **claims
    )


def expire_once(now: datetime) -> int:
    """Delete what was handed over and has ended, and the marks of tokens that are over; return how many."""
    Handover.objects.filter(expires_at__lte=now).exclude(sealed=b"").update(sealed=b"")
    return Handover.objects.filter(keep_until__lte=now, expires_at__lte=now).delete()[0]


def _packed(claims: Claims) -> bytes:
    kept = ("customer_number", "email", "phone", "kind", "language")
    return json.dumps({name: getattr(claims, name) for name in kept}, ensure_ascii=False).encode()


def _view(site: HandoverSite, claims: Claims, expires_at: datetime, visit: str) -> HandedOver:
    return HandedOver(
        site=site.name,
        return_url=site.return_url,
        customer_number=claims.customer_number,
        email=claims.email,
        phone=claims.phone,
        kind=claims.kind,
        language=claims.language,
        expires_at=expires_at,
        token=visit,
    )


def _key_of(site: HandoverSite) -> str | bytes:
    if site.algorithm == Algorithm.HS256.value:
        return keys.open_secret(bytes(site.secret_sealed), _secret_aad(site.site_id))
    return site.public_key


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _secret_aad(site_id: str) -> str:
    return f"handover-site/{site_id}"


def _visit_aad(visit_hash: str) -> str:
    return f"handover/{visit_hash}"


def _subject(site_id: str) -> str:
    return f"site:{site_id}"


def _refuse_unless_administrator(actor: Actor) -> None:
    if not actor.may(Role.ADMINISTRATOR):
        raise SitesNotYours
