"""How periods are counted: the time rule of a law is used wherever one of its clocks runs."""

from discreet.foundation.rulepacks import queries
from discreet.foundation.rulepacks.uses import Use, register
from discreet.vocabulary.text import gettext_noop

_COUNTING = gettext_noop(
    "Counts the deadlines of its law: which day is the first, which the last, and whether a day off moves it."
)

register(
    *(
        Use(rule_id=rule.time_rule_id, mechanism="M9", what=_COUNTING)
        for rule in queries.rules()
        if rule.request_clock is not None and rule.time_rule_id is not None
    )
)
