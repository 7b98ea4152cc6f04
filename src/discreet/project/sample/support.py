"""Rows of the support database. No key is declared: contacts go by e-mail, calls by customer number."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from discreet.project.sample.cast import CAST
from discreet.project.sample.people import Strangers
from discreet.project.sample.shop import customer_number
from discreet.project.sample.shop_office import Row

_FIRST_STRANGER = 20_600
_FIRST_DAY = datetime(2022, 3, 1, 9, 0, 0)  # noqa: DTZ001 - the sample company stores local times
_AGENTS = (
    ("苏晴", "su.qing@example.com"),
    ("Jonas Falk", "jonas.falk@example.com"),
    ("Maya Ortiz", "maya.ortiz@example.com"),
)
_SUBJECTS = ("Late delivery", "安装问题", "Return", "发票抬头", "Warranty", "更改地址")
_BODIES = (
    "The courier came while nobody was at home.",
    "请问什么时候可以上门安装？",
    "I would like to send the lamp back.",
    "发票需要换成公司抬头。",
    "My mother, Mrs Vogel, will open the door.",
)
_REMARKS = (
    "Handled on the {day}.",
    "Voucher of {amount} promised.",
    "{day} 日已回电，客户满意。",
    "补偿 {amount} 元，已告知财务。",
    "Escalated to the showroom, see {day}.",
)
_CALLS = (
    "Asked about delivery date.",
    "客户要求改期。",
    "Back pain, asks for delivery upstairs.",
    "投诉包装破损。",
)


@dataclass(slots=True)
class Rows:
    """Rows by table, in the column order of `support.sql`."""

    agents: list[Row] = field(default_factory=list)
    contacts: list[Row] = field(default_factory=list)
    tickets: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    call_notes: list[Row] = field(default_factory=list)
    remarks: list[Row] = field(default_factory=list)

    def tables(self) -> Iterator[tuple[str, list[Row]]]:
        for name in self.__slots__:
            yield name, getattr(self, name)


class SupportBuilder:
    """Fills `rows` from the shop's customers."""

    def __init__(self, rng: random.Random, more: random.Random) -> None:
        self._rng = rng
        self._more = more
        self._strangers = Strangers(more, _FIRST_STRANGER)
        self.rows = Rows()
        for number, (name, email) in enumerate(_AGENTS, start=1):
            self.rows.agents.append((number, name, email))
            self.rows.remarks.append((number, "agent", number, "Works early shifts."))

    def _moment(self) -> str:
        at = _FIRST_DAY + timedelta(days=self._rng.randrange(1_200), minutes=self._rng.randrange(480))
        return at.isoformat(sep=" ")

    def _rarely(self) -> bool:
        """Return whether one of the crowd's few exceptions falls due; never for the named persons."""
        return len(self.rows.contacts) > len(CAST) and self._more.random() < 0.03

    def add_contact(self, *, name: object, email: object, mobile: object, number: object) -> int:
        contact_id = len(self.rows.contacts) + 1
        is_deleted = int(self._rarely())
        self.rows.contacts.append((contact_id, name, email, mobile, number, self._moment(), is_deleted))
        return contact_id

    def add_ticket(self, contact_id: int, email: object) -> None:
        """Add a ticket with one message of the customer and one answer, and a remark on the ticket."""
        rng, rows = self._rng, self.rows
        ticket_id, agent = len(rows.tickets) + 1, rng.choice(rows.agents)
        subject, opened, by = rng.choice(_SUBJECTS), self._moment(), self._more.randrange(len(_AGENTS)) + 1
        gone = "2025-11-03 12:00:00" if self._rarely() else None
        rows.tickets.append((ticket_id, contact_id, agent[0], subject, "closed", opened, by, agent[0], gone))
        for sender in (email, agent[2]):
            body = rng.choice(_BODIES)
            if self._rarely():
                other = self._strangers.next()
                body += f" {other.name}: {other.phone}"
            rows.messages.append((len(rows.messages) + 1, ticket_id, sender, body, self._moment()))
        remark = self._more.choice(_REMARKS).format(
            day=self._more.randrange(1, 29), amount=self._more.randrange(1, 60) * 5
        )
        rows.remarks.append((len(rows.remarks) + 1, "ticket", ticket_id, remark))

    def add_call(self, *, number: str, caller: object, phone: object) -> None:
        rows = self.rows.call_notes
        rows.append((len(rows) + 1, number, caller, phone, self._rng.choice(_CALLS), self._moment()))

    def add_cast(self, ids: dict[str, int]) -> None:
        for role in CAST:
            if role.support_email is None:
                continue
            who, number = role.person, customer_number(ids[role.key])
            contact_id = self.add_contact(
                name=who.name, email=role.support_email, mobile=who.phone, number=number
            )
            self.rows.remarks.append((len(self.rows.remarks) + 1, "contact", contact_id, "Prefers e-mail."))
            for _ in range(role.tickets):
                self.add_ticket(contact_id, role.support_email)
            for _ in range(role.calls):
                self.add_call(number=number, caller=who.name, phone=who.phone)

    def add_crowd(self, customers: list[Row]) -> None:
        rng = self._rng
        for customer in customers:
            _, number, email, name, phone = customer[:5]
            if rng.random() < 0.3:
                contact_id = self.add_contact(name=name, email=email, mobile=phone, number=number)
                for _ in range(rng.choice((0, 1, 1, 2))):
                    self.add_ticket(contact_id, email)
                if rng.random() < 0.1:
                    self.rows.remarks.append((len(self.rows.remarks) + 1, "contact", contact_id, "Regular."))
            if rng.random() < 0.2:
                self.add_call(number=str(number), caller=name, phone=phone)
