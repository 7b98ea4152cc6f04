"""`discreet keys`."""

import click


@click.group()
def keys() -> None:
    """Look after the keyring."""


@keys.command()
def rotate() -> None:
    """Change the root key and wrap every key anew."""
    from django.utils.translation import gettext

    from discreet.foundation.jobs.liveness import is_any_lock_held
    from discreet.foundation.keys.rotation import rotate_keyring

    count = rotate_keyring(is_serving=is_any_lock_held())
    click.echo(gettext("The root key is changed; keys wrapped anew: %(count)s") % {"count": count})
