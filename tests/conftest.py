"""What every test shares: real servers, and no silent skip in CI."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers import mariadb_server, mariadb_url, postgresql_server, postgresql_url

__all__ = ["mariadb_server", "mariadb_url", "postgresql_server", "postgresql_url"]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Turn a skip into a failure where `CI=true`: what did not run was not shown."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"Skipped, which CI does not allow: {reason}"
