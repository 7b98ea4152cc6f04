"""Categories of personal data, read once from `categories.yaml`.

Source: Data Privacy Vocabulary (DPV) personal data terms; GDPR Art. 9, 10; PIPL Art. 28.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

import yaml

NONE = "none"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Category:
    """`dpv` is empty for what is not personal. `sensitivity` names the laws, empty if ordinary.

    `never_returned`: the rule by which a copy only says that it is held; `numbers_never_returned`: only of the
    numbers in it.
    """

    id: str
    dpv: str
    en: str
    zh: str
    sensitivity: str = ""
    is_identity: bool = False
    never_returned: str = ""
    numbers_never_returned: str = ""

    @property
    def is_never_returned(self) -> bool:
        return bool(self.never_returned)

    @property
    def is_sensitive(self) -> bool:
        return bool(self.sensitivity)

    @property
    def is_sensitive_by_law(self) -> bool:
        """Say whether a law calls it sensitive, and not only our caution."""
        return self.is_sensitive and self.sensitivity != "ours"

    @property
    def is_personal(self) -> bool:
        return self.id != NONE

    def label(self, language: str) -> str:
        """Return the name in `language` (`zh…` or English)."""
        return self.zh if language.startswith("zh") else self.en


def _load() -> Mapping[str, Category]:
    text = files("discreet.vocabulary").joinpath("categories.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader over a file of the package
    return MappingProxyType(
        {
            name: Category(
                id=name,
                dpv=row.get("dpv", ""),
                en=row["en"],
                zh=row["zh"],
                sensitivity=row.get("sensitive", ""),
                is_identity=row.get("identity", False),
                never_returned=row.get("never_returned", ""),
                numbers_never_returned=row.get("numbers_never_returned", ""),
            )
            for name, row in rows.items()
        }
    )


CATEGORIES: Mapping[str, Category] = _load()
ASSIGNABLE: tuple[str, ...] = tuple(name for name in CATEGORIES if name != UNKNOWN)
