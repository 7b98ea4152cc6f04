"""What the desk's search finds of the data map: sources, tables and fields, by name, comment and category."""

from collections.abc import Sequence

from django.db.models import Case, IntegerField, Q, Value, When
from django.urls import reverse
from django.utils.translation import get_language, gettext

from discreet.foundation.datamap.models import DataField, DataTable
from discreet.foundation.datamap.views import category_of
from discreet.foundation.desk.phrases import sentences
from discreet.foundation.desk.search import MAX_HITS, Area, Hit, Words, register
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.categories import CATEGORIES
from discreet.vocabulary.text import gettext_noop


def find_tables(actor: Actor, words: Words) -> Sequence[Hit]:
    """Return sources and tables whose name or comment has every word."""
    found = DataTable.objects.filter(is_gone=False)
    for part in words.parts:
        found = found.filter(Q(name__icontains=part) | Q(comment__icontains=part) | Q(source__icontains=part))
    rows = found.order_by(_nearness(words), "source", "name")[:MAX_HITS].values_list(
        "id", "source", "schema", "name", "comment"
    )
    sources: dict[str, Hit] = {}
    tables = []
    for table_id, source, schema, name, comment in rows:
        named = words.rank(source)
        if named is not None:
            url = reverse("datamap:source", args=[source])
            detail = gettext("Source of the data map")
            sources[source] = Hit(title=source, detail=detail, url=url, icon="database", rank=named)
        ranked = words.rank(name, comment)
        if ranked is not None:
            where = f"{source} / {schema}" if schema else source
            tables.append(
                Hit(
                    title=name,
                    detail=sentences([where, comment[:120]]),
                    url=reverse("datamap:table", args=[source, table_id]),
                    icon="table",
                    rank=ranked,
                    is_code=True,
                )
            )
    return [*sources.values(), *tables][:MAX_HITS]


def find_fields(actor: Actor, words: Words) -> Sequence[Hit]:
    """Return fields whose name, comment, category or table has every word; the nearest names first."""
    found = DataField.objects.filter(is_gone=False, table__is_gone=False)
    by_name = Q()
    for part in words.parts:
        meant = [one.id for one in CATEGORIES.values() if part in f"{one.id}\n{one.en}\n{one.zh}".casefold()]
        own = Q(name__icontains=part) | Q(comment__icontains=part)
        own |= Q(category__in=meant) if meant else Q(pk__in=())
        by_name |= own
        found = found.filter(own | Q(table__name__icontains=part) | Q(table__source__icontains=part))
    rows = found.filter(by_name).select_related("table").order_by(_nearness(words), "name", "id")[:MAX_HITS]
    language = get_language() or "en"
    hits = []
    for row in rows:
        category = category_of(row.category)
        rank = words.rank(
            row.name,
            row.comment,
            category.id,
            category.en,
            category.zh,
            row.table.name,
            row.table.source,
        )
        if rank is not None:
            hits.append(
                Hit(
                    title=f"{row.table.name}.{row.name}",
                    detail=" · ".join((category.label(language), row.table.source)),
                    url=reverse("datamap:table", args=[row.table.source, row.table.pk]),
                    icon="lock" if category.is_sensitive else "list-check",
                    rank=rank,
                    is_code=True,
                )
            )
    return hits


def _nearness(words: Words) -> Case:
    """Order by the name: the same, begun with it, holding it, and last what matches elsewhere."""
    return Case(
        When(name__iexact=words.text, then=Value(0)),
        When(name__istartswith=words.text, then=Value(1)),
        When(name__icontains=words.parts[0], then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


register(Area(id="datamap.tables", label=gettext_noop("Sources and tables"), find=find_tables, order=30))
register(Area(id="datamap.fields", label=gettext_noop("Fields"), find=find_fields, order=40))
