"""A paper archive that Olga answers for, and how its answers are given."""

from datetime import UTC, datetime

from discreet.foundation.datamap.sharing import ManualSourceFacts
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import keeping_places
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.outside import manual
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.outside.rules import ManualAnswer
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.mechanisms.rights.company import APPROVER

CLERK = Actor(kind=ActorKind.STAFF, name="olga", roles=frozenset({Role.VIEWER}))
STRANGER = Actor(kind=ActorKind.STAFF, name="tao", roles=frozenset({Role.VIEWER}))
ARCHIVE = ManualSourceFacts(
    key="archive", name_en="Paper archive", name_zh="纸质档案", assignee="olga", categories=("signature",)
)
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


def ask_of(number: str) -> recipient_queries.ManualView:
    (view,) = recipient_queries.manual_asks(number)
    return view


def say(number: str, answer: ManualAnswer, *, actor: Actor = CLERK, **more: object) -> None:
    manual.answer(
        actor=actor,
        now=datetime.now(UTC),
        number=number,
        ask_id=ask_of(number).ask_id,
        answer=answer,
        **more,  # type: ignore[arg-type]
    )


def confirm(number: str, *, actor: Actor = APPROVER) -> None:
    keeping_places.confirm_keep(
        actor=actor, now=datetime.now(UTC), number=number, ask_id=ask_of(number).ask_id
    )


def outcome(number: str) -> str:
    return RightsRequest.objects.values_list("outcome", flat=True).get(number=number)


def reasons(number: str) -> set[str]:
    search = queries.request_view(number).search
    return {one["reason"] for one in search["not_searched"]}
