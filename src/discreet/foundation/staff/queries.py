"""Reading accounts and tokens."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from discreet.foundation.staff.actions import token_hash
from discreet.foundation.staff.actors import actor_for
from discreet.foundation.staff.models import ApiToken, StaffMember
from discreet.foundation.staff.permissions import roles_of
from discreet.foundation.staff.refusals import UnknownMember
from discreet.foundation.staff.rules import Scope, lent_scopes, token_roles
from discreet.vocabulary.actors import Actor, ActorKind, Role


@dataclass(frozen=True, slots=True)
class MemberView:
    username: str
    full_name: str
    email: str
    roles: frozenset[Role]
    is_active: bool
    has_second_factor: bool
    is_tied_to_provider: bool
    must_change_password: bool
    last_login_at: datetime | None


@dataclass(frozen=True, slots=True)
class MemberName:
    """What a page calls an account: the full name, else the name to sign in with."""

    name: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where an active account is mailed, and whom it acts as. `address` is "" without one."""

    address: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class TokenView:
    token_id: int
    name: str
    prefix: str
    owner: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def is_usable(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """Two scopes may lend the same role, so what a token may do goes by its scopes."""

    actor: Actor
    scopes: frozenset[Scope]


def members() -> list[MemberView]:
    """Return every account, active ones first."""
    factors = set(
        Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES).values_list(
            "user_id", flat=True
        )
    )
    tied = set(SocialAccount.objects.values_list("user_id", flat=True))
    return [
        _member(member, has_second_factor=member.pk in factors, is_tied_to_provider=member.pk in tied)
        for member in StaffMember.objects.order_by("-is_active", "username")
    ]


def names_of(usernames: Collection[str]) -> dict[str, MemberName]:
    """Return what pages call these accounts; a name without an account is left out."""
    found = StaffMember.objects.filter(username__in=usernames)
    return {
        member.username: MemberName(name=member.get_full_name() or member.username, roles=roles_of(member))
        for member in found
    }


def mailboxes(usernames: Collection[str]) -> dict[str, Mailbox]:
    """Return the active ones of these accounts with their addresses."""
    found = StaffMember.objects.filter(username__in=usernames, is_active=True)
    return {one.username: Mailbox(address=one.email, actor=actor_for(member=one)) for one in found}


def member(username: str) -> MemberView:
    """Return one account.

    Raises:
        UnknownMember: there is none of this name.
    """
    for view in members():
        if view.username == username:
            return view
    raise UnknownMember


def tokens() -> list[TokenView]:
    """Return every token, the newest first."""
    return [
        TokenView(
            token_id=token.pk,
            name=token.name,
            prefix=token.prefix,
            owner=token.owner.username,
            scopes=tuple(token.scopes),
            created_at=token.created_at,
            expires_at=token.expires_at,
            revoked_at=token.revoked_at,
        )
        for token in ApiToken.objects.select_related("owner").order_by("-id")
    ]


def authenticate_token(raw: str, *, now: datetime) -> Actor | None:
    """Return who a token acts as, or `None` when it is unknown, over, revoked or its owner is gone."""
    grant = grant_of_token(raw, now=now)
    return grant.actor if grant is not None else None


def grant_of_token(raw: str, *, now: datetime) -> TokenGrant | None:
    """Return who a token acts as and what it may do, or `None` as `authenticate_token`.

    The look-up goes by the hash of 256 random bits, so its timing tells nothing about any token.
    """
    token = (
        ApiToken.objects.select_related("owner")
        .filter(token_hash=token_hash(raw), revoked_at=None, expires_at__gt=now)
        .first()
    )
    if token is None or not token.owner.is_active:
        return None
    known = {scope.value: scope for scope in Scope}
    scopes = [known[name] for name in token.scopes if name in known]
    owner_roles = roles_of(token.owner)
    actor = Actor(
        kind=ActorKind.API,
        name=token.owner.username,
        roles=token_roles(scopes=scopes, owner_roles=owner_roles),
        token=token.name,
    )
    return TokenGrant(actor=actor, scopes=lent_scopes(scopes=scopes, owner_roles=owner_roles))


def _member(member: StaffMember, *, has_second_factor: bool, is_tied_to_provider: bool) -> MemberView:
    return MemberView(
        username=member.username,
        full_name=member.get_full_name(),
        email=member.email,
        roles=roles_of(member),
        is_active=member.is_active,
        has_second_factor=has_second_factor,
        is_tied_to_provider=is_tied_to_provider,
        must_change_password=member.must_change_password,
        last_login_at=member.last_login,
    )
