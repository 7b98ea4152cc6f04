"""A case to work with."""

from datetime import UTC, datetime

import pytest

from discreet.foundation.cases.actions import OpenedCase, open_case
from discreet.vocabulary.actors import Actor, ActorKind, Role

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
AGENT = Actor(kind=ActorKind.STAFF, name="wei", roles=frozenset({Role.VIEWER, Role.AGENT}))
APPROVER = Actor(kind=ActorKind.STAFF, name="lan", roles=frozenset({Role.VIEWER, Role.APPROVER}))
TRANSITIONS = {"received": {"verified", "refused"}, "verified": {"done"}}
PERSON = b'{"email": "li.lei@example.com"}'


def opened(**changes: object) -> OpenedCase:
    values: dict[str, object] = {
        "actor": AGENT,
        "now": NOW,
        "prefix": "R",
        "kind": "request",
        "title": "Erasure",
        "state": "received",
        "language": "zh-hans",
        "subject": PERSON,
    }
    return open_case(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def case(db: None) -> OpenedCase:
    return opened()
