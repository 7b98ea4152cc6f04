"""Settings of the tests: the product's own, with a home in a temporary folder."""

import os
import tempfile

# A home of its own for each process of tests: pytest-xdist's workers inherit the first one's environment.
if os.environ.get("DISCREET_TEST_HOME_OF") != (process := os.environ.get("PYTEST_XDIST_WORKER", "main")):
    os.environ["DISCREET_HOME"] = tempfile.mkdtemp(prefix="discreet-test-")
    os.environ["DISCREET_TEST_HOME_OF"] = process

from discreet.project.settings import *  # noqa: F403
from discreet.project.settings import DATABASES, DISCREET_HOME

DISCREET_HOME.mkdir(parents=True, exist_ok=True)
(DISCREET_HOME / "static").mkdir(exist_ok=True)
SECRET_KEY = "test-" + "k" * 60
DATABASES["default"]["TEST"] = {"NAME": DISCREET_HOME / "discreet-test.sqlite3"}
