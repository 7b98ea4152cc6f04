"""Outcomes that an earlier version wrote are read by this one."""

from discreet.foundation.cases.refusals import UnknownCase
from discreet.foundation.jobs.outcomes import refusal_from_json, refusal_to_json
from discreet.vocabulary.errors import Refused


def test_a_refusal_is_read_as_it_was_written() -> None:
    written = refusal_to_json(UnknownCase(number="DS-1"))
    read = refusal_from_json(written)
    assert type(read) is UnknownCase and read.params == {"number": "DS-1"}


def test_a_refusal_whose_module_has_gone_is_still_a_refusal() -> None:
    read = refusal_from_json({"module": "discreet.moved.away", "name": "Gone", "params": {"number": "DS-1"}})
    assert type(read) is Refused and read.params == {"number": "DS-1"}
