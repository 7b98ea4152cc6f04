"""The example of the guide verifies what really arrives, and drops what arrives again."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from discreet.foundation.webhooks.signing import new_secret, signed_headers
from tests.foundation.webhooks.conftest import NOW
from tests.house.reading import ROOT

BODY = b'{"type":"request.received","timestamp":"2026-03-02T09:30:00Z","data":{"request":"R-1001"}}'


def example(page: str) -> Callable[..., bool]:
    text = (ROOT / "docs" / "guide" / page).read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.S)
    found: dict[str, Any] = {}
    exec(code, found)
    accept: Callable[..., bool] = found["accept"]
    return accept


@pytest.mark.parametrize("page", ["webhooks.md", "webhooks.zh.md"])
def test_the_example_takes_a_message_once_and_refuses_forged_and_old_ones(page: str) -> None:
    accept, secret, old = example(page), new_secret(), new_secret()
    headers = signed_headers([secret, old], message_id="msg_1", now=NOW, body=BODY)
    seen: set[str] = set()
    known = {"secret": secret, "seen": seen, "now": NOW.timestamp}
    assert [accept(headers, BODY, **known) for _ in range(3)] == [True, False, False]
    assert accept(headers, BODY, secret=old, seen=set(), now=NOW.timestamp) is True
    with pytest.raises(PermissionError):
        accept(headers, BODY.replace(b"1001", b"1002"), **known)
    with pytest.raises(PermissionError):
        accept(headers, BODY, secret=new_secret(), seen=set(), now=NOW.timestamp)
    with pytest.raises(PermissionError):
        accept(headers | {"webhook-id": "msg_2"}, BODY, **known)
    late = (NOW + timedelta(minutes=6)).timestamp
    with pytest.raises(PermissionError):
        accept(headers, BODY, secret=secret, seen=set(), now=late)
    assert seen == {"msg_1"}
