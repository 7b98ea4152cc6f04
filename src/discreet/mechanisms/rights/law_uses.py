"""What this mechanism does because of a rule of law. A clause that is not carried out is not claimed."""

from discreet.foundation.rulepacks import queries
from discreet.foundation.rulepacks.law import LegalRule, Purpose
from discreet.foundation.rulepacks.uses import Use, register
from discreet.mechanisms.rights.kinds import Kind
from discreet.vocabulary.text import gettext_noop

MECHANISM = "M8"
_CLOCKS = {
    Purpose.ANSWER: gettext_noop("Sets the date by which a customer’s request must be answered."),
    Purpose.ACKNOWLEDGEMENT: gettext_noop(
        "Sets the date by which the receipt of a customer’s request must be confirmed."
    ),
}
_TEXTS = {
    "EU-DSR-REFUSE": gettext_noop(
        "A refusal asks for its reason; the letter gives it and says where the person can complain."
    ),
    "EU-DSR-ID": gettext_noop(
        "Identity is proven by a code to a contact point that the company already holds; staff who confirm it "
        "another way give a reason."
    ),
    "CA-DSR-DENY-DEL": gettext_noop(
        "What stays is listed row by row with its reason, the rest is erased, and recipients are told."
    ),
    "CA-DSR-RECORDS": gettext_noop("A closed request is kept for three years: longer than these 24 months."),
    "CN-DSR-TIMELY": gettext_noop(
        "A refusal asks for its reason; the letter gives it and names the authority and the people’s court."
    ),
}


def _clock_uses(rule: LegalRule) -> list[Use]:
    clock = rule.request_clock
    if clock is None or not clock.kinds & {kind.value for kind in Kind}:
        return []
    return [Use(rule_id=rule.id, mechanism=MECHANISM, what=_CLOCKS[clock.purpose])]


register(*(use for rule in queries.rules() for use in _clock_uses(rule)))
register(*(Use(rule_id=rule_id, mechanism=MECHANISM, what=what) for rule_id, what in _TEXTS.items()))
