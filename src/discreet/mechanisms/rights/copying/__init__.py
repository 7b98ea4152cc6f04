"""Copies: what is handed over, kept sealed, looked at before it goes, fetched once."""
