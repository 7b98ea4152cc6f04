"""Small described schemas for tests."""

from collections.abc import Mapping, Sequence

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap.described import (
    DescribedColumn,
    DescribedKey,
    DescribedSource,
    DescribedTable,
)


def table(
    source: str,
    name: str,
    columns: str,
    *,
    keys: Mapping[str, str] | None = None,
    comment: str = "",
    primary_key: tuple[str, ...] = ("id",),
) -> DescribedTable:
    """`columns`: words; `keys`: column → table it points at (its column `id`)."""
    return DescribedTable(
        ref=TableRef(source, name),
        columns=tuple(DescribedColumn(name=word, type="text") for word in columns.split()),
        primary_key=primary_key,
        foreign_keys=tuple(
            DescribedKey(columns=(column,), to=TableRef(source, to), to_columns=("id",))
            for column, to in (keys or {}).items()
        ),
        comment=comment,
    )


def source(name: str, tables: Sequence[DescribedTable]) -> DescribedSource:
    return DescribedSource(name=name, fingerprint="f" * 64, tables=tuple(tables))


def shop(name: str = "shop") -> DescribedSource:
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
