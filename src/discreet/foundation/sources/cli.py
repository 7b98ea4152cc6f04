"""`discreet sources`, `discreet grants`: sources from the command line. `connect` stands with the data map."""

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from discreet.foundation.sources import queries
from discreet.foundation.sources.catalogue import Catalogue, Engine, OldVersions, TableKind
from discreet.foundation.sources.grants import grant_script
from discreet.foundation.sources.left_out import OLD_VERSIONS, left_out_in_words
from discreet.foundation.sources.rights import in_words
from discreet.vocabulary.text import on_screen


@click.command()
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
def sources(is_json: bool) -> None:
    """List the sources."""
    if is_json:
        click.echo(json.dumps([_document(view) for view in queries.sources()], ensure_ascii=False, indent=2))
        return
    for view in queries.sources():
        use = _("read and write") if view.is_writable else _("read only")
        kind = _("replica") if view.is_replica else _("primary")
        click.echo(f"{view.name}\t{view.version}\t{view.place}\t{use}\t{kind}\tTLS: {view.tls}")


@click.command()
@click.argument("name")
def grants(name: str) -> None:
    """Print the script that gives two accounts of the source NAME the rights they need and no more."""
    click.echo(grant_script(queries.describe(name), queries.database_of(name)))


def _document(view: queries.SourceView) -> dict[str, object]:
    """Return what is known of a source; like the lines, it names no account and no secret."""
    return {
        **asdict(view),
        "connected_at": view.connected_at.astimezone(UTC).isoformat(),
        "described_at": view.described_at.astimezone(UTC).isoformat(),
    }


def told_connected(name: str) -> list[str]:
    """Return what was connected, and what to know of it."""
    connected = _("Connected “%(name)s”: %(what)s.") % {"name": name, "what": _contents(name)}
    return [connected, *_warnings(name)]


def _contents(name: str) -> str:
    """Return the server and how many tables, views, partitioned tables and triggers it shows."""
    catalogue = queries.describe(name)
    kinds = Counter(table.kind for table in catalogue.tables)
    views = kinds[TableKind.VIEW] + kinds[TableKind.MATERIALIZED_VIEW]
    tables = len(catalogue.tables) - views - kinds[TableKind.PARTITIONED]
    partitioned = kinds[TableKind.PARTITIONED]
    triggers = sum(len(table.triggers) for table in catalogue.tables)
    parts = [queries.source(name).version, ngettext("%(n)d table", "%(n)d tables", tables) % {"n": tables}]
    if views:
        parts.append(ngettext("%(n)d view", "%(n)d views", views) % {"n": views})
    if partitioned:
        word = ngettext("%(n)d partitioned table", "%(n)d partitioned tables", partitioned)
        parts.append(word % {"n": partitioned})
    if triggers:
        parts.append(ngettext("%(n)d trigger", "%(n)d triggers", triggers) % {"n": triggers})
    return _(", ").join(parts)


def _not_rewritten(catalogue: Catalogue) -> list[str]:
    names = [on_screen(table.ref.table) for table in catalogue.tables if not table.is_writable]
    if not names:
        return []
    text = _("Only read, as rewriting them could lose something: %(names)s.")
    return [text % {"names": _(", ").join(names)}]


def _warnings(name: str) -> list[str]:
    view, catalogue = queries.source(name), queries.describe(name)
    lines = []
    if not view.is_writable:
        lines.append(_("Read only: erasure needs --write-url."))
    elif catalogue.engine is Engine.FILES:
        lines += _not_rewritten(catalogue)
        if catalogue.old_versions is not OldVersions.NONE:
            lines.append(_(OLD_VERSIONS[catalogue.old_versions]))
    if view.missing_rights:
        lines.append(
            _(
                "Erasing will be refused: the write account lacks %(rights)s. `discreet grants %(source)s` prints "
                "what it needs."
            )
            % {"rights": in_words(view.missing_rights), "source": name}
        )
    if view.is_replica:
        lines.append(_("This is a replica: it will not serve verification."))
    if view.tls == "plain":
        lines.append(_("The connection is not encrypted."))
    lines += left_out_in_words(catalogue)
    if catalogue.unreadable and not catalogue.passed_over:
        lines.append(_("Could not be described: %(names)s.") % {"names": ", ".join(catalogue.unreadable)})
    if not catalogue.sees_triggers:
        lines.append(_("The account may not see triggers: there may be some."))
    if catalogue.outside:
        names = ", ".join(sorted({f"{key.schema}.{key.table}" for key in catalogue.outside}))
        lines.append(
            _("Tables outside this source refer to it; what hangs on a deleted row goes too: %(names)s.")
            % {"names": names}
        )
    return lines
