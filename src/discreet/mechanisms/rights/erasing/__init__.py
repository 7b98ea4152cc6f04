"""Erasures: rows looked at and written as they were approved, searched afresh, said what came of it."""
