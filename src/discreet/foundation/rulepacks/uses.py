"""What the product does because of a rule. An app registers its own in its `law_uses.py`.

    register(Use(rule_id="EU-DSR-RESP", mechanism="M8", what=gettext_noop("Sets the date …")))

A rule that nobody registers drives nothing yet, and its page says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that code does because of a rule. `what` is an English template."""

    rule_id: str
    mechanism: str
    what: str


_uses: dict[str, list[Use]] = {}


def register(*uses: Use) -> None:
    """Add uses; one that stands already changes nothing."""
    for use in uses:
        standing = _uses.setdefault(use.rule_id, [])
        if use not in standing:
            standing.append(use)


@cache
def _discover() -> None:
    autodiscover_modules("law_uses")


def uses_of(rule_id: str) -> Sequence[Use]:
    """Return what the installed apps do because of the rule, none where it drives nothing."""
    _discover()
    return tuple(_uses.get(rule_id, ()))


def rules_in_use() -> frozenset[str]:
    """Return the ids that some installed app registered a use of."""
    _discover()
    return frozenset(_uses)
