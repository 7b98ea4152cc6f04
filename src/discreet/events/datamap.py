"""What the data map tells others. Names of sources only."""

from dataclasses import dataclass

from discreet.events.base import Event


@dataclass(frozen=True, slots=True)
class SourceMapped(Event):
    """Every part of a source's map stands confirmed."""

    source: str
    map_version: int


@dataclass(frozen=True, slots=True)
class MapChanged(Event):
    """Something in the map of a source changed: plans made before may no longer hold."""

    source: str
    map_version: int


@dataclass(frozen=True, slots=True)
class ScanFinished(Event):
    """A source was read to its end; its map holds what was found as proposals."""

    source: str
    scan_id: int
