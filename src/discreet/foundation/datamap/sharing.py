"""What is stated of those who receive personal data, and of places that hold some and that no program reads.

Source: GDPR Art. 4(9), 19, 30(1)(d); PIPL Art. 21, 23; DPV: Recipient and what stands under it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from discreet.engines.subjects.graph import TableRef

REMIND_DAYS = 14
ANSWER_DAYS = 10
MOST_DAYS = 365


class RecipientKind(StrEnum):
    PROCESSOR = "processor"
    JOINT_CONTROLLER = "joint_controller"
    CONTROLLER = "controller"
    THIRD_PARTY = "third_party"
    AUTHORITY = "authority"


#: What a kind is called in the DPV.
DPV_TERMS: Mapping[RecipientKind, str] = MappingProxyType(
    {
        RecipientKind.PROCESSOR: "dpv:DataProcessor",
        RecipientKind.JOINT_CONTROLLER: "dpv:JointDataControllers",
        RecipientKind.CONTROLLER: "dpv:DataController",
        RecipientKind.THIRD_PARTY: "dpv:ThirdParty",
        RecipientKind.AUTHORITY: "dpv:Authority",
    }
)


class Contact(StrEnum):
    """How a recipient is told."""

    MAIL = "mail"
    CALL = "call"  # a signed call to its program
    TASK = "task"  # a person of ours tells it


class Reference(StrEnum):
    """By what a recipient knows a person: the least that it needs to find the data."""

    CUSTOMER_NUMBER = "customer_number"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class RecipientFacts:
    """Who receives what, since when, and how it is told of changes.

    `tables` and `categories` both empty: it receives everything. `until_date`: nothing new goes there; what it
    has, it has. `subscription`: the name under which the signed calls to it are set up.
    """

    key: str
    name_en: str
    name_zh: str
    kind: RecipientKind
    contact: Contact
    reference: Reference = Reference.CUSTOMER_NUMBER
    address: str = ""
    subscription: str = ""
    assignee: str = ""
    language: str = "en"
    country: str = ""
    tables: tuple[TableRef, ...] = ()
    categories: tuple[str, ...] = ()
    since_date: date | None = None
    until_date: date | None = None
    remind_days: int = REMIND_DAYS

    def name(self, language: str) -> str:
        return self.name_zh if language.startswith("zh") else self.name_en

    def received(self, *, tables: frozenset[TableRef], categories: frozenset[str]) -> bool:
        """Say whether any of it went there; nothing named here means everything."""
        if not self.tables and not self.categories:
            return True
        return bool(tables.intersection(self.tables) or categories.intersection(self.categories))


@dataclass(frozen=True, slots=True)
class ManualSourceFacts:
    """A place that Discreet cannot read, and the account that answers for it."""

    key: str
    name_en: str
    name_zh: str
    assignee: str
    categories: tuple[str, ...] = ()
    answer_days: int = ANSWER_DAYS

    def name(self, language: str) -> str:
        return self.name_zh if language.startswith("zh") else self.name_en


@dataclass(frozen=True, slots=True)
class Version:
    """Which statement of one thing, by whom, since when. `is_ended`: it is over; nothing is asked any more."""

    number: int
    valid_from: datetime
    stated_by: str
    is_ended: bool
