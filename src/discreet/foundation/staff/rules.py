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


#: The roles a scope lends to its token, as far as its owner has them.
SCOPE_ROLES: Mapping[Scope, frozenset[Role]] = {
    Scope.REQUESTS_READ: frozenset({Role.VIEWER}),
    Scope.REQUESTS_WRITE: frozenset({Role.AGENT}),
    Scope.EVIDENCE_READ: frozenset({Role.AUDITOR}),
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


def leaves_no_administrator(*, member: str, administrators: Collection[str]) -> bool:
    """Return whether nobody could give rights any more once `member` no longer administers."""
    return set(administrators) <= {member}
