"""Running an installation: state of health, backup and restore, upgrade, tombstones."""
