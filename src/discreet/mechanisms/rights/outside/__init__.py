"""Whom and what no program reaches: recipients that are told, manual sources that are asked."""
