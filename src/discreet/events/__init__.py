"""Every message between mechanisms, one file per publisher. Events carry ids, never personal data."""
