"""The data engines: pure libraries, usable without the rest."""
