"""Measure the public form: how many submissions a second it takes, and the desk while it is flooded."""
