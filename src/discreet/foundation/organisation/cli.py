"""`discreet company`: the company's profile from the command line."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click
from django.utils import timezone

from discreet.foundation.organisation import actions, queries
from discreet.foundation.organisation.company import LANGUAGES, as_stored
from discreet.foundation.rulepacks.law import Law
from discreet.foundation.staff.actors import shell_actor


class _LawName(click.ParamType[Law]):
    """A law by its short name or the id of its pack: GDPR, eu-gdpr."""

    name = "law"

    def convert(self, value: str | Law, param: click.Parameter | None, ctx: click.Context | None) -> Law:
        for law in Law:
            if value.casefold() in (law.value, law.short_name.casefold()):
                return law
        self.fail(f"{value!r} is none of {', '.join(law.short_name for law in Law)}", param, ctx)


class _OfLaw(click.ParamType[tuple[Law, str]]):
    """A value of one law: GDPR=Europe/Berlin."""

    name = "law=value"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Law, str]:
        law, separator, rest = value.partition("=")
        if not separator:
            self.fail("write it like GDPR=DE", param, ctx)
        return _LawName().convert(law, param, ctx), rest


@click.group()
def company() -> None:
    """Show and set who the company is and which laws it is under."""


@company.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(as_json: bool) -> None:
    """Show the company's profile."""
    facts = as_stored(queries.profile())
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    for name, value in facts.items():
        click.echo(f"{name.replace('_', ' ') + ':':<20}{_spoken(value)}")


@company.command(name="set")
@click.option("--name-en", help="Name in English.")
@click.option("--name-zh", help="Name in Chinese.")
@click.option("--brand", "brands", multiple=True, help="Repeat for several; replaces all brands.")
@click.option("--legal-entity", "legal_entities", multiple=True, help="Repeat; replaces all legal entities.")
@click.option("--law", "laws", type=_LawName(), multiple=True, help="GDPR, CCPA, PIPL; repeat; replaces all.")
@click.option("--zone", "zones", type=_OfLaw(), multiple=True, help="Time zone of a law: GDPR=Europe/Berlin.")
@click.option("--calendar", "calendars", type=_OfLaw(), multiple=True, help="Holidays of a law: GDPR=DE.")
@click.option(
    "--language", "languages", type=click.Choice(LANGUAGES), multiple=True, help="Repeat; replaces all."
)
@click.option("--officer", help="The privacy officer's name.")
@click.option("--officer-email", help="The privacy officer's address.")
@click.option("--contact-email", help="Address that customers write to.")
@click.option("--contact-phone", help="Number that customers call.")
@click.option("--contact-address", help="Postal address, in one line.")
@click.option("--logo-text", help="Short text that stands for the logo.")
@click.option("--phone-region", help="Country of phone numbers without a country code: DE.")
@click.option(
    "--access-is-reviewed/--access-is-not-reviewed",
    "access_is_reviewed",
    default=None,
    help="Whether staff look at every access request before it is delivered.",
)
@click.option("--as", "as_user", default=None, help="Account that acts; else the shell's user.")
def set_company(
    as_user: str | None,
    zones: tuple[tuple[Law, str], ...],
    calendars: tuple[tuple[Law, str], ...],
    **given: Any,
) -> None:
    """Change the fields that are given; the others stay."""
    before = queries.profile()
    changes = {name: value for name, value in given.items() if value is not None and value != ()}
    changed = replace(
        before,
        zones={**before.zones, **dict(zones)},
        calendars={**before.calendars, **dict(calendars)},
        **changes,
    )
    kept = actions.set_profile(actor=shell_actor(as_user), now=timezone.now(), profile=changed)
    click.echo(f"{kept.name('en')}: {', '.join(law.short_name for law in kept.laws)}")


def _spoken(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "-"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value) or "-"
