"""The desk, for the pages of the law."""

from tests.foundation.desk.conftest import desk_client, english, witness

__all__ = ["desk_client", "english", "witness"]
