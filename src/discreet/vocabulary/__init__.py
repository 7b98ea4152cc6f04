"""Plain Python that every floor may import: ids, errors, actors, categories. No Django, no I/O."""
