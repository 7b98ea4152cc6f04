"""`discreet law`: the rule packs from the command line."""

import json

import click

from discreet.foundation.rulepacks import queries
from discreet.foundation.rulepacks.law import LegalRule, Pack, Span

_CONFIDENCE = {"V": "text read", "S": "secondary source", "G": "general knowledge"}
language_option = click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of the rules.",
)


@click.group()
def law() -> None:
    """Read the rules of law that deadlines and duties come from."""


@law.command(name="list")
@click.option("--pack", "pack_id", default=None, help="Only this pack.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@language_option
def list_rules(pack_id: str | None, as_json: bool, language: str) -> None:
    """List packs and their rules."""
    packs = [queries.pack(pack_id)] if pack_id else list(queries.packs().values())
    if as_json:
        click.echo(json.dumps([_pack_facts(pack) for pack in packs], ensure_ascii=False, indent=2))
        return
    for pack in packs:
        click.echo(f"{pack.id}\t{pack.name(language)}\tas of {pack.as_of}, version {pack.version}")
        for rule in pack.rules.values():
            period = _spoken(rule.period.span) if rule.period else "-"
            click.echo(f"  {rule.id}\t{rule.article}\t{period}\t{_CONFIDENCE[rule.confidence]}")


@law.command()
@click.argument("rule_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@language_option
def show(rule_id: str, as_json: bool, language: str) -> None:
    """Show one rule: its text, period, source and what is unsure about it."""
    rule = queries.rule(rule_id)
    if as_json:
        click.echo(json.dumps(_rule_facts(rule), ensure_ascii=False, indent=2))
        return
    for label, value in _lines(rule, language):
        click.echo(f"{label + ':':<16}{value}")


def _lines(rule: LegalRule, language: str) -> list[tuple[str, str]]:
    wording = "unofficial translation" if rule.text.is_unofficial(language) else "summary"
    lines = [
        ("rule", f"{rule.id} ({rule.pack_id})"),
        ("article", rule.article),
        ("text", rule.text.in_language(language)),
        ("wording", f"{wording}; the article itself prevails"),
        ("force", rule.force.value),
    ]
    if rule.period is not None:
        lines.append(("period", f"{_spoken(rule.period.span)} from {rule.start_event}, {rule.meaning}"))
        if rule.period.extension is not None:
            lines.append(("extended", f"{_spoken(rule.period.extension.total)} in all"))
    if rule.extension_condition:
        lines.append(("condition", rule.extension_condition))
    if rule.time_rule_id is not None:
        lines.append(
            ("counted by", f"{rule.time_rule_id}; a last day off {rule.roll.value.replace('_', ' ')}")
        )
    lines += [
        ("in force", f"{rule.effective_from or '-'} to {rule.effective_to or '-'}"),
        ("source", rule.source),
        ("confidence", f"{rule.confidence.value} ({_CONFIDENCE[rule.confidence]})"),
    ]
    lines += [
        ("unsure", f"[{held.when.replace('_', ' ')}] {held.doubt.text(language)}") for held in rule.doubts
    ]
    return lines


def _spoken(span: Span) -> str:
    unit = span.unit.replace("_", " ")
    return f"{span.duration} {unit}" + ("s" if span.duration != 1 else "")


def _pack_facts(pack: Pack) -> dict[str, object]:
    return {
        "id": pack.id,
        "jurisdiction": pack.jurisdiction,
        "name": {"en": pack.name_en, "zh": pack.name_zh},
        "version": pack.version,
        "as_of": pack.as_of.isoformat(),
        "rules": [_rule_facts(rule) for rule in pack.rules.values()],
    }


def _rule_facts(rule: LegalRule) -> dict[str, object]:
    longer = rule.period.extension if rule.period else None
    return {
        "id": rule.id,
        "pack": rule.pack_id,
        "article": rule.article,
        "text": {"en": rule.text.en, "zh": rule.text.zh},
        "rendering": {"en": rule.text.en_rendering.value, "zh": rule.text.zh_rendering.value},
        "mechanisms": list(rule.mechanisms),
        "force": rule.force.value,
        "duration": rule.period.span.duration if rule.period else None,
        "unit": rule.period.span.unit.value if rule.period else None,
        "start_event": rule.start_event,
        "means": rule.meaning.value if rule.meaning else None,
        "extended_total": longer.total.duration if longer else None,
        "last_day_off": rule.roll.value,
        "counted_by": rule.time_rule_id,
        "in_force": {
            "from": rule.effective_from.isoformat() if rule.effective_from else None,
            "to": rule.effective_to.isoformat() if rule.effective_to else None,
        },
        "confidence": rule.confidence.value,
        "source": rule.source,
        "unsure": [
            {"when": held.when.value, "en": held.doubt.en, "zh": held.doubt.zh} for held in rule.doubts
        ],
    }
