"""Settings of the tests: the product's own, with a home in a temporary folder."""

import os
import tempfile

os.environ.setdefault("DISCREET_HOME", tempfile.mkdtemp(prefix="discreet-test-"))

from discreet.project.settings import *  # noqa: F403
from discreet.project.settings import DATABASES, DISCREET_HOME

DISCREET_HOME.mkdir(parents=True, exist_ok=True)
SECRET_KEY = "test-" + "k" * 60
DATABASES["default"]["TEST"] = {"NAME": DISCREET_HOME / "discreet-test.sqlite3"}
