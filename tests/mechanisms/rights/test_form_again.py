"""A public form that comes twice: the same content is one request, what was changed is another."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from discreet.foundation.centre import form_guard
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.models import RightsRequest
from tests.mechanisms.rights.company import ANN, BOB

pytestmark = [pytest.mark.promise(3), pytest.mark.django_db]
FIRST = ("erasure", {"email": ANN, "residence": "DE"})


@pytest.fixture
def token() -> str:
    cache.clear()
    return form_guard.issue(now=datetime.now(UTC) - timedelta(seconds=30))


def send(token: str, kind: str, said: dict[str, str]) -> str:
    """Send the form; return the number of the request whose status page comes next."""
    client = Client()
    answer = client.post(f"/privacy/ask/{kind}/", {form_guard.TOKEN_FIELD: token, **said})
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer["Location"]).content.decode()
    (number,) = [one for one in RightsRequest.objects.values_list("number", flat=True) if one in page]
    return str(number)


def test_the_same_content_again_is_the_same_request(token: str) -> None:
    assert send(token, *FIRST) == send(token, *FIRST)
    assert RightsRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("erasure", {"email": BOB, "residence": "DE"}),
        ("erasure", {"email": ANN, "residence": "CN"}),
        ("erasure", {"email": ANN, "residence": "DE", "phone": "+41446681800"}),
        ("access", {"email": ANN, "residence": "DE"}),
    ],
)
def test_changed_content_under_one_token_is_a_request_of_its_own(
    token: str, kind: str, said: dict[str, str]
) -> None:
    first, second = send(token, *FIRST), send(token, kind, said)
    assert first != second
    assert queries.claim_of(first).email == ANN and queries.claim_of(first).phone is None
    kept = queries.claim_of(second)
    assert (kept.email, kept.phone) == (said["email"], said.get("phone"))
    assert queries.request_view(second).kind == kind
    assert send(token, *FIRST) == first and send(token, kind, said) == second


def test_what_only_looks_changed_is_the_same_request(token: str) -> None:
    assert send(token, *FIRST) == send(token, "erasure", {"email": f"  {ANN} ", "residence": "DE"})


def test_the_name_of_a_form_tells_nothing_of_its_content() -> None:
    bound = form_guard.bound("f_1", ANN)
    assert bound != form_guard.bound("f_1", BOB) != form_guard.bound("f_2", BOB)
    assert ANN not in bound and len(bound) == 40
