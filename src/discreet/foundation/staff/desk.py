"""Staff pages about accounts and tokens. Only administrators change; the auditor reads."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from discreet.foundation.desk.refusals import message_of
from discreet.foundation.staff import actions, queries
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.forms import MemberForm, RolesForm, TokenForm
from discreet.foundation.staff.permissions import role_required
from discreet.foundation.staff.rules import Scope
from discreet.vocabulary.actors import Role
from discreet.vocabulary.errors import Refused

ADMINISTRATOR, AUDITOR = Role.ADMINISTRATOR, Role.AUDITOR


@role_required(ADMINISTRATOR, AUDITOR)
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """List the accounts."""
    found = queries.members()
    context = {
        "members": found,
        "active": sum(one.is_active for one in found),
        "unprotected": sum(one.is_active and not one.has_second_factor for one in found),
        "may_change": actor_of(request).may(ADMINISTRATOR),
    }
    return render(request, "staff/members.html", context)


@role_required(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def add_member(request: HttpRequest) -> HttpResponse:
    """Create an account and show its first password once."""
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            first = actions.create_member(
                actor=actor_of(request),
                now=timezone.now(),
                username=values["username"],
                full_name=values["full_name"],
                email=values["email"],
                roles=[Role(role) for role in values["roles"]],
            )
        except Refused as refusal:
            form.add_error(None, message_of(refusal))
        else:
            return _secret(request, name=values["username"], secret=first, kind="password")
    status = 422 if form.errors else 200
    return render(request, "staff/add.html", {"form": form}, status=status)


@role_required(ADMINISTRATOR, AUDITOR)
@require_safe
def member(request: HttpRequest, username: str) -> HttpResponse:
    """Show one account and what may be done with it."""
    view = queries.member(username)
    actor = actor_of(request)
    is_own = actor.person == username.casefold()
    context = {
        "member": view,
        "form": RolesForm(initial={"roles": [role.value for role in view.roles]}),
        "may_change": actor.may(ADMINISTRATOR) and not is_own,
        "is_own": is_own,
    }
    return render(request, "staff/member.html", context)


@role_required(ADMINISTRATOR)
@require_POST
def change_roles(request: HttpRequest, username: str) -> HttpResponse:
    """Give the account the ticked roles."""
    form = RolesForm(request.POST)
    if form.is_valid():
        actions.change_roles(
            actor=actor_of(request),
            now=timezone.now(),
            username=username,
            roles=[Role(role) for role in form.cleaned_data["roles"]],
        )
        messages.success(request, gettext("Roles changed. The account's sessions ended."))
    return _to_member(username)


@role_required(ADMINISTRATOR)
@require_POST
def deactivate(request: HttpRequest, username: str) -> HttpResponse:
    """Close the account."""
    actions.deactivate_member(actor=actor_of(request), now=timezone.now(), username=username)
    messages.success(request, gettext("Account closed. Its sessions and tokens ended."))
    return _to_member(username)


@role_required(ADMINISTRATOR)
@require_POST
def reactivate(request: HttpRequest, username: str) -> HttpResponse:
    """Open the account again."""
    actions.reactivate_member(actor=actor_of(request), now=timezone.now(), username=username)
    messages.success(request, gettext("Account opened again."))
    return _to_member(username)


@role_required(ADMINISTRATOR)
@require_POST
def reset_sign_in(request: HttpRequest, username: str) -> HttpResponse:
    """Give a new first password and remove the second factor."""
    first = actions.reset_sign_in(actor=actor_of(request), now=timezone.now(), username=username)
    return _secret(request, name=username, secret=first, kind="password")


@role_required(ADMINISTRATOR, AUDITOR)
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """List the tokens of programs."""
    now = timezone.now()
    rows = [(token, token.is_usable(now)) for token in queries.tokens()]
    context = {
        "rows": rows,
        "usable": sum(is_usable for _, is_usable in rows),
        "may_change": actor_of(request).may(ADMINISTRATOR),
    }
    return render(request, "staff/tokens.html", context)


@role_required(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def add_token(request: HttpRequest) -> HttpResponse:
    """Create a token and show it once."""
    owners = [one.username for one in queries.members() if one.is_active]
    form = TokenForm(request.POST or None, owners=owners)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        raw = actions.create_token(
            actor=actor_of(request),
            now=timezone.now(),
            owner=values["owner"],
            name=values["name"],
            scopes=[Scope(scope) for scope in values["scopes"]],
            days=values["days"],
        )
        return _secret(request, name=values["name"], secret=raw, kind="token")
    status = 422 if form.errors else 200
    return render(request, "staff/add_token.html", {"form": form}, status=status)


@role_required(ADMINISTRATOR)
@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a token."""
    actions.revoke_token(actor=actor_of(request), now=timezone.now(), token_id=token_id)
    messages.success(request, gettext("Token revoked."))
    return HttpResponseRedirect(reverse("staff:tokens"))


def _to_member(username: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("staff:member", args=[username]))


def _secret(request: HttpRequest, *, name: str, secret: str, kind: str) -> HttpResponse:
    """Show a secret once."""
    return render(request, "staff/secret.html", {"name": name, "secret": secret, "kind": kind})
