"""`discreet law`: the rule packs from the command line."""

import json

import click
from django.utils import translation
from django.utils.translation import gettext as _

from discreet.foundation.rulepacks import queries, uses, words
from discreet.foundation.rulepacks.law import LegalRule, Pack

language_option = click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default=None,
    help="Language to show the rules in; else the shell's.",
)


@click.group()
def law() -> None:
    """Read the rules of law that deadlines and duties come from."""


@law.command(name="list")
@click.option("--pack", "pack_id", default=None, help="Only this pack.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@language_option
def list_rules(pack_id: str | None, as_json: bool, language: str | None) -> None:
    """List packs and their rules."""
    packs = [queries.pack(pack_id)] if pack_id else list(queries.packs().values())
    if as_json:
        click.echo(json.dumps([_pack_facts(pack) for pack in packs], ensure_ascii=False, indent=2))
        return
    with translation.override(_code(language)):
        for pack in packs:
            name = pack.name(translation.get_language() or "en")
            version = _("as of %(day)s, version %(version)s") % {"day": pack.as_of, "version": pack.version}
            click.echo(f"{pack.id}\t{name}\t{version}")
            for rule in pack.rules.values():
                period = words.span_words(rule.period.span, pack_id=pack.id) if rule.period else "-"
                click.echo(f"  {rule.id}\t{rule.article}\t{period}\t{words.confidence(rule)}")


@law.command()
@click.argument("rule_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@language_option
def show(rule_id: str, as_json: bool, language: str | None) -> None:
    """Show one rule: its text, period, source and what is unsure about it."""
    rule = queries.rule(rule_id)
    if as_json:
        click.echo(json.dumps(_rule_facts(rule), ensure_ascii=False, indent=2))
        return
    with translation.override(_code(language)):
        for label, value in _lines(rule, translation.get_language() or "en"):
            click.echo(_("%(label)s: %(value)s") % {"label": label, "value": value})


def _code(language: str | None) -> str:
    """Return the language to speak: the one named, else the reader's own."""
    if language is None:
        return translation.get_language() or "en"
    return "zh-hans" if language == "zh" else language


def _lines(rule: LegalRule, language: str) -> list[tuple[str, str]]:
    """Return what there is to say of a rule. Only a wording in another language than the law's is unofficial."""
    is_translated = rule.text.is_unofficial(language)
    lines = [
        (_("rule"), f"{rule.id} ({rule.pack_id})"),
        (_("article"), rule.article),
        (_("text"), rule.text.in_language(language)),
        (
            _("wording"),
            _("unofficial translation; the article itself prevails")
            if is_translated
            else _("summary; the article itself prevails"),
        ),
        (_("force"), _(words.FORCE[rule.force])),
    ]
    if rule.period is not None:
        lines.append((_("period"), _period(rule)))
        if rule.period.extension is not None:
            extended = _("%(span)s in all") % {
                "span": words.span_words(rule.period.extension.total, pack_id=rule.pack_id)
            }
            lines.append((_("extended"), extended))
    if rule.condition(language):
        lines.append((_("condition"), rule.condition(language)))
    if rule.time_rule_id is not None:
        lines.append((_("counted by"), f"{rule.time_rule_id}; {_(words.ROLL[rule.roll])}"))
    in_force = {"since": rule.effective_from or "-", "until": rule.effective_to or "-"}
    confidence = {"grade": rule.confidence.value, "what": words.confidence(rule)}
    lines += [
        (_("in force"), _("%(since)s to %(until)s") % in_force),
        (_("source"), rule.source),
        (_("confidence"), _("%(grade)s (%(what)s)") % confidence),
    ]
    driven = [_(use.what) for use in uses.uses_of(rule.id)]
    lines += [(_("drives"), what) for what in driven or [_("not yet used by a mechanism")]]
    lines += [
        (_("unsure"), f"[{_(words.WHEN[held.when])}] {held.doubt.text(language)}")
        for held in rule.bearing_doubts
    ]
    return lines


def _period(rule: LegalRule) -> str:
    if rule.period is None:
        return "-"
    parts = {
        "span": words.span_words(rule.period.span, pack_id=rule.pack_id),
        "event": words.event_words(rule.start_event or "-"),
        "meaning": _(words.MEANING[rule.meaning]) if rule.meaning else "-",
    }
    return _("%(span)s from %(event)s, %(meaning)s") % parts


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
        "drives": [use.what for use in uses.uses_of(rule.id)],
        "unsure": [
            {"when": held.when.value, "en": held.doubt.en, "zh": held.doubt.zh} for held in rule.doubts
        ],
    }
