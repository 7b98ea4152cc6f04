"""Decisions table by table: what is granted, in part or refused, and by which law."""
