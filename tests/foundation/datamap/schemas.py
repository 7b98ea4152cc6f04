"""Small described schemas for tests."""

from collections.abc import Mapping, Sequence

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.sources.catalogue import (
    Catalogue,
    ColumnInfo,
    Engine,
    ForeignKey,
    Kind,
    TableInfo,
    TableKind,
)


def table(
    source: str,
    name: str,
    columns: str,
    *,
    keys: Mapping[str, str] | None = None,
    comment: str = "",
    primary_key: tuple[str, ...] = ("id",),
) -> TableInfo:
    """`columns`: words; `keys`: column → table it points at (its column `id`)."""
    return TableInfo(
        ref=TableRef(source, name),
        kind=TableKind.TABLE,
        columns=tuple(ColumnInfo(name=word, type="text", kind=Kind.TEXT) for word in columns.split()),
        primary_key=primary_key,
        foreign_keys=tuple(
            ForeignKey(columns=(column,), to_table=TableRef(source, to), to_columns=("id",))
            for column, to in (keys or {}).items()
        ),
        comment=comment,
    )


def source(name: str, tables: Sequence[TableInfo]) -> Catalogue:
    return Catalogue(
        source=name,
        engine=Engine.SQLITE,
        version="3",
        default_schema="",
        tables=tuple(tables),
        fingerprint="f" * 64,
    )


def shop(name: str = "shop") -> Catalogue:
    return source(
        name,
        [
            table(
                name,
                "customer",
                "id email name phone address_id country_id",
                keys={"address_id": "address", "country_id": "country"},
            ),
            table(name, "address", "id street city zip"),
            table(name, "country", "id title"),
            table(name, "employee", "id name email reports_to", keys={"reports_to": "employee"}),
            table(
                name,
                "orders",
                "id customer_id shipping_address_id served_by note",
                keys={"customer_id": "customer", "shipping_address_id": "address", "served_by": "employee"},
            ),
            table(
                name,
                "order_item",
                "id order_id product_id",
                keys={"order_id": "orders", "product_id": "product"},
            ),
            table(name, "product", "id supplier_id name", keys={"supplier_id": "supplier"}),
            table(name, "supplier", "id contact_name phone"),
        ],
    )
