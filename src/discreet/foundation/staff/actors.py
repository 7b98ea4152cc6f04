"""Who acts: turns a signed-in request or a shell into an `Actor`."""

import os
import pwd

from django.http import HttpRequest

from discreet.foundation.staff.models import StaffMember
from discreet.foundation.staff.permissions import roles_of
from discreet.vocabulary.actors import Actor, ActorKind, Role
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

#: What the operator of the machine may do without a staff account: everything but approve.
OPERATOR_ROLES = frozenset({Role.AGENT, Role.ADMINISTRATOR})
_LONGEST_NAME = 150  # as an account's


class UnknownStaff(Refused):
    code = "unknown_staff"
    message = gettext_noop("There is no active staff account “%(name)s”. `discreet staff list` shows them.")
    status = 404


class NotSignedIn(Refused):
    code = "not_signed_in"
    message = gettext_noop("Sign in first.")
    status = 401


def actor_of(request: HttpRequest) -> Actor:
    """Return who makes this request.

    Raises:
        NotSignedIn: nobody is signed in.
    """
    if not request.user.is_authenticated:
        raise NotSignedIn
    return actor_for(member=request.user)


def display_name(request: HttpRequest) -> str:
    """Return the name the person sees of themselves: their own, else the account's."""
    if not request.user.is_authenticated:
        return ""
    return request.user.get_full_name() or request.user.get_username()


def actor_for(*, member: StaffMember) -> Actor:
    """Return the actor of a staff account."""
    return Actor(kind=ActorKind.STAFF, name=member.get_username(), roles=roles_of(member))


def operating_system_user() -> str:
    """Return whom the kernel runs this process for. Environment variables, which anybody may set, say nothing."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user often has no name
        return f"uid-{os.getuid()}"


def shell_actor(as_user: str | None = None) -> Actor:
    """Return who acts at the command line.

    Once the installation has staff accounts, a name given with `--as` must be one of them and its roles
    apply; the machine's operator without one may do all but approve. Before the first account exists any
    name is accepted with every role, so that an installation can be set up.

    Raises:
        UnknownStaff: `as_user` is not an active staff account.
    """
    operator = operating_system_user()
    name = operator if as_user is None else as_user.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise UnknownStaff(name=name[:_LONGEST_NAME])
    if not StaffMember.objects.exists():
        return Actor(kind=ActorKind.SHELL, name=name, roles=frozenset(Role), shell_user=operator)
    member = StaffMember.objects.filter(username__iexact=name, is_active=True).first()
    if member is not None:
        return Actor(
            kind=ActorKind.SHELL, name=member.get_username(), roles=roles_of(member), shell_user=operator
        )
    if as_user is not None:
        raise UnknownStaff(name=as_user)
    return Actor(kind=ActorKind.SHELL, name=operator, roles=OPERATOR_ROLES, shell_user=operator)
