"""Acts on people whom the company's identity provider vouches for. Evidence holds account names, no address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from allauth.socialaccount.models import SocialAccount

from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.staff import actions, refusals
from discreet.foundation.staff.models import StaffMember
from discreet.foundation.staff.permissions import roles_of
from discreet.foundation.staff.rules import roles_of_groups, username_from
from discreet.vocabulary.actors import SYSTEM, Role

#: How allauth's table of links calls the one provider.
PROVIDER = "oidc"


@dataclass(frozen=True, slots=True)
class Vouched:
    """A person as the provider vouches for them. `uid`: a hash of issuer and subject; `email` is verified."""

    uid: str
    email: str
    preferred_username: str
    full_name: str
    groups: frozenset[str]
    has_second_factor: bool


@act("staff.admit_from_provider")
def admit_from_provider(*, now: datetime, person: Vouched, role_of_group: Mapping[str, Role]) -> int:
    """Find the account of a person whom the provider vouches for; return its id.

    The first time the verified address finds it, and it is tied to the provider's subject for good: an
    address that the provider later gives to somebody else opens nothing. With `role_of_group` the groups
    decide the roles at each sign-in, and a person with a role who has no account gets one.

    Raises:
        NoAccountForAddress, LinkedToAnother, AccountClosed, NoRoleFromProvider, LastAdministrator.
    """
    roles = roles_of_groups(groups=person.groups, role_of_group=role_of_group) if role_of_group else None
    member, outcome = _known(person), "known"
    if member is None:
        member, outcome = _by_address(person), "linked"
        if member is None:
            member, outcome = _created(person, roles=roles, now=now), "created"
        SocialAccount.objects.create(user=member, provider=PROVIDER, uid=person.uid)
    if not member.is_active:
        raise refusals.AccountClosed
    facts: dict[str, Json] = {"outcome": outcome, "second_factor": person.has_second_factor}
    if roles is not None and (outcome == "created" or roles != roles_of(member)):
        facts |= _take_roles(member, roles, is_new=outcome == "created")
    record(actor=SYSTEM, now=now, subject=f"staff:{member.username}", facts=facts)
    return member.pk


def _known(person: Vouched) -> StaffMember | None:
    link = SocialAccount.objects.filter(provider=PROVIDER, uid=person.uid).first()
    return StaffMember.objects.select_for_update().get(pk=link.user_id) if link else None


def _by_address(person: Vouched) -> StaffMember | None:
    member = StaffMember.objects.select_for_update().filter(email__iexact=person.email).first()
    if member is None:
        return None
    if SocialAccount.objects.filter(user=member, provider=PROVIDER).exists():
        raise refusals.LinkedToAnother
    if member.must_change_password:
        # An administrator knows the first password. From here on the person does not need it.
        member.set_unusable_password()
        member.must_change_password = False
        member.save(update_fields=["password", "must_change_password"])
    return member


def _created(person: Vouched, *, roles: frozenset[Role] | None, now: datetime) -> StaffMember:
    if roles is None:
        raise refusals.NoAccountForAddress
    if not roles:
        raise refusals.NoRoleFromProvider
    taken = {name.casefold() for name in StaffMember.objects.values_list("username", flat=True)}
    member = StaffMember(
        username=username_from(preferred=person.preferred_username, email=person.email, taken=taken),
        email=person.email,
        first_name=person.full_name[:150],
        date_joined=now,
    )
    member.set_unusable_password()
    member.save()
    return member


def _take_roles(member: StaffMember, roles: frozenset[Role], *, is_new: bool) -> dict[str, Json]:
    before = sorted(role.value for role in roles_of(member))
    if Role.ADMINISTRATOR not in roles and not is_new:
        actions.keep_one_administrator(member)
    member.roles = sorted(role.value for role in roles)
    member.save(update_fields=["roles"])
    return {"roles": member.roles, "roles_before": before}
