"""Which files a place may hand over, and how long its answer is waited for."""

from datetime import timedelta

import pytest

from discreet.mechanisms.rights.outside.rules import file_kind, manual_due, still_waits
from tests.mechanisms.rights.company import NOW

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "pdf"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"a,b\n1,2\n", "csv"),
        (b'{"a": 1}', "json"),
        ("档案".encode(), "txt"),
        (b"MZ\x90\x00", ""),
        (b"<!DOCTYPE html><script>alert(1)</script>", ""),
        (b"\xef\xbb\xbf\n <svg onload='x'/>", ""),
        (b"PK\x03\x04junk", ""),
        (b"", ""),
        (b"\x00\x01", ""),
    ],
)
def test_a_file_is_what_its_bytes_say(content: bytes, kind: str) -> None:
    assert file_kind(content) == kind


def test_a_place_is_waited_for_until_the_customers_answer_is_near() -> None:
    end = NOW + timedelta(days=30)
    assert manual_due(now=NOW, answer_days=10, answer_due_at=end) == NOW + timedelta(days=10)
    assert manual_due(now=NOW, answer_days=60, answer_due_at=end) == end - timedelta(days=3)
    due_at = NOW + timedelta(days=10)
    waits = [
        still_waits(now=NOW + timedelta(days=days), due_at=due_at, answer_due_at=end) for days in (9, 20, 28)
    ]
    assert waits == [True, True, False]
