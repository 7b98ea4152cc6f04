"""Deciding table by table at the command line. Only a person decides: the API has no such door."""

import json
from datetime import UTC, datetime

import click
from django.utils.translation import gettext as _

from discreet.foundation.staff.actors import shell_actor
from discreet.mechanisms.rights import preparing, queries
from discreet.mechanisms.rights.actions import deciding_items
from discreet.mechanisms.rights.deciding import queries as item_queries
from discreet.mechanisms.rights.deciding.items import ItemDecision, Justification, Verdict
from discreet.mechanisms.rights.refusals import NotAnItem


@click.command()
@click.argument("number", metavar="ID")
@click.argument("table", metavar="SOURCE.TABLE")
@click.argument("verdict", type=click.Choice([verdict.value for verdict in Verdict]))
@click.option(
    "--because",
    default="",
    metavar="TERM",
    type=click.Choice(["", *(one.value for one in Justification)]),
    help="A DPV justification.",
)
@click.option("--article", default="", help="The article; the law's own for the reason otherwise.")
@click.option("--field", "fields", multiple=True, help="With `partly`: a field that is not given or erased.")
@click.option("--as", "user", help="Staff account that acts; the shell's user otherwise.")
def decide(
    number: str,
    table: str,
    verdict: str,
    because: str,
    article: str,
    fields: tuple[str, ...],
    user: str | None,
) -> None:
    """Decide on one table of a request's plan: grant it, in part, or refuse it. The plan is made again."""
    actor, now = shell_actor(user), datetime.now(UTC)
    batch_id = queries.batch_of(number)
    ref = queries.table_named(table)
    if ref is None:
        raise NotAnItem(table=table[:80])
    decision = ItemDecision(verdict=Verdict(verdict), columns=fields, justification=because, article=article)
    deciding_items.decide_item(actor=actor, now=now, batch_id=batch_id, table=ref, decision=decision)
    preparing.prepare_batch(batch_id, actor, now)
    click.echo(_("%(number)s: decided; the plan was made again") % {"number": number})


@click.command()
@click.argument("number", metavar="ID")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def decisions(number: str, is_json: bool) -> None:
    """Show the tables of a request's plan on which staff decide, and what was decided."""
    items = item_queries.items_of(queries.request_view(number))
    if is_json:
        told = [
            {
                "table": str(item.table),
                "rows": item.rows,
                "fields": list(item.columns),
                "decision": item.decision.to_json() if item.decision else None,
            }
            for item in items
        ]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for item in items:
        decided = item.decision
        words = [decided.verdict.value, decided.justification, decided.article] if decided else ["–"]
        click.echo(f"{item.table}: {', '.join(word for word in words if word)}")
