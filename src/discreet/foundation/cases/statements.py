"""The statements that every request's cases go through, as constants: see `plain_sql`.

`{}` stands for the placeholders of a list of case numbers. Names come from the models.
"""
# ruff: noqa: S608 - no value is ever spliced into them

from discreet.foundation.cases.models import Case, CaseClock, CaseTask

_CASE = Case._meta.db_table
_OF_CASES = f"case_id IN (SELECT id FROM {_CASE} WHERE number IN ({{}}))"

STATE = f"SELECT state FROM {_CASE} WHERE number = %s"
STATES = f"SELECT number, state, closed_at IS NOT NULL FROM {_CASE} WHERE number IN ({{}})"
LANGUAGES = f"SELECT number, language FROM {_CASE} WHERE number IN ({{}})"
MOVE = f"UPDATE {_CASE} SET state = %s, version = version + 1 WHERE number IN ({{}})"
MEET_CLOCKS = f"UPDATE {CaseClock._meta.db_table} SET met_at = %s WHERE met_at IS NULL AND {_OF_CASES}"
DROP_TASKS = f"DELETE FROM {CaseTask._meta.db_table} WHERE done_at IS NULL AND {_OF_CASES}"
CLOSE = (
    f"UPDATE {_CASE} SET state = %s, closed_at = %s, due_at = NULL, expires_at = %s, version = version + 1"
    " WHERE number IN ({})"
)
