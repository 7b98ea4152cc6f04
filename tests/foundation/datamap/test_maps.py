"""The committed maps of the samples."""

from pathlib import Path

import pytest

from discreet.foundation.datamap.mapfile_read import parse
from discreet.foundation.datamap.mapfile_write import dump

MAPS = sorted((Path(__file__).parents[2] / "maps").glob("*.yaml"))


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_a_committed_map_is_written_as_the_export_writes_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert dump(parse(text)) == text
