"""An append-only Merkle tree: hashing, tiles, proofs and signed checkpoints. Pure: bytes in, bytes out.

Source: RFC 6962 section 2.1, RFC 9162 section 2.1.3 and 2.1.4, C2SP tlog-tiles, tlog-checkpoint, signed-note.
"""
