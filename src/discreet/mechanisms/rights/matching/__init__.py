"""Who in the sources a request is about."""
