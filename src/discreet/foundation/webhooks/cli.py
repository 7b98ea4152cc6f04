"""`discreet webhooks`: receivers from the command line."""

import click
from django.utils import timezone
from django.utils.translation import gettext

from discreet.foundation.staff.actors import shell_actor
from discreet.foundation.webhooks import actions, queries
from discreet.foundation.webhooks.delivery import send_due
from discreet.foundation.webhooks.words import delivery_state_word, reason_word, subscription_state_word
from discreet.vocabulary.text import on_screen


@click.group()
def webhooks() -> None:
    """List the receivers of outgoing messages, and test one."""


@webhooks.command(name="list")
def list_webhooks() -> None:
    """List the webhooks, whether they send, and how many messages wait or were given up."""
    for one in queries.subscriptions(now=timezone.now()):
        counts = gettext("%(waiting)s waiting, %(given_up)s given up") % {
            "waiting": one.waiting,
            "given_up": one.given_up,
        }
        state = subscription_state_word(one.state)
        click.echo(f"{one.subscription_id}\t{on_screen(one.name)}\t{state}\t{counts}")


@webhooks.command()
@click.argument("webhook")
@click.option("--as", "as_user", default=None, help="Account that acts; else the shell's user.")
def test(webhook: str, as_user: str | None) -> None:
    """Send a test message to WEBHOOK and say what came of it; exit code 1 if it did not arrive."""
    delivery_id = actions.send_test(actor=shell_actor(as_user), now=timezone.now(), subscription_id=webhook)
    send_due(subscription_id=webhook, clock=timezone.now)
    found = queries.delivery(delivery_id)
    click.echo("\t".join(filter(None, [delivery_state_word(found.state), reason_word(found.reason)])))
    if found.state != "delivered":
        raise SystemExit(1)
