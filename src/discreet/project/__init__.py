"""Settings, URLs, wiring and the command line."""
