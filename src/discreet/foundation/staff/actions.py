"""Acts on accounts and tokens. Evidence holds account names, roles and scopes; no e-mail, no secret."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.staff import refusals
from discreet.foundation.staff.models import ApiToken, StaffMember
from discreet.foundation.staff.permissions import roles_of
from discreet.foundation.staff.rules import (
    MAX_TOKEN_DAYS,
    Scope,
    is_username,
    leaves_no_administrator,
)
from discreet.vocabulary.actors import SYSTEM, Actor, ActorKind, Role

#: Account names that evidence shows for a sign-in that named no account.
NOBODY = "unknown"


@act("staff.create_member")
def create_member(
    *,
    actor: Actor,
    now: datetime,
    username: str,
    email: str,
    roles: Collection[Role],
    full_name: str = "",
    password: str | None = None,
) -> str:
    """Create an account and return its first password, which the person must change at once.

    With `password` that one is taken as the person's own. Raises: refusals of this module.
    """
    _require_administrator(actor)
    if not is_username(username):
        raise refusals.BadUsername
    taken = Q(username__iexact=username) | (Q(email__iexact=email) if email else Q(pk__in=()))
    if StaffMember.objects.filter(taken).exists():
        raise refusals.NameTaken
    first = password if password is not None else secrets.token_urlsafe(15)
    member = StaffMember(
        username=username,
        email=email,
        first_name=full_name[:150],
        roles=_stored(roles),
        must_change_password=password is None,
        date_joined=now,
    )
    _set_password(member, first)
    member.save()
    record(actor=actor, now=now, subject=f"staff:{username}", facts={"roles": _stored(roles)})
    return first


@act("staff.change_roles")
def change_roles(*, actor: Actor, now: datetime, username: str, roles: Collection[Role]) -> None:
    """Give an account exactly these roles; its sessions end."""
    _require_administrator(actor)
    member = _locked(username)
    _refuse_own(actor, member)
    before = _stored(roles_of(member))
    if Role.ADMINISTRATOR not in roles:
        keep_one_administrator(member)
    member.roles = _stored(roles)
    member.save(update_fields=["roles"])
    record(
        actor=actor,
        now=now,
        subject=f"staff:{member.username}",
        facts={"roles": _stored(roles), "roles_before": before},
    )


@act("staff.deactivate_member")
def deactivate_member(*, actor: Actor, now: datetime, username: str) -> None:
    """Close an account: its sessions end and its tokens are revoked."""
    _require_administrator(actor)
    member = _locked(username)
    _refuse_own(actor, member)
    keep_one_administrator(member)
    member.is_active = False
    member.save(update_fields=["is_active"])
    revoked = ApiToken.objects.filter(owner=member, revoked_at=None).update(revoked_at=now)
    record(actor=actor, now=now, subject=f"staff:{member.username}", facts={"tokens_revoked": revoked})


@act("staff.reactivate_member")
def reactivate_member(*, actor: Actor, now: datetime, username: str) -> None:
    """Open a closed account again, with the roles it had."""
    _require_administrator(actor)
    member = _locked(username)
    _refuse_own(actor, member)
    member.is_active = True
    member.save(update_fields=["is_active"])
    record(
        actor=actor,
        now=now,
        subject=f"staff:{member.username}",
        facts={"roles": _stored(roles_of(member))},
    )


@act("staff.reset_sign_in")
def reset_sign_in(*, actor: Actor, now: datetime, username: str) -> str:
    """Give a new first password, remove every second factor and the tie to the identity provider.

    Sessions end. Return the password.
    """
    _require_administrator(actor)
    member = _locked(username)
    _refuse_own(actor, member)
    first = secrets.token_urlsafe(15)
    _set_password(member, first)
    member.must_change_password = True
    member.save(update_fields=["password", "must_change_password"])
    removed, _ = Authenticator.objects.filter(user=member).delete()
    untied, _ = SocialAccount.objects.filter(user=member).delete()
    facts = {"factors_removed": removed, "provider_untied": bool(untied)}
    record(actor=actor, now=now, subject=f"staff:{member.username}", facts=facts)
    return first


@act("staff.change_password")
def change_password(*, actor: Actor, now: datetime, password: str) -> None:
    """Set the person's own new password; every session ends."""
    member = _locked(actor.name)
    _set_password(member, password)
    member.must_change_password = False
    member.save(update_fields=["password", "must_change_password"])
    record(actor=actor, now=now, subject=f"staff:{member.username}", facts={})


@act("staff.sign_in")
def sign_in(*, member_id: int, now: datetime, by: str, second_factor: str) -> None:
    """Record that a person signed in: `by` what, and which second factor they showed ("none" is one)."""
    member = StaffMember.objects.get(pk=member_id)
    actor = Actor(kind=ActorKind.STAFF, name=member.username, roles=roles_of(member))
    facts = {"outcome": "signed_in", "by": by, "second_factor": second_factor}
    record(actor=actor, now=now, subject=f"staff:{member.username}", facts=facts)


@act("staff.refuse_sign_in")
def refuse_sign_in(*, named: str, now: datetime, by: str, reason: str) -> None:
    """Record a failed sign-in. What was typed is kept only when it names an account."""
    facts = {"outcome": "refused", "by": by, "reason": reason}
    record(actor=SYSTEM, now=now, subject=_account_named(named), facts=facts)


@act("staff.lock_out")
def lock_out(*, named: str, now: datetime, stage: str) -> None:
    """Record that too many failures closed an account for a while. `stage`: password or second_factor."""
    record(actor=SYSTEM, now=now, subject=_account_named(named), facts={"stage": stage})


@act("staff.refuse_second_factor")
def refuse_second_factor(*, member_id: int, now: datetime, factor: str, is_confirming: bool) -> None:
    """Record a wrong second factor, at sign-in or (`is_confirming`) when a signed-in person was asked again."""
    member = StaffMember.objects.get(pk=member_id)
    stage = "confirm" if is_confirming else "sign_in"
    record(
        actor=SYSTEM, now=now, subject=f"staff:{member.username}", facts={"factor": factor, "stage": stage}
    )


@act("staff.change_factor")
def change_factor(*, actor: Actor, now: datetime, factor: str, change: str) -> None:
    """Record that a person added, removed or renewed a second factor of their own."""
    record(actor=actor, now=now, subject=f"staff:{actor.name}", facts={"factor": factor, "change": change})


@act("staff.create_token")
def create_token(
    *, actor: Actor, now: datetime, owner: str, name: str, scopes: Collection[Scope], days: int
) -> str:
    """Create a token for a program that acts as `owner`; return it. It is shown this once."""
    _require_administrator(actor)
    if not (name.strip() and len(name) <= 60 and scopes and 1 <= days <= MAX_TOKEN_DAYS):
        raise refusals.BadToken
    member = _locked(owner)
    if not member.is_active:
        raise refusals.UnknownMember
    raw = "dsc_" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        owner=member,
        name=name.strip(),
        prefix=raw[:10],
        token_hash=token_hash(raw),
        scopes=sorted(scope.value for scope in scopes),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record(
        actor=actor,
        now=now,
        subject=f"api_token:{token.pk}",
        facts={"owner": member.username, "scopes": token.scopes, "days": days},
    )
    return raw


@act("staff.revoke_token")
def revoke_token(*, actor: Actor, now: datetime, token_id: int) -> None:
    """End a token at once."""
    _require_administrator(actor)
    token = ApiToken.objects.select_for_update().filter(pk=token_id, revoked_at=None).first()
    if token is None:
        raise refusals.UnknownToken
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    record(actor=actor, now=now, subject=f"api_token:{token.pk}", facts={})


def token_hash(raw: str) -> str:
    """Return what is stored of a token. It is 256 random bits, so a plain hash hides it."""
    return hashlib.sha256(raw.encode(errors="replace")).hexdigest()


def _require_administrator(actor: Actor) -> None:
    if not actor.may(Role.ADMINISTRATOR):
        raise refusals.NotAdministrator


def _refuse_own(actor: Actor, member: StaffMember) -> None:
    if actor.person == member.username.casefold():
        raise refusals.OwnRights


def _account_named(named: str) -> str:
    """Return the subject of evidence about a typed name; what names no account is not kept."""
    member = StaffMember.objects.filter(Q(username__iexact=named) | Q(email__iexact=named)).first()
    return f"staff:{member.username if member and named else NOBODY}"


def _locked(username: str) -> StaffMember:
    member = StaffMember.objects.select_for_update().filter(username__iexact=username).first()
    if member is None:
        raise refusals.UnknownMember
    return member


def keep_one_administrator(member: StaffMember) -> None:
    """Refuse to take the rights of the last active administrator. Locks them all against a race."""
    active = StaffMember.objects.select_for_update().filter(is_active=True)
    names = [one.username for one in active if one.has_role(Role.ADMINISTRATOR)]
    if member.username in names and leaves_no_administrator(member=member.username, administrators=names):
        raise refusals.LastAdministrator(name=member.username)


def _set_password(member: StaffMember, password: str) -> None:
    try:
        validate_password(password, member)
    except ValidationError as error:
        raise refusals.BadPassword from error
    member.set_password(password)


def _stored(roles: Collection[Role]) -> list[str]:
    return sorted(role.value for role in roles)
