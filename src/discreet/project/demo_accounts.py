"""The staff of the demo."""

from dataclasses import dataclass

from discreet.vocabulary.actors import Role

PASSWORD = "quiet bamboo lamp"  # noqa: S105 - of invented accounts that only this machine can reach


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    full_name: str
    roles: tuple[Role, ...]


ACCOUNTS = (
    Account("lena", "Lena Brandt", (Role.APPROVER,)),
    Account("chen", "陈瑜", (Role.AGENT,)),
    Account("admin", "Ada Min", (Role.ADMINISTRATOR,)),
    Account("auditor", "Otto Prüfer", (Role.AUDITOR,)),
    Account("viewer", "Vera Blick", (Role.VIEWER,)),
)
