"""Discreet (守隐): customer privacy management that works on a company's real data."""

__version__ = "0.1.0"
