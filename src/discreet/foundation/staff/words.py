"""Words for roles and scopes."""

from discreet.foundation.staff.rules import Scope
from discreet.vocabulary.actors import Role
from discreet.vocabulary.text import gettext_noop

_ROLES = {
    Role.VIEWER: (gettext_noop("Viewer"), gettext_noop("reads, changes nothing")),
    Role.AGENT: (gettext_noop("Agent"), gettext_noop("works on cases and the data map")),
    Role.APPROVER: (gettext_noop("Approver"), gettext_noop("approves what someone else prepared")),
    Role.ADMINISTRATOR: (gettext_noop("Administrator"), gettext_noop("accounts, sources and settings")),
    Role.AUDITOR: (gettext_noop("Auditor"), gettext_noop("reads everything, the ledger included")),
}


def role_label(role: Role) -> str:
    """Return the English name of a role, for `gettext`."""
    return _ROLES[role][0]


def role_meaning(role: Role) -> str:
    """Return in English what a role is for, for `gettext`."""
    return _ROLES[role][1]


_SCOPES = {
    Scope.REQUESTS_READ: gettext_noop("Read requests"),
    Scope.REQUESTS_WRITE: gettext_noop("Open and prepare requests"),
    Scope.EVIDENCE_READ: gettext_noop("Read evidence"),
    Scope.CHOICES_READ: gettext_noop("Ask what people chose"),
    Scope.CHOICES_WRITE: gettext_noop("Pass on opt-outs"),
}


def scope_label(scope: Scope) -> str:
    """Return the English name of a scope, for `gettext`."""
    return _SCOPES[scope]
