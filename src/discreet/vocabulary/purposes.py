"""What personal data is used for: the purposes a fact or a use can name, and which lies within which.

Source: W3C Data Privacy Vocabulary 2.3, `dpv:Purpose` (W3C licence); those about staff are left out. The English
names are the vocabulary's, the Chinese ones ours.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Purpose:
    """`id` is the DPV term; `broader` the terms that it lies within, none for the widest."""

    id: str
    broader: tuple[str, ...]
    en: str
    zh: str

    def label(self, language: str) -> str:
        """Return the name in `language` (`zh…` or English)."""
        return self.zh if language.startswith("zh") else self.en


def _load() -> Mapping[str, Purpose]:
    text = files("discreet.vocabulary").joinpath("purposes.csv").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            row["term"]: Purpose(row["term"], tuple(row["broader"].split()), row["en"], row["zh"])
            for row in csv.DictReader(text.splitlines())
        }
    )


PURPOSES: Mapping[str, Purpose] = _load()


def is_within(term: str, wider: str) -> bool:
    """Say whether a purpose is `wider` or a part of it. Both are known terms."""
    return term == wider or any(is_within(one, wider) for one in PURPOSES[term].broader)
