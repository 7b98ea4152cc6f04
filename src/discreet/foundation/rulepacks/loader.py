"""Packs as YAML → frozen dataclasses, with errors that name the pack, the rule and the field.

A pack is a folder: `pack.yaml` says whose law it is, every other `*.yaml` is a list of rules, one file for
each mechanism. Source of the fields: law/rules.json, `legend`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import yaml

from discreet.foundation.rulepacks.fields import Fields, InvalidPack
from discreet.foundation.rulepacks.law import (
    ConditionalDoubt,
    Confidence,
    Doubt,
    Extension,
    FixedDate,
    Force,
    LegalRule,
    LegalText,
    Meaning,
    Pack,
    Period,
    Promptness,
    Purpose,
    Rendering,
    RequestClock,
    RequestKind,
    Roll,
    Span,
    Threshold,
    Unit,
    When,
)

E = TypeVar("E", bound=StrEnum)
OPERATORS = frozenset({">=", ">", "<=", "<", "between"})

# libyaml reads the packs ten times faster; the pure loader reads them alike.
_Loader: type[yaml.CSafeLoader] | type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_pack(folder: Path) -> Pack:
    """Read one pack.

    Raises:
        InvalidPack: a file, rule or field is not as it must be.
    """
    head = _head(folder)
    rules: dict[str, LegalRule] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name == "pack.yaml":
            continue
        listed = _read(path)
        if not isinstance(listed, list):
            raise InvalidPack(f"{folder.name}/{path.name}", "must be a list of rules")
        for position, entry in enumerate(listed, start=1):
            rule = _rule(entry, f"{folder.name}/{path.name} rule {position}", head)
            if rule.id in rules:
                raise InvalidPack(f"{folder.name}/{path.name}", f"{rule.id} stands in the pack twice")
            rules[rule.id] = rule
    return replace(head, rules=MappingProxyType(_with_time_rules(folder.name, rules)))


def _read(path: Path) -> object:
    try:
        loaded: object = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (both are safe loaders)
    except yaml.YAMLError as error:
        raise InvalidPack(f"{path.parent.name}/{path.name}", f"is not YAML: {error}") from error
    return loaded


def _head(folder: Path) -> Pack:
    where = f"{folder.name}/pack.yaml"
    if not (folder / "pack.yaml").is_file():
        raise InvalidPack(where, "is missing")
    fields = Fields.of(_read(folder / "pack.yaml"), where)
    names = fields.nested("name")
    renderings = fields.nested("renderings")
    pack = Pack(
        id=fields.text("id"),
        jurisdiction=fields.text("jurisdiction"),
        name_en=names.text("en"),
        name_zh=names.text("zh"),
        version=fields.number("version"),
        as_of=fields.day("as_of"),
        en_rendering=_enum(Rendering, renderings.text("en"), renderings.where),
        zh_rendering=_enum(Rendering, renderings.text("zh"), renderings.where),
        rules=MappingProxyType({}),
    )
    for read in (fields, names, renderings):
        read.refuse_others()
    if pack.id != folder.name:
        raise InvalidPack(where, f"id is {pack.id}, but the folder is {folder.name}")
    return pack


def _with_time_rules(pack_id: str, rules: Mapping[str, LegalRule]) -> dict[str, LegalRule]:
    """Give every rule the doubts of the time rule that counts it."""
    complete: dict[str, LegalRule] = {}
    for rule in rules.values():
        if rule.time_rule_id is None:
            complete[rule.id] = rule
            continue
        if rule.time_rule_id not in rules:
            raise InvalidPack(
                f"{pack_id} {rule.id}", f"counted_by names {rule.time_rule_id}, which the pack lacks"
            )
        shared = [held for held in rules[rule.time_rule_id].doubts if _can_bear(held.when, rule)]
        complete[rule.id] = replace(rule, doubts=(*rule.doubts, *shared))
    return complete


def _can_bear(when: When, rule: LegalRule) -> bool:
    """Tell whether a doubt of the time rule can ever bear on this rule."""
    counts_business_days = rule.period is not None and rule.period.span.unit is Unit.BUSINESS_DAY
    match when:
        case When.COUNTS_BUSINESS_DAYS:
            return counts_business_days
        case When.ENDS_ON_SATURDAY:
            return rule.roll is not Roll.STAYS and not counts_business_days
        case When.ENDS_ON_DAY_OFF:
            return rule.roll is Roll.NOT_STATED and not counts_business_days
        case _:
            return True


def _enum(kind: type[E], value: str, where: str) -> E:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(kind)
        raise InvalidPack(where, f"{value!r} is none of {known}") from None


def _rule(entry: object, place: str, pack: Pack) -> LegalRule:
    fields = Fields.of(entry, place)
    rule_id = fields.text("id")
    fields = replace(fields, where=f"{pack.id} {rule_id}")
    text = fields.nested("text")
    in_force = fields.nested("in_force")
    counting = fields.optional_nested("counting")
    promptness = fields.optional_text("promptness")
    rule = LegalRule(
        id=rule_id,
        pack_id=pack.id,
        article=fields.text("article"),
        trigger=fields.text("trigger"),
        obligation=fields.text("obligation"),
        text=LegalText(
            en=text.text("en"),
            zh=text.text("zh"),
            en_rendering=pack.en_rendering,
            zh_rendering=pack.zh_rendering,
        ),
        mechanisms=fields.texts("mechanisms"),
        force=_enum(Force, fields.text("force"), fields.where),
        promptness=None if promptness is None else _enum(Promptness, promptness, fields.where),
        period=_period(counting),
        start_event=counting.optional_text("from") if counting else None,
        meaning=_meaning(counting),
        fixed_dates=_fixed_dates(counting),
        extension_condition=counting.optional_text("extension_condition") if counting else None,
        extension_condition_zh=counting.optional_text("extension_condition_zh") if counting else None,
        roll=_roll(counting),
        time_rule_id=counting.optional_text("counted_by") if counting else None,
        thresholds=tuple(_threshold(item) for item in fields.nested_list("thresholds")),
        effective_from=in_force.optional_day("from"),
        effective_to=in_force.optional_day("to"),
        confidence=_enum(Confidence, fields.text("confidence"), fields.where),
        verified_by=fields.text("verified_by"),
        source=fields.text("source"),
        note=fields.optional_text("note") or "",
        doubts=tuple(_doubt(item) for item in fields.nested_list("doubts")),
        request_clock=_request_clock(fields.optional_nested("request_clock")),
    )
    for read in (fields, text, in_force, *([counting] if counting else [])):
        read.refuse_others()
    _check(rule)
    return rule


def _check(rule: LegalRule) -> None:
    """Refuse what the fields allow one by one but not together."""
    where = f"{rule.pack_id} {rule.id}"
    if rule.period is not None and (
        rule.start_event is None or rule.meaning is None or rule.time_rule_id is None
    ):
        raise InvalidPack(where, "a duration needs from, means and counted_by")
    if (rule.extension_condition is None) is not (rule.extension_condition_zh is None):
        raise InvalidPack(
            where, "extension_condition and extension_condition_zh stand together or not at all"
        )
    if rule.meaning is Meaning.FIXED_DATE and not rule.fixed_dates:
        raise InvalidPack(where, "means fixed_date, but names no fixed_dates")
    if rule.request_clock is not None and (rule.period is None or rule.start_event != "receipt"):
        raise InvalidPack(where, "a request_clock needs a duration that starts from receipt")
    if rule.effective_from and rule.effective_to and rule.effective_to < rule.effective_from:
        raise InvalidPack(where, "in_force ends before it starts")


def _span(fields: Fields) -> Span:
    span = Span(duration=fields.number("duration"), unit=_enum(Unit, fields.text("unit"), fields.where))
    if span.duration < 1:
        raise InvalidPack(fields.where, "duration must be 1 or more")
    return span


def _period(counting: Fields | None) -> Period | None:
    if counting is None or not counting.has("duration"):
        return None
    first = _span(counting)
    longer = counting.optional_nested("extension")
    if longer is None:
        return Period(span=first, extension=None)
    added = _span(longer)
    notice = longer.optional_nested("notice")
    extension = Extension(
        total=Span(duration=first.duration + added.duration, unit=first.unit),
        notice=None if notice is None else _span(notice),
    )
    longer.refuse_others()
    if notice is not None:
        notice.refuse_others()
    if added.unit is not first.unit:
        raise InvalidPack(counting.where, "an extension is counted in the unit of its period")
    return Period(span=first, extension=extension)


def _meaning(counting: Fields | None) -> Meaning | None:
    value = counting.optional_text("means") if counting else None
    return None if counting is None or value is None else _enum(Meaning, value, counting.where)


def _roll(counting: Fields | None) -> Roll:
    value = counting.optional_text("last_day_off") if counting else None
    return Roll.NOT_STATED if counting is None or value is None else _enum(Roll, value, counting.where)


def _fixed_dates(counting: Fields | None) -> tuple[FixedDate, ...]:
    return tuple(_fixed_date(item) for item in counting.nested_list("fixed_dates")) if counting else ()


def _fixed_date(fields: Fields) -> FixedDate:
    if fields.has("date"):
        day = fields.day("date")
        fixed = FixedDate(month=day.month, day=day.day, year=day.year)
    else:
        month, _, day_of_month = fields.text("yearly").partition("-")
        first_year = fields.number("from_year") if fields.has("from_year") else None
        try:
            date(2001, int(month), int(day_of_month))
        except ValueError as error:
            raise InvalidPack(fields.where, f"yearly must be MM-DD: {error}") from error
        fixed = FixedDate(month=int(month), day=int(day_of_month), first_year=first_year)
    fields.refuse_others()
    return fixed


def _threshold(fields: Fields) -> Threshold:
    operator = fields.text("operator")
    if operator not in OPERATORS:
        raise InvalidPack(fields.where, f"operator {operator!r} is none of {', '.join(sorted(OPERATORS))}")
    value = fields.pair("value") if operator == "between" else fields.number("value")
    threshold = Threshold(
        quantity=fields.text("quantity"),
        operator=operator,
        value=value,
        consequence=MappingProxyType(fields.scalars("consequence")),
    )
    fields.refuse_others()
    return threshold


def _doubt(fields: Fields) -> ConditionalDoubt:
    doubt = ConditionalDoubt(
        when=_enum(When, fields.text("when"), fields.where),
        doubt=Doubt(about=fields.text("about"), en=fields.text("en"), zh=fields.text("zh")),
    )
    fields.refuse_others()
    return doubt


def _request_clock(fields: Fields | None) -> RequestClock | None:
    if fields is None:
        return None
    clock = RequestClock(
        purpose=_enum(Purpose, fields.text("purpose"), fields.where),
        kinds=frozenset(_enum(RequestKind, kind, fields.where) for kind in fields.texts("kinds")),
    )
    fields.refuse_others()
    return clock
