"""`discreet sources`, for people and for programs."""

import json
from datetime import datetime

from click.testing import CliRunner

from discreet.foundation.sources.cli import sources
from tests.foundation.sources.conftest import Company


def test_sources_are_listed_as_json_with_what_the_lines_say(sqlite_company: Company, db: None) -> None:
    assert json.loads(CliRunner().invoke(sources, ["--json"]).stdout) == []
    sqlite_company.fill(("CREATE TABLE customer (id integer PRIMARY KEY)",))
    sqlite_company.connect("shop")
    (shop,) = json.loads(CliRunner().invoke(sources, ["--json"]).stdout)
    assert (shop["name"], shop["engine"], shop["tables"], shop["is_replica"]) == ("shop", "sqlite", 1, False)
    assert datetime.fromisoformat(shop["described_at"]).utcoffset() is not None
    line = CliRunner().invoke(sources).stdout
    assert line.split("\t")[:3] == [shop["name"], shop["version"], shop["place"]]
