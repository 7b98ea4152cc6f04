"""How requests come into random histories: one by one, together, as lists, from backups; most were received before."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine

from discreet.engines.subjects.corrections import Change
from discreet.foundation.datamap.sharing_actions import state_manual_source, state_recipient
from discreet.foundation.datamap.tombstones import RestoredRow, RestoredValue
from discreet.mechanisms.rights.actions import correcting, forgetting, importing, receiving
from discreet.mechanisms.rights.kinds import Kind, Requester
from discreet.mechanisms.rights.opening.asker import Asking, who_asks
from discreet.mechanisms.rights.opening.identity import How
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.errors import Refused
from tests.mechanisms.rights.company import AGENT, CUSTOMER, NOW, OPERATOR, who
from tests.mechanisms.rights.history_asides import ARCHIVE, MAILER, TABLE
from tests.mechanisms.rights.history_model import MOST, Decided, Known, works


class Receiving(RuleBasedStateMachine):
    """Requests as they come, and what is tried with them."""

    #: Requests that wait to be taken up, received once for all histories: each of these takes them back.
    waiting: ClassVar[dict[tuple[Kind, Requester, bool], list[str]]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Known] = {}
        self.at = NOW
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.plans = 0
        self.runs: dict[int, tuple[bool, int]] = {}  # by batch: is it proven, and its run

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def receive(
        self,
        kind: Kind,
        requester: Requester,
        actor: Actor,
        *,
        is_californian: bool | None = None,
        batch_id: int | None = None,
    ) -> str:
        """Receive a request; return its number, or "" where it was refused."""
        if is_californian is None:
            is_californian = (len(self.known) + (kind is Kind.ACCESS)) % 2 == 1
        asking = Asking(requester=requester.value, who=who_asks(name="A. Gent"))
        if requester is Requester.SELF:
            asking = Asking()
        received = self.tried(
            lambda: receiving.receive_request(
                actor=actor,
                now=self.at,
                kind=kind.value,
                claim=who("ann@example.com"),
                residence="US-CA" if is_californian else "DE",
                channel="centre" if actor is CUSTOMER else "desk",
                asking=asking,
                batch_id=batch_id,
            )
        )
        if received is None:
            return ""
        assert actor is CUSTOMER or works(actor)
        self.known[received.number] = Known(kind, requester.value, is_californian)
        return str(received.number)

    @classmethod
    def receive_what_waits(cls) -> None:
        """Receive, before the first history, what each of them may take up."""
        for kind in Kind:
            for requester, each in ((Requester.SELF, 2), (Requester.AGENT, 1), (Requester.GUARDIAN, 1)):
                for is_californian in (False, True):
                    one = cls()
                    cls.waiting[kind, requester, is_californian] = [
                        one.receive(kind, requester, AGENT, is_californian=is_californian)
                        for _ in range(each)
                    ]
                    one.atomic.__exit__(None, None, None)
        state_manual_source(actor=OPERATOR, now=NOW, facts=ARCHIVE)
        for facts in (MAILER, replace(MAILER, key="courier")):
            state_recipient(actor=OPERATOR, now=NOW, facts=facts)

    def take_up(self, kind: Kind, requester: Requester, *, is_californian: bool | None = None) -> str:
        """Take up a request that was received before; receive one where none is left."""
        if is_californian is None:
            is_californian = (len(self.known) + (kind is Kind.ACCESS)) % 2 == 1
        for number in self.waiting.get((kind, requester, is_californian), ()):
            if number not in self.known:
                self.known[number] = Known(kind, requester.value, is_californian)
                return number
        return self.receive(kind, requester, AGENT, is_californian=is_californian)

    def receive_together(self, kind: Kind, requesters: Sequence[Requester]) -> list[str]:
        """Receive requests in one batch, as a list of them is."""
        batch_id = receiving.open_batch(actor=AGENT, now=self.at, kind=kind)
        numbers = [self.receive(kind, requester, AGENT, batch_id=batch_id) for requester in requesters]
        for number in numbers[1:]:
            self.known[number].plan = self.known[numbers[0]].plan
        return numbers

    def receive_otherwise(self, kind: Kind, actor: Actor, how: str) -> None:
        """Receive by a way of its own: with what is wrong, as a list, or because a backup brought somebody back."""
        if len(self.known) > MOST:
            return
        if how == "correction":
            received = self.tried(lambda: self.receive_correction(actor))
            numbers, kind = ([] if received is None else [received.number]), Kind.RECTIFICATION
        elif how == "list":
            claims = [(who(f"{name}@example.com"), "US-CA", "en") for name in ("ann", "bob")]
            made = self.tried(
                lambda: importing.receive_batch(actor=actor, now=self.at, kind=kind, claims=claims)
            )
            numbers = [] if made is None else made[1]
        else:
            opened = self.tried(lambda: self.reopen_erasure(actor))
            numbers, kind = ([] if opened is None else [opened[0]]), Kind.ERASURE
        plan = Decided()
        for number in numbers:
            assert works(actor) or (actor is CUSTOMER and how != "backup")
            self.known[number] = Known(kind, Requester.SELF.value, is_californian=True, plan=plan)
            if how == "backup":  # row and person are those of the erasure that was approved then
                self.known[number].proofs.add(How.STAFF.value)
                self.known[number].is_proven, self.known[number].people = True, 1

    def receive_correction(self, actor: Actor) -> receiving.Received:
        return correcting.receive_correction(
            actor=actor,
            now=self.at,
            claim=who("ann@example.com"),
            changes=[Change("email", "new@example.com", "ann@example.com")],
            residence="US-CA",
            channel="desk",
        )

    def reopen_erasure(self, actor: Actor) -> tuple[str, bool]:
        row = RestoredRow(
            table=TABLE,
            key=(1,),
            values=(RestoredValue("email", "ann@example.com"),),
            scope="request:R-1",
            erased_on="2026-01-01",
            is_sealed=True,
        )
        return forgetting.reopen_erasure(
            actor=actor, now=self.at, source="shop", scope=f"request:{len(self.known)}", rows=[row]
        )

    def tried(self, call: Any) -> Any:
        try:
            with transaction.atomic():
                return call()
        except Refused:
            return None

    def is_done(self, call: Any) -> bool:
        try:
            with transaction.atomic():
                call()
        except Refused:
            return False
        return True
