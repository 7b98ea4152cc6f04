"""Lists of values and names, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from discreet.engines.classify.lexicon import plain, read_yaml, words_of


@dataclass(frozen=True, slots=True)
class ValueList:
    category: str
    is_alone: bool
    values: frozenset[str]
    weak: frozenset[str]


@dataclass(frozen=True, slots=True)
class Names:
    given: frozenset[str]
    surnames: frozenset[str]
    chinese: frozenset[str]
    chinese_compound: tuple[str, ...]
    japanese: tuple[str, ...]
    korean: frozenset[str]


@cache
def value_lists() -> tuple[ValueList, ...]:
    """Return the lists of values that name a category by themselves."""
    found = []
    for category, row in read_yaml("values.yaml").items():
        assert isinstance(row, Mapping)
        name = "health" if category == "blood_type" else category
        found.append(
            ValueList(
                category=name,
                is_alone=bool(row["alone"]),
                values=frozenset(plain(word) for word in words_of(str(row["values"]))),
                weak=frozenset(plain(word) for word in words_of(str(row["weak"]))),
            )
        )
    return tuple(found)


@cache
def names() -> Names:
    """Return common names of people."""
    rows = read_yaml("names.yaml")
    return Names(
        given=frozenset(plain(word) for word in words_of(str(rows["given"]))),
        surnames=frozenset(words_of(str(rows["surnames"]))),
        chinese=frozenset(str(rows["surnames_zh"])),
        chinese_compound=tuple(words_of(str(rows["compound_zh"]))),
        japanese=tuple(words_of(str(rows["surnames_ja"]))),
        korean=frozenset(str(rows["surnames_ko"])),
    )


@cache
def flags() -> frozenset[str]:
    """Return values that say yes or no, on or off."""
    return frozenset(words_of(str(read_yaml("states.yaml")["flags"])))


@cache
def states() -> frozenset[str]:
    """Return values that say how far a record has come, yes and no among them."""
    return flags() | frozenset(words_of(str(read_yaml("states.yaml")["states"])))
