"""People and actors of these tests."""

from datetime import UTC, datetime

from discreet.foundation.permission.people import Person
from discreet.foundation.permission.rules import Channel
from discreet.foundation.permission.said import Source
from discreet.vocabulary.actors import Actor, ActorKind, Role

NOW = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
AGENT = Actor(kind=ActorKind.STAFF, name="anna", roles=frozenset({Role.AGENT}))
APPROVER = Actor(kind=ActorKind.STAFF, name="chen.yu", roles=frozenset({Role.APPROVER}))
VIEWER = Actor(kind=ActorKind.STAFF, name="vera", roles=frozenset({Role.VIEWER}))
CUSTOMER = Actor(kind=ActorKind.CUSTOMER, name="customer")
FORM = Source(channel=Channel.CENTRE)
REQUEST = Source(channel=Channel.REQUEST, origin="R-1001")
ANN = Person(email="ann.miller@example.com", phone="+49 30 1234567")
BO = Person(email="bo@example.com", phone="+49 30 1234567")
