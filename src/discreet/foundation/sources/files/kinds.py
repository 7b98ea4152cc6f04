"""Types of Parquet columns in the form in which they are compared: those that Python has."""

_AS_THEY_ARE = ("VARCHAR", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "UUID", "BLOB", "FLOAT", "DOUBLE",
                "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
                "UBIGINT", "UHUGEINT")  # fmt: skip


def plain(column: str, kind: str) -> str:
    """Return the column in a type that compares and that Python has."""
    is_list = kind.endswith("]")
    if kind in _AS_THEY_ARE or (kind.startswith("DECIMAL") and not is_list):
        return column
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"timezone('UTC', {column})"
    if kind.startswith("TIMESTAMP") and not is_list:
        return f"CAST({column} AS TIMESTAMP)"
    is_nested = is_list or kind.startswith(("STRUCT", "MAP", "UNION", "JSON"))
    return f"CAST(to_json({column}) AS VARCHAR)" if is_nested else f"CAST({column} AS VARCHAR)"
