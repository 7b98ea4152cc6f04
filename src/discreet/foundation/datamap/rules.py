"""What a declared foreign key says about whose row it is, before a person says so.

The whole rule, for a key from table F to table T:
both hold people → MENTION; a key of who did something → MENTION;
a copied value beside a key to the same table → LOOKUP; T holds people → OWNER, but MENTION when T is staff and F has a customer as well,
or when T holds suppliers and F nothing personal (a product mentions its supplier);
F has no people of its own and T's rows are somebody's → OWNER, upward along the chain (order_item → orders);
F's rows are somebody's, T has personal columns and is nobody's otherwise → DETAIL (customer → address);
else LOOKUP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from discreet.engines.subjects.graph import LinkRole, TableRef


@dataclass(frozen=True, slots=True)
class TableTraits:
    is_people: bool
    is_staff: bool
    is_supplier: bool
    has_personal_columns: bool


@dataclass(frozen=True, slots=True)
class KeyTo:
    """One link: from `source_table` to `target_table`.

    `is_actor`: it names who did something there. `is_copy`: it repeats a value of the target instead of its key.
    """

    source_table: TableRef
    target_table: TableRef
    is_actor: bool = False
    is_copy: bool = False
    is_polymorphic: bool = False  # one of several tables, by row: whose a row is depends on which


def _direct_owners(
    keys: Sequence[KeyTo], traits: Mapping[TableRef, TableTraits]
) -> dict[TableRef, set[TableRef]]:
    """Return, for each table that holds no people, the people tables that its keys say it belongs to."""
    owners: dict[TableRef, set[TableRef]] = {}
    for key in keys:
        source, target = traits[key.source_table], traits[key.target_table]
        is_about_goods = target.is_supplier and not source.has_personal_columns
        if target.is_people and not source.is_people and not is_about_goods and not key.is_actor:
            owners.setdefault(key.source_table, set()).add(key.target_table)
    for targets in owners.values():
        customers = {target for target in targets if not traits[target].is_staff}
        if customers:
            targets &= customers
    return owners


def _owned_through(
    keys: Sequence[KeyTo], direct: Mapping[TableRef, set[TableRef]], traits: Mapping[TableRef, TableTraits]
) -> dict[TableRef, set[TableRef]]:
    """Return the tables that belong to somebody only through tables that do, and through which."""
    through: dict[TableRef, set[TableRef]] = {}
    owned = set(direct)
    while True:
        found: dict[TableRef, set[TableRef]] = {}
        for key in keys:
            source = key.source_table
            is_theirs = key.target_table in owned and not key.is_actor
            if is_theirs and source not in owned and not traits[source].is_people:
                found.setdefault(source, set()).add(key.target_table)
        if not found:
            return through
        through |= found
        owned |= set(found)


def propose_roles(keys: Sequence[KeyTo], traits: Mapping[TableRef, TableTraits]) -> list[LinkRole]:
    """Return the proposed role of each key, in order."""
    direct = _direct_owners(keys, traits)
    through = _owned_through(keys, direct, traits)
    by_key = {(key.source_table, key.target_table) for key in keys if not key.is_copy and not key.is_actor}

    def role(key: KeyTo) -> LinkRole:
        source, target = key.source_table, key.target_table
        if key.is_actor:
            return LinkRole.MENTION if traits[target].is_people else LinkRole.LOOKUP
        if key.is_copy and (source, target) in by_key:
            return LinkRole.LOOKUP
        if key.is_polymorphic and (target in direct or target in through):
            return LinkRole.OWNER
        if traits[target].is_people:
            if not traits[source].is_people and target in direct.get(source, ()):
                return LinkRole.OWNER
            return LinkRole.MENTION
        if target in through.get(source, ()):
            return LinkRole.OWNER
        is_somebodys = traits[source].is_people or source in direct or source in through
        target_is_somebodys = target in direct or target in through
        if is_somebodys and traits[target].has_personal_columns and not target_is_somebodys:
            return LinkRole.DETAIL
        return LinkRole.LOOKUP

    return [role(key) for key in keys]


def owned_tables(keys: Sequence[KeyTo], traits: Mapping[TableRef, TableTraits]) -> frozenset[TableRef]:
    """Return the tables without people of their own whose rows belong to somebody."""
    direct = _direct_owners(keys, traits)
    return frozenset(direct) | frozenset(_owned_through(keys, direct, traits))
