"""Documents are columns by path, whatever they are written in."""

import pytest

from discreet.engines.classify.inside import columns_inside


@pytest.mark.parametrize(
    ("text", "is_markup", "wanted"),
    [
        ('{"a": {"b": ["x", "y"]}, "c": true}', False, {"a.b": ["x", "y"]}),
        ('{"a": "{\\"b\\": 1}"}', False, {"a.b": ["1"]}),
        ('[{"name": "size", "value": "L"}]', False, {"size": ["L"]}),
        ('{"mail": "x@example.com", "cut": "of', False, {"mail": ["x@example.com"]}),
        ('a:1:{s:4:"name";s:4:"Anna";}', False, {"name": ["Anna"]}),
        ("name=Anna+Weber&mail=a%40example.com", False, {"name": ["Anna Weber"], "mail": ["a@example.com"]}),
        ('<p:x xmlns:p="u" id="7"><p:n>Anna</p:n></p:x>', True, {"p:n": ["Anna"], "id": ["7"]}),
        ("{" * 3_000, False, {}),
    ],
)
def test_leaves_are_found_by_their_paths(text: str, is_markup: bool, wanted: dict[str, list[str]]) -> None:
    assert columns_inside([text], is_markup=is_markup) == wanted
