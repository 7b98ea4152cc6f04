"""Django's SQLite backend with writers of one process in a queue. Named in the settings as the engine."""
