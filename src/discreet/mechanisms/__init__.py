"""The mechanisms: one Django app each; none imports another."""
