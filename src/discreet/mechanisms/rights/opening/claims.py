"""What a person says of themselves, as it is sealed in the case."""

import json
from dataclasses import asdict

from discreet.engines.subjects.identity import Identity


def to_bytes(claim: Identity) -> bytes:
    return json.dumps(asdict(claim)).encode()


def from_bytes(blob: bytes) -> Identity:
    return Identity(**json.loads(blob))
