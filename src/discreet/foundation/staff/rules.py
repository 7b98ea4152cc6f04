"""Who may give which rights to whom. Facts in, decision out.

Source: issue "One person, found and erased for real", Foundation 7.
"""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

from discreet.vocabulary.actors import Role

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")


class Scope(StrEnum):
    """What an API token may do. None of them approves: approval takes a person."""

    REQUESTS_READ = "requests:read"
    REQUESTS_WRITE = "requests:write"
    EVIDENCE_READ = "evidence:read"
    CHOICES_READ = "choices:read"
    CHOICES_WRITE = "choices:write"


#: The roles a scope lends to its token, as far as its owner has them.
SCOPE_ROLES: Mapping[Scope, frozenset[Role]] = {
    Scope.REQUESTS_READ: frozenset({Role.VIEWER}),
    Scope.REQUESTS_WRITE: frozenset({Role.AGENT}),
    Scope.EVIDENCE_READ: frozenset({Role.AUDITOR}),
    Scope.CHOICES_READ: frozenset({Role.VIEWER}),
    Scope.CHOICES_WRITE: frozenset({Role.AGENT}),
}
MAX_TOKEN_DAYS = 366


def is_username(text: str) -> bool:
    """Return whether a text is an account name: no e-mail address, so that evidence may hold it."""
    return USERNAME.fullmatch(text) is not None


def token_roles(*, scopes: Collection[Scope], owner_roles: Collection[Role]) -> frozenset[Role]:
    """Return what a token may do: the roles of its scopes that its owner holds too.

    Every role but viewer can read, so an owner with any role lends viewer.
    """
    lent = {role for scope in scopes for role in SCOPE_ROLES[scope]}
    held = {*owner_roles, Role.VIEWER} if owner_roles else set()
    return frozenset(lent & held)


def lent_scopes(*, scopes: Collection[Scope], owner_roles: Collection[Role]) -> frozenset[Scope]:
    """Return the scopes that a token has in effect: those whose roles its owner holds."""
    return frozenset(
        scope
        for scope in scopes
        if SCOPE_ROLES[scope] <= token_roles(scopes=[scope], owner_roles=owner_roles)
    )


def leaves_no_administrator(*, member: str, administrators: Collection[str]) -> bool:
    """Return whether nobody could give rights any more once `member` no longer administers."""
    return set(administrators) <= {member}


#: What an identity provider may say was used (RFC 8176, section 2): something known, and something held or
#: borne. A text message or call (`sms`, `tel`) is not counted: its number can be taken over.
KNOWN_FACTORS = frozenset({"pwd", "pin", "kba"})
HELD_FACTORS = frozenset({"otp", "hwk", "swk", "sc", "face", "fpt", "iris", "retina", "vbm"})


def proves_second_factor(
    *, methods: Collection[str], context: str, accepted_contexts: Collection[str]
) -> bool:
    """Return whether a provider says that two factors were used: by `amr`, or by an agreed `acr`.

    Source: RFC 8176; OpenID Connect Core 1.0, section 2.
    """
    used = set(methods)
    is_two = "mfa" in used or bool(used & KNOWN_FACTORS and used & HELD_FACTORS)
    return is_two or (bool(context) and context in accepted_contexts)


def roles_of_groups(*, groups: Collection[str], role_of_group: Mapping[str, Role]) -> frozenset[Role]:
    """Return the roles that a provider's groups give; groups that nobody mapped give none."""
    return frozenset(role_of_group[group] for group in groups if group in role_of_group)


def username_from(*, preferred: str, email: str, taken: Collection[str]) -> str:
    """Return a free account name near what the provider calls the person. `taken`: names in lower case."""
    wanted = (preferred or email).partition("@")[0].casefold()
    stem = re.sub(r"[^a-z0-9._-]+", "-", wanted).strip("._-")[:50]
    stem = stem if len(stem) > 1 else f"staff-{stem}".rstrip("-")
    free = (name for name in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)
    return next(free)
