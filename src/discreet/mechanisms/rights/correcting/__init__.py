"""Corrections: what is wrong, place by place, written and looked at again."""
