"""Who may open a page. Every view of the desk declares its roles; one that does not is closed to all.

@role_required(Role.APPROVER)
def accept(request: HttpRequest, number: str) -> HttpResponse: ...
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from discreet.foundation.staff.models import StaffMember
from discreet.vocabulary.actors import Role
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

ANY_STAFF = frozenset(Role)
#: Roles whose holders change something. Viewer and auditor only read.
WRITERS = frozenset({Role.AGENT, Role.APPROVER, Role.ADMINISTRATOR})


class RoleMissing(Refused):
    code = "role_missing"
    message = gettext_noop("Your account does not have the role this needs. Ask an administrator.")
    status = 403


class UndeclaredView(Refused):
    code = "undeclared_view"
    message = gettext_noop("This page declares no roles, so it stays closed. Tell the developers.")
    status = 403


def role_required(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Open the view to signed-in staff who hold one of `roles`; without `roles`, to every member of staff.

    Raises:
        RoleMissing: (when called) the person holds none of them.
    """
    allowed = frozenset(roles) or ANY_STAFF

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not allowed & roles_of(request.user):
                raise RoleMissing
            return view(request, *args, **kwargs)

        guarded.required_roles = allowed  # type: ignore[attr-defined]
        return guarded

    return decorate


def declared_roles(view: object) -> frozenset[Role] | None:
    """Return the roles a view declares, or `None` when it declares nothing and stays closed."""
    declared = getattr(view, "required_roles", None)
    return declared if isinstance(declared, frozenset) else None


def roles_of(member: StaffMember) -> frozenset[Role]:
    """Return the roles of an account; unknown words in it grant nothing."""
    known = {role.value: role for role in Role}
    return frozenset(known[name] for name in member.roles if name in known)
