"""Folders of files as sources: what is a table, in which encoding and shape, and DuckDB to read it."""
