"""Settings of the tests: the product's own, with a home in a temporary folder."""

import os
import tempfile

# Each process of tests has a home of its own: pytest-xdist's workers inherit the first one's environment.
# A program that a test starts with a home keeps that.
_process = os.environ.get("PYTEST_XDIST_WORKER", "main")
_given = os.environ.get("DISCREET_HOME")
_is_inherited = _given == os.environ.get("DISCREET_TEST_HOME")
if _given is None or (_is_inherited and os.environ.get("DISCREET_TEST_HOME_OF") != _process):
    _made = tempfile.mkdtemp(prefix="discreet-test-")
    os.environ |= {"DISCREET_HOME": _made, "DISCREET_TEST_HOME": _made, "DISCREET_TEST_HOME_OF": _process}

from discreet.project.settings import *  # noqa: E402, F403
from discreet.project.settings import DATABASES, DISCREET_HOME  # noqa: E402

DISCREET_HOME.mkdir(parents=True, exist_ok=True)
(DISCREET_HOME / "static").mkdir(exist_ok=True)
SECRET_KEY = "test-" + "k" * 60
DATABASES["default"]["TEST"] = {"NAME": DISCREET_HOME / "discreet-test.sqlite3"}
