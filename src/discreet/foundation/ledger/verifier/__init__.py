"""The one file that checks a proof on a machine without Discreet. It imports nothing of the rest."""
