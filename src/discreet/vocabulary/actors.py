"""Who does something, and by which right."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Staff roles. Source: issue "One person, found and erased for real", Foundation 7."""

    VIEWER = "viewer"
    AGENT = "agent"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class ActorKind(StrEnum):
    STAFF = "staff"
    CUSTOMER = "customer"
    SHELL = "shell"
    API = "api"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `label` is what evidence records: no personal data beyond the staff account's name.

    Two actors are the same person when their `person` is equal, whichever door they came through.
    """

    kind: ActorKind
    name: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    shell_user: str = ""
    token: str = ""

    @property
    def person(self) -> str:
        return self.name.casefold()

    @property
    def label(self) -> str:
        text = f"{self.kind}:{self.name}"
        if self.token:
            return f"{text} (token {self.token})"
        return f"{text} (shell user {self.shell_user})" if self.shell_user not in ("", self.name) else text

    def may(self, role: Role) -> bool:
        return role in self.roles


SYSTEM = Actor(kind=ActorKind.SYSTEM, name="discreet")
