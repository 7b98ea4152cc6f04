"""The packs that ship with Discreet, read once in a process."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from discreet.foundation.rulepacks.law import Law, LegalRule, Meaning, Pack
from discreet.foundation.rulepacks.loader import load_pack
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

PACKS = Path(__file__).parent / "packs"


class UnknownPack(Refused):
    code = "unknown_pack"
    message = gettext_noop("There is no rule pack “%(pack)s”. `discreet law list` shows them.")
    status = 404


class UnknownRule(Refused):
    code = "unknown_rule"
    message = gettext_noop("There is no rule “%(rule)s”. `discreet law list` shows them.")
    status = 404


@cache
def packs() -> Mapping[str, Pack]:
    """Return every pack by id.

    Raises:
        InvalidPack: a pack has a mistake.
    """
    found = {folder.name: load_pack(folder) for folder in sorted(PACKS.iterdir()) if folder.is_dir()}
    return MappingProxyType(found)


@cache
def _rules() -> Mapping[str, LegalRule]:
    return MappingProxyType({rule.id: rule for pack in packs().values() for rule in pack.rules.values()})


def pack(pack_id: str) -> Pack:
    """Return one pack.

    Raises:
        UnknownPack: there is none of that id.
    """
    if pack_id not in packs():
        raise UnknownPack(pack=pack_id[:40])
    return packs()[pack_id]


def rule(rule_id: str) -> LegalRule:
    """Return one rule.

    Raises:
        UnknownRule: there is none of that id.
    """
    if rule_id not in _rules():
        raise UnknownRule(rule=rule_id[:40])
    return _rules()[rule_id]


def rules(
    *, law: Law | None = None, mechanism: str | None = None, meaning: Meaning | None = None
) -> tuple[LegalRule, ...]:
    """Return the rules of a law, of a mechanism ("M8"), of a meaning: those that match all given."""
    return tuple(
        rule
        for rule in _rules().values()
        if (law is None or rule.pack_id == law)
        and (mechanism is None or mechanism in rule.mechanisms)
        and (meaning is None or rule.meaning is meaning)
    )
