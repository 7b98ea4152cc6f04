"""Sealed values: AES-256-GCM with key commitment, derived subkeys, keyed hashes. Pure, no Django, no I/O."""
