"""What kind of personal data is in this column or text. Pure: no Django, no driver, no network.

`judging.judge_table` gives a verdict per column from header, comment, declared type and a sample of values.
"""
